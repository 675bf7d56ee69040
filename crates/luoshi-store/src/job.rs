//! Work that follows a change: written in the change's own transaction, leased to a worker, tried again until it is done.
//!
//! What a kind of job does is not known here.

use jiff::Timestamp;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::Transaction,
};

const INSERT: &str = "insert into job (kind, payload, run_at, attempts, last_error) values ($1, $2, $3, 0, null)";

const INSERT_UNLESS_WAITING: &str = "
    insert into job (kind, payload, run_at, attempts, last_error)
    select $1, $2, $3, 0, null where not exists (select 1 from job where kind = $1 and payload = $2)";

/// The job that has waited longest decides which kind is taken; all that are due of that kind are taken with it, since jobs of a kind are
/// commonly done together.
const DUE: &str = "
    select id, kind, payload, attempts, last_error from job
    where run_at <= $1 and kind = (select kind from job where run_at <= $1 order by run_at, id limit 1)
    order by run_at, id";

const LEASE: &str = "update job set run_at = $2, attempts = attempts + 1 where id = $1";

const FINISH: &str = "delete from job where id = $1";

const POSTPONE: &str = "update job set run_at = $2, last_error = $3 where id = $1";

/// A job that a worker has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// The stable word of its kind.
    pub kind: String,
    /// What it is about, in the form that its kind has.
    pub payload: String,
    /// How often it was taken before.
    pub attempts: u32,
    /// Why it failed the last time.
    pub last_error: Option<String>,
}

impl FromRow for Job {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            kind: row.take()?,
            payload: row.take()?,
            attempts: row.take()?,
            last_error: row.take()?,
        })
    }
}

impl Transaction<'_> {
    /// Writes a job that may be taken from `run_at` on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn enqueue(&mut self, kind: &str, payload: &str, run_at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(INSERT, values![kind, payload, run_at])
            .map(|_| ())
    }

    /// Writes a job that may be taken from `run_at` on, unless one of the same kind and payload waits or runs already.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn enqueue_unless_waiting(&mut self, kind: &str, payload: &str, run_at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(INSERT_UNLESS_WAITING, values![kind, payload, run_at])
            .map(|_| ())
    }

    /// Takes every job that is due of the kind that has waited longest. Nobody else can take them before `lease_until`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn take_jobs(&mut self, now: Timestamp, lease_until: Timestamp) -> Result<Vec<Job>, StoreError> {
        let jobs: Vec<Job> = self.connection.all(DUE, values![now])?;
        for job in &jobs {
            self.connection.execute(LEASE, values![job.id, lease_until])?;
        }
        Ok(jobs)
    }

    /// Removes jobs that are done.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_jobs(&mut self, jobs: &[i64]) -> Result<(), StoreError> {
        for job in jobs {
            self.connection.execute(FINISH, values![*job])?;
        }
        Ok(())
    }

    /// Puts jobs that failed back until `retry_at`, with the cause.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn postpone_jobs(&mut self, jobs: &[i64], retry_at: Timestamp, cause: &str) -> Result<(), StoreError> {
        for job in jobs {
            self.connection.execute(POSTPONE, values![*job, retry_at, cause])?;
        }
        Ok(())
    }
}
