//! Read models: what pages and exports show, filled by queries. They carry no permission; whoever fills them has asked `policy`.
//!
//! The public has types of its own, which lack the fields that are never published, so that no page can show them by mistake.

use jiff::{Timestamp, civil::Date};
use luoshi_types::{PartyRole, Span};

use crate::{
    actor::{ActorIdentity, Role},
    event::EventKind,
    ids::{AccountId, DocumentId, EventId, EvidenceId, OrganisationId, PlanId, ReportId, SectionId, TaskId},
    light::{Colour, Light, Proof},
    organisation::OrganisationKind,
    period::Period,
    report::{Report, TargetValue},
    target::Target,
    task::{Publication, Task, TaskKind},
};

/// A body with its id, for lists and choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationSummary {
    /// Its id.
    pub id: OrganisationId,
    /// Full name.
    pub name: String,
    /// Short names that documents use for it.
    pub short_names: Vec<String>,
    /// What sort of body.
    pub kind: OrganisationKind,
}

impl OrganisationSummary {
    /// The name by which people call it: the shortest one that documents use.
    pub fn shortest_name(&self) -> &str {
        self.short_names
            .iter()
            .map(String::as_str)
            .chain([self.name.as_str()])
            .min_by_key(|name| name.chars().count())
            .unwrap_or(&self.name)
    }
}

/// The body that a name means: the one whose full name it is, else the first that documents call so.
pub fn organisation_named<'a>(organisations: &'a [OrganisationSummary], name: &str) -> Option<&'a OrganisationSummary> {
    let in_full = organisations.iter().find(|organisation| organisation.name == name);
    in_full.or_else(|| {
        organisations
            .iter()
            .find(|organisation| organisation.short_names.iter().any(|short_name| short_name == name))
    })
}

/// An account with the name of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSummary {
    /// Its id.
    pub id: AccountId,
    /// The name to sign in with.
    pub sign_in_name: String,
    /// The name that pages show.
    pub display_name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Its body.
    pub organisation: OrganisationId,
    /// Name of its body.
    pub organisation_name: String,
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSummary {
    /// Its id.
    pub id: PlanId,
    /// Its title.
    pub title: String,
    /// Its year.
    pub year: i16,
    /// Since when it is issued.
    pub issued_at: Option<Timestamp>,
    /// Number of its tasks.
    pub task_count: u32,
    /// Number of its tasks that the public may read.
    pub open_task_count: u32,
}

/// A source document in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSummary {
    /// Its id.
    pub id: DocumentId,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the bytes in hexadecimal digits.
    pub sha256: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// The plan that was adopted from it, if any.
    pub plan: Option<PlanId>,
}

/// Which rows of a ledger are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Only this section.
    pub section: Option<SectionId>,
    /// Only tasks that name this body or that it reports on.
    pub organisation: Option<OrganisationId>,
    /// Only tasks with this light.
    pub light: Option<Colour>,
    /// Only tasks that the public may read.
    pub only_open: bool,
    /// Only tasks that concern this body, which is the one that asks; none for whoever oversees.
    pub visible_to: Option<OrganisationId>,
    /// Only rows after this 序号 (keyset paging).
    pub after_number: Option<u32>,
    /// At most this many rows; none means all.
    pub limit: Option<u32>,
}

/// A named body in a ledger row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyView {
    /// Its part.
    pub role: PartyRole,
    /// The name as the document writes it.
    pub raw: String,
    /// The body that it was confirmed to be, with its full name.
    pub organisation: Option<(OrganisationId, String)>,
    /// Whether it was stated once for several tasks.
    pub inherited: bool,
}

impl PartyView {
    /// The full name of the body where it was confirmed, else the name as the document writes it.
    pub fn name(&self) -> &str {
        self.organisation
            .as_ref()
            .map_or(self.raw.as_str(), |(_, name)| name.as_str())
    }
}

/// One row of the ledger (台账).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The task.
    pub task: TaskId,
    /// Its plan.
    pub plan: PlanId,
    /// 序号.
    pub number: u32,
    /// 类别: number and title of the section; empty where there is none.
    pub section: String,
    /// Where the task came from.
    pub kind: TaskKind,
    /// Label as written.
    pub label: String,
    /// First sentence.
    pub title: String,
    /// 任务内容(原文).
    pub text: String,
    /// 目标值.
    pub targets: Vec<Target>,
    /// 完成标准.
    pub deliverable: Option<String>,
    /// 责任单位, 配合单位, 责任人, in the order of the document.
    pub parties: Vec<PartyView>,
    /// Bodies that report, with their names.
    pub reporters: Vec<(OrganisationId, String)>,
    /// 完成时限: its own, or the end of the plan's year.
    pub due: Date,
    /// The latest report that is not returned, for 当前进展, 存在问题, 下步打算 and 核验.
    pub latest: Option<Report>,
    /// 完成率 in whole percent: verified where it is, else reported.
    pub completion: Option<u8>,
    /// 亮灯.
    pub light: Light,
    /// Whether the public may read it.
    pub publication: Publication,
}

/// What the line of a task in a list depends on: while it stays the same, so do the words of the line, but for who reads and in which
/// language. Of the light it holds colour and proof alone, so a line must show neither its reason nor its day. What is erased by law changes
/// without a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineVersion {
    /// The task.
    pub task: TaskId,
    /// 序号.
    pub number: u32,
    /// The version of the task.
    pub task_version: u64,
    /// 亮灯.
    pub colour: Colour,
    /// How well that is proved.
    pub proof: Proof,
    /// The latest report that is not returned.
    pub latest: Option<LatestReport>,
}

/// The latest report on a task, in as far as a line depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LatestReport {
    /// The report.
    pub report: ReportId,
    /// The body that gave it.
    pub organisation: OrganisationId,
    /// The version of the report.
    pub version: u64,
}

/// How many rows have which light.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LightCounts {
    /// 红.
    pub red: u32,
    /// 黄.
    pub yellow: u32,
    /// 绿.
    pub green: u32,
    /// 未亮灯.
    pub grey: u32,
    /// 不跟踪.
    pub not_tracked: u32,
}

impl LightCounts {
    /// Each colour with its count, the ones that need somebody first.
    pub fn by_colour(&self) -> [(Colour, u32); 5] {
        [
            (Colour::Red, self.red),
            (Colour::Yellow, self.yellow),
            (Colour::Green, self.green),
            (Colour::Grey, self.grey),
            (Colour::NotTracked, self.not_tracked),
        ]
    }
}

/// One line of a task's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The event.
    pub event: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When it became true.
    pub effective_at: Timestamp,
    /// When the ledger came to know it.
    pub recorded_at: Timestamp,
    /// Who.
    pub actor: ActorIdentity,
    /// The name that pages show for them; empty for the console.
    pub actor_name: String,
    /// The body that they act for; empty for the console.
    pub actor_organisation: String,
    /// The report that it is about.
    pub report: Option<ReportId>,
    /// The month of that report.
    pub period: Option<Period>,
    /// Its place in the transparency log, once it has one.
    pub leaf_index: Option<u64>,
}

/// How far back the view of a task goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The task alone, without reports and history.
    Alone,
    /// The latest reports, as many as there are months in a year, each with its history.
    Latest,
    /// All of them.
    Whole,
}

impl Extent {
    /// How many reports at most.
    pub fn most_reports(self) -> u32 {
        match self {
            Extent::Alone => 0,
            Extent::Latest => 12,
            Extent::Whole => u32::MAX,
        }
    }
}

/// A task with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// The row that the ledger shows for it.
    pub row: LedgerRow,
    /// Title of its plan.
    pub plan_title: String,
    /// Whether its plan is issued.
    pub plan_issued: bool,
    /// Its reports that the reader may see, latest month first.
    pub reports: Vec<ReportView>,
    /// Its history and that of these reports, latest first.
    pub timeline: Vec<TimelineEntry>,
    /// Whether there are earlier reports than these, which are left out with their history.
    pub leaves_out: bool,
}

/// A report with the names that its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Name of the reporting body.
    pub organisation_name: String,
    /// Name of the person who submitted it last.
    pub submitted_by_name: String,
    /// 序号 of its task.
    pub task_number: u32,
    /// First sentence of its task.
    pub task_title: String,
    /// Targets of its task.
    pub targets: Vec<Target>,
    /// The plan of its task.
    pub plan: PlanId,
    /// Files of its evidence whose bytes are kept no longer, because the law had them destroyed.
    pub destroyed_evidence: Vec<EvidenceId>,
}

/// A report that is owed (待办 of a clerk, 未报清单 of the office).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The task.
    pub task: TaskId,
    /// 序号.
    pub number: u32,
    /// Its first sentence.
    pub title: String,
    /// The body that owes it.
    pub organisation: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// The month.
    pub period: Period,
    /// The day by which it is due.
    pub due: Date,
    /// The report where one was handed in: the stable word of its state. None: nothing was handed in.
    pub state: Option<&'static str>,
}

/// A passage of a document for the page that shows a task's source: the text around it and the passage itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The document.
    pub document: DocumentId,
    /// Name of the file.
    pub file_name: String,
    /// The whole normalised text.
    pub text: String,
    /// The passage.
    pub span: Span,
}

/// A plan as the public may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPlan {
    /// Its id.
    pub id: PlanId,
    /// Its title.
    pub title: String,
    /// Its year.
    pub year: i16,
    /// Who issued the document.
    pub issuer: Option<String>,
    /// 文号.
    pub document_number: Option<String>,
    /// Number of its tasks that are open.
    pub open_task_count: u32,
}

/// A task as the public may read it: promise, parties, targets, values. Narratives and problems have no field here, on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicTask {
    /// Its id.
    pub id: TaskId,
    /// Its plan.
    pub plan: PlanId,
    /// 序号.
    pub number: u32,
    /// Number and title of its section.
    pub section: String,
    /// Label as written.
    pub label: String,
    /// First sentence.
    pub title: String,
    /// The promise, verbatim.
    pub text: String,
    /// Named bodies.
    pub parties: Vec<PartyView>,
    /// Targets.
    pub targets: Vec<Target>,
    /// 完成标准.
    pub deliverable: Option<String>,
    /// 完成时限.
    pub due: Date,
    /// Its light, judged without figures that no head has approved.
    pub light: Light,
    /// Reported and verified values by month, latest first; two series, never one (law 12).
    pub values: Vec<PublicValues>,
    /// Reason code where the task is not tracked.
    pub not_tracked: Option<String>,
    /// Clauses of `text` that are not tracked, as spans of `text`, each with its reason code.
    pub excluded: Vec<(Span, String)>,
}

/// The figures of one report as the public may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicValues {
    /// The month.
    pub period: Period,
    /// Name of the reporting body.
    pub organisation_name: String,
    /// Values reported by the body.
    pub reported: Vec<TargetValue>,
    /// 完成率 reported by the body.
    pub reported_completion: Option<u8>,
    /// Values found by the verifier; none while it is not verified.
    pub verified: Option<Vec<TargetValue>>,
    /// 完成率 found by the verifier.
    pub verified_completion: Option<u8>,
    /// When it was submitted last.
    pub submitted_at: Timestamp,
}
