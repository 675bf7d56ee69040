//! Erasures: two people, grounds that promises allow, and what is refused.

use luoshi_ledger::{
    Actor, Command, Denial, Event, Recorded, Refusal, Salt, Stream, TextName,
    command::{ConfirmErasure, DeclineErasure, ProposeErasure, ReceiveDocument, SubmitReport},
    erasure::{Erasure, ErasureGround, MOST_ERASED, TextFact, TextPlace, Tombstone},
    event::{ApplyError, Circumstances, ContentErased, ErasureProposed, record},
    ids::{CommandId, DocumentId, ErasureId, EventId},
    text::ERASED,
};

use crate::fixture::{Answer, OFFICE, Story, TASK, clerk, head, report, submission, supervisor, uuid};

const ERASURE: ErasureId = ErasureId(uuid::Uuid::from_u128(0x60));

fn place(number: u128) -> TextPlace {
    TextPlace {
        event: EventId(uuid(number)),
        ordinal: 1,
    }
}

/// A text of a report at place 1, one of a promise at place 2, and a file.
fn story() -> Story {
    let mut story = Story::reported();
    let fact = |stream, name| TextFact { stream, name };
    story
        .facts
        .texts
        .insert(place(1), fact(Stream::Report(report()), TextName::Problems));
    story
        .facts
        .texts
        .insert(place(2), fact(Stream::Task(TASK), TextName::TaskText));
    story.facts.files.insert("ab".repeat(32));
    story
}

fn proposal(ground: ErasureGround, texts: &[u128]) -> ProposeErasure {
    ProposeErasure {
        erasure: ERASURE,
        ground,
        texts: texts.iter().copied().map(place).collect(),
        files: Vec::new(),
        explanation: "当事人申请".to_owned(),
    }
}

fn second() -> Actor {
    Story::actor(8, &[luoshi_ledger::Role::Supervisor], OFFICE)
}

fn confirm() -> Command {
    Command::ConfirmErasure(ConfirmErasure { erasure: ERASURE })
}

fn events(words: &[&'static str]) -> Answer {
    Answer::Events(words.to_vec())
}

#[test]
fn a_supervisor_proposes_and_another_person_confirms() {
    let mut story = story();
    let propose = Command::ProposeErasure(proposal(ErasureGround::BusinessSecret, &[1]));
    for actor in [clerk(), head(), Actor::console()] {
        story.check(&actor, propose.clone(), Answer::Denied(Denial::Forbidden));
    }
    story.check(&supervisor(), confirm(), Answer::Denied(Denial::NotFound));
    story.given_by(&supervisor(), propose.clone());
    story.check(&supervisor(), propose, Answer::Refused(Refusal::AlreadyExists));
    story.check(&supervisor(), confirm(), Answer::Refused(Refusal::ProposedBySame));
    for actor in [clerk(), head()] {
        story.check(&actor, confirm(), Answer::Denied(Denial::Forbidden));
    }
    for actor in [second(), Actor::console()] {
        story.check(&actor, confirm(), events(&["content_erased"]));
    }
    let decline = |reason: &str| {
        Command::DeclineErasure(DeclineErasure {
            erasure: ERASURE,
            reason: reason.to_owned(),
        })
    };
    story.check(&second(), decline(" "), Answer::Refused(Refusal::NoReason));
    story.check(&supervisor(), decline("撤回"), events(&["erasure_declined"]));
    story.given_by(&second(), confirm());
    for command in [confirm(), decline("迟了")] {
        story.check(&second(), command, Answer::Refused(Refusal::ErasureDecided));
    }
}

#[test]
fn words_of_a_promise_go_on_some_grounds_and_by_the_office_alone() {
    let mut story = story();
    for ground in ErasureGround::ALL {
        let allowed = ground.covers_promises();
        let expected = if allowed {
            events(&["erasure_proposed"])
        } else {
            Answer::Refused(Refusal::PromiseStays)
        };
        story.check(
            &supervisor(),
            Command::ProposeErasure(proposal(ground, &[1, 2])),
            expected,
        );
    }
    let propose = Command::ProposeErasure(proposal(ErasureGround::StateSecret, &[2]));
    story.given_by(&supervisor(), propose);
    story.check(&Actor::console(), confirm(), Answer::Refused(Refusal::OfficeAlone));
    story.check(&second(), confirm(), events(&["content_erased"]));
}

#[test]
fn what_cannot_be_proposed() {
    let story = story();
    let refused = |command: ProposeErasure, refusal| {
        story.check(
            &supervisor(),
            Command::ProposeErasure(command),
            Answer::Refused(refusal),
        );
    };
    let ground = ErasureGround::PersonalInformation;
    refused(proposal(ground, &[]), Refusal::NothingToErase);
    refused(proposal(ground, &[1, 9]), Refusal::AlreadyErased);
    let many: Vec<u128> = (1..).take(MOST_ERASED + 1).collect();
    refused(proposal(ground, &many), Refusal::TooMuchToErase);
    let unknown = ProposeErasure {
        files: vec!["cd".repeat(32)],
        ..proposal(ground, &[1])
    };
    refused(unknown, Refusal::AlreadyErased);
    for explanation in ["", "  ", ERASED] {
        let silent = ProposeErasure {
            explanation: explanation.to_owned(),
            ..proposal(ground, &[1])
        };
        refused(silent, Refusal::NoExplanation);
    }
    let file = ProposeErasure {
        files: vec!["ab".repeat(32); 2],
        ..proposal(ground, &[])
    };
    story.check(
        &supervisor(),
        Command::ProposeErasure(file),
        events(&["erasure_proposed"]),
    );
}

/// Whoever wrote the mark into a report would make people believe that the law had taken words out of it.
#[test]
fn the_mark_of_erased_words_cannot_be_written() {
    let story = Story::issued();
    let with = |done: &str, problems: &str| SubmitReport {
        done: done.to_owned(),
        problems: problems.to_owned(),
        ..submission()
    };
    let check = |command, refusal| story.check(&clerk(), Command::SubmitReport(command), Answer::Refused(refusal));
    check(with(ERASED, ""), Refusal::NothingDone);
    check(with("进展", &format!("前{ERASED}后")), Refusal::InvalidText);
}

#[test]
fn an_erased_file_is_not_received_again() {
    let mut story = Story::new();
    let receive = Command::ReceiveDocument(ReceiveDocument {
        document: DocumentId(uuid(6)),
        file_name: "分解.txt".to_owned(),
        sha256: "ab".repeat(32),
        byte_count: 1,
        text: "一".to_owned(),
    });
    story.check(&supervisor(), receive.clone(), events(&["document_received"]));
    story.facts.erased_files.insert("ab".repeat(32));
    story.check(&supervisor(), receive, Answer::Refused(Refusal::FileErased));
}

#[test]
fn only_the_console_takes_up_a_lost_erasure_and_only_once() {
    let mut story = story();
    let tombstone = Tombstone {
        erasure: ERASURE,
        ground: ErasureGround::StateSecret,
        proposed_by: supervisor().identity,
        confirmed_by: second().identity,
        erased_at: "2026-05-06T02:00:00Z".parse().unwrap(),
        texts: vec![place(2)],
        files: Vec::new(),
    };
    let reapply = Command::ReapplyErasure(tombstone.clone());
    story.check(&supervisor(), reapply.clone(), Answer::Denied(Denial::Forbidden));
    story.given(reapply.clone());
    assert_eq!(story.facts.erasures[&ERASURE].tombstone(), Some(tombstone));
    story.check(&Actor::console(), reapply, Answer::Refused(Refusal::ErasureDecided));
}

fn recorded(event: Event, actor: &Actor, version: u64) -> Recorded {
    let at = "2026-05-06T02:00:00Z".parse().unwrap();
    let circumstances = Circumstances {
        id: EventId(uuid(u128::from(version))),
        version,
        actor: actor.identity,
        command: CommandId(uuid(1)),
        effective_at: at,
        recorded_at: at,
    };
    record(event, circumstances, &mut || Salt([1; 32])).unwrap().0
}

/// Somebody who writes events into the database can get round `decide`; a replay goes through `apply` and finds it.
#[test]
fn a_forged_tombstone_by_one_person_is_out_of_place() {
    let proposed = Event::ErasureProposed(ErasureProposed {
        erasure: ERASURE,
        ground: ErasureGround::StateSecret,
        texts: vec![place(1)],
        files: Vec::new(),
        explanation: "说明".into(),
    });
    let state = Erasure::apply(None, &recorded(proposed, &supervisor(), 1)).unwrap();
    let tombstone = |texts| {
        Event::ContentErased(ContentErased {
            erasure: ERASURE,
            ground: ErasureGround::StateSecret,
            proposed_by: supervisor().identity,
            texts,
            files: Vec::new(),
        })
    };
    let apply = |actor: &Actor, texts| Erasure::apply(Some(state.clone()), &recorded(tombstone(texts), actor, 2));
    assert_eq!(apply(&supervisor(), vec![place(1)]), Err(ApplyError::OutOfPlace));
    assert_eq!(apply(&second(), vec![place(1), place(2)]), Err(ApplyError::OutOfPlace));
    assert!(apply(&second(), vec![place(1)]).is_ok());
}
