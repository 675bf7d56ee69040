//! From a read document to an outline, tasks, bodies, targets and deadlines, by rules and word tables.
//!
//! What it is for: [`parse`] takes a [`luoshi_types::Document`] and delivers a [`Parsed`]: drafts, a partition of the text,
//! and diagnostics. It never fails.
//!
//! What it is not for: reading files, wording messages, deciding what becomes a task of the ledger. It touches no IO and
//! no clock; the date is an argument.

mod model;

pub use model::{
    Coverage, DeadlineDraft, DeadlineKind, Exclusion, Inheritance, Located, Mention, MentionReason, Metadata,
    ParseSettings, Parsed, PartyDraft, ScopeReason, Section, SpanKind, TargetDraft, TaskDraft, TextSpan, TraceEntry,
    TrackingDraft, TrackingState, Unresolved,
};

/// Reads `document`.
pub fn parse(document: &luoshi_types::Document, settings: &ParseSettings) -> Parsed {
    let _ = (document, settings);
    Parsed::default()
}
