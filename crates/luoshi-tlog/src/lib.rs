//! The transparency log of a site as pure mathematics: salted leaves, tiles, roots, proofs, checkpoints and receipts.
//!
//! Every event of the ledger leaves one opaque 32-byte commitment here (law 10). The commitments form a Merkle tree as in
//! RFC 6962, cut into the tiles of [C2SP tlog-tiles]; a checkpoint signed by the key of the site states the root, and a
//! receipt (回执) signed by the same key promises that one event will be found below it (law 8). Anybody can check all of
//! it with tools that share no code with this program.
//!
//! This crate is not a store and not a server. It reads no file, asks no clock and makes no randomness: bytes, keys and
//! salts come in as arguments, tiles to be written go out as values, and when a checkpoint may be signed is decided by
//! whoever knows what is durable (law 11).
//!
//! [C2SP tlog-tiles]: https://c2sp.org/tlog-tiles

mod checkpoint;
mod continuation;
mod hash;
mod key;
mod key_history;
mod leaf;
mod note;
mod proof;
mod proof_text;
mod receipt;
mod receipt_file;
mod rotation;
mod tile;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use continuation::{Continuation, ContinuationError};
pub use hash::{EMPTY_ROOT, HashError, LogHash, entry_hash};
pub use key::{KeyError, LogKey, Origin, OriginError, VerifierKey};
pub use key_history::{HistoryError, KeyHistory, KeyTerm, LogKeys};
pub use leaf::{LeafSalt, leaf_entry, leaf_matches};
pub use note::NoteError;
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_hash_inclusion,
    verify_inclusion,
};
pub use proof_text::{LogProof, LogProofError};
pub use receipt::{Receipt, ReceiptError};
pub use receipt_file::{CheckedReceipt, Coverage, ReceiptFault, ReceiptFile};
pub use rotation::{Rotation, RotationError};
pub use tile::{BundleError, TILE_WIDTH, TileId, TileKind, TilePathError, parse_bundle};
pub use tree::{Integration, MAXIMUM_SIZE, RunningRoot, TileSource, TreeError, WrittenTile, integrate};
pub use verify::{VerifyError, verify_tree};
