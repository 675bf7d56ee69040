//! Everything that only SQLite is asked for: opening connections, its settings, group commit, its migrations. It knows no noun.

pub(crate) mod committer;
pub(crate) mod connection;
mod copier;
pub(crate) mod migration;
pub(crate) mod query;
pub(crate) mod scratch;
pub(crate) mod scrub;

use std::{path::Path, sync::Arc};

use crate::{error::StoreError, pending::PendingWrite, snapshot::Transaction, store::ScrubOutcome, work::GroupCommits};
use committer::Committer;
use connection::{Pool, WriteConnection};
use copier::LogCopier;

/// A database of SQLite that is open.
pub(crate) struct Sqlite {
    // Declared first and so dropped first: the committer empties its queue while everything else still stands.
    committer: Committer,
    /// None for a database in memory, which has no write-ahead log. It ends before the last connection is closed, which copies what is left.
    copier: Option<LogCopier>,
    writer: Arc<WriteConnection>,
    readers: Pool,
}

impl Sqlite {
    /// Opens the database file at `path`.
    pub(crate) fn open(path: &Path, create: bool) -> Result<Self, StoreError> {
        if !create && !path.exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        let writer = WriteConnection::open(path)?;
        writer.leave_log_to_copier()?;
        Self::start(writer, |_| Pool::of_file(path), Some(LogCopier::start(path)?))
    }

    /// Opens an empty database that is gone when it is dropped.
    pub(crate) fn open_in_memory() -> Result<Self, StoreError> {
        let writer = WriteConnection::open_in_memory()?;
        Self::start(writer, Pool::shared_with, None)
    }

    fn start(
        writer: WriteConnection,
        pool: impl FnOnce(&Arc<WriteConnection>) -> Pool,
        copier: Option<LogCopier>,
    ) -> Result<Self, StoreError> {
        writer.with(|connection| migration::refuse_newer(connection))?;
        let writer = Arc::new(writer);
        let readers = pool(&writer);
        Ok(Self {
            committer: Committer::start(Arc::clone(&writer), copier.as_ref().map(LogCopier::growth))?,
            copier,
            writer,
            readers,
        })
    }

    /// The version of the schema; 0 for an empty database.
    pub(crate) fn schema_version(&self) -> Result<u32, StoreError> {
        self.writer.with(|connection| migration::version(connection))
    }

    /// Brings the schema up to the program's.
    pub(crate) fn migrate(&self) -> Result<u32, StoreError> {
        self.writer.with(migration::run)
    }

    /// Takes deleted words out of the raw files, see [`scrub`]. Writers wait meanwhile.
    pub(crate) fn scrub(&self) -> Result<ScrubOutcome, StoreError> {
        let _nobody_copies = self.copier.as_ref().map(LogCopier::hold);
        self.writer.with(|connection| scrub::run(connection))
    }

    /// Copies the database into a new file, see [`Store::back_up`](crate::Store::back_up).
    pub(crate) fn back_up(&self, path: &Path) -> Result<(), StoreError> {
        // The engine's backup interface copies pages, the free ones too, in which words lie that were deleted before pages were wiped; this
        // statement writes the rows anew, and reads one state as well.
        let path = path.to_str().ok_or(StoreError::BadAddress)?;
        self.readers.apart(|connection| {
            connection.execute("vacuum into $1", [path])?;
            Ok(())
        })
    }

    /// Hands work to the committer.
    pub(crate) fn write<T, E, Work>(&self, work: Work) -> PendingWrite<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        Work: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        self.committer.write(work)
    }

    /// Whether a failure has ended all writing.
    pub(crate) fn has_stopped(&self) -> bool {
        self.committer.has_stopped() || self.copier.as_ref().is_some_and(LogCopier::has_failed)
    }

    /// What was committed so far.
    pub(crate) fn group_commits(&self) -> GroupCommits {
        self.committer.group_commits()
    }

    /// Runs `work` on a reading connection, inside one transaction.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.read(work)
    }
}
