//! The one thread that writes: it takes what has gathered, does it in one transaction, and commits all with one flush to disk (group commit).
//! A refusal, an error or a panic undoes its own work and leaves its neighbours'.
//!
//! Most work that says no has written nothing, and then there is nothing to undo. So a group is first done without savepoints, which cost a
//! tenth of it; where one piece has written and then said no, the whole group is undone and done again, each piece inside a savepoint.
//!
//! It does not know what the work does, and never acknowledges before the commit.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use rusqlite::{Connection, ErrorCode};

use super::{connection::WriteConnection, copier::LogGrowth};
use crate::{
    engine,
    error::{StoreError, WriteError},
    pending::PendingWrite,
    snapshot::Transaction,
    work::{Commits, Fate, GroupCommits, Work, work},
};

/// Writes that may wait; one more is told that the store is busy, which is better than waiting without end.
const LONGEST_QUEUE: usize = 1_024;
/// Writes that share one commit at most, so that the first of them does not wait for ever.
const LARGEST_GROUP: usize = 128;

/// The handle of the writing thread.
pub(crate) struct Committer {
    queue: Option<SyncSender<Box<dyn Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    standing: Arc<Standing>,
}

/// What others see of the thread.
#[derive(Default)]
struct Standing {
    stopped: AtomicBool,
    commits: Commits,
}

impl Committer {
    /// Starts the thread on `connection`, whose write-ahead log grows with each commit.
    pub(crate) fn start(connection: Arc<WriteConnection>, log: Option<LogGrowth>) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(LONGEST_QUEUE);
        let standing = Arc::<Standing>::default();
        let own_standing = Arc::clone(&standing);
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || serve(&receiver, &connection, log.as_ref(), &own_standing))
            .map_err(|error| StoreError::Engine(Box::new(error)))?;
        Ok(Self {
            queue: Some(sender),
            thread: Mutex::new(Some(thread)),
            standing,
        })
    }

    /// Whether a failure after which nobody knows what is on the disk has ended all writing.
    pub(crate) fn has_stopped(&self) -> bool {
        self.standing.stopped.load(Ordering::Acquire)
    }

    /// What it has committed so far.
    pub(crate) fn group_commits(&self) -> GroupCommits {
        self.standing.commits.so_far()
    }

    /// Puts a write into the queue.
    pub(crate) fn write<T, E, F>(&self, closure: F) -> PendingWrite<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (work, write) = work(closure, None);
        match self.queue.as_ref().map(|queue| queue.try_send(work)) {
            Some(Ok(())) => write,
            Some(Err(TrySendError::Full(refused))) => {
                refused.settle(Fate::NotBegun);
                write
            }
            Some(Err(TrySendError::Disconnected(refused))) => {
                refused.settle(Fate::Lost);
                write
            }
            None => PendingWrite::answered(Err(WriteError::Unavailable)),
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // Without a sender the thread finishes what waits and ends.
        drop(self.queue.take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            // The last owner of the store may be a piece of work; the thread cannot wait for itself.
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the committer ended with a panic");
        }
    }
}

fn serve(queue: &Receiver<Box<dyn Work>>, connection: &WriteConnection, log: Option<&LogGrowth>, standing: &Standing) {
    let mut stopped = false;
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        group.extend(queue.try_iter().take(LARGEST_GROUP - 1));
        stopped |= log.is_some_and(LogGrowth::has_failed);
        let fate = if stopped {
            Fate::Lost
        } else {
            commit_group(&connection.lock(), &mut group, &mut stopped)
        };
        standing.stopped.store(stopped, Ordering::Release);
        if fate == Fate::Durable {
            standing.commits.note(group.len());
        }
        for work in group {
            work.settle(fate);
        }
        if let Some(log) = log {
            log.committed();
        }
    }
}

/// Does the work of a group and commits it.
fn commit_group(connection: &Connection, group: &mut [Box<dyn Work>], stopped: &mut bool) -> Fate {
    if let Err(error) = run(connection, "begin immediate") {
        if matches!(StoreError::from(error), StoreError::Locked) {
            tracing::warn!("another process holds the database");
            return Fate::NotBegun;
        }
        *stopped = true;
        tracing::error!("no transaction can be begun; the store stops writing");
        return Fate::Lost;
    }
    let done = match together(connection, group) {
        Together::Kept => Ok(()),
        Together::Undone => {
            // That is clean, and there may be space the next time.
            tracing::error!("the engine has undone a group of writes");
            return Fate::Lost;
        }
        Together::Spoilt => apart(connection, group),
    };
    if let Err(error) = done {
        let clean = connection.is_autocommit() || is_passing(&error);
        undo(connection);
        *stopped = !clean;
        tracing::error!(%error, stopped, "a group of writes is undone");
        return Fate::Lost;
    }
    if let Err(error) = run(connection, "commit") {
        undo(connection);
        // After a failed flush nobody knows what is on the disk, so nothing more is acknowledged until a restart has looked.
        *stopped = !is_passing(&error);
        tracing::error!(%error, stopped, "a commit failed");
        return Fate::Lost;
    }
    Fate::Durable
}

/// What a transaction holds after everything was done in it without savepoints.
enum Together {
    /// All that is to be kept, and nothing else.
    Kept,
    /// Something that is not to be kept.
    Spoilt,
    /// Nothing: the engine has undone it by itself, as it does when the disk is full.
    Undone,
}

/// Does the work of a group in the present transaction.
fn together(connection: &Connection, group: &mut [Box<dyn Work>]) -> Together {
    for work in group {
        let before = connection.total_changes();
        let keep = work.run(&mut Transaction::on(engine::Connection::Sqlite(connection)));
        if connection.is_autocommit() {
            return Together::Undone;
        }
        if !keep && connection.total_changes() != before {
            return Together::Spoilt;
        }
    }
    Together::Kept
}

/// Does the work of a group anew in a transaction of its own, so that what one piece wrote can be undone alone.
fn apart(connection: &Connection, group: &mut [Box<dyn Work>]) -> Result<(), rusqlite::Error> {
    run(connection, "rollback")?;
    run(connection, "begin immediate")?;
    for work in group {
        within_savepoint(connection, work.as_mut())?;
    }
    Ok(())
}

fn within_savepoint(connection: &Connection, work: &mut dyn Work) -> Result<(), rusqlite::Error> {
    run(connection, "savepoint work")?;
    let keep = work.run(&mut Transaction::on(engine::Connection::Sqlite(connection)));
    if !keep {
        run(connection, "rollback to work")?;
    }
    run(connection, "release work")
}

fn run(connection: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(sql)?.raw_execute().map(|_| ())
}

/// Whether an error leaves the database as it was and may be gone the next time: a full disk, another process.
fn is_passing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn undo(connection: &Connection) {
    // The engine may have rolled back by itself.
    if !connection.is_autocommit()
        && let Err(error) = run(connection, "rollback")
    {
        tracing::error!(%error, "a transaction cannot be rolled back");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::values, sqlite::migration};

    fn committer() -> Committer {
        let connection = WriteConnection::open_in_memory().unwrap();
        connection.with(migration::run).unwrap();
        Committer::start(Arc::new(connection), None).unwrap()
    }

    fn set(committer: &Committer) -> PendingWrite<(), StoreError> {
        committer.write(|transaction| transaction.set_setting("key", "value"))
    }

    #[test]
    fn after_a_failed_commit_nothing_is_acknowledged_any_more() {
        let committer = committer();
        set(&committer).wait().unwrap();
        assert!(!committer.has_stopped());
        // A reference that is checked only at the commit makes the commit fail.
        let doomed: PendingWrite<(), StoreError> = committer.write(|transaction| {
            transaction.connection.execute("pragma defer_foreign_keys = on", &[])?;
            let nobody = [1_u8; 16];
            transaction.connection.execute(
                "insert into credential (account, password_hash, must_change) values ($1, '', 0)",
                values![&nobody],
            )?;
            Ok(())
        });
        assert!(matches!(doomed.wait(), Err(WriteError::Unavailable)));
        assert!(matches!(set(&committer).wait(), Err(WriteError::Unavailable)));
        assert!(committer.has_stopped());
    }

    #[test]
    fn a_transaction_that_the_engine_gave_up_is_lost_and_the_next_one_is_not() {
        let committer = committer();
        // As the engine does by itself when the disk is full.
        let lost: PendingWrite<(), StoreError> = committer.write(|transaction| {
            transaction.set_setting("lost", "value")?;
            transaction.connection.execute("rollback", &[])?;
            Ok(())
        });
        assert!(matches!(lost.wait(), Err(WriteError::Unavailable)));
        set(&committer).wait().unwrap();
        assert!(!committer.has_stopped());
        let found = committer
            .write(|transaction| transaction.setting("lost"))
            .wait()
            .unwrap();
        assert_eq!(found, None);
    }
}
