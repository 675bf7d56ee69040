//! The parse contract: the JSON that `luoshi parse` prints, one object a file. A field of it is never renamed within its schema.
//!
//! It holds no rule: every value comes from [`luoshi_parse`]. Offsets count Unicode scalars of the normalised text, numbers are decimal
//! strings, dates are ISO 8601, and what is unknown is `null`.

use luoshi_parse::{Located, PartyDraft, TargetDraft, TaskDraft};
use luoshi_types::{Block, Comparator, Direction, Language, PartyRole, Place, Severity, Span, Strength};
use serde::{Deserialize, Serialize};

use crate::{Intake, hint, message};

/// The name and version of the contract.
pub const SCHEMA: &str = "luoshi.parse/1";

/// One parsed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// [`SCHEMA`].
    pub schema: String,
    /// The file and what it says about itself.
    pub document: ContractDocument,
    /// The sections in document order.
    pub sections: Vec<ContractSection>,
    /// The tasks in document order.
    pub tasks: Vec<ContractTask>,
    /// Numbers that are no targets.
    pub mentions: Vec<ContractMention>,
    /// Clauses that assign bodies to more than one task.
    pub inheritance: Vec<ContractInheritance>,
    /// A partition of the text.
    pub spans: Vec<ContractSpan>,
    /// The coverage proof in figures.
    pub coverage: ContractCoverage,
    /// Complaints, worded.
    pub diagnostics: Vec<ContractDiagnostic>,
}

/// The file and what it says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractDocument {
    /// The file's name.
    pub file: String,
    /// The document's title.
    pub title: Option<String>,
    /// The document's number.
    pub doc_no: Option<String>,
    /// Who signed it.
    pub issuer: Option<String>,
    /// The date it bears, or the date given where it bears none.
    pub date: Option<String>,
    /// Whom it is addressed to.
    pub addressees: Vec<String>,
    /// SHA-256 of the file's bytes.
    pub sha256: String,
    /// Scalars of the normalised text.
    pub chars: usize,
    /// The normalised text itself, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// A stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRange {
    /// Index of its first scalar.
    pub start: usize,
    /// Index after its last scalar.
    pub end: usize,
    /// The page or cell of the file that it begins in, where the format has pages or cells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSection {
    /// `s1`, `s2` …
    pub id: String,
    /// Its number as written.
    pub no: String,
    /// Its title.
    pub title: String,
    /// From its label to the end of its last task.
    #[serde(flatten)]
    pub range: ContractRange,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTask {
    /// `t1`, `t2` …
    pub id: String,
    /// Its label as written.
    pub label: String,
    /// What stands above it, outermost first, and its own label.
    pub path: Vec<String>,
    /// The id of its section.
    pub section: Option<String>,
    /// Its first sentence.
    pub title: String,
    /// From after its label to after its responsibility clause.
    #[serde(flatten)]
    pub range: ContractRange,
    /// The bodies, in the order in which they are named.
    pub parties: Vec<ContractParty>,
    /// Its sentences.
    pub measures: Vec<ContractRange>,
    /// What is to be reached.
    pub targets: Vec<ContractTarget>,
    /// By when.
    pub deadlines: Vec<ContractDeadline>,
    /// Whether it may be tracked.
    pub tracking: ContractTracking,
}

/// A body in a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractParty {
    /// The name as written.
    pub raw: String,
    /// The full name.
    pub name: String,
    /// Its part.
    pub role: PartyRole,
    /// Where the name stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// Whether a heading, a section line or a clause stated once assigns it.
    pub inherited: bool,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTarget {
    /// The number with its unit and a trailing comparator word.
    pub quantity_text: String,
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// The value with 万 and 亿 multiplied out.
    pub value: Option<String>,
    /// The upper end of a range.
    pub value_max: Option<String>,
    /// The unit without 万 and 亿.
    pub unit: Option<String>,
    /// How the value compares.
    pub comparator: Comparator,
    /// What is to happen to the measured thing.
    pub direction: Direction,
    /// The word of the promise.
    pub strength: Option<Strength>,
    /// What is measured.
    pub subject: Option<String>,
    /// What narrows the subject.
    pub qualifier: Option<String>,
    /// The rule that found it.
    pub rule: String,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractDeadline {
    /// The expression as written.
    pub text: String,
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// `by`, `start_by`, `during`, `continuous` or `stage`.
    pub kind: String,
    /// The last day of the period named.
    pub resolved: Option<String>,
    /// Whether a section line or a clause stated once sets it.
    pub inherited: bool,
}

/// Whether a task, or which clauses of it, stay outside the limits of scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTracking {
    /// `tracked` or `not_tracked`.
    pub state: String,
    /// Why it is not tracked.
    pub reason: Option<String>,
    /// Clauses left out of a tracked task.
    pub excluded: Vec<ContractExclusion>,
}

/// A clause outside the limits of scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractExclusion {
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// Why.
    pub reason: String,
}

/// A number that is no target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractMention {
    /// The number as written.
    pub text: String,
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// Why it is none.
    pub why: String,
}

/// A clause that assigns bodies to more than one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractInheritance {
    /// The clause as written.
    pub text: String,
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// The bodies that it assigns.
    pub parties: Vec<ContractParty>,
}

/// One part of the partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSpan {
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// What it is.
    pub kind: String,
}

/// The coverage proof in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractCoverage {
    /// Scalars of the text.
    pub total: usize,
    /// Scalars that lie in exactly one span.
    pub accounted: usize,
    /// Scalars that belong to no task.
    pub context: usize,
    /// What no rule settles.
    pub unresolved: Vec<ContractUnresolved>,
}

/// A stretch of text that no rule settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractUnresolved {
    /// Where it stands.
    #[serde(flatten)]
    pub range: ContractRange,
    /// What it could be.
    pub alternatives: Vec<String>,
}

/// A complaint, worded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractDiagnostic {
    /// Its stable code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub range: ContractRange,
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Contract {
    pub(crate) fn of(intake: &Intake, language: Language, with_text: bool) -> Self {
        let parsed = &intake.parsed;
        let metadata = &parsed.metadata;
        let places = Places::of(&intake.document.blocks);
        let text_of = |located: &Option<Located>| located.as_ref().map(|located| located.text.clone());
        Self {
            schema: SCHEMA.to_owned(),
            document: ContractDocument {
                file: intake.file_name.clone(),
                title: text_of(&metadata.title),
                doc_no: text_of(&metadata.document_number),
                issuer: text_of(&metadata.issuer),
                date: metadata.date.map(|date| date.to_string()),
                addressees: metadata
                    .addressees
                    .iter()
                    .map(|addressee| addressee.text.clone())
                    .collect(),
                sha256: intake.sha256.clone(),
                chars: parsed.coverage.total,
                text: with_text.then(|| intake.document.text.clone()),
            },
            sections: parsed
                .sections
                .iter()
                .map(|section| ContractSection {
                    id: section.id.clone(),
                    no: section.number.clone(),
                    title: section.title.clone(),
                    range: places.range(section.span),
                })
                .collect(),
            tasks: parsed.tasks.iter().map(|draft| task(draft, &places)).collect(),
            mentions: parsed
                .mentions
                .iter()
                .map(|mention| ContractMention {
                    text: mention.text.clone(),
                    range: places.range(mention.span),
                    why: mention.why.code().to_owned(),
                })
                .collect(),
            inheritance: parsed
                .inheritance
                .iter()
                .map(|inheritance| ContractInheritance {
                    text: inheritance.text.clone(),
                    range: places.range(inheritance.span),
                    parties: inheritance.parties.iter().map(|draft| party(draft, &places)).collect(),
                })
                .collect(),
            spans: parsed
                .spans
                .iter()
                .map(|part| ContractSpan {
                    range: places.range(part.span),
                    kind: part.kind.code().to_owned(),
                })
                .collect(),
            coverage: ContractCoverage {
                total: parsed.coverage.total,
                accounted: parsed.coverage.accounted,
                context: parsed.coverage.context,
                unresolved: parsed
                    .coverage
                    .unresolved
                    .iter()
                    .map(|unresolved| ContractUnresolved {
                        range: places.range(unresolved.span),
                        alternatives: unresolved.alternatives.iter().map(|&word| word.to_owned()).collect(),
                    })
                    .collect(),
            },
            diagnostics: parsed
                .diagnostics
                .iter()
                .map(|diagnostic| ContractDiagnostic {
                    code: diagnostic.code.code().to_owned(),
                    severity: diagnostic.severity,
                    range: places.range(diagnostic.span),
                    message: message(diagnostic, language),
                    hint: hint(diagnostic, language),
                })
                .collect(),
        }
    }

    /// The contract as indented JSON, without a line end behind it.
    pub fn to_json(&self) -> String {
        // Strings, integers and lists only: there is no value that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The contract as JSON on one line, for streams of many files.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The places of a document's blocks, which values are looked up in by where they begin.
struct Places<'d> {
    /// In the order of the text; empty where the format has neither pages nor cells, since a line is found without help.
    blocks: &'d [Block],
}

impl<'d> Places<'d> {
    fn of(blocks: &'d [Block]) -> Self {
        let is_known = blocks
            .iter()
            .any(|block| block.place.page.is_some() || block.place.cell.is_some());
        Self {
            blocks: if is_known { blocks } else { &[] },
        }
    }

    fn range(&self, span: Span) -> ContractRange {
        let behind = self.blocks.partition_point(|block| block.span.start <= span.start);
        ContractRange {
            start: span.start,
            end: span.end,
            place: behind.checked_sub(1).map(|at| self.blocks[at].place.clone()),
        }
    }
}

fn task(task: &TaskDraft, places: &Places<'_>) -> ContractTask {
    ContractTask {
        id: task.id.clone(),
        label: task.label.clone(),
        path: task.path.clone(),
        section: task.section.clone(),
        title: task.title.clone(),
        range: places.range(task.span),
        parties: task.parties.iter().map(|draft| party(draft, places)).collect(),
        measures: task.measures.iter().map(|&measure| places.range(measure)).collect(),
        targets: task.targets.iter().map(|draft| target(draft, places)).collect(),
        deadlines: task
            .deadlines
            .iter()
            .map(|deadline| ContractDeadline {
                text: deadline.text.clone(),
                range: places.range(deadline.span),
                kind: deadline.kind.code().to_owned(),
                resolved: deadline.resolved.map(|date| date.to_string()),
                inherited: deadline.inherited,
            })
            .collect(),
        tracking: ContractTracking {
            state: task.tracking.state.code().to_owned(),
            reason: task.tracking.reason.map(|reason| reason.code().to_owned()),
            excluded: task
                .tracking
                .excluded
                .iter()
                .map(|exclusion| ContractExclusion {
                    range: places.range(exclusion.span),
                    reason: exclusion.reason.code().to_owned(),
                })
                .collect(),
        },
    }
}

fn party(party: &PartyDraft, places: &Places<'_>) -> ContractParty {
    ContractParty {
        raw: party.raw.clone(),
        name: party.name.clone(),
        role: party.role,
        range: places.range(party.span),
        inherited: party.inherited,
    }
}

fn target(target: &TargetDraft, places: &Places<'_>) -> ContractTarget {
    ContractTarget {
        quantity_text: target.quantity_text.clone(),
        range: places.range(target.span),
        value: target.value.map(|value| value.to_string()),
        value_max: target.value_maximum.map(|value| value.to_string()),
        unit: target.unit.clone(),
        comparator: target.comparator,
        direction: target.direction,
        strength: target.strength,
        subject: target.subject.clone(),
        qualifier: target.qualifier.clone(),
        rule: target.rule.to_owned(),
    }
}
