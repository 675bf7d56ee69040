//! The published files of one log: checkpoint, tiles, bundles and keys, each under its C2SP name. Everything that is read or written of a
//! log goes through here, so that another kind of storage is one type's work.
//!
//! It knows names and bytes, not what they mean, and it does not decide when anything may be published.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use luoshi_tlog::{TILE_WIDTH, TileId, TileKind, TileSource};

use crate::folder::write_durably;

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

/// The files of one log in a folder.
#[derive(Debug, Clone)]
pub struct LogFiles {
    root: PathBuf,
}

impl LogFiles {
    /// The files below `root`, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where they lie.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The bytes of a file; none where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is longer than a file of its name can be.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.root.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let limit = largest(name);
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
        write_durably(&self.root.join(name), bytes)
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
