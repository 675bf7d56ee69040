//! Jobs: taken under a lease, finished, postponed.
//!
//! What a job does is the application's.

use luoshi_store::Store;

use crate::scene::at;

pub(super) fn jobs(store: Store) {
    let minute = |minute: u8| at(&format!("2026-03-01T01:{minute:02}:00Z"));
    store
        .write(move |transaction| {
            transaction.enqueue("integrate", "a", minute(1))?;
            transaction.enqueue("remind", "b", minute(2))?;
            transaction.enqueue("integrate", "c", minute(3))?;
            transaction.enqueue_unless_waiting("integrate", "later", minute(30))?;
            transaction.enqueue_unless_waiting("integrate", "later", minute(31))
        })
        .wait()
        .unwrap();
    let take = |now: u8| {
        store
            .write(move |transaction| transaction.take_jobs(minute(now), minute(now + 5)))
            .wait()
            .unwrap()
    };
    assert_eq!(take(0), []);
    let taken = take(4);
    assert_eq!(
        taken.iter().map(|job| job.payload.as_str()).collect::<Vec<_>>(),
        ["a", "c"]
    );
    assert_eq!((taken[0].kind.as_str(), taken[0].attempts), ("integrate", 0));
    assert_eq!(take(4)[0].payload, "b", "what is leased is nobody else's");
    assert_eq!(take(4), []);
    let ids: Vec<i64> = taken.iter().map(|job| job.id).collect();
    let (done, failed) = (ids[..1].to_vec(), ids[1..].to_vec());
    store
        .write(move |transaction| {
            transaction.finish_jobs(&done)?;
            transaction.postpone_jobs(&failed, minute(6), "the disk was full")
        })
        .wait()
        .unwrap();
    let again = take(7);
    assert_eq!((again.len(), again[0].payload.as_str(), again[0].attempts), (1, "c", 1));
    assert_eq!(again[0].last_error.as_deref(), Some("the disk was full"));
    assert_eq!(take(9)[0].payload, "b", "a lease that ran out is taken up by the next");
    let last: Vec<String> = [take(50), take(50)]
        .concat()
        .into_iter()
        .map(|job| job.payload)
        .collect();
    assert_eq!(last, ["c", "later", "b"], "what is done is gone, and nothing else is");
}
