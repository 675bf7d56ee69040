//! Events as they are appended, their leaves and checkpoints, and the receipts that were given for them.
//!
//! No proof is computed here: the store keeps rows.

use jiff::Timestamp;
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Stream,
    command::{ContinueLog, RotateLogKey},
    ids::{CommandId, LogId, OrganisationId},
    log::IncidentCause,
    organisation::OrganisationKind,
};
use luoshi_store::{Constraint, Store, StoreError, StoredCheckpoint, StoredReceipt, WriteError};

use crate::scene::{No, Scene, at, give, leaf_of, next_id};

pub(super) fn the_log(store: Store) {
    let scene = Scene::set_up(store);
    let (waiting, size) = scene
        .store
        .read(|snapshot| Ok((snapshot.unsequenced_leaves(100)?, snapshot.log_size()?)))
        .unwrap();
    assert_eq!((waiting.len(), size), (13, 0));
    assert!(waiting.is_sorted_by_key(|(event, _)| *event));
    let (first, entry) = waiting[0];
    let leaf = scene.store.read(|snapshot| snapshot.leaf(first)).unwrap().unwrap();
    assert_eq!((leaf.event, leaf.entry, leaf.index), (first, entry, None));

    scene
        .store
        .write(move |transaction| {
            assert_eq!(transaction.sequence_waiting_leaves(0, 2)?, 2);
            transaction.save_checkpoint(2, "note of two", at("2026-03-02T02:00:00Z"))
        })
        .wait()
        .unwrap();
    let again = scene
        .store
        .write(move |transaction| transaction.sequence_leaf(first, 5))
        .wait();
    assert!(
        matches!(again, Err(WriteError::Refused(StoreError::VersionClash))),
        "a place is given once: {again:?}"
    );
    let third = waiting[2].0;
    let taken = scene
        .store
        .write(move |transaction| transaction.sequence_leaf(third, 1))
        .wait();
    assert!(
        matches!(
            taken,
            Err(WriteError::Refused(StoreError::Constraint(Constraint::Unique)))
        ),
        "{taken:?}"
    );
    let second_note = scene
        .store
        .write(|transaction| transaction.save_checkpoint(2, "another", Timestamp::UNIX_EPOCH))
        .wait();
    assert!(
        matches!(second_note, Err(WriteError::Refused(StoreError::Constraint(_)))),
        "{second_note:?}"
    );

    scene
        .store
        .read(|snapshot| {
            assert_eq!(snapshot.log_size()?, 2);
            assert_eq!(snapshot.unsequenced_leaves(100)?.len(), 11);
            assert_eq!(snapshot.leaf(first)?.and_then(|leaf| leaf.index), Some(0));
            let leaves = snapshot.leaves(1, 10)?;
            assert_eq!((leaves.len(), leaves[0].entry), (1, waiting[1].1));
            assert_eq!(snapshot.leaf_entries(0, 2)?, [waiting[0].1, waiting[1].1]);
            assert_eq!(snapshot.leaf_entries(1, 1)?, Vec::<[u8; 32]>::new());
            let checkpoint = snapshot.latest_checkpoint()?.unwrap();
            assert_eq!((checkpoint.size, checkpoint.note.as_str()), (2, "note of two"));
            assert_eq!(checkpoint.signed_at, at("2026-03-02T02:00:00Z"));
            let logged = snapshot.log_entries(1, 10)?;
            assert_eq!((logged.len(), logged[0].index, logged[0].entry), (1, 1, waiting[1].1));
            assert!(logged[0].recorded_at.is_some());
            assert_eq!(snapshot.log_entries(2, 10)?, []);
            // The second leaf, and then the first of those without a place.
            assert_eq!(snapshot.waiting_since(1)?, logged[0].recorded_at);
            let first_waiting = snapshot.unsequenced_leaves(1)?[0].0;
            let waiting_since = snapshot.waiting_since(2)?;
            assert!(waiting_since.is_some() && waiting_since >= logged[0].recorded_at);
            assert!(first_waiting > waiting[1].0);
            Ok(())
        })
        .unwrap();
    scene
        .store
        .write(|transaction| transaction.save_checkpoint(13, "note of all", at("2026-03-02T03:00:00Z")))
        .wait()
        .unwrap();
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.latest_checkpoint())
            .unwrap()
            .unwrap()
            .size,
        13
    );
    let (count, all, later, first) = scene
        .store
        .read(|snapshot| {
            Ok((
                snapshot.checkpoint_count()?,
                snapshot.checkpoints(0, 10)?,
                snapshot.checkpoints(3, 10)?,
                snapshot.checkpoints(0, 1)?,
            ))
        })
        .unwrap();
    let sizes = |found: &[StoredCheckpoint]| found.iter().map(|checkpoint| checkpoint.size).collect::<Vec<_>>();
    assert_eq!((count, sizes(&all)), (2, vec![2, 13]));
    assert_eq!((sizes(&later), sizes(&first)), (vec![13], vec![2]));
}

pub(super) fn one_holder_at_a_time(store: Store) {
    let (first, second) = (next_id(), next_id());
    let take = |holder, now: &str, until: &str| {
        let (now, until) = (at(now), at(until));
        store
            .write(move |transaction| transaction.take_lease("sign", holder, now, until))
            .wait()
            .unwrap()
    };
    let (noon, soon, later) = ("2026-03-01T12:00:00Z", "2026-03-01T12:00:10Z", "2026-03-01T12:00:20Z");
    assert_eq!(store.read(|snapshot| snapshot.lease("sign")).unwrap(), None);
    assert!(take(first, noon, soon));
    assert!(!take(second, noon, later), "somebody has it");
    assert!(!take(second, "2026-03-01T12:00:09.999999Z", later));
    assert!(take(first, noon, later), "its holder renews it");
    assert!(!take(second, soon, later));
    let held = store.read(|snapshot| snapshot.lease("sign")).unwrap().unwrap();
    assert_eq!((held.holder, held.until), (first, at(later)));
    assert!(take(second, later, "2026-03-01T12:00:30Z"), "it ran out");
    assert!(!take(first, later, "2026-03-01T12:00:30Z"));
    let release = |holder| {
        store
            .write(move |transaction| transaction.release_lease("sign", holder, at(later)))
            .wait()
            .unwrap();
    };
    release(first);
    assert!(
        !take(first, later, "2026-03-01T12:00:30Z"),
        "only its holder gives it back"
    );
    let hold = |holder, now: &str| {
        let now = at(now);
        store
            .write(move |transaction| transaction.hold_lease("sign", holder, now))
            .wait()
            .unwrap()
    };
    assert!(hold(second, later) && !hold(first, later));
    assert!(!hold(second, "2026-03-01T12:00:30Z"), "its term is over");
    release(second);
    assert!(!hold(second, later), "it was given back");
    assert!(take(first, later, "2026-03-01T12:00:30Z"));
    assert_eq!(store.read(|snapshot| snapshot.lease("other")).unwrap(), None);
}

pub(super) fn keys_and_continuations(store: Store) {
    let (console, now) = (Actor::console(), at("2026-03-01T01:00:00Z"));
    let (first, second) = (LogId(next_id()), LogId(next_id()));
    let rotate = |previous_key: &str, key: &str| RotateLogKey {
        log: first,
        origin: "luoshi/first".to_owned(),
        previous_key: previous_key.to_owned(),
        key: key.to_owned(),
        previous_until: at("2026-04-01T01:00:00Z"),
        statement: format!("{previous_key} to {key}"),
    };
    give(&store, &console, Command::RotateLogKey(rotate("a", "b")), now).unwrap();
    give(&store, &console, Command::RotateLogKey(rotate("b", "c")), now).unwrap();
    let stale = give(&store, &console, Command::RotateLogKey(rotate("b", "d")), now);
    assert!(matches!(stale, Err(WriteError::Refused(No::Refused(_)))), "{stale:?}");
    let continued = ContinueLog {
        log: second,
        origin: "luoshi/second".to_owned(),
        key: "e".to_owned(),
        previous: first,
        previous_key: "c".to_owned(),
        checkpoint: Some("last".to_owned()),
        first_place: 2,
        cause: IncidentCause::KeyLost,
        statement: "first to second".to_owned(),
        reason: "硬盘损坏".to_owned(),
    };
    give(&store, &console, Command::ContinueLog(continued), now).unwrap();
    let logs = store.read(|snapshot| snapshot.logs()).unwrap();
    assert_eq!(logs.iter().map(|log| log.id).collect::<Vec<_>>(), [first, second]);
    let keys: Vec<&str> = logs[0].keys.iter().map(|term| term.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    assert_eq!(logs[0].keys[1].begins_at, Some(now));
    assert_eq!(logs[0].keys[1].signs_until, Some(at("2026-04-01T01:00:00Z")));
    assert_eq!(logs[0].keys[1].statement.as_deref(), Some("a to b"));
    assert_eq!((logs[0].version, &logs[0].continuation), (2, &None));
    let continuation = logs[1].continuation.clone().unwrap();
    assert_eq!((continuation.previous, continuation.first_place), (first, 2));
    assert_eq!(continuation.cause, IncidentCause::KeyLost);
    assert_eq!(continuation.checkpoint.as_deref(), Some("last"));
    assert_eq!(
        store.read(|snapshot| snapshot.log(second)).unwrap().as_ref(),
        Some(&logs[1])
    );
    assert_eq!(store.read(|snapshot| snapshot.log(LogId(next_id()))).unwrap(), None);
    let replayed = crate::scene::replay(&store);
    assert_eq!(replayed.differences, []);
}

/// What an incident does to places and checkpoints that were never the signed ones.
pub(super) fn places_are_given_back(store: Store) {
    let scene = Scene::set_up(store);
    let waiting = scene.store.read(|snapshot| snapshot.unsequenced_leaves(4)).unwrap();
    scene
        .store
        .write(|transaction| {
            transaction.sequence_waiting_leaves(0, 4)?;
            transaction.save_checkpoint(2, "two", at("2026-03-02T02:00:00Z"))?;
            transaction.save_checkpoint(4, "four", at("2026-03-02T03:00:00Z"))
        })
        .wait()
        .unwrap();
    let last = waiting[3].0;
    scene
        .store
        .write(move |transaction| {
            transaction.discard_checkpoints_after(2)?;
            transaction.give_back_places(2)?;
            transaction.sequence_leaf(last, 2)
        })
        .wait()
        .unwrap();
    scene
        .store
        .read(|snapshot| {
            assert_eq!(snapshot.log_size()?, 3);
            assert_eq!(snapshot.leaf(last)?.and_then(|leaf| leaf.index), Some(2));
            assert_eq!(snapshot.leaf(waiting[2].0)?.and_then(|leaf| leaf.index), None);
            assert_eq!(snapshot.leaf(waiting[1].0)?.and_then(|leaf| leaf.index), Some(1));
            assert_eq!(snapshot.latest_checkpoint()?.map(|kept| kept.size), Some(2));
            Ok(())
        })
        .unwrap();
}

pub(super) fn receipts(store: Store) {
    let scene = Scene::before_adoption(store);
    let event = scene
        .store
        .read(|snapshot| snapshot.latest_event_id())
        .unwrap()
        .unwrap();
    let receipt = StoredReceipt {
        command: CommandId(next_id()),
        event,
        actor: scene.clerk.identity,
        key_hash: Some([1; 32]),
        request_hash: [2; 32],
        recorded_at: at("2026-03-01T01:00:00Z"),
        note: "note".to_owned(),
    };
    let save = |receipt: &StoredReceipt| {
        let receipt = receipt.clone();
        scene
            .store
            .write(move |transaction| transaction.save_receipt(&receipt))
            .wait()
    };
    save(&receipt).unwrap();
    let same_key = StoredReceipt {
        command: CommandId(next_id()),
        ..receipt.clone()
    };
    assert!(matches!(
        save(&same_key),
        Err(WriteError::Refused(StoreError::Constraint(Constraint::IdempotencyKey)))
    ));
    // Keys are each actor's own, also the console's, and a request without a key never meets another.
    let console = StoredReceipt {
        actor: ActorIdentity::Console,
        ..same_key
    };
    save(&console).unwrap();
    for _ in 0..2 {
        save(&StoredReceipt {
            command: CommandId(next_id()),
            key_hash: None,
            ..receipt.clone()
        })
        .unwrap();
    }
    scene
        .store
        .read(|snapshot| {
            assert_eq!(
                snapshot.find_receipt(scene.clerk.identity, &[1; 32])?,
                Some(receipt.clone())
            );
            assert_eq!(
                snapshot.find_receipt(ActorIdentity::Console, &[1; 32])?,
                Some(console.clone())
            );
            assert_eq!(snapshot.find_receipt(scene.head.identity, &[1; 32])?, None);
            assert_eq!(snapshot.receipt(receipt.command)?, Some(receipt.clone()));
            assert_eq!(snapshot.receipt(CommandId(next_id()))?, None);
            Ok(())
        })
        .unwrap();
}

pub(super) fn what_append_and_apply_refuse(store: Store) {
    use luoshi_ledger::{
        Event, Salt,
        event::{Circumstances, OrganisationFounded, record},
        ids::EventId,
    };

    let organisation = OrganisationId(next_id());
    let founded = move |id, version| {
        let event = Event::OrganisationFounded(OrganisationFounded {
            organisation,
            name: "财政厅".to_owned(),
            short_names: Vec::new(),
            kind: OrganisationKind::Department,
        });
        let now = at("2026-03-01T01:00:00Z");
        let circumstances = Circumstances {
            id: EventId(id),
            version,
            actor: ActorIdentity::Console,
            command: CommandId(next_id()),
            effective_at: now,
            recorded_at: now,
        };
        record(event, circumstances, &mut || Salt([0; 32])).unwrap().0
    };
    let append = |id, version| {
        let recorded = founded(id, version);
        store
            .write(move |transaction| transaction.append(&recorded, &[], &leaf_of(&recorded)))
            .wait()
    };
    let (early, late) = (next_id(), next_id());
    assert!(
        matches!(append(late, 2), Err(WriteError::Refused(StoreError::VersionClash))),
        "a gap"
    );
    append(late, 1).unwrap();
    assert!(
        matches!(append(next_id(), 1), Err(WriteError::Refused(StoreError::VersionClash))),
        "the same place again"
    );
    assert!(
        matches!(append(early, 2), Err(WriteError::Refused(StoreError::OutOfOrder))),
        "an id from before"
    );
    // An id that another stream has: the engine that sends what nobody waits for finds out at the commit, and then nothing is kept.
    let other = {
        let mut recorded = founded(late, 1);
        recorded.envelope.stream = Stream::Organisation(OrganisationId(next_id()));
        recorded
    };
    let beside = store.write(move |transaction| {
        transaction.set_setting("beside", "value")?;
        transaction.append(&other, &[], &leaf_of(&other))
    });
    assert!(beside.wait().is_err(), "an id that is taken");
    assert_eq!(store.read(|snapshot| snapshot.setting("beside")).unwrap(), None);
    let stream = Stream::Organisation(organisation);
    assert_eq!(store.read(|snapshot| snapshot.stream_version(stream)).unwrap(), 1);
    assert_eq!(
        store.read(|snapshot| snapshot.latest_event_id()).unwrap(),
        Some(EventId(late))
    );

    let apply = |version| {
        let recorded = founded(next_id(), version);
        store.write(move |transaction| transaction.apply(&recorded)).wait()
    };
    assert!(
        matches!(apply(2), Err(WriteError::Refused(StoreError::Apply(_)))),
        "the second before the first"
    );
    apply(1).unwrap();
    assert!(
        matches!(apply(2), Err(WriteError::Refused(StoreError::Apply(_)))),
        "a body is founded once"
    );
}
