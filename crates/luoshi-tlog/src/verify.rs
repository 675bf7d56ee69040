//! Checking a whole log against its entries, as `luoshi verify` does: every bundle, every tile and the root are computed
//! again and compared with what is stored.
//!
//! Not a check of signatures or of the ledger behind the leaves.

use crate::hash::LogHash;
use crate::tile::{TILE_WIDTH, TileId, TileKind, split_bundle};
use crate::tree::{Edge, TileSource, TreeError, WrittenTile, read_bundle_bytes, read_hash_bytes};

/// The first difference that was found, or why none could be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError<SourceError> {
    /// A tile could not be read, is absent or is damaged in its form.
    #[error(transparent)]
    Tree(#[from] TreeError<SourceError>),
    /// The entries themselves could not be read.
    #[error("the entries could not be read")]
    Entries(#[source] SourceError),
    /// A tile holds something else than the entries give.
    #[error("{tile} differs from the entries at its place {position}")]
    TileDiffers {
        /// The tile.
        tile: TileId,
        /// The first hash or entry in it that differs, counted from 0.
        position: u16,
    },
    /// There are more or fewer entries than the checkpoint states.
    #[error("there are {found} entries where the checkpoint states {expected}")]
    WrongNumber {
        /// The size that the checkpoint states.
        expected: u64,
        /// The number of entries read; reading stops at the first one too many.
        found: u64,
    },
    /// The tiles are as the entries give them, but the checkpoint states another root.
    #[error("the entries give the root {computed} where the checkpoint states {stated}")]
    RootDiffers {
        /// The root that the entries give.
        computed: LogHash,
        /// The root that the checkpoint states.
        stated: LogHash,
    },
    /// The tiles are as the entries give them, but one of the checkpoints states another root: what changed is an entry after the last
    /// checkpoint that agrees, and before this one.
    #[error("an entry from number {agreed} on is not what the checkpoint of size {size} was signed over")]
    HistoryDiffers {
        /// The size of the last checkpoint that agrees with the entries; 0 where none does.
        agreed: u64,
        /// The size of the first checkpoint that does not.
        size: u64,
    },
}

impl<SourceError> VerifyError<SourceError> {
    /// The first entry, counted from 0, that can be at fault; none where that cannot be said.
    #[must_use]
    pub fn first_entry(&self) -> Option<u64> {
        let of_tile = |tile: &TileId, position: u64| {
            let level = match tile.kind() {
                TileKind::Hashes { level } => u32::from(level),
                TileKind::Entries => 0,
            };
            let width = u64::from(TILE_WIDTH);
            let hash = tile.index().checked_mul(width)?.checked_add(position)?;
            hash.checked_mul(width.checked_pow(level)?)
        };
        match self {
            VerifyError::TileDiffers { tile, position } => of_tile(tile, u64::from(*position)),
            VerifyError::Tree(
                TreeError::Missing(tile) | TreeError::WrongLength { tile, .. } | TreeError::Bundle { tile, .. },
            ) => of_tile(tile, 0),
            VerifyError::Tree(TreeError::EntryTooLong(entry)) => Some(*entry),
            VerifyError::WrongNumber { expected, found } => Some(*expected.min(found)),
            VerifyError::HistoryDiffers { agreed, .. } => Some(*agreed),
            VerifyError::Tree(_) | VerifyError::Entries(_) | VerifyError::RootDiffers { .. } => None,
        }
    }
}

/// Computes the tree again from its entries and compares it with the stored tiles and the stated root. Answers with the
/// number of tiles compared. The entries are taken one by one, so memory does not grow with the log.
///
/// # Errors
/// The first difference in the order of the entries.
pub fn verify_tree<Source, Entry>(
    source: &Source,
    size: u64,
    root: LogHash,
    entries: impl IntoIterator<Item = Result<Entry, Source::Error>>,
) -> Result<u64, VerifyError<Source::Error>>
where
    Source: TileSource,
    Entry: AsRef<[u8]>,
{
    let mut edge = Edge::default();
    let mut compared = grow_beside(source, &mut edge, size, entries, |_| {})?;
    edge.finish(&mut |expected| {
        compared += 1;
        compare_tile(source, &expected)
    })?;
    let computed = edge.root();
    if computed == root {
        Ok(compared)
    } else {
        Err(VerifyError::RootDiffers { computed, stated: root })
    }
}

/// Like [`verify_tree`], against every checkpoint that the log ever signed instead of the last one alone: their sizes and roots, ascending.
/// The last one states how many entries there are; without any there is nothing to compare. So all of them are known to be of one log,
/// and where they are not, it is known between which two of them the entries were changed.
///
/// # Errors
/// The first difference in the order of the entries.
pub fn verify_history<Source, Entry>(
    source: &Source,
    size: u64,
    checkpoints: impl IntoIterator<Item = (u64, LogHash)>,
    entries: impl IntoIterator<Item = Result<Entry, Source::Error>>,
) -> Result<u64, VerifyError<Source::Error>>
where
    Source: TileSource,
    Entry: AsRef<[u8]>,
{
    let mut checkpoints = checkpoints.into_iter().peekable();
    let (mut agreed, mut differing) = (0, None);
    let mut compare_roots = |edge: &Edge| {
        while let Some((stated_size, root)) = checkpoints.next_if(|(stated, _)| *stated <= edge.size()) {
            if differing.is_some() {
                // One that disagrees is enough to know where the entries were changed; those after it disagree too.
            } else if stated_size == edge.size() && edge.root() == root {
                agreed = stated_size;
            } else {
                differing = Some(stated_size);
            }
        }
    };
    let mut edge = Edge::default();
    let tiles = grow_beside(source, &mut edge, size, entries, &mut compare_roots).and_then(|mut compared| {
        compare_roots(&edge);
        edge.finish(&mut |expected| {
            compared += 1;
            compare_tile(source, &expected)
        })?;
        Ok(compared)
    });
    match (tiles, differing) {
        (tiles, None) => tiles,
        // A tile that differs names the entry itself, where a checkpoint names what lies between it and the one before.
        (Err(error), Some(size)) if error.first_entry().is_some_and(|entry| entry < size) => Err(error),
        (_, Some(size)) => Err(VerifyError::HistoryDiffers { agreed, size }),
    }
}

/// Grows a tree to `size` from its entries and compares every tile that fills; answers with how many did. `look` sees the tree before each
/// entry.
fn grow_beside<Source, Entry>(
    source: &Source,
    edge: &mut Edge,
    size: u64,
    entries: impl IntoIterator<Item = Result<Entry, Source::Error>>,
    mut look: impl FnMut(&Edge),
) -> Result<u64, VerifyError<Source::Error>>
where
    Source: TileSource,
    Entry: AsRef<[u8]>,
{
    let mut compared = 0_u64;
    let mut compare = |expected: WrittenTile| {
        compared += 1;
        compare_tile(source, &expected)
    };
    for entry in entries {
        let entry = entry.map_err(VerifyError::Entries)?;
        look(edge);
        if edge.size() == size {
            return Err(VerifyError::WrongNumber {
                expected: size,
                found: size.saturating_add(1),
            });
        }
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TreeError::EntryTooLong(edge.size()))?;
        edge.push(entry, length, &mut compare)?;
    }
    if edge.size() == size {
        Ok(compared)
    } else {
        Err(VerifyError::WrongNumber {
            expected: size,
            found: edge.size(),
        })
    }
}

fn compare_tile<Source: TileSource>(source: &Source, expected: &WrittenTile) -> Result<(), VerifyError<Source::Error>> {
    let tile = expected.tile;
    let position = match tile.kind() {
        TileKind::Hashes { .. } => {
            let found = read_hash_bytes(source, tile)?;
            (0_u16..)
                .zip(found.chunks(32).zip(expected.bytes.chunks(32)))
                .find(|(_, (left, right))| left != right)
                .map(|(position, _)| position)
        }
        TileKind::Entries => {
            let found = read_bundle_bytes(source, tile)?;
            let fault = |error| TreeError::Bundle { tile, error };
            let (found, _) = split_bundle(&found, tile.width()).map_err(fault)?;
            let (expected, _) = split_bundle(&expected.bytes, tile.width()).map_err(fault)?;
            (0_u16..)
                .zip(found.iter().zip(&expected))
                .find(|(_, (left, right))| left != right)
                .map(|(position, _)| position)
        }
    };
    position.map_or(Ok(()), |position| Err(VerifyError::TileDiffers { tile, position }))
}
