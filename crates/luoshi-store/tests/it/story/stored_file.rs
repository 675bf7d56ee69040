//! The register of files: begun before the bytes, kept for one body each, held by whoever refers to them, condemned when nobody does.

use jiff::Timestamp;
use luoshi_ledger::ids::{DocumentId, OrganisationId, ReportId};
use luoshi_store::{Finished, Store, StoredFile};

use super::evidence::{add, draft_file};
use crate::scene::{Scene, at, march, next_id};

const BEGUN: &str = "2026-03-18T02:00:00Z";

/// Registers a file of seven bytes and calls it durable.
pub(super) fn keep(store: &Store, organisation: OrganisationId, sha256: &str) -> StoredFile {
    let file = begin(store, organisation, sha256);
    assert_eq!(finish(store, &file), Finished::Kept);
    file
}

pub(super) fn stored(store: &Store, organisation: OrganisationId, sha256: &str) -> Option<StoredFile> {
    store
        .read(|snapshot| snapshot.stored_file(organisation, sha256))
        .unwrap()
}

fn begin(store: &Store, organisation: OrganisationId, sha256: &str) -> StoredFile {
    let file = StoredFile {
        place: next_id(),
        organisation,
        sha256: sha256.to_owned(),
        byte_count: 7,
    };
    let begun = file.clone();
    store
        .write(move |transaction| transaction.begin_file(&begun, at(BEGUN)))
        .wait()
        .unwrap();
    file
}

fn finish(store: &Store, file: &StoredFile) -> Finished {
    let file = file.clone();
    store
        .write(move |transaction| transaction.finish_file(&file, at(BEGUN)))
        .wait()
        .unwrap()
}

fn hold(store: &Store, organisation: OrganisationId, sha256: &str, now: &str) -> Option<StoredFile> {
    let (sha256, now) = (sha256.to_owned(), at(now));
    store
        .write(move |transaction| transaction.hold_file(organisation, &sha256, now))
        .wait()
        .unwrap()
}

fn condemn(store: &Store, before: &str) -> Vec<StoredFile> {
    let (before, now): (Timestamp, _) = (at(before), at("2026-03-25T02:00:00Z"));
    let listed = store.read(|snapshot| snapshot.unreferenced_files(before)).unwrap();
    let condemned = store
        .write(move |transaction| transaction.condemn_unreferenced_files(before, now))
        .wait()
        .unwrap();
    let mut in_order = condemned.clone();
    in_order.sort_by_key(|file| file.place);
    assert_eq!(in_order, listed, "what is told before is what happens");
    listed
}

pub(super) fn the_register_of_files(store: Store) {
    let scene = Scene::set_up(store);
    let (store, finance, roads) = (&scene.store, scene.finance, scene.roads);
    let content = "ab".repeat(32);
    let bytes_of = |organisation| store.read(|snapshot| snapshot.stored_bytes(organisation)).unwrap();
    assert_eq!((stored(store, finance, &content), bytes_of(finance)), (None, 0));

    let first = begin(store, finance, &content);
    assert_eq!(stored(store, finance, &content), None, "its bytes are not durable yet");
    assert_eq!(bytes_of(finance), 7, "a quota counts what is on its way");
    let second = begin(store, finance, &content);
    assert_eq!(finish(store, &first), Finished::Kept);
    assert_eq!(stored(store, finance, &content), Some(first.clone()));
    // Two people sent the same bytes at once: the place of the second one goes.
    assert_eq!(finish(store, &second), Finished::Already(first.clone()));
    assert_eq!(
        store.read(|snapshot| snapshot.condemned_files()).unwrap(),
        std::slice::from_ref(&second)
    );
    assert_eq!(bytes_of(finance), 7);

    // Nobody learns that another body has the same bytes.
    assert_eq!(stored(store, roads, &content), None);
    assert_eq!(hold(store, roads, &content, BEGUN), None);
    let other = keep(store, roads, &content);
    assert_ne!(other.place, first.place);

    let (gone, kept) = (second.place, first.place);
    store
        .write(move |transaction| {
            transaction.forget_file(gone)?;
            transaction.forget_file(kept)
        })
        .wait()
        .unwrap();
    assert_eq!(store.read(|snapshot| snapshot.condemned_files()).unwrap(), []);
    assert_eq!(
        stored(store, finance, &content),
        Some(first),
        "only what is condemned is forgotten"
    );
}

pub(super) fn what_is_condemned(store: Store) {
    let scene = Scene::set_up(store);
    let (store, finance) = (&scene.store, scene.finance);
    let report = ReportId::of(scene.tasks[0], finance, march());
    let [used, unused, young] = ["aa", "bb", "cc"].map(|digits| digits.repeat(32));
    let file = draft_file(&scene, report, finance, &used);
    add(store, &file);
    let used = keep(store, finance, &used);
    let unused = keep(store, finance, &unused);
    let young = keep(store, finance, &young);
    // Another body may have the same bytes in a draft; a file of this one is not referred to by that.
    let same_elsewhere = keep(store, scene.roads, &used.sha256);
    // Whoever finds a file there takes hold of it, and a sweep at the same moment sees that.
    assert_eq!(
        hold(store, finance, &young.sha256, "2026-03-24T02:00:00Z"),
        Some(young.clone())
    );
    // An upload that was cut off left a row and perhaps bytes.
    let left_behind = begin(store, finance, &"dd".repeat(32));
    // The document of the scene was received before there was a register, and this is the same one received again.
    let document = store
        .read(|snapshot| snapshot.document_files(DocumentId(uuid::Uuid::nil()), 10))
        .unwrap();
    assert_eq!((document.len(), document[0].place), (1, None));
    let kept_document = keep(store, StoredFile::SITE, &document[0].sha256);
    let document = store
        .read(|snapshot| snapshot.document_files(DocumentId(uuid::Uuid::nil()), 10))
        .unwrap();
    assert_eq!(
        (document[0].place, document[0].organisation),
        (Some(kept_document.place), StoredFile::SITE)
    );

    assert_eq!(condemn(store, BEGUN), [], "everything is as young as this");
    let mut expected = [unused.clone(), same_elsewhere, left_behind.clone()];
    expected.sort_by_key(|file| file.place);
    assert_eq!(condemn(store, "2026-03-19T02:00:00Z"), expected);
    assert_eq!(condemn(store, "2026-03-19T02:00:00Z"), []);
    assert_eq!(stored(store, finance, &used.sha256), Some(used.clone()));
    // It is lost for good: whoever comes now has to bring the bytes again, to another place.
    assert_eq!(hold(store, finance, &unused.sha256, BEGUN), None);
    assert_eq!(finish(store, &left_behind), Finished::Condemned);
    let again = keep(store, finance, &unused.sha256);
    assert_ne!(again.place, unused.place);

    // By law, bytes go wherever they are kept, whatever refers to them.
    let sha256 = used.sha256.clone();
    let other = keep(store, scene.roads, &sha256);
    store
        .write(move |transaction| transaction.condemn_erased_file(&sha256, at("2026-03-25T02:00:00Z")))
        .wait()
        .unwrap();
    assert_eq!(stored(store, finance, &used.sha256), None);
    assert_eq!(stored(store, scene.roads, &used.sha256), None);
    let condemned = store.read(|snapshot| snapshot.condemned_files()).unwrap();
    assert!(condemned.contains(&used) && condemned.contains(&other));
    assert_eq!(stored(store, finance, &young.sha256), Some(young));
}
