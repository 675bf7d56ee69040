//! Proofs from tiles: that an entry is in a tree, and that one tree is the beginning of another.
//!
//! Every tile read for a proof is checked against the root on the way, so a proof is never made from a damaged store. The
//! reader of `tlog_tiles` 0.2 is not used for that: where two of the complete trees at the right edge share a tile, it
//! leaves the tiles that it reads next unchecked.
//! Not for the text form of a proof on a page or in a file.

use crate::hash::{EMPTY_ROOT, LogHash, complete_root, entry_hash};
use crate::tile::{TileId, TileKind};
use crate::tree::{Edge, MAXIMUM_SIZE, TileSource, TreeError, read_hash_bytes};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tlog_tiles::HashReader;

const TILE_HEIGHT: u8 = 8;
const TILE_PLACES: u64 = 1 << TILE_HEIGHT;
/// No proof in a tree of at most 2^48 entries is longer; the verifier's work is bounded by this before it begins.
pub(crate) const LONGEST_PROOF: usize = 49;

/// Why a proof does not convince.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index or the older size lies outside of the tree, or the tree is too large.
    #[error("the proof is about something outside of the tree")]
    OutOfRange,
    /// The hashes do not lead to the stated root.
    #[error("the proof does not lead to the stated root")]
    DoesNotHold,
}

/// The tiles of one tree, each compared with the hash that sums it up one level above before it is used.
struct CheckedTiles<'source, Source: TileSource> {
    source: &'source Source,
    size: u64,
    edge: Edge,
    full: RefCell<BTreeMap<(u8, u64), Vec<LogHash>>>,
    fault: RefCell<Option<TreeError<Source::Error>>>,
}

impl<Source: TileSource> CheckedTiles<'_, Source> {
    /// The root of the complete tree that begins at place `first` of a tile and spans `length` hashes.
    fn hash(&self, level: u8, index: u64, first: usize, length: usize) -> Result<LogHash, TreeError<Source::Error>> {
        let differs = || TreeError::RootDiffers(self.size);
        let part = |hashes: &[LogHash]| {
            hashes
                .get(first..first + length)
                .and_then(complete_root)
                .ok_or_else(differs)
        };
        if let Some(hashes) = self.edge.unfilled(level, index) {
            return part(hashes);
        }
        if let Some(hashes) = self.full.borrow().get(&(level, index)) {
            return part(hashes);
        }
        let bytes = read_hash_bytes(self.source, TileId::full_at(TileKind::Hashes { level }, index))?;
        let hashes: Vec<LogHash> = bytes.as_chunks::<32>().0.iter().copied().map(LogHash).collect();
        // The recursion climbs one level a step and ends at the edge, which the root has confirmed.
        let above = self.hash(level + 1, index / TILE_PLACES, (index % TILE_PLACES) as usize, 1)?;
        if complete_root(&hashes) != Some(above) {
            return Err(differs());
        }
        let answer = part(&hashes);
        self.full.borrow_mut().insert((level, index), hashes);
        answer
    }

    fn stored_hash(&self, stored_index: u64) -> Result<LogHash, TreeError<Source::Error>> {
        let (height, number) = tlog_tiles::split_stored_hash_index(stored_index);
        let within = height % TILE_HEIGHT;
        let first = number << within;
        self.hash(
            height / TILE_HEIGHT,
            first / TILE_PLACES,
            (first % TILE_PLACES) as usize,
            1 << within,
        )
    }
}

impl<Source: TileSource> HashReader for CheckedTiles<'_, Source> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let read: Result<Vec<_>, _> = indexes.iter().map(|index| self.stored_hash(*index)).collect();
        match read {
            Ok(hashes) => Ok(hashes.into_iter().map(LogHash::to_tiles).collect()),
            Err(fault) => {
                // The foreign error type has no room for the cause, so it waits beside.
                self.fault.replace(Some(fault));
                Err(tlog_tiles::Error::InvalidTile)
            }
        }
    }
}

type Prove<Reader> = fn(u64, u64, &Reader) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error>;

fn prove<'source, Source: TileSource>(
    source: &'source Source,
    size: u64,
    root: LogHash,
    asked: u64,
    prove: Prove<CheckedTiles<'source, Source>>,
) -> Result<Vec<LogHash>, TreeError<Source::Error>> {
    let edge = Edge::load(source, size, root)?;
    let tiles = CheckedTiles {
        source,
        size,
        edge,
        full: RefCell::default(),
        fault: RefCell::new(None),
    };
    match prove(size, asked, &tiles) {
        Ok(proof) => Ok(proof.into_iter().map(LogHash::from).collect()),
        Err(_) => Err(tiles.fault.take().unwrap_or(TreeError::OutOfRange { asked, size })),
    }
}

/// The proof that the entry with this index is in the tree of `size` entries with this root, from the leaf upwards.
///
/// # Errors
/// When the index lies outside, or the tiles are absent, damaged or contradict the root.
pub fn inclusion_proof<Source: TileSource>(
    source: &Source,
    size: u64,
    root: LogHash,
    index: u64,
) -> Result<Vec<LogHash>, TreeError<Source::Error>> {
    if size > MAXIMUM_SIZE {
        return Err(TreeError::TooLarge(size));
    }
    if index >= size {
        return Err(TreeError::OutOfRange { asked: index, size });
    }
    prove(source, size, root, index, |size, index, hashes| {
        tlog_tiles::prove_record(size, index, hashes)
    })
}

/// The proof that the tree of `old_size` entries is the beginning of the tree of `size` entries with this root. It is
/// empty for an empty old tree and for the same tree.
///
/// # Errors
/// When the old tree is larger, or the tiles are absent, damaged or contradict the root.
pub fn consistency_proof<Source: TileSource>(
    source: &Source,
    size: u64,
    root: LogHash,
    old_size: u64,
) -> Result<Vec<LogHash>, TreeError<Source::Error>> {
    if size > MAXIMUM_SIZE {
        return Err(TreeError::TooLarge(size));
    }
    if old_size > size {
        return Err(TreeError::OutOfRange { asked: old_size, size });
    }
    if old_size == 0 {
        return Ok(Vec::new());
    }
    prove(source, size, root, old_size, |size, old_size, hashes| {
        tlog_tiles::prove_tree(size, old_size, hashes)
    })
}

/// The root that the tree of `size` entries with this root had when it had `old_size` entries.
///
/// # Errors
/// When the old tree is larger, or the tiles are absent, damaged or contradict the root.
pub fn root_at<Source: TileSource>(
    source: &Source,
    size: u64,
    root: LogHash,
    old_size: u64,
) -> Result<LogHash, TreeError<Source::Error>> {
    if size > MAXIMUM_SIZE {
        return Err(TreeError::TooLarge(size));
    }
    if old_size > size {
        return Err(TreeError::OutOfRange { asked: old_size, size });
    }
    if old_size == 0 {
        return Ok(EMPTY_ROOT);
    }
    let hashes = prove(source, size, root, old_size, |_, old_size, hashes| {
        tlog_tiles::tree_hash(old_size, hashes).map(|root| vec![root])
    })?;
    hashes
        .first()
        .copied()
        .ok_or(TreeError::OutOfRange { asked: old_size, size })
}

fn to_tiles(proof: &[LogHash]) -> Result<Vec<tlog_tiles::Hash>, ProofError> {
    if proof.len() > LONGEST_PROOF {
        return Err(ProofError::DoesNotHold);
    }
    Ok(proof.iter().map(|hash| hash.to_tiles()).collect())
}

/// Checks that `entry` stands at `index` in the tree of `size` entries with this root.
///
/// # Errors
/// When the proof does not show it.
pub fn verify_inclusion(
    proof: &[LogHash],
    size: u64,
    root: LogHash,
    index: u64,
    entry: &[u8],
) -> Result<(), ProofError> {
    verify_hash_inclusion(proof, size, root, index, entry_hash(entry))
}

/// Like [`verify_inclusion`], for somebody who has the leaf hash of the entry only.
///
/// # Errors
/// When the proof does not show it.
pub fn verify_hash_inclusion(
    proof: &[LogHash],
    size: u64,
    root: LogHash,
    index: u64,
    leaf_hash: LogHash,
) -> Result<(), ProofError> {
    if index >= size || size > MAXIMUM_SIZE {
        return Err(ProofError::OutOfRange);
    }
    tlog_tiles::check_record(&to_tiles(proof)?, size, root.to_tiles(), index, leaf_hash.to_tiles())
        .map_err(|_| ProofError::DoesNotHold)
}

/// Checks that the tree of `old_size` entries with `old_root` is the beginning of the one of `size` with `root`.
///
/// # Errors
/// When the proof does not show it.
pub fn verify_consistency(
    proof: &[LogHash],
    size: u64,
    root: LogHash,
    old_size: u64,
    old_root: LogHash,
) -> Result<(), ProofError> {
    if old_size > size || size > MAXIMUM_SIZE {
        return Err(ProofError::OutOfRange);
    }
    if old_size == 0 {
        // Nothing is the beginning of everything, provided that it is stated as nothing and the new tree is sound too.
        let sound = proof.is_empty() && old_root == EMPTY_ROOT && (size > 0 || root == EMPTY_ROOT);
        return if sound { Ok(()) } else { Err(ProofError::DoesNotHold) };
    }
    tlog_tiles::check_tree(&to_tiles(proof)?, size, root.to_tiles(), old_size, old_root.to_tiles())
        .map_err(|_| ProofError::DoesNotHold)
}
