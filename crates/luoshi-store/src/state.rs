//! Folds an event into the state: load the row, let the ledger apply, save. What follows from an event is the ledger's alone.

use luoshi_ledger::{
    Envelope, Recorded, Stream, account::Account, document::SourceDocument, erasure::Erasure, event::ApplyError,
    log::Log, organisation::Organisation, plan::Plan, report::Report, search::SearchKind, task::Task,
};

use crate::{error::StoreError, search::says_the_same, snapshot::Transaction};

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
    table("log", &["id"]),
    table("log_key", &["log", "ordinal"]),
    table("erasure", &["id"]),
    table("erasure_text", &["erasure", "ordinal"]),
    table("erasure_file", &["erasure", "ordinal"]),
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
                self.save_document(&SourceDocument::apply(before, recorded)?)?;
                self.note_search_change(SearchKind::Document, id.0, envelope.recorded_at)
            }
            Stream::Plan(id) => {
                let before = self.plan(id)?;
                follows(before.as_ref().map(|plan| plan.version), envelope)?;
                let sections = before.as_ref().map(|plan| plan.sections.clone());
                let was_issued = before.as_ref().is_some_and(|plan| plan.issued_at().is_some());
                let plan = Plan::apply(before, recorded)?;
                self.save_plan(&plan, sections.as_deref())?;
                if plan.issued_at().is_some() && !was_issued {
                    self.note_search_changes_of_plan(id, envelope.recorded_at)?;
                }
                Ok(())
            }
            Stream::Task(id) => {
                let before = self.task(id)?;
                follows(before.as_ref().map(|task| task.version), envelope)?;
                let task = Task::apply(before.clone(), recorded)?;
                self.save_task(&task, before.as_ref())?;
                self.note_search_change(SearchKind::Task, id.0, envelope.recorded_at)?;
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
                self.save_report(&report, before.as_ref())?;
                if before.as_ref().is_none_or(|before| !says_the_same(before, &report)) {
                    self.note_search_change(SearchKind::Report, id.0, envelope.recorded_at)?;
                }
                Ok(())
            }
            Stream::Log(id) => {
                let before = self.log(id)?;
                follows(before.as_ref().map(|log| log.version), envelope)?;
                self.save_log(&Log::apply(before, recorded)?)
            }
            Stream::Erasure(id) => {
                let before = self.erasure(id)?;
                follows(before.as_ref().map(|erasure| erasure.version), envelope)?;
                self.save_erasure(&Erasure::apply(before, recorded)?)
            }
        }
    }

    /// Makes the rows of a stream again from all of its events, as a replay would. Only words can differ from what stands there: what
    /// follows from anything else, such as counts and lights, stays.
    pub(crate) fn derive_again(&mut self, stream: Stream, events: &[Recorded]) -> Result<(), StoreError> {
        match stream {
            // Names of bodies are no content. The words of an incident stand in its event alone.
            Stream::Organisation(_) | Stream::Log(_) => Ok(()),
            Stream::Account(_) => match folded(events, Account::apply)? {
                Some(account) => self.save_account(&account),
                None => Ok(()),
            },
            Stream::Document(_) => match folded(events, SourceDocument::apply)? {
                Some(document) => self.save_document(&document),
                None => Ok(()),
            },
            Stream::Plan(id) => {
                let before = self.plan(id)?.map(|plan| plan.sections);
                match folded(events, Plan::apply)? {
                    Some(plan) => self.rename_plan(&plan, before.as_deref().unwrap_or_default()),
                    None => Ok(()),
                }
            }
            Stream::Task(id) => {
                let before = self.task(id)?;
                match folded(events, Task::apply)? {
                    Some(task) => self.save_task(&task, before.as_ref()),
                    None => Ok(()),
                }
            }
            Stream::Report(id) => {
                let before = self.report(id)?;
                let mut state: Option<Report> = None;
                for recorded in events {
                    let report = Report::apply(state.clone(), recorded)?;
                    // Files that a later submission left out have rows and names too.
                    self.save_evidence(&report, state.as_ref())?;
                    state = Some(report);
                }
                match state {
                    Some(report) => self.save_report(&report, before.as_ref()),
                    None => Ok(()),
                }
            }
            Stream::Erasure(_) => match folded(events, Erasure::apply)? {
                Some(erasure) => self.save_erasure(&erasure),
                None => Ok(()),
            },
        }
    }
}

/// The state after all events of a stream.
fn folded<T>(
    events: &[Recorded],
    apply: fn(Option<T>, &Recorded) -> Result<T, ApplyError>,
) -> Result<Option<T>, StoreError> {
    let mut state = None;
    for recorded in events {
        state = Some(apply(state, recorded)?);
    }
    Ok(state)
}

/// Whether an event is the next one of its stream.
fn follows(version: Option<u64>, envelope: &Envelope) -> Result<(), StoreError> {
    if version.unwrap_or(0).checked_add(1) == Some(envelope.version) {
        Ok(())
    } else {
        Err(ApplyError::OutOfPlace.into())
    }
}
