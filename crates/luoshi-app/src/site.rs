//! The site as one value: the store, the data folder, the log's key, the clock and the randomness.
//!
//! It does not decide which database is used: whoever makes an [`App`] brings the opened store.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex, RwLock},
};

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::period::day_in_china;
use luoshi_store::{GroupCommits, Store, StoreError, WriteError};
use luoshi_tlog::{LogKey, Origin};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{
    clock::{Clock, Moments, Randomness},
    error::AppError,
    files::{FileSettings, FileStore, FileStoreError, ScannerAddress},
    folder::{DataFolder, flush_failed, write_secret_durably},
    log::CheckedTree,
    signing::{ORIGIN_SETTING, SiteLog, SiteLogError, VERIFIER_SETTING},
    standpoint::Pasts,
};

/// Passwords that are hashed at once. Each takes 19 MiB, so a rush of sign-ins must not exhaust memory.
const PASSWORDS_AT_ONCE: usize = 4;
/// Documents that are read at once. The largest takes a hundred times its size while it is read, and a person imports one at a time.
const DOCUMENTS_AT_ONCE: usize = 2;
/// People who sign in at once, those who wait for their turn included; further ones are asked to come back.
const SIGN_INS_AT_ONCE: usize = 256;

/// The effects that a site needs from outside.
pub struct Surroundings {
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// What nobody can guess.
    pub randomness: Box<dyn Randomness>,
}

/// A site that can be asked to do things.
pub struct App {
    pub(crate) store: Store,
    pub(crate) folder: DataFolder,
    pub(crate) files: FileStore,
    pub(crate) scanner: Option<ScannerAddress>,
    /// How many bytes of evidence a body may keep.
    pub(crate) quota: u64,
    pub(crate) moments: Moments,
    /// Names this process where several do the work of one.
    pub(crate) holder: Uuid,
    /// The log as this process signs for it.
    pub(crate) log: RwLock<Arc<SiteLog>>,
    /// The beginning of the log that this process has computed from the leaves.
    pub(crate) checked: Mutex<Option<CheckedTree>>,
    pub(crate) passwords: Arc<Semaphore>,
    pub(crate) sign_ins: Arc<Semaphore>,
    pub(crate) readings: Arc<Semaphore>,
    /// Ledgers of past days that somebody asked for.
    pub(crate) pasts: Pasts,
    /// Wakes the worker.
    pub(crate) wake: Notify,
    /// Wakes the worker of the index of search.
    pub(crate) wake_index: Notify,
    /// Held while the log is integrated: one worker at a time in this process.
    pub(crate) integrating: Mutex<()>,
    /// Held while the index of search is worked on: one worker at a time in this process.
    pub(crate) indexing: Mutex<()>,
    /// The text of the last checkpoint that was published.
    pub(crate) checkpoint: RwLock<Option<String>>,
}

/// Why a site cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store failed.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// A file of the data folder cannot be read or written.
    #[error("a file of the data folder cannot be used")]
    Folder(#[from] io::Error),
    /// The received files cannot be used.
    #[error("the received files cannot be used")]
    Files(#[from] FileStoreError),
    /// The bucket in which the logs are published cannot be used.
    #[error("the bucket of the logs cannot be used")]
    Logs(#[source] io::Error),
    /// The key in the folder is not the one that the site was made with.
    #[error("the key of the log is not the one that the site was made with")]
    ForeignKey,
    /// The key file is damaged.
    #[error("the key of the log is damaged")]
    DamagedKey,
    /// A defect or a broken machine.
    #[error("the site cannot be opened: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl OpenError {
    pub(crate) fn of(error: AppError) -> Self {
        match error {
            AppError::Internal(cause) => OpenError::Internal(cause),
            AppError::Busy => OpenError::Store(StoreError::Locked),
            other => OpenError::Internal(Box::new(other)),
        }
    }
}

impl From<SiteLogError> for OpenError {
    fn from(error: SiteLogError) -> Self {
        match error {
            SiteLogError::Store(error) => OpenError::Store(error),
            SiteLogError::Folder(error) => OpenError::Folder(error),
            SiteLogError::DamagedKey => OpenError::DamagedKey,
            SiteLogError::ForeignKey => OpenError::ForeignKey,
            SiteLogError::Statements => OpenError::Internal(Box::new(error)),
        }
    }
}

impl App {
    /// Opens the site in `folder` on an opened, migrated store; makes origin and key of its log the first time. Where the log cannot be
    /// signed the site opens all the same, is read and records nothing, as [`App::log_halt`] tells.
    ///
    /// # Errors
    /// When the store or the folder fails, or key and database do not belong together.
    pub fn open(store: Store, folder: DataFolder, surroundings: Surroundings) -> Result<Arc<Self>, OpenError> {
        Self::open_with_files(store, folder, surroundings, FileSettings::default())
    }

    /// Like [`App::open`], with what an operator decides about files.
    ///
    /// # Errors
    /// As [`App::open`].
    pub fn open_with_files(
        store: Store,
        folder: DataFolder,
        surroundings: Surroundings,
        files: FileSettings,
    ) -> Result<Arc<Self>, OpenError> {
        let latest = store
            .read(|snapshot| snapshot.latest_instant())?
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let moments = Moments::new(surroundings.clock, surroundings.randomness, latest);
        let folder = match files.log_store {
            Some(bucket) => folder.with_logs_in(bucket).map_err(OpenError::Logs)?,
            None => folder,
        };
        let log = open_log(&store, &folder, &moments)?;
        let holder = moments.id();
        let file_store = match files.store {
            Some(store) => store,
            None => FileStore::folder(&folder.files())?,
        };
        let app = Arc::new(Self {
            store,
            folder,
            files: file_store,
            scanner: files.scanner,
            quota: files.quota,
            moments,
            holder,
            log: RwLock::new(Arc::new(log)),
            checked: Mutex::new(None),
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            sign_ins: Arc::new(Semaphore::new(SIGN_INS_AT_ONCE)),
            readings: Arc::new(Semaphore::new(DOCUMENTS_AT_ONCE)),
            pasts: Pasts::new(),
            wake: Notify::new(),
            wake_index: Notify::new(),
            integrating: Mutex::new(()),
            indexing: Mutex::new(()),
            checkpoint: RwLock::new(None),
        });
        app.recover_log()?;
        app.found_search()?;
        // The engine has made its write-ahead log by now, and does not tell when the flush of the folder fails that makes its entry last.
        app.folder.flush()?;
        Ok(app)
    }

    /// The data folder.
    #[must_use]
    pub fn data_folder(&self) -> &Path {
        self.folder.root()
    }

    /// Whether the disk has failed in a way after which nothing that this process says can be relied on: nothing is acknowledged any more,
    /// and the process should end so that a new one looks at what is there.
    #[must_use]
    pub fn has_lost_its_disk(&self) -> bool {
        self.store.has_stopped() || flush_failed()
    }

    /// As [`Store::group_commits`].
    #[must_use]
    pub fn group_commits(&self) -> GroupCommits {
        self.store.group_commits()
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.moments.now()
    }

    /// The present day in China.
    pub fn today(&self) -> Date {
        day_in_china(self.now())
    }

    /// A new id of any noun, and a fresh Idempotency-Key for a form.
    pub fn new_id(&self) -> Uuid {
        self.moments.id()
    }

    /// The public key of the log, as verifiers read it.
    pub fn log_verifier_key(&self) -> String {
        self.latest_log().verifier.as_str().to_owned()
    }

    /// The name of the log.
    pub fn log_origin(&self) -> String {
        self.present_log().origin().to_string()
    }
}

/// The log of the site, which is made the first time.
fn open_log(store: &Store, folder: &DataFolder, moments: &Moments) -> Result<SiteLog, OpenError> {
    let load = || store.read(|snapshot| Ok(SiteLog::load(snapshot, folder)));
    if let Some(log) = load()?? {
        return Ok(log);
    }
    // A key without a setting is one that a crash left between the two steps below; it has signed nothing and is taken up.
    let key = match fs::read_to_string(folder.key_file()) {
        Ok(text) => LogKey::from_signer_text(&text).map_err(|_| OpenError::DamagedKey)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(folder, moments)?,
        Err(error) => return Err(error.into()),
    };
    let (origin, verifier) = (key.origin().as_str().to_owned(), key.verifier_text());
    store
        .write(move |transaction| {
            transaction.set_setting(ORIGIN_SETTING, &origin)?;
            transaction.set_setting(VERIFIER_SETTING, &verifier)
        })
        .wait()
        .map_err(|error| match error {
            WriteError::Refused(cause) => cause,
            WriteError::Busy => StoreError::Locked,
            WriteError::Unavailable | WriteError::Panicked => StoreError::Unavailable,
        })?;
    load()??.ok_or(OpenError::DamagedKey)
}

fn make_key(folder: &DataFolder, moments: &Moments) -> Result<LogKey, OpenError> {
    let key = new_log_key(moments)?;
    write_secret_durably(&folder.key_file(), key.to_signer_text().as_bytes())?;
    Ok(key)
}

/// A fresh key of a log with a fresh name.
pub(crate) fn new_log_key(moments: &Moments) -> Result<LogKey, OpenError> {
    // The name needs to be unlike every other site's and says nothing else; an address may change and a name may not.
    let name = format!("luoshi/{}", moments.id().simple());
    let origin = Origin::new(name).map_err(|_| OpenError::DamagedKey)?;
    Ok(LogKey::from_seed(origin, &moments.secret()))
}
