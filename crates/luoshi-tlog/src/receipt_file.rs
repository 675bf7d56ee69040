//! The file that a department keeps: its receipt, and after an empty line the proof of inclusion in the form of C2SP tlog-proof, once a
//! checkpoint covers the entry. Whether it holds can be told from the file and the key history alone.
//!
//! The proof is appended and not a file of its own, so that a person keeps one thing; a tool that knows neither of us finds the proof by
//! its first line.
//! Not for wording what was found.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::Origin;
use crate::key_history::KeyHistory;
use crate::note::NoteError;
use crate::proof_text::{HEADER, LogProof, LogProofError};
use crate::receipt::{Receipt, ReceiptError};

/// A receipt as a file, with its proof where it has one. Nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFile {
    /// The receipt as a signed note; none in a file that holds a proof alone.
    pub receipt: Option<String>,
    /// The proof.
    pub proof: Option<LogProof>,
}

/// A receipt that is sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedReceipt {
    /// What it states.
    pub receipt: Receipt,
    /// What has become of its promise.
    pub coverage: Coverage,
}

/// What has become of the promise of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// The file has no proof yet.
    NotYet,
    /// The entry stands in the log.
    Covered {
        /// Its place.
        index: u64,
        /// The checkpoint that covers it.
        checkpoint: Checkpoint,
        /// Whether that is a log which continues the one that promised.
        is_continued: bool,
    },
}

/// Why a receipt does not convince.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// This is not a receipt.
    #[error("this is not a receipt")]
    NoReceipt,
    /// The receipt is of a log whose key the reader does not have.
    #[error("the receipt belongs to the log {0}")]
    OtherLog(Origin),
    /// The text or its signature was changed.
    #[error("the receipt was changed")]
    Changed,
    /// No known key of the log has signed: a forgery, or a key that came after those that the reader has.
    #[error("the receipt is not signed by a known key of its log")]
    NotSigned,
    /// The key that signed had been replaced by then.
    #[error("the key of the receipt no longer signed at its time")]
    KeyOutOfForce,
    /// The proof's checkpoint is of a log whose key the reader does not have, or that does not continue the log of the receipt.
    #[error("the proof belongs to the log {0}")]
    ProofOfOtherLog(Origin),
    /// The checkpoint of the proof is not signed by the key of its log.
    #[error("the checkpoint of the proof is not genuine: {0}")]
    ProofCheckpoint(CheckpointError),
    /// The proof is of another entry, or was changed.
    #[error("the proof does not show the entry that the receipt promises")]
    ProofDoesNotHold,
    /// The checkpoint of the proof and one that the reader kept are two histories.
    #[error("the checkpoint of the proof contradicts the one that was kept")]
    Fork,
}

impl ReceiptFile {
    /// The text of a file.
    #[must_use]
    pub fn text_of(receipt: &str, proof: Option<&str>) -> String {
        match proof {
            Some(proof) => format!("{receipt}\n{proof}"),
            None => receipt.to_owned(),
        }
    }

    /// Reads a file with a receipt, a proof or both. Line ends as Windows writes them, and a mark of byte order, which editors and mail
    /// programs add, are taken away: what was signed has neither.
    ///
    /// # Errors
    /// [`ReceiptFault::NoReceipt`] where it holds neither; [`ReceiptFault::ProofDoesNotHold`] where something begins like a proof and is
    /// none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptFault::NoReceipt)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let head = format!("{HEADER}\n");
        let at = if text.starts_with(&head) {
            Some(0)
        } else {
            text.find(&format!("\n{head}")).map(|before| before + 1)
        };
        let (receipt, proof) = text.split_at(at.unwrap_or(text.len()));
        let proof = match at {
            Some(_) => Some(LogProof::parse(proof).map_err(|_| ReceiptFault::ProofDoesNotHold)?),
            None => None,
        };
        // The empty line between the two belongs to neither.
        let receipt = match receipt.strip_suffix('\n') {
            Some(shorter) if proof.is_some() => shorter,
            _ => receipt,
        };
        let receipt = (!receipt.trim().is_empty()).then(|| receipt.to_owned());
        if receipt.is_none() && proof.is_none() {
            return Err(ReceiptFault::NoReceipt);
        }
        Ok(Self { receipt, proof })
    }

    /// Checks the signature of the receipt first, then, where there is a proof, that it is of the very entry which the receipt promises,
    /// and that its checkpoint does not contradict `kept`, one that the reader has from elsewhere. Two checkpoints of different sizes are
    /// not compared here: that takes a proof of consistency.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, keys: &KeyHistory, kept: Option<&Checkpoint>) -> Result<CheckedReceipt, ReceiptFault> {
        let note = self.receipt.as_deref().ok_or(ReceiptFault::NoReceipt)?;
        let stated = Receipt::read_unverified(note.as_bytes()).map_err(|_| ReceiptFault::NoReceipt)?;
        let log = keys
            .log(stated.origin())
            .ok_or_else(|| ReceiptFault::OtherLog(stated.origin().clone()))?;
        let receipt = Receipt::open_with(note.as_bytes(), log).map_err(|error| match error {
            ReceiptError::Note(NoteError::NotSigned) => ReceiptFault::NotSigned,
            ReceiptError::KeyOutOfForce => ReceiptFault::KeyOutOfForce,
            _ => ReceiptFault::Changed,
        })?;
        let Some(proof) = &self.proof else {
            return Ok(CheckedReceipt {
                receipt,
                coverage: Coverage::NotYet,
            });
        };
        let named = Checkpoint::read_unverified(proof.checkpoint.as_bytes()).map_err(ReceiptFault::ProofCheckpoint)?;
        let is_continued = named.origin != *receipt.origin();
        if is_continued && !keys.follows(&named.origin, receipt.origin()) {
            return Err(ReceiptFault::ProofOfOtherLog(named.origin));
        }
        let log = keys
            .log(&named.origin)
            .ok_or_else(|| ReceiptFault::ProofOfOtherLog(named.origin.clone()))?;
        let checkpoint = proof.verify_with(receipt.leaf(), log).map_err(|error| match error {
            LogProofError::Checkpoint(error) => ReceiptFault::ProofCheckpoint(error),
            LogProofError::Malformed | LogProofError::Proof(_) => ReceiptFault::ProofDoesNotHold,
        })?;
        if kept.is_some_and(|kept| {
            kept.origin == checkpoint.origin && kept.size == checkpoint.size && kept.root != checkpoint.root
        }) {
            return Err(ReceiptFault::Fork);
        }
        Ok(CheckedReceipt {
            receipt,
            coverage: Coverage::Covered {
                index: proof.index,
                checkpoint,
                is_continued,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{LogHash, entry_hash, node_hash};
    use crate::key::LogKey;
    use uuid::Uuid;

    const LEAF: [u8; 32] = [5; 32];

    fn key(seed: u8) -> LogKey {
        LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[seed; 32])
    }

    fn keys(seed: u8) -> KeyHistory {
        KeyHistory::of(key(seed).verifier().unwrap())
    }

    fn receipt(leaf: [u8; 32]) -> String {
        let receipt = Receipt::new(
            key(1).origin().clone(),
            Uuid::from_u128(7),
            leaf,
            [2; 32],
            "2026-03-05T01:02:03Z",
            [3; 32],
        );
        receipt.unwrap().sign(&key(1)).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: key(1).origin().clone(),
            size: 2,
            root: node_hash(entry_hash(b"other"), entry_hash(&LEAF)),
        }
    }

    fn proof(signer: &LogKey) -> String {
        let proof = LogProof {
            index: 1,
            hashes: vec![entry_hash(b"other")],
            checkpoint: checkpoint().sign(signer).unwrap(),
        };
        proof.to_text()
    }

    #[track_caller]
    fn check(text: &str) -> Result<Coverage, ReceiptFault> {
        let checked = ReceiptFile::parse(text.as_bytes())?.check(&keys(1), None)?;
        assert_eq!(*checked.receipt.leaf(), LEAF);
        Ok(checked.coverage)
    }

    #[test]
    fn a_receipt_is_sound_alone_and_covered_with_its_proof() {
        assert_eq!(check(&receipt(LEAF)), Ok(Coverage::NotYet));
        let whole = ReceiptFile::text_of(&receipt(LEAF), Some(&proof(&key(1))));
        let covered = Coverage::Covered {
            index: 1,
            checkpoint: checkpoint(),
            is_continued: false,
        };
        assert_eq!(check(&whole), Ok(covered.clone()));
        // As a mail program may leave it.
        assert_eq!(check(&format!("\u{feff}{}", whole.replace('\n', "\r\n"))), Ok(covered));
        let alone = ReceiptFile::parse(proof(&key(1)).as_bytes()).unwrap();
        assert_eq!(alone.receipt, None);
        assert!(alone.proof.is_some());
    }

    #[test]
    fn no_changed_byte_passes() {
        let whole = ReceiptFile::text_of(&receipt(LEAF), Some(&proof(&key(1))));
        for position in 0..whole.len() {
            let mut changed = whole.clone().into_bytes();
            changed[position] ^= 1;
            let found = ReceiptFile::parse(&changed).and_then(|file| file.check(&keys(1), None));
            let passes = matches!(&found, Ok(checked) if checked.coverage != Coverage::NotYet);
            assert!(!passes, "byte {position} changed unnoticed");
        }
    }

    #[test]
    fn each_fault_is_told_apart() {
        let stranger = ReceiptFile::parse(receipt(LEAF).as_bytes()).unwrap();
        assert_eq!(stranger.check(&keys(2), None), Err(ReceiptFault::NotSigned));
        let elsewhere = LogKey::from_seed(Origin::new("elsewhere").unwrap(), &[1; 32]);
        let other = KeyHistory::of(elsewhere.verifier().unwrap());
        assert_eq!(
            stranger.check(&other, None),
            Err(ReceiptFault::OtherLog(key(1).origin().clone()))
        );
        assert_eq!(
            check(&receipt(LEAF).replace("2026-03-05", "2026-03-04")),
            Err(ReceiptFault::Changed)
        );
        assert_eq!(check("dear sir\n"), Err(ReceiptFault::NoReceipt));
        assert_eq!(check(""), Err(ReceiptFault::NoReceipt));
        assert_eq!(
            check(&checkpoint().sign(&key(1)).unwrap()),
            Err(ReceiptFault::NoReceipt)
        );
        let wrong_signer = ReceiptFile::text_of(&receipt(LEAF), Some(&proof(&key(2))));
        assert_eq!(
            check(&wrong_signer),
            Err(ReceiptFault::ProofCheckpoint(CheckpointError::Note(
                NoteError::NotSigned
            )))
        );
        let of_other_entry = ReceiptFile::text_of(&receipt([6; 32]), Some(&proof(&key(1))));
        let file = ReceiptFile::parse(of_other_entry.as_bytes()).unwrap();
        assert_eq!(file.check(&keys(1), None), Err(ReceiptFault::ProofDoesNotHold));
        let damaged = ReceiptFile::text_of(&receipt(LEAF), Some(&proof(&key(1)).replace("index 1", "index 01")));
        assert_eq!(check(&damaged), Err(ReceiptFault::ProofDoesNotHold));
    }

    #[test]
    fn a_kept_checkpoint_shows_a_second_history() {
        let whole = ReceiptFile::text_of(&receipt(LEAF), Some(&proof(&key(1))));
        let file = ReceiptFile::parse(whole.as_bytes()).unwrap();
        assert!(file.check(&keys(1), Some(&checkpoint())).is_ok());
        let forked = Checkpoint {
            root: LogHash([9; 32]),
            ..checkpoint()
        };
        assert_eq!(file.check(&keys(1), Some(&forked)), Err(ReceiptFault::Fork));
        let later = Checkpoint {
            size: 3,
            root: LogHash([9; 32]),
            ..checkpoint()
        };
        assert!(file.check(&keys(1), Some(&later)).is_ok());
    }
}
