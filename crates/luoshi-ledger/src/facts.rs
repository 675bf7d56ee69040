//! The part of the ledger that a command touches, loaded before it is decided. Loading is the store's; this only says what is needed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    account::Account,
    command::Command,
    document::SourceDocument,
    erasure::{Erasure, TextFact, TextPlace},
    evidence::OfferedEvidence,
    ids::{AccountId, DocumentId, ErasureId, EvidenceId, LogId, OrganisationId, PlanId, ReportId, TaskId},
    log::Log,
    organisation::Organisation,
    plan::Plan,
    report::Report,
    task::{Reporting, Task},
};

/// The things that a command touches, as they stand. What is absent does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Bodies.
    pub organisations: BTreeMap<OrganisationId, Organisation>,
    /// Accounts.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Source documents; their text may be left out.
    pub documents: BTreeMap<DocumentId, SourceDocument>,
    /// Plans.
    pub plans: BTreeMap<PlanId, Plan>,
    /// Tasks.
    pub tasks: BTreeMap<TaskId, Task>,
    /// Reports.
    pub reports: BTreeMap<ReportId, Report>,
    /// Transparency logs that have events.
    pub logs: BTreeMap<LogId, Log>,
    /// Erasures.
    pub erasures: BTreeMap<ErasureId, Erasure>,
    /// Texts whose words still exist.
    pub texts: BTreeMap<TextPlace, TextFact>,
    /// SHA-256 of files that the ledger knows and that were not erased.
    pub files: BTreeSet<String>,
    /// SHA-256 of files that were erased.
    pub erased_files: BTreeSet<String>,
    /// Files of evidence whose bytes are kept: of drafts, whoever writes them, and of reports. One id may stand here several times.
    pub evidence: Vec<OfferedEvidence>,
}

/// The ids that a command names. The task of each report and the plan of each task belong to the facts as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Bodies.
    pub organisations: BTreeSet<OrganisationId>,
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Source documents.
    pub documents: BTreeSet<DocumentId>,
    /// Plans.
    pub plans: BTreeSet<PlanId>,
    /// Tasks.
    pub tasks: BTreeSet<TaskId>,
    /// Reports.
    pub reports: BTreeSet<ReportId>,
    /// Transparency logs.
    pub logs: BTreeSet<LogId>,
    /// Erasures; the texts and files of each belong to the facts as well.
    pub erasures: BTreeSet<ErasureId>,
    /// Texts.
    pub texts: BTreeSet<TextPlace>,
    /// SHA-256 of files.
    pub files: BTreeSet<String>,
    /// Files of evidence.
    pub evidence: BTreeSet<EvidenceId>,
}

impl Subjects {
    /// What has to be loaded before `command` can be authorised and decided.
    pub fn of(command: &Command) -> Self {
        let mut subjects = Self::default();
        match command {
            Command::FoundOrganisation(command) => {
                subjects.organisations.insert(command.organisation);
            }
            Command::OpenAccount(command) => {
                subjects.accounts.insert(command.account);
                subjects.organisations.insert(command.organisation);
            }
            Command::ReceiveDocument(command) => {
                subjects.documents.insert(command.document);
                subjects.files.insert(command.sha256.clone());
            }
            Command::AdoptDrafts(command) => {
                subjects.plans.insert(command.plan);
                subjects.documents.extend(command.document);
                subjects
                    .organisations
                    .extend(command.organisations.iter().map(|new| new.organisation));
                for task in &command.tasks {
                    subjects.tasks.insert(task.task);
                    subjects
                        .organisations
                        .extend(task.parties.iter().filter_map(|party| party.organisation));
                    subjects.name_reporters(&task.reporting);
                }
            }
            Command::AddTask(command) => {
                subjects.plans.insert(command.plan);
                subjects.tasks.insert(command.task.task);
                subjects
                    .organisations
                    .extend(command.task.parties.iter().filter_map(|party| party.organisation));
                subjects.name_reporters(&command.task.reporting);
            }
            Command::IssuePlan(command) => {
                subjects.plans.insert(command.plan);
            }
            Command::NameReporter(command) => {
                subjects.tasks.insert(command.task);
                subjects.name_reporters(&command.reporting);
            }
            Command::PublishTasks(command) => {
                subjects.plans.insert(command.plan);
                subjects.tasks.extend(&command.tasks);
            }
            Command::SubmitReport(command) => {
                // Its body is one of those that the task names, or it is refused.
                subjects.tasks.insert(command.task);
                subjects
                    .reports
                    .insert(ReportId::of(command.task, command.organisation, command.period));
                subjects.evidence.extend(&command.evidence);
            }
            Command::ApproveReport(command) => {
                subjects.reports.insert(command.report);
            }
            Command::ReturnReport(command) => {
                subjects.reports.insert(command.report);
            }
            Command::VerifyReport(command) => {
                subjects.reports.insert(command.report);
            }
            Command::RotateLogKey(command) => {
                subjects.logs.insert(command.log);
            }
            Command::ContinueLog(command) => {
                subjects.logs.insert(command.log);
            }
            Command::ProposeErasure(command) => {
                subjects.erasures.insert(command.erasure);
                subjects.texts.extend(&command.texts);
                subjects.files.extend(command.files.iter().cloned());
            }
            Command::ConfirmErasure(command) => {
                subjects.erasures.insert(command.erasure);
            }
            Command::DeclineErasure(command) => {
                subjects.erasures.insert(command.erasure);
            }
            Command::ReapplyErasure(tombstone) => {
                subjects.erasures.insert(tombstone.erasure);
            }
        }
        subjects
    }

    fn name_reporters(&mut self, reporting: &Reporting) {
        self.organisations.extend(reporting.organisations());
    }
}
