//! The data folder: where the database, the received files, the log's tiles and the log's key lie. It writes files so that a power cut
//! leaves the old or the new one, never half of one.
//!
//! It does not know what the files mean.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use luoshi_tlog::{TileId, TileSource};

/// A data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The folder at `root`, made with its parts where they are missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn create(root: &Path) -> io::Result<Self> {
        let folder = Self { root: root.to_owned() };
        if !root.exists() {
            // Reports and password hashes are in the database. A folder that an operator made keeps the rights that it was given.
            fs::create_dir_all(root)?;
            restrict(root, 0o700)?;
        }
        for part in ["files", "log", "key"] {
            fs::create_dir_all(root.join(part))?;
        }
        restrict(&root.join("key"), 0o700)?;
        sync_folder(root)?;
        Ok(folder)
    }

    /// Whether a site lives at `root`.
    pub fn holds_site(root: &Path) -> bool {
        root.join("luoshi.db").is_file()
    }

    /// Whether the key of a site's log lies at `root`. A site whose database is elsewhere is told by it.
    pub fn holds_key(root: &Path) -> bool {
        root.join("key").join("log.key").is_file()
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("luoshi.db")
    }

    /// The secret key of the log. It lies in a folder of its own, so that a backup of everything else can leave it out.
    pub fn key_file(&self) -> PathBuf {
        self.root.join("key").join("log.key")
    }

    /// The folder of tiles and checkpoint in the layout of C2SP tlog-tiles.
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
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
        let prefix = sha256.get(..2).unwrap_or("00");
        File::open(self.files().join(prefix).join(sha256))
    }
}

/// Tiles as files.
impl TileSource for DataFolder {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, io::Error> {
        match fs::read(self.log().join(tile.path())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
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
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(
        ".{}-{}.part",
        std::process::id(),
        PARTS.fetch_add(1, Ordering::Relaxed)
    ));
    let part = folder.join(name);
    {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = mode;
    fs::rename(&part, path)?;
    sync_folder(folder)
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

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}
