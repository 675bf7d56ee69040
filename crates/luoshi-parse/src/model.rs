//! What a parse delivers: drafts and spans, as plain values.
//!
//! It does not find anything and does not serialise itself: `luoshi-intake` turns these values into the parse contract.
//! Every [`Span`] counts Unicode scalars of [`luoshi_types::Document::text`].

use std::sync::Arc;

use jiff::civil::Date;
use luoshi_types::{Comparator, Decimal, Diagnostic, Direction, DocumentKind, PartyRole, Span, Strength};

use crate::organisations::Registry;

/// What the caller knows and the document may not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParseSettings {
    /// The date of the document, used where its text states none.
    pub date: Option<Date>,
    /// The year that a bare “年底前” means, used where the text states none. Without it the year of [`ParseSettings::date`] is taken.
    pub year: Option<i16>,
    /// Whether to record every rule that fired in [`Parsed::trace`].
    pub trace: bool,
    /// The bodies that names are resolved with; those that are shipped with the program where a site has none of its own.
    pub organisations: Option<Arc<Registry>>,
}

/// Everything that was read from one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Title, number, issuer, date, addressees.
    pub metadata: Metadata,
    /// The sections in document order.
    pub sections: Vec<Section>,
    /// The tasks in document order.
    pub tasks: Vec<TaskDraft>,
    /// Numbers that are no targets, each with the reason.
    pub mentions: Vec<Mention>,
    /// Clauses that assign bodies to more than one task.
    pub inheritance: Vec<Inheritance>,
    /// A partition of the text: without gap, without overlap, from 0 to the number of scalars.
    pub spans: Vec<TextSpan>,
    /// The coverage proof that sums up `spans`.
    pub coverage: Coverage,
    /// Complaints of the reader, then of the parser, in document order.
    pub diagnostics: Vec<Diagnostic>,
    /// The rules that fired, in document order; empty unless [`ParseSettings::trace`] asks for it.
    pub trace: Vec<TraceEntry>,
}

/// What the document says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its title, where it has one. The parts of a title that is split over lines are joined.
    pub title: Option<Located>,
    /// Its number, such as 〔2024〕12号 with the issuing office's word before it.
    pub document_number: Option<Located>,
    /// Who signed it.
    pub issuer: Option<Located>,
    /// The date it bears; from the settings where the text states none.
    pub date: Option<Date>,
    /// The year that bare deadlines are resolved in: the document's own, else that of the settings.
    pub year: Option<i16>,
    /// Whom it is addressed to, in order.
    pub addressees: Vec<Located>,
    /// What the document is to the ledger.
    pub kind: Option<DocumentKind>,
}

/// A text with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text; equal to the document's text at `span` except that line breaks inside a title are left out.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A section (部分) of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `s1`, `s2` … in document order.
    pub id: String,
    /// Its number as written, without the mark after it: `一`.
    pub number: String,
    /// Its label as written: `一、`.
    pub label: String,
    /// Its title without the label.
    pub title: String,
    /// Where the title stands, without the label.
    pub title_span: Span,
    /// From its label to the end of its last task.
    pub span: Span,
}

/// A task as the document states it. It becomes a task of the ledger only by a person's command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// `t1`, `t2` … in document order.
    pub id: String,
    /// Its label as written (`（一）`, `12.`); empty for a task without a number.
    pub label: String,
    /// The labels and titles above it, outermost first, and its own label last.
    pub path: Vec<String>,
    /// The id of the section it stands in.
    pub section: Option<String>,
    /// Its first sentence, without the final mark.
    pub title: String,
    /// Where the title stands.
    pub title_span: Span,
    /// From after its label to after its responsibility clause.
    pub span: Span,
    /// The clauses that name its bodies, brackets and labels included.
    pub responsibility: Vec<Span>,
    /// The bodies, in the order in which they are named; inherited ones last.
    pub parties: Vec<PartyDraft>,
    /// Its sentences after the title.
    pub measures: Vec<Span>,
    /// What is to be reached.
    pub targets: Vec<TargetDraft>,
    /// By when.
    pub deadlines: Vec<DeadlineDraft>,
    /// Whether it may be tracked.
    pub tracking: TrackingDraft,
}

/// One body in one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyDraft {
    /// The name as written, nested brackets included, without trailing words such as 等.
    pub raw: String,
    /// The full name; as written where no word table knows it.
    pub name: String,
    /// Its part in the task.
    pub role: PartyRole,
    /// Where the name stands.
    pub span: Span,
    /// Whether it comes from a heading, a section line or a clause stated once.
    pub inherited: bool,
    /// The rule that found it.
    pub rule: &'static str,
}

/// A target: a quantity or a checkable state that the task promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetDraft {
    /// The number with its unit and a trailing comparator word.
    pub quantity_text: String,
    /// Where `quantity_text` stands.
    pub span: Span,
    /// The value with 万 and 亿 multiplied out; absent for a result without a number (全覆盖).
    pub value: Option<Decimal>,
    /// The upper end of a range.
    pub value_maximum: Option<Decimal>,
    /// The unit without 万 and 亿; absent where the text has none.
    pub unit: Option<String>,
    /// How the value compares.
    pub comparator: Comparator,
    /// What is to happen to the measured thing.
    pub direction: Direction,
    /// The promise's own word; absent where the text has none.
    pub strength: Option<Strength>,
    /// What is counted or measured, as far as a rule tells.
    pub subject: Option<String>,
    /// What narrows the subject (超千亿元).
    pub qualifier: Option<String>,
    /// The rule that found it.
    pub rule: &'static str,
}

/// A date or period by which, from which or during which something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineDraft {
    /// The expression as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// How it binds.
    pub kind: DeadlineKind,
    /// The last day of the period named; absent for continuous work and where the document states no year.
    pub resolved: Option<Date>,
    /// Whether it comes from a sentence that states it once for every task without a time of its own.
    pub inherited: bool,
    /// The rule that found it.
    pub rule: &'static str,
}

/// How a deadline binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadlineKind {
    /// 底前, 前: done by then.
    By,
    /// 底前开工: begun by then.
    StartBy,
    /// 期间, 上半年: within the period.
    During,
    /// 持续推进, 长期: no end.
    Continuous,
    /// One of several stages of the same task.
    Stage,
}

impl DeadlineKind {
    /// Every kind.
    pub const ALL: [DeadlineKind; 5] = [
        DeadlineKind::By,
        DeadlineKind::StartBy,
        DeadlineKind::During,
        DeadlineKind::Continuous,
        DeadlineKind::Stage,
    ];

    /// The stable word of the parse contract.
    pub fn code(self) -> &'static str {
        match self {
            DeadlineKind::By => "by",
            DeadlineKind::StartBy => "start_by",
            DeadlineKind::During => "during",
            DeadlineKind::Continuous => "continuous",
            DeadlineKind::Stage => "stage",
        }
    }
}

/// Whether a task, or which clauses of it, stay outside the limits of scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrackingDraft {
    /// The task as a whole.
    pub state: TrackingState,
    /// Why it is not tracked; present exactly when `state` is [`TrackingState::NotTracked`].
    pub reason: Option<ScopeReason>,
    /// Clauses that are left out of an otherwise tracked task.
    pub excluded: Vec<Exclusion>,
}

/// Whether a task is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrackingState {
    /// It may be assigned, reported on and verified.
    #[default]
    Tracked,
    /// It stays in the document, in the coverage proof and in the public text, and nothing else is done with it.
    NotTracked,
}

impl TrackingState {
    /// The stable word of the parse contract.
    pub fn code(self) -> &'static str {
        match self {
            TrackingState::Tracked => "tracked",
            TrackingState::NotTracked => "not_tracked",
        }
    }
}

/// One clause outside the limits of scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusion {
    /// The clause.
    pub span: Span,
    /// Why.
    pub reason: ScopeReason,
}

/// Why a matter is outside the limits of scope. The terms behind each reason stand in the scope policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeReason {
    /// Policing and “stability” campaigns.
    Policing,
    /// Control of what people say and read, on the network or off it.
    SpeechControl,
    /// Births and population control.
    PopulationControl,
    /// Religious affairs and belief.
    ReligiousAffairs,
    /// Ethnic groups, identity and loyalty.
    IdentityAndEthnicity,
    /// Organised labour transfer.
    LabourTransfer,
    /// Residence, movement and the watching of persons.
    ResidenceAndWatching,
}

impl ScopeReason {
    /// Every reason.
    pub const ALL: [ScopeReason; 7] = [
        ScopeReason::Policing,
        ScopeReason::SpeechControl,
        ScopeReason::PopulationControl,
        ScopeReason::ReligiousAffairs,
        ScopeReason::IdentityAndEthnicity,
        ScopeReason::LabourTransfer,
        ScopeReason::ResidenceAndWatching,
    ];

    /// The stable word of the policy file and of the parse contract.
    pub fn code(self) -> &'static str {
        match self {
            ScopeReason::Policing => "policing",
            ScopeReason::SpeechControl => "speech-control",
            ScopeReason::PopulationControl => "population-control",
            ScopeReason::ReligiousAffairs => "religious-affairs",
            ScopeReason::IdentityAndEthnicity => "identity-and-ethnicity",
            ScopeReason::LabourTransfer => "labour-transfer",
            ScopeReason::ResidenceAndWatching => "residence-and-watching",
        }
    }

    /// The reason that a stable word names.
    pub fn from_code(code: &str) -> Option<ScopeReason> {
        ScopeReason::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A number, or an expression with one, that is no target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The number with its unit as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Why it is no target.
    pub why: MentionReason,
    /// The id of the task in which it stands.
    pub task: Option<String>,
    /// The rule that decided.
    pub rule: &'static str,
}

/// Why a number is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionReason {
    /// 第三届, 一号线.
    Ordinal,
    /// “十二五”, 千亿元行动计划: part of a name.
    ProgrammeName,
    /// 8个超千亿元产业: it narrows the thing that is counted.
    Threshold,
    /// ±800千伏: a technical property.
    Specification,
    /// 0-14周岁.
    Age,
    /// 按80%收取, 最高奖励300万元: a rate, price, subsidy or fine.
    RateOrSubsidy,
    /// 5个工作日内: how long a procedure takes.
    ProcedureDuration,
    /// 〔2022〕65号, a telephone or room number.
    Identifier,
    /// A date, or a year that names a plan.
    Date,
    /// 同比增长5%, 已完成: what was, not what is to be.
    ActualValue,
    /// 用足12个重点产业政策: it describes something that exists already.
    ExistingThing,
    /// 三大工程, 五个认同: a fixed phrase with a small Chinese number.
    FixedPhrase,
    /// A number that no rule gives a unit to.
    NoUnit,
    /// It stands in a task or clause outside the limits of scope.
    OutOfScope,
}

impl MentionReason {
    /// Every reason.
    pub const ALL: [MentionReason; 14] = [
        MentionReason::Ordinal,
        MentionReason::ProgrammeName,
        MentionReason::Threshold,
        MentionReason::Specification,
        MentionReason::Age,
        MentionReason::RateOrSubsidy,
        MentionReason::ProcedureDuration,
        MentionReason::Identifier,
        MentionReason::Date,
        MentionReason::ActualValue,
        MentionReason::ExistingThing,
        MentionReason::FixedPhrase,
        MentionReason::NoUnit,
        MentionReason::OutOfScope,
    ];

    /// The stable word of the parse contract, which is also the key of its text in the locale files.
    pub fn code(self) -> &'static str {
        match self {
            MentionReason::Ordinal => "ordinal",
            MentionReason::ProgrammeName => "programme-name",
            MentionReason::Threshold => "threshold",
            MentionReason::Specification => "specification",
            MentionReason::Age => "age",
            MentionReason::RateOrSubsidy => "rate-or-subsidy",
            MentionReason::ProcedureDuration => "procedure-duration",
            MentionReason::Identifier => "identifier",
            MentionReason::Date => "date",
            MentionReason::ActualValue => "actual-value",
            MentionReason::ExistingThing => "existing-thing",
            MentionReason::FixedPhrase => "fixed-phrase",
            MentionReason::NoUnit => "no-unit",
            MentionReason::OutOfScope => "out-of-scope",
        }
    }
}

/// A clause that assigns bodies to more than one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inheritance {
    /// The clause as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// The bodies that it assigns.
    pub parties: Vec<PartyDraft>,
}

/// One part of the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSpan {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: SpanKind,
}

/// What a part of the text is to the outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanKind {
    /// White space and line ends between the other parts.
    Blank,
    /// The document's title.
    Title,
    /// The document's number.
    DocumentNumber,
    /// Whom it is addressed to.
    Addressees,
    /// Text before the first section or task that is none of the other kinds.
    Preamble,
    /// The label of a section or of a heading below it.
    SectionLabel,
    /// The title of a section or of a heading below it.
    SectionTitle,
    /// The label of a task.
    TaskLabel,
    /// The first sentence of a task.
    TaskTitle,
    /// A sentence of a task.
    Measure,
    /// A clause that names responsible bodies.
    Responsibility,
    /// A line that states deadlines only.
    Deadline,
    /// Text between or after the tasks that belongs to none.
    Context,
    /// Text after the last task.
    Closing,
    /// Issuer and date at the end.
    Signature,
    /// Text that could be read in more than one way; it stands in [`Coverage::unresolved`] too.
    Unresolved,
}

impl SpanKind {
    /// Every kind.
    pub const ALL: [SpanKind; 16] = [
        SpanKind::Blank,
        SpanKind::Title,
        SpanKind::DocumentNumber,
        SpanKind::Addressees,
        SpanKind::Preamble,
        SpanKind::SectionLabel,
        SpanKind::SectionTitle,
        SpanKind::TaskLabel,
        SpanKind::TaskTitle,
        SpanKind::Measure,
        SpanKind::Responsibility,
        SpanKind::Deadline,
        SpanKind::Context,
        SpanKind::Closing,
        SpanKind::Signature,
        SpanKind::Unresolved,
    ];

    /// The stable word of the parse contract.
    pub fn code(self) -> &'static str {
        match self {
            SpanKind::Blank => "blank",
            SpanKind::Title => "title",
            SpanKind::DocumentNumber => "document_number",
            SpanKind::Addressees => "addressees",
            SpanKind::Preamble => "preamble",
            SpanKind::SectionLabel => "section_label",
            SpanKind::SectionTitle => "section_title",
            SpanKind::TaskLabel => "task_label",
            SpanKind::TaskTitle => "task_title",
            SpanKind::Measure => "measure",
            SpanKind::Responsibility => "responsibility",
            SpanKind::Deadline => "deadline",
            SpanKind::Context => "context",
            SpanKind::Closing => "closing",
            SpanKind::Signature => "signature",
            SpanKind::Unresolved => "unresolved",
        }
    }
}

/// The coverage proof in figures, all in scalars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Scalars of the text.
    pub total: usize,
    /// Scalars that lie in exactly one span; equal to `total` as long as the program is right.
    pub accounted: usize,
    /// Scalars that were read and belong to no task: preamble, context and closing.
    pub context: usize,
    /// What could be read in more than one way.
    pub unresolved: Vec<Unresolved>,
}

/// A stretch of text that no rule settles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// Where it stands.
    pub span: Span,
    /// What it could be, in stable words of [`SpanKind::code`] or rule codes.
    pub alternatives: Vec<&'static str>,
}

/// One firing of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEntry {
    /// The rule's code; [`crate::rule_by_code`] finds its manual page.
    pub rule: &'static str,
    /// What it took.
    pub span: Span,
    /// Index into [`Parsed::tasks`] of the task in which it fired.
    pub task: Option<usize>,
    /// What it made of it, in a few words (`>= 8 %`).
    pub result: String,
}
