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

/// Said so that an engine without statistics is not tempted to begin with all tasks of the plan.
const OF_PLAN: &str = " and (select wanted.id from plan as wanted where wanted.id = task.plan) = {}";

const DOCUMENT_OF_PLAN: &str =
    " and (select count(*) from plan as wanted where wanted.document = document.id and wanted.id = {}) > 0";

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

/// Which things one statement asks for.
enum Wanted<'v> {
    /// Those with one of these values in a column.
    Keys(&'static str, Vec<Value<'v>>),
    /// At most so many of those that wait.
    Waiting(u32),
}

/// How a row of one kind is read.
type Reading = fn(&mut Row<'_>) -> Result<Found, StoreError>;

/// How a row of a kind is read; none for kinds that are not indexed.
fn reading(kind: SearchKind) -> Option<Reading> {
    match kind {
        SearchKind::Task => Some(found_task),
        SearchKind::Report => Some(found_report),
        SearchKind::Document => Some(found_document),
        SearchKind::Plan | SearchKind::Organisation => None,
    }
}

/// The statement for what is wanted, with its parameters. Each combination has one text, so that it is prepared once.
fn statement<'v>(scope: &'v SearchScope, wanted: Wanted<'v>) -> (String, Vec<Value<'v>>) {
    let (select, in_plan) = match scope.kind {
        SearchKind::Report => (REPORTS, OF_PLAN),
        SearchKind::Document => (DOCUMENTS, DOCUMENT_OF_PLAN),
        SearchKind::Task | SearchKind::Plan | SearchKind::Organisation => (TASKS, OF_PLAN),
    };
    let mut sql = select.to_owned();
    let (mut parameters, limit) = match wanted {
        Wanted::Keys(column, mut keys) => {
            while let Some(last) = keys.last().filter(|_| keys.len() < KEYS).cloned() {
                keys.push(last);
            }
            let list: Vec<String> = (1..=keys.len()).map(|number| format!("${number}")).collect();
            sql.push_str(&format!(" and search_entry.{column} in ({})", list.join(", ")));
            (keys, None)
        }
        Wanted::Waiting(limit) => {
            sql.push_str(" and search_entry.number is null");
            (Vec::new(), Some(limit))
        }
    };
    let mut require = |condition: &str, value: Value<'v>| {
        parameters.push(value);
        sql.push_str(&condition.replacen("{}", &format!("${}", parameters.len()), 1));
    };
    match (scope.kind, &scope.reader) {
        (SearchKind::Task, SearchReader::Body(organisation)) => require(TASK_CONCERNS, organisation.into()),
        (SearchKind::Task, SearchReader::Public) => require(TASK_PUBLICATION, Publication::Open.into()),
        (SearchKind::Report, SearchReader::Body(organisation)) => {
            require(" and report.organisation = {}", organisation.into());
        }
        _ => {}
    }
    if let Some(plan) = &scope.plan {
        require(in_plan, plan.into());
    }
    if let Some(limit) = limit {
        require(
            " order by search_entry.changed_at desc, search_entry.subject limit {}",
            limit.into(),
        );
    }
    (sql, parameters)
}

impl Snapshot<'_> {
    /// The things that are wanted and that the scope lets through, in the order of a list.
    pub(super) fn search_rows(&self, scope: &SearchScope, which: &Which<'_>) -> Result<Vec<Found>, StoreError> {
        let Some(read) = reading(scope.kind) else {
            return Ok(Vec::new());
        };
        let groups: Vec<Wanted<'_>> = match which {
            Which::Numbers(numbers) => numbers
                .chunks(KEYS)
                .map(|keys| Wanted::Keys("number", keys.iter().map(|number| Value::from(*number)).collect()))
                .collect(),
            Which::Subjects(subjects) => subjects
                .chunks(KEYS)
                .map(|keys| Wanted::Keys("subject", keys.iter().map(Value::from).collect()))
                .collect(),
            Which::Waiting(limit) => vec![Wanted::Waiting(*limit)],
        };
        let mut rows = Vec::new();
        for wanted in groups {
            let (sql, parameters) = statement(scope, wanted);
            self.connection.each(&sql, &parameters, &mut |row| {
                rows.push(read(row)?);
                Ok(())
            })?;
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

#[cfg(test)]
mod tests {
    use luoshi_ledger::ids::PlanId;

    use super::*;

    /// How SQLite goes about a statement, in an empty database without statistics.
    fn way(scope: &SearchScope, wanted: Wanted<'_>) -> Vec<String> {
        let connection = crate::sqlite::connection::open_for_replay().unwrap();
        let (sql, parameters) = statement(scope, wanted);
        let mut steps = Vec::new();
        crate::engine::Connection::Sqlite(&connection)
            .each(&format!("explain query plan {sql}"), &parameters, &mut |row| {
                let crate::engine::ColumnValue::Text(step) = row.raw(3)? else {
                    panic!("no text")
                };
                steps.push(step.to_lowercase());
                Ok(())
            })
            .unwrap();
        steps
    }

    /// A condition on the kind, or on the plan, made SQLite read all things of that kind for one page.
    #[test]
    fn no_search_reads_a_table_through() {
        let id = Uuid::from_u128(1);
        for kind in SearchKind::INDEXED {
            for reader in [
                SearchReader::Overseer,
                SearchReader::Body(OrganisationId(id)),
                SearchReader::Public,
            ] {
                for plan in [None, Some(PlanId(id))] {
                    let scope = SearchScope { reader, kind, plan };
                    for (wanted, walk) in [
                        (
                            Wanted::Keys("number", vec![1_i64.into()]),
                            "search_entry_number (number=?)",
                        ),
                        (
                            Wanted::Keys("subject", vec![(&id).into()]),
                            "primary key (subject=? and kind=?)",
                        ),
                        (Wanted::Waiting(5), "scan search_entry using index search_entry_waiting"),
                    ] {
                        let steps = way(&scope, wanted);
                        assert!(steps.iter().any(|step| step.contains(walk)), "{scope:?}: {steps:#?}");
                        let reads_through = |step: &&String| step.starts_with("scan") && !step.contains("_waiting");
                        assert_eq!(steps.iter().find(reads_through), None, "{scope:?}: {steps:#?}");
                        let is_found_by_id =
                            |step: &String| !step.starts_with("search task ") || step.contains("(id=?)");
                        assert!(steps.iter().all(is_found_by_id), "{scope:?}: {steps:#?}");
                    }
                }
            }
        }
    }
}
