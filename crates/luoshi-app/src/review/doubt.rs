//! What a person should look at first in a task under review.
//!
//! Complaints about the document as a whole are diagnostics of reader and parser, and stay with the review.

use serde::{Deserialize, Serialize};

use super::ReviewTask;

/// Why a person should look at a task first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No body is named.
    NoParty,
    /// Only a class of bodies is named, so nobody owes a report.
    NobodyReports,
    /// A part of it could be read in more than one way.
    Unresolved,
    /// Its number is borne by another task as well.
    DuplicateNumber,
    /// A target does not say what it measures.
    TargetWithoutSubject,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Doubt; 5] = [
        Doubt::NoParty,
        Doubt::NobodyReports,
        Doubt::Unresolved,
        Doubt::DuplicateNumber,
        Doubt::TargetWithoutSubject,
    ];

    /// The key of its wording in the locale files.
    pub fn code(self) -> &'static str {
        match self {
            Doubt::NoParty => "no-party",
            Doubt::NobodyReports => "nobody-reports",
            Doubt::Unresolved => "unresolved",
            Doubt::DuplicateNumber => "duplicate-number",
            Doubt::TargetWithoutSubject => "target-without-subject",
        }
    }
}

/// The doubts that follow from what a task says now; the others were found in the document and last as long as the review.
pub(super) fn doubts(task: &ReviewTask) -> Vec<Doubt> {
    if task.tracking.not_tracked.is_some() {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    if task.parties.is_empty() {
        doubts.push(Doubt::NoParty);
    } else if task.reporters.is_empty() {
        doubts.push(Doubt::NobodyReports);
    }
    if task.targets.iter().any(|target| target.subject.is_empty()) {
        doubts.push(Doubt::TargetWithoutSubject);
    }
    doubts
}
