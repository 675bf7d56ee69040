//! Folds an event into the state: load the row, let the ledger apply, save. What follows from an event is the ledger's alone.

use jiff::Timestamp;
use luoshi_ledger::{
    Envelope, Recorded, Stream, account::Account, document::SourceDocument, erasure::Erasure, event::ApplyError,
    log::Log, organisation::Organisation, plan::Plan, report::Report, search::SearchKind, task::Task,
};
use uuid::Uuid;

use crate::{
    error::StoreError,
    search::says_the_same,
    snapshot::{Snapshot, Transaction},
};

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

impl Snapshot<'_> {
    /// The thing that a stream is about, as the events that were folded so far made it.
    pub(crate) fn thing(&self, stream: Stream) -> Result<Option<Thing>, StoreError> {
        Ok(match stream {
            Stream::Organisation(id) => self.organisation(id)?.map(Thing::Organisation),
            Stream::Account(id) => self.account(id)?.map(Thing::Account),
            Stream::Document(id) => self.document(id)?.map(Thing::Document),
            Stream::Plan(id) => self.plan(id)?.map(Thing::Plan),
            Stream::Task(id) => self.task(id)?.map(|task| Thing::Task(Box::new(task))),
            Stream::Report(id) => self.report(id)?.map(|report| Thing::Report(Box::new(report))),
            Stream::Log(id) => self.log(id)?.map(|log| Thing::Log(Box::new(log))),
            Stream::Erasure(id) => self.erasure(id)?.map(|erasure| Thing::Erasure(Box::new(erasure))),
        })
    }

    /// The thing that an event follows on; none where it begins one, of which there are no rows yet.
    pub(crate) fn thing_before(&self, envelope: &Envelope) -> Result<Option<Thing>, StoreError> {
        if envelope.version == 1 {
            return Ok(None);
        }
        self.thing(envelope.stream)
    }
}

impl Transaction<'_> {
    /// Writes the rows of a thing, of which those of `before` are there. A task gets no light by it.
    pub(crate) fn save(&mut self, thing: &Thing, before: Option<&Thing>) -> Result<(), StoreError> {
        match thing {
            Thing::Organisation(organisation) => self.save_organisation(organisation),
            Thing::Account(account) => self.save_account(account),
            Thing::Document(document) => self.save_document(document),
            Thing::Plan(plan) => {
                let sections = match before {
                    Some(Thing::Plan(before)) => Some(before.sections.as_slice()),
                    _ => None,
                };
                self.save_plan(plan, sections)
            }
            Thing::Task(task) => {
                let before = match before {
                    Some(Thing::Task(before)) => Some(before.as_ref()),
                    _ => None,
                };
                self.save_task(task, before)
            }
            Thing::Report(report) => {
                let before = match before {
                    Some(Thing::Report(before)) => Some(before.as_ref()),
                    _ => None,
                };
                self.save_report(report, before)
            }
            Thing::Log(log) => self.save_log(log),
            Thing::Erasure(erasure) => self.save_erasure(erasure),
        }
    }

    /// Folds an event into the state of the thing that it is about. Answers with the report, where it is about one: the light of its task is
    /// left as it is, and is to be judged by what the report is now.
    ///
    /// # Errors
    /// [`StoreError::Apply`] where it cannot follow the state; [`StoreError::Constraint`] where it would take a name or number that is
    /// taken.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<Option<Report>, StoreError> {
        let envelope = &recorded.envelope;
        let before = self.thing_before(envelope)?;
        if before.as_ref().map_or(0, Thing::version).checked_add(1) != Some(envelope.version) {
            return Err(ApplyError::OutOfPlace.into());
        }
        let thing = Thing::apply(before.clone(), recorded)?;
        self.save(&thing, before.as_ref())?;
        self.note_what_follows(&thing, before.as_ref(), envelope.recorded_at)?;
        Ok(match thing {
            Thing::Report(report) => Some(*report),
            _ => None,
        })
    }

    /// Notes for the search index and for the light of a task that a thing was changed at `at`.
    fn note_what_follows(&mut self, thing: &Thing, before: Option<&Thing>, at: Timestamp) -> Result<(), StoreError> {
        match (thing, before) {
            (Thing::Document(document), _) => self.note_search_change(SearchKind::Document, document.id.0, at),
            (Thing::Plan(plan), before) => {
                let was_issued = matches!(before, Some(Thing::Plan(before)) if before.issued_at().is_some());
                if plan.issued_at().is_some() && !was_issued {
                    self.note_search_changes_of_plan(plan.id, at)?;
                }
                Ok(())
            }
            (Thing::Task(task), before) => {
                self.note_search_change(SearchKind::Task, task.id.0, at)?;
                if before.is_none() {
                    self.begin_light(task)
                } else {
                    self.note_task_version(task)
                }
            }
            (Thing::Report(report), None) => self.note_new_to_search(SearchKind::Report, report.id.0, at),
            (Thing::Report(report), Some(Thing::Report(before))) if says_the_same(before, report) => Ok(()),
            (Thing::Report(report), _) => self.note_search_change(SearchKind::Report, report.id.0, at),
            (Thing::Organisation(_) | Thing::Account(_) | Thing::Log(_) | Thing::Erasure(_), _) => Ok(()),
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
