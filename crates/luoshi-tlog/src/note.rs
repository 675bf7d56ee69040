//! Signed notes as checkpoints and receipts use them: one text, a line of each of the log's own keys, other lines ignored.
//!
//! Not for witness cosignatures: their verification has its own keys and rules.

use crate::key::{LogKey, VerifierKey};
use signed_note::{Note, Signer, Verifier, VerifierList};

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

pub(crate) fn sign_text(text: &str, keys: &[&LogKey]) -> Result<String, NoteError> {
    let mut note = Note::new(text.as_bytes(), &[])?;
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| *key as &dyn Signer).collect();
    note.add_sigs(&signers)?;
    text_of(note.to_bytes())
}

pub(crate) fn open_text(note: &[u8], key: &VerifierKey) -> Result<String, NoteError> {
    Ok(open_text_of(note, std::slice::from_ref(key))?.0)
}

/// The text, and for each key whether it signed. At least one of them did; a line of any of them that does not fit spoils the note.
pub(crate) fn open_text_of(note: &[u8], keys: &[VerifierKey]) -> Result<(String, Vec<bool>), NoteError> {
    let note = Note::from_bytes(note)?;
    let known = keys
        .iter()
        .map(|key| Box::new(key.standard().clone()) as Box<dyn Verifier>);
    let (fitting, _) = note.verify(&VerifierList::new(known.collect()))?;
    let signed = keys
        .iter()
        .map(|key| {
            let (name, id) = (key.standard().name(), key.standard().key_id());
            fitting.iter().any(|line| line.name() == name && line.id() == id)
        })
        .collect();
    Ok((text_of(note.text().to_vec())?, signed))
}

/// The text of a note whose signatures nobody has looked at.
pub(crate) fn unverified_text(note: &[u8]) -> Result<String, NoteError> {
    text_of(Note::from_bytes(note)?.text().to_vec())
}
