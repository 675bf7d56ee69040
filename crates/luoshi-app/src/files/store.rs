//! Where bytes lie: a folder of this machine, or a bucket of an object store behind the feature `s3`. Both are spoken to through
//! `object_store`, which calls a file durable in a folder only where it is asked to flush file and folders.
//!
//! It knows no register, no body and no permission; keys come from the caller.

#[cfg(feature = "s3")]
use std::time::Duration;
use std::{
    error::Error as _,
    fmt, io,
    path::{Path as FolderPath, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use jiff::Timestamp;
use luoshi_ledger::ids::OrganisationId;
use luoshi_reader::MEDIA_HEAD;
use luoshi_store::StoredFile;
use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as ObjectPath,
};
use sha2::{Digest, Sha256};
use tokio::{io::AsyncReadExt, runtime::Handle, sync::Semaphore};
use uuid::Uuid;

use super::{INCOMING, folder_of, incoming_key, key_of};
use crate::{
    digest::hexadecimal,
    folder::{note_failed_flush, overwrite, sync_folder},
};

/// Bytes that are gathered before they are written to a folder. Two hundred people at once hold thirteen megabytes.
const FOLDER_PART: usize = 64 * 1024;
/// Files that are received at once; further senders wait.
const FOLDER_TURNS: usize = 256;
/// The smallest part that a bucket takes, except for the last one of a file.
#[cfg(feature = "s3")]
const BUCKET_PART: usize = 5 * 1024 * 1024;
/// As many as fill eighty megabytes.
#[cfg(feature = "s3")]
const BUCKET_TURNS: usize = 16;
/// How often a bucket is asked again, and for how long in all. Somebody waits for a page meanwhile, and jobs come again by themselves.
#[cfg(feature = "s3")]
const RETRIES: usize = 4;
#[cfg(feature = "s3")]
const PATIENCE: Duration = Duration::from_secs(15);

/// A file whose bytes have come in. They are durable, and nothing refers to them; dropped without being kept they go.
#[derive(Debug)]
pub struct ReceivedFile {
    id: Uuid,
    files: FileStore,
    /// Whether the bytes are at a place of their own by now.
    is_placed: AtomicBool,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// The first bytes, by which the sort of a file is told.
    pub head: Vec<u8>,
}

impl Drop for ReceivedFile {
    fn drop(&mut self) {
        if self.is_placed.load(Ordering::Acquire) {
            return;
        }
        // Where nothing runs any more the sweep finds them.
        let Ok(runtime) = Handle::try_current() else { return };
        let (files, key) = (self.files.clone(), incoming_key(self.id));
        runtime.spawn(async move {
            if let Err(error) = files.remove_key(&key).await {
                tracing::warn!(%error, "a file that is not wanted is still there and will be swept");
            }
        });
    }
}

/// Bytes at rest.
#[derive(Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    /// The folder, where it is one: what `object_store` leaves out is flushed here.
    folder: Option<PathBuf>,
    part: usize,
    turns: Arc<Semaphore>,
}

impl fmt::Debug for FileStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The settings of a bucket hold a secret.
        match &self.folder {
            Some(folder) => write!(formatter, "FileStore({})", folder.display()),
            None => formatter.write_str("FileStore(bucket)"),
        }
    }
}

/// Why bytes could not be written, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum FileStoreError {
    /// The folder cannot be used.
    #[error("a folder of files cannot be used")]
    Folder(#[from] io::Error),
    /// The object store says no.
    #[error("the files cannot be reached: {0}")]
    Objects(#[from] object_store::Error),
    /// The settings of the bucket cannot be used.
    #[error("the settings of the bucket cannot be used: {0}")]
    Settings(String),
}

impl FileStoreError {
    /// Whether the disk is full.
    pub(super) fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = match self {
            FileStoreError::Folder(error) => Some(error),
            FileStoreError::Objects(error) => error.source(),
            FileStoreError::Settings(_) => None,
        };
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>()
                && matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            {
                return true;
            }
            cause = error.source();
        }
        false
    }

    /// Whether there are no such bytes.
    pub(crate) fn is_missing(&self) -> bool {
        match self {
            FileStoreError::Objects(object_store::Error::NotFound { .. }) => true,
            FileStoreError::Folder(error) => error.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }
}

/// What is known of bytes that were written.
#[derive(Default)]
struct Filled {
    sha256: String,
    byte_count: u64,
    head: Vec<u8>,
}

/// Why bytes did not come in.
#[derive(Debug)]
pub(super) enum ReceiveError {
    TooLarge,
    Empty,
    BrokenOff,
    Store(FileStoreError),
}

impl<E: Into<FileStoreError>> From<E> for ReceiveError {
    fn from(error: E) -> Self {
        ReceiveError::Store(error.into())
    }
}

/// A bucket of an object store that speaks S3.
#[cfg(feature = "s3")]
#[derive(Clone)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// What stands before every key; may be empty.
    pub prefix: String,
    /// The address of the service; none means Amazon's.
    pub endpoint: Option<String>,
    /// The region; services that have none take any word.
    pub region: String,
    /// Who asks.
    pub access_key_id: String,
    /// Their secret.
    pub secret_access_key: String,
}

impl FileStore {
    /// Files in a folder, which has to exist.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn folder(root: &FolderPath) -> Result<Self, FileStoreError> {
        let objects = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            folder: Some(root.to_owned()),
            part: FOLDER_PART,
            turns: Arc::new(Semaphore::new(FOLDER_TURNS)),
        })
    }

    /// Files in a bucket. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the settings cannot be used.
    #[cfg(feature = "s3")]
    pub fn bucket(settings: &BucketSettings) -> Result<Self, FileStoreError> {
        // Another part of the program may have chosen a provider of cryptography before; any serves.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let unusable = |error: object_store::Error| FileStoreError::Settings(error.to_string());
        let mut builder = object_store::aws::AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(&settings.secret_access_key)
            .with_retry(object_store::RetryConfig {
                max_retries: RETRIES,
                retry_timeout: PATIENCE,
                ..object_store::RetryConfig::default()
            });
        if let Some(endpoint) = &settings.endpoint {
            builder = builder
                .with_allow_http(endpoint.starts_with("http://"))
                .with_endpoint(endpoint);
        }
        let bucket = builder.build().map_err(unusable)?;
        let objects: Arc<dyn ObjectStore> = match settings.prefix.as_str() {
            "" => Arc::new(bucket),
            prefix => Arc::new(object_store::prefix::PrefixStore::new(bucket, prefix)),
        };
        Ok(Self {
            objects,
            folder: None,
            part: BUCKET_PART,
            turns: Arc::new(Semaphore::new(BUCKET_TURNS)),
        })
    }

    /// Writes what comes to the incoming part and makes it durable.
    pub(super) async fn receive<E>(
        &self,
        id: Uuid,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        largest: u64,
    ) -> Result<ReceivedFile, ReceiveError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.map_err(|_| ReceiveError::BrokenOff)?;
        let mut upload = self.objects.put_multipart(&ObjectPath::from(incoming_key(id))).await?;
        match self.fill(upload.as_mut(), bytes, largest).await {
            Ok(Filled {
                sha256,
                byte_count,
                head,
            }) => {
                self.durable(upload.complete().await)?;
                Ok(ReceivedFile {
                    id,
                    files: self.clone(),
                    is_placed: AtomicBool::new(false),
                    sha256,
                    byte_count,
                    head,
                })
            }
            Err(error) => {
                if let Err(error) = upload.abort().await {
                    tracing::debug!(%error, "a file that broke off is still there and will be swept");
                }
                Err(error)
            }
        }
    }

    async fn fill<E>(
        &self,
        upload: &mut dyn MultipartUpload,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        largest: u64,
    ) -> Result<Filled, ReceiveError> {
        let mut hasher = Sha256::new();
        let mut file = Filled::default();
        let mut part = BytesMut::new();
        let mut bytes = std::pin::pin!(bytes);
        while let Some(chunk) = bytes.next().await {
            let mut chunk = chunk.map_err(|_| ReceiveError::BrokenOff)?;
            file.byte_count += chunk.len() as u64;
            if file.byte_count > largest {
                return Err(ReceiveError::TooLarge);
            }
            hasher.update(&chunk);
            let wanted = MEDIA_HEAD.saturating_sub(file.head.len()).min(chunk.len());
            file.head.extend_from_slice(&chunk[..wanted]);
            while !chunk.is_empty() {
                let taken = (self.part - part.len()).min(chunk.len());
                part.extend_from_slice(&chunk.split_to(taken));
                if part.len() == self.part {
                    upload.put_part(PutPayload::from(part.split().freeze())).await?;
                }
            }
        }
        if file.byte_count == 0 {
            return Err(ReceiveError::Empty);
        }
        if !part.is_empty() {
            upload.put_part(PutPayload::from(part.freeze())).await?;
        }
        file.sha256 = hexadecimal(&hasher.finalize());
        Ok(file)
    }

    /// The bytes of a received file, to be looked at.
    pub(super) async fn read_received(
        &self,
        file: &ReceivedFile,
    ) -> Result<BoxStream<'static, Result<Bytes, FileStoreError>>, FileStoreError> {
        self.read_key(&incoming_key(file.id)).await
    }

    /// Moves a received file to its place. Durable when this returns.
    pub(super) async fn place(&self, received: &ReceivedFile, file: &StoredFile) -> Result<(), FileStoreError> {
        let key = key_of(file);
        let moved = self
            .objects
            .rename(
                &ObjectPath::from(incoming_key(received.id)),
                &ObjectPath::from(key.as_str()),
            )
            .await;
        self.durable(moved)?;
        received.is_placed.store(true, Ordering::Release);
        self.flush_above(&key).await
    }

    /// The bytes of a file, in pieces.
    pub(crate) async fn read(
        &self,
        file: &StoredFile,
    ) -> Result<BoxStream<'static, Result<Bytes, FileStoreError>>, FileStoreError> {
        self.read_key(&key_of(file)).await
    }

    /// How many bytes lie at the place of a file.
    pub(crate) async fn size(&self, file: &StoredFile) -> Result<u64, FileStoreError> {
        Ok(self.objects.head(&ObjectPath::from(key_of(file))).await?.size)
    }

    /// Puts the bytes of a file that a backup held to their key. Durable when this returns.
    pub(crate) async fn put_back(&self, key: &str, path: &FolderPath) -> Result<(), FileStoreError> {
        let mut upload = self.objects.put_multipart(&ObjectPath::from(key)).await?;
        let mut file = tokio::fs::File::open(path).await?;
        loop {
            let mut part = BytesMut::with_capacity(self.part);
            while part.len() < self.part && file.read_buf(&mut (&mut part).limit(self.part)).await? > 0 {}
            if part.is_empty() {
                break;
            }
            upload.put_part(PutPayload::from(part.freeze())).await?;
        }
        self.durable(upload.complete().await)?;
        self.flush_above(key).await
    }

    /// Removes the bytes of a file, durably; bytes that are not there are no error.
    pub(super) async fn remove(&self, file: &StoredFile) -> Result<(), FileStoreError> {
        let key = key_of(file);
        self.overwrite(&key).await?;
        self.remove_key(&key).await?;
        // The library flushes nothing after a removal, and the register is going to forget the file.
        self.flush_above(&key).await
    }

    /// Removes what came in before `before` and was never kept; answers with how many files that were, or would be.
    pub(super) async fn sweep_incoming(&self, before: Timestamp, dry_run: bool) -> Result<u64, FileStoreError> {
        let prefix = ObjectPath::from(INCOMING);
        let mut found = self.objects.list(Some(&prefix));
        let mut count = 0;
        while let Some(object) = found.try_next().await? {
            if object.last_modified.timestamp_micros() < before.as_microsecond() {
                count += 1;
                if !dry_run {
                    self.remove_key(object.location.as_ref()).await?;
                }
            }
        }
        Ok(count)
    }

    /// Whether there are bytes of an owner under a hash, at any place.
    pub(super) async fn holds(&self, organisation: OrganisationId, sha256: &str) -> Result<bool, FileStoreError> {
        let folder = folder_of(organisation, sha256);
        let mut found = self.objects.list(Some(&ObjectPath::from(folder)));
        while let Some(object) = found.try_next().await? {
            if object.location.filename().is_some_and(|name| name.starts_with(sha256)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The bytes under a key, at most `limit`; none where there are none. For what is small.
    pub(crate) async fn read_whole(&self, key: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let found = match self.objects.get(&ObjectPath::from(key)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(io::Error::other)?,
        };
        if found.meta.size > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let bytes = found.bytes().await.map_err(io::Error::other)?;
        Ok(Some(bytes.into()))
    }

    /// Puts bytes under a key, in the place of what stood there, which stays whole until then. For a bucket, which is durable when it answers.
    pub(crate) async fn write_whole(&self, key: &str, bytes: Vec<u8>) -> io::Result<()> {
        let written = self.objects.put(&ObjectPath::from(key), PutPayload::from(bytes)).await;
        written.map(|_| ()).map_err(io::Error::other)
    }

    /// Every key below another one, in their order.
    pub(crate) async fn names_below(&self, key: &str) -> io::Result<Vec<String>> {
        let found = self.objects.list(Some(&ObjectPath::from(key)));
        let found: Vec<_> = found.try_collect().await.map_err(io::Error::other)?;
        let mut names: Vec<String> = found.into_iter().map(|object| object.location.into()).collect();
        names.sort_unstable();
        Ok(names)
    }

    async fn read_key(&self, key: &str) -> Result<BoxStream<'static, Result<Bytes, FileStoreError>>, FileStoreError> {
        let found = self.objects.get(&ObjectPath::from(key)).await?;
        Ok(found.into_stream().map_err(FileStoreError::from).boxed())
    }

    async fn remove_key(&self, key: &str) -> Result<(), FileStoreError> {
        match self.objects.delete(&ObjectPath::from(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes zeros over the bytes of a file in a folder: what is removed may be what the law has destroyed.
    async fn overwrite(&self, key: &str) -> Result<(), FileStoreError> {
        let Some(path) = self.folder.as_ref().map(|root| root.join(key)) else {
            return Ok(());
        };
        let overwritten = tokio::task::spawn_blocking(move || overwrite(&path))
            .await
            .map_err(io::Error::other)?;
        match overwritten {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Notes what the library could not make durable in a folder: after that nothing that this process says can be relied on.
    fn durable<T>(&self, outcome: object_store::Result<T>) -> Result<T, FileStoreError> {
        outcome.map_err(|error| {
            let error = FileStoreError::from(error);
            if self.folder.is_some() && !error.is_full() && !error.is_missing() {
                note_failed_flush();
            }
            error
        })
    }

    /// Flushes the folders above a key, up to the root. The library flushes those that it made itself; of two senders the second one finds
    /// the folder of the first there and would answer before it is durable.
    async fn flush_above(&self, key: &str) -> Result<(), FileStoreError> {
        let Some(root) = self.folder.clone() else { return Ok(()) };
        let mut above: Vec<PathBuf> = FolderPath::new(key)
            .ancestors()
            .skip(1)
            .map(|part| root.join(part))
            .collect();
        above.dedup();
        tokio::task::spawn_blocking(move || {
            above.iter().try_for_each(|folder| match sync_folder(folder) {
                // Nothing was ever kept there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                outcome => outcome,
            })
        })
        .await
        .map_err(io::Error::other)??;
        Ok(())
    }
}
