//! The key history (密钥沿革) of a site: every key that signed for its log, in order, with the statements that hand over from one to the
//! next. It is published with the log, so that whoever noted any of the keys can go on to all that follow from it.
//!
//! # The text
//!
//! The first line is `luoshi log keys 1`, the second the first key of the first log in its public text form. After them stand, each after
//! an empty line, the signed notes of rotations and continuations in the order in which they happened.
//!
//! Not for secret keys, and not for deciding which key to trust: a reader brings at least one.

use crate::continuation::{CONTINUATION_SUFFIX, Continuation, ContinuationError};
use crate::key::{KeyError, Origin, VerifierKey};
use crate::rotation::{ROTATION_SUFFIX, Rotation, RotationError};

const HEADER: &str = "luoshi log keys 1";
/// Far more keys than a site has in its life; whoever reads a history from the network is held up no longer than this.
const MOST_STATEMENTS: usize = 1_000;

/// One key of a log with the time that it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerm {
    /// The key.
    pub key: VerifierKey,
    /// Every checkpoint over more entries than these carries its signature, until another key takes over.
    pub after_size: u64,
    /// Since when it signs receipts, RFC 3339 in UTC; none for the first key of a log, which signs from the beginning.
    pub begins_at: Option<String>,
    /// Until when its signature still counts after another key took over, RFC 3339 in UTC; none for the present key.
    pub until: Option<String>,
}

/// The keys of one log, the earliest first; there is always one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    origin: Origin,
    terms: Vec<KeyTerm>,
}

impl LogKeys {
    /// A log that has had one key.
    #[must_use]
    pub fn of(key: VerifierKey) -> Self {
        Self {
            origin: key.origin().clone(),
            terms: vec![KeyTerm {
                key,
                after_size: 0,
                begins_at: None,
                until: None,
            }],
        }
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Its keys, the earliest first.
    #[must_use]
    pub fn terms(&self) -> &[KeyTerm] {
        &self.terms
    }

    /// Whether `key` is one of them.
    #[must_use]
    pub fn knows(&self, key: &VerifierKey) -> bool {
        self.terms.iter().any(|term| term.key == *key)
    }

    /// The place of the key that has to have signed a checkpoint of this size.
    pub(crate) fn in_force_at(&self, size: u64) -> usize {
        // The first key is in force from the beginning, an empty log included.
        self.terms
            .iter()
            .skip(1)
            .take_while(|term| term.after_size < size)
            .count()
    }

    fn keys(&self) -> Vec<VerifierKey> {
        self.terms.iter().map(|term| term.key.clone()).collect()
    }

    fn rotate(&mut self, rotation: Rotation) -> Result<(), HistoryError> {
        let Some(last) = self.terms.last_mut() else {
            return Err(HistoryError::OutOfOrder);
        };
        if last.key != rotation.previous || last.after_size > rotation.after_size {
            return Err(HistoryError::OutOfOrder);
        }
        last.until = Some(rotation.previous_until);
        self.terms.push(KeyTerm {
            key: rotation.key,
            after_size: rotation.after_size,
            begins_at: Some(rotation.begins_at),
            until: None,
        });
        Ok(())
    }
}

/// How a log came to follow another one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    statement: Continuation,
    is_vouched: bool,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    logs: Vec<LogKeys>,
    /// One shorter than the logs: how each came to follow the one before it.
    links: Vec<Link>,
    notes: Vec<String>,
}

/// Why a history was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The text has not the form of a history.
    #[error("the text is not a history of keys")]
    Malformed,
    /// A key in it is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A rotation in it does not hold.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// A continuation in it does not hold.
    #[error(transparent)]
    Continuation(#[from] ContinuationError),
    /// A statement does not follow from the ones before it.
    #[error("a statement does not follow from the ones before it")]
    OutOfOrder,
    /// The key that the reader trusts is not in the history.
    #[error("the trusted key is not in the history")]
    UntrustedKey,
}

impl KeyHistory {
    /// Of a log that has had one key.
    #[must_use]
    pub fn of(key: VerifierKey) -> Self {
        Self {
            logs: vec![LogKeys::of(key)],
            links: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds the next statement, a signed note.
    ///
    /// # Errors
    /// When it is not sound in itself or does not follow; nothing has changed then.
    pub fn add(&mut self, note: &str) -> Result<(), HistoryError> {
        let first_line = note.lines().next().unwrap_or_default();
        let Some(present) = self.logs.last_mut() else {
            return Err(HistoryError::OutOfOrder);
        };
        if first_line.ends_with(ROTATION_SUFFIX) {
            present.rotate(Rotation::open(note.as_bytes())?)?;
        } else if first_line.ends_with(CONTINUATION_SUFFIX) {
            let statement = Continuation::open(note.as_bytes())?;
            if statement.old_origin != present.origin {
                return Err(HistoryError::OutOfOrder);
            }
            let is_vouched = Continuation::is_vouched_by(note.as_bytes(), &present.keys());
            self.logs.push(LogKeys::of(statement.key.clone()));
            self.links.push(Link { statement, is_vouched });
        } else {
            return Err(HistoryError::Malformed);
        }
        self.notes.push(note.to_owned());
        Ok(())
    }

    /// The text, as it is published.
    #[must_use]
    pub fn to_text(&self) -> String {
        let first = self.logs.first().and_then(|log| log.terms.first());
        let first = first.map_or("", |term| term.key.as_str());
        let mut text = format!("{HEADER}\n{first}\n");
        for note in &self.notes {
            text.push('\n');
            text.push_str(note);
        }
        text
    }

    /// Reads the text and checks every statement in it.
    ///
    /// # Errors
    /// When it has another form, or a statement does not hold or does not follow.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        let rest = text
            .strip_prefix(HEADER)
            .and_then(|rest| rest.strip_prefix('\n'))
            .ok_or(HistoryError::Malformed)?;
        let (first, mut rest) = rest.split_once('\n').ok_or(HistoryError::Malformed)?;
        let mut history = Self::of(VerifierKey::parse(first)?);
        while let Some(from_here) = rest.strip_prefix('\n') {
            if history.notes.len() == MOST_STATEMENTS {
                return Err(HistoryError::Malformed);
            }
            let end = note_end(from_here).ok_or(HistoryError::Malformed)?;
            let (note, behind) = from_here.split_at(end);
            history.add(note)?;
            rest = behind;
        }
        if rest.is_empty() {
            Ok(history)
        } else {
            Err(HistoryError::Malformed)
        }
    }

    /// Whether a text is meant to be one of these.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with(HEADER)
    }

    /// The logs, the first one first; there is always one.
    #[must_use]
    pub fn logs(&self) -> &[LogKeys] {
        &self.logs
    }

    /// The keys of the log of this name.
    #[must_use]
    pub fn log(&self, origin: &Origin) -> Option<&LogKeys> {
        self.logs.iter().find(|log| log.origin == *origin)
    }

    /// How the log of this name came to an end, where it did.
    #[must_use]
    pub fn continuation_of(&self, origin: &Origin) -> Option<&Continuation> {
        self.links
            .iter()
            .map(|link| &link.statement)
            .find(|statement| statement.old_origin == *origin)
    }

    /// Whether the log `later` came after `earlier` on the same site.
    #[must_use]
    pub fn follows(&self, later: &Origin, earlier: &Origin) -> bool {
        let place = |origin: &Origin| self.logs.iter().position(|log| log.origin == *origin);
        matches!((place(later), place(earlier)), (Some(later), Some(earlier)) if later > earlier)
    }

    /// The part of the history that follows from one trusted key: its own log, and those next to it as long as each step was signed on
    /// both sides. A log that was begun without the old key stays out: its key has to be compared with another source and be given as the
    /// trusted one.
    ///
    /// # Errors
    /// [`HistoryError::UntrustedKey`] where the key is not in the history.
    pub fn trusting(&self, key: &VerifierKey) -> Result<Self, HistoryError> {
        let here = self
            .logs
            .iter()
            .position(|log| log.knows(key))
            .ok_or(HistoryError::UntrustedKey)?;
        let vouched = |place: usize| self.links.get(place).is_some_and(|link| link.is_vouched);
        let mut first = here;
        while first > 0 && vouched(first - 1) {
            first -= 1;
        }
        let mut last = here;
        while vouched(last) {
            last += 1;
        }
        Ok(Self {
            logs: self.logs[first..=last].to_vec(),
            links: self.links[first..last].to_vec(),
            // A part is for checking, not for publishing.
            notes: Vec::new(),
        })
    }
}

/// Where a signed note ends that stands at the beginning of `text`: after the last of the lines that follow its first empty one.
fn note_end(text: &str) -> Option<usize> {
    let body = text.find("\n\n")? + 2;
    let mut end = body;
    for line in text[body..].split_inclusive('\n') {
        if !line.starts_with("— ") || !line.ends_with('\n') {
            break;
        }
        end += line.len();
    }
    (end > body).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, CheckpointError};
    use crate::hash::LogHash;
    use crate::key::LogKey;
    use crate::note::NoteError;
    use crate::receipt::{Receipt, ReceiptError};

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::from_seed(Origin::new(name).unwrap(), &[seed; 32])
    }

    fn rotation(previous: &LogKey, key: &LogKey, after_size: u64) -> String {
        let statement = Rotation {
            previous: previous.verifier().unwrap(),
            key: key.verifier().unwrap(),
            after_size,
            begins_at: "2026-03-05T00:00:00Z".to_owned(),
            previous_until: "2026-04-05T00:00:00Z".to_owned(),
        };
        statement.sign(previous, key).unwrap()
    }

    fn continuation(old: &LogKey, key: &LogKey, vouched: bool) -> String {
        let statement = Continuation {
            old_origin: old.origin().clone(),
            old_size: 100,
            old_root: LogHash([7; 32]),
            held: 80,
            begins_at: "2026-05-05T00:00:00Z".to_owned(),
            key: key.verifier().unwrap(),
        };
        statement.sign(key, vouched.then_some(old)).unwrap()
    }

    fn checkpoint(origin: &Origin, size: u64) -> Checkpoint {
        Checkpoint {
            origin: origin.clone(),
            size,
            root: LogHash([1; 32]),
        }
    }

    #[test]
    fn a_history_goes_through_its_text_and_no_changed_byte_passes() {
        let (first, second, third) = (key("site/a", 1), key("site/a", 2), key("site/b", 3));
        let mut history = KeyHistory::of(first.verifier().unwrap());
        assert_eq!(KeyHistory::parse(&history.to_text()), Ok(history.clone()));
        history.add(&rotation(&first, &second, 42)).unwrap();
        history.add(&continuation(&second, &third, true)).unwrap();
        let text = history.to_text();
        assert_eq!(KeyHistory::parse(&text), Ok(history.clone()));
        let origins: Vec<&str> = history.logs().iter().map(|log| log.origin().as_str()).collect();
        assert_eq!(origins, ["site/a", "site/b"]);
        assert!(history.follows(third.origin(), first.origin()));
        assert!(!history.follows(first.origin(), third.origin()));
        assert_eq!(history.continuation_of(first.origin()).unwrap().held, 80);
        for position in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[position] ^= 1;
            // A changed line of the old key below a continuation only takes its word away; everything else must not be read.
            let read = String::from_utf8(changed)
                .ok()
                .and_then(|text| KeyHistory::parse(&text).ok());
            let reach = read.map(|read| read.trusting(&first.verifier().unwrap()).map(|part| part.logs().len()));
            assert!(!matches!(reach, Some(Ok(2))), "byte {position} changed unnoticed");
        }
        for cut in [text.len() - 1, text.len() / 2] {
            assert!(KeyHistory::parse(&text[..cut]).is_err());
        }
    }

    #[test]
    fn statements_have_to_follow() {
        let (first, second, stranger) = (key("site/a", 1), key("site/a", 2), key("site/a", 3));
        let mut history = KeyHistory::of(first.verifier().unwrap());
        let foreign = rotation(&stranger, &second, 1);
        assert_eq!(history.add(&foreign), Err(HistoryError::OutOfOrder));
        history.add(&rotation(&first, &second, 42)).unwrap();
        assert_eq!(
            history.add(&rotation(&second, &stranger, 41)),
            Err(HistoryError::OutOfOrder)
        );
        let elsewhere = continuation(&key("site/x", 4), &key("site/y", 5), true);
        assert_eq!(history.add(&elsewhere), Err(HistoryError::OutOfOrder));
        assert_eq!(history.add("hello\n\n— a AAAAAAAA\n"), Err(HistoryError::Malformed));
    }

    #[test]
    fn trust_reaches_as_far_as_both_sides_signed() {
        let (first, second, third) = (key("site/a", 1), key("site/b", 2), key("site/c", 3));
        let mut history = KeyHistory::of(first.verifier().unwrap());
        history.add(&continuation(&first, &second, true)).unwrap();
        history.add(&continuation(&second, &third, false)).unwrap();
        let reached = |key: &LogKey| {
            let part = history.trusting(&key.verifier().unwrap()).unwrap();
            part.logs()
                .iter()
                .map(|log| log.origin().as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(reached(&first), ["site/a", "site/b"]);
        assert_eq!(reached(&second), ["site/a", "site/b"]);
        assert_eq!(reached(&third), ["site/c"]);
        assert_eq!(
            history.trusting(&key("site/a", 9).verifier().unwrap()),
            Err(HistoryError::UntrustedKey)
        );
    }

    #[test]
    fn a_checkpoint_needs_the_key_in_force_at_its_size() {
        let (first, second) = (key("site/a", 1), key("site/a", 2));
        let mut history = KeyHistory::of(first.verifier().unwrap());
        history.add(&rotation(&first, &second, 42)).unwrap();
        let keys = &history.logs()[0];
        let open = |size: u64, signers: &[&LogKey]| {
            let note = checkpoint(first.origin(), size).sign_with(signers).unwrap();
            Checkpoint::open_with(note.as_bytes(), keys).map(|checkpoint| checkpoint.size)
        };
        let refused = Err(CheckpointError::Note(NoteError::NotSigned));
        assert_eq!(open(0, &[&first]), Ok(0));
        assert_eq!(open(42, &[&first]), Ok(42));
        assert_eq!(open(43, &[&first, &second]), Ok(43));
        assert_eq!(open(43, &[&second]), Ok(43));
        assert_eq!(
            open(43, &[&first]),
            refused,
            "whoever stole the old key signs no longer log"
        );
        assert_eq!(open(42, &[&second]), refused);
        // Whoever knows the old key alone still reads what both signed.
        let both = checkpoint(first.origin(), 43).sign_with(&[&first, &second]).unwrap();
        assert!(Checkpoint::open(both.as_bytes(), &first.verifier().unwrap()).is_ok());
        assert!(Checkpoint::open(both.as_bytes(), &second.verifier().unwrap()).is_ok());
    }

    #[test]
    fn a_receipt_needs_a_key_that_still_signed_then() {
        let (first, second) = (key("site/a", 1), key("site/a", 2));
        let mut history = KeyHistory::of(first.verifier().unwrap());
        history.add(&rotation(&first, &second, 42)).unwrap();
        let keys = &history.logs()[0];
        let open = |at: &str, signer: &LogKey| {
            let receipt = Receipt::new(
                first.origin().clone(),
                uuid::Uuid::from_u128(1),
                [1; 32],
                [2; 32],
                at,
                [3; 32],
            );
            let note = receipt.unwrap().sign(signer).unwrap();
            Receipt::open_with(note.as_bytes(), keys).map(|_| ())
        };
        assert_eq!(open("2026-03-01T00:00:00Z", &first), Ok(()));
        assert_eq!(open("2026-04-01T00:00:00Z", &second), Ok(()));
        assert_eq!(open("2026-04-06T00:00:00Z", &second), Ok(()));
        assert_eq!(
            open("2026-04-05T00:00:00.001Z", &first),
            Err(ReceiptError::KeyOutOfForce)
        );
    }
}
