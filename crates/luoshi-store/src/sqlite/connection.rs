//! Opens connections and makes sure of every setting on which durability and privacy rest, on each of them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::error::StoreError;

/// Versions before this one can corrupt a database when the write-ahead log is reset while another process checkpoints.
const LEAST_VERSION: (i32, &str) = (3_051_003, "3.51.3");
/// How long a connection waits for another process, such as a command line beside a server, before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);
/// Reading connections that are open at most. Each reads for microseconds at a time, so a few serve many.
const MOST_READERS: usize = 8;
/// Statements that a connection keeps prepared: more than the rooms have.
const PREPARED_STATEMENTS: usize = 256;
/// Kibibytes of pages that a reading connection keeps in memory at most, written as the engine wants them.
const READERS_CACHE: &str = "-4096";
/// The same for the one that writes. Reports come in an order that is not that of their keys, so a group of them changes hundreds of pages all
/// over the file; with the memory of a reader they are read again and again, which costs one submission in twenty.
const WRITERS_CACHE: &str = "-16384";
/// Pages of the write-ahead log after which a commit copies it back into the database.
const CHECKPOINT_PAGES: i64 = 1_000;
/// The same where another thread copies: the commit has to copy back only what that one has left, which is little, and begins the log anew. A
/// longer log would come to that more seldom, and be looked through longer by everybody who reads.
const CHECKPOINT_PAGES_BESIDE_COPIER: i64 = 4_000;
/// Bytes to which the write-ahead log is cut back once it has been copied.
const LOG_BYTES: i64 = 64 * 1024 * 1024;

/// Where the database lies, as far as settings depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    File,
    Memory,
}

/// A setting with the value that has to be read back.
struct Setting {
    name: &'static str,
    value: String,
    read_back: String,
}

impl Setting {
    fn new(name: &'static str, value: &str, read_back: &str) -> Self {
        Self {
            name,
            value: value.to_owned(),
            read_back: read_back.to_owned(),
        }
    }
}

fn settings(home: Home, reads_only: bool) -> Vec<Setting> {
    let setting = Setting::new;
    let cache = if reads_only { READERS_CACHE } else { WRITERS_CACHE };
    let (journal, log_bytes) = (if home == Home::File { "wal" } else { "memory" }, LOG_BYTES.to_string());
    let mut settings = vec![
        // Readers do not wait for the writer, nor the writer for readers.
        setting("journal_mode", journal, journal),
        // Anything less loses acknowledged commits when the power fails.
        setting("synchronous", "full", "2"),
        setting("foreign_keys", "on", "1"),
        // What is deleted is overwritten, so that nobody finds erased words in the file.
        setting("secure_delete", "on", "1"),
        // In kibibytes. With the two megabytes of the default every page of a large site reads from the file again.
        setting("cache_size", cache, cache),
        // Sorting may spill words of reports; they shall not lie in a temporary file.
        setting("temp_store", "memory", "2"),
        // A schema that somebody tampered with runs no functions.
        setting("trusted_schema", "off", "0"),
    ];
    if home == Home::File {
        settings.push(setting(
            "wal_autocheckpoint",
            &CHECKPOINT_PAGES.to_string(),
            &CHECKPOINT_PAGES.to_string(),
        ));
        settings.push(setting("journal_size_limit", &log_bytes, &log_bytes));
        // With a mapped file a failing disk ends the process instead of returning an error.
        settings.push(setting("mmap_size", "0", "0"));
    }
    if reads_only {
        settings.push(setting("query_only", "on", "1"));
    }
    settings
}

fn configure(connection: &Connection, home: Home, reads_only: bool) -> Result<(), StoreError> {
    connection.busy_timeout(PATIENCE)?;
    keep_statements(connection)?;
    settings(home, reads_only)
        .into_iter()
        .try_for_each(|setting| set(connection, setting))
}

fn set(connection: &Connection, setting: Setting) -> Result<(), StoreError> {
    // Some settings answer with a row when they are set and some do not, so rows are read and let go.
    let mut statement = connection.prepare(&format!("pragma {} = {}", setting.name, setting.value))?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    let found = read_setting(connection, setting.name)?;
    if found != setting.read_back {
        return Err(StoreError::Setting {
            name: setting.name,
            expected: setting.read_back,
            found,
        });
    }
    Ok(())
}

/// Keeps prepared statements, whatever values they are run with: the engine would otherwise plan anew for each value of a parameter that might
/// decide between two indexes, which took a quarter of the time of pages and submissions. The rooms write statements with one good way.
fn keep_statements(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// The value of a setting as the engine gives it, as text.
pub(crate) fn read_setting(connection: &Connection, name: &str) -> Result<String, StoreError> {
    let value = connection.query_row(&format!("pragma {name}"), [], |row| {
        row.get::<_, rusqlite::types::Value>(0)
    })?;
    Ok(match value {
        rusqlite::types::Value::Integer(integer) => integer.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    })
}

fn refuse_old_version() -> Result<(), StoreError> {
    if rusqlite::version_number() < LEAST_VERSION.0 {
        return Err(StoreError::OldSqlite {
            found: rusqlite::version(),
            least: LEAST_VERSION.1,
        });
    }
    Ok(())
}

fn open_file(path: &Path, reads_only: bool) -> Result<Connection, StoreError> {
    refuse_old_version()?;
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !reads_only {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection, Home::File, reads_only)?;
    Ok(connection)
}

/// A connection to the database file at `path` that copies its write-ahead log back.
pub(super) fn open_to_copy(path: &Path) -> Result<Connection, StoreError> {
    open_file(path, true)
}

/// Kibibytes of pages that a scratch database keeps in memory. It is filled in the order of the record, in which the keys of reports are random:
/// this holds the key of a million of them. More of them cost reads of the file, not memory.
const SCRATCH_CACHE: i64 = 64 * 1024;

/// A migrated, empty ledger in a new file at `path`, which must not outlive the connection: nothing of it is journalled or flushed.
///
/// References are not checked there: where events are missing, the ones that rest on them are still to be compared.
pub(crate) fn open_for_replay(path: &Path) -> Result<Connection, StoreError> {
    refuse_old_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    keep_statements(&connection)?;
    for (name, value) in [
        // Nobody else opens the file, and after a crash nobody wants it.
        ("locking_mode", "exclusive"),
        ("journal_mode", "off"),
        ("synchronous", "off"),
        ("foreign_keys", "off"),
        ("trusted_schema", "off"),
        ("temp_store", "memory"),
    ] {
        let mut statement = connection.prepare(&format!("pragma {name} = {value}"))?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
    }
    connection.pragma_update(None, "cache_size", -SCRATCH_CACHE)?;
    super::migration::run(&mut connection)?;
    Ok(connection)
}

/// An empty database that is gone with the connection.
fn open_in_memory() -> Result<Connection, StoreError> {
    refuse_old_version()?;
    let connection = Connection::open_in_memory()?;
    configure(&connection, Home::Memory, false)?;
    Ok(connection)
}

/// The one connection that writes.
pub(crate) struct WriteConnection {
    connection: Mutex<Connection>,
}

impl WriteConnection {
    /// Opens the database file at `path` for writing.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        open_file(path, false).map(Self::new)
    }

    /// Opens an empty database in memory.
    pub(crate) fn open_in_memory() -> Result<Self, StoreError> {
        open_in_memory().map(Self::new)
    }

    fn new(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
        }
    }

    /// Leaves copying the write-ahead log back to another thread as long as that keeps up.
    pub(super) fn leave_log_to_copier(&self) -> Result<(), StoreError> {
        let pages = CHECKPOINT_PAGES_BESIDE_COPIER.to_string();
        set(&self.lock(), Setting::new("wal_autocheckpoint", &pages, &pages))
    }

    /// The connection, once nobody else has it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held has left no transaction open: whoever opens one closes it on the way out.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` with the connection.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&mut self.lock())
    }
}

/// Connections that read.
pub(crate) enum Pool {
    /// Connections of their own to a file, opened when they are first needed.
    File {
        path: PathBuf,
        state: Mutex<PoolState>,
        returned: Condvar,
    },
    /// A database in memory has one connection, which readers and the writer take in turns.
    Shared(Arc<WriteConnection>),
}

/// The reading connections of a file.
#[derive(Default)]
pub(crate) struct PoolState {
    idle: Vec<Connection>,
    open: usize,
}

impl Pool {
    /// Connections to the file at `path`.
    pub(crate) fn of_file(path: &Path) -> Self {
        Pool::File {
            path: path.to_owned(),
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// The writer's connection.
    pub(crate) fn shared_with(writer: &Arc<WriteConnection>) -> Self {
        Pool::Shared(Arc::clone(writer))
    }

    /// Runs `work` inside a transaction that sees one state of the database.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self {
            Pool::Shared(writer) => inside_transaction(&writer.lock(), work),
            Pool::File { .. } => {
                let lent = Lent {
                    pool: self,
                    connection: Some(self.take()?),
                };
                let Some(connection) = &lent.connection else {
                    return Err(StoreError::Unavailable);
                };
                inside_transaction(connection, work)
            }
        }
    }

    /// Runs `work` with a connection that is in no transaction and that nobody else waits for, and closes it.
    pub(crate) fn apart<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self {
            Pool::Shared(writer) => work(&writer.lock()),
            Pool::File { path, .. } => work(&open_file(path, false)?),
        }
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let Pool::File { path, state, returned } = self else {
            return Err(StoreError::Unavailable);
        };
        let mut guard = state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = guard.idle.pop() {
                return Ok(connection);
            }
            if guard.open < MOST_READERS {
                guard.open += 1;
                drop(guard);
                return open_file(path, true).inspect_err(|_| self.give_up());
            }
            guard = returned.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, connection: Connection) {
        if let Pool::File { state, returned, .. } = self {
            state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .idle
                .push(connection);
            returned.notify_one();
        }
    }

    fn give_up(&self) {
        if let Pool::File { state, returned, .. } = self {
            state.lock().unwrap_or_else(PoisonError::into_inner).open -= 1;
            returned.notify_one();
        }
    }
}

/// A reading connection that finds its way back, also when the reader panics.
struct Lent<'p> {
    pool: &'p Pool,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(connection) if connection.is_autocommit() => self.pool.give_back(connection),
            // It would keep showing its old state, so it is closed and a new one is opened when it is needed.
            _ => self.pool.give_up(),
        }
    }
}

fn inside_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // Dropped on the way out, whichever way that is, and rolled back then; a reader has nothing to commit.
    let transaction = connection.unchecked_transaction()?;
    work(&transaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_to_a_file_has_every_setting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("luoshi.db");
        let writer = open_file(&path, false).unwrap();
        let reader = open_file(&path, true).unwrap();
        for (connection, reads_only, cache) in [(&writer, "0", WRITERS_CACHE), (&reader, "1", READERS_CACHE)] {
            for (name, value) in [
                ("journal_mode", "wal"),
                ("synchronous", "2"),
                ("foreign_keys", "1"),
                ("secure_delete", "1"),
                ("temp_store", "2"),
                ("trusted_schema", "0"),
                ("wal_autocheckpoint", "1000"),
                ("journal_size_limit", "67108864"),
                ("mmap_size", "0"),
                ("query_only", reads_only),
                ("cache_size", cache),
                ("busy_timeout", "5000"),
            ] {
                assert_eq!(read_setting(connection, name).unwrap(), value, "{name}");
            }
        }
    }

    #[test]
    fn a_reading_connection_does_not_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("luoshi.db");
        let writer = open_file(&path, false).unwrap();
        writer.execute_batch("create table thing (a integer)").unwrap();
        let reader = open_file(&path, true).unwrap();
        assert!(reader.execute_batch("insert into thing values (1)").is_err());
    }

    #[test]
    fn a_setting_that_does_not_take_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        // A database in memory has no write-ahead log, so asking for the settings of a file must fail.
        let refused = configure(&connection, Home::File, false);
        assert!(
            matches!(
                refused,
                Err(StoreError::Setting {
                    name: "journal_mode",
                    ..
                })
            ),
            "{refused:?}"
        );
    }

    #[test]
    fn a_reader_that_panics_gives_its_connection_back_clean() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("luoshi.db");
        let _writer = open_file(&path, false).unwrap();
        let pool = Pool::of_file(&path);
        for _ in 0..2 * MOST_READERS {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.read::<()>(|_| panic!("on purpose"))
            }));
            assert!(outcome.is_err());
        }
        assert_eq!(
            pool.read(|connection| read_setting(connection, "query_only")).unwrap(),
            "1"
        );
    }
}
