//! The zip container of an Office document: its parts by name, unpacked within limits, and its relationships.
//!
//! Nothing is unpacked before somebody asks for it, and then only as fast as it is read: pictures, fonts, embedded files and
//! nested archives cost nothing. It does not know what the parts mean.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Cursor, Read},
};

use zip::{
    read::{ZipArchive, ZipFile},
    result::ZipError,
};

use crate::xml::{XmlEvent, XmlReader};
use crate::{Limits, error::ReadError};

/// An opened container.
pub(crate) struct Package<'bytes> {
    archive: ZipArchive<Cursor<&'bytes [u8]>>,
    size: u64,
    limits: Limits,
    /// Index of every entry by the name of its part.
    parts: BTreeMap<String, usize>,
    /// What may still be unpacked from this container.
    budget: u64,
}

/// What an entry of the directory of a zip container begins with.
const DIRECTORY_ENTRY: &[u8; 4] = b"PK\x01\x02";

/// How often `wanted` occurs, counting no further than `most`.
fn count_up_to(bytes: &[u8], wanted: &[u8; 4], most: usize) -> usize {
    bytes
        .windows(wanted.len())
        .filter(|window| window == wanted)
        .take(most)
        .count()
}

/// A part while it is unpacked.
pub(crate) type PartReader<'package, 'bytes> = BufReader<Counted<'package, ZipFile<'package, Cursor<&'bytes [u8]>>>>;

/// Raised inside a read when a limit is reached, so that it comes out of whatever parser is reading.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct LimitReached(pub(crate) ReadError);

impl<'bytes> Package<'bytes> {
    /// Reads the directory of the container.
    pub(crate) fn open(bytes: &'bytes [u8], limits: &Limits) -> Result<Self, ReadError> {
        let too_many = || ReadError::Expansion {
            limit: limits.entries as u64,
            what: "entries",
        };
        let damaged = |_: ZipError| ReadError::damaged("zip");
        // The archive reader keeps every entry in memory before it can say how many there are. Stored archives inside this one
        // carry the same signature, so the first look allows for them.
        let most_signatures = limits.entries.saturating_mul(16);
        if count_up_to(bytes, DIRECTORY_ENTRY, most_signatures) == most_signatures {
            return Err(too_many());
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > limits.entries {
            return Err(too_many());
        }
        let mut parts = BTreeMap::new();
        for (index, name) in archive.file_names_raw().enumerate() {
            // Two parts of one name mean different documents to different readers.
            if parts.insert(part_key(&String::from_utf8_lossy(name)), index).is_some() {
                return Err(ReadError::damaged("zip"));
            }
        }
        if archive.has_duplicate_names() {
            return Err(ReadError::damaged("zip"));
        }
        Ok(Self {
            archive,
            size: bytes.len() as u64,
            limits: *limits,
            parts,
            budget: limits.expanded_bytes,
        })
    }

    /// Whether the container has a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&part_key(name))
    }

    /// Unpacks a part while it is read. What is read counts against the limits whatever the directory declares.
    pub(crate) fn open_part(&mut self, name: &str) -> Result<PartReader<'_, 'bytes>, ReadError> {
        let Some(index) = self.parts.get(&part_key(name)) else {
            return Err(ReadError::damaged(name));
        };
        let file = self.archive.by_index(*index).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::Encrypted,
            _ => ReadError::damaged(name),
        })?;
        let packed = file.compressed_size().min(self.size);
        let ratio_allowance = packed
            .saturating_mul(self.limits.expansion_ratio)
            .max(Limits::RATIO_FREE_BYTES);
        let counted = Counted {
            inner: file,
            budget: &mut self.budget,
            limits: self.limits,
            ratio_allowance,
        };
        Ok(BufReader::with_capacity(16 * 1024, counted))
    }

    /// Opens a part as XML.
    pub(crate) fn open_xml(&mut self, name: &str) -> Result<XmlReader<PartReader<'_, 'bytes>>, ReadError> {
        let depth = self.limits.nesting_depth;
        Ok(XmlReader::new(self.open_part(name)?, name, depth))
    }

    /// The relationships of a part, or of the container where `part` is empty. A container without them has none.
    pub(crate) fn relationships(&mut self, part: &str) -> Result<Vec<Relationship>, ReadError> {
        Ok(self
            .stated_relationships(part)?
            .into_iter()
            .map(|(_, relationship)| relationship)
            .collect())
    }

    /// The same by the identifiers that the part refers to them by.
    pub(crate) fn relationships_by_id(&mut self, part: &str) -> Result<BTreeMap<String, Relationship>, ReadError> {
        Ok(self.stated_relationships(part)?.into_iter().collect())
    }

    fn stated_relationships(&mut self, part: &str) -> Result<Vec<(String, Relationship)>, ReadError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = match folder {
            "" => format!("_rels/{file}.rels"),
            _ => format!("{folder}/_rels/{file}.rels"),
        };
        if !self.has(&name) {
            return Ok(Vec::new());
        }
        let mut reader = self.open_xml(&name)?;
        let mut buffer = Vec::new();
        let mut relationships = Vec::new();
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) if element.name() == "Relationship" => {
                    let is_external = element.attribute("TargetMode").is_some_and(|mode| mode == "External");
                    if let (Some(kind), Some(target), false) =
                        (element.attribute("Type"), element.attribute("Target"), is_external)
                    {
                        let id = element.attribute("Id").unwrap_or_default();
                        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                        let target = resolve(folder, &target);
                        relationships.push((id, Relationship { kind, target }));
                    }
                }
                XmlEvent::EndOfPart => return Ok(relationships),
                _ => {}
            }
        }
    }
}

/// Counts what comes out of a part and fails as soon as it is too much.
pub(crate) struct Counted<'package, R> {
    inner: R,
    /// What all parts together may still unpack to.
    budget: &'package mut u64,
    /// What this part may still unpack to.
    ratio_allowance: u64,
    limits: Limits,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let limit_reached = |limit, what| io::Error::other(LimitReached(ReadError::Expansion { limit, what }));
        match self.budget.checked_sub(count as u64) {
            Some(rest) => *self.budget = rest,
            None => return Err(limit_reached(self.limits.expanded_bytes, "bytes")),
        }
        match self.ratio_allowance.checked_sub(count as u64) {
            Some(rest) => self.ratio_allowance = rest,
            None => return Err(limit_reached(self.limits.expansion_ratio, "ratio")),
        }
        Ok(count)
    }
}

/// One part that another part refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relationship {
    /// The last word of the relationship type, which is the same for the transitional and the strict namespaces.
    pub(crate) kind: String,
    /// The part's name in the container.
    pub(crate) target: String,
}

/// Names of parts are compared without regard to case, and some writers use backslashes.
fn part_key(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

/// A target is relative to the folder of its source unless it begins with a slash.
pub(crate) fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        segments.extend(folder.split('/').filter(|segment| !segment.is_empty()));
    }
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_targets_against_their_folder() {
        assert_eq!(resolve("word", "styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "/word/styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "../custom/./a.xml"), "custom/a.xml");
        assert_eq!(resolve("", "../../word\\document.xml"), "word/document.xml");
    }

    #[test]
    fn compares_names_without_case() {
        assert_eq!(part_key("/Word\\Document.XML"), "word/document.xml");
    }
}
