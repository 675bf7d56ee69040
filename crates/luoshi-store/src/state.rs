//! Folds an event into the state: load the row, let the ledger apply, save. What follows from an event is the ledger's alone.

use luoshi_ledger::{
    Envelope, Recorded, Stream, account::Account, document::SourceDocument, event::ApplyError,
    organisation::Organisation, plan::Plan, report::Report, task::Task,
};

use crate::{error::StoreError, snapshot::Transaction};

/// A table of the state.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The columns of its primary key.
    pub(crate) key: &'static [&'static str],
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key }
}

/// The tables of the state: every column of them is a function of events and contents.
pub(crate) const TABLES: &[Table] = &[
    table("organisation", &["id"]),
    table("account", &["id"]),
    table("document", &["id"]),
    table("plan", &["id"]),
    table("plan_total", &["plan"]),
    table("section", &["plan", "ordinal"]),
    table("task", &["id"]),
    table("party", &["task", "ordinal"]),
    table("target", &["task", "ordinal"]),
    table("task_reporter", &["task", "ordinal"]),
    table("task_organisation", &["plan", "organisation", "number"]),
    table("report", &["id"]),
    table("report_value", &["report", "series", "ordinal"]),
    table("evidence", &["report", "id"]),
];

impl Transaction<'_> {
    /// Folds an event into the state of the thing that it is about.
    ///
    /// # Errors
    /// [`StoreError::Apply`] where it cannot follow the state; [`StoreError::Constraint`] where it would take a name or number that is
    /// taken.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), StoreError> {
        let envelope = &recorded.envelope;
        match envelope.stream {
            Stream::Organisation(id) => {
                let before = self.organisation(id)?;
                follows(before.as_ref().map(|organisation| organisation.version), envelope)?;
                self.save_organisation(&Organisation::apply(before, recorded)?)
            }
            Stream::Account(id) => {
                let before = self.account(id)?;
                follows(before.as_ref().map(|account| account.version), envelope)?;
                self.save_account(&Account::apply(before, recorded)?)
            }
            Stream::Document(id) => {
                let before = self.document(id)?;
                follows(before.as_ref().map(|document| document.version), envelope)?;
                self.save_document(&SourceDocument::apply(before, recorded)?)
            }
            Stream::Plan(id) => {
                let before = self.plan(id)?;
                follows(before.as_ref().map(|plan| plan.version), envelope)?;
                let sections = before.as_ref().map(|plan| plan.sections.clone());
                self.save_plan(&Plan::apply(before, recorded)?, sections.as_deref())
            }
            Stream::Task(id) => {
                let before = self.task(id)?;
                follows(before.as_ref().map(|task| task.version), envelope)?;
                let task = Task::apply(before.clone(), recorded)?;
                self.save_task(&task, before.as_ref())?;
                if before.is_none() {
                    self.begin_light(&task)
                } else {
                    Ok(())
                }
            }
            Stream::Report(id) => {
                let before = self.report(id)?;
                follows(before.as_ref().map(|report| report.version), envelope)?;
                let report = Report::apply(before.clone(), recorded)?;
                self.save_report(&report, before.as_ref())
            }
        }
    }
}

/// Whether an event is the next one of its stream.
fn follows(version: Option<u64>, envelope: &Envelope) -> Result<(), StoreError> {
    if version.unwrap_or(0).checked_add(1) == Some(envelope.version) {
        Ok(())
    } else {
        Err(ApplyError::OutOfPlace.into())
    }
}
