//! The committer under strain: groups, refusals, panics, a full queue, another process, the end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
    mpsc::{Receiver, Sender, channel},
};

use luoshi_store::{Location, PendingWrite, Store, StoreError, Transaction, WriteError};

fn in_memory() -> Store {
    Store::create(&Location::SqliteInMemory).unwrap()
}

fn set(store: &Store, key: &'static str) -> PendingWrite<(), StoreError> {
    store.write(move |transaction| transaction.set_setting(key, "set"))
}

fn is_set(store: &Store, key: &str) -> bool {
    store.read(|snapshot| snapshot.setting(key)).unwrap().is_some()
}

/// Holds the committer inside a write until the sender is used or dropped, so that what follows gathers into one group.
fn hold(store: &Store) -> (Sender<()>, PendingWrite<(), StoreError>) {
    let (go, gate): (Sender<()>, Receiver<()>) = channel();
    let (inside, entered) = channel();
    let write = store.write(move |_: &mut Transaction<'_>| {
        inside.send(()).unwrap();
        let _ = gate.recv();
        Ok(())
    });
    entered.recv().unwrap();
    (go, write)
}

#[test]
fn a_refusal_and_a_panic_leave_their_neighbours_alone() {
    let store = in_memory();
    let (go, held) = hold(&store);
    let first = set(&store, "first");
    let refused = store.write(|transaction| {
        transaction.set_setting("refused", "half done")?;
        Err::<(), _>(StoreError::VersionClash)
    });
    let panicking: PendingWrite<(), StoreError> = store.write(|transaction| {
        transaction.set_setting("panicked", "half done")?;
        panic!("on purpose")
    });
    let broken = store.write(|transaction| {
        transaction.set_setting("broken", "half done")?;
        transaction.sequence_leaf(luoshi_ledger::ids::EventId(uuid::Uuid::nil()), 0)
    });
    let last = set(&store, "last");
    go.send(()).unwrap();
    held.wait().unwrap();
    first.wait().unwrap();
    assert!(matches!(
        refused.wait(),
        Err(WriteError::Refused(StoreError::VersionClash))
    ));
    assert!(matches!(panicking.wait(), Err(WriteError::Panicked)));
    assert!(matches!(
        broken.wait(),
        Err(WriteError::Refused(StoreError::VersionClash))
    ));
    last.wait().unwrap();
    for (key, expected) in [
        ("first", true),
        ("refused", false),
        ("panicked", false),
        ("broken", false),
        ("last", true),
    ] {
        assert_eq!(is_set(&store, key), expected, "{key}");
    }
}

/// A group is done again, with savepoints, only where there is something to undo.
#[test]
fn a_refusal_costs_its_neighbours_a_second_run_only_after_it_has_written() {
    for (writes_first, runs) in [(false, 1), (true, 2)] {
        let store = in_memory();
        let (go, held) = hold(&store);
        let count = Arc::new(AtomicUsize::new(0));
        let counted = |key: &'static str| {
            let count = Arc::clone(&count);
            store.write(move |transaction| {
                count.fetch_add(1, Ordering::Relaxed);
                transaction.set_setting(key, "set")
            })
        };
        let first = counted("first");
        let refused = store.write(move |transaction| {
            if writes_first {
                transaction.set_setting("refused", "half done")?;
            }
            Err::<(), _>(StoreError::VersionClash)
        });
        let last = counted("last");
        go.send(()).unwrap();
        held.wait().unwrap();
        first.wait().unwrap();
        assert!(refused.wait().is_err());
        last.wait().unwrap();
        // The last one is met only once the refusal is dealt with.
        assert_eq!(count.load(Ordering::Relaxed), 1 + runs, "{writes_first}");
        assert!(is_set(&store, "first") && is_set(&store, "last") && !is_set(&store, "refused"));
    }
}

#[test]
fn a_write_sees_what_its_neighbours_before_it_did() {
    let store = in_memory();
    let (go, held) = hold(&store);
    let before = set(&store, "before");
    let after = store.write(|transaction| transaction.setting("before"));
    go.send(()).unwrap();
    held.wait().unwrap();
    before.wait().unwrap();
    assert_eq!(after.wait().unwrap().as_deref(), Some("set"));
}

#[test]
fn a_full_queue_says_so_and_recovers() {
    let store = in_memory();
    let (go, held) = hold(&store);
    let waiting: Vec<_> = (0..2_000).map(|_| set(&store, "many")).collect();
    go.send(()).unwrap();
    held.wait().unwrap();
    let outcomes: Vec<_> = waiting.into_iter().map(PendingWrite::wait).collect();
    let busy = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(WriteError::Busy)))
        .count();
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((done, busy), (1_024, 2_000 - 1_024));
    set(&store, "afterwards").wait().unwrap();
}

#[test]
fn dropping_the_store_finishes_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("luoshi.db"));
    let store = Store::create(&location).unwrap();
    let (go, held) = hold(&store);
    let waiting = set(&store, "waiting");
    go.send(()).unwrap();
    drop(store);
    held.wait().unwrap();
    waiting.wait().unwrap();
    assert!(is_set(&Store::open(&location).unwrap(), "waiting"));
}

#[test]
fn a_write_that_nobody_awaits_happens_all_the_same() {
    let store = in_memory();
    drop(set(&store, "unwatched"));
    set(&store, "after it").wait().unwrap();
    assert!(is_set(&store, "unwatched"));
}

#[test]
fn eight_threads_write_and_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&Location::Sqlite(folder.path().join("luoshi.db"))).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..25 {
                    let key = format!("{thread}/{number}");
                    let written = key.clone();
                    store
                        .write(move |transaction| transaction.set_setting(&written, "set"))
                        .wait()
                        .unwrap();
                    // What was acknowledged is seen by every later read.
                    assert!(is_set(&store, &key), "{key}");
                }
            });
        }
    });
    let missing = (0..8).flat_map(|thread| (0..25).map(move |number| format!("{thread}/{number}")));
    assert_eq!(missing.filter(|key| !is_set(&store, key)).count(), 0);
}

#[test]
fn a_reader_keeps_its_state_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&Location::Sqlite(folder.path().join("luoshi.db"))).unwrap();
    let (before, after) = store
        .read(|snapshot| {
            let before = snapshot.setting("later")?;
            set(&store, "later").wait().unwrap();
            Ok((before, snapshot.setting("later")?))
        })
        .unwrap();
    assert_eq!((before, after), (None, None));
    assert!(is_set(&store, "later"));
}

#[test]
fn another_process_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    let store = Store::create(&Location::Sqlite(path.clone())).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("begin immediate; insert into site values ('other', 'set')")
        .unwrap();
    let write = set(&store, "ours");
    other.execute_batch("commit").unwrap();
    write.wait().unwrap();
    assert!(is_set(&store, "ours") && is_set(&store, "other"));
}
