//! The threads that read for tasks of an executor, which await what is read and hold no thread meanwhile.
//!
//! Whoever waits on a thread of its own reads there, and has no use for these.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::{
    Pool,
    session::Session,
    threads::{Limits, Threads},
};
use crate::error::StoreError;

/// Threads that read so. On two cores two carried as much; where the server is far away, more questions are on their way at once.
const READERS: usize = 8;
/// Questions that may wait.
const LONGEST_QUEUE: usize = 1_024;
/// How long an answer is awaited.
const PATIENCE: Duration = Duration::from_secs(10);

/// The handles of the reading threads.
pub(super) struct Readers {
    pool: Arc<Pool>,
    threads: Threads<Box<dyn FnOnce() + Send>>,
}

impl Readers {
    /// Starts the threads, which read on sessions of `pool`.
    pub(super) fn start(pool: &Arc<Pool>) -> Result<Self, StoreError> {
        let readers = (0..READERS).map(|_| {
            |reads: Vec<Box<dyn FnOnce() + Send>>| {
                for read in reads {
                    read();
                }
            }
        });
        let limits = Limits {
            longest_line: LONGEST_QUEUE,
            most_at_once: 1,
            is_sociable: |_| false,
        };
        Ok(Self {
            pool: Arc::clone(pool),
            threads: Threads::start("reader", limits, readers)?,
        })
    }

    /// Awaits what `work` reads inside one transaction.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, read) = oneshot::channel();
        let pool = Arc::clone(&self.pool);
        let taken = self.threads.take(Box::new(move || {
            if answer.is_closed() {
                return;
            }
            // A reader that panics drops what it read and the session that it read on, and leaves the thread to the next one.
            let outcome = catch_unwind(AssertUnwindSafe(|| pool.read(&mut work)));
            let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Engine("a read panicked".into())));
            // Whoever does not await it any more is not told.
            let _nobody_awaits = answer.send(outcome);
        }));
        if taken.is_err() {
            tracing::warn!("too many readers wait for the database server");
            return Err(StoreError::Unavailable);
        }
        match timeout(PATIENCE, read).await {
            Ok(outcome) => outcome.unwrap_or(Err(StoreError::Unavailable)),
            Err(_) => {
                tracing::warn!("no answer was read in time");
                Err(StoreError::Unavailable)
            }
        }
    }
}
