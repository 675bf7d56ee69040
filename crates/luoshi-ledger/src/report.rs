//! Progress reports (进展报告): one body, one task, one month; submitted, approved, verified or returned.
//!
//! Drafts being written are not here: nobody but their author has seen them. Places and check-ins have no field, on purpose, and files
//! are never asked for.

use jiff::Timestamp;
use luoshi_types::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorIdentity,
    envelope::Recorded,
    event::{ApplyError, Event},
    evidence::{Evidence, EvidenceRecord},
    ids::{OrganisationId, ReportId, TargetId, TaskId},
    period::Period,
    target::Target,
    text::{HoldsTexts, Text},
};

/// A value given for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetValue {
    /// Which target.
    pub target: TargetId,
    /// The value, in the target's unit.
    pub value: Decimal,
}

/// What a report says, as its event records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// Values reached, cumulated over the year; at most one a target.
    pub values: Vec<TargetValue>,
    /// 完成率 in whole percent, 0 to 100, where the body states one.
    pub completion: Option<u8>,
    /// 当前进展: what was done.
    pub done: Text,
    /// 存在问题.
    pub problems: Text,
    /// 需协调事项: help wanted.
    pub help_wanted: Text,
    /// 下步打算.
    pub next_step: Text,
    /// 佐证材料 that the body chose to add, in its order.
    pub evidence: Vec<EvidenceRecord>,
}

impl HoldsTexts for ReportRecord {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.done.visit_texts(visit);
        self.problems.visit_texts(visit);
        self.help_wanted.visit_texts(visit);
        self.next_step.visit_texts(visit);
        self.evidence.visit_texts(visit);
    }
}

/// How a report was verified (核验方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationMethod {
    /// 查阅资料: documents were read.
    Documents,
    /// 数据比对: figures were compared with another source.
    DataComparison,
    /// 实地查看: somebody went and looked.
    SiteVisit,
    /// 抽样核查: a sample was checked.
    Sample,
}

impl VerificationMethod {
    /// Every method.
    pub const ALL: [VerificationMethod; 4] = [
        VerificationMethod::Documents,
        VerificationMethod::DataComparison,
        VerificationMethod::SiteVisit,
        VerificationMethod::Sample,
    ];

    /// The stable word of rows, form fields and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            VerificationMethod::Documents => "documents",
            VerificationMethod::DataComparison => "data_comparison",
            VerificationMethod::SiteVisit => "site_visit",
            VerificationMethod::Sample => "sample",
        }
    }

    /// The method that a stable word names.
    pub fn from_code(code: &str) -> Option<VerificationMethod> {
        VerificationMethod::ALL.into_iter().find(|method| method.code() == code)
    }
}

/// At which gate a report was returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStage {
    /// By the head of the reporting body.
    Approval,
    /// By the supervision office.
    Verification,
}

impl ReturnStage {
    /// Every gate.
    pub const ALL: [ReturnStage; 2] = [ReturnStage::Approval, ReturnStage::Verification];

    /// The stable word of rows and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            ReturnStage::Approval => "approval",
            ReturnStage::Verification => "verification",
        }
    }

    /// The gate that a stable word names.
    pub fn from_code(code: &str) -> Option<ReturnStage> {
        ReturnStage::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// How far a report has come, with what belongs to that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportState {
    /// 待审核: with the head.
    Submitted,
    /// 待核验: with the supervision office.
    Approved {
        /// The head who approved.
        by: ActorIdentity,
        /// When.
        at: Timestamp,
    },
    /// 已核验.
    Verified {
        /// Who verified.
        by: ActorIdentity,
        /// When.
        at: Timestamp,
        /// How.
        method: VerificationMethod,
        /// The values found; a third series beside reported and publicly experienced ones (law 12).
        values: Vec<TargetValue>,
        /// 完成率 found, in whole percent, where the verifier states one.
        completion: Option<u8>,
        /// What was found, in words.
        conclusion: String,
    },
    /// 已退回: back with the clerk.
    Returned {
        /// Who returned it.
        by: ActorIdentity,
        /// When.
        at: Timestamp,
        /// At which gate.
        stage: ReturnStage,
        /// Why.
        reason: String,
    },
}

impl ReportState {
    /// The stable word of rows and locale keys.
    pub fn code(&self) -> &'static str {
        match self {
            ReportState::Submitted => "submitted",
            ReportState::Approved { .. } => "approved",
            ReportState::Verified { .. } => "verified",
            ReportState::Returned { .. } => "returned",
        }
    }
}

/// A report as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id, a function of task, body and period.
    pub id: ReportId,
    /// Version of its stream.
    pub version: u64,
    /// The task.
    pub task: TaskId,
    /// The reporting body.
    pub organisation: OrganisationId,
    /// The month.
    pub period: Period,
    /// Values reached.
    pub values: Vec<TargetValue>,
    /// 完成率 in whole percent: stated, or computed from the values; none where neither is possible.
    pub completion: Option<u8>,
    /// What was done.
    pub done: String,
    /// Problems.
    pub problems: String,
    /// Help wanted.
    pub help_wanted: String,
    /// Next step.
    pub next_step: String,
    /// Files that the body added, in its order.
    pub evidence: Vec<Evidence>,
    /// Files that an earlier submission carried and the present one leaves out, by id. Its event still speaks of them.
    pub former_evidence: Vec<Evidence>,
    /// Who submitted it last.
    pub submitted_by: ActorIdentity,
    /// When it was first submitted; a later return does not make an early report late.
    pub first_submitted_at: Timestamp,
    /// When it was submitted last.
    pub submitted_at: Timestamp,
    /// How far it has come.
    pub state: ReportState,
}

impl Report {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        let envelope = &recorded.envelope;
        let at = envelope.recorded_at;
        let by = envelope.actor;
        let version = envelope.version;
        match (state, &recorded.event) {
            (earlier, Event::ReportSubmitted(event)) => {
                let evidence: Vec<Evidence> = event.record.evidence.iter().map(Evidence::from).collect();
                Ok(Self {
                    id: event.report,
                    version,
                    task: event.task,
                    organisation: event.organisation,
                    period: event.period,
                    values: event.record.values.clone(),
                    completion: event.record.completion,
                    done: event.record.done.body().to_owned(),
                    problems: event.record.problems.body().to_owned(),
                    help_wanted: event.record.help_wanted.body().to_owned(),
                    next_step: event.record.next_step.body().to_owned(),
                    former_evidence: left_out(earlier.as_ref(), &evidence),
                    evidence,
                    submitted_by: by,
                    first_submitted_at: earlier.map_or(at, |report| report.first_submitted_at),
                    submitted_at: at,
                    state: ReportState::Submitted,
                })
            }
            (Some(report), Event::ReportApproved(_)) => Ok(Self {
                version,
                state: ReportState::Approved { by, at },
                ..report
            }),
            (Some(report), Event::ReportReturned(event)) => Ok(Self {
                version,
                state: ReportState::Returned {
                    by,
                    at,
                    stage: event.stage,
                    reason: event.reason.body().to_owned(),
                },
                ..report
            }),
            (Some(report), Event::ReportVerified(event)) => Ok(Self {
                version,
                state: ReportState::Verified {
                    by,
                    at,
                    method: event.method,
                    values: event.values.clone(),
                    completion: event.completion,
                    conclusion: event.conclusion.body().to_owned(),
                },
                ..report
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// Whether the supervision office has verified it.
    pub fn is_verified(&self) -> bool {
        matches!(self.state, ReportState::Verified { .. })
    }

    /// The values that the verifier found; none while it is not verified.
    pub fn verified_values(&self) -> &[TargetValue] {
        match &self.state {
            ReportState::Verified { values, .. } => values,
            ReportState::Submitted | ReportState::Approved { .. } | ReportState::Returned { .. } => &[],
        }
    }

    /// 完成率 that the verifier found.
    pub fn verified_completion(&self) -> Option<u8> {
        match self.state {
            ReportState::Verified { completion, .. } => completion,
            ReportState::Submitted | ReportState::Approved { .. } | ReportState::Returned { .. } => None,
        }
    }

    /// 完成率 that counts: what the verifier found, else what the body reported.
    pub fn counting_completion(&self) -> Option<u8> {
        self.verified_completion().or(self.completion)
    }
}

/// Every file that `earlier` or one before it carried and that is not among `evidence`, by id.
fn left_out(earlier: Option<&Report>, evidence: &[Evidence]) -> Vec<Evidence> {
    let before = earlier
        .into_iter()
        .flat_map(|report| report.evidence.iter().chain(&report.former_evidence));
    let mut left_out: Vec<Evidence> = before
        .filter(|file| evidence.iter().all(|kept| kept.id != file.id))
        .cloned()
        .collect();
    left_out.sort_by_key(|file| file.id);
    left_out
}

/// The value given for `target`.
pub fn value_of(values: &[TargetValue], target: TargetId) -> Option<Decimal> {
    values
        .iter()
        .find(|value| value.target == target)
        .map(|value| value.value)
}

/// 完成率 from values alone: the least of the targets that tell progress and have a value; none where there is no such target.
pub fn completion_of(targets: &[Target], values: &[TargetValue]) -> Option<u8> {
    targets
        .iter()
        .filter_map(|target| target.completion(value_of(values, target.id)?))
        .min()
}
