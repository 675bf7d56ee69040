//! Rotation (换钥): the statement that a new key takes over from the present one, signed by both.
//!
//! Whoever trusts the old key can go on to the new one by this statement alone, and nobody who has stolen only one of them can make one
//! that holds. It says from which size on checkpoints carry the new signature, for a checkpoint states no time.
//!
//! Not for the list of all keys of a log: that is `key_history`.

use crate::key::{KeyError, LogKey, Origin, VerifierKey};
use crate::note::{NoteError, open_text_of, sign_text};
use crate::receipt::is_time_in_utc;

pub(crate) const ROTATION_SUFFIX: &str = "/rotation";

/// What a rotation states.
///
/// The text can be taken neither for a checkpoint nor for a receipt: its second line begins with a word of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The key that signed until now.
    pub previous: VerifierKey,
    /// The key that signs from now on.
    pub key: VerifierKey,
    /// Every checkpoint over more entries than these carries the signature of the new key.
    pub after_size: u64,
    /// Since when receipts are signed by the new key, RFC 3339 in UTC.
    pub begins_at: String,
    /// Until when checkpoints carry the signature of the old key as well, RFC 3339 in UTC.
    pub previous_until: String,
}

/// Why a rotation was not signed or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The signed note around the text is at fault.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A key in the text is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The text is not that of a rotation.
    #[error("the text is not a rotation")]
    Malformed,
    /// The two keys belong to different logs, are the same, or are not those that sign.
    #[error("the keys are not those of the rotation")]
    OtherKeys,
}

impl Rotation {
    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.key.origin()
    }

    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{}{ROTATION_SUFFIX}\nprevious {}\nkey {}\nafter-size {}\nbegins {}\nprevious-until {}\n",
            self.origin(),
            self.previous.as_str(),
            self.key.as_str(),
            self.after_size,
            self.begins_at,
            self.previous_until,
        )
    }

    /// Reads the text, which must be exactly as [`Rotation::to_text`] would write it.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, RotationError> {
        let mut lines = text.lines();
        let origin = lines
            .next()
            .and_then(|line| line.strip_suffix(ROTATION_SUFFIX))
            .ok_or(RotationError::Malformed)?;
        let mut field = |name: &str| {
            let line = lines.next()?.strip_prefix(name)?;
            line.strip_prefix(' ')
        };
        let (Some(previous), Some(key), Some(after_size), Some(begins_at), Some(previous_until)) = (
            field("previous"),
            field("key"),
            field("after-size"),
            field("begins"),
            field("previous-until"),
        ) else {
            return Err(RotationError::Malformed);
        };
        let rotation = Self {
            previous: VerifierKey::parse(previous)?,
            key: VerifierKey::parse(key)?,
            after_size: after_size.parse().map_err(|_| RotationError::Malformed)?,
            begins_at: begins_at.to_owned(),
            previous_until: previous_until.to_owned(),
        };
        let times = is_time_in_utc(begins_at) && is_time_in_utc(previous_until);
        if !times || rotation.origin().as_str() != origin || rotation.to_text() != text {
            return Err(RotationError::Malformed);
        }
        rotation.refuse_other_keys()?;
        Ok(rotation)
    }

    /// The signed note, with a line of each key.
    ///
    /// # Errors
    /// When the secret keys are not those of the statement.
    pub fn sign(&self, previous: &LogKey, key: &LogKey) -> Result<String, RotationError> {
        self.refuse_other_keys()?;
        if previous.verifier_text() != self.previous.as_str() || key.verifier_text() != self.key.as_str() {
            return Err(RotationError::OtherKeys);
        }
        Ok(sign_text(&self.to_text(), &[previous, key])?)
    }

    /// Opens a signed note and accepts it only if both keys that it names have signed it.
    ///
    /// # Errors
    /// When the note is malformed or one of the two did not sign.
    pub fn open(note: &[u8]) -> Result<Self, RotationError> {
        let stated = Self::parse(&crate::note::unverified_text(note)?)?;
        let (_, signed) = open_text_of(note, &[stated.previous.clone(), stated.key.clone()])?;
        if signed == [true, true] {
            Ok(stated)
        } else {
            Err(RotationError::Note(NoteError::NotSigned))
        }
    }

    fn refuse_other_keys(&self) -> Result<(), RotationError> {
        if self.previous.origin() == self.key.origin() && self.previous != self.key {
            Ok(())
        } else {
            Err(RotationError::OtherKeys)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::receipt::Receipt;

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::from_seed(Origin::new(name).unwrap(), &[seed; 32])
    }

    fn rotation(previous: &LogKey, key: &LogKey) -> Rotation {
        Rotation {
            previous: previous.verifier().unwrap(),
            key: key.verifier().unwrap(),
            after_size: 42,
            begins_at: "2026-03-05T01:02:03Z".to_owned(),
            previous_until: "2026-04-05T01:02:03Z".to_owned(),
        }
    }

    #[test]
    fn both_keys_sign_and_every_changed_byte_is_noticed() {
        let (old, new) = (key("luoshi.example/log", 1), key("luoshi.example/log", 2));
        let note = rotation(&old, &new).sign(&old, &new).unwrap();
        assert_eq!(Rotation::open(note.as_bytes()), Ok(rotation(&old, &new)));
        for position in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[position] ^= 1;
            assert!(Rotation::open(&changed).is_err(), "byte {position} changed unnoticed");
        }
    }

    #[test]
    fn one_signature_is_not_enough() {
        let (old, new) = (key("luoshi.example/log", 1), key("luoshi.example/log", 2));
        let text = rotation(&old, &new).to_text();
        for signer in [&old, &new] {
            let note = sign_text(&text, &[signer]).unwrap();
            assert_eq!(
                Rotation::open(note.as_bytes()),
                Err(RotationError::Note(NoteError::NotSigned))
            );
        }
        assert_eq!(rotation(&old, &new).sign(&new, &old), Err(RotationError::OtherKeys));
        assert_eq!(rotation(&old, &old).sign(&old, &old), Err(RotationError::OtherKeys));
        let other = key("luoshi.example/other", 2);
        assert_eq!(rotation(&old, &other).sign(&old, &other), Err(RotationError::OtherKeys));
    }

    #[test]
    fn a_rotation_is_no_checkpoint_and_no_receipt() {
        let (old, new) = (key("luoshi.example/log", 1), key("luoshi.example/log", 2));
        let note = rotation(&old, &new).sign(&old, &new).unwrap();
        let verifier = old.verifier().unwrap();
        assert!(Checkpoint::open(note.as_bytes(), &verifier).is_err());
        assert!(Receipt::open(note.as_bytes(), &verifier).is_err());
    }
}
