//! The data folder: where the database, the received files, the log's tiles and the log's key lie. It writes files so that a power cut
//! leaves the old or the new one, never half of one.
//!
//! It does not know what the files mean.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::{
    files::FileStore,
    log_files::{KEYS, LogBucket, LogFiles},
};

/// The folder of the published logs, and what stands before their names in a bucket.
const LOG: &str = "log";

/// A data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
    /// Where the logs lie, if not in the folder.
    log_bucket: Option<LogBucket>,
}

impl DataFolder {
    /// The folder at `root`, made with its parts where they are missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn create(root: &Path) -> io::Result<Self> {
        let folder = Self {
            root: root.to_owned(),
            log_bucket: None,
        };
        if !root.exists() {
            // Reports and password hashes are in the database. A folder that an operator made keeps the rights that it was given.
            fs::create_dir_all(root)?;
            restrict(root, 0o700)?;
        }
        for part in ["files", LOG, "key", "scratch"] {
            fs::create_dir_all(root.join(part))?;
        }
        restrict(&root.join("key"), 0o700)?;
        restrict(&root.join("scratch"), 0o700)?;
        sync_folder(root)?;
        Ok(folder)
    }

    /// Whether a site lives at `root`.
    pub fn holds_site(root: &Path) -> bool {
        root.join("luoshi.db").is_file()
    }

    /// Makes the entries of the folder itself durable.
    pub(crate) fn flush(&self) -> io::Result<()> {
        sync_folder(&self.root)
    }

    /// Whether the log of a site lies at `root`. A site whose database is elsewhere is told by it, also one that has lost its key.
    pub fn holds_log(root: &Path) -> bool {
        root.join(LOG).join("keys").is_file() || root.join("key").join("log.key").is_file()
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("luoshi.db")
    }

    /// The folder of the secret keys of the log. It is apart, so that a backup of everything else can leave it out.
    pub fn key_folder(&self) -> PathBuf {
        self.root.join("key")
    }

    /// The secret key that the site was made with. Keys that took over later lie beside it.
    pub fn key_file(&self) -> PathBuf {
        self.key_folder().join("log.key")
    }

    /// The same folder with its logs in a bucket. What lies in the folder is brought there, where nothing was published under the same name;
    /// a site that was restored from an old backup is so held against what it had published later.
    ///
    /// # Errors
    /// When the bucket cannot be reached, or the folder not be read.
    pub(crate) fn with_logs_in(mut self, bucket: FileStore) -> io::Result<Self> {
        let bucket = LogBucket::new(bucket)?;
        bucket.bring(&self.root.join(LOG), LOG)?;
        self.log_bucket = Some(bucket);
        // Asked for here, so that whoever starts a site hears at once that the bucket is the trouble.
        self.log_files(1).read(KEYS)?;
        Ok(self)
    }

    /// The files of one of the site's logs in the layout of C2SP tlog-tiles.
    pub fn log_files(&self, number: usize) -> LogFiles {
        let place = Self::log_place(number);
        match &self.log_bucket {
            Some(bucket) => LogFiles::in_bucket(bucket.clone(), place),
            None => LogFiles::at(self.root.join(place)),
        }
    }

    /// Where the files of one of the logs lie, below the folder or in a bucket: those of the first in `log` itself and those of one that
    /// continues it in a part of its own below, so that the old one stays as it was published.
    pub(crate) fn log_place(number: usize) -> String {
        if number <= 1 {
            LOG.to_owned()
        } else {
            format!("{LOG}/{number}")
        }
    }

    /// A checkpoint that the operator brought from elsewhere, such as a witness or the gazette: the log is not signed unless it holds it.
    pub fn witnessed_checkpoint(&self) -> PathBuf {
        self.root.join("witnessed")
    }

    /// The folder of files that are gone when the work they serve is done. They may be as large as the database, and hold the same words,
    /// so they lie beside it and in no place that others clean or read. No backup needs them.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Where received files lie, unless the settings say that they lie elsewhere.
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The source document with this hash as releases before the register of files kept it.
    ///
    /// # Errors
    /// When the file is missing or cannot be read.
    pub fn early_document(&self, sha256: &str) -> io::Result<File> {
        File::open(self.early_path(sha256))
    }

    /// Removes the source document with this hash as early releases kept it, and parts of it that a crash left behind. Durable when this
    /// returns; an absent file is no error. The bytes are overwritten first.
    ///
    /// # Errors
    /// When a file cannot be overwritten or removed.
    pub fn destroy_early_document(&self, sha256: &str) -> io::Result<()> {
        let path = self.early_path(sha256);
        let Some(folder) = path.parent().filter(|folder| folder.is_dir()) else {
            return Ok(());
        };
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A part is named after its file.
            if sha256.len() == 64 && entry.file_name().to_string_lossy().starts_with(sha256) {
                overwrite(&entry.path())?;
                fs::remove_file(entry.path())?;
            }
        }
        sync_folder(folder)
    }

    fn early_path(&self, sha256: &str) -> PathBuf {
        self.files().join(early_key(sha256))
    }
}

/// Where below `files/` early releases kept the source document with this hash.
pub(crate) fn early_key(sha256: &str) -> String {
    format!("{}/{sha256}", sha256.get(..2).unwrap_or("00"))
}

/// Every file below a folder, in the order of their paths; none where there is no folder.
pub(crate) fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Writes a file beside its place, makes it durable, moves it there and makes the folder durable: without the last step a power cut
/// loses the file although its bytes were safe.
///
/// # Errors
/// When any of the steps fails; the old file, if any, is still there then.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_durably_with_mode(path, bytes, 0o644)
}

/// Like [`write_durably`], readable by the owner alone.
///
/// # Errors
/// As [`write_durably`].
pub fn write_secret_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_durably_with_mode(path, bytes, 0o600)
}

fn write_durably_with_mode(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make_folder_durably(folder)?;
    // Two uploads of the same bytes go to the same place at once; each has a part of its own.
    static PARTS: AtomicU64 = AtomicU64::new(0);
    let (part, mut file) = create_part(path, mode, || PARTS.fetch_add(1, Ordering::Relaxed))?;
    file.write_all(bytes)?;
    flush(&file)?;
    drop(file);
    fs::rename(&part, path)?;
    sync_folder(folder)
}

/// A new file beside `path` that is nobody else's. Processes that share the folder may have the same number, as each first process of a
/// container has, so that a name that is taken is left to whoever took it.
fn create_part(path: &Path, mode: u32, mut number: impl FnMut() -> u64) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    loop {
        let mut part = name.to_owned();
        part.push(format!(".{}-{}.part", std::process::id(), number()));
        let part = path.with_file_name(part);
        match options.open(&part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((part, file)),
        }
    }
}

/// Makes a folder with those above it that are missing. Each is an entry of the one above it, which has to be durable too: a tile that lay
/// in a folder which a power cut took would be gone although its bytes were safe.
fn make_folder_durably(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(above) = folder.parent() else {
        return fs::create_dir_all(folder);
    };
    make_folder_durably(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(above)
}

/// Writes zeros over a file, durably. It reaches the disk's blocks where the file system writes in place.
pub(crate) fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut rest = file.metadata()?.len();
    let zeros = [0; 64 * 1024];
    while rest > 0 {
        let count = rest.min(zeros.len() as u64);
        file.write_all(&zeros[..count as usize])?;
        rest -= count;
    }
    file.sync_all()
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        flush(&File::open(folder)?)
    } else {
        Ok(())
    }
}

/// Whether a flush has failed since the process began.
static FLUSH_FAILED: AtomicBool = AtomicBool::new(false);

/// Whether a flush of a file or a folder has failed since this process began. What the system then still holds in memory it may take for
/// written, so that only a new process, which reads what is really there, can be believed.
#[must_use]
pub fn flush_failed() -> bool {
    FLUSH_FAILED.load(Ordering::Acquire)
}

/// Notes that a flush has failed that another library made.
pub(crate) fn note_failed_flush() {
    FLUSH_FAILED.store(true, Ordering::Release);
}

fn flush(file: &File) -> io::Result<()> {
    file.sync_all().inspect_err(|error| {
        // A full disk says so and is as it was.
        if error.kind() != io::ErrorKind::StorageFull {
            FLUSH_FAILED.store(true, Ordering::Release);
        }
    })
}

fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two containers on one shared disk each have a process 1 that counts from 0; a part of the same name was emptied under the other's
    /// hands, and a checkpoint that is half of each would have halted the log.
    #[test]
    fn a_part_of_another_process_with_the_same_number_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let (theirs, mut file) = create_part(&path, 0o644, || 7).unwrap();
        file.write_all(b"theirs").unwrap();
        let mut numbers = 7..;
        let (ours, _) = create_part(&path, 0o644, || numbers.next().unwrap()).unwrap();
        assert_ne!(ours, theirs);
        assert_eq!(fs::read(theirs).unwrap(), b"theirs");
        assert!(fs::read(ours).unwrap().is_empty());
    }
}
