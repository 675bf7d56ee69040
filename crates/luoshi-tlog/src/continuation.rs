//! Continuation (续接): the statement that a new log begins where an old one can no longer be signed.
//!
//! After a lost key, or a database that was restored from a backup older than the published log, the old log is frozen with its last
//! checkpoint. The new log has a name and a key of its own, and this statement says honestly what it continues: up to which checkpoint
//! the old log stands, and how many of its entries the ledger still holds. The old key signs it as well where it is still there; without
//! that signature the new key has to be compared with another source, such as the gazette.
//!
//! Not for deciding when a log must be continued: whoever knows what is durable does that.

use crate::hash::LogHash;
use crate::key::{KeyError, LogKey, Origin, VerifierKey};
use crate::note::{NoteError, open_text, open_text_of, sign_text, unverified_text};
use crate::receipt::is_time_in_utc;

pub(crate) const CONTINUATION_SUFFIX: &str = "/continuation";

/// What a continuation states.
///
/// The text can be taken neither for a checkpoint nor for a receipt: its second line begins with a word of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The name of the log that is frozen.
    pub old_origin: Origin,
    /// The size of its last checkpoint.
    pub old_size: u64,
    /// The root of its last checkpoint.
    pub old_root: LogHash,
    /// How many of its entries the ledger holds, from the first on; below `old_size`, the rest was lost with the ledger's events.
    pub held: u64,
    /// Since when the new log is kept, RFC 3339 in UTC.
    pub begins_at: String,
    /// The first key of the new log, which also has its name.
    pub key: VerifierKey,
}

/// Why a continuation was not signed or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContinuationError {
    /// The signed note around the text is at fault.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The key in the text is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The text is not that of a continuation.
    #[error("the text is not a continuation")]
    Malformed,
    /// The key that signs is not the one of the new log, or the old key is not one of the old log.
    #[error("the keys are not those of the continuation")]
    OtherKeys,
}

impl Continuation {
    /// The name of the new log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.key.origin()
    }

    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{}{CONTINUATION_SUFFIX}\ncontinues {}\nsize {}\nroot {}\nheld {}\nbegins {}\nkey {}\n",
            self.origin(),
            self.old_origin,
            self.old_size,
            self.old_root,
            self.held,
            self.begins_at,
            self.key.as_str(),
        )
    }

    /// Reads the text, which must be exactly as [`Continuation::to_text`] would write it.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, ContinuationError> {
        let malformed = || ContinuationError::Malformed;
        let mut lines = text.lines();
        let origin = lines
            .next()
            .and_then(|line| line.strip_suffix(CONTINUATION_SUFFIX))
            .ok_or_else(malformed)?;
        let mut field = |name: &str| {
            let line = lines.next()?.strip_prefix(name)?;
            line.strip_prefix(' ')
        };
        let (Some(old_origin), Some(old_size), Some(old_root), Some(held), Some(begins_at), Some(key)) = (
            field("continues"),
            field("size"),
            field("root"),
            field("held"),
            field("begins"),
            field("key"),
        ) else {
            return Err(malformed());
        };
        let continuation = Self {
            old_origin: Origin::new(old_origin).map_err(|_| malformed())?,
            old_size: old_size.parse().map_err(|_| malformed())?,
            old_root: LogHash::from_base64(old_root).map_err(|_| malformed())?,
            held: held.parse().map_err(|_| malformed())?,
            begins_at: begins_at.to_owned(),
            key: VerifierKey::parse(key)?,
        };
        let sound = is_time_in_utc(begins_at)
            && continuation.held <= continuation.old_size
            && continuation.origin().as_str() == origin
            && continuation.origin() != &continuation.old_origin
            && continuation.to_text() == text;
        if sound { Ok(continuation) } else { Err(malformed()) }
    }

    /// The signed note, with a line of the new key, and of a key of the old log where there is one.
    ///
    /// # Errors
    /// When the keys are not those of the two logs.
    pub fn sign(&self, key: &LogKey, old_key: Option<&LogKey>) -> Result<String, ContinuationError> {
        let fits = key.verifier_text() == self.key.as_str()
            && old_key.is_none_or(|old_key| *old_key.origin() == self.old_origin)
            && self.origin() != &self.old_origin;
        if !fits {
            return Err(ContinuationError::OtherKeys);
        }
        let keys: Vec<&LogKey> = old_key.into_iter().chain([key]).collect();
        Ok(sign_text(&self.to_text(), &keys)?)
    }

    /// Opens a signed note, which the new key has to have signed.
    ///
    /// # Errors
    /// When the note is malformed or not signed by the key that it names.
    pub fn open(note: &[u8]) -> Result<Self, ContinuationError> {
        let stated = Self::parse(&unverified_text(note)?)?;
        open_text(note, &stated.key)?;
        Ok(stated)
    }

    /// Whether one of `keys`, those of the old log, has signed as well. A line of theirs that does not fit counts as none.
    #[must_use]
    pub fn is_vouched_by(note: &[u8], keys: &[VerifierKey]) -> bool {
        open_text_of(note, keys).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::from_seed(Origin::new(name).unwrap(), &[seed; 32])
    }

    fn continuation(key: &LogKey) -> Continuation {
        Continuation {
            old_origin: Origin::new("luoshi.example/old").unwrap(),
            old_size: 100,
            old_root: LogHash([7; 32]),
            held: 80,
            begins_at: "2026-03-05T01:02:03Z".to_owned(),
            key: key.verifier().unwrap(),
        }
    }

    #[test]
    fn the_new_key_signs_and_the_old_one_vouches() {
        let (old, new) = (key("luoshi.example/old", 1), key("luoshi.example/new", 2));
        let old_keys = [old.verifier().unwrap()];
        let alone = continuation(&new).sign(&new, None).unwrap();
        assert_eq!(Continuation::open(alone.as_bytes()), Ok(continuation(&new)));
        assert!(!Continuation::is_vouched_by(alone.as_bytes(), &old_keys));
        let both = continuation(&new).sign(&new, Some(&old)).unwrap();
        assert_eq!(Continuation::open(both.as_bytes()), Ok(continuation(&new)));
        assert!(Continuation::is_vouched_by(both.as_bytes(), &old_keys));
        let by_old = sign_text(&continuation(&new).to_text(), &[&old]).unwrap();
        assert!(Continuation::open(by_old.as_bytes()).is_err());
        for position in 0..alone.len() {
            let mut changed = alone.clone().into_bytes();
            changed[position] ^= 1;
            assert!(
                Continuation::open(&changed).is_err(),
                "byte {position} changed unnoticed"
            );
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (old, new) = (key("luoshi.example/old", 1), key("luoshi.example/new", 2));
        let text = continuation(&new).to_text();
        for wrong in [
            text.replace("held 80", "held 101"),
            text.replace("held 80", "held 080"),
            text.replace("continues luoshi.example/old", "continues luoshi.example/new"),
            format!("{text}more\n"),
        ] {
            assert_eq!(
                Continuation::parse(&wrong),
                Err(ContinuationError::Malformed),
                "{wrong}"
            );
        }
        assert_eq!(continuation(&new).sign(&old, None), Err(ContinuationError::OtherKeys));
        assert_eq!(
            continuation(&new).sign(&new, Some(&new)),
            Err(ContinuationError::OtherKeys)
        );
        let note = continuation(&new).sign(&new, Some(&old)).unwrap();
        assert!(Checkpoint::open(note.as_bytes(), &new.verifier().unwrap()).is_err());
    }
}
