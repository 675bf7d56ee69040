//! Loads what a command touches. What is needed, the ledger says; what it means, the ledger decides.

use std::collections::{BTreeMap, BTreeSet};

use luoshi_ledger::{
    facts::{Facts, Subjects},
    ids::{PlanId, TaskId},
    task::Task,
};

use crate::{
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

impl Snapshot<'_> {
    /// The things that `subjects` names, as they stand, with the task of each report and the plan of each task, and with the texts and
    /// files of each erasure. Texts of documents are left out, the sections of a plan that is there for its task alone, and evidence whose
    /// bytes are not kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn facts(&self, subjects: &Subjects) -> Result<Facts, StoreError> {
        let (mut facts, tasks) = self.facts_but_tasks(subjects)?;
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        facts.tasks = self.tasks(&tasks)?;
        for (id, plan) in self.plans_of_tasks(&tasks)? {
            facts.plans.entry(id).or_insert(plan);
        }
        Ok(facts)
    }

    /// The facts without tasks and the plans that are there for these, and which tasks belong to them.
    pub(crate) fn facts_but_tasks(&self, subjects: &Subjects) -> Result<(Facts, BTreeSet<TaskId>), StoreError> {
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
        for id in &subjects.plans {
            facts.plans.extend(self.plan(*id)?.map(|plan| (*id, plan)));
        }
        Ok((facts, tasks))
    }
}

impl Transaction<'_> {
    /// Adds tasks to facts, with their plans as far as what is decided about a task needs them.
    pub(crate) fn add_tasks(&self, facts: &mut Facts, tasks: BTreeMap<TaskId, Task>) -> Result<(), StoreError> {
        let mut wanted: BTreeSet<PlanId> = tasks.values().map(|task| task.plan).collect();
        if let Some(known_plans) = self.known_plans {
            let known = wanted.iter().filter_map(|id| Some((*id, known_plans.get(*id)?)));
            for (id, plan) in known {
                facts.plans.entry(id).or_insert(plan);
            }
        }
        wanted.retain(|id| !facts.plans.contains_key(id));
        let read = self.plans_without_words(&wanted.into_iter().collect::<Vec<_>>())?;
        if let Some(known_plans) = self.known_plans
            && !self.ends.has_grown.get()
        {
            known_plans.keep(&read);
        }
        facts.plans.extend(read);
        facts.tasks.extend(tasks);
        Ok(())
    }
}
