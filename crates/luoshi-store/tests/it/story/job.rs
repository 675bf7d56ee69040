//! Jobs: taken under a lease by one worker, renewed, finished, postponed, given up, tried again and thrown away.
//!
//! What a job does, and how many tries are enough, is the application's.

use luoshi_store::{Job, JobCounts, Store, StoreError, Transaction};

use crate::scene::at;

fn minute(minute: u8) -> jiff::Timestamp {
    at(&format!("2026-03-01T01:{minute:02}:00Z"))
}

fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(work).wait().unwrap()
}

fn take(store: &Store, now: u8) -> Vec<Job> {
    write(store, move |transaction| {
        transaction.take_jobs(minute(now), minute(now + 5))
    })
}

fn payloads(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.payload.as_str()).collect()
}

pub(super) fn jobs(store: Store) {
    write(&store, |transaction| {
        transaction.enqueue("integrate", "a", minute(1))?;
        transaction.enqueue("remind", "b", minute(2))?;
        transaction.enqueue("integrate", "c", minute(3))?;
        transaction.enqueue_unless_waiting("integrate", "later", minute(2), minute(30))?;
        transaction.enqueue_unless_waiting("integrate", "later", minute(2), minute(31))
    });
    // One that is to be done later was written when it was written.
    let rows = store.read(|snapshot| snapshot.jobs(10)).unwrap();
    let later = rows.iter().find(|row| row.run_at == minute(30)).unwrap();
    assert_eq!(later.enqueued_at, minute(2));
    assert_eq!(take(&store, 0), []);
    let taken = take(&store, 4);
    assert_eq!(payloads(&taken), ["a", "c"]);
    assert_eq!((taken[0].kind.as_str(), taken[0].attempts), ("integrate", 1));
    assert_eq!(take(&store, 4)[0].payload, "b", "what is leased is nobody else's");
    assert_eq!(take(&store, 4), []);
    let (done, failed) = (vec![taken[0].clone()], taken[1].clone());
    write(&store, move |transaction| {
        transaction.finish_jobs(&done)?;
        transaction.postpone_job(&failed, minute(6), "the disk was full")
    });
    let again = take(&store, 7);
    assert_eq!((again.len(), again[0].payload.as_str(), again[0].attempts), (1, "c", 2));
    assert_eq!(again[0].last_error.as_deref(), Some("the disk was full"));
    assert_eq!(
        take(&store, 9)[0].payload,
        "b",
        "a lease that ran out is taken up by the next"
    );
    assert_eq!(
        payloads(&[take(&store, 50), take(&store, 50), take(&store, 50)].concat()),
        ["c", "b", "later"]
    );
    assert_eq!(take(&store, 50), [], "what is done is gone, and nothing else is");
}

/// A job that always fails is taken alone after its first failure, so that those of its kind go on without it.
pub(super) fn a_job_that_fails_does_not_take_others_with_it(store: Store) {
    write(&store, |transaction| {
        transaction.enqueue("remind", "poison", minute(1))?;
        transaction.enqueue("remind", "sound", minute(1))
    });
    let together = take(&store, 2);
    assert_eq!(payloads(&together), ["poison", "sound"]);
    write(&store, move |transaction| {
        together
            .iter()
            .try_for_each(|job| transaction.postpone_job(job, minute(3), "poisoned"))
    });
    write(&store, |transaction| transaction.enqueue("remind", "new", minute(3)));
    assert_eq!(payloads(&take(&store, 4)), ["poison"]);
    assert_eq!(payloads(&take(&store, 4)), ["sound"]);
    assert_eq!(payloads(&take(&store, 4)), ["new"]);
}

/// A worker whose lease ran out changes nothing any more: the job is another's.
pub(super) fn a_lost_lease(store: Store) {
    write(&store, |transaction| transaction.enqueue("remind", "a", minute(1)));
    let slow = take(&store, 2);
    let renewed = {
        let slow = slow.clone();
        write(&store, move |transaction| transaction.renew_jobs(&slow, minute(12)))
    };
    assert!(renewed);
    assert_eq!(take(&store, 10), [], "a renewed lease holds");
    let quick = take(&store, 13);
    assert_eq!(quick[0].attempts, 2);
    let lost = {
        let slow = slow.clone();
        write(&store, move |transaction| {
            transaction.finish_jobs(&slow)?;
            transaction.postpone_job(&slow[0], minute(1), "late")?;
            transaction.bury_job(&slow[0], minute(13), "late")?;
            transaction.renew_jobs(&slow, minute(50))
        })
    };
    assert!(!lost);
    let rows = store.read(|snapshot| snapshot.jobs(10)).unwrap();
    assert_eq!((rows.len(), rows[0].run_at, rows[0].buried_at), (1, minute(18), None));
    write(&store, move |transaction| transaction.finish_jobs(&quick));
    assert_eq!(store.read(|snapshot| snapshot.jobs(10)).unwrap(), []);
}

pub(super) fn jobs_that_are_given_up(store: Store) {
    write(&store, |transaction| {
        transaction.enqueue("remind", "a", minute(1))?;
        transaction.enqueue("remind", "b", minute(2))
    });
    let counts = |waiting, oldest, buried| JobCounts {
        waiting,
        oldest,
        buried,
    };
    assert_eq!(
        store.read(|snapshot| snapshot.job_counts()).unwrap(),
        counts(2, Some(minute(1)), 0)
    );
    assert!(store.read(|snapshot| snapshot.job_waits("remind")).unwrap());
    assert!(!store.read(|snapshot| snapshot.job_waits("integrate")).unwrap());
    let taken = take(&store, 3);
    let (first, second) = (taken[0].clone(), taken[1].clone());
    let (id, other) = (first.id, second.id);
    write(&store, move |transaction| {
        transaction.bury_job(&first, minute(3), "no such report")?;
        transaction.bury_job(&second, minute(3), "no such report")
    });
    assert_eq!(take(&store, 50), [], "nobody takes what was given up");
    assert_eq!(
        store.read(|snapshot| snapshot.job_counts()).unwrap(),
        counts(0, None, 2)
    );
    let rows = store.read(|snapshot| snapshot.jobs(10)).unwrap();
    assert_eq!(
        (rows[0].last_error.as_deref(), rows[0].buried_at),
        (Some("no such report"), Some(minute(3)))
    );
    assert!(write(&store, move |transaction| transaction.revive_job(id, minute(4))));
    assert!(
        !write(&store, move |transaction| transaction.revive_job(id, minute(4))),
        "it is alive already"
    );
    assert!(
        !write(&store, move |transaction| transaction.discard_job(id)),
        "only what was given up"
    );
    assert!(write(&store, move |transaction| transaction.discard_job(other)));
    let again = take(&store, 5);
    assert_eq!((payloads(&again), again[0].attempts), (vec!["a"], 1));
}
