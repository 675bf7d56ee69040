//! From the bytes of a file to the parse contract: read, parse, and the forms in which people and programs take the result.
//!
//! What it is for: [`intake`] reads and parses a file; [`Intake::contract`] is the JSON of `luoshi parse`, [`ledger_sheet`] the table,
//! [`explain`] the rules behind one task, [`compare`] what became of the tasks of one document in another, [`Counting`] counts over many,
//! [`message`] and [`hint`] the wording of a complaint. It is what a researcher uses without the
//! platform.
//!
//! What it is not for: keeping a ledger, deciding what becomes a task. It touches no database, no network and no clock, and opens no
//! file: bytes and dates are arguments.
//!
//! # Examples
//!
//! ```
//! use luoshi_intake::{IntakeSettings, intake};
//! use luoshi_types::Language;
//!
//! let text = "一、农业\n（一）抓好春耕。粮食面积稳定在100万亩以上。（责任单位：农业农村局）\n";
//! let found = intake(text.as_bytes(), "plan.txt", &IntakeSettings::default());
//! let contract = found.contract(Language::English, false);
//! assert_eq!(contract.tasks[0].parties[0].name, "农业农村局");
//! assert_eq!(contract.tasks[0].targets[0].value.as_deref(), Some("1000000"));
//! assert!(contract.to_json().starts_with("{\n  \"schema\": \"luoshi.parse/1\""));
//!
//! // Next year's text of the same task promises less.
//! let later = text.replace("100万亩", "98万亩");
//! let changes = luoshi_intake::compare(&found, &intake(later.as_bytes(), "next.txt", &IntakeSettings::default()));
//! assert_eq!(changes.count(luoshi_intake::ChangeKind::TargetLowered), 1);
//! ```

mod comparison_page;
mod contract;
mod diff;
mod explain;
mod intake;
mod schema;
mod sheet;
mod stats;
mod wording;

pub use comparison_page::{change_kind, comparison_lines, comparison_page};
pub use contract::{
    Contract, ContractCoverage, ContractDeadline, ContractDiagnostic, ContractDocument, ContractExclusion,
    ContractInheritance, ContractMention, ContractParty, ContractRange, ContractSection, ContractSpan, ContractTarget,
    ContractTask, ContractTracking, ContractUnresolved, SCHEMA,
};
pub use diff::{CarriedTask, Change, ChangeKind, ComparedDocument, ComparedTask, Comparison, compare};
pub use explain::{ExplainLine, Segment, SegmentStyle, explain};
pub use intake::{Intake, IntakeSettings, intake};
/// The parser's own values, for those who want more than the contract.
pub use luoshi_parse as parse;
/// The reader's limits, which [`IntakeSettings`] takes.
pub use luoshi_reader::Limits;
pub use schema::contract_schema;
pub use sheet::ledger_sheet;
pub use stats::{BodyCount, Counting, MonthCount, Statistics};
pub use wording::{hint, mention_reason, message, role, scope_reason, span_kind};
