//! Evidence (佐证材料): files that a reporter adds to a report because they want to. Nothing asks for them.
//!
//! Here a file is a name, a hash, a size and a media type. Its bytes are kept elsewhere, and nothing here reads them.

use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorIdentity,
    ids::{EvidenceId, OrganisationId, ReportId},
    text::{HoldsTexts, Text},
};

/// The most files that a report can carry. Whoever verifies carries the burden of proof; a reporter is not to be asked for albums.
pub const MOST_EVIDENCE: usize = 20;
/// The largest file that a report can carry, in bytes.
pub const LARGEST_EVIDENCE: u64 = 50 * 1024 * 1024;
/// The longest name of a file, in characters.
pub const LONGEST_EVIDENCE_NAME: usize = 150;

/// One file of a report, as its event records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// Its id; a file that a report keeps when it is handed in again keeps it too.
    pub evidence: EvidenceId,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// What sort of file it is, as found in its bytes (`application/pdf`).
    pub media_type: String,
    /// Its name. People write in it what they like, so it is no part of the payload.
    pub name: Text,
}

impl HoldsTexts for EvidenceRecord {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.name.visit_texts(visit);
    }
}

/// One file of a report, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// What sort of file it is.
    pub media_type: String,
    /// Its name; empty where it was erased.
    pub name: String,
}

impl From<&EvidenceRecord> for Evidence {
    fn from(record: &EvidenceRecord) -> Self {
        Self {
            id: record.evidence,
            sha256: record.sha256.clone(),
            byte_count: record.byte_count,
            media_type: record.media_type.clone(),
            name: record.name.body().to_owned(),
        }
    }
}

/// A file whose bytes are kept, and that somebody may hand in with one certain report. Several authors may have the same one in their
/// drafts, each under a name of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedEvidence {
    /// The file.
    pub evidence: Evidence,
    /// The report that it was added to.
    pub report: ReportId,
    /// The body that keeps it.
    pub organisation: OrganisationId,
    /// Whose draft it stands in; none where the report was handed in with it before.
    pub author: Option<ActorIdentity>,
}
