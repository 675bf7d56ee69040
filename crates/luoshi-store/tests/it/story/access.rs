//! Credentials, sessions and the throttle of sign-in.
//!
//! Accounts and their roles are in `people`.

use luoshi_ledger::ids::AccountId;
use luoshi_store::{Constraint, NewSession, Store, StoreError, WriteError};

use crate::scene::{Scene, account_of, at, next_id};

pub(super) fn access(store: Store) {
    let scene = Scene::before_adoption(store);
    let (clerk, head) = (account_of(&scene.clerk), account_of(&scene.head));
    let credential = |account| scene.store.read(|snapshot| snapshot.credential(account)).unwrap();
    assert_eq!(credential(clerk), None);
    for (hash, must_change) in [("first", true), ("second", false)] {
        scene
            .store
            .write(move |transaction| transaction.save_credential(clerk, hash, must_change))
            .wait()
            .unwrap();
        let stored = credential(clerk).unwrap();
        assert_eq!((stored.password_hash.as_str(), stored.must_change), (hash, must_change));
        assert!(!format!("{stored:?}").contains(hash), "a hash does not get into a log");
    }
    let nobody = scene
        .store
        .write(|transaction| transaction.save_credential(AccountId(next_id()), "hash", false))
        .wait();
    assert!(
        matches!(
            nobody,
            Err(WriteError::Refused(StoreError::Constraint(Constraint::Reference)))
        ),
        "{nobody:?}"
    );

    let hour = |hour: u8| at(&format!("2026-03-01T{hour:02}:00:00Z"));
    let begin = |token: u8, account, created: u8| {
        let session = NewSession {
            token_hash: [token; 32],
            account,
            created_at: hour(created),
            expires_at: hour(created + 12),
        };
        scene
            .store
            .write(move |transaction| transaction.save_session(&session))
            .wait()
            .unwrap();
    };
    begin(1, clerk, 1);
    begin(2, clerk, 2);
    begin(3, clerk, 3);
    begin(4, head, 4);
    let executor = tokio::runtime::Runtime::new().unwrap();
    let session = |token: u8| {
        let read = scene.store.read_async(move |snapshot| snapshot.session(&[token; 32]));
        executor.block_on(read).unwrap()
    };
    assert_eq!(session(4), None, "whoever has no password is not signed in");
    scene
        .store
        .write(move |transaction| transaction.save_credential(head, "hash", true))
        .wait()
        .unwrap();
    assert!(session(4).unwrap().must_change_password);
    let stored = session(1).unwrap();
    assert_eq!((stored.account.id, stored.created_at), (clerk, hour(1)));
    assert_eq!(
        (stored.account.organisation_name.as_str(), stored.must_change_password),
        ("财政厅", false)
    );
    assert_eq!((stored.last_seen_at, stored.expires_at), (hour(1), hour(13)));
    scene
        .store
        .write(move |transaction| {
            transaction.touch_session(&[1; 32], hour(5))?;
            transaction.touch_session(&[1; 32], hour(4))
        })
        .wait()
        .unwrap();
    assert_eq!(
        session(1).unwrap().last_seen_at,
        hour(5),
        "a late note does not set it back"
    );
    scene
        .store
        .write(move |transaction| transaction.delete_other_sessions(clerk, Some(&[1; 32])))
        .wait()
        .unwrap();
    assert_eq!(
        [1, 2, 3, 4].map(|token| session(token).is_some()),
        [true, false, false, true]
    );
    scene
        .store
        .write(move |transaction| transaction.delete_sessions_before(hour(6), hour(5)))
        .wait()
        .unwrap();
    assert_eq!(
        [1, 4].map(|token| session(token).is_some()),
        [true, false],
        "the idle one is gone"
    );
    scene
        .store
        .write(move |transaction| transaction.delete_sessions_before(hour(13), hour(5)))
        .wait()
        .unwrap();
    assert_eq!(session(1), None, "the expired one is gone");
    begin(5, clerk, 5);
    begin(6, clerk, 6);
    scene
        .store
        .write(|transaction| transaction.delete_session(&[5; 32]))
        .wait()
        .unwrap();
    assert_eq!([5, 6].map(|token| session(token).is_some()), [false, true]);
    scene
        .store
        .write(move |transaction| transaction.delete_other_sessions(clerk, None))
        .wait()
        .unwrap();
    assert_eq!(session(6), None);

    let attempts = |window: u8| {
        let found = scene
            .store
            .read(|snapshot| snapshot.attempts(&[9; 32], hour(window)))
            .unwrap();
        (found.count, found.first_at)
    };
    assert_eq!(attempts(1), (0, hour(1)));
    for (now, window) in [(2, 1), (3, 1), (4, 2)] {
        scene
            .store
            .write(move |transaction| transaction.note_attempt(&[9; 32], hour(now), hour(window)))
            .wait()
            .unwrap();
    }
    assert_eq!(attempts(2), (3, hour(2)));
    assert_eq!(
        attempts(3),
        (0, hour(3)),
        "what is older than the window does not count"
    );
    scene
        .store
        .write(move |transaction| transaction.note_attempt(&[9; 32], hour(9), hour(8)))
        .wait()
        .unwrap();
    assert_eq!(attempts(8), (1, hour(9)), "a new window counts anew");
    scene
        .store
        .write(|transaction| transaction.clear_attempts(&[9; 32]))
        .wait()
        .unwrap();
    assert_eq!(attempts(8), (0, hour(8)));
}
