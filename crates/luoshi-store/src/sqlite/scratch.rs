//! A ledger beside the ledger, in a temporary file: events are played into it, and it is compared with the stored one or asked as if it
//! were the store of an earlier day.
//!
//! It is always SQLite, whatever the site's database is, and never the place of anything that has to last.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::Connection;

use super::connection;
use crate::{
    engine,
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

/// Indexes that a statement made, as opposed to those that come with a primary key.
const INDEXES: &str = "select name, sql from sqlite_master where type = 'index' and sql is not null order by name";

/// Tells the files of one process apart.
static FILES: AtomicU64 = AtomicU64::new(0);

/// A ledger in a temporary file. The file has no name while it is used, where the system allows that, so nothing is left by a crash.
pub struct Scratch {
    connection: Mutex<Connection>,
    /// What makes the indexes that were taken away while the ledger is filled.
    indexes: Vec<String>,
    /// Where the file still has a name: it is removed at the end.
    left_over: Option<PathBuf>,
}

impl Scratch {
    /// An empty ledger in a new file of `folder`, without the indexes that only queries need.
    pub(crate) fn create(folder: &Path) -> Result<Self, StoreError> {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("replay-{}-{number}.scratch", std::process::id()));
        // A process that had the same number before may have been stopped at a bad moment.
        remove(&path)?;
        // The words of reports will be in it, so it is the owner's alone from its first byte on.
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(failed)?;
        let connection = connection::open_for_replay(&path);
        let left_over = if cfg!(unix) {
            remove(&path)?;
            None
        } else {
            Some(path)
        };
        let connection = connection?;
        let mut indexes = Vec::new();
        {
            let mut names = Vec::new();
            let mut statement = connection.prepare(INDEXES)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                names.push(row.get::<_, String>(0)?);
                indexes.push(row.get::<_, String>(1)?);
            }
            for name in names {
                connection.execute_batch(&format!("drop index {name}"))?;
            }
        }
        // One transaction for everything that is played in: without a journal it costs nothing to keep it open.
        connection.execute_batch("begin")?;
        Ok(Self {
            connection: Mutex::new(connection),
            indexes,
            left_over,
        })
    }

    /// Changes the ledger.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&mut Transaction::on(engine::Connection::Sqlite(&self.lock())))
    }

    /// Makes the indexes, which takes far less than keeping them while rows come in.
    pub(crate) fn index(&self) -> Result<(), StoreError> {
        let connection = self.lock();
        // What is sorted are ids, months and numbers. Sorting a million of them in memory would take as much of it as everything else.
        connection.pragma_update(None, "temp_store", "file")?;
        for sql in &self.indexes {
            connection.execute_batch(sql)?;
        }
        Ok(())
    }

    /// Ends the filling; from now on the ledger is only read.
    pub(crate) fn seal(&self) -> Result<(), StoreError> {
        let connection = self.lock();
        connection.execute_batch("commit")?;
        // Queries sort words, which shall not lie in a second file.
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "query_only", "on")?;
        Ok(())
    }

    /// Reads from the ledger. Whoever else reads it waits for that long.
    ///
    /// # Errors
    /// What `work` returns, and when the file cannot be read.
    pub fn read<T>(&self, work: impl FnOnce(&Snapshot<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&Snapshot::on(engine::Connection::Sqlite(&self.lock())))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // Whoever panicked while reading has changed nothing.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(path) = self.left_over.take()
            && let Err(error) = remove(&path)
        {
            tracing::warn!(%error, "a temporary file could not be removed");
        }
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Engine(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_no_file_behind_and_gets_its_indexes_back() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(folder.path()).unwrap();
        if cfg!(unix) {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        let count = || -> i64 {
            let connection = scratch.lock();
            let sql = "select count(*) from sqlite_master where type = 'index' and sql is not null";
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(), 0);
        // More than the pages that it keeps in memory, so that the file without a name is written and read.
        scratch
            .lock()
            .execute_batch(
                "insert into site with recursive numbers (number) as
                     (select 1 union all select number + 1 from numbers where number < 50000)
                 select hex(number), hex(zeroblob(500)) from numbers",
            )
            .unwrap();
        scratch.index().unwrap();
        assert!(count() > 10);
        scratch.seal().unwrap();
        let found = scratch.read(|snapshot| snapshot.setting("3530303030")).unwrap();
        assert_eq!(found.map(|text| text.len()), Some(1000));
        assert!(scratch.lock().execute_batch("delete from site").is_err());
        drop(scratch);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
