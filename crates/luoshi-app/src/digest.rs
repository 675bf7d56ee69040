//! Hashes of things that have several parts, and how bytes are written.
//!
//! Commitments and the hashes of the log are the ledger's and the log's own.

use sha2::{Digest, Sha256};

/// SHA-256 of all parts, each with its length before it, so that no two lists of parts share a hash.
pub(crate) fn hash_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Two lower-case digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
