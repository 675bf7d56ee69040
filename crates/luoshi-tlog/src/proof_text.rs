//! Self-contained proofs of inclusion as text, in the form of C2SP tlog-proof: they can be checked offline with the entry
//! and the public key of the log, and nothing else.
//!
//! Not for deciding how many witnesses must have signed: the checkpoint inside keeps all its lines, and a reader with a
//! policy can ask more of them than the log's own signature.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::LogHash;
use crate::key::VerifierKey;
use crate::key_history::LogKeys;
use crate::proof::{LONGEST_PROOF, ProofError, verify_inclusion};

/// The first line of every proof in this form.
pub(crate) const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof of inclusion with the signed checkpoint that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// The index of the entry.
    pub index: u64,
    /// The hashes from the leaf upwards.
    pub hashes: Vec<LogHash>,
    /// The checkpoint as a signed note, with the lines of witnesses where there are some.
    pub checkpoint: String,
}

/// Why a proof text was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    /// The text is not a proof in this form. Extra data is refused: this log gives none, and unknown data that a reader
    /// silently skips could mislead a person who sees it.
    #[error("the text is not a proof of inclusion without extra data")]
    Malformed,
    /// The checkpoint is not accepted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the entry to the root of the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl LogProof {
    /// The text, for a file with the ending `.tlog-proof`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let hashes: String = self.hashes.iter().map(|hash| format!("{hash}\n")).collect();
        format!("{HEADER}\nindex {}\n{hashes}\n{}", self.index, self.checkpoint)
    }

    /// Reads the text, which must be exactly as [`LogProof::to_text`] would write it. Nothing is verified yet.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, LogProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(LogProofError::Malformed)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(LogProofError::Malformed);
        }
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .ok_or(LogProofError::Malformed)?;
        let hashes: Result<Vec<_>, _> = lines.take(LONGEST_PROOF + 1).map(LogHash::from_base64).collect();
        let proof = Self {
            index: index.parse().map_err(|_| LogProofError::Malformed)?,
            hashes: hashes.map_err(|_| LogProofError::Malformed)?,
            checkpoint: checkpoint.to_owned(),
        };
        if proof.to_text() == text {
            Ok(proof)
        } else {
            Err(LogProofError::Malformed)
        }
    }

    /// Checks the signature of the checkpoint and that `entry` stands below its root, and answers with the checkpoint.
    ///
    /// # Errors
    /// When either does not hold.
    pub fn verify(&self, entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, LogProofError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        verify_inclusion(&self.hashes, checkpoint.size, checkpoint.root, self.index, entry)?;
        Ok(checkpoint)
    }

    /// Like [`LogProof::verify`], for a log whose key may have been replaced.
    ///
    /// # Errors
    /// When the checkpoint is not signed by the key in force at its size, or the entry is not below its root.
    pub fn verify_with(&self, entry: &[u8], keys: &LogKeys) -> Result<Checkpoint, LogProofError> {
        let checkpoint = Checkpoint::open_with(self.checkpoint.as_bytes(), keys)?;
        verify_inclusion(&self.hashes, checkpoint.size, checkpoint.root, self.index, entry)?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{entry_hash, node_hash};
    use crate::key::{LogKey, Origin};

    fn proof() -> (LogProof, VerifierKey) {
        let key = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[4; 32]);
        let root = node_hash(entry_hash(b"left"), entry_hash(b"right"));
        let checkpoint = Checkpoint {
            origin: key.origin().clone(),
            size: 2,
            root,
        };
        let checkpoint = checkpoint.sign(&key).unwrap();
        (
            LogProof {
                index: 1,
                hashes: vec![entry_hash(b"left")],
                checkpoint,
            },
            key.verifier().unwrap(),
        )
    }

    #[test]
    fn a_proof_goes_through_its_text_and_is_verified_offline() {
        let (proof, key) = proof();
        let text = proof.to_text();
        let head = format!(
            "c2sp.org/tlog-proof@v1\nindex 1\n{}\n\nluoshi.example/log\n2\n",
            entry_hash(b"left")
        );
        assert!(text.starts_with(&head), "{text}");
        let read = LogProof::parse(&text).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(b"right", &key).unwrap().size, 2);
        assert_eq!(
            read.verify(b"left", &key),
            Err(LogProofError::Proof(ProofError::DoesNotHold))
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (proof, key) = proof();
        let text = proof.to_text().into_bytes();
        for position in 0..text.len() {
            let mut changed = text.clone();
            changed[position] ^= 1;
            let accepted = String::from_utf8(changed)
                .is_ok_and(|changed| LogProof::parse(&changed).is_ok_and(|read| read.verify(b"right", &key).is_ok()));
            assert!(!accepted, "byte {position} changed unnoticed");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let text = proof().0.to_text();
        let endless = text.replace(
            "index 1\n",
            &format!("index 1\n{}", format!("{}\n", entry_hash(b"")).repeat(60)),
        );
        for wrong in [
            text.replace("index 1", "index 01"),
            text.replace("index", "extra YQ==\nindex"),
            text.replace("@v1", "@v2"),
            text.replace("\n\n", "\n"),
            endless,
            String::new(),
        ] {
            assert_eq!(LogProof::parse(&wrong), Err(LogProofError::Malformed), "{wrong:?}");
        }
    }
}
