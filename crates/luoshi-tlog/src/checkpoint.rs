//! Checkpoints (存证点): the signed statement of a log's size and root, in the form of C2SP tlog-checkpoint.
//!
//! Not for deciding whether a checkpoint may be signed: a signature must never run ahead of durable data (law 11), and
//! what is durable is known to the store only.

use crate::hash::LogHash;
use crate::key::{LogKey, Origin, VerifierKey};
use crate::key_history::LogKeys;
use crate::note::{NoteError, open_text, open_text_of, sign_text, unverified_text};

/// The state of a log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: Origin,
    /// The number of entries.
    pub size: u64,
    /// The root over exactly those entries.
    pub root: LogHash,
}

/// Why a checkpoint was not signed or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The signed note around the text is at fault.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not the three lines of a checkpoint. Extension lines are refused, as C2SP asks of new logs.
    #[error("the text is not a checkpoint of three lines")]
    Malformed,
    /// The checkpoint belongs to another log than the key.
    #[error("the checkpoint and the key belong to different logs")]
    OtherOrigin,
}

impl Checkpoint {
    /// The text that is signed: origin, size and root, one a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text, which must be exactly as [`Checkpoint::to_text`] would write it.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Malformed);
        };
        let checkpoint = Self {
            origin: Origin::new(origin).map_err(|_| CheckpointError::Malformed)?,
            size: size.parse().map_err(|_| CheckpointError::Malformed)?,
            root: LogHash::from_base64(root).map_err(|_| CheckpointError::Malformed)?,
        };
        // Two texts for one checkpoint would be two signed statements, so only the canonical text passes.
        if checkpoint.to_text() == text {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Malformed)
        }
    }

    /// The signed note, as it is served under `/checkpoint`.
    ///
    /// # Errors
    /// When the key belongs to another log.
    pub fn sign(&self, key: &LogKey) -> Result<String, CheckpointError> {
        self.sign_with(&[key])
    }

    /// The signed note with a line of each of `keys`, as while one key takes over from another.
    ///
    /// # Errors
    /// When a key belongs to another log.
    pub fn sign_with(&self, keys: &[&LogKey]) -> Result<String, CheckpointError> {
        if keys.iter().any(|key| self.origin != *key.origin()) {
            return Err(CheckpointError::OtherOrigin);
        }
        Ok(sign_text(&self.to_text(), keys)?)
    }

    /// Opens a signed note and accepts it only with a fitting signature of this key. Lines of other keys, such as
    /// witnesses, are ignored.
    ///
    /// # Errors
    /// When the note is malformed, not signed by the key, or not a checkpoint of the key's log.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(&open_text(note, key)?)?;
        if checkpoint.origin == *key.origin() {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::OtherOrigin)
        }
    }

    /// Opens a signed note and accepts it only with the signature of the key that was in force at its size. Lines of other keys of the
    /// log have to fit as well where they are there.
    ///
    /// # Errors
    /// As [`Checkpoint::open`]; a key that had been replaced before this size, or that came later, is not enough.
    pub fn open_with(note: &[u8], keys: &LogKeys) -> Result<Self, CheckpointError> {
        let known: Vec<VerifierKey> = keys.terms().iter().map(|term| term.key.clone()).collect();
        let (text, signed) = open_text_of(note, &known)?;
        let checkpoint = Self::parse(&text)?;
        if checkpoint.origin != *keys.origin() {
            return Err(CheckpointError::OtherOrigin);
        }
        let is_signed = signed.get(keys.in_force_at(checkpoint.size)).copied().unwrap_or(false);
        if is_signed {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Note(NoteError::NotSigned))
        }
    }

    /// Reads a signed note without looking at its signatures, to learn which log it speaks of.
    ///
    /// # Errors
    /// When it is not a checkpoint in form.
    pub fn read_unverified(note: &[u8]) -> Result<Self, CheckpointError> {
        Self::parse(&unverified_text(note)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::entry_hash;

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::from_seed(Origin::new(name).unwrap(), &[seed; 32])
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: Origin::new("luoshi.example/log").unwrap(),
            size: 20,
            root: entry_hash(b"root"),
        }
    }

    #[test]
    fn signed_checkpoints_open_again_beside_foreign_lines() {
        let key = key("luoshi.example/log", 1);
        let mut note = checkpoint().sign(&key).unwrap();
        note.push_str("— witness.example AAAAAWFiY2RlZg==\n");
        assert_eq!(
            Checkpoint::open(note.as_bytes(), &key.verifier().unwrap()),
            Ok(checkpoint())
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let key = key("luoshi.example/log", 1);
        let note = checkpoint().sign(&key).unwrap().into_bytes();
        let verifier = key.verifier().unwrap();
        for position in 0..note.len() {
            let mut changed = note.clone();
            changed[position] ^= 1;
            assert!(
                Checkpoint::open(&changed, &verifier).is_err(),
                "byte {position} changed unnoticed"
            );
        }
    }

    #[test]
    fn other_logs_and_other_keys_are_refused() {
        let note = checkpoint().sign(&key("luoshi.example/log", 1)).unwrap();
        let stranger = key("luoshi.example/log", 2).verifier().unwrap();
        assert_eq!(
            Checkpoint::open(note.as_bytes(), &stranger),
            Err(CheckpointError::Note(NoteError::NotSigned))
        );
        assert_eq!(
            checkpoint().sign(&key("luoshi.example/other", 1)),
            Err(CheckpointError::OtherOrigin)
        );
        // The right key under a text of another log.
        let key = key("luoshi.example/log", 1);
        let other = Checkpoint {
            origin: Origin::new("luoshi.example/other").unwrap(),
            ..checkpoint()
        };
        let note = sign_text(&other.to_text(), &[&key]).unwrap();
        let opened = Checkpoint::open(note.as_bytes(), &key.verifier().unwrap());
        assert_eq!(opened, Err(CheckpointError::OtherOrigin));
    }

    #[test]
    fn only_the_canonical_text_is_read() {
        let text = checkpoint().to_text();
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
        let root = checkpoint().root.to_string();
        for wrong in [
            text.replace("\n20\n", "\n020\n"),
            text.replace("\n20\n", "\n+20\n"),
            text.replace("\n20\n", "\n-1\n"),
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            format!("{text}extension\n"),
            format!("{text}\n"),
            text.replace(&root, root.trim_end_matches('=')),
            String::new(),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), Err(CheckpointError::Malformed), "{wrong:?}");
        }
    }
}
