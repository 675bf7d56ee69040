//! The values that the reading half and the ledger half of luoshi both speak.
//!
//! What it is for: a position in a text ([`Span`]), a read document ([`Document`], [`Block`], [`Place`]),
//! a complaint about it ([`Diagnostic`]), a quantity ([`Decimal`], [`Comparator`], [`Direction`], [`Strength`]),
//! the role of a body in a task ([`PartyRole`]) and the language of a screen ([`Language`]).
//!
//! What it is not for: reading bytes, finding tasks, keeping a ledger, wording a message. It touches no IO, no clock
//! and no other crate of the house.

mod decimal;
mod diagnostic;
mod document;
mod language;
mod party;
mod span;
mod target;

pub use decimal::{Decimal, ParseDecimalError};
pub use diagnostic::{Diagnostic, DiagnosticCode, Severity};
pub use document::{Block, BlockKind, Document, DocumentKind, Place, SourceFormat};
pub use language::Language;
pub use party::PartyRole;
pub use span::Span;
pub use target::{Comparator, Direction, Strength};
