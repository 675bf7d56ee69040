//! Hashes of the tree: SHA-256 with the prefixes of RFC 6962, so that a leaf can never be taken for an inner node.
//!
//! Not for commitments to events (`leaf`), which are keyed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One hash of the Merkle tree: a leaf hash, an inner node or a root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogHash(pub [u8; 32]);

/// The root of a tree without entries: the SHA-256 of nothing.
pub const EMPTY_ROOT: LogHash = LogHash(tlog_tiles::EMPTY_HASH.0);

/// Why a text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The text is not padded standard base64.
    #[error("the hash is not standard base64")]
    NotBase64,
    /// The text decodes to another number of bytes than 32.
    #[error("the hash has {0} bytes instead of 32")]
    WrongLength(usize),
}

impl LogHash {
    /// Reads the standard base64 form that checkpoints and proofs use.
    ///
    /// # Errors
    /// When the text is not canonical base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        let bytes = STANDARD.decode(text).map_err(|_| HashError::NotBase64)?;
        let length = bytes.len();
        bytes.try_into().map(Self).map_err(|_| HashError::WrongLength(length))
    }

    pub(crate) fn to_tiles(self) -> tlog_tiles::Hash {
        tlog_tiles::Hash(self.0)
    }
}

impl From<tlog_tiles::Hash> for LogHash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

impl std::fmt::Display for LogHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&STANDARD.encode(self.0))
    }
}

impl std::fmt::Debug for LogHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "LogHash({self})")
    }
}

/// The leaf hash of an entry as it stands in the log.
#[must_use]
pub fn entry_hash(entry: &[u8]) -> LogHash {
    tlog_tiles::record_hash(entry).into()
}

pub(crate) fn node_hash(left: LogHash, right: LogHash) -> LogHash {
    tlog_tiles::node_hash(left.to_tiles(), right.to_tiles()).into()
}

/// The root of a complete tree over `hashes`, whose number is a power of two. None for no hashes.
pub(crate) fn complete_root(hashes: &[LogHash]) -> Option<LogHash> {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    row.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways_and_only_canonically() {
        let hash = entry_hash(b"");
        assert_eq!(LogHash::from_base64(&hash.to_string()), Ok(hash));
        assert_eq!(LogHash::from_base64("AAAA"), Err(HashError::WrongLength(3)));
        assert_eq!(LogHash::from_base64("not base64"), Err(HashError::NotBase64));
        let without_padding = hash.to_string().trim_end_matches('=').to_owned();
        assert_eq!(LogHash::from_base64(&without_padding), Err(HashError::NotBase64));
    }

    #[test]
    fn empty_root_is_the_hash_of_nothing() {
        use sha2::{Digest, Sha256};
        assert_eq!(EMPTY_ROOT.0, <[u8; 32]>::from(Sha256::digest(b"")));
    }
}
