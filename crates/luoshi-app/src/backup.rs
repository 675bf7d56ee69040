//! Backups (备份): one archive with the database, the received files, the published logs and a manifest, taken while the site is used.
//!
//! It is a plain tar file: `database`, `files/…`, `log/…`, and `manifest.json` at its end, which names every other part with its size and
//! SHA-256. The database is always a file of SQLite, so that a backup of any site is opened anywhere. The secret key of the log is in no
//! backup. How an archive is enciphered, and where it lies, is the caller's matter.

mod archive;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use bytes::{Buf, Bytes};
use futures_util::{StreamExt, stream::BoxStream};
use jiff::Timestamp;
use luoshi_ledger::{ids::DocumentId, log::IncidentCause};
use luoshi_store::{KeptFile, Location, Phase, Store, StoreError, StoredFile, Watcher};
use luoshi_tlog::{Checkpoint, TILE_WIDTH, TileId, TileKind, VerifierKey};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use uuid::Uuid;

use self::archive::{ArchiveWriter, Wanted};
use crate::{
    error::AppError,
    execute::flatten,
    files::{FileStore, FileStoreError, key_of},
    folder::{DataFolder, early_key, files_below},
    log_files::{CHECKPOINT, KEYS},
    signing::{Epoch, HALT_SETTING, RESTORED_SETTING, SiteLog},
    site::App,
};

/// The database in an archive.
pub const DATABASE: &str = "database";
/// The last part of an archive.
const MANIFEST: &str = "manifest.json";
/// What a manifest calls itself.
const FORMAT: &str = "luoshi-backup";
/// The newest shape of archives that this program knows.
const VERSION: u32 = 1;
/// Rows of the register that are read at once.
const ROWS_AT_ONCE: u32 = 1_000;

/// What an archive holds and when it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `luoshi-backup`.
    pub format: String,
    /// The shape of the archive.
    pub version: u32,
    /// The release of the program that made it.
    pub program: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The name of the present log.
    pub origin: String,
    /// Its present public key.
    pub verifier_key: String,
    /// The version of the database.
    pub database_version: u32,
    /// The last checkpoint that the database keeps; none while nothing was signed.
    pub checkpoint: Option<String>,
    /// Files that the record refers to and that were not there, or not of their size.
    pub missing: Vec<String>,
    /// Every other part.
    pub parts: Vec<Part>,
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it lies.
    pub path: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// What opening an archive found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What the archive says of itself; every part agrees with it.
    pub manifest: Manifest,
    /// Events that were replayed.
    pub events: u64,
    /// How many places of the database disagree with their replay.
    pub differences: u64,
}

/// What a backup or a restoration is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackupPhase {
    /// The database is copied; counted in rows where the engine tells.
    Database,
    /// Logs and files are written; counted in parts.
    Files,
    /// The archive is opened; counted in steps of the replay.
    Opening,
}

impl BackupPhase {
    /// Every phase, in their order.
    pub const ALL: [BackupPhase; 3] = [BackupPhase::Database, BackupPhase::Files, BackupPhase::Opening];

    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            BackupPhase::Database => "database",
            BackupPhase::Files => "files",
            BackupPhase::Opening => "opening",
        }
    }
}

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Another backup of the same site is under way.
    #[error("another backup is under way")]
    UnderWay,
    /// The site cannot be read.
    #[error(transparent)]
    App(#[from] AppError),
    /// The archive, or a file that is needed on the way, cannot be written or read.
    #[error("the archive cannot be written")]
    Write(#[from] io::Error),
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        BackupError::App(error.into())
    }
}

/// Why an archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no backup at all.
    #[error("this is no backup")]
    NotABackup,
    /// It ends too early.
    #[error("the backup ends too early")]
    BrokenOff,
    /// A part is not what the manifest says, or is in it and not in the manifest.
    #[error("the part {0} is not what the manifest says")]
    Differs(String),
    /// A newer release made it.
    #[error("a newer release made the backup")]
    Newer,
    /// It cannot be read, or its parts cannot be written.
    #[error("the backup cannot be read")]
    Read(#[source] io::Error),
    /// Its database cannot be used.
    #[error("the database of the backup cannot be used")]
    Store(#[from] StoreError),
}

/// The private folder in which a backup is made and opened. A site has one, so that there is one backup at a time; it goes with what it
/// holds when this is dropped, or when the next one is made after a kill.
pub struct BackupScratch {
    folder: PathBuf,
    _lock: File,
}

impl BackupScratch {
    /// An empty folder to open an archive in.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn for_opening(&self) -> io::Result<PathBuf> {
        let folder = self.folder.join("opened");
        fs::create_dir(&folder)?;
        Ok(folder)
    }
}

impl Drop for BackupScratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "a temporary folder could not be removed");
        }
    }
}

/// What the copied database says about everything that lies beside it.
struct Contents {
    log: SiteLog,
    checkpoint: Option<String>,
    /// Places that the checkpoint covers.
    signed: u64,
    files: Vec<StoredFile>,
    early_documents: Vec<KeptFile>,
}

impl App {
    /// The folder in which a backup is made, empty.
    ///
    /// # Errors
    /// [`BackupError::UnderWay`] while another one is there, and when it cannot be made.
    pub fn backup_scratch(&self) -> Result<BackupScratch, BackupError> {
        let scratch = self.folder.scratch();
        let lock = File::create(scratch.join("backup.lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::UnderWay),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let folder = scratch.join("backup");
        if folder.exists() {
            // One that was killed left its copy behind.
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        Ok(BackupScratch { folder, _lock: lock })
    }

    /// Writes an archive of the site as it is at one instant. Nobody waits for it. It must not be called where asynchronous work runs.
    ///
    /// # Errors
    /// When something cannot be read or written. A file that is missing is no error, but named in the manifest.
    pub fn back_up(
        &self,
        scratch: &BackupScratch,
        archive: &mut dyn Write,
        progress: &mut (dyn FnMut(BackupPhase, u64, u64) + Send),
    ) -> Result<Manifest, BackupError> {
        let database = scratch.folder.join(DATABASE);
        let made_at = self.now();
        progress(BackupPhase::Database, 0, 0);
        // First the database and then what it refers to: files go a day after their last reference at the earliest, and logs only grow.
        self.store
            .back_up(&database, &mut |_, rows| progress(BackupPhase::Database, rows, 0))?;
        let (contents, database_version) = {
            let copy = Store::open(&Location::Sqlite(database.clone()))?;
            (self.contents(&copy)?, copy.schema_version()?)
        };
        let mut writer = ArchiveWriter::new(archive, made_at);
        writer.add_file(DATABASE, &database)?;
        let mut missing = Vec::new();
        let total = (contents.files.len() + contents.early_documents.len()) as u64;
        progress(BackupPhase::Files, 0, total);
        self.add_logs(&contents, &mut writer)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        for (done, file) in (1..).zip(&contents.files) {
            let key = key_of(file);
            match open_sized(&self.files, file, &runtime)? {
                Some(bytes) => writer.add(&format!("files/{key}"), file.byte_count, bytes)?,
                // What is swept or erased meanwhile is not missed: only the copied database still knows it.
                None if self.is_kept(file)? => missing.push(key),
                None => {}
            }
            progress(BackupPhase::Files, done, total);
        }
        for document in &contents.early_documents {
            let key = early_key(&document.sha256);
            match self.folder.early_document(&document.sha256) {
                Ok(file) if file.metadata()?.len() == document.byte_count => {
                    writer.add(&format!("files/{key}"), document.byte_count, file)?;
                }
                Ok(_) => missing.push(key),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if !self.store.read(|snapshot| snapshot.file_is_erased(&document.sha256))? {
                        missing.push(key);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            origin: contents.log.origin().to_string(),
            verifier_key: contents.log.verifier.as_str().to_owned(),
            database_version,
            checkpoint: contents.checkpoint,
            missing,
            parts: writer.parts(),
        };
        writer.finish(&manifest)?;
        Ok(manifest)
    }

    /// Whether the register keeps these bytes still.
    fn is_kept(&self, file: &StoredFile) -> Result<bool, BackupError> {
        let kept = self
            .store
            .read(|snapshot| snapshot.stored_file(file.organisation, &file.sha256))?;
        Ok(kept.is_some_and(|kept| kept.place == file.place))
    }

    fn contents(&self, copy: &Store) -> Result<Contents, BackupError> {
        let log = copy
            .read(|snapshot| Ok(SiteLog::load(snapshot, &self.folder)))?
            .map_err(AppError::from)?
            .ok_or_else(|| AppError::internal("a site without a log"))?;
        let kept = copy.read(|snapshot| snapshot.latest_checkpoint())?;
        let mut files = Vec::new();
        let mut after = Uuid::nil();
        loop {
            let rows = copy.read(|snapshot| snapshot.kept_files(after, ROWS_AT_ONCE))?;
            let Some(last) = rows.last() else { break };
            after = last.place;
            files.extend(rows);
        }
        let mut early_documents = Vec::new();
        let mut after = DocumentId(Uuid::nil());
        loop {
            let rows = copy.read(|snapshot| snapshot.document_files(after, ROWS_AT_ONCE))?;
            let Some(last) = rows.last() else { break };
            after = DocumentId(last.id);
            for row in rows {
                if row.place.is_none() && !copy.read(|snapshot| snapshot.file_is_erased(&row.sha256))? {
                    early_documents.push(row);
                }
            }
        }
        // The same bytes may have come under several names.
        early_documents.sort_by(|one, other| one.sha256.cmp(&other.sha256));
        early_documents.dedup_by(|one, other| one.sha256 == other.sha256);
        Ok(Contents {
            log,
            signed: kept.as_ref().map_or(0, |kept| kept.size),
            checkpoint: kept.map(|kept| kept.note),
            files,
            early_documents,
        })
    }

    /// Adds what is published of each log, the present one only as far as the copied database has signed for it.
    fn add_logs(&self, contents: &Contents, writer: &mut ArchiveWriter<'_>) -> Result<(), BackupError> {
        for (epoch, number) in contents.log.epochs.iter().zip(1..) {
            let below = DataFolder::log_place(number);
            let place = |name: &str| format!("{below}/{name}");
            let (size, note) = match &epoch.end {
                Some((_, note)) => (u64::MAX, note.clone()),
                None => (
                    contents.signed.saturating_sub(epoch.first_place),
                    contents.checkpoint.clone().filter(|note| is_of(epoch, note)),
                ),
            };
            for tile in epoch.files.tiles()?.into_iter().filter(|tile| extent(*tile) <= size) {
                if let Some(bytes) = epoch.files.read(&tile.path())? {
                    writer.add(&place(&tile.path()), bytes.len() as u64, bytes.as_slice())?;
                }
            }
            if let Some(keys) = epoch.files.read(KEYS)? {
                writer.add(&place(KEYS), keys.len() as u64, keys.as_slice())?;
            }
            if let Some(note) = note {
                writer.add(&place(CHECKPOINT), note.len() as u64, note.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// Opens an archive and proves it: every part agrees with the manifest, and the database with the replay of its events. `scratch` is an
/// empty folder as private as the database.
///
/// # Errors
/// When it is no whole backup, or a newer release's. What does not agree with the replay is counted in the answer.
pub fn open(
    archive: &mut dyn Read,
    scratch: &Path,
    progress: &mut (dyn FnMut(BackupPhase, u64, u64) + Send),
) -> Result<Opened, ArchiveError> {
    let manifest = archive::unpack(archive, scratch, Wanted::Database)?;
    prove(manifest, scratch, progress)
}

/// Like [`open`], and leaves every part in `folder`, durably, where `folder` is going to be, or to become, the folder of a site.
///
/// # Errors
/// As [`open`]; what was written so far is left.
pub fn unpack(
    archive: &mut dyn Read,
    folder: &Path,
    progress: &mut (dyn FnMut(BackupPhase, u64, u64) + Send),
) -> Result<Opened, ArchiveError> {
    let manifest = archive::unpack(archive, folder, Wanted::Everything)?;
    prove(manifest, folder, progress)
}

fn prove(
    manifest: Manifest,
    folder: &Path,
    progress: &mut (dyn FnMut(BackupPhase, u64, u64) + Send),
) -> Result<Opened, ArchiveError> {
    let store = Store::open(&Location::Sqlite(folder.join(DATABASE)))?;
    // An older release's database is brought up to this one before it is compared, as its site would be.
    store.migrate()?;
    let replay = store.replay(folder, &Told(Mutex::new(progress)))?;
    Ok(Opened {
        manifest,
        events: replay.events,
        differences: replay.difference_count,
    })
}

/// Says that `store` comes from a backup: nothing is signed and nothing is recorded until an incident says that the log was continued,
/// since nobody knows what was signed after the backup was made, except where `is_newest`: nothing was. Whoever was signed in is so no
/// longer. Answers with why the log stands still, which may be what halted the site before it was backed up.
///
/// # Errors
/// When the store cannot be read or written.
pub fn mark_restored(store: &Store, is_newest: bool) -> Result<Option<IncidentCause>, AppError> {
    store
        .write(move |transaction| {
            transaction.delete_sessions_before(Timestamp::MAX, Timestamp::MAX)?;
            if !is_newest {
                transaction.set_setting(RESTORED_SETTING, "1")?;
                transaction.set_setting(HALT_SETTING, IncidentCause::Restored.code())?;
            }
            let halt = transaction.setting(HALT_SETTING)?;
            Ok::<_, AppError>(halt.and_then(|code| IncidentCause::from_code(&code)))
        })
        .wait()
        .map_err(flatten)
}

/// Whether a note is a checkpoint by the log's key of exactly what the backup holds.
pub fn is_last_checkpoint(manifest: &Manifest, note: &str) -> bool {
    let Ok(key) = VerifierKey::parse(&manifest.verifier_key) else {
        return false;
    };
    let read = |note: &str| Checkpoint::open(note.as_bytes(), &key).ok();
    let (Some(witnessed), Some(kept)) = (read(note), manifest.checkpoint.as_deref().and_then(read)) else {
        return false;
    };
    (witnessed.size, witnessed.root) == (kept.size, kept.root)
}

/// Puts the unpacked files below `from` back to where received files are kept, when that is not the folder. It must not be called where
/// asynchronous work runs.
///
/// Those of early releases stay: they have always been in the folder.
///
/// # Errors
/// When one cannot be read or written.
pub fn put_back(files: &FileStore, from: &Path) -> Result<(), FileStoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for path in files_below(from)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let key = path.strip_prefix(from).ok().and_then(Path::to_str);
        let (Some(name), Some(key)) = (name, key) else { continue };
        if key != early_key(name) {
            runtime.block_on(files.put_back(key, &path))?;
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

struct Told<'p>(Mutex<&'p mut (dyn FnMut(BackupPhase, u64, u64) + Send)>);

impl Watcher for Told<'_> {
    fn progress(&self, phase: Phase, done: u64, total: u64) {
        if phase == Phase::Streams {
            let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            (*told)(BackupPhase::Opening, done, total);
        }
    }
}

/// The bytes of a file; none where they are missing or not as many as they should be, which would break the archive.
fn open_sized<'r>(
    files: &FileStore,
    file: &StoredFile,
    runtime: &'r Runtime,
) -> Result<Option<FileBytes<'r>>, BackupError> {
    let found = runtime.block_on(async {
        if files.size(file).await? != file.byte_count {
            return Ok(None);
        }
        files.read(file).await.map(Some)
    });
    match found {
        Ok(None) => Ok(None),
        Ok(Some(stream)) => Ok(Some(FileBytes {
            runtime,
            stream,
            piece: Bytes::new(),
        })),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(AppError::internal(error).into()),
    }
}

/// A stream of bytes, read where nothing is asynchronous.
struct FileBytes<'r> {
    runtime: &'r Runtime,
    stream: BoxStream<'static, Result<Bytes, FileStoreError>>,
    piece: Bytes,
}

impl Read for FileBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let count = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

fn is_of(epoch: &Epoch, note: &str) -> bool {
    note.lines().next() == Some(epoch.origin.as_str())
}

/// Up to which entry, exclusive, a tile speaks of the log.
fn extent(tile: TileId) -> u64 {
    let level = match tile.kind() {
        TileKind::Hashes { level } => u32::from(level),
        TileKind::Entries => 0,
    };
    let width = u64::from(TILE_WIDTH);
    let hashes = tile
        .index()
        .saturating_mul(width)
        .saturating_add(u64::from(tile.width()));
    hashes.saturating_mul(width.saturating_pow(level))
}
