//! Received files: how bytes come in, lie durably under their hash, are referred to, and go when nobody refers to them any more.
//!
//! The life of a file: [`receive_file`](crate::App::receive_file) streams it to the incoming part of the [`FileStore`] and hashes it on the
//! way; the scanner looks at it; `keep_file` registers a place, moves the bytes there, and lets the caller refer to them in one
//! transaction. Which file may be seen by whom is asked elsewhere: here a file is bytes of a body. Files are shared within one body and
//! never between two, so that no answer and no pause tells what others have sent.

mod check;
mod name;
mod scanner;
mod store;
mod sweep;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use luoshi_ledger::{Refusal, ids::OrganisationId, period::day_in_china};
pub use luoshi_reader::{MEDIA_ENDINGS, MediaRefusal};
use luoshi_store::{Finished, StoredFile, Transaction};
use tokio::runtime::Handle;
use uuid::Uuid;

#[cfg(feature = "s3")]
pub use self::store::BucketSettings;
pub use self::{
    name::bare_file_name,
    scanner::{ScannerAddress, ScannerAddressError},
    store::{FileStore, FileStoreError, ReceivedFile},
    sweep::Sweep,
};
use self::{scanner::Verdict, store::ReceiveError};
use crate::{error::AppError, execute::flatten, job::Job, site::App};

/// What an operator decides about files.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// Where files are kept; none means in the data folder.
    pub store: Option<FileStore>,
    /// The bucket in which the site's logs are published, under names that begin with `log/`; none means in the data folder.
    pub log_store: Option<FileStore>,
    /// The scanner of viruses that every file of evidence has to pass; none means that none is asked.
    pub scanner: Option<ScannerAddress>,
    /// How many bytes of evidence a body may keep.
    pub quota: u64,
}

/// What a body may keep where nothing else is said: ten gibibytes, which is a year of reports of thirty tasks with forty megabytes each.
pub const USUAL_QUOTA: u64 = 10 * 1024 * 1024 * 1024;

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            store: None,
            log_store: None,
            scanner: None,
            quota: USUAL_QUOTA,
        }
    }
}

/// Why a file was not taken. Nothing of it is kept then.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is larger than files may be.
    #[error("the file is too large")]
    TooLarge,
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is not of a sort that is taken.
    #[error("the file is not of a sort that is taken: {0}")]
    Media(#[from] MediaRefusal),
    /// Its name has no character.
    #[error("the file has no name")]
    Nameless,
    /// The report carries as many files as it can.
    #[error("the report carries as many files as it can")]
    TooMany,
    /// The body keeps as much as it may.
    #[error("the body keeps as much as it may")]
    Quota,
    /// The scanner found a virus.
    #[error("the scanner found {0}")]
    Infected(String),
    /// The scanner is configured and gave no answer, so nobody knows whether the file is sound.
    #[error("the scanner gave no answer")]
    ScannerSilent,
    /// There is no room on the disk.
    #[error("there is no room for the file")]
    NoRoom,
    /// The sender broke off.
    #[error("the sender broke off")]
    BrokenOff,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<ReceiveError> for FileError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLarge => FileError::TooLarge,
            ReceiveError::Empty => FileError::Empty,
            ReceiveError::BrokenOff => FileError::BrokenOff,
            ReceiveError::Store(error) => error.into(),
        }
    }
}

impl From<FileStoreError> for FileError {
    fn from(error: FileStoreError) -> Self {
        if error.is_full() {
            return FileError::NoRoom;
        }
        tracing::error!(%error, "a file could not be kept");
        FileError::App(AppError::Unavailable)
    }
}

/// How often a file is kept anew whose register row was swept away between two steps, which needs a pause of a day each time.
const ATTEMPTS: usize = 3;

impl App {
    /// Takes the bytes of a file in and hashes them on the way. They are durable afterwards, and nothing refers to them: the caller keeps
    /// them, or drops the file and they go.
    ///
    /// At most `largest` bytes are taken, and never more than a small part of them is in memory. An error of `bytes` means that the sender
    /// broke off.
    ///
    /// # Errors
    /// [`FileError::TooLarge`], [`FileError::Empty`], [`FileError::BrokenOff`], and where the bytes cannot be written.
    pub async fn receive_file<E>(
        &self,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        largest: u64,
    ) -> Result<ReceivedFile, FileError> {
        Ok(self.files.receive(self.new_id(), bytes, largest).await?)
    }

    /// Has the scanner look at received bytes, where there is one. It fails closed: without an answer nothing is taken.
    pub(crate) async fn scan_file(&self, file: &ReceivedFile) -> Result<(), FileError> {
        let Some(scanner) = &self.scanner else { return Ok(()) };
        let bytes = self.files.read_received(file).await?;
        match scanner.scan(bytes).await {
            Ok(Verdict::Sound) => Ok(()),
            Ok(Verdict::Infected(name)) => {
                tracing::warn!(
                    sha256 = file.sha256,
                    virus = name,
                    "the scanner found a virus in a file"
                );
                Err(FileError::Infected(name))
            }
            Err(error) => {
                tracing::error!(%error, "the scanner gave no answer, so a file was refused");
                Err(FileError::ScannerSilent)
            }
        }
    }

    /// Keeps received bytes for a body and refers to them by `refer`, which runs in the transaction that makes them referable. When this
    /// returns, bytes and reference are durable.
    ///
    /// Bytes that the body keeps already are not kept twice, and bytes that the law had erased are not kept again. `quota` bounds what the
    /// body keeps in all.
    pub(crate) async fn keep_file<T: Send + 'static>(
        self: &Arc<Self>,
        organisation: OrganisationId,
        file: &ReceivedFile,
        quota: Option<u64>,
        refer: impl Fn(&App, &mut Transaction<'_>) -> Result<T, AppError> + Clone + Send + 'static,
    ) -> Result<T, FileError> {
        for _ in 0..ATTEMPTS {
            let begun = self.begin_file(organisation, file, quota).await?;
            let is_new = begun.is_some();
            if let Some(new) = &begun {
                self.files.place(file, new).await?;
            }
            let (app, refer, sha256) = (Arc::clone(self), refer.clone(), file.sha256.clone());
            let referred = self
                .store
                .write(move |transaction| {
                    let now = app.now();
                    let held = match &begun {
                        Some(new) => !matches!(transaction.finish_file(new, now)?, Finished::Condemned),
                        None => transaction.hold_file(organisation, &sha256, now)?.is_some(),
                    };
                    if transaction.file_is_erased(&sha256)? {
                        return Err(Refusal::FileErased.into());
                    }
                    if held {
                        refer(&app, transaction).map(Some)
                    } else {
                        Ok::<_, AppError>(None)
                    }
                })
                .await
                .map_err(flatten)?;
            if let Some(value) = referred {
                self.wake_jobs();
                return Ok(value);
            }
            if is_new {
                // The sweep took the place, and the bytes with it.
                break;
            }
        }
        Err(AppError::Busy.into())
    }

    /// Registers a place for bytes that the body does not keep yet; none where it does.
    async fn begin_file(
        self: &Arc<Self>,
        organisation: OrganisationId,
        file: &ReceivedFile,
        quota: Option<u64>,
    ) -> Result<Option<StoredFile>, FileError> {
        let app = Arc::clone(self);
        let (sha256, byte_count) = (file.sha256.clone(), file.byte_count);
        let begun = self
            .store
            .write(move |transaction| {
                let now = app.now();
                // Before any byte is at a place: what the law has destroyed is not to lie there again, not even for a moment.
                if transaction.file_is_erased(&sha256)? {
                    return Err(AppError::from(Refusal::FileErased));
                }
                if transaction.hold_file(organisation, &sha256, now)?.is_some() {
                    return Ok(Begun::Known);
                }
                let kept = transaction.stored_bytes(organisation)?;
                if quota.is_some_and(|quota| kept.saturating_add(byte_count) > quota) {
                    return Ok(Begun::OverQuota);
                }
                let new = StoredFile {
                    place: app.new_id(),
                    organisation,
                    sha256: sha256.clone(),
                    byte_count,
                };
                transaction.begin_file(&new, now)?;
                // Documents come one by one and seldom; what one leaves behind the next sweep finds.
                if organisation != StoredFile::SITE {
                    Self::plan_sweep(transaction, now)?;
                }
                Ok(Begun::New(new))
            })
            .await
            .map_err(flatten)?;
        match begun {
            Begun::Known => Ok(None),
            Begun::New(new) => Ok(Some(new)),
            Begun::OverQuota => Err(FileError::Quota),
        }
    }

    /// Sees to it that a sweep comes when what was let go of now has had its grace.
    pub(crate) fn plan_sweep(transaction: &mut Transaction<'_>, now: Timestamp) -> Result<(), AppError> {
        let ripe = now.checked_add(sweep::GRACE).map_err(AppError::internal)?;
        let run_at = ripe
            .checked_add(SignedDuration::from_mins(1))
            .map_err(AppError::internal)?;
        // One a day: the one that runs now still has its row, and must not keep the next one from being planned.
        let day = day_in_china(run_at).to_string();
        transaction.enqueue_unless_waiting(Job::SweepFiles.code(), &day, now, run_at)?;
        Ok(())
    }

    /// The place of bytes that a body keeps; none where it keeps none.
    pub(crate) fn stored_file(
        &self,
        organisation: OrganisationId,
        sha256: &str,
    ) -> Result<Option<StoredFile>, AppError> {
        Ok(self.store.read(|snapshot| snapshot.stored_file(organisation, sha256))?)
    }

    /// Destroys the bytes with this hash wherever they are kept, now and durably, because the law has them erased. For a thread for work.
    pub(crate) fn destroy_stored_file(&self, sha256: &str) -> Result<(), AppError> {
        let (sha256, now) = (sha256.to_owned(), self.now());
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.condemn_erased_file(&sha256, now)?))
            .wait()
            .map_err(flatten)?;
        Handle::try_current()
            .map_err(AppError::internal)?
            .block_on(self.remove_condemned_files())
            .map(|_| ())
    }
}

enum Begun {
    Known,
    New(StoredFile),
    OverQuota,
}

/// Where the bytes of a file lie, below the root of the files.
pub(crate) fn key_of(file: &StoredFile) -> String {
    // The place makes each keeping of the same bytes a file of its own, so that a late removal never meets a new one.
    let folder = folder_of(file.organisation, &file.sha256);
    format!("{folder}/{}-{}", file.sha256, file.place.simple())
}

/// The folder of the files of an owner whose hashes begin alike.
fn folder_of(organisation: OrganisationId, sha256: &str) -> String {
    let owner = if organisation == StoredFile::SITE {
        "site".to_owned()
    } else {
        organisation.to_string()
    };
    format!("{owner}/{}", sha256.get(..2).unwrap_or("00"))
}

/// Where the bytes of a file lie while they come in.
fn incoming_key(id: Uuid) -> String {
    format!("{INCOMING}/{}", id.simple())
}

/// The folder of what is coming in.
const INCOMING: &str = "incoming";
