//! Work that follows a change: written in the change's own transaction, leased to one worker, tried again until it is done, and buried with
//! its cause when it never is.
//!
//! What a kind of job does, how long one waits before the next try and how many tries are enough is not known here. A payload holds ids and
//! never words of people: an erasure does not look into it.

use jiff::Timestamp;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "
    insert into job (kind, payload, run_at, attempts, last_error, enqueued_at, buried_at)
    values ($1, $2, $3, 0, null, $3, null)";

const INSERT_UNLESS_WAITING: &str = "
    insert into job (kind, payload, run_at, attempts, last_error, enqueued_at)
    select $1, $2, $3, 0, null, $4 where not exists (select 1 from job where kind = $1 and payload = $2)";

const FIRST_DUE: &str = "
    select id, kind, payload, attempts, last_error, run_at from job
    where run_at <= $1 and buried_at is null order by run_at, id limit 1";

/// Jobs of the kind that have not been tried. One that has failed is taken alone, so that it fails alone if it fails again.
const UNTRIED_OF_KIND: &str = "
    select id, kind, payload, attempts, last_error, run_at from job
    where run_at <= $1 and buried_at is null and kind = $2 and attempts = 0 order by run_at, id";

/// Where several transactions write at once, a row that another worker is just taking is passed over and not waited for.
const SKIPPING: &str = " for update skip locked";

/// The conditions let one of two workers who read the same row have it: the other finds the row changed. The number of attempts is what a
/// lease is known by from then on.
const LEASE: &str = "
    update job set run_at = $2, attempts = attempts + 1
    where id = $1 and attempts = $3 and run_at = $4 and buried_at is null";

const RENEW: &str = "update job set run_at = $2 where id = $1 and attempts = $3 and buried_at is null";

const FINISH: &str = "delete from job where id = $1 and attempts = $2 and buried_at is null";

const POSTPONE: &str = "
    update job set run_at = $2, last_error = $3 where id = $1 and attempts = $4 and buried_at is null";

const PUT_BACK: &str = "
    update job set run_at = $2, attempts = attempts - 1 where id = $1 and attempts = $3 and buried_at is null";

const BURY: &str = "
    update job set buried_at = $2, last_error = $3 where id = $1 and attempts = $4 and buried_at is null";

const REVIVE: &str =
    "update job set buried_at = null, attempts = 0, run_at = $2 where id = $1 and buried_at is not null";

const DISCARD: &str = "delete from job where id = $1 and buried_at is not null";

const WAITING: &str = "select id from job where kind = $1 and buried_at is null limit 1";

const ALL: &str = "
    select id, kind, payload, attempts, last_error, run_at, coalesce(enqueued_at, run_at), buried_at from job
    order by case when buried_at is null then 1 else 0 end, run_at, id limit $1";

const COUNTS: &str = "select count(*), count(buried_at) from job";

const OLDEST: &str = "select min(coalesce(enqueued_at, run_at)) from job where buried_at is null";

/// A job that a worker has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// The stable word of its kind.
    pub kind: String,
    /// What it is about, in the form that its kind has.
    pub payload: String,
    /// How often it was taken, this time included: with the number it is the lease.
    pub attempts: u32,
    /// Why it failed the last time.
    pub last_error: Option<String>,
}

/// A job as people who look after the site see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// The stable word of its kind.
    pub kind: String,
    /// What it is about.
    pub payload: String,
    /// How often it was taken.
    pub attempts: u32,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it may be taken next, or until when it is leased.
    pub run_at: Timestamp,
    /// When it was written.
    pub enqueued_at: Timestamp,
    /// When it was given up; none while it is still tried.
    pub buried_at: Option<Timestamp>,
}

/// How much work there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobCounts {
    /// Jobs that wait or are being done.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// Jobs that were given up.
    pub buried: u64,
}

/// A job as it was read, before anybody has it.
struct Due {
    job: Job,
    run_at: Timestamp,
}

impl FromRow for Due {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            job: Job {
                id: row.take()?,
                kind: row.take()?,
                payload: row.take()?,
                attempts: row.take()?,
                last_error: row.take()?,
            },
            run_at: row.take()?,
        })
    }
}

impl FromRow for JobRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            kind: row.take()?,
            payload: row.take()?,
            attempts: row.take()?,
            last_error: row.take()?,
            run_at: row.take()?,
            enqueued_at: row.take()?,
            buried_at: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The first `limit` jobs, the ones that were given up first, then in the order in which they are due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn jobs(&self, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        self.connection.all(ALL, values![limit])
    }

    /// How many jobs there are, and how long the oldest has waited.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn job_counts(&self) -> Result<JobCounts, StoreError> {
        let (all, buried): (u64, u64) = self.connection.one(COUNTS, &[])?;
        let (oldest,): (Option<Timestamp>,) = self.connection.one(OLDEST, &[])?;
        Ok(JobCounts {
            waiting: all - buried,
            oldest,
            buried,
        })
    }

    /// Whether a job of this kind waits or is being done.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn job_waits(&self, kind: &str) -> Result<bool, StoreError> {
        let found: Option<(i64,)> = self.connection.optional(WAITING, values![kind])?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Writes a job that may be taken at once.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn enqueue(&mut self, kind: &str, payload: &str, now: Timestamp) -> Result<(), StoreError> {
        self.connection.send(INSERT, values![kind, payload, now])
    }

    /// Writes a job that may be taken from `run_at` on, unless one of the same kind and payload waits or runs already.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn enqueue_unless_waiting(
        &mut self,
        kind: &str,
        payload: &str,
        now: Timestamp,
        run_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .send(INSERT_UNLESS_WAITING, values![kind, payload, run_at, now])
    }

    /// Takes the job that has waited longest, and with it every job of its kind that is due and was never tried, since jobs of a kind are
    /// commonly done together; a job that has failed before is taken alone. Nobody else can take them before `lease_until`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn take_jobs(&mut self, now: Timestamp, lease_until: Timestamp) -> Result<Vec<Job>, StoreError> {
        let skipping = |sql: &str| match self.connection.writes_alone() {
            true => sql.to_owned(),
            false => format!("{sql}{SKIPPING}"),
        };
        let Some(first) = self.connection.optional::<Due>(&skipping(FIRST_DUE), values![now])? else {
            return Ok(Vec::new());
        };
        let due: Vec<Due> = if first.job.attempts > 0 {
            vec![first]
        } else {
            self.connection
                .all(&skipping(UNTRIED_OF_KIND), values![now, &first.job.kind])?
        };
        let mut taken = Vec::with_capacity(due.len());
        for Due { mut job, run_at } in due {
            let changed = self
                .connection
                .execute(LEASE, values![job.id, lease_until, job.attempts, run_at])?;
            if changed == 1 {
                job.attempts += 1;
                taken.push(job);
            }
        }
        Ok(taken)
    }

    /// Moves the end of the leases; false where one of them has run out and another worker has the job.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn renew_jobs(&mut self, jobs: &[Job], lease_until: Timestamp) -> Result<bool, StoreError> {
        let mut held = true;
        for job in jobs {
            let changed = self
                .connection
                .execute(RENEW, values![job.id, lease_until, job.attempts])?;
            held &= changed == 1;
        }
        Ok(held)
    }

    /// Removes jobs that are done, as far as their leases still hold: what another worker has taken since is that worker's.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_jobs(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        for job in jobs {
            self.connection.execute(FINISH, values![job.id, job.attempts])?;
        }
        Ok(())
    }

    /// Puts a job that failed back until `retry_at`, with the cause, as far as its lease still holds.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn postpone_job(&mut self, job: &Job, retry_at: Timestamp, cause: &str) -> Result<(), StoreError> {
        self.connection
            .execute(POSTPONE, values![job.id, retry_at, cause, job.attempts])
            .map(|_| ())
    }

    /// Puts a job back until `retry_at` as if it had not been taken, as far as its lease still holds.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put_back_job(&mut self, job: &Job, retry_at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(PUT_BACK, values![job.id, retry_at, job.attempts])
            .map(|_| ())
    }

    /// Gives a job up with the cause, as far as its lease still holds. It stays to be looked at, and nobody takes it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn bury_job(&mut self, job: &Job, at: Timestamp, cause: &str) -> Result<(), StoreError> {
        self.connection
            .execute(BURY, values![job.id, at, cause, job.attempts])
            .map(|_| ())
    }

    /// Lets a job that was given up be tried again from `run_at` on; false where there is none of that number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn revive_job(&mut self, id: i64, run_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.connection.execute(REVIVE, values![id, run_at])? == 1)
    }

    /// Throws away a job that was given up; false where there is none of that number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn discard_job(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(self.connection.execute(DISCARD, values![id])? == 1)
    }
}
