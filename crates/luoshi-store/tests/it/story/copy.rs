//! A ledger in another database of any engine, and back: the same ledger, proven by its replay.

use luoshi_store::{Store, StoreError};

use super::eventful;

/// Copies an eventful ledger out of `store` into `target`.
pub(crate) fn copying(store: Store, target: &Store) {
    let scene = eventful(store);
    let mut heard = Vec::new();
    let rows = scene
        .store
        .copy_into(target, &mut |table, rows| heard.push((table.to_owned(), rows)))
        .unwrap();
    assert!(rows > 50, "{rows}");
    assert!(heard.iter().any(|(table, _)| table == "event"), "{heard:?}");
    assert!(!target.is_half_copied().unwrap());

    let outcome = crate::scene::replay(target);
    assert!(outcome.is_clean(), "{:#?}", outcome.differences);
    assert_eq!(outcome, crate::scene::replay(&scene.store));
    let (plan, filter) = (scene.plan, luoshi_ledger::view::LedgerFilter::default());
    let ledger = |store: &Store| store.read(|snapshot| snapshot.ledger(plan, &filter)).unwrap();
    assert_eq!(ledger(target), ledger(&scene.store));
    // What is numbered by the engine goes on in the copy.
    target
        .write(|transaction| transaction.enqueue("kind", "", crate::scene::at("2026-03-01T01:00:00Z")))
        .wait()
        .unwrap();

    let again = scene.store.copy_into(target, &mut |_, _| {});
    assert!(matches!(again, Err(StoreError::NotEmpty)), "{again:?}");
}
