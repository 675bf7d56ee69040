//! Signed notes as checkpoints and receipts use them: one text, one line of the log's own key, other lines ignored.
//!
//! Not for witness cosignatures: their verification has its own keys and rules.

use crate::key::{LogKey, VerifierKey};
use signed_note::{Note, VerifierList};

/// Why a signed note was not made or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes have not the form of a signed note.
    #[error("this is not a signed note")]
    Malformed,
    /// No line of the expected key stands below the text.
    #[error("the note carries no signature of the expected key")]
    NotSigned,
    /// A line of the expected key stands below the text and does not fit it: the text or the line was changed.
    #[error("the signature of the expected key does not fit the text")]
    SignatureDoesNotFit,
}

impl From<signed_note::NoteError> for NoteError {
    fn from(error: signed_note::NoteError) -> Self {
        match error {
            signed_note::NoteError::InvalidSignature { .. } => Self::SignatureDoesNotFit,
            signed_note::NoteError::UnverifiedNote => Self::NotSigned,
            _ => Self::Malformed,
        }
    }
}

fn text_of(bytes: Vec<u8>) -> Result<String, NoteError> {
    String::from_utf8(bytes).map_err(|_| NoteError::Malformed)
}

pub(crate) fn sign_text(text: &str, key: &LogKey) -> Result<String, NoteError> {
    let mut note = Note::new(text.as_bytes(), &[])?;
    note.add_sigs(&[key])?;
    text_of(note.to_bytes())
}

pub(crate) fn open_text(note: &[u8], key: &VerifierKey) -> Result<String, NoteError> {
    let note = Note::from_bytes(note)?;
    note.verify(&VerifierList::new(vec![Box::new(key.standard().clone())]))?;
    text_of(note.text().to_vec())
}
