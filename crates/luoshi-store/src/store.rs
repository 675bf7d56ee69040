//! The store as the house sees it. Which engine works behind it is chosen once, when it is opened, and asked nowhere else.

use std::{
    panic,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use luoshi_ledger::{AsOf, ids::TaskId};

use crate::{
    engine::Connection,
    error::{StoreError, WriteError},
    migration::known,
    pending::PendingWrite,
    postgres::{Postgres, address::Address, words::SharedVault},
    replay::{self, ReplayOutcome, Watcher},
    snapshot::{Snapshot, Transaction},
    sqlite::{Sqlite, scratch::Scratch},
    work::{Announcement, GroupCommits},
};

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of SQLite in memory, empty and gone with the store. For tests.
    SqliteInMemory,
    /// A database of PostgreSQL, and where the keys of its words are.
    Postgres(Address, SharedVault),
}

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationOutcome {
    /// Version of the schema before; 0 for an empty database.
    pub before: u32,
    /// Version of the schema now.
    pub after: u32,
}

/// What became of the bytes of deleted words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubOutcome {
    /// They are in none of the database's files.
    Done,
    /// A long read or another process kept them there; it has to be asked for again.
    Blocked,
}

pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The database of a site. Clones are the same store; dropping the last one finishes the writes that wait.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    migrated: AtomicBool,
}

impl Store {
    /// Opens the database at `location`, which has to exist. A database that needs migration can be migrated and nothing else.
    ///
    /// # Errors
    /// When it is missing, was written by a newer release, or a setting on which durability rests does not take.
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_engine(match location {
            Location::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, false)?),
            Location::SqliteInMemory => Engine::Sqlite(Sqlite::open_in_memory()?),
            Location::Postgres(address, vault) => Engine::Postgres(Postgres::open(address, vault)?),
        })
    }

    /// Opens the database at `location`; makes and migrates it where there is none. An older one is left as it is, as by [`Store::open`].
    ///
    /// # Errors
    /// As [`Store::open`], and when it cannot be made.
    pub fn create(location: &Location) -> Result<Self, StoreError> {
        let store = Self::open_engine(match location {
            Location::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, true)?),
            Location::SqliteInMemory => Engine::Sqlite(Sqlite::open_in_memory()?),
            Location::Postgres(address, vault) => Engine::Postgres(Postgres::open(address, vault)?),
        })?;
        if store.schema_version()? == 0 {
            store.migrate()?;
        }
        Ok(store)
    }

    fn open_engine(engine: Engine) -> Result<Self, StoreError> {
        let store = Self {
            shared: Arc::new(Shared {
                engine,
                migrated: AtomicBool::new(false),
            }),
        };
        let migrated = !store.needs_migration()?;
        if let (true, Engine::Postgres(postgres)) = (migrated, &store.shared.engine) {
            postgres.refuse_lost_keys()?;
        }
        store.shared.migrated.store(migrated, Ordering::Release);
        Ok(store)
    }

    /// The version of the schema; 0 for an empty database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn schema_version(&self) -> Result<u32, StoreError> {
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.schema_version(),
            Engine::Postgres(postgres) => postgres.schema_version(),
        }
    }

    /// Whether [`Store::migrate`] has something to do.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn needs_migration(&self) -> Result<bool, StoreError> {
        Ok(self.schema_version()? < known())
    }

    /// Brings the schema up to this program's. Each step happens wholly or not at all.
    ///
    /// # Errors
    /// When a step fails; the steps before it stand.
    pub fn migrate(&self) -> Result<MigrationOutcome, StoreError> {
        let before = match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate()?,
            Engine::Postgres(postgres) => postgres.migrate()?,
        };
        self.shared.migrated.store(true, Ordering::Release);
        Ok(MigrationOutcome { before, after: known() })
    }

    /// Hands `work` to the committer. It runs inside a transaction that it shares with its neighbours and that is flushed to disk before
    /// anybody is answered; what it did is undone where it says no, errs or panics.
    ///
    /// The work must not use the store itself, only the transaction that it is given.
    pub fn write<T, E>(
        &self,
        work: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> PendingWrite<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        if self.refuse_unmigrated().is_err() {
            tracing::error!("a write was refused because the database has to be migrated");
            return PendingWrite::answered(Err(WriteError::Unavailable));
        }
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work),
            Engine::Postgres(postgres) => postgres.write(work, None),
        }
    }

    /// As [`Store::write`], for work that locks the task `about` and nothing else. Where a server decides, such work may share a transaction with
    /// work about other tasks: `lock` does what the work does first, [`Transaction::lock`], so that it can be asked together with theirs.
    pub fn write_about<T, E>(
        &self,
        about: TaskId,
        lock: impl FnMut(&mut Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
        work: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> PendingWrite<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        if self.refuse_unmigrated().is_err() {
            return self.write(work);
        }
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work),
            Engine::Postgres(postgres) => postgres.write(
                work,
                Some(Announcement {
                    about: about.0,
                    ask: Box::new(lock),
                }),
            ),
        }
    }

    /// Whether a failure after which nobody knows what is on the disk, such as a failed flush, has ended all writing. Only opening the store
    /// anew, in another process, can mend that.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.has_stopped(),
            // A server that fails to flush ends by itself and heals at its own start; its clients only lose their connections.
            Engine::Postgres(_) => false,
        }
    }

    /// How many writes have shared how many commits since the store was opened.
    #[must_use]
    pub fn group_commits(&self) -> GroupCommits {
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.group_commits(),
            Engine::Postgres(postgres) => postgres.group_commits(),
        }
    }

    /// Reads from one consistent state of the database, on this thread; it takes microseconds and waits for no writer. `work` is begun anew where a
    /// server turns out to be gone at its first question and to be back.
    ///
    /// # Errors
    /// What `work` returns, and when the database cannot be read or has to be migrated.
    pub fn read<T>(&self, mut work: impl FnMut(&Snapshot<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.refuse_unmigrated()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.read(|connection| work(&Snapshot::on(Connection::Sqlite(connection)))),
            Engine::Postgres(postgres) => postgres.read(|session| work(&Snapshot::on(Connection::Postgres(session)))),
        }
    }

    /// Reads as [`Store::read`] does; where a server is waited for, whoever awaits this holds no thread. For what each request asks, and in a task of
    /// tokio with its clock.
    ///
    /// # Errors
    /// As [`Store::read`], and [`StoreError::Unavailable`] where the server takes longer than ten seconds or too many wait for it.
    pub async fn read_async<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Snapshot<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.shared.engine {
            Engine::Sqlite(_) => self.read(work),
            Engine::Postgres(postgres) => {
                self.refuse_unmigrated()?;
                postgres
                    .read_async(move |session| work(&Snapshot::on(Connection::Postgres(session))))
                    .await
            }
        }
    }

    /// Plays every event into an empty ledger and compares it with the one that is stored, row by row and column by column (law 6).
    /// The empty ledger lies in `folder`, which has to be as private as the database itself, as a file that is gone afterwards.
    ///
    /// Events are held against leaves and receipts on a thread beside; writers may go on meanwhile.
    ///
    /// # Errors
    /// When the database or the folder cannot be used. What does not agree is no error but part of the outcome.
    pub fn replay(&self, folder: &Path, watcher: &dyn Watcher) -> Result<ReplayOutcome, StoreError> {
        thread::scope(|scope| {
            let record = scope.spawn(|| self.read(|snapshot| replay::check_record(snapshot, watcher)));
            let state = self.read(|snapshot| replay::check_state(snapshot, folder, watcher));
            let record = record.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            Ok(record?.followed_by(state?))
        })
    }

    /// The ledger as it stood at the end of a past day, in a file of `folder` that is gone with it. It takes as long as a replay; the
    /// function is told how many of how many events are done.
    ///
    /// # Errors
    /// When the database or the folder cannot be used.
    pub fn past(&self, folder: &Path, as_of: AsOf, progress: &mut dyn FnMut(u64, u64)) -> Result<Scratch, StoreError> {
        let scratch = Scratch::create(folder)?;
        self.read(|snapshot| replay::play_past(snapshot, &scratch, as_of, progress))?;
        Ok(scratch)
    }

    /// Takes the bytes of deleted words out of the raw files of the database, as far as the engine can.
    ///
    /// Writers wait meanwhile, and it takes memory of the size of the database.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn scrub(&self) -> Result<ScrubOutcome, StoreError> {
        self.refuse_unmigrated()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.scrub(),
            Engine::Postgres(postgres) => {
                postgres.renew_epoch()?;
                Ok(ScrubOutcome::Done)
            }
        }
    }

    /// The engine of a database that needs no migration.
    pub(crate) fn engine(&self) -> Result<&Engine, StoreError> {
        self.refuse_unmigrated()?;
        Ok(&self.shared.engine)
    }

    fn refuse_unmigrated(&self) -> Result<(), StoreError> {
        if self.shared.migrated.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(StoreError::NeedsMigration {
            found: self.schema_version()?,
            known: known(),
        })
    }
}
