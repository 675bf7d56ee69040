//! A half-open range of a document's text. It does not hold the text itself.

use serde::{Deserialize, Serialize};

/// A half-open range `start..end` of Unicode scalar indexes into the normalised text of a [`Document`](crate::Document).
///
/// Scalar indexes, not bytes: every language that may read the contract counts them alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// Index of the first scalar inside the span.
    pub start: usize,
    /// Index of the first scalar after the span; never less than `start`.
    pub end: usize,
}

impl Span {
    /// The span `start..end`. An `end` before `start` is taken as an empty span at `start`.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// Number of scalars covered.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two spans share at least one scalar.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}
