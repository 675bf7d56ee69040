//! What somebody may ask the ledger to do. A command carries every id that its events will need; it decides nothing.

use jiff::{Timestamp, civil::Date};
use luoshi_types::Span;
use serde::Serialize;

use crate::{
    actor::Role,
    as_of::start_in_china,
    erasure::{ErasureGround, TextPlace, Tombstone},
    ids::{AccountId, DocumentId, ErasureId, EvidenceId, LogId, OrganisationId, PlanId, ReportId, SectionId, TaskId},
    log::IncidentCause,
    organisation::OrganisationKind,
    period::Period,
    report::{TargetValue, VerificationMethod},
    target::Target,
    task::{Party, Publication, Reporting, Source, TaskKind, Tracking},
};

/// A request to change the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// Enter a body.
    FoundOrganisation(FoundOrganisation),
    /// Give a person access.
    OpenAccount(OpenAccount),
    /// Take in a source document.
    ReceiveDocument(ReceiveDocument),
    /// Accept reviewed drafts as a plan (采纳).
    AdoptDrafts(AdoptDrafts),
    /// Add one task by hand (批示、会议交办).
    AddTask(AddTask),
    /// Issue a plan (印发).
    IssuePlan(IssuePlan),
    /// Name who reports on a task and by when.
    NameReporter(NameReporter),
    /// Open tasks to the public or withhold them.
    PublishTasks(PublishTasks),
    /// Hand in a report (报送).
    SubmitReport(SubmitReport),
    /// Approve a report of the own body (审核通过).
    ApproveReport(ApproveReport),
    /// Return a report with a reason (退回).
    ReturnReport(ReturnReport),
    /// Verify a report (核验).
    VerifyReport(VerifyReport),
    /// Let a new key take over in the transparency log (换钥).
    RotateLogKey(RotateLogKey),
    /// Begin a new log after an incident (续接).
    ContinueLog(ContinueLog),
    /// Ask that words or files be erased by law (提请清除).
    ProposeErasure(ProposeErasure),
    /// Agree to an erasure as the second person (复核清除).
    ConfirmErasure(ConfirmErasure),
    /// Decline or withdraw an erasure.
    DeclineErasure(DeclineErasure),
    /// Carry out an erasure again on a restored backup that had lost it.
    ReapplyErasure(Tombstone),
}

/// Let a new key take over in the transparency log. The keys are in their public text form and the statement is signed by both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotateLogKey {
    /// The log.
    pub log: LogId,
    /// Its name.
    pub origin: String,
    /// The key that signs now.
    pub previous_key: String,
    /// The new key.
    pub key: String,
    /// Until when the old key signs checkpoints as well.
    pub previous_until: Timestamp,
    /// The signed statement.
    pub statement: String,
}

/// Begin a new log after an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContinueLog {
    /// The new log.
    pub log: LogId,
    /// Its name.
    pub origin: String,
    /// Its key in the public text form.
    pub key: String,
    /// The log that ends.
    pub previous: LogId,
    /// The key that it had last.
    pub previous_key: String,
    /// Its last checkpoint, where it has one.
    pub checkpoint: Option<String>,
    /// How many leaves have their places.
    pub first_place: u64,
    /// Why it ends.
    pub cause: IncidentCause,
    /// The signed statement.
    pub statement: String,
    /// What happened, 1 to 20,000 characters.
    pub reason: String,
}

impl Command {
    /// When what is asked for becomes true, if it is recorded at `recorded_at`: then, unless the command names an earlier day, of which it
    /// is the first instant in China.
    pub fn effective_at(&self, recorded_at: Timestamp) -> Timestamp {
        let effective_on = match self {
            Command::IssuePlan(command) => command.effective_on,
            Command::NameReporter(command) => command.effective_on,
            _ => None,
        };
        effective_on.map_or(recorded_at, |day| start_in_china(day).min(recorded_at))
    }
}

/// Enter a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundOrganisation {
    /// Its id.
    pub organisation: OrganisationId,
    /// Full name, 1 to 100 characters.
    pub name: String,
    /// Short names that documents use for it.
    pub short_names: Vec<String>,
    /// What sort of body.
    pub kind: OrganisationKind,
}

/// Give a person access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenAccount {
    /// Its id.
    pub account: AccountId,
    /// 2 to 64 characters without white space; unique on the site, which the store holds.
    pub sign_in_name: String,
    /// 1 to 64 characters.
    pub display_name: String,
    /// At least one.
    pub roles: Vec<Role>,
    /// The body that the person acts for.
    pub organisation: OrganisationId,
}

/// Take in a source document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiveDocument {
    /// Its id.
    pub document: DocumentId,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// The normalised text.
    pub text: String,
}

/// A section to be adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSection {
    /// Its id.
    pub section: SectionId,
    /// Its number as written.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Where it stands in the document.
    pub span: Option<Span>,
}

/// A task to be brought into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewTask {
    /// Its id.
    pub task: TaskId,
    /// Its section.
    pub section: Option<SectionId>,
    /// Where it came from.
    pub kind: TaskKind,
    /// Its label as written.
    pub label: String,
    /// Its first sentence, 1 to 300 characters.
    pub title: String,
    /// The promise, verbatim; never empty.
    pub text: String,
    /// For a task added by hand: what it rests on.
    pub basis: Option<String>,
    /// Its passage in the document.
    pub source: Option<Source>,
    /// In the order of the document.
    pub parties: Vec<Party>,
    /// In the order of the text.
    pub targets: Vec<Target>,
    /// What counts as done where no number says so.
    pub deliverable: Option<String>,
    /// 完成时限.
    pub due: Option<Date>,
    /// Who gives an account of it.
    pub reporting: Reporting,
    /// Whether luoshi follows it.
    pub tracking: Tracking,
}

/// Accept reviewed drafts as a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdoptDrafts {
    /// Id of the plan.
    pub plan: PlanId,
    /// The reviewed document.
    pub document: Option<DocumentId>,
    /// Title of the plan, 1 to 200 characters.
    pub title: String,
    /// 文号.
    pub document_number: Option<String>,
    /// Who issued the document.
    pub issuer: Option<String>,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// The year that the plan is for, one of [`YEARS`](crate::plan::YEARS).
    pub year: i16,
    /// Day of the month by which reports are due, 1 to 31.
    pub report_day: u8,
    /// Bodies that the document names and the ledger does not know yet.
    pub organisations: Vec<FoundOrganisation>,
    /// Sections in order.
    pub sections: Vec<NewSection>,
    /// Tasks in order; at least one. They are numbered from 1.
    pub tasks: Vec<NewTask>,
}

/// Add one task by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddTask {
    /// The plan.
    pub plan: PlanId,
    /// 序号 for the task: one more than the greatest of the plan.
    pub number: u32,
    /// The task.
    pub task: NewTask,
}

/// Issue a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuePlan {
    /// The plan.
    pub plan: PlanId,
    /// Since which day it is in force, where that is not now: from the date of its document up to today. The ledger keeps both days.
    pub effective_on: Option<Date>,
}

/// Name who reports on a task and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameReporter {
    /// The task.
    pub task: TaskId,
    /// Who reports from now on.
    pub reporting: Reporting,
    /// 完成时限 from now on.
    pub due: Option<Date>,
    /// Since which day they report, where that is not now: from the date of the plan's document up to today. The ledger keeps both days.
    pub effective_on: Option<Date>,
}

/// Open tasks to the public or withhold them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishTasks {
    /// The plan that the tasks belong to.
    pub plan: PlanId,
    /// The tasks; at least one.
    pub tasks: Vec<TaskId>,
    /// Whether the public may read them from now on.
    pub publication: Publication,
}

/// Hand in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubmitReport {
    /// The task.
    pub task: TaskId,
    /// The reporting body.
    pub organisation: OrganisationId,
    /// The month.
    pub period: Period,
    /// Values reached, at most one a target of the task.
    pub values: Vec<TargetValue>,
    /// 完成率 in whole percent, 0 to 100.
    pub completion: Option<u8>,
    /// What was done; never empty.
    pub done: String,
    /// Problems; may be empty.
    pub problems: String,
    /// Help wanted; may be empty.
    pub help_wanted: String,
    /// Next step; may be empty.
    pub next_step: String,
    /// Files that were added to the draft or that the returned report carries, in order; commonly none.
    pub evidence: Vec<EvidenceId>,
}

/// Approve a report of the own body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApproveReport {
    /// The report.
    pub report: ReportId,
}

/// Return a report with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnReport {
    /// The report.
    pub report: ReportId,
    /// Why; never empty.
    pub reason: String,
}

/// Verify a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The report.
    pub report: ReportId,
    /// How it was verified.
    pub method: VerificationMethod,
    /// Values found, at most one a target of the task.
    pub values: Vec<TargetValue>,
    /// 完成率 found, 0 to 100.
    pub completion: Option<u8>,
    /// What was found, in words; may be empty.
    pub conclusion: String,
}

/// Ask that words or files be erased by law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposeErasure {
    /// Its id.
    pub erasure: ErasureId,
    /// On which ground.
    pub ground: ErasureGround,
    /// The texts; with the files at least one, at most [`MOST_ERASED`](crate::erasure::MOST_ERASED).
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files, 64 hexadecimal digits each.
    pub files: Vec<String>,
    /// Why, never empty, in words that do not repeat what is to go.
    pub explanation: String,
}

/// Agree to an erasure as the second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfirmErasure {
    /// The erasure.
    pub erasure: ErasureId,
}

/// Decline or withdraw an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclineErasure {
    /// The erasure.
    pub erasure: ErasureId,
    /// Why; never empty.
    pub reason: String,
}
