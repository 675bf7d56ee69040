//! Checking a whole log against its entries, as `luoshi verify` does: every bundle, every tile and the root are computed
//! again and compared with what is stored.
//!
//! Not a check of signatures or of the ledger behind the leaves.

use crate::hash::LogHash;
use crate::tile::{TileId, TileKind, split_bundle};
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
    let mut compared = 0_u64;
    let mut edge = Edge::default();
    let mut compare = |expected: WrittenTile| {
        compared += 1;
        compare_tile(source, &expected)
    };
    for entry in entries {
        let entry = entry.map_err(VerifyError::Entries)?;
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
    if edge.size() != size {
        return Err(VerifyError::WrongNumber {
            expected: size,
            found: edge.size(),
        });
    }
    edge.finish(&mut compare)?;
    let computed = edge.root();
    if computed == root {
        Ok(compared)
    } else {
        Err(VerifyError::RootDiffers { computed, stated: root })
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
