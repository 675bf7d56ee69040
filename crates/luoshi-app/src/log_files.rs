//! The published files of one log: checkpoint, tiles, bundles and keys, each under its C2SP name. Everything that is read or written of a
//! log goes through here, and it alone knows whether they lie in a folder or in a bucket.
//!
//! It knows names and bytes, not what they mean, and it does not decide when anything may be published.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use luoshi_tlog::{TILE_WIDTH, TileId, TileKind, TileSource};
use tokio::{
    runtime::{Builder, Handle, Runtime, RuntimeFlavor},
    task::block_in_place,
};

use crate::{
    files::FileStore,
    folder::{files_below, write_durably},
};

/// The name of the signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The name of the key history.
pub const KEYS: &str = "keys";

/// The largest file of a name, in bytes: what is longer is none of ours, and reading it could exhaust memory.
pub fn largest(name: &str) -> u64 {
    match TileId::parse(name).map(TileId::kind) {
        Ok(TileKind::Hashes { .. }) => u64::from(TILE_WIDTH) * 32,
        // Each entry has at most 65,535 bytes after its length of two.
        Ok(TileKind::Entries) => u64::from(TILE_WIDTH) * (2 + 65_535),
        Err(_) => 1024 * 1024,
    }
}

/// The files of one log.
#[derive(Debug, Clone)]
pub struct LogFiles {
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(PathBuf),
    /// A bucket, and what stands before each name there.
    Bucket(LogBucket, String),
}

impl LogFiles {
    /// The files below `root`, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            place: Place::Folder(root.into()),
        }
    }

    pub(crate) fn in_bucket(bucket: LogBucket, below: String) -> Self {
        Self {
            place: Place::Bucket(bucket, below),
        }
    }

    /// The bytes of a file; none where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is longer than a file of its name can be.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let limit = largest(name);
        let root = match &self.place {
            Place::Folder(root) => root,
            Place::Bucket(bucket, below) => return bucket.read(&format!("{below}/{name}"), limit),
        };
        let file = match File::open(root.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Some(bytes))
    }

    /// Writes a file; durable, with the folders above it, when this returns. What stood there before stays whole until then.
    ///
    /// # Errors
    /// When it cannot be written or made durable.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match &self.place {
            Place::Folder(root) => write_durably(&root.join(name), bytes),
            Place::Bucket(bucket, below) => bucket.write(&format!("{below}/{name}"), bytes),
        }
    }

    /// Every tile and bundle that is there, in the order of their paths.
    ///
    /// # Errors
    /// When the folder or the bucket cannot be read.
    pub(crate) fn tiles(&self) -> io::Result<Vec<TileId>> {
        let names: Vec<String> = match &self.place {
            Place::Folder(root) => files_below(&root.join("tile"))?
                .iter()
                .filter_map(|path| path.strip_prefix(root).ok()?.to_str().map(str::to_owned))
                .collect(),
            Place::Bucket(bucket, below) => bucket
                .names(&format!("{below}/tile"))?
                .iter()
                .filter_map(|name| name.strip_prefix(below)?.strip_prefix('/').map(str::to_owned))
                .collect(),
        };
        Ok(names.iter().filter_map(|name| TileId::parse(name).ok()).collect())
    }
}

/// A bucket of an object store in which the logs of a site lie. Whoever asks waits on the thread that it is on.
#[derive(Clone)]
pub(crate) struct LogBucket {
    objects: FileStore,
    waiting: Arc<Waiting>,
}

impl fmt::Debug for LogBucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(formatter)
    }
}

impl LogBucket {
    /// Logs in `objects`, which nothing else may use: its connections live as long as this does.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn new(objects: FileStore) -> io::Result<Self> {
        Ok(Self {
            objects,
            waiting: Arc::new(Waiting::new()?),
        })
    }

    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self.waiting.on(self.objects.read_whole(name, limit))?
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.waiting.on(self.objects.write_whole(name, bytes.to_vec()))?
    }

    fn names(&self, below: &str) -> io::Result<Vec<String>> {
        self.waiting.on(self.objects.names_below(below))?
    }

    /// Brings what lies below `folder` to the names below `below`, where nothing has those names yet, and takes away what lies there then as
    /// well. What differs is left: the one in the bucket was published, and whoever looks into the folder can compare.
    ///
    /// # Errors
    /// When one of the two cannot be used; what was brought so far is whole in both.
    pub(crate) fn bring(&self, folder: &Path, below: &str) -> io::Result<()> {
        let mut paths = files_below(folder)?;
        // A checkpoint comes after the tiles that it covers.
        paths.sort_by_key(|path| !path.components().any(|part| part.as_os_str() == "tile"));
        for path in paths {
            let name = path.strip_prefix(folder).ok().and_then(|name| name.to_str());
            // A crash may have left a part of a file, which nobody publishes.
            let Some(name) = name.filter(|name| !name.ends_with(".part")) else {
                continue;
            };
            let name = format!("{below}/{name}");
            let bytes = fs::read(&path)?;
            match self.read(&name, u64::MAX)? {
                None => self.write(&name, &bytes)?,
                Some(published) if published == bytes => {}
                Some(_) => {
                    tracing::warn!(
                        name,
                        "a file of the log in the folder differs from the published one and is left"
                    );
                    continue;
                }
            }
            fs::remove_file(&path)?;
        }
        Ok(())
    }
}

/// Threads that move the bytes of a bucket while others wait for them.
struct Waiting(Option<Runtime>);

impl Waiting {
    fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Waits on this thread, whether or not it is a thread of an executor.
    fn on<T: Send>(&self, answer: impl Future<Output = T> + Send) -> io::Result<T> {
        let Some(runtime) = &self.0 else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Err(_) => Ok(runtime.block_on(answer)),
            Ok(RuntimeFlavor::MultiThread) => Ok(block_in_place(|| runtime.block_on(answer))),
            // An executor of one thread lets nobody wait on it.
            Ok(_) => thread::scope(|scope| scope.spawn(|| runtime.block_on(answer)).join())
                .map_err(|_| io::Error::other("the thread that waited for a bucket panicked")),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // The last owner may be a task of another runtime, which must not wait.
            runtime.shutdown_background();
        }
    }
}

impl TileSource for LogFiles {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, io::Error> {
        self.read(&tile.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_its_name_allows_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let files = LogFiles::at(folder.path());
        assert_eq!(files.read("tile/0/000").unwrap(), None);
        files.write("tile/0/000", &[7; 8192]).unwrap();
        assert_eq!(files.read("tile/0/000").unwrap().unwrap().len(), 8192);
        files.write("tile/0/000", &[7; 8193]).unwrap();
        assert_eq!(
            files.read("tile/0/000").unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }
}
