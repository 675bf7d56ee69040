//! Folds an event into the state: load the row, let the ledger apply, save. What follows from an event is the ledger's alone.

use luoshi_ledger::{
    Envelope, Recorded, Stream, account::Account, document::SourceDocument, erasure::Erasure, event::ApplyError,
    log::Log, organisation::Organisation, plan::Plan, report::Report, search::SearchKind, task::Task,
};
use uuid::Uuid;

use crate::{error::StoreError, search::says_the_same, snapshot::Transaction};

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
    table("evidence", &["report", "id"]),
    table("log", &["id"]),
    table("log_key", &["log", "ordinal"]),
    table("erasure", &["id"]),
    table("erasure_text", &["erasure", "ordinal"]),
    table("erasure_file", &["erasure", "ordinal"]),
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
    Log(Box<Log>),
    Erasure(Box<Erasure>),
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
            (Stream::Log(_), None) => Log::apply(None, recorded).map(|log| Thing::Log(Box::new(log))),
            (Stream::Log(_), Some(Thing::Log(before))) => {
                Log::apply(Some(*before), recorded).map(|log| Thing::Log(Box::new(log)))
            }
            (Stream::Erasure(_), None) => {
                Erasure::apply(None, recorded).map(|erasure| Thing::Erasure(Box::new(erasure)))
            }
            (Stream::Erasure(_), Some(Thing::Erasure(before))) => {
                Erasure::apply(Some(*before), recorded).map(|erasure| Thing::Erasure(Box::new(erasure)))
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
            Thing::Log(thing) => thing.version,
            Thing::Erasure(thing) => thing.version,
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
            Thing::Log(thing) => thing.id.0,
            Thing::Erasure(thing) => thing.id.0,
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
            Thing::Log(_) => "log",
            Thing::Erasure(_) => "erasure",
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
            Thing::Log(log) => self.save_log(log),
            Thing::Erasure(erasure) => self.save_erasure(erasure),
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
                // What begins with this event has no rows yet.
                let before = if envelope.version == 1 { None } else { self.task(id)? };
                follows(before.as_ref().map(|task| task.version), envelope)?;
                let task = Task::apply(before.clone(), recorded)?;
                self.save_task(&task, before.as_ref())?;
                self.note_search_change(SearchKind::Task, id.0, envelope.recorded_at)?;
                if before.is_none() {
                    self.begin_light(&task)
                } else {
                    self.note_task_version(&task)
                }
            }
            Stream::Report(id) => {
                let before = if envelope.version == 1 { None } else { self.report(id)? };
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
                match folded(events, Report::apply)? {
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
