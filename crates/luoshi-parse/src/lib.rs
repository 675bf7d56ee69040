//! From a read document to an outline, tasks, bodies, targets and deadlines, by rules and word tables.
//!
//! What it is for: [`parse`] takes a [`luoshi_types::Document`] and delivers a [`Parsed`]: drafts, a partition of the text,
//! and diagnostics. It never fails. [`RULES`] are the rules with their manual pages.
//!
//! What it is not for: reading files, wording messages, deciding what becomes a task of the ledger. It does not touch IO or
//! a clock; the date is an argument.
//!
//! # Rooms
//!
//! `scan` goes once over the bytes and finds lines, brackets and labels; `parties` reads the clauses that name bodies; `organisations` says what a
//! name means at the document's date; `outline` decides
//! which labels open sections and tasks; `measures`, `targets`, `deadlines` and `scope` read the sentences of a task; `coverage` lays the
//! partition; `pipeline` holds the order. Each decision that a reader of a document could dispute is a rule in `rules/`, and each list
//! of words is a file in `words/`.

mod coverage;
mod deadlines;
mod measures;
mod model;
mod numeral;
pub mod organisations;
mod outline;
mod parties;
mod pipeline;
mod rules;
mod scan;
mod scope;
mod targets;
mod text;
mod trace;
mod words;

pub use model::{
    Coverage, DeadlineDraft, DeadlineKind, Exclusion, Inheritance, Located, Mention, MentionReason, Metadata,
    ParseSettings, Parsed, PartyDraft, ScopeReason, Section, SpanKind, TargetDraft, TaskDraft, TextSpan, TraceEntry,
    TrackingDraft, TrackingState, Unresolved,
};
pub use pipeline::parse;
pub use rules::{RULES, Rule, rule_by_code};
pub use scope::{SCOPE_POLICY, SCOPE_POLICY_VERSION};
