//! How many documents are read at once. The largest takes a hundred times its size while it is read, so a third one waits for its turn.
//!
//! Nothing here is timed: the runtime has one thread for work, which takes what it is given in its order, and the futures are polled by hand.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::mpsc::{Sender, channel},
    task::Poll,
};

use luoshi_app::{
    document::{ImportError, Upload},
    review::ReviewId,
};
use luoshi_ledger::Actor;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::site::Site;

type Import<'site> = Pin<Box<dyn Future<Output = Result<ReviewId, ImportError>> + 'site>>;

/// An import of a document that is read and refused, so that nothing but its reading takes a turn.
fn import(site: &Site) -> Import<'_> {
    let upload = Upload {
        file_name: "空.txt".to_owned(),
        bytes: Vec::new(),
        date: None,
        year: None,
    };
    Box::pin(async move { site.app.import_document(&Actor::console(), upload).await })
}

/// Polls once. Whether the answer is there, and is the refusal that is expected.
async fn is_answered(import: &mut Import<'_>) -> bool {
    match poll_fn(|context| Poll::Ready(import.as_mut().poll(context))).await {
        Poll::Pending => false,
        Poll::Ready(Err(ImportError::Unusable(_))) => true,
        Poll::Ready(other) => panic!("{other:?}"),
    }
}

/// Occupies the one thread for work until the answer is dropped.
fn occupy_worker() -> (Sender<()>, JoinHandle<()>) {
    let (release, released) = channel::<()>();
    let occupied = spawn_blocking(move || {
        let _ = released.recv();
    });
    (release, occupied)
}

/// Lets the worker do all that it was given so far, and occupies it again before it is given anything else.
async fn let_worker_catch_up(release: Sender<()>) -> Sender<()> {
    let caught_up = spawn_blocking(|| ());
    let (next, _) = occupy_worker();
    drop(release);
    caught_up.await.unwrap();
    next
}

fn run(story: impl AsyncFnOnce(&Site)) {
    let site = Site::new();
    tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap()
        .block_on(story(&site));
}

#[test]
fn two_documents_are_read_at_once_and_a_third_waits() {
    run(async |site| {
        let (release, _) = occupy_worker();
        let (mut first, mut second, mut third) = (import(site), import(site), import(site));
        for import in [&mut first, &mut second, &mut third] {
            assert!(!is_answered(import).await);
        }
        let release = let_worker_catch_up(release).await;
        assert!(is_answered(&mut first).await, "the first had its turn");
        assert!(is_answered(&mut second).await, "and the second with it");
        assert!(!is_answered(&mut third).await, "the third was not read beside them");
        drop(release);
        assert!(matches!(third.await, Err(ImportError::Unusable(_))), "its turn came");
    });
}

#[test]
fn a_reading_that_nobody_waits_for_keeps_its_turn() {
    run(async |site| {
        let (release, _) = occupy_worker();
        let (mut first, mut second, mut third) = (import(site), import(site), import(site));
        for import in [&mut first, &mut second] {
            assert!(!is_answered(import).await);
        }
        drop((first, second));
        assert!(!is_answered(&mut third).await);
        let release = let_worker_catch_up(release).await;
        assert!(
            !is_answered(&mut third).await,
            "the work went on, and was still counted"
        );
        drop(release);
        assert!(matches!(third.await, Err(ImportError::Unusable(_))), "its turn came");
    });
}
