//! Work that follows a change and need not be done before its answer: integrating the log, finishing erasures, sweeping files; and what
//! a new day brings.
//!
//! A job is written in the transaction of the change that causes it and may run twice; each is safe to repeat. Jobs write derived rows
//! only, never the ledger. One that fails is tried again after longer and longer pauses, then given up with its cause for people to see;
//! it never keeps another from running. Payloads hold ids and never words, so that an erasure need not look into them.
//!
//! For the log a leaf without a place says what is to be done, and stands in the transaction of its change as a job would. Only where taking
//! leaves in has failed is there a job for it, which has the cause.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, ToSpan};
use luoshi_ledger::{Actor, log::IncidentCause};
use luoshi_store::Job as TakenJob;
pub use luoshi_store::{JobCounts, JobRow};
use tokio::{runtime::Handle, sync::watch, time::Instant};

use crate::{
    error::AppError,
    execute::flatten,
    log::{Round, is_lease_ignored},
    site::App,
};

/// How long the worker sleeps when nobody wakes it; also how soon a new day is noticed and how late a retry may be.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long the worker lets changes gather after it was woken, so that a rush is integrated and signed together.
const GATHERING: Duration = Duration::from_millis(20);
/// How long the worker rests between two rounds of the log while changes keep coming. A round writes and flushes several files, however few
/// leaves it takes in, and that is paid by those who wait for a flush of the database.
const REST: Duration = Duration::from_millis(250);
/// How long to leave the log to another process before looking again.
const TURN: Duration = Duration::from_secs(1);
/// How often a job is tried before it is given up. With the pauses between them the tries span thirteen hours at least, a night within which
/// a full disk may be noticed.
const MOST_ATTEMPTS: u32 = 14;
/// The pause after the first failure, in seconds; each further one doubles it.
const FIRST_PAUSE_SECONDS: u64 = 30;
/// The longest pause, in seconds.
const LONGEST_PAUSE_SECONDS: u64 = 6 * 60 * 60;
/// The longest cause that is kept, in characters.
const LONGEST_CAUSE: usize = 1_000;
/// Jobs that are listed at most.
const MOST_LISTED: u32 = 200;

/// Whether the worker is to end: what takes its time asks between its steps.
pub(crate) type Stop<'s> = &'s (dyn Fn() -> bool + 's);

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Give waiting leaves their places, grow the tree, sign and publish.
    IntegrateLog,
    /// Remove erased files and take erased words out of raw pages.
    FinishErasures,
    /// Remove files that nothing refers to.
    SweepFiles,
}

impl Job {
    /// Every kind.
    pub const ALL: [Job; 3] = [Job::IntegrateLog, Job::FinishErasures, Job::SweepFiles];

    /// The stable word of rows and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Job::IntegrateLog => "integrate_log",
            Job::FinishErasures => "finish_erasures",
            Job::SweepFiles => "sweep_files",
        }
    }

    fn from_code(code: &str) -> Option<Job> {
        Job::ALL.into_iter().find(|job| job.code() == code)
    }

    /// How long it may take before another worker may try it, unless the lease is renewed meanwhile.
    fn lease_minutes(self) -> i64 {
        match self {
            Job::IntegrateLog => 5,
            // Each file is a step of its own, and a second worker at the same work does no harm.
            Job::SweepFiles => 30,
            // One statement of the engine writes the whole database anew, and nobody can renew a lease meanwhile.
            Job::FinishErasures => 60,
        }
    }
}

/// Jobs of one kind that this worker has and nobody else.
pub(crate) struct Lease<'a> {
    app: &'a App,
    kind: Option<Job>,
    jobs: Vec<TakenJob>,
}

impl Lease<'_> {
    fn until(&self, now: Timestamp) -> Result<Timestamp, AppError> {
        let minutes = self.kind.map_or(1, Job::lease_minutes);
        now.checked_add(minutes.minutes()).map_err(AppError::internal)
    }

    /// Keeps the jobs for the full term again. A job that works in steps calls it between them.
    ///
    /// # Errors
    /// When another worker has one of them, which happens after the term alone: this one has to stop then.
    pub(crate) fn renew(&self) -> Result<(), AppError> {
        let (jobs, until) = (self.jobs.clone(), self.until(self.app.now())?);
        let held = self
            .app
            .store
            .write(move |transaction| Ok::<_, AppError>(transaction.renew_jobs(&jobs, until)?))
            .wait()
            .map_err(flatten)?;
        if held {
            Ok(())
        } else {
            Err(AppError::internal("another worker has the job"))
        }
    }
}

/// The pause before the next try of a job that has failed `attempts` times: it doubles each time up to six hours, and `jitter`, any number,
/// takes away up to half of it, so that what failed together is not tried together.
fn pause_after(attempts: u32, jitter: u64) -> SignedDuration {
    let doubled = FIRST_PAUSE_SECONDS.saturating_mul(1_u64.checked_shl(attempts.saturating_sub(1)).unwrap_or(u64::MAX));
    let longest = doubled.min(LONGEST_PAUSE_SECONDS);
    let half = longest / 2;
    let seconds = half + jitter % (longest - half + 1);
    SignedDuration::from_secs(seconds.try_into().unwrap_or(i64::MAX))
}

impl App {
    /// Tells the worker that there is work.
    pub(crate) fn wake_jobs(&self) {
        self.wake.notify_one();
        self.wake_index.notify_one();
    }

    /// Runs jobs until `stop` says so, and tends the index of search beside them. One of these runs beside a server; a second one elsewhere
    /// does no harm.
    pub async fn run_jobs(self: Arc<Self>, stop: watch::Receiver<bool>) {
        tokio::join!(
            Arc::clone(&self).run_due_jobs(stop.clone()),
            self.run_search_index(stop)
        );
    }

    async fn run_due_jobs(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            let (app, ending) = (Arc::clone(&self), stop.clone());
            let outcome = tokio::task::spawn_blocking(move || app.drain_jobs_blocking(&|| *ending.borrow())).await;
            let drained = outcome.map_err(AppError::internal).flatten().unwrap_or_else(|error| {
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
            let rested = Instant::now() + if is_lease_ignored() { Duration::ZERO } else { REST };
            let woken = async {
                self.wake.notified().await;
                tokio::time::sleep_until(rested.max(Instant::now() + GATHERING)).await;
            };
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(sleep) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Runs every job that is due, until none is left, and lets the index of search catch up. Command-line commands call this before they
    /// end.
    ///
    /// # Errors
    /// The first job that failed, once every other has had its turn; it stays in the queue.
    pub async fn drain_jobs(self: &Arc<Self>) -> Result<(), AppError> {
        self.drain().await.map(|_| ())
    }

    async fn drain(self: &Arc<Self>) -> Result<Drained, AppError> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let drained = app.drain_jobs_blocking(&|| false)?;
            app.index_search(&|| false)?;
            Ok(drained)
        })
        .await
        .map_err(AppError::internal)?
    }

    fn drain_jobs_blocking(&self, stop: Stop<'_>) -> Result<Drained, AppError> {
        // A key that was put back, or a newer database, is noticed without a restart.
        let halt = self.refreshed_log()?.halt;
        // What differs in the record does not mend itself, and looking for it again reads every leaf; a restart does.
        let is_hopeless = halt == Some(IncidentCause::RecordDiffers);
        self.refresh_lights_of_new_day(stop)?;
        let mut first_failure = None;
        let mut drained = Drained::All;
        if !is_hopeless && (halt.is_some() || self.leaves_wait()?) {
            match self.integrate_log() {
                Ok(round) => drained = round.into(),
                Err(error) => {
                    self.enqueue_integration()?;
                    first_failure = Some(error);
                }
            }
        }
        while let Some(lease) = self.take_jobs()? {
            let outcome = match lease.kind {
                Some(Job::IntegrateLog) => self.integrate_log().map(Drained::from),
                Some(Job::FinishErasures) => self.finish_erasures(&lease).map(|()| Drained::All),
                // This thread is for work that takes its time, and the runtime that it belongs to drives the files.
                Some(Job::SweepFiles) => Handle::current().block_on(self.sweep_files()).map(|_| Drained::All),
                None => Err(AppError::internal("unknown kind of job")),
            };
            if matches!(outcome, Ok(Drained::HeldElsewhere)) {
                drained = Drained::HeldElsewhere;
                self.put_back(lease.jobs)?;
                continue;
            }
            self.settle_jobs(lease.jobs, &outcome)?;
            if let Err(error) = outcome {
                first_failure.get_or_insert(error);
            }
        }
        first_failure.map_or(Ok(drained), Err)
    }

    /// Whether a leaf waits for a place, or has one and nothing is signed over it, as a process leaves it that died in the middle of a round.
    fn leaves_wait(&self) -> Result<bool, AppError> {
        Ok(self.store.read(|snapshot| {
            let signed = snapshot.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size);
            Ok(signed < snapshot.log_size()? || !snapshot.unsequenced_leaves(1)?.is_empty())
        })?)
    }

    /// Makes a job of what failed, so that people see the cause.
    fn enqueue_integration(&self) -> Result<(), AppError> {
        let now = self.now();
        self.store
            .write(move |transaction| {
                Ok::<_, AppError>(transaction.enqueue_unless_waiting(Job::IntegrateLog.code(), "", now, now)?)
            })
            .wait()
            .map_err(flatten)
    }

    /// The jobs that are to be done next; none where nothing is due. A job that ended its worker without an answer as often as it may be
    /// tried is given up here, since nobody else could say so.
    fn take_jobs(&self) -> Result<Option<Lease<'_>>, AppError> {
        loop {
            let now = self.now();
            let short = now.checked_add(1.minute()).map_err(AppError::internal)?;
            let (jobs, buried) = self
                .store
                .write(move |transaction| {
                    let taken = transaction.take_jobs(now, short)?;
                    let (jobs, hopeless): (Vec<_>, Vec<_>) =
                        taken.into_iter().partition(|job| job.attempts <= MOST_ATTEMPTS);
                    for job in &hopeless {
                        let cause = job
                            .last_error
                            .as_deref()
                            .unwrap_or("the worker ended without an answer");
                        transaction.bury_job(job, now, cause)?;
                    }
                    Ok::<_, AppError>((jobs, hopeless.len()))
                })
                .wait()
                .map_err(flatten)?;
            let Some(first) = jobs.first() else {
                if buried > 0 {
                    continue;
                }
                return Ok(None);
            };
            let kind = Job::from_code(&first.kind);
            let lease = Lease { app: self, kind, jobs };
            // How long its kind may take is known only now that it is taken.
            lease.renew()?;
            return Ok(Some(lease));
        }
    }

    /// Leaves jobs to be taken again in a moment: another process is doing the same work, which is no failure.
    fn put_back(&self, jobs: Vec<TakenJob>) -> Result<(), AppError> {
        let retry_at = self.now().checked_add(1.second()).map_err(AppError::internal)?;
        self.store
            .write(move |transaction| {
                for job in &jobs {
                    transaction.put_back_job(job, retry_at)?;
                }
                Ok::<_, AppError>(())
            })
            .wait()
            .map_err(flatten)
    }

    /// Removes jobs that are done; puts off what failed, or gives it up.
    fn settle_jobs(&self, jobs: Vec<TakenJob>, outcome: &Result<Drained, AppError>) -> Result<(), AppError> {
        let now = self.now();
        let failure = outcome.as_ref().err().map(cause_of);
        let retries: Vec<Timestamp> = jobs
            .iter()
            .map(|job| {
                let pause = pause_after(job.attempts, self.moments.number());
                now.checked_add(pause).map_err(AppError::internal)
            })
            .collect::<Result<_, _>>()?;
        self.store
            .write(move |transaction| {
                let Some(cause) = &failure else {
                    return Ok::<_, AppError>(transaction.finish_jobs(&jobs)?);
                };
                for (job, retry_at) in jobs.iter().zip(&retries) {
                    if job.attempts >= MOST_ATTEMPTS {
                        tracing::error!(id = job.id, kind = job.kind, cause, "a job is given up");
                        transaction.bury_job(job, now, cause)?;
                    } else {
                        transaction.postpone_job(job, *retry_at, cause)?;
                    }
                }
                Ok(())
            })
            .wait()
            .map_err(flatten)
    }

    /// How much work waits, since when, and how much was given up. For whoever oversees.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for others, and when the store fails.
    pub fn job_counts(&self, actor: &Actor) -> Result<JobCounts, AppError> {
        if !actor.oversees() {
            return Err(AppError::Forbidden);
        }
        Ok(self.store.read(|snapshot| snapshot.job_counts())?)
    }

    /// Jobs that were given up, then those that wait, at most two hundred. For whoever oversees.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for others, and when the store fails.
    pub fn jobs(&self, actor: &Actor) -> Result<Vec<JobRow>, AppError> {
        if !actor.oversees() {
            return Err(AppError::Forbidden);
        }
        Ok(self.store.read(|snapshot| snapshot.jobs(MOST_LISTED))?)
    }

    /// Has a job that was given up tried again, at once and as often as a new one. For whoever oversees.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such job was given up, [`AppError::Forbidden`] for others, and when the store fails.
    pub async fn retry_job(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<(), AppError> {
        if !actor.oversees() {
            return Err(AppError::Forbidden);
        }
        let now = self.now();
        let found = self
            .store
            .write(move |transaction| Ok::<_, AppError>(transaction.revive_job(id, now)?))
            .await
            .map_err(flatten)?;
        self.wake_jobs();
        if found { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// Throws away a job that was given up. What it was to do is not done. For whoever oversees.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such job was given up, [`AppError::Forbidden`] for others, and when the store fails.
    pub async fn discard_job(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<(), AppError> {
        if !actor.oversees() {
            return Err(AppError::Forbidden);
        }
        let found = self
            .store
            .write(move |transaction| Ok::<_, AppError>(transaction.discard_job(id)?))
            .await
            .map_err(flatten)?;
        if found { Ok(()) } else { Err(AppError::NotFound) }
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

impl From<Round> for Drained {
    fn from(round: Round) -> Self {
        match round {
            Round::HeldElsewhere => Drained::HeldElsewhere,
            // While the log is halted its leaves wait; after an incident they are all taken in.
            Round::Finished | Round::Halted(_) => Drained::All,
        }
    }
}

/// An error with the errors behind it, as long as a row keeps it.
fn cause_of(error: &AppError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text.chars().take(LONGEST_CAUSE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours_and_jitter_takes_at_most_half() {
        let seconds = |attempts, jitter| pause_after(attempts, jitter).as_secs();
        assert_eq!([1, 2, 3, 4].map(|attempts| seconds(attempts, 0)), [15, 30, 60, 120]);
        assert_eq!((seconds(1, 15), seconds(1, 16), seconds(2, u64::MAX)), (30, 15, 45));
        assert_eq!((seconds(20, 0), seconds(200, 10_800)), (3 * 3600, 6 * 3600));
    }

    #[test]
    fn the_tries_of_a_job_span_more_than_a_night() {
        let shortest: i64 = (1..MOST_ATTEMPTS)
            .map(|attempts| pause_after(attempts, 0).as_secs())
            .sum();
        assert!(shortest > 13 * 3600, "{shortest}");
    }
}
