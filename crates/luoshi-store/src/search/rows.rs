//! The things that a search finds, with their words, cut to what the reader may see inside the statement itself.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::Timestamp;
use luoshi_ledger::{
    ids::{OrganisationId, TaskId},
    search::{SearchField, SearchKind, SearchReader, SearchSubject, SearchWords},
    task::Publication,
};
use uuid::Uuid;

use super::SearchScope;
use crate::{
    engine::{Row, Value, for_keys},
    error::StoreError,
    snapshot::Snapshot,
};

/// Keys of one statement, so that its text is one and prepared once.
const KEYS: usize = 32;

const TASKS: &str = "
    select search_entry.number, search_entry.changed_at, task.id, plan.title, task.number, task.label, task.title, task.text,
        task.deliverable, task.basis, coalesce(section.label, ''), coalesce(section.title, ''), plan.issued_at, task.publication
    from search_entry
    join task on task.id = search_entry.subject
    join plan on plan.id = task.plan
    left join section on section.id = task.section
    where search_entry.kind = 'task'";

const TASK_CONCERNS: &str = " and plan.issued_at is not null and exists (
        select 1 from task_organisation
        where task_organisation.plan = task.plan and task_organisation.number = task.number
            and task_organisation.organisation = {})";

const TASK_PUBLICATION: &str = " and plan.issued_at is not null and task.publication = {}";

const REPORTS: &str = "
    select search_entry.number, search_entry.changed_at, report.id, report.organisation, organisation.name, report.period,
        report.state, task.number, task.title, plan.title, report.done, report.problems, report.help_wanted, report.next_step,
        report.return_reason, report.conclusion
    from search_entry
    join report on report.id = search_entry.subject
    join task on task.id = report.task
    join plan on plan.id = task.plan
    join organisation on organisation.id = report.organisation
    where search_entry.kind = 'report'";

const DOCUMENTS: &str = "
    select search_entry.number, search_entry.changed_at, document.id, document.file_name, document.text,
        (select plan.id from plan where plan.document = document.id order by plan.id limit 1)
    from search_entry
    join document on document.id = search_entry.subject
    where search_entry.kind = 'document'";

const PARTIES: &str = "select task, raw from party where task in ({}) order by task, ordinal";

const CONCERNED: &str =
    "select task, organisation from task_organisation where task in ({}) order by task, organisation";

/// Which things are wanted.
pub(super) enum Which<'w> {
    /// Those with these numbers.
    Numbers(&'w [i64]),
    /// Those with these ids, whether they have a number or not.
    Subjects(&'w [Uuid]),
    /// At most so many of those that have no number yet.
    Waiting(u32),
}

/// A thing with its words.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its number in the index; none while it waits.
    pub(super) number: Option<i64>,
    /// When its words, or who may read them, changed last.
    pub(super) changed_at: Timestamp,
    /// What it is.
    pub(super) subject: SearchSubject,
    /// Its words, as far as the reader may read them.
    pub(super) words: SearchWords,
    /// Who may find it. The bodies that a task concerns are added by [`Snapshot::add_concerned`].
    pub(super) readers: Vec<SearchReader>,
    /// Whether the bodies that it concerns may find it, which they may once its plan is issued.
    pub(super) is_for_bodies: bool,
}

/// The words of several fields, without the empty ones.
fn filled(fields: impl IntoIterator<Item = (SearchField, Option<String>)>) -> Vec<(SearchField, String)> {
    fields
        .into_iter()
        .filter_map(|(field, text)| Some((field, text.filter(|text| !text.is_empty())?)))
        .collect()
}

fn found_task(row: &mut Row<'_>) -> Result<Found, StoreError> {
    let number = row.take()?;
    let changed_at = row.take()?;
    let task = row.take()?;
    let plan_title = row.take()?;
    let task_number = row.take()?;
    let label = row.take()?;
    let title = row.take()?;
    let text = row.take()?;
    let deliverable = row.take()?;
    let basis = row.take()?;
    let section_label: String = row.take()?;
    let section_title: String = row.take()?;
    let issued_at: Option<Timestamp> = row.take()?;
    let publication: Publication = row.take()?;
    let mut readers = vec![SearchReader::Overseer];
    if issued_at.is_some() && publication == Publication::Open {
        readers.push(SearchReader::Public);
    }
    Ok(Found {
        number,
        changed_at,
        subject: SearchSubject::Task {
            task,
            number: task_number,
            label,
            plan_title,
        },
        words: SearchWords {
            heading: filled([(SearchField::Title, title)]),
            body: filled([
                (SearchField::Text, text),
                (SearchField::Deliverable, deliverable),
                (SearchField::Section, Some(section_label + &section_title)),
                (SearchField::Basis, basis),
            ]),
        },
        readers,
        is_for_bodies: issued_at.is_some(),
    })
}

fn found_report(row: &mut Row<'_>) -> Result<Found, StoreError> {
    let number = row.take()?;
    let changed_at = row.take()?;
    let report = row.take()?;
    let organisation: OrganisationId = row.take()?;
    Ok(Found {
        number,
        changed_at,
        subject: SearchSubject::Report {
            report,
            organisation_name: row.take()?,
            period: row.take()?,
            state: row.take()?,
            number: row.take()?,
            task_title: row.take()?,
            plan_title: row.take()?,
        },
        words: SearchWords {
            heading: Vec::new(),
            body: filled([
                (SearchField::Done, row.take()?),
                (SearchField::Problems, row.take()?),
                (SearchField::HelpWanted, row.take()?),
                (SearchField::NextStep, row.take()?),
                (SearchField::ReturnReason, row.take()?),
                (SearchField::Conclusion, row.take()?),
            ]),
        },
        readers: vec![SearchReader::Overseer, SearchReader::Body(organisation)],
        is_for_bodies: false,
    })
}

fn found_document(row: &mut Row<'_>) -> Result<Found, StoreError> {
    let number = row.take()?;
    let changed_at = row.take()?;
    let document = row.take()?;
    let file_name = row.take()?;
    let text = row.take()?;
    Ok(Found {
        number,
        changed_at,
        subject: SearchSubject::Document {
            document,
            plan: row.take()?,
            task: None,
        },
        words: SearchWords {
            heading: filled([(SearchField::FileName, file_name)]),
            body: filled([(SearchField::Text, text)]),
        },
        readers: vec![SearchReader::Overseer],
        is_for_bodies: false,
    })
}

impl Snapshot<'_> {
    /// The things that are wanted and that the scope lets through, in the order of a list.
    pub(super) fn search_rows(&self, scope: &SearchScope, which: &Which<'_>) -> Result<Vec<Found>, StoreError> {
        let mut rows = Vec::new();
        match which {
            Which::Numbers(numbers) => {
                for keys in numbers.chunks(KEYS) {
                    let keys = keys.iter().map(|number| Value::from(*number)).collect();
                    self.search_statement(scope, "number", keys, None, &mut rows)?;
                }
            }
            Which::Subjects(subjects) => {
                for keys in subjects.chunks(KEYS) {
                    let keys = keys.iter().map(Value::from).collect();
                    self.search_statement(scope, "subject", keys, None, &mut rows)?;
                }
            }
            Which::Waiting(limit) => self.search_statement(scope, "number", Vec::new(), Some(*limit), &mut rows)?,
        }
        if scope.kind == SearchKind::Task {
            self.add_parties(&mut rows)?;
        }
        // A greater number is a later change; what waits has none and is told apart by the change itself.
        rows.sort_by_key(|row| (Reverse(row.number), Reverse(row.changed_at), row.subject.id()));
        for row in &mut rows {
            row.words = std::mem::take(&mut row.words).for_reader(scope.reader);
        }
        Ok(rows)
    }

    /// Runs the statement of a kind: for `keys` of a column, or for what waits, at most `limit`.
    fn search_statement<'v>(
        &self,
        scope: &'v SearchScope,
        column: &str,
        mut parameters: Vec<Value<'v>>,
        limit: Option<u32>,
        rows: &mut Vec<Found>,
    ) -> Result<(), StoreError> {
        let (select, plan, read): (_, _, fn(&mut Row<'_>) -> Result<Found, StoreError>) = match scope.kind {
            SearchKind::Task => (TASKS, " and task.plan = {}", found_task),
            SearchKind::Report => (REPORTS, " and task.plan = {}", found_report),
            SearchKind::Document => (
                DOCUMENTS,
                " and exists (select 1 from plan where plan.document = document.id and plan.id = {})",
                found_document,
            ),
            SearchKind::Plan | SearchKind::Organisation => return Ok(()),
        };
        let mut sql = select.to_owned();
        if limit.is_some() {
            sql.push_str(" and search_entry.number is null");
        } else {
            while let Some(last) = parameters.last().filter(|_| parameters.len() < KEYS).cloned() {
                parameters.push(last);
            }
            let list: Vec<String> = (1..=parameters.len()).map(|number| format!("${number}")).collect();
            sql.push_str(&format!(" and search_entry.{column} in ({})", list.join(", ")));
        }
        let mut require = |condition: &str, value: Value<'v>| {
            parameters.push(value);
            sql.push_str(&condition.replacen("{}", &format!("${}", parameters.len()), 1));
        };
        match (scope.kind, &scope.reader) {
            (SearchKind::Task, SearchReader::Body(organisation)) => require(TASK_CONCERNS, organisation.into()),
            (SearchKind::Report, SearchReader::Body(organisation)) => {
                require(" and report.organisation = {}", organisation.into());
            }
            (SearchKind::Task, SearchReader::Public) => require(TASK_PUBLICATION, Publication::Open.into()),
            _ => {}
        }
        if let Some(id) = &scope.plan {
            require(plan, id.into());
        }
        if let Some(limit) = limit {
            require(
                " order by search_entry.changed_at desc, search_entry.subject limit {}",
                limit.into(),
            );
        }
        self.connection.each(&sql, &parameters, &mut |row| {
            rows.push(read(row)?);
            Ok(())
        })
    }

    /// The names of bodies, as tasks write them, as words of the tasks.
    fn add_parties(&self, rows: &mut [Found]) -> Result<(), StoreError> {
        let tasks = tasks_of(rows);
        let mut names: BTreeMap<TaskId, Vec<String>> = BTreeMap::new();
        for_keys(PARTIES, &tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                names.entry(row.take()?).or_default().push(row.take()?);
                Ok(())
            })
        })?;
        for row in rows {
            if let SearchSubject::Task { task, .. } = row.subject {
                let names = names.remove(&task).unwrap_or_default();
                row.words
                    .body
                    .extend(names.into_iter().map(|name| (SearchField::Party, name)));
            }
        }
        Ok(())
    }

    /// Adds the bodies that may find each task.
    pub(super) fn add_concerned(&self, rows: &mut [Found]) -> Result<(), StoreError> {
        let tasks = tasks_of(rows);
        let mut bodies: BTreeMap<TaskId, Vec<OrganisationId>> = BTreeMap::new();
        for_keys(CONCERNED, &tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                bodies.entry(row.take()?).or_default().push(row.take()?);
                Ok(())
            })
        })?;
        for row in rows {
            if let SearchSubject::Task { task, .. } = row.subject
                && row.is_for_bodies
            {
                let bodies = bodies.remove(&task).unwrap_or_default();
                row.readers.extend(bodies.into_iter().map(SearchReader::Body));
            }
        }
        Ok(())
    }
}

fn tasks_of(rows: &[Found]) -> Vec<TaskId> {
    rows.iter()
        .filter_map(|row| match row.subject {
            SearchSubject::Task { task, .. } => Some(task),
            _ => None,
        })
        .collect()
}
