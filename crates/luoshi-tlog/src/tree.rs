//! Growing the tree: from the tiles at its right edge and new entries to the tiles that must be written and the new root.
//!
//! The work is linear in the new entries and reads at most one tile a level and one entry bundle. Not for deciding the
//! order of entries: the one who gives leaves their indexes does that before.

use crate::hash::{EMPTY_ROOT, LogHash, complete_root, entry_hash, node_hash};
use crate::tile::{BundleError, TILE_WIDTH, TileId, TileKind, split_bundle};

/// The largest tree that this crate handles, far beyond any ledger and far below every overflow.
pub const MAXIMUM_SIZE: u64 = 1 << 48;

/// Somewhere that tiles can be read from.
pub trait TileSource {
    /// Why a tile cannot be read.
    type Error;

    /// The bytes of exactly this tile, partial or full, or None when there is none of this name. A reader that finds no
    /// partial tile asks for the full one at the same place, so a source may drop partial tiles that a full one replaced.
    ///
    /// # Errors
    /// When the source fails; an absent tile is not an error here.
    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Self::Error>;
}

impl<Source: TileSource + ?Sized> TileSource for &Source {
    type Error = Source::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Self::Error> {
        (**self).read_tile(tile)
    }
}

/// A tile to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTile {
    /// Its name, from which the path follows.
    pub tile: TileId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What integrating entries gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// The new number of entries.
    pub size: u64,
    /// The new root. It may be signed when the tiles below are durable, and not before (law 11).
    pub root: LogHash,
    /// The tiles to be written: full ones in the order in which they filled, then the partial ones of the new edge.
    pub tiles: Vec<WrittenTile>,
}

/// Why the tree could not be read or grown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<SourceError> {
    /// The source failed.
    #[error("a tile could not be read")]
    Source(#[source] SourceError),
    /// A tile that the tree of this size must have is absent.
    #[error("{0} is missing")]
    Missing(TileId),
    /// A hash tile has not 32 bytes for each of its hashes.
    #[error("{tile} has {found} bytes instead of {expected}")]
    WrongLength {
        /// The tile.
        tile: TileId,
        /// The number of bytes that it must have.
        expected: usize,
        /// The number of bytes that it has.
        found: usize,
    },
    /// An entry bundle cannot be split into its entries.
    #[error("{tile}: {error}")]
    Bundle {
        /// The tile.
        tile: TileId,
        /// What is wrong with it.
        error: BundleError,
    },
    /// The tiles do not give the root that is known for this size: one of them was changed, or belongs to another log.
    #[error("the tiles of size {0} do not give the known root")]
    RootDiffers(u64),
    /// An entry is longer than its 16-bit length can say.
    #[error("the new entry number {0} is longer than 65535 bytes")]
    EntryTooLong(u64),
    /// The tree would be or is larger than [`MAXIMUM_SIZE`].
    #[error("a tree of {0} entries is too large")]
    TooLarge(u64),
    /// The index or size that was asked for lies outside of the tree.
    #[error("{asked} lies outside of a tree of {size} entries")]
    OutOfRange {
        /// What was asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
}

/// The bytes of a tile with its name as found: the tile itself, or the full one that replaced it.
pub(crate) fn find_tile<Source: TileSource>(
    source: &Source,
    tile: TileId,
) -> Result<(TileId, Vec<u8>), TreeError<Source::Error>> {
    for candidate in [tile, tile.full()] {
        if let Some(bytes) = source.read_tile(candidate).map_err(TreeError::Source)? {
            return Ok((candidate, bytes));
        }
    }
    Err(TreeError::Missing(tile))
}

/// The bytes of the first `tile.width()` hashes of a hash tile.
pub(crate) fn read_hash_bytes<Source: TileSource>(
    source: &Source,
    tile: TileId,
) -> Result<Vec<u8>, TreeError<Source::Error>> {
    let (found, mut bytes) = find_tile(source, tile)?;
    let expected = usize::from(found.width()) * 32;
    if bytes.len() != expected {
        return Err(TreeError::WrongLength {
            tile: found,
            expected,
            found: bytes.len(),
        });
    }
    bytes.truncate(usize::from(tile.width()) * 32);
    Ok(bytes)
}

/// The bytes of the first `tile.width()` entries of an entry bundle.
pub(crate) fn read_bundle_bytes<Source: TileSource>(
    source: &Source,
    tile: TileId,
) -> Result<Vec<u8>, TreeError<Source::Error>> {
    let (found, mut bytes) = find_tile(source, tile)?;
    let fault = |error| TreeError::Bundle { tile: found, error };
    let (_, rest) = split_bundle(&bytes, tile.width()).map_err(fault)?;
    let behind = rest.len();
    if found == tile && behind > 0 {
        return Err(fault(BundleError::TrailingBytes(behind)));
    }
    bytes.truncate(bytes.len() - behind);
    Ok(bytes)
}

/// The place of the tile at the right edge of a level, and how many of its places are taken.
fn edge(size: u64, level: u32) -> (u64, u16) {
    let hashes = size.checked_shr(level * 8).unwrap_or(0);
    // The remainder is below 256, so nothing is lost.
    (hashes / u64::from(TILE_WIDTH), (hashes % u64::from(TILE_WIDTH)) as u16)
}

/// One level at the right edge: the hashes that have not filled a tile yet.
#[derive(Debug, Default, Clone)]
struct Level {
    index: u64,
    hashes: Vec<LogHash>,
    touched: bool,
}

/// A tree seen from its right edge, which is all that is needed to grow it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Edge {
    size: u64,
    levels: Vec<Level>,
    bundle: Vec<u8>,
}

impl Edge {
    /// Reads the hashes at the edge of a tree of this size and checks that they give its root.
    pub(crate) fn load<Source: TileSource>(
        source: &Source,
        size: u64,
        root: LogHash,
    ) -> Result<Self, TreeError<Source::Error>> {
        if size > MAXIMUM_SIZE {
            return Err(TreeError::TooLarge(size));
        }
        let mut loaded = Self {
            size,
            ..Self::default()
        };
        let mut level = 0_u8;
        while size >> (u32::from(level) * 8) > 0 {
            let (index, width) = edge(size, u32::from(level));
            let mut hashes = Vec::with_capacity(usize::from(TILE_WIDTH));
            // A width of zero means that the level ends in a full tile, which its parent already sums up.
            if let Some(tile) = TileId::new(TileKind::Hashes { level }, index, width) {
                let bytes = read_hash_bytes(source, tile)?;
                hashes.extend(bytes.as_chunks::<32>().0.iter().copied().map(LogHash));
            }
            loaded.levels.push(Level {
                index,
                hashes,
                touched: false,
            });
            level += 1;
        }
        if loaded.root() == root {
            Ok(loaded)
        } else {
            Err(TreeError::RootDiffers(size))
        }
    }

    /// Reads the entry bundle at the edge as well, for growing continues it.
    fn load_bundle<Source: TileSource>(&mut self, source: &Source) -> Result<(), TreeError<Source::Error>> {
        let (index, width) = edge(self.size, 0);
        if let Some(tile) = TileId::new(TileKind::Entries, index, width) {
            self.bundle = read_bundle_bytes(source, tile)?;
        }
        Ok(())
    }

    /// The hashes of the unfilled tile with this number at this level; None when the tile is full or beyond the edge.
    pub(crate) fn unfilled(&self, level: u8, index: u64) -> Option<&[LogHash]> {
        let level = self.levels.get(usize::from(level))?;
        (level.index == index).then_some(level.hashes.as_slice())
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Takes one entry and hands every tile that it fills to `write`.
    pub(crate) fn push<Error>(
        &mut self,
        entry: &[u8],
        length: u16,
        write: &mut impl FnMut(WrittenTile) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(entry);
        self.size += 1;
        if self.size.is_multiple_of(u64::from(TILE_WIDTH)) {
            let index = self.size / u64::from(TILE_WIDTH) - 1;
            let bytes = std::mem::take(&mut self.bundle);
            write(WrittenTile {
                tile: TileId::full_at(TileKind::Entries, index),
                bytes,
            })?;
        }
        let mut rising = Some(entry_hash(entry));
        let mut number = 0_u8;
        while let Some(hash) = rising.take() {
            if usize::from(number) == self.levels.len() {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[usize::from(number)];
            level.hashes.push(hash);
            level.touched = true;
            if level.hashes.len() == usize::from(TILE_WIDTH) {
                rising = complete_root(&level.hashes);
                let tile = TileId::full_at(TileKind::Hashes { level: number }, level.index);
                write(WrittenTile {
                    tile,
                    bytes: joined(&level.hashes),
                })?;
                level.hashes.clear();
                level.index += 1;
                number += 1;
            }
        }
        Ok(())
    }

    /// Hands the partial tiles that have grown to `write`; a tile without content is never written.
    pub(crate) fn finish<Error>(&self, write: &mut impl FnMut(WrittenTile) -> Result<(), Error>) -> Result<(), Error> {
        let (index, width) = edge(self.size, 0);
        let grown = self.levels.first().is_some_and(|level| level.touched);
        if let Some(tile) = TileId::new(TileKind::Entries, index, width).filter(|_| grown) {
            write(WrittenTile {
                tile,
                bytes: self.bundle.clone(),
            })?;
        }
        for (number, level) in (0_u8..).zip(&self.levels).filter(|(_, level)| level.touched) {
            let (_, width) = edge(self.size, u32::from(number));
            if let Some(tile) = TileId::new(TileKind::Hashes { level: number }, level.index, width) {
                write(WrittenTile {
                    tile,
                    bytes: joined(&level.hashes),
                })?;
            }
        }
        Ok(())
    }

    /// The root: the complete trees at the edge, joined from the smallest on the right to the largest on the left.
    pub(crate) fn root(&self) -> LogHash {
        let mut complete = Vec::new();
        for level in self.levels.iter().rev() {
            let mut rest = level.hashes.as_slice();
            for bit in (0..8).rev() {
                let length = 1_usize << bit;
                if level.hashes.len() & length != 0 {
                    let (left, right) = rest.split_at(length);
                    complete.extend(complete_root(left));
                    rest = right;
                }
            }
        }
        complete
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or(EMPTY_ROOT)
    }
}

/// The root of a growing list of entries, in memory that does not grow with it: what a checkpoint over them has to state.
#[derive(Debug, Default, Clone)]
pub struct RunningRoot {
    edge: Edge,
}

impl RunningRoot {
    /// Of no entries yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`TreeError::EntryTooLong`] and [`TreeError::TooLarge`]; nothing has changed then.
    pub fn push(&mut self, entry: &[u8]) -> Result<(), TreeError<std::convert::Infallible>> {
        let length = u16::try_from(entry.len()).map_err(|_| TreeError::EntryTooLong(self.edge.size()))?;
        if self.edge.size() >= MAXIMUM_SIZE {
            return Err(TreeError::TooLarge(MAXIMUM_SIZE + 1));
        }
        self.edge.push(entry, length, &mut |_| Ok(()))
    }

    /// The number of entries taken.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> LogHash {
        self.edge.root()
    }
}

fn joined(hashes: &[LogHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Adds entries to a tree of `size` entries whose root is known to be `root`, as the last checkpoint states.
///
/// The tiles at the edge must give that root, so a log that was cut, rewritten or restored from an older copy is
/// refused here and never signed.
///
/// # Errors
/// When a tile is absent, damaged or contradicts the root, when an entry is too long, or when the source fails.
pub fn integrate<Source: TileSource, Entry: AsRef<[u8]>>(
    source: &Source,
    size: u64,
    root: LogHash,
    entries: &[Entry],
) -> Result<Integration, TreeError<Source::Error>> {
    let new_size = size.saturating_add(entries.len() as u64);
    if new_size > MAXIMUM_SIZE {
        return Err(TreeError::TooLarge(new_size));
    }
    let mut edge = Edge::load(source, size, root)?;
    edge.load_bundle(source)?;
    let mut tiles = Vec::new();
    let mut write = |tile| {
        tiles.push(tile);
        Ok(())
    };
    for (position, entry) in (0_u64..).zip(entries) {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TreeError::EntryTooLong(position))?;
        edge.push(entry, length, &mut write)?;
    }
    edge.finish(&mut write)?;
    Ok(Integration {
        size: edge.size(),
        root: edge.root(),
        tiles,
    })
}
