//! What a store does when it is opened.

use luoshi_store::{Location, Store, StoreError, WriteError};

#[test]
fn a_missing_database_is_not_made_by_opening_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    let refused = Store::open(&Location::Sqlite(path.clone())).err();
    assert!(matches!(refused, Some(StoreError::Missing(_))), "{refused:?}");
    assert!(!path.exists());
}

#[test]
fn an_unmigrated_database_serves_nothing_until_it_is_migrated() {
    let store = Store::open(&Location::SqliteInMemory).unwrap();
    assert!(store.needs_migration().unwrap());
    let read = store.read(|snapshot| snapshot.plans());
    assert!(
        matches!(read, Err(StoreError::NeedsMigration { found: 0, .. })),
        "{read:?}"
    );
    let write = store.write(|transaction| transaction.set_setting("a", "b")).wait();
    assert!(matches!(write, Err(WriteError::Unavailable)), "{write:?}");
    let outcome = store.migrate().unwrap();
    assert_eq!(outcome.before, 0);
    assert_eq!(store.schema_version().unwrap(), outcome.after);
    assert_eq!(store.read(|snapshot| snapshot.plans()).unwrap(), []);
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("luoshi.db"));
    let store = Store::create(&location).unwrap();
    store
        .write(|transaction| transaction.set_setting("log_origin", "here"))
        .wait()
        .unwrap();
    drop(store);
    let store = Store::open(&location).unwrap();
    assert_eq!(
        store
            .read(|snapshot| snapshot.setting("log_origin"))
            .unwrap()
            .as_deref(),
        Some("here")
    );
}

#[test]
fn a_database_of_a_newer_release_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    drop(Store::create(&Location::Sqlite(path.clone())).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    drop(connection);
    for refused in [
        Store::open(&Location::Sqlite(path.clone())).err(),
        Store::create(&Location::Sqlite(path)).err(),
    ] {
        assert!(
            matches!(refused, Some(StoreError::NewerSchema { found: 1_000, .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    std::fs::write(
        &path,
        "no database at all, and long enough to have a header of its own".repeat(20),
    )
    .unwrap();
    let refused = Store::open(&Location::Sqlite(path)).err();
    assert!(matches!(refused, Some(StoreError::Engine(_))), "{refused:?}");
}
