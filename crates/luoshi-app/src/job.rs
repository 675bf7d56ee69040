//! Work that follows a change and need not be done before its answer: integrating the log, sweeping files; and what a new day brings.
//!
//! A job is written in the transaction of the change that causes it and may run twice; each is safe to repeat. Jobs write derived rows
//! only, never the ledger.

use std::{sync::Arc, time::Duration};

use jiff::ToSpan;
use tokio::{runtime::Handle, sync::watch};

use crate::{error::AppError, execute::flatten, site::App};

/// How long the worker sleeps when nobody wakes it; also how soon a new day is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long the worker lets changes gather after it was woken, so that a rush is integrated and signed together.
const GATHERING: Duration = Duration::from_millis(20);
/// How long a job may take before another worker may try it.
const LEASE_MINUTES: i64 = 5;

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Give waiting leaves their places, grow the tree, sign and publish.
    IntegrateLog,
    /// Remove files that nothing refers to.
    SweepFiles,
}

impl Job {
    /// The stable word of rows.
    pub fn code(self) -> &'static str {
        match self {
            Job::IntegrateLog => "integrate_log",
            Job::SweepFiles => "sweep_files",
        }
    }

    fn from_code(code: &str) -> Option<Job> {
        [Job::IntegrateLog, Job::SweepFiles]
            .into_iter()
            .find(|job| job.code() == code)
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
            if let Err(error) = self.drain_jobs().await {
                tracing::error!(%error, "a job failed and will be tried again");
            }
            if *stop.borrow() {
                return;
            }
            tokio::select! {
                () = self.wake.notified() => tokio::time::sleep(GATHERING).await,
                () = tokio::time::sleep(LONGEST_SLEEP) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Runs every job that is due, until none is left. Command-line commands call this before they end.
    ///
    /// # Errors
    /// The first job that fails; it stays in the queue.
    pub async fn drain_jobs(self: &Arc<Self>) -> Result<(), AppError> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || app.drain_jobs_blocking())
            .await
            .map_err(AppError::internal)?
    }

    fn drain_jobs_blocking(self: &Arc<Self>) -> Result<(), AppError> {
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
                return self.take_up_checkpoint();
            };
            let kind = Job::from_code(&first.kind);
            let outcome = match kind {
                Some(Job::IntegrateLog) => self.integrate_log(),
                // This thread is for work that takes its time, and the runtime that it belongs to drives the files.
                Some(Job::SweepFiles) => Handle::current().block_on(self.sweep_files()).map(|_| ()),
                None => Err(AppError::internal(format!("unknown job {}", first.kind))),
            };
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
}
