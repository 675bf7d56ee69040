//! The site as one value: the store, the data folder, the log's key, the clock and the randomness.
//!
//! It does not decide which database is used: whoever makes an [`App`] brings the opened store.

use std::{
    fs, io,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::period::day_in_china;
use luoshi_store::{Store, StoreError, WriteError};
use luoshi_tlog::{LogKey, Origin, VerifierKey};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{
    clock::{Clock, Moments, Randomness},
    error::AppError,
    files::{FileSettings, FileStore, FileStoreError, ScannerAddress},
    folder::{DataFolder, write_secret_durably},
};

/// The setting under which the store keeps the origin of the log.
const ORIGIN_SETTING: &str = "log_origin";
/// The setting under which the store keeps the public key of the log.
const VERIFIER_SETTING: &str = "log_verifier_key";
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
    pub(crate) key: LogKey,
    pub(crate) passwords: Arc<Semaphore>,
    pub(crate) sign_ins: Arc<Semaphore>,
    pub(crate) readings: Arc<Semaphore>,
    /// Wakes the worker.
    pub(crate) wake: Notify,
    /// Held while the log is integrated: one worker at a time in this process.
    pub(crate) integrating: Mutex<()>,
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
    /// The site was made with a key that is not in the folder.
    #[error("the key of the log is missing")]
    KeyMissing,
    /// The key in the folder is not the one that the site was made with.
    #[error("the key of the log is not the one that the site was made with")]
    ForeignKey,
    /// The key file is damaged.
    #[error("the key of the log is damaged")]
    DamagedKey,
    /// The published checkpoint is not one that this database signed: the database is older than its log.
    #[error("the log has been published further than this database reaches")]
    LogAhead,
}

impl App {
    /// Opens the site in `folder` on an opened, migrated store; makes origin and key of its log the first time.
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
        let key = open_key(&store, &folder, &moments)?;
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
            key,
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            sign_ins: Arc::new(Semaphore::new(SIGN_INS_AT_ONCE)),
            readings: Arc::new(Semaphore::new(DOCUMENTS_AT_ONCE)),
            wake: Notify::new(),
            integrating: Mutex::new(()),
            checkpoint: RwLock::new(None),
        });
        app.recover_log()?;
        Ok(app)
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
        self.key.verifier_text()
    }

    /// The name of the log.
    pub fn log_origin(&self) -> &str {
        self.key.origin().as_str()
    }

    /// The text of the last published checkpoint; none while nothing was recorded.
    pub fn checkpoint(&self) -> Option<String> {
        self.checkpoint.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn verifier(&self) -> Result<VerifierKey, AppError> {
        self.key.verifier().map_err(AppError::internal)
    }
}

fn open_key(store: &Store, folder: &DataFolder, moments: &Moments) -> Result<LogKey, OpenError> {
    let path = folder.key_file();
    let known = store.read(|snapshot| snapshot.setting(VERIFIER_SETTING))?;
    match (known, fs::read_to_string(&path)) {
        (Some(verifier), Ok(text)) => {
            let key = LogKey::from_signer_text(&text).map_err(|_| OpenError::DamagedKey)?;
            if key.verifier_text() == verifier {
                Ok(key)
            } else {
                Err(OpenError::ForeignKey)
            }
        }
        (Some(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::KeyMissing),
        (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        (None, left_behind) => {
            // A key without a setting is one that a crash left between the two steps below; it has signed nothing and is taken up.
            let key = match left_behind {
                Ok(text) => LogKey::from_signer_text(&text).map_err(|_| OpenError::DamagedKey)?,
                Err(_) => make_key(folder, moments)?,
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
            Ok(key)
        }
        (Some(_), Err(error)) => Err(error.into()),
    }
}

fn make_key(folder: &DataFolder, moments: &Moments) -> Result<LogKey, OpenError> {
    // The name needs to be unlike every other site's and says nothing else; an address may change and a name may not.
    let name = format!("luoshi/{}", moments.id().simple());
    let origin = Origin::new(name).map_err(|_| OpenError::DamagedKey)?;
    let key = LogKey::from_seed(origin, &moments.secret());
    write_secret_durably(&folder.key_file(), key.to_signer_text().as_bytes())?;
    Ok(key)
}
