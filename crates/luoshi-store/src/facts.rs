//! Loads what a command touches. What is needed, the ledger says; what it means, the ledger decides.

use luoshi_ledger::{
    facts::{Facts, Subjects},
    ids::TaskId,
};

use crate::{error::StoreError, snapshot::Snapshot};

impl Snapshot<'_> {
    /// The things that `subjects` names, as they stand, with the task of each report and the plan of each task, and with the texts and
    /// files of each erasure. Texts of documents are left out, the sections of a plan that is there for its task alone, and evidence whose
    /// bytes are not kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn facts(&self, subjects: &Subjects) -> Result<Facts, StoreError> {
        let mut facts = Facts::default();
        let mut tasks = subjects.tasks.clone();
        for id in &subjects.organisations {
            facts
                .organisations
                .extend(self.organisation(*id)?.map(|organisation| (*id, organisation)));
        }
        for id in &subjects.accounts {
            facts.accounts.extend(self.account(*id)?.map(|account| (*id, account)));
        }
        for id in &subjects.documents {
            facts
                .documents
                .extend(self.document_without_text(*id)?.map(|document| (*id, document)));
        }
        for id in &subjects.logs {
            facts.logs.extend(self.log(*id)?.map(|log| (*id, log)));
        }
        for id in &subjects.reports {
            if let Some(report) = self.report(*id)? {
                tasks.insert(report.task);
                facts.reports.insert(*id, report);
            }
        }
        let mut texts = subjects.texts.clone();
        let mut files = subjects.files.clone();
        for id in &subjects.erasures {
            if let Some(erasure) = self.erasure(*id)? {
                texts.extend(&erasure.texts);
                files.extend(erasure.files.iter().cloned());
                facts.erasures.insert(*id, erasure);
            }
        }
        for place in texts {
            facts.texts.extend(self.text_fact(place)?.map(|text| (place, text)));
        }
        for file in files {
            if self.file_is_erased(&file)? {
                facts.erased_files.insert(file);
            } else if self.file_is_known(&file)? {
                facts.files.insert(file);
            }
        }
        facts.evidence = self.offered_evidence(&subjects.evidence.iter().copied().collect::<Vec<_>>())?;
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        facts.tasks = self.tasks(&tasks)?;
        facts.plans = self.plans_of_tasks(&tasks)?;
        for id in &subjects.plans {
            facts.plans.extend(self.plan(*id)?.map(|plan| (*id, plan)));
        }
        Ok(facts)
    }
}
