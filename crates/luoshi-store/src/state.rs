//! Folds an event into the state: load the row, let the ledger apply, save. What follows from an event is the ledger's alone.

use luoshi_ledger::{
    Envelope, Recorded, Stream, account::Account, document::SourceDocument, event::ApplyError,
    organisation::Organisation, plan::Plan, report::Report, task::Task,
};
use uuid::Uuid;

use crate::{error::StoreError, snapshot::Transaction};

/// A table of the state.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The columns of its primary key, which are its first columns.
    pub(crate) key: &'static [&'static str],
    /// Whether one of these, not the first, is a text. Engines order texts each in their own way.
    pub(crate) has_text_in_key: bool,
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table {
        name,
        key,
        has_text_in_key: false,
    }
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
    Table {
        name: "report_value",
        key: &["report", "series", "ordinal"],
        has_text_in_key: true,
    },
];

/// The thing that a stream is about, as its events make it.
#[derive(Clone)]
pub(crate) enum Thing {
    Organisation(Organisation),
    Account(Account),
    Document(SourceDocument),
    Plan(Plan),
    Task(Box<Task>),
    Report(Box<Report>),
}

impl Thing {
    /// The thing after one more event of its stream.
    pub(crate) fn apply(before: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        match (recorded.envelope.stream, before) {
            (Stream::Organisation(_), None) => Organisation::apply(None, recorded).map(Thing::Organisation),
            (Stream::Organisation(_), Some(Thing::Organisation(before))) => {
                Organisation::apply(Some(before), recorded).map(Thing::Organisation)
            }
            (Stream::Account(_), None) => Account::apply(None, recorded).map(Thing::Account),
            (Stream::Account(_), Some(Thing::Account(before))) => {
                Account::apply(Some(before), recorded).map(Thing::Account)
            }
            (Stream::Document(_), None) => SourceDocument::apply(None, recorded).map(Thing::Document),
            (Stream::Document(_), Some(Thing::Document(before))) => {
                SourceDocument::apply(Some(before), recorded).map(Thing::Document)
            }
            (Stream::Plan(_), None) => Plan::apply(None, recorded).map(Thing::Plan),
            (Stream::Plan(_), Some(Thing::Plan(before))) => Plan::apply(Some(before), recorded).map(Thing::Plan),
            (Stream::Task(_), None) => Task::apply(None, recorded).map(|task| Thing::Task(Box::new(task))),
            (Stream::Task(_), Some(Thing::Task(before))) => {
                Task::apply(Some(*before), recorded).map(|task| Thing::Task(Box::new(task)))
            }
            (Stream::Report(_), None) => Report::apply(None, recorded).map(|report| Thing::Report(Box::new(report))),
            (Stream::Report(_), Some(Thing::Report(before))) => {
                Report::apply(Some(*before), recorded).map(|report| Thing::Report(Box::new(report)))
            }
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// The version of its stream.
    pub(crate) fn version(&self) -> u64 {
        match self {
            Thing::Organisation(thing) => thing.version,
            Thing::Account(thing) => thing.version,
            Thing::Document(thing) => thing.version,
            Thing::Plan(thing) => thing.version,
            Thing::Task(thing) => thing.version,
            Thing::Report(thing) => thing.version,
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> Uuid {
        match self {
            Thing::Organisation(thing) => thing.id.0,
            Thing::Account(thing) => thing.id.0,
            Thing::Document(thing) => thing.id.0,
            Thing::Plan(thing) => thing.id.0,
            Thing::Task(thing) => thing.id.0,
            Thing::Report(thing) => thing.id.0,
        }
    }

    /// The table of its main row.
    pub(crate) fn table(&self) -> &'static str {
        match self {
            Thing::Organisation(_) => "organisation",
            Thing::Account(_) => "account",
            Thing::Document(_) => "document",
            Thing::Plan(_) => "plan",
            Thing::Task(_) => "task",
            Thing::Report(_) => "report",
        }
    }
}

impl Transaction<'_> {
    /// Writes a thing of which there are no rows yet. A task gets no light by it.
    pub(crate) fn save_new(&mut self, thing: &Thing) -> Result<(), StoreError> {
        match thing {
            Thing::Organisation(organisation) => self.save_organisation(organisation),
            Thing::Account(account) => self.save_account(account),
            Thing::Document(document) => self.save_document(document),
            Thing::Plan(plan) => self.save_plan(plan, None),
            Thing::Task(task) => self.save_task(task, None),
            Thing::Report(report) => self.save_report(report, None),
        }
    }

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
