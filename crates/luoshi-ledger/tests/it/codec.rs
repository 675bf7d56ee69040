//! Stored events decode for ever, and words that are not the committed ones are noticed.

use luoshi_ledger::{
    Actor, Event, EventKind, Salt,
    decide::decide,
    event::{Circumstances, DecodeError, ReportReturned, ReportSubmitted, open, record},
    evidence::EvidenceRecord,
    ids::{CommandId, EventId, EvidenceId, PlanId, SectionId, TaskId},
    policy::authorize,
    report::{ReportRecord, ReturnStage},
    text::{ERASED, HoldsTexts},
};

use crate::fixture::{FINANCE, PLAN, Story, TASK, account, adoption, report, task, uuid};

fn circumstances() -> Circumstances {
    let at = "2026-06-20T02:00:00Z".parse().unwrap();
    Circumstances {
        id: EventId(uuid(0x51)),
        version: 3,
        actor: "console".parse().unwrap(),
        command: CommandId(uuid(0x52)),
        effective_at: at,
        recorded_at: at,
    }
}

fn returned() -> Event {
    Event::ReportReturned(ReportReturned {
        report: report(),
        stage: ReturnStage::Approval,
        reason: "请补充数据来源".into(),
    })
}

#[test]
fn words_come_back_and_the_payload_does_not_hold_them() {
    let (recorded, contents) = record(returned(), circumstances(), &mut || Salt([3; 32])).unwrap();
    let payload = String::from_utf8(recorded.envelope.payload.clone()).unwrap();
    assert!(!payload.contains("数据来源"), "{payload}");
    let opened = open(recorded.envelope.clone(), &contents).unwrap();
    assert_eq!(opened, recorded);
}

#[test]
fn changed_and_surplus_words_are_noticed() {
    let (recorded, mut contents) = record(returned(), circumstances(), &mut || Salt([3; 32])).unwrap();
    contents[0].body = "同意".to_owned();
    let answer = open(recorded.envelope.clone(), &contents);
    assert!(
        matches!(answer, Err(DecodeError::AlteredContent { ordinal: 0 })),
        "{answer:?}"
    );
    contents[0].ordinal = 1;
    let answer = open(recorded.envelope.clone(), &contents);
    assert!(
        matches!(answer, Err(DecodeError::SurplusContent { ordinal: 1 })),
        "{answer:?}"
    );
}

#[test]
fn an_event_of_the_first_release_still_decodes() {
    let (mut recorded, _) = record(returned(), circumstances(), &mut || Salt([3; 32])).unwrap();
    recorded.envelope.payload = format!(
        r#"{{"report":"{}","stage":"verification","reason":"{}"}}"#,
        report(),
        "ab".repeat(32)
    )
    .into_bytes();
    let opened = open(recorded.envelope, &[]).unwrap();
    let Event::ReportReturned(event) = opened.event else {
        panic!("another kind")
    };
    assert_eq!(
        (event.stage, event.reason.body(), event.reason.is_erased()),
        (ReturnStage::Verification, ERASED, true)
    );
}

fn submitted() -> Event {
    Event::ReportSubmitted(ReportSubmitted {
        report: report(),
        task: TASK,
        organisation: FINANCE,
        period: "2026-05".parse().unwrap(),
        record: ReportRecord {
            values: Vec::new(),
            completion: Some(40),
            done: "完成投资120亿元".into(),
            problems: "无".into(),
            help_wanted: "".into(),
            next_step: "继续".into(),
            evidence: vec![EvidenceRecord {
                evidence: EvidenceId(uuid(0x71)),
                sha256: "cd".repeat(32),
                byte_count: 7,
                media_type: "text/csv".to_owned(),
                name: "王某的项目清单.csv".into(),
            }],
        },
    })
}

#[test]
fn the_name_of_a_file_is_no_part_of_the_payload() {
    let (recorded, contents) = record(submitted(), circumstances(), &mut || Salt([3; 32])).unwrap();
    assert_eq!(recorded.envelope.kind_version, 2);
    let payload = String::from_utf8(recorded.envelope.payload.clone()).unwrap();
    assert!(
        payload.contains(&"cd".repeat(32)) && !payload.contains("王某"),
        "{payload}"
    );
    assert_eq!((contents.len(), contents[4].body.as_str()), (5, "王某的项目清单.csv"));
    assert_eq!(open(recorded.envelope.clone(), &contents).unwrap(), recorded);
}

/// Reports of the first release have no evidence; ledgers full of them have to be read in ten years.
#[test]
fn a_report_of_the_first_release_still_decodes_with_its_words() {
    let (mut recorded, mut contents) = record(submitted(), circumstances(), &mut || Salt([3; 32])).unwrap();
    let mut payload: serde_json::Value = serde_json::from_slice(&recorded.envelope.payload).unwrap();
    payload["record"].as_object_mut().unwrap().remove("evidence").unwrap();
    recorded.envelope.payload = serde_json::to_vec(&payload).unwrap();
    recorded.envelope.kind_version = 1;
    contents.pop();
    let opened = open(recorded.envelope.clone(), &contents).unwrap();
    let Event::ReportSubmitted(event) = opened.event else {
        panic!("another kind")
    };
    assert_eq!(event.record.evidence, []);
    assert_eq!(
        (event.record.done.body(), event.record.next_step.body()),
        ("完成投资120亿元", "继续")
    );
    recorded.envelope.kind_version = 2;
    assert!(matches!(
        open(recorded.envelope, &contents),
        Err(DecodeError::Payload(_))
    ));
}

#[test]
fn unknown_kinds_and_foreign_streams_are_refused() {
    let (recorded, contents) = record(returned(), circumstances(), &mut || Salt([3; 32])).unwrap();
    let mut unknown = recorded.envelope.clone();
    unknown.kind_version = 9;
    assert!(matches!(
        open(unknown, &contents),
        Err(DecodeError::UnknownKind { version: 9, .. })
    ));
    let mut foreign = recorded.envelope.clone();
    foreign.stream = luoshi_ledger::Stream::new(foreign.stream.kind(), uuid(1));
    assert!(matches!(open(foreign, &contents), Err(DecodeError::ForeignStream)));
}

#[test]
fn no_two_envelopes_share_bytes() {
    let (recorded, _) = record(returned(), circumstances(), &mut || Salt([3; 32])).unwrap();
    let mut longer = recorded.envelope.clone();
    longer.kind.push('x');
    let mut shifted = recorded.envelope.clone();
    shifted.payload.insert(0, b'x');
    let bytes = recorded.envelope.bytes();
    assert_ne!(longer.bytes(), bytes);
    assert_ne!(shifted.bytes(), bytes);
    assert_ne!(longer.bytes(), shifted.bytes());
}

#[test]
fn the_words_of_kinds_are_all_different() {
    let mut words: Vec<_> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), EventKind::ALL.len());
}

/// The names of an event's texts are what an erasure shows to the person who decides; one too many would name the wrong words.
#[test]
fn every_text_of_an_event_has_its_name() {
    for mut recorded in all_with_texts() {
        let mut texts = 0;
        recorded.visit_texts(&mut |_| texts += 1);
        assert_eq!(recorded.text_names().len(), texts, "{:?}", recorded.kind());
    }
}

fn all_with_texts() -> Vec<Event> {
    use luoshi_ledger::command::{AddTask, Command, NewSection};
    let story = Story::reported();
    let mut bare = adoption();
    bare.plan = PlanId(uuid(0x77));
    for task in &mut bare.tasks {
        task.task = TaskId(uuid(0x78 + task.task.0.as_u128()));
    }
    let mut full = bare.clone();
    full.document_number = Some("一号".to_owned());
    full.issuer = Some("办公厅".to_owned());
    full.sections = ["一", "二"]
        .map(|title| NewSection {
            section: SectionId(uuid(title.len() as u128)),
            label: String::new(),
            title: title.to_owned(),
            span: None,
        })
        .to_vec();
    full.tasks[0].basis = Some("纪要".to_owned());
    full.tasks[0].deliverable = Some("通车".to_owned());
    let commands = [
        Command::OpenAccount(account()),
        Command::AdoptDrafts(bare),
        Command::AdoptDrafts(full),
        Command::AddTask(AddTask {
            plan: PLAN,
            number: 9,
            task: task(TaskId(uuid(2)), "新增"),
        }),
    ];
    let mut events = vec![returned()];
    for command in commands {
        let permit = authorize(&Actor::console(), &command, &story.facts).unwrap();
        events.extend(decide(&permit, &command, &story.facts, story.today).unwrap());
    }
    events
}
