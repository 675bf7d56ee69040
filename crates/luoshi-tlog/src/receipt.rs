//! Receipts (回执): the signed promise that an accepted event is in the log or will be (law 8).
//!
//! A receipt is given when the event is durable, before the next checkpoint covers its leaf; it is to this log what a
//! signed certificate timestamp is to certificate transparency. Whoever holds one can show later that an entry was
//! promised and is missing.
//!
//! # Why a receipt is never a checkpoint
//!
//! Both are notes signed by the same Ed25519 key, and the signature covers the text only, so the texts must never be
//! equal. Three things keep them apart, each enough by itself. The first line of a receipt is the origin followed by
//! `/receipt`, so it is not the origin, which every reader of checkpoints compares. No origin may end in `/receipt`, so
//! it is not the origin of another log either. And the second line of a receipt begins with the word `event`, where a
//! checkpoint has a number. The key name on the signature line stays the origin, so the one published key opens both.
//!
//! Not for inclusion proofs: they can be given beside the receipt once a checkpoint covers the leaf.

use crate::hash::LogHash;
use crate::key::{LogKey, Origin, VerifierKey};
use crate::key_history::LogKeys;
use crate::note::{NoteError, open_text, open_text_of, sign_text, unverified_text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use uuid::Uuid;

pub(crate) const RECEIPT_SUFFIX: &str = "/receipt";

/// What a receipt states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    origin: Origin,
    event: Uuid,
    leaf: [u8; 32],
    content_hash: [u8; 32],
    recorded_at: String,
    idempotency_key_hash: [u8; 32],
}

/// Why a receipt was not made, not signed or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The signed note around the text is at fault.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not that of a receipt.
    #[error("the text is not a receipt")]
    Malformed,
    /// The time is not in RFC 3339 form in UTC, such as `2026-03-05T01:02:03.456Z`.
    #[error("the time of the receipt is not RFC 3339 in UTC")]
    MalformedTime,
    /// The receipt belongs to another log than the key.
    #[error("the receipt and the key belong to different logs")]
    OtherOrigin,
    /// The key that signed had been replaced, and its time of grace was over, when the receipt says that it was given.
    #[error("the key no longer signed at the time of the receipt")]
    KeyOutOfForce,
}

impl Receipt {
    /// Puts the statement together. `recorded_at` is RFC 3339 in UTC with a final `Z`. The hashes are the caller's:
    /// `content_hash` is over what was submitted, and `idempotency_key_hash` over the key that the submitter chose, so
    /// that a retry can be shown to have been answered by the same receipt.
    ///
    /// # Errors
    /// When the time is not in that form.
    pub fn new(
        origin: Origin,
        event: Uuid,
        leaf: [u8; 32],
        content_hash: [u8; 32],
        recorded_at: impl Into<String>,
        idempotency_key_hash: [u8; 32],
    ) -> Result<Self, ReceiptError> {
        let recorded_at = recorded_at.into();
        if !is_time_in_utc(&recorded_at) {
            return Err(ReceiptError::MalformedTime);
        }
        Ok(Self {
            origin,
            event,
            leaf,
            content_hash,
            recorded_at,
            idempotency_key_hash,
        })
    }

    /// The name of the log that promises.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> Uuid {
        self.event
    }

    /// The promised log entry.
    #[must_use]
    pub fn leaf(&self) -> &[u8; 32] {
        &self.leaf
    }

    /// The hash of what was submitted.
    #[must_use]
    pub fn content_hash(&self) -> &[u8; 32] {
        &self.content_hash
    }

    /// When the event was recorded, RFC 3339 in UTC.
    #[must_use]
    pub fn recorded_at(&self) -> &str {
        &self.recorded_at
    }

    /// The hash of the key that the submitter chose for this submission.
    #[must_use]
    pub fn idempotency_key_hash(&self) -> &[u8; 32] {
        &self.idempotency_key_hash
    }

    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{}{RECEIPT_SUFFIX}\nevent {}\nleaf {}\ncontent {}\nrecorded {}\nidempotency {}\n",
            self.origin,
            self.event.hyphenated(),
            LogHash(self.leaf),
            hexadecimal(&self.content_hash),
            self.recorded_at,
            hexadecimal(&self.idempotency_key_hash),
        )
    }

    /// Reads the text, which must be exactly as [`Receipt::to_text`] would write it.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let mut lines = text.lines();
        let origin = lines
            .next()
            .and_then(|line| line.strip_suffix(RECEIPT_SUFFIX))
            .ok_or(ReceiptError::Malformed)?;
        let mut field = |name: &str| {
            let line = lines.next()?.strip_prefix(name)?;
            line.strip_prefix(' ')
        };
        let (Some(event), Some(leaf), Some(content), Some(recorded_at), Some(idempotency)) = (
            field("event"),
            field("leaf"),
            field("content"),
            field("recorded"),
            field("idempotency"),
        ) else {
            return Err(ReceiptError::Malformed);
        };
        let leaf = STANDARD
            .decode(leaf)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(ReceiptError::Malformed)?;
        let receipt = Self::new(
            Origin::new(origin).map_err(|_| ReceiptError::Malformed)?,
            Uuid::try_parse(event).map_err(|_| ReceiptError::Malformed)?,
            leaf,
            from_hexadecimal(content).ok_or(ReceiptError::Malformed)?,
            recorded_at,
            from_hexadecimal(idempotency).ok_or(ReceiptError::Malformed)?,
        )?;
        if receipt.to_text() == text {
            Ok(receipt)
        } else {
            Err(ReceiptError::Malformed)
        }
    }

    /// The signed note that the submitter keeps. Ed25519 is deterministic, so the same receipt gives the same bytes.
    ///
    /// # Errors
    /// When the key belongs to another log.
    pub fn sign(&self, key: &LogKey) -> Result<String, ReceiptError> {
        if self.origin != *key.origin() {
            return Err(ReceiptError::OtherOrigin);
        }
        Ok(sign_text(&self.to_text(), &[key])?)
    }

    /// Whether each of the notes is the one that the key signs for the receipt beside it, byte for byte but for the signature, which has to
    /// be the key's. Of many the signatures are checked together, at less than half the price of signing each again.
    #[must_use]
    pub fn are_signed(given: &[(Receipt, &str)], key: &LogKey) -> bool {
        let texts: Vec<String> = given.iter().map(|(receipt, _)| receipt.to_text()).collect();
        let mut signatures = Vec::with_capacity(given.len());
        for ((receipt, note), text) in given.iter().zip(&texts) {
            match key.only_signature_below(text, note) {
                Some(signature) if receipt.origin == *key.origin() => signatures.push(signature),
                _ => return false,
            }
        }
        key.has_signed(&texts, &signatures)
    }

    /// Opens a signed receipt and accepts it only with a fitting signature of this key.
    ///
    /// # Errors
    /// When the note is malformed, not signed by the key, or not a receipt of the key's log.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, ReceiptError> {
        let receipt = Self::parse(&open_text(note, key)?)?;
        if receipt.origin == *key.origin() {
            Ok(receipt)
        } else {
            Err(ReceiptError::OtherOrigin)
        }
    }

    /// Opens a signed receipt of a log whose key may have been replaced since.
    ///
    /// # Errors
    /// As [`Receipt::open`], and [`ReceiptError::KeyOutOfForce`] where the key that signed no longer signed at all when the receipt says
    /// that it was given.
    pub fn open_with(note: &[u8], keys: &LogKeys) -> Result<Self, ReceiptError> {
        let known: Vec<VerifierKey> = keys.terms().iter().map(|term| term.key.clone()).collect();
        let (text, signed) = open_text_of(note, &known)?;
        let receipt = Self::parse(&text)?;
        if receipt.origin != *keys.origin() {
            return Err(ReceiptError::OtherOrigin);
        }
        let in_force = keys.terms().iter().zip(&signed).any(|(term, signed)| {
            *signed
                && term
                    .until
                    .as_deref()
                    .is_none_or(|until| instant_order(&receipt.recorded_at) <= instant_order(until))
        });
        if in_force {
            Ok(receipt)
        } else {
            Err(ReceiptError::KeyOutOfForce)
        }
    }

    /// Reads a signed note without looking at its signatures, to learn which log it speaks of.
    ///
    /// # Errors
    /// When it is not a receipt in form.
    pub fn read_unverified(note: &[u8]) -> Result<Self, ReceiptError> {
        Self::parse(&unverified_text(note)?)
    }
}

/// What orders instants in this form: the seconds as they are written, then the fraction without the zeros at its end.
fn instant_order(instant: &str) -> (&str, &str) {
    let whole = instant.strip_suffix('Z').unwrap_or(instant);
    let (seconds, fraction) = whole.split_once('.').unwrap_or((whole, ""));
    (seconds, fraction.trim_end_matches('0'))
}

fn hexadecimal(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// Checks form and ranges by hand, for this floor has no calendar; which day of the month exists is left to the maker.
pub(crate) fn is_time_in_utc(text: &str) -> bool {
    let Some((date, time)) = text.strip_suffix('Z').and_then(|text| text.split_once('T')) else {
        return false;
    };
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let number = |text: &str, digits: usize, range: std::ops::RangeInclusive<u16>| {
        text.len() == digits
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse().is_ok_and(|number| range.contains(&number))
    };
    let date: Vec<&str> = date.split('-').collect();
    let whole: Vec<&str> = whole.split(':').collect();
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), whole.as_slice()) else {
        return false;
    };
    number(year, 4, 0..=9999)
        && number(month, 2, 1..=12)
        && number(day, 2, 1..=31)
        && number(hour, 2, 0..=23)
        && number(minute, 2, 0..=59)
        && number(second, 2, 0..=60)
        && (1..=9).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, CheckpointError};

    fn key() -> LogKey {
        LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[3; 32])
    }

    fn receipt() -> Receipt {
        let event = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let origin = Origin::new("luoshi.example/log").unwrap();
        Receipt::new(origin, event, [1; 32], [0xab; 32], "2026-03-05T01:02:03.456Z", [3; 32]).unwrap()
    }

    /// Receipts of many events, each with its note.
    fn many(count: u128) -> Vec<(Receipt, String)> {
        let receipts = (0..count).map(|number| Receipt {
            event: Uuid::from_u128(number),
            leaf: [u8::try_from(number % 251).unwrap(); 32],
            ..receipt()
        });
        receipts
            .map(|receipt| {
                let note = receipt.sign(&key()).unwrap();
                (receipt, note)
            })
            .collect()
    }

    fn are_signed(given: &[(Receipt, String)]) -> bool {
        let given: Vec<(Receipt, &str)> = given
            .iter()
            .map(|(receipt, note)| (receipt.clone(), note.as_str()))
            .collect();
        Receipt::are_signed(&given, &key())
    }

    #[test]
    fn many_signatures_are_checked_together() {
        let sound = many(300);
        assert!(are_signed(&sound));
        assert!(are_signed(&[]));
        let other_key = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[4; 32]);
        let other_log = LogKey::from_seed(Origin::new("luoshi.example/other").unwrap(), &[3; 32]);
        type Change<'c> = &'c dyn Fn(&mut (Receipt, String));
        let changes: [Change<'_>; 6] = [
            &|(_, note)| *note = note.replace("content ab", "content ac"),
            &|(receipt, _)| receipt.leaf = [255; 32],
            &|(receipt, note)| *note = receipt.sign(&other_key).unwrap(),
            &|(receipt, note)| {
                receipt.origin = other_log.origin().clone();
                *note = receipt.sign(&other_log).unwrap();
            },
            &|(_, note)| note.push_str("\u{2014} somebody AAAAAAAA\n"),
            // The signature of another one.
            &|(receipt, note)| {
                let text = receipt.to_text();
                let line = receipt_with_other_leaf(receipt).sign(&key()).unwrap();
                *note = text + line.split_at(receipt.to_text().len()).1;
            },
        ];
        for (change, number) in changes.iter().zip(0..) {
            let mut changed = sound.clone();
            change(&mut changed[137]);
            assert!(!are_signed(&changed), "change {number}");
        }
    }

    fn receipt_with_other_leaf(receipt: &Receipt) -> Receipt {
        Receipt {
            leaf: [254; 32],
            ..receipt.clone()
        }
    }

    #[test]
    fn the_text_has_six_lines() {
        let expected = format!(
            "luoshi.example/log/receipt\nevent 01900000-0000-7000-8000-000000000001\n\
             leaf AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\ncontent {}\nrecorded 2026-03-05T01:02:03.456Z\n\
             idempotency {}\n",
            "ab".repeat(32),
            "03".repeat(32)
        );
        assert_eq!(receipt().to_text(), expected);
        assert_eq!(Receipt::parse(&expected), Ok(receipt()));
    }

    #[test]
    fn signed_receipts_open_again_and_every_changed_byte_is_noticed() {
        let verifier = key().verifier().unwrap();
        let note = receipt().sign(&key()).unwrap();
        assert_eq!(note, receipt().sign(&key()).unwrap());
        assert_eq!(Receipt::open(note.as_bytes(), &verifier), Ok(receipt()));
        for position in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[position] ^= 1;
            assert!(
                Receipt::open(&changed, &verifier).is_err(),
                "byte {position} changed unnoticed"
            );
        }
    }

    #[test]
    fn receipts_and_checkpoints_are_never_taken_for_each_other() {
        let verifier = key().verifier().unwrap();
        let checkpoint = Checkpoint {
            origin: key().origin().clone(),
            size: 7,
            root: LogHash([1; 32]),
        };
        let as_checkpoint = Checkpoint::open(receipt().sign(&key()).unwrap().as_bytes(), &verifier);
        assert_eq!(as_checkpoint, Err(CheckpointError::Malformed));
        let as_receipt = Receipt::open(checkpoint.sign(&key()).unwrap().as_bytes(), &verifier);
        assert_eq!(as_receipt, Err(ReceiptError::Malformed));
    }

    #[test]
    fn other_logs_are_refused() {
        let other = LogKey::from_seed(Origin::new("luoshi.example/other").unwrap(), &[3; 32]);
        assert_eq!(receipt().sign(&other), Err(ReceiptError::OtherOrigin));
        let note = sign_text(&receipt().to_text(), &[&other]).unwrap();
        let opened = Receipt::open(note.as_bytes(), &other.verifier().unwrap());
        assert_eq!(opened, Err(ReceiptError::OtherOrigin));
    }

    #[test]
    fn only_the_canonical_text_is_read() {
        let text = receipt().to_text();
        for (wrong, error) in [
            (text.replace("abab", "ABAB"), ReceiptError::Malformed),
            (text.replace("event 0190", "event {0190"), ReceiptError::Malformed),
            (
                text.replace("event 01900000-", "event 01900000"),
                ReceiptError::Malformed,
            ),
            (text.replace("leaf AQ", "leaf"), ReceiptError::Malformed),
            (format!("{text}more\n"), ReceiptError::Malformed),
            (text.replace("/receipt", ""), ReceiptError::Malformed),
            (text.replace("456Z", "456+08:00"), ReceiptError::MalformedTime),
        ] {
            assert_eq!(Receipt::parse(&wrong), Err(error), "{wrong:?}");
        }
    }

    #[test]
    fn instants_are_in_order_with_and_without_fractions() {
        let ascending = [
            "2026-03-05T01:02:03Z",
            "2026-03-05T01:02:03.04Z",
            "2026-03-05T01:02:03.4Z",
            "2026-03-05T01:02:03.456Z",
            "2026-03-05T01:02:04Z",
        ];
        assert!(ascending.is_sorted_by(|a, b| instant_order(a) < instant_order(b)));
        assert_eq!(
            instant_order("2026-03-05T01:02:03.4Z"),
            instant_order("2026-03-05T01:02:03.400Z")
        );
    }

    #[test]
    fn times_are_checked() {
        for right in [
            "2026-03-05T01:02:03Z",
            "2026-12-31T23:59:60Z",
            "2026-03-05T01:02:03.123456789Z",
        ] {
            assert!(is_time_in_utc(right), "{right}");
        }
        for wrong in [
            "",
            "2026-03-05",
            "2026-03-05T01:02:03",
            "2026-13-05T01:02:03Z",
            "2026-03-32T01:02:03Z",
            "2026-03-05T24:02:03Z",
            "2026-03-05T01:02:03.Z",
            "2026-03-05T01:02:03.1234567890Z",
            "2026-3-5T01:02:03Z",
            "2026-03-05t01:02:03z",
            "２026-03-05T01:02:03Z",
        ] {
            assert!(!is_time_in_utc(wrong), "{wrong}");
        }
    }
}
