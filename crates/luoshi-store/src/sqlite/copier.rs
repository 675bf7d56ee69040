//! Copies the write-ahead log back into the database beside the thread that writes, so that commits do not wait for it: in a site under load
//! it was a third of that thread's time.
//!
//! It takes no lock that a reader or the writer waits for, and it does not begin the log anew. That the writer does, which copies back what
//! was added meanwhile once the log is long.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use rusqlite::{Connection, ErrorCode};

use super::connection::open_to_copy;
use crate::error::StoreError;

/// Pages of the log for which it is worth to begin: each time the database is flushed, and a page that changed often meanwhile is written once.
const WORTH_COPYING: i64 = 1_000;

/// What the copying thread is told.
enum Told {
    /// Something was committed.
    Committed,
    /// The store is closed.
    End,
}

/// The handle of the copying thread.
pub(crate) struct LogCopier {
    tell: SyncSender<Told>,
    thread: Mutex<Option<JoinHandle<()>>>,
    turn: Arc<Mutex<()>>,
    failed: Arc<AtomicBool>,
}

/// Tells the copying thread of commits, and whether it can go on.
pub(crate) struct LogGrowth {
    tell: SyncSender<Told>,
    failed: Arc<AtomicBool>,
}

impl LogGrowth {
    /// Says that something was committed.
    pub(crate) fn committed(&self) {
        // Where it has not looked since the last time, it will see this as well.
        let _told_already = self.tell.try_send(Told::Committed);
    }

    /// Whether copying back has failed, so that nobody knows what of the database is on the disk.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}

impl LogCopier {
    /// Starts the thread for the database file at `path`.
    pub(crate) fn start(path: &Path) -> Result<Self, StoreError> {
        let (tell, told) = sync_channel(1);
        let (turn, failed) = (Arc::default(), Arc::default());
        let copying = Copying {
            path: path.to_owned(),
            turn: Arc::clone(&turn),
            failed: Arc::clone(&failed),
        };
        let thread = std::thread::Builder::new()
            .name("log copier".to_owned())
            .spawn(move || copying.serve(&told))
            .map_err(|error| StoreError::Engine(Box::new(error)))?;
        Ok(Self {
            tell,
            thread: Mutex::new(Some(thread)),
            turn,
            failed,
        })
    }

    /// What the thread that commits tells it by.
    pub(crate) fn growth(&self) -> LogGrowth {
        LogGrowth {
            tell: self.tell.clone(),
            failed: Arc::clone(&self.failed),
        }
    }

    /// As [`LogGrowth::has_failed`].
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Keeps it from copying for as long as the answer is held: of two that copy the engine refuses one.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LogCopier {
    fn drop(&mut self) {
        // Also while the thread that commits lives on: it may be the one that closes the store.
        let _ended_already = self.tell.send(Told::End);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("copying back the write-ahead log ended with a panic");
        }
    }
}

struct Copying {
    path: PathBuf,
    turn: Arc<Mutex<()>>,
    failed: Arc<AtomicBool>,
}

impl Copying {
    fn serve(self, told: &Receiver<Told>) {
        // Opened when it is first needed: most command lines end before.
        let mut connection = None;
        while let Ok(Told::Committed) = told.recv() {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let open = match connection.take().map_or_else(|| open_to_copy(&self.path), Ok) {
                Ok(open) => open,
                Err(error) => {
                    // The writer copies for itself where nobody does it for it.
                    tracing::warn!(%error, "the write-ahead log is not copied back beside the writer");
                    continue;
                }
            };
            match copy_back(&open) {
                Ok(()) => connection = Some(open),
                // The log still holds everything, but nobody knows what else a disk has lost that cannot flush the database.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
                    self.failed.store(true, Ordering::Release);
                    tracing::error!(%error, "the write-ahead log cannot be copied back; the store stops writing");
                    return;
                }
                Err(error) => tracing::warn!(%error, "the write-ahead log was not copied back"),
            }
        }
    }
}

/// Copies back what nobody reads any more in its old state, where it is worth it.
fn copy_back(connection: &Connection) -> Result<(), rusqlite::Error> {
    let (pages, copied) = run(connection, "pragma wal_checkpoint(noop)")?;
    if pages - copied >= WORTH_COPYING {
        run(connection, "pragma wal_checkpoint(passive)")?;
    }
    Ok(())
}

/// How many pages the log has, and how many of them are copied back.
fn run(connection: &Connection, sql: &str) -> Result<(i64, i64), rusqlite::Error> {
    // The first column says whether somebody else was copying at the moment, which is as well.
    connection
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{error::StoreError, sqlite::Sqlite};

    fn write(database: &Sqlite, bytes: usize) {
        let text = "x".repeat(bytes);
        let written = database.write::<_, StoreError, _>(move |transaction| transaction.set_setting("key", &text));
        written.wait().unwrap();
    }

    #[test]
    fn a_long_log_is_copied_back_though_no_commit_does_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("luoshi.db");
        let database = Sqlite::open(&path, true).unwrap();
        database.migrate().unwrap();
        write(&database, 6_000_000);
        let beside = open_to_copy(&path).unwrap();
        let began = Instant::now();
        loop {
            let (pages, copied) = run(&beside, "pragma wal_checkpoint(noop)").unwrap();
            assert!(pages < 4_000, "a commit would copy {pages} pages for itself");
            if pages >= WORTH_COPYING && pages - copied < WORTH_COPYING {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{copied} of {pages}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!database.has_stopped());
    }

    #[test]
    fn once_copying_back_has_failed_nothing_is_acknowledged_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("luoshi.db");
        let database = Sqlite::open(&path, true).unwrap();
        database.migrate().unwrap();
        write(&database, 10);
        let copier = database.copier.as_ref().unwrap();
        copier.failed.store(true, Ordering::Release);
        assert!(database.has_stopped());
        let lost = database.write::<_, StoreError, _>(|transaction| transaction.set_setting("key", "lost"));
        assert!(lost.wait().is_err());
    }
}
