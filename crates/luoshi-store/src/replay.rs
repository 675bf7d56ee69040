//! Plays every event into an empty ledger and compares the outcome with what is stored (law 6): whoever changed a row behind the program's
//! back is found here, by table, row and column.
//!
//! It repairs nothing, and it does not look at the tree and the signatures of the log; the application does, with the same leaves.

use std::fmt;

use crate::{error::StoreError, snapshot::Snapshot};

/// Differences that are listed; a ledger that was changed in more places needs no longer list to be distrusted.
const MOST_DIFFERENCES: usize = 1_000;
/// Events between two reports of progress.
const PROGRESS_STEP: u64 = 256;

/// How a stored row disagrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// A row that has to be there is not.
    Missing,
    /// A row is there that nothing accounts for.
    Surplus,
    /// A column holds something else than follows from the events.
    Other,
    /// A row cannot be read: a column holds what its type cannot be, or a payload is not of its kind.
    Unreadable,
    /// Words are not those that the event committed to.
    NotCommittedWords,
    /// The leaf is not the commitment to the event: a column of the event was changed, or salt or entry of its leaf.
    NotCommittedEvent,
    /// Versions of a stream or places of the log have a gap.
    Gap,
    /// The event cannot follow what the events before it made.
    OutOfPlace,
}

impl DifferenceKind {
    /// The stable word of machine-readable output and of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            DifferenceKind::Missing => "missing",
            DifferenceKind::Surplus => "surplus",
            DifferenceKind::Other => "other",
            DifferenceKind::Unreadable => "unreadable",
            DifferenceKind::NotCommittedWords => "not-committed-words",
            DifferenceKind::NotCommittedEvent => "not-committed-event",
            DifferenceKind::Gap => "gap",
            DifferenceKind::OutOfPlace => "out-of-place",
        }
    }
}

/// A place where what is stored does not agree with the events. It never holds the values themselves, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The key of the row: its key columns joined by commas, ids in hexadecimal digits.
    pub key: String,
    /// The column; none where the row as a whole is meant.
    pub column: Option<String>,
    /// How it disagrees.
    pub kind: DifferenceKind,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}]", self.table, self.key)?;
        if let Some(column) = &self.column {
            write!(formatter, ".{column}")?;
        }
        write!(formatter, ": {}", self.kind.code())
    }
}

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayOutcome {
    /// Events played.
    pub events: u64,
    /// Rows of the state compared.
    pub rows: u64,
    /// Where something does not agree, at most a thousand places.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
}

impl ReplayOutcome {
    /// Whether everything agrees.
    pub fn is_clean(&self) -> bool {
        self.difference_count == 0
    }
}

pub(crate) fn replay(
    _snapshot: &Snapshot<'_>,
    _progress: &mut dyn FnMut(u64, u64),
) -> Result<ReplayOutcome, StoreError> {
    Err(StoreError::Unavailable)
}
