//! What stands outside the ledger: reports being written, reviews in progress, settings.
//!
//! Their bodies are opaque to the store.

use luoshi_ledger::ids::ReportId;
use luoshi_store::{DraftRow, ReviewRow, Store};

use crate::scene::{Scene, at, march, next_id};

pub(super) fn drafts_and_reviews(store: Store) {
    let scene = Scene::set_up(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let author = scene.clerk.identity;
    let draft = |author| {
        scene
            .store
            .read(|snapshot| snapshot.report_draft(author, report))
            .unwrap()
    };
    assert_eq!(draft(author), None);
    for body in ["{}", "{\"done\":\"…\"}"] {
        let row = DraftRow {
            author,
            report,
            body: body.to_owned(),
            updated_at: at("2026-03-20T01:00:00Z"),
        };
        scene
            .store
            .write(move |transaction| transaction.save_report_draft(&row))
            .wait()
            .unwrap();
        assert_eq!(draft(author).as_deref(), Some(body));
    }
    assert_eq!(draft(scene.head.identity), None, "a draft is its author's alone");
    scene
        .store
        .write(move |transaction| transaction.delete_report_draft(author, report))
        .wait()
        .unwrap();
    assert_eq!(draft(author), None);

    let review = ReviewRow {
        id: next_id(),
        document: scene.document,
        version: 1,
        body: "first".to_owned(),
        updated_by: author,
        updated_at: at("2026-03-20T01:00:00Z"),
    };
    let later = ReviewRow {
        id: next_id(),
        updated_at: at("2026-03-21T01:00:00Z"),
        ..review.clone()
    };
    for row in [review.clone(), later.clone()] {
        scene
            .store
            .write(move |transaction| transaction.save_review(&row))
            .wait()
            .unwrap();
    }
    assert_eq!(
        scene.store.read(|snapshot| snapshot.reviews()).unwrap(),
        [later, review.clone()]
    );
    let changed = ReviewRow {
        version: 2,
        body: "second".to_owned(),
        ..review.clone()
    };
    let update = |seen| {
        let row = changed.clone();
        scene
            .store
            .write(move |transaction| transaction.update_review(&row, seen))
            .wait()
            .unwrap()
    };
    assert!(update(1));
    assert!(
        !update(1),
        "somebody who saw the first version is told that there is a second"
    );
    assert_eq!(
        scene.store.read(|snapshot| snapshot.review(review.id)).unwrap(),
        Some(changed.clone())
    );
    assert_eq!(scene.store.read(|snapshot| snapshot.review(next_id())).unwrap(), None);

    assert_eq!(scene.store.read(|snapshot| snapshot.setting("a")).unwrap(), None);
    for value in ["1", "2"] {
        scene
            .store
            .write(move |transaction| transaction.set_setting("a", value))
            .wait()
            .unwrap();
        assert_eq!(
            scene.store.read(|snapshot| snapshot.setting("a")).unwrap().as_deref(),
            Some(value)
        );
    }
}
