//! Work that follows a change and need not be done before its answer: integrating the log; and what a new day brings.
//!
//! A job is written in the transaction of the change that causes it and may run twice; each is safe to repeat. Jobs write derived rows
//! only, never the ledger.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, ToSpan};
use luoshi_ledger::log::IncidentCause;
use tokio::sync::watch;

use crate::{error::AppError, execute::flatten, log::Round, site::App};

/// How long the worker sleeps when nobody wakes it; also how soon a new day is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long the worker lets changes gather after it was woken, so that a rush is integrated and signed together.
const GATHERING: Duration = Duration::from_millis(20);
/// How long to leave the log to another process before looking again.
const TURN: Duration = Duration::from_secs(1);
/// How long a job may take before another worker may try it.
const LEASE_MINUTES: i64 = 5;

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Give waiting leaves their places, grow the tree, sign and publish.
    IntegrateLog,
}

impl Job {
    /// The stable word of rows.
    pub fn code(self) -> &'static str {
        match self {
            Job::IntegrateLog => "integrate_log",
        }
    }

    fn from_code(code: &str) -> Option<Job> {
        (code == Job::IntegrateLog.code()).then_some(Job::IntegrateLog)
    }
}

impl App {
    /// Tells the worker that there is work.
    pub(crate) fn wake_jobs(&self) {
        self.wake.notify_one();
    }

    /// Runs jobs until `stop` says so. One of these runs beside a server; a second one elsewhere does no harm.
    pub async fn run_jobs(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            let drained = self.drain().await.unwrap_or_else(|error| {
                tracing::error!(%error, "a job failed and will be tried again");
                Drained::All
            });
            let sleep = match drained {
                Drained::All => LONGEST_SLEEP,
                Drained::HeldElsewhere => TURN,
            };
            if *stop.borrow() {
                return;
            }
            tokio::select! {
                () = self.wake.notified() => tokio::time::sleep(GATHERING).await,
                () = tokio::time::sleep(sleep) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Runs every job that is due, until none is left. Command-line commands call this before they end.
    ///
    /// # Errors
    /// The first job that fails; it stays in the queue.
    pub async fn drain_jobs(self: &Arc<Self>) -> Result<(), AppError> {
        self.drain().await.map(|_| ())
    }

    async fn drain(self: &Arc<Self>) -> Result<Drained, AppError> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || app.drain_jobs_blocking())
            .await
            .map_err(AppError::internal)?
    }

    fn drain_jobs_blocking(&self) -> Result<Drained, AppError> {
        // A key that was put back, or a newer database, is noticed without a restart.
        let halt = self.refreshed_log()?.halt;
        // What differs in the record does not mend itself, and looking for it again reads every leaf; a restart does.
        let is_hopeless = halt == Some(IncidentCause::RecordDiffers);
        if halt.is_some() && !is_hopeless {
            self.integrate_log()?;
        }
        self.refresh_lights_of_new_day()?;
        loop {
            let now = self.now();
            let lease_until = now.checked_add(LEASE_MINUTES.minutes()).map_err(AppError::internal)?;
            let taken = self
                .store
                .write(move |transaction| Ok::<_, AppError>(transaction.take_jobs(now, lease_until)?))
                .wait()
                .map_err(flatten)?;
            let Some(first) = taken.first() else {
                // A process that died in the middle of a round leaves leaves behind whose job is still leased to it.
                let waits = self
                    .store
                    .read(|snapshot| Ok(!snapshot.unsequenced_leaves(1)?.is_empty()))?;
                let is_worth_it = waits && !is_hopeless;
                return Ok(match is_worth_it.then(|| self.integrate_log()).transpose()? {
                    Some(Round::HeldElsewhere) => Drained::HeldElsewhere,
                    _ => Drained::All,
                });
            };
            let kind = Job::from_code(&first.kind);
            let outcome = match kind {
                // While the log is halted its leaves wait; the job of an incident integrates them all.
                Some(Job::IntegrateLog) => self.integrate_log(),
                None => Err(AppError::internal(format!("unknown job {}", first.kind))),
            };
            if matches!(outcome, Ok(Round::HeldElsewhere)) {
                self.put_back(&taken, now)?;
                return Ok(Drained::HeldElsewhere);
            }
            let ids: Vec<i64> = taken.iter().map(|job| job.id).collect();
            let retry_at = now.checked_add(1.minute()).map_err(AppError::internal)?;
            let failure = outcome.as_ref().err().map(ToString::to_string);
            self.store
                .write(move |transaction| {
                    match &failure {
                        None => transaction.finish_jobs(&ids)?,
                        Some(cause) => transaction.postpone_jobs(&ids, retry_at, cause)?,
                    }
                    Ok::<_, AppError>(())
                })
                .wait()
                .map_err(flatten)?;
            outcome?;
        }
    }

    /// Leaves jobs to be taken again in a moment: another process is doing the same work.
    fn put_back(&self, taken: &[luoshi_store::Job], now: Timestamp) -> Result<(), AppError> {
        let ids: Vec<i64> = taken.iter().map(|job| job.id).collect();
        let retry_at = now.checked_add(1.second()).map_err(AppError::internal)?;
        self.store
            .write(move |transaction| {
                Ok::<_, AppError>(transaction.postpone_jobs(&ids, retry_at, "another process is at it")?)
            })
            .wait()
            .map_err(flatten)
    }
}

/// Whether everything that was due is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drained {
    /// All of it.
    All,
    /// Another process is at it; it is worth looking again soon.
    HeldElsewhere,
}
