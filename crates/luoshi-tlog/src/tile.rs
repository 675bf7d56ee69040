//! Names and bytes of tiles as C2SP tlog-tiles lays them out: 256 hashes or 256 entries a tile, partial ones at the edge.
//!
//! Not for storing them: a tile is a path and bytes, and where they go is the store's matter.

/// The number of hashes or entries in a full tile.
pub const TILE_WIDTH: u16 = 256;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes: level 0 holds leaf hashes, each level above the roots of full tiles below.
    Hashes {
        /// The level, below 8 for every tree that this crate builds.
        level: u8,
    },
    /// The entries themselves, each after its length as a big-endian 16-bit number.
    Entries,
}

/// The name of one tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// The text is not the path of a tile in its only valid form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the path of a tile")]
pub struct TilePathError;

/// Why the bytes are not an entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bytes end inside an entry.
    #[error("the bundle ends inside entry {0}")]
    Truncated(u16),
    /// More bytes follow after the last entry.
    #[error("{0} bytes follow after the last entry of the bundle")]
    TrailingBytes(usize),
}

impl TileId {
    /// Names a tile. None when the width is not 1 to 256.
    #[must_use]
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        (1..=TILE_WIDTH).contains(&width).then_some(Self { kind, index, width })
    }

    /// What the tile holds.
    #[must_use]
    pub fn kind(self) -> TileKind {
        self.kind
    }

    /// The number of the tile within its level.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes or entries the tile holds, 1 to 256.
    #[must_use]
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether the tile is full and will therefore never change.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    pub(crate) fn full_at(kind: TileKind, index: u64) -> Self {
        Self {
            kind,
            index,
            width: TILE_WIDTH,
        }
    }

    /// The full tile at the same place.
    #[must_use]
    pub fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// The path below the root of the log, such as `tile/0/x001/x234/067.p/5` or `tile/entries/000`.
    #[must_use]
    pub fn path(self) -> String {
        let mut number = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        let level = match self.kind {
            TileKind::Hashes { level } => level.to_string(),
            TileKind::Entries => "entries".to_owned(),
        };
        let partial = if self.is_full() {
            String::new()
        } else {
            format!(".p/{}", self.width)
        };
        format!("tile/{level}/{number}{partial}")
    }

    /// Reads a path. Only the one form that [`TileId::path`] writes is accepted, so that no tile has two addresses.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        let (level, rest) = path
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(TilePathError)?;
        let kind = match level {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes {
                level: level.parse().map_err(|_| TilePathError)?,
            },
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().map_err(|_| TilePathError)?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for part in number.split('/') {
            let part: u64 = part
                .strip_prefix('x')
                .unwrap_or(part)
                .parse()
                .map_err(|_| TilePathError)?;
            index = index
                .checked_mul(1000)
                .and_then(|index| index.checked_add(part))
                .ok_or(TilePathError)?;
        }
        let tile = Self::new(kind, index, width).ok_or(TilePathError)?;
        if tile.path() == path {
            Ok(tile)
        } else {
            Err(TilePathError)
        }
    }
}

impl std::fmt::Display for TileId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.path())
    }
}

/// Splits the bytes of an entry bundle into its `width` entries.
///
/// # Errors
/// When the bytes hold fewer entries, or anything after them.
pub fn parse_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let (entries, rest) = split_bundle(bytes, width)?;
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(BundleError::TrailingBytes(rest.len()))
    }
}

/// The first `width` entries and what follows them.
pub(crate) fn split_bundle(mut bytes: &[u8], width: u16) -> Result<(Vec<&[u8]>, &[u8]), BundleError> {
    let mut entries = Vec::with_capacity(usize::from(width.min(TILE_WIDTH)));
    for position in 0..width {
        let truncated = BundleError::Truncated(position);
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(truncated)?;
        entries.push(entry);
        bytes = rest;
    }
    Ok((entries, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let hashes = TileKind::Hashes { level: 0 };
        for (kind, index, width, path) in [
            (hashes, 0, 256, "tile/0/000"),
            (hashes, 0, 1, "tile/0/000.p/1"),
            (TileKind::Hashes { level: 2 }, 999, 255, "tile/2/999.p/255"),
            (hashes, 1000, 256, "tile/0/x001/000"),
            (hashes, 1_234_067, 256, "tile/0/x001/x234/067"),
            (TileKind::Entries, 1_234_067, 8, "tile/entries/x001/x234/067.p/8"),
            (hashes, u64::MAX, 256, "tile/0/x018/x446/x744/x073/x709/x551/615"),
        ] {
            let tile = TileId::new(kind, index, width).unwrap();
            assert_eq!(tile.path(), path);
            assert_eq!(TileId::parse(path), Ok(tile));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/00/000",
            "tile/+0/000",
            "tile/256/000",
            "tile/-1/000",
            "tile/data/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x001/x000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/../../checkpoint",
            "/tile/0/000",
            "tile/0/000/",
        ] {
            assert_eq!(TileId::parse(path), Err(TilePathError), "{path}");
        }
        assert_eq!(TileId::new(TileKind::Entries, 0, 0), None);
        assert_eq!(TileId::new(TileKind::Entries, 0, 257), None);
    }

    #[test]
    fn bundles_are_read_to_their_exact_end() {
        let bytes = [0, 1, b'a', 0, 0, 0, 2, b'b', b'c'];
        assert_eq!(parse_bundle(&bytes, 3), Ok(vec![&b"a"[..], b"", b"bc"]));
        assert_eq!(parse_bundle(&bytes, 2), Err(BundleError::TrailingBytes(4)));
        assert_eq!(parse_bundle(&bytes, 4), Err(BundleError::Truncated(3)));
        assert_eq!(parse_bundle(&bytes[..8], 3), Err(BundleError::Truncated(2)));
    }
}
