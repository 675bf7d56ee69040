//! Evidence on its way: added to a draft, handed in, kept and left out when the report comes back.
//!
//! Where its bytes lie is in `stored_file`.

use luoshi_ledger::{
    Command,
    command::{ReturnReport, SubmitReport},
    evidence::{Evidence, OfferedEvidence},
    ids::{EvidenceId, OrganisationId, ReportId},
};
use luoshi_store::{DraftEvidence, DraftRow, Store, WriteError};

use super::stored_file::{keep, stored};
use crate::scene::{No, Scene, at, give, march, next_id};

/// A file that `author` has added to the draft of `report`.
pub(super) fn draft_file(scene: &Scene, report: ReportId, organisation: OrganisationId, sha256: &str) -> DraftEvidence {
    DraftEvidence {
        evidence: Evidence {
            id: EvidenceId(next_id()),
            sha256: sha256.to_owned(),
            byte_count: 7,
            media_type: "text/csv".to_owned(),
            name: "项目清单.csv".to_owned(),
        },
        author: scene.clerk.identity,
        report,
        organisation,
        added_at: at("2026-03-19T02:00:00Z"),
    }
}

pub(super) fn add(store: &Store, file: &DraftEvidence) {
    let file = file.clone();
    store
        .write(move |transaction| transaction.add_draft_evidence(&file))
        .wait()
        .unwrap();
}

pub(super) fn evidence_from_draft_to_report(store: Store) {
    let scene = Scene::set_up(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let author = scene.clerk.identity;
    let store = &scene.store;
    let submit = |evidence: &[&DraftEvidence]| {
        Command::SubmitReport(SubmitReport {
            evidence: evidence.iter().map(|file| file.evidence.id).collect(),
            ..scene.growth_report(march())
        })
    };
    let [one, two, three] =
        ["aa", "bb", "cc"].map(|digits| draft_file(&scene, report, scene.finance, &digits.repeat(32)));
    for file in [&one, &two, &three] {
        add(store, file);
    }
    let in_draft = || store.read(|snapshot| snapshot.draft_evidence(author, report)).unwrap();
    assert_eq!(
        in_draft(),
        [one.evidence.clone(), two.evidence.clone(), three.evidence.clone()]
    );
    assert_eq!(
        store
            .read(|snapshot| snapshot.draft_evidence(scene.head.identity, report))
            .unwrap(),
        [],
        "the files of a draft are its author's alone"
    );

    // Nobody has the bytes yet.
    let refused = give(store, &scene.clerk, submit(&[&one]), at("2026-03-20T02:00:00Z"));
    assert!(
        matches!(refused, Err(WriteError::Refused(No::Refused(_)))),
        "{refused:?}"
    );
    // Another body has the same bytes, which helps nobody here.
    keep(store, scene.roads, &one.evidence.sha256);
    let refused = give(store, &scene.clerk, submit(&[&one]), at("2026-03-20T02:00:00Z"));
    assert!(
        matches!(refused, Err(WriteError::Refused(No::Refused(_)))),
        "{refused:?}"
    );
    for file in [&one, &two, &three] {
        keep(store, scene.finance, &file.evidence.sha256);
    }
    let offered = |file: &DraftEvidence| {
        let id = file.evidence.id;
        store
            .read(|snapshot| snapshot.offered_evidence(&[id, EvidenceId(next_id())]))
            .unwrap()
    };
    let in_own_draft = OfferedEvidence {
        evidence: one.evidence.clone(),
        report,
        organisation: scene.finance,
        author: Some(author),
    };
    assert_eq!(offered(&one), std::slice::from_ref(&in_own_draft));
    // Added twice it is one; a colleague who adds it too has it under a name of their own.
    let mut renamed = one.clone();
    renamed.evidence.name = "又一份.csv".to_owned();
    add(store, &renamed);
    assert_eq!(offered(&one), [in_own_draft]);
    renamed.author = scene.head.identity;
    add(store, &renamed);
    assert_eq!(offered(&one).len(), 2);
    let (head, id) = (scene.head.identity, one.evidence.id);
    store
        .write(move |transaction| transaction.remove_draft_evidence(head, report, id))
        .wait()
        .unwrap();

    give(store, &scene.clerk, submit(&[&two, &one]), at("2026-03-20T02:00:00Z")).unwrap();
    let read = || store.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
    assert_eq!(read().evidence, [two.evidence.clone(), one.evidence.clone()]);
    let authors: Vec<_> = offered(&one).into_iter().map(|file| file.author).collect();
    assert_eq!(
        authors,
        [Some(author), None],
        "it is the body's now, and still in the draft"
    );

    // The draft goes and its files with it; what was handed in stays.
    let row = DraftRow {
        author,
        report,
        body: "{}".to_owned(),
        updated_at: at("2026-03-20T02:00:00Z"),
    };
    store
        .write(move |transaction| {
            transaction.save_report_draft(&row)?;
            let removed = transaction.remove_draft_evidence(author, report, three.evidence.id)?;
            assert!(removed && !transaction.remove_draft_evidence(author, report, three.evidence.id)?);
            transaction.delete_report_draft(author, report)
        })
        .wait()
        .unwrap();
    assert_eq!(in_draft(), []);
    assert_eq!(read().evidence.len(), 2);

    let back = Command::ReturnReport(ReturnReport {
        report,
        reason: "请补充".to_owned(),
    });
    give(store, &scene.head, back, at("2026-03-21T02:00:00Z")).unwrap();
    assert_eq!(read().evidence.len(), 2, "a return changes no file");
    let four = draft_file(&scene, report, scene.finance, &"dd".repeat(32));
    add(store, &four);
    keep(store, scene.finance, &four.evidence.sha256);
    give(store, &scene.clerk, submit(&[&one, &four]), at("2026-03-22T02:00:00Z")).unwrap();
    assert_eq!(read().evidence, [one.evidence.clone(), four.evidence.clone()]);
    assert!(
        !offered(&two).is_empty(),
        "the event that brought it still speaks of it"
    );
    let view = store.read(|snapshot| snapshot.report_view(report)).unwrap().unwrap();
    assert_eq!((view.report.evidence.len(), view.destroyed_evidence.len()), (2, 0));

    // What the law had destroyed is still told of, and nobody can hand it in again.
    let sha256 = one.evidence.sha256.clone();
    assert!(
        store
            .read(|snapshot| snapshot.file_is_known(&one.evidence.sha256))
            .unwrap()
    );
    store
        .write(move |transaction| transaction.condemn_erased_file(&sha256, at("2026-03-23T02:00:00Z")))
        .wait()
        .unwrap();
    let view = store.read(|snapshot| snapshot.report_view(report)).unwrap().unwrap();
    assert_eq!(view.destroyed_evidence, [one.evidence.id]);
    assert_eq!(view.report.evidence.len(), 2);
    assert_eq!(offered(&one), []);

    // Every file that was ever handed in is in the record, with the place of its bytes where they are kept.
    let mut after = EvidenceId(uuid::Uuid::nil());
    let mut files = Vec::new();
    loop {
        let page = store.read(|snapshot| snapshot.evidence_files(after, 2)).unwrap();
        let Some(last) = page.last() else { break };
        after = EvidenceId(last.id);
        files.extend(page);
    }
    let expected = [&one, &two, &four].map(|file| (file.evidence.id.0, file.evidence.name.clone()));
    assert_eq!(
        files
            .iter()
            .map(|file| (file.id, file.name.clone()))
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(files[0].place, None);
    assert_eq!(
        files[1].place,
        stored(store, scene.finance, &two.evidence.sha256).map(|file| file.place)
    );
    assert_eq!((files[1].organisation, files[1].byte_count), (scene.finance, 7));
    let outcome = crate::scene::replay(store);
    assert!(outcome.is_clean(), "{:#?}", outcome.differences);
}
