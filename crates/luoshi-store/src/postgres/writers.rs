//! The threads that write: each command is a transaction of its own, run again where it met another one, and answered as unknown where nobody
//! can say what became of its commit.
//!
//! The server's log shares the flushes among them, so there is no group commit here.

use std::{
    sync::{Arc, mpsc::TrySendError},
    thread,
    time::Duration,
};

use super::{
    session::{Access, Opener, Session, Trouble},
    threads::Threads,
};
use crate::{
    engine::Connection,
    error::StoreError,
    known_plan::KnownPlans,
    snapshot::Transaction,
    work::{Fate, Work},
};

/// Writes that may wait; one more is told that the store is busy, which is better than waiting without end.
const LONGEST_QUEUE: usize = 1_024;
/// Transactions that run at once. More of them would share a flush better and get into each other's way more often: on two cores twelve carried as
/// much as sixteen or more, and the slowest of those that wait waited less.
const WRITERS: u32 = 12;
/// How often a transaction is run before its author is told to come back.
const MOST_RUNS: u32 = 10;
/// How often a transaction that came second is run again. A key that was taken long ago is taken at every run.
const MOST_SECONDS: u32 = 2;

/// The handles of the writing threads.
pub(crate) struct Writers(Threads<Box<dyn Work>>);

impl Writers {
    /// Starts the threads; each opens its session when it first needs one.
    pub(crate) fn start(opener: &Arc<Opener>) -> Result<Self, StoreError> {
        let writers = (0..WRITERS).map(|number| {
            let mut writer = Writer {
                number,
                opener: Arc::clone(opener),
                session: None,
                known_plans: KnownPlans::default(),
            };
            move |mut work: Box<dyn Work>| {
                let fate = writer.carry_out(work.as_mut());
                work.settle(fate);
            }
        });
        Threads::start("writer", LONGEST_QUEUE, writers).map(Self)
    }

    /// Puts a write into the queue, or answers it where there is no place.
    pub(crate) fn take(&self, work: Box<dyn Work>) {
        match self.0.take(work) {
            Ok(()) => {}
            Err(TrySendError::Full(refused)) => refused.settle(Fate::NotBegun),
            Err(TrySendError::Disconnected(refused)) => refused.settle(Fate::Lost),
        }
    }
}

struct Writer {
    number: u32,
    opener: Arc<Opener>,
    session: Option<Session>,
    /// What the session has read of plans.
    known_plans: KnownPlans,
}

impl Writer {
    fn carry_out(&mut self, work: &mut dyn Work) -> Fate {
        let mut seconds = 0;
        for run in 0..MOST_RUNS {
            // Those that met each other would meet again if they all waited equally long.
            let pause = u64::from(run) * u64::from(1 + self.number % 5);
            thread::sleep(Duration::from_millis(pause));
            let session = match self.take_session() {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "the database server cannot be reached");
                    return Fate::NotBegun;
                }
            };
            // What came second learns from the statement itself which key was taken, where it is taken for good.
            session.wait_for_changes(seconds > 0);
            if session.begin(Access::Write).is_err() {
                continue;
            }
            let mut transaction = Transaction::on(Connection::Postgres(&session));
            // Behind a pooler another server may answer from one transaction to the next, and nobody is told.
            if session.keeps_statements {
                transaction = transaction.knowing(&self.known_plans);
            }
            let keep = work.run(&mut transaction);
            let fate = match session.trouble() {
                Some(Trouble::Lost) => continue,
                Some(Trouble::Again) => None,
                Some(Trouble::CameSecond) if seconds < MOST_SECONDS => {
                    seconds += 1;
                    None
                }
                Some(trouble) if keep => {
                    // The work went on after a statement that failed. The server keeps nothing of it, whatever the work believes.
                    tracing::error!(?trouble, "work went on after a failed statement");
                    Some(Fate::Lost)
                }
                None if keep => match session.commit() {
                    Ok(()) => {
                        self.session = Some(session);
                        return Fate::Durable;
                    }
                    Err(error) if session.trouble() == Some(Trouble::Lost) => {
                        tracing::error!(%error, "nobody knows what became of a commit");
                        return Fate::Lost;
                    }
                    Err(error) if session.trouble() == Some(Trouble::Again) => {
                        tracing::debug!(%error, "a commit met another one");
                        None
                    }
                    // Found only now, since the last statements went together with the commit, which the server made a rollback.
                    Err(error) if session.trouble() == Some(Trouble::CameSecond) && seconds < MOST_SECONDS => {
                        tracing::debug!(%error, "a commit came second");
                        seconds += 1;
                        None
                    }
                    Err(error) => {
                        tracing::error!(%error, "a commit failed");
                        Some(Fate::Lost)
                    }
                },
                _ => Some(Fate::Durable),
            };
            if session.roll_back().is_ok() {
                self.session = Some(session);
            }
            if let Some(fate) = fate {
                return fate;
            }
        }
        tracing::warn!("a transaction met others at every run");
        Fate::NotBegun
    }

    /// The session of this thread, which gets a new one where it has none or the old one has broken.
    fn take_session(&mut self) -> Result<Session, StoreError> {
        match self.session.take().filter(Session::is_clean) {
            Some(session) => Ok(session),
            None => {
                self.known_plans = KnownPlans::default();
                self.opener.open()
            }
        }
    }
}
