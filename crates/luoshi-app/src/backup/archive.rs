//! The parts of an archive, written and read one after the other in bounded memory. It knows tar and hashes, not what the parts mean.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Component, Path},
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{ArchiveError, DATABASE, FORMAT, MANIFEST, Manifest, Part, VERSION};
use crate::{digest::hexadecimal, folder::sync_folder};

/// The largest manifest that is read: a few hundred thousand parts.
const LARGEST_MANIFEST: u64 = 128 * 1024 * 1024;

/// Which parts are left in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    Everything,
    /// The database alone; the others are hashed and let go.
    Database,
}

/// Hashes and counts what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    byte_count: u64,
}

impl<R> Hashing<R> {
    fn of(inner: R) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            byte_count: 0,
        }
    }

    fn part(self, path: &str) -> Part {
        Part {
            path: path.to_owned(),
            byte_count: self.byte_count,
            sha256: hexadecimal(&self.hasher.finalize()),
        }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.byte_count += count as u64;
        Ok(count)
    }
}

/// An archive that is being written.
pub(super) struct ArchiveWriter<'w> {
    builder: tar::Builder<&'w mut dyn Write>,
    made_at: u64,
    parts: Vec<Part>,
}

impl<'w> ArchiveWriter<'w> {
    pub(super) fn new(archive: &'w mut dyn Write, made_at: Timestamp) -> Self {
        Self {
            builder: tar::Builder::new(archive),
            made_at: u64::try_from(made_at.as_second()).unwrap_or(0),
            parts: Vec::new(),
        }
    }

    /// The parts so far.
    pub(super) fn parts(&self) -> Vec<Part> {
        self.parts.clone()
    }

    /// Adds the bytes of a file of this machine as they are now.
    pub(super) fn add_file(&mut self, path: &str, file: &Path) -> io::Result<()> {
        let file = File::open(file)?;
        let byte_count = file.metadata()?.len();
        self.add(path, byte_count, file)
    }

    /// Adds a part of so many bytes.
    pub(super) fn add(&mut self, path: &str, byte_count: u64, bytes: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(byte_count);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        let mut hashing = Hashing::of(bytes.take(byte_count));
        self.builder.append_data(&mut header, path, &mut hashing)?;
        if hashing.byte_count != byte_count {
            // The head of the part says otherwise by now, so what follows could not be read.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.parts.push(hashing.part(path));
        Ok(())
    }

    /// Writes the manifest and ends the archive.
    pub(super) fn finish(mut self, manifest: &Manifest) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.add(MANIFEST, text.len() as u64, text.as_slice())?;
        self.builder.into_inner()?.flush()
    }
}

/// Reads a whole archive and compares every part with the manifest at its end. Parts that are wanted are left in `folder`, durably.
pub(super) fn unpack(archive: &mut dyn Read, folder: &Path, wanted: Wanted) -> Result<Manifest, ArchiveError> {
    let mut archive = tar::Archive::new(archive);
    let mut found: BTreeMap<String, Part> = BTreeMap::new();
    let mut manifest = None;
    // What cannot be read as a tar file from its first byte on is none; later on it is one that was cut off or damaged.
    let broken = |error: io::Error, is_first: bool| match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other
        | io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput => {
            if is_first {
                ArchiveError::NotABackup
            } else {
                ArchiveError::BrokenOff
            }
        }
        _ => ArchiveError::Read(error),
    };
    for entry in archive.entries().map_err(|error| broken(error, true))? {
        let entry = entry.map_err(|error| broken(error, found.is_empty()))?;
        let path = safe_path(&entry).ok_or(ArchiveError::NotABackup)?;
        if manifest.is_some() || found.contains_key(&path) {
            return Err(ArchiveError::Differs(path));
        }
        if path == MANIFEST {
            let mut text = Vec::new();
            entry
                .take(LARGEST_MANIFEST)
                .read_to_end(&mut text)
                .map_err(|error| broken(error, false))?;
            manifest = Some(parse(&text)?);
            continue;
        }
        let byte_count = entry.size();
        let mut hashing = Hashing::of(entry);
        let is_wanted = wanted == Wanted::Everything || path == DATABASE;
        let copied = if is_wanted {
            keep(&mut hashing, &folder.join(&path))
        } else {
            io::copy(&mut hashing, &mut io::sink()).map(|_| ())
        };
        copied.map_err(|error| broken(error, false))?;
        if hashing.byte_count != byte_count {
            return Err(ArchiveError::BrokenOff);
        }
        let part = hashing.part(&path);
        found.insert(path, part);
    }
    let Some(manifest) = manifest else {
        return Err(if found.is_empty() {
            ArchiveError::NotABackup
        } else {
            ArchiveError::BrokenOff
        });
    };
    for part in &manifest.parts {
        if found.remove(&part.path).as_ref() != Some(part) {
            return Err(ArchiveError::Differs(part.path.clone()));
        }
    }
    match found.into_keys().next() {
        Some(surplus) => Err(ArchiveError::Differs(surplus)),
        None => Ok(manifest),
    }
}

/// The path of a plain file below the folder; none for anything else, which no backup has.
fn safe_path<R: Read>(entry: &tar::Entry<'_, R>) -> Option<String> {
    let path = entry.path().ok()?;
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
    (entry.header().entry_type().is_file() && is_below).then_some(())?;
    path.to_str().filter(|path| !path.is_empty()).map(str::to_owned)
}

fn parse(text: &[u8]) -> Result<Manifest, ArchiveError> {
    /// What every shape of a manifest has.
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let head: Head = serde_json::from_slice(text).map_err(|_| ArchiveError::NotABackup)?;
    if head.format != FORMAT {
        return Err(ArchiveError::NotABackup);
    }
    if head.version > VERSION {
        return Err(ArchiveError::Newer);
    }
    serde_json::from_slice(text).map_err(|_| ArchiveError::NotABackup)
}

/// Writes a part into a new file, durably with the folders above it.
fn keep(bytes: &mut impl Read, path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::copy(bytes, &mut file)?;
    file.sync_all()?;
    for above in folder.ancestors().take(8).filter(|above| above.is_dir()) {
        sync_folder(above)?;
    }
    Ok(())
}
