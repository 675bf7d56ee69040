//! Tasks (任务): what was promised, by whom, until when, and whether luoshi follows it.
//!
//! Reports have a room and a stream of their own; the promise's text is never edited here.

use jiff::{Timestamp, civil::Date};
use luoshi_types::{PartyRole, Span};
use serde::{Deserialize, Serialize};

use crate::{
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::{DocumentId, OrganisationId, PlanId, SectionId, TaskId},
    target::Target,
    text::{HoldsTexts, Text},
};

/// Where a task came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// 报告任务: broken down from the work report.
    ReportTask,
    /// 会议交办: decided by a meeting.
    MeetingDecision,
    /// 领导批示: a leader's instruction.
    LeaderInstruction,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [TaskKind; 3] = [
        TaskKind::ReportTask,
        TaskKind::MeetingDecision,
        TaskKind::LeaderInstruction,
    ];

    /// The stable word of rows, form fields and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            TaskKind::ReportTask => "report_task",
            TaskKind::MeetingDecision => "meeting_decision",
            TaskKind::LeaderInstruction => "leader_instruction",
        }
    }

    /// The kind that a stable word names.
    pub fn from_code(code: &str) -> Option<TaskKind> {
        TaskKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A body that a task names, and its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its part.
    pub role: PartyRole,
    /// The name as the document writes it.
    pub raw: String,
    /// The body that a person confirmed it to be; none for a generic class (各地、各部门) and for persons.
    pub organisation: Option<OrganisationId>,
    /// Where the name stands in the source document.
    pub span: Option<Span>,
    /// Whether it was stated once for several tasks rather than in this one.
    pub inherited: bool,
}

/// A clause of a task that is outside the limits of scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedClause {
    /// Where the clause stands in the source document.
    pub span: Span,
    /// The reason code of the scope policy.
    pub reason: String,
}

/// Whether luoshi follows a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Tracking {
    /// It is followed, except for the clauses listed.
    Tracked {
        /// Clauses that stay in the text and are not followed.
        excluded: Vec<ExcludedClause>,
    },
    /// It stays in the document and in the public text and cannot be assigned, reported on or scored.
    NotTracked {
        /// The reason code of the scope policy, or of a reviewer.
        reason: String,
    },
}

/// Who gives an account of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reporting {
    /// Nobody yet: 各地 and 各部门 owe nothing until somebody names them.
    Unnamed,
    /// One body, which collects what the others contribute.
    Single {
        /// The body.
        organisation: OrganisationId,
    },
    /// Each of several bodies reports its own part.
    Jointly {
        /// The bodies, without repetition.
        organisations: Vec<OrganisationId>,
    },
}

impl Reporting {
    /// What follows from the bodies that a person chose: nobody, one, or several jointly.
    pub fn by(organisations: Vec<OrganisationId>) -> Self {
        match organisations.as_slice() {
            [] => Reporting::Unnamed,
            [organisation] => Reporting::Single {
                organisation: *organisation,
            },
            _ => Reporting::Jointly { organisations },
        }
    }

    /// The bodies that owe reports.
    pub fn organisations(&self) -> &[OrganisationId] {
        match self {
            Reporting::Unnamed => &[],
            Reporting::Single { organisation } => std::slice::from_ref(organisation),
            Reporting::Jointly { organisations } => organisations,
        }
    }
}

/// Whether the public may read a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publication {
    /// 不公开: withheld, as everything is until the office publishes it.
    Withheld,
    /// 公开: the promise, its parties, targets and verified and reported values are open to anybody.
    Open,
}

impl Publication {
    /// The stable word of rows and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Publication::Withheld => "withheld",
            Publication::Open => "open",
        }
    }

    /// The publication that a stable word names.
    pub fn from_code(code: &str) -> Option<Publication> {
        [Publication::Withheld, Publication::Open]
            .into_iter()
            .find(|publication| publication.code() == code)
    }
}

/// The passage of a source document that a task's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The document.
    pub document: DocumentId,
    /// The passage: from after the label to the end of the responsibility clause.
    pub span: Span,
}

/// A task as the event that brings it into the ledger records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its id.
    pub task: TaskId,
    /// Its section; none for tasks that were added by hand without one.
    pub section: Option<SectionId>,
    /// 序号 in the ledger, from 1, unique in its plan.
    pub number: u32,
    /// Where it came from.
    pub kind: TaskKind,
    /// Its label as written (`（十二）`); empty where there is none.
    pub label: String,
    /// Its first sentence.
    pub title: Text,
    /// 任务内容(原文): the promise, verbatim.
    pub text: Text,
    /// For a task added by hand: the minutes or instruction that it rests on.
    pub basis: Option<Text>,
    /// Its passage in the source document; none for tasks added by hand.
    pub source: Option<Source>,
    /// In the order of the document, lead first where one is named.
    pub parties: Vec<Party>,
    /// In the order of the text.
    pub targets: Vec<Target>,
    /// 完成标准: what counts as done where no number says so.
    pub deliverable: Option<Text>,
    /// 完成时限; none means the end of the plan's year.
    pub due: Option<Date>,
    /// Who gives an account of it.
    pub reporting: Reporting,
    /// Whether luoshi follows it.
    pub tracking: Tracking,
}

impl HoldsTexts for TaskRecord {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.title.visit_texts(visit);
        self.text.visit_texts(visit);
        self.basis.visit_texts(visit);
        self.deliverable.visit_texts(visit);
    }
}

/// A task as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Version of its stream.
    pub version: u64,
    /// The plan that it belongs to.
    pub plan: PlanId,
    /// Its section.
    pub section: Option<SectionId>,
    /// 序号.
    pub number: u32,
    /// Where it came from.
    pub kind: TaskKind,
    /// Its label as written.
    pub label: String,
    /// Its first sentence.
    pub title: String,
    /// The promise, verbatim.
    pub text: String,
    /// The minutes or instruction of a task added by hand.
    pub basis: Option<String>,
    /// Its passage in the source document.
    pub source: Option<Source>,
    /// Named bodies.
    pub parties: Vec<Party>,
    /// Targets.
    pub targets: Vec<Target>,
    /// What counts as done where no number says so.
    pub deliverable: Option<String>,
    /// 完成时限; none means the end of the plan's year.
    pub due: Option<Date>,
    /// Who gives an account of it.
    pub reporting: Reporting,
    /// Since when these bodies are the ones; months before it owe no report.
    pub reporting_since: Timestamp,
    /// Whether luoshi follows it.
    pub tracking: Tracking,
    /// Whether the public may read it.
    pub publication: Publication,
}

impl Task {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        let version = recorded.envelope.version;
        match (state, &recorded.event) {
            (None, Event::TaskAdopted(event)) => {
                let record = &event.record;
                Ok(Self {
                    id: record.task,
                    version,
                    plan: event.plan,
                    section: record.section,
                    number: record.number,
                    kind: record.kind,
                    label: record.label.clone(),
                    title: record.title.body().to_owned(),
                    text: record.text.body().to_owned(),
                    basis: record.basis.as_ref().map(|text| text.body().to_owned()),
                    source: record.source,
                    parties: record.parties.clone(),
                    targets: record.targets.clone(),
                    deliverable: record.deliverable.as_ref().map(|text| text.body().to_owned()),
                    due: record.due,
                    reporting: record.reporting.clone(),
                    reporting_since: recorded.envelope.effective_at,
                    tracking: record.tracking.clone(),
                    publication: Publication::Withheld,
                })
            }
            (Some(task), Event::ReporterNamed(event)) => Ok(Self {
                version,
                // A new deadline alone leaves the bodies, and what they owe, as they were.
                reporting_since: if task.reporting == event.reporting {
                    task.reporting_since
                } else {
                    recorded.envelope.effective_at
                },
                reporting: event.reporting.clone(),
                due: event.due,
                ..task
            }),
            (Some(task), Event::TaskPublished(event)) => Ok(Self {
                version,
                publication: event.publication,
                ..task
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// Whether luoshi follows the task at all.
    pub fn is_tracked(&self) -> bool {
        matches!(self.tracking, Tracking::Tracked { .. })
    }

    /// Whether `organisation` is named in the task or reports on it, and so may see it.
    pub fn concerns(&self, organisation: OrganisationId) -> bool {
        self.reporting.organisations().contains(&organisation)
            || self
                .parties
                .iter()
                .any(|party| party.organisation == Some(organisation))
    }
}
