//! Source documents (来源文件) as the ledger knows them: a name, a hash and the normalised text that spans point into.
//!
//! The bytes are kept by hash elsewhere, and nothing here reads them.

use jiff::Timestamp;

use crate::{
    actor::ActorIdentity,
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::DocumentId,
};

/// A received document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDocument {
    /// Its id.
    pub id: DocumentId,
    /// Version of its stream.
    pub version: u64,
    /// Name of the uploaded file, or what the program called a pasted text.
    pub file_name: String,
    /// SHA-256 of the bytes as received, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes received.
    pub byte_count: u64,
    /// The normalised text.
    pub text: String,
    /// Who brought it.
    pub received_by: ActorIdentity,
    /// When.
    pub received_at: Timestamp,
}

impl SourceDocument {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        match (state, &recorded.event) {
            (None, Event::DocumentReceived(event)) => Ok(Self {
                id: event.document,
                version: recorded.envelope.version,
                file_name: event.file_name.body().to_owned(),
                sha256: event.sha256.clone(),
                byte_count: event.byte_count,
                text: event.text.body().to_owned(),
                received_by: recorded.envelope.actor,
                received_at: recorded.envelope.recorded_at,
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }
}
