//! Words that have to go by law: the content rows with their salts, what the state shows of them, and what repeats them outside the ledger.
//!
//! Whether the bytes are gone from the files is in `scrubbing`, where there are files.

use luoshi_ledger::{
    Actor, ActorIdentity, Command, EventKind, Role, Stream, TextName,
    command::{ConfirmErasure, DeclineErasure, ProposeErasure},
    erasure::{ErasureGround, ErasureState, FoundText, TextPlace},
    ids::{AccountId, ErasureId, ReportId},
    text::ERASED,
};
use luoshi_store::{DifferenceKind, DraftRow, NewSession, ReviewRow, Store};

use super::eventful;
use crate::scene::{Scene, at, give, march, next_id};

/// A second person of the supervision office.
pub(crate) fn second(scene: &Scene) -> Actor {
    Actor {
        identity: ActorIdentity::Account(AccountId(next_id())),
        organisation: Some(scene.office),
        roles: vec![Role::Supervisor],
    }
}

/// Two people of the office erase texts of a thing.
pub(crate) fn erase(scene: &Scene, ground: ErasureGround, texts: Vec<TextPlace>) -> ErasureId {
    let erasure = ErasureId(next_id());
    let propose = ProposeErasure {
        erasure,
        ground,
        texts,
        files: Vec::new(),
        explanation: "当事人申请".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::ProposeErasure(propose),
        at("2026-05-06T02:00:00Z"),
    )
    .unwrap();
    let confirm = Command::ConfirmErasure(ConfirmErasure { erasure });
    give(&scene.store, &second(scene), confirm, at("2026-05-06T03:00:00Z")).unwrap();
    erasure
}

fn texts_of(scene: &Scene, stream: Stream) -> Vec<FoundText> {
    scene.store.read(|snapshot| snapshot.texts_of(stream)).unwrap()
}

fn place_of(scene: &Scene, stream: Stream, name: TextName) -> TextPlace {
    let found = texts_of(scene, stream).into_iter().find(|text| text.name == name);
    found.unwrap().place
}

fn is_sound(scene: &Scene) {
    assert_eq!(crate::scene::replay(&scene.store).differences, []);
}

pub(super) fn words_that_have_to_go(store: Store) {
    let scene = eventful(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let stream = Stream::Report(report);
    let names: Vec<_> = texts_of(&scene, stream)
        .iter()
        .map(|text| (text.kind, text.name))
        .collect();
    assert_eq!(
        names,
        [
            (EventKind::ReportSubmitted, TextName::Done),
            (EventKind::ReportSubmitted, TextName::Problems),
            (EventKind::ReportSubmitted, TextName::HelpWanted),
            (EventKind::ReportSubmitted, TextName::NextStep),
            (EventKind::ReportVerified, TextName::Conclusion),
        ]
    );
    let found = scene
        .store
        .read(|snapshot| snapshot.texts_containing("属实", 10))
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].stream, found[0].body.as_str()), (stream, "属实"));
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.texts_containing("进展", 1))
            .unwrap()
            .len(),
        1,
        "no more than asked for"
    );

    // Proposed, nothing is gone; declined, it stays.
    let declined = ErasureId(next_id());
    let place = found[0].place;
    let propose = ProposeErasure {
        erasure: declined,
        ground: ErasureGround::PersonalityRights,
        texts: vec![place],
        files: Vec::new(),
        explanation: "说明".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::ProposeErasure(propose),
        at("2026-05-05T02:00:00Z"),
    )
    .unwrap();
    let stored = scene
        .store
        .read(|snapshot| snapshot.erasure(declined))
        .unwrap()
        .unwrap();
    assert_eq!(
        (stored.texts.as_slice(), stored.files.len(), &stored.state),
        (&[place][..], 0, &ErasureState::Proposed)
    );
    assert_eq!(stored.explanation, "说明");
    let decline = DeclineErasure {
        erasure: declined,
        reason: "理由不足".to_owned(),
    };
    give(
        &scene.store,
        &Actor::console(),
        Command::DeclineErasure(decline),
        at("2026-05-05T03:00:00Z"),
    )
    .unwrap();
    assert!(
        scene
            .store
            .read(|snapshot| snapshot.text_fact(place))
            .unwrap()
            .is_some()
    );
    let file = |sha256: &str| {
        let read = |snapshot: &luoshi_store::Snapshot<'_>| {
            Ok((snapshot.file_is_known(sha256)?, snapshot.file_is_erased(sha256)?))
        };
        scene.store.read(read).unwrap()
    };
    assert_eq!(
        (file(&"ab".repeat(32)), file(&"cd".repeat(32))),
        ((true, true), (false, false))
    );

    let version = scene.store.read(|snapshot| snapshot.stream_version(stream)).unwrap();
    let erasure = erase(
        &scene,
        ErasureGround::StateSecret,
        vec![place, place_of(&scene, stream, TextName::Done)],
    );
    let row = scene.store.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
    assert_eq!((row.done.as_str(), row.problems.as_str()), (ERASED, "无"));
    assert!(
        matches!(&row.state, luoshi_ledger::report::ReportState::Verified { conclusion, .. } if conclusion == ERASED)
    );
    assert_eq!(
        (
            row.version,
            scene.store.read(|snapshot| snapshot.stream_version(stream)).unwrap()
        ),
        (version, version)
    );
    assert!(
        scene
            .store
            .read(|snapshot| snapshot.text_fact(place))
            .unwrap()
            .is_none()
    );
    let erased = scene.store.read(|snapshot| snapshot.erased_texts(stream)).unwrap();
    assert_eq!(
        erased
            .iter()
            .map(|text| (text.name, text.ground, text.erasure))
            .collect::<Vec<_>>(),
        [
            (TextName::Done, ErasureGround::StateSecret, erasure),
            (TextName::Conclusion, ErasureGround::StateSecret, erasure)
        ]
    );
    is_sound(&scene);

    // Names of a person, titles that rows refer to, and an explanation.
    let ActorIdentity::Account(clerk) = scene.clerk.identity else {
        panic!("an account")
    };
    for stream in [
        Stream::Account(clerk),
        Stream::Plan(scene.plan),
        Stream::Task(scene.tasks[0]),
        Stream::Task(scene.tasks[1]),
        Stream::Document(scene.document),
        Stream::Erasure(declined),
    ] {
        let places = texts_of(&scene, stream).iter().map(|text| text.place).collect();
        erase(&scene, ErasureGround::PersonalInformation, places);
        assert_eq!(texts_of(&scene, stream), []);
    }
    let account = scene.store.read(|snapshot| snapshot.account(clerk)).unwrap().unwrap();
    assert_eq!(
        (account.sign_in_name.as_str(), account.display_name.as_str()),
        ("", ERASED)
    );
    let plan = scene.store.read(|snapshot| snapshot.plan(scene.plan)).unwrap().unwrap();
    assert_eq!((plan.title.as_str(), plan.issuer.as_deref()), (ERASED, Some(ERASED)));
    assert!(plan.sections.iter().all(|section| section.title == ERASED));
    let task = scene
        .store
        .read(|snapshot| snapshot.task(scene.tasks[1]))
        .unwrap()
        .unwrap();
    assert_eq!((task.text.as_str(), task.basis.as_deref()), (ERASED, Some(ERASED)));
    assert_eq!(task.publication, luoshi_ledger::task::Publication::Open);
    is_sound(&scene);

    let counts = scene.store.read(|snapshot| snapshot.erasure_counts()).unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|count| (count.year, count.ground, count.erasures))
        .collect();
    assert_eq!(
        counts,
        [
            (2026, ErasureGround::PersonalInformation, 6),
            (2026, ErasureGround::StateSecret, 1),
            (2026, ErasureGround::BusinessSecret, 1)
        ]
    );
    assert_eq!(scene.store.read(|snapshot| snapshot.erasures()).unwrap().len(), 10);

    // What a restored backup brings back is found, and goes again.
    let again = scene
        .store
        .write(move |transaction| transaction.erase_texts(&[place]))
        .wait()
        .unwrap();
    assert_eq!(again, 0, "what is gone is passed over");
}

pub(super) fn everything_that_repeats_them(store: Store) {
    let scene = eventful(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let ActorIdentity::Account(clerk) = scene.clerk.identity else {
        panic!("an account")
    };
    let author = scene.clerk.identity;
    let review = next_id();
    let (document, other) = (scene.document, ReportId::of(scene.tasks[1], scene.roads, march()));
    scene
        .store
        .write(move |transaction| {
            for report in [report, other] {
                transaction.save_report_draft(&DraftRow {
                    author,
                    report,
                    body: "{}".to_owned(),
                    updated_at: at("2026-04-01T02:00:00Z"),
                })?;
            }
            transaction.save_review(&ReviewRow {
                id: review,
                document,
                version: 1,
                body: "{}".to_owned(),
                updated_by: author,
                updated_at: at("2026-04-01T02:00:00Z"),
            })?;
            transaction.save_credential(clerk, "hash", false)?;
            transaction.save_session(&NewSession {
                token_hash: [5; 32],
                account: clerk,
                created_at: at("2026-04-01T02:00:00Z"),
                expires_at: at("2026-04-02T02:00:00Z"),
            })?;
            transaction.note_attempt(&[6; 32], at("2026-04-01T02:00:00Z"), at("2026-04-01T01:00:00Z"))
        })
        .wait()
        .unwrap();
    let draft = |report| {
        scene
            .store
            .read(|snapshot| snapshot.report_draft(author, report))
            .unwrap()
    };
    let place = place_of(&scene, Stream::Report(report), TextName::Problems);
    let erasure = erase(&scene, ErasureGround::PersonalInformation, vec![place]);
    assert_eq!((draft(report), draft(other).is_some()), (None, true));
    assert!(scene.store.read(|snapshot| snapshot.review(review)).unwrap().is_some());

    let place = place_of(&scene, Stream::Task(scene.tasks[0]), TextName::TaskText);
    erase(&scene, ErasureGround::PersonalInformation, vec![place]);
    assert!(scene.store.read(|snapshot| snapshot.review(review)).unwrap().is_none());

    let place = place_of(&scene, Stream::Account(clerk), TextName::SignInName);
    erase(&scene, ErasureGround::PersonalInformation, vec![place]);
    assert_eq!(draft(other), None);
    assert!(
        scene
            .store
            .read(|snapshot| snapshot.credential(clerk))
            .unwrap()
            .is_none()
    );
    // Not only for want of a password.
    scene
        .store
        .write(move |transaction| transaction.save_credential(clerk, "hash", false))
        .wait()
        .unwrap();
    assert!(
        scene
            .store
            .read(|snapshot| snapshot.session(&[5; 32]))
            .unwrap()
            .is_none()
    );
    let attempts = scene
        .store
        .read(|snapshot| snapshot.attempts(&[6; 32], at("2026-04-01T01:00:00Z")));
    assert_eq!(attempts.unwrap().count, 0);
    is_sound(&scene);

    // What is still to be done outside the rows is asked for, and noted once it is done and not asked for again meanwhile.
    let (asked, begun, asked_again) = (
        at("2026-05-06T03:00:00Z"),
        at("2026-05-06T03:01:00Z"),
        at("2026-05-06T03:02:00Z"),
    );
    let scrubbing = |work: fn(
        &mut luoshi_store::Transaction<'_>,
        ErasureId,
        [jiff::Timestamp; 3],
    ) -> Result<(), luoshi_store::StoreError>| {
        scene
            .store
            .write(move |transaction| work(transaction, erasure, [asked, begun, asked_again]))
            .wait()
            .unwrap();
        let waiting = scene.store.read(|snapshot| snapshot.erasures_to_scrub()).unwrap();
        (
            waiting.len(),
            scene.store.read(|snapshot| snapshot.scrubbed_at(erasure)).unwrap(),
        )
    };
    assert_eq!(
        scrubbing(|transaction, erasure, [asked, ..]| transaction.ask_scrubbing(erasure, asked)),
        (1, None)
    );
    assert_eq!(
        scrubbing(|transaction, erasure, [_, begun, again]| {
            transaction.ask_scrubbing(erasure, again)?;
            transaction.note_scrubbed(&[erasure], begun, again)
        }),
        (1, None)
    );
    assert_eq!(
        scrubbing(|transaction, erasure, [.., again]| transaction.note_scrubbed(&[erasure], again, again)),
        (0, Some(asked_again))
    );
}

/// Words that a tombstone says are gone, and words that are gone without one: both are found.
pub(crate) fn is_found_by_replay(store: &Store) -> Vec<DifferenceKind> {
    let outcome = crate::scene::replay(store);
    outcome.differences.iter().map(|difference| difference.kind).collect()
}
