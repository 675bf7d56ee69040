//! Rows of tasks (任务) with their parties and reporting bodies. Targets have a room of their own.

use std::collections::BTreeMap;

use luoshi_ledger::{
    ids::{OrganisationId, PlanId, TaskId},
    task::{ExcludedClause, Party, Publication, Reporting, Source, Task, Tracking},
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Json, Row, Value, for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

macro_rules! of_ids {
    ($title:literal, $text:literal, $basis:literal, $deliverable:literal $(, $more:literal)?) => {
        concat!(
            "select id, version, plan, section, number, kind, label, ", $title, ", ", $text, ", ", $basis, ",
                source_document, source_start, source_end, ", $deliverable, ", due, reporting, reporting_since, tracking,
                not_tracked_reason, excluded, publication
            from task where id in ({})" $(, $more)?
        )
    };
}

const OF_IDS: &str = of_ids!("title", "text", "basis", "deliverable");

/// As [`OF_IDS`], with nothing where words stand that can be erased by law.
macro_rules! of_ids_without_words {
    ($($more:literal)?) => {
        of_ids!("''", "''", "null", "null" $(, $more)?)
    };
}

const WITHOUT_WORDS: &str = of_ids_without_words!();

/// Tasks alone. Everything about a task is decided one after the other, reports of several bodies on it included: its light follows from all of
/// them. Rows that name the task may still be written.
///
/// A report rests on the plan of its task as well. There are reports only where the plan is issued, and from then on nothing is decided about it any
/// more. Where one is handed in and the plan is not issued, that may be about to change, and the work is run again with the plan held.
pub(crate) const LOCK: &str = of_ids_without_words!(" order by id for no key update");

/// As [`LOCK`], for those among the tasks that nobody holds.
pub(crate) const LOCK_UNHELD: &str = of_ids_without_words!(" order by id for no key update skip locked");

/// As [`LOCK`], after the plans that commands about some of their tasks rest on, in one statement: counting the plans has them locked before the first
/// task is.
///
/// Others may rest on the same plans. A task never changes its plan. Once a plan is issued it is not locked: many sharers of one row cost the server
/// more than all else that they do. A plan that is being issued is waited for and then looked at again.
pub(crate) const LOCK_WITH_PLANS: &str = concat!(
    "with shared as materialized (
        select id from plan where issued_at is null and id in (select plan from task where id in ({}))
        order by id for share
    ) ",
    of_ids_without_words!(" and (select count(*) from shared) >= 0 order by id for no key update")
);

const PARTIES: &str = "
    select task, role, raw, organisation, span_start, span_end, inherited
    from party where task in ({}) order by task, ordinal";

const REPORTERS: &str = "select task, organisation from task_reporter where task in ({}) order by task, ordinal";

const OF_PLAN: &str = "select id from task where plan = $1 order by number";

const SAVE: &str = "
    insert into task
        (id, version, plan, section, number, kind, label, title, basis, source_document, source_start, source_end,
        deliverable, due, reporting, reporting_since, tracking, not_tracked_reason, excluded, publication, text)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
    on conflict (id) do update set
        version = excluded.version, plan = excluded.plan, section = excluded.section, number = excluded.number,
        kind = excluded.kind, label = excluded.label, title = excluded.title, basis = excluded.basis,
        source_document = excluded.source_document, source_start = excluded.source_start,
        source_end = excluded.source_end, deliverable = excluded.deliverable, due = excluded.due,
        reporting = excluded.reporting, reporting_since = excluded.reporting_since, tracking = excluded.tracking,
        not_tracked_reason = excluded.not_tracked_reason, excluded = excluded.excluded,
        publication = excluded.publication, text = excluded.text";

const DELETE_PARTIES: &str = "delete from party where task = $1";

const INSERT_PARTY: &str = "
    insert into party (task, ordinal, role, raw, organisation, span_start, span_end, inherited)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

const DELETE_REPORTERS: &str = "delete from task_reporter where task = $1";

const INSERT_REPORTER: &str = "insert into task_reporter (task, ordinal, organisation) values ($1, $2, $3)";

const DELETE_CONCERNED: &str = "delete from task_organisation where task = $1";

const INSERT_CONCERNED: &str = "
    insert into task_organisation (plan, organisation, number, task) values ($1, $2, $3, $4)";

/// The stable words of [`Reporting`]; the bodies have rows of their own.
#[derive(Clone, Copy)]
enum ReportingWord {
    Unnamed,
    Single,
    Jointly,
}

impl FromColumn for ReportingWord {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text("unnamed") => Some(ReportingWord::Unnamed),
            ColumnValue::Text("single") => Some(ReportingWord::Single),
            ColumnValue::Text("jointly") => Some(ReportingWord::Jointly),
            _ => None,
        }
    }
}

/// The stable words of [`Tracking`].
#[derive(Clone, Copy)]
enum TrackingWord {
    Tracked,
    NotTracked,
}

impl FromColumn for TrackingWord {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text("tracked") => Some(TrackingWord::Tracked),
            ColumnValue::Text("not_tracked") => Some(TrackingWord::NotTracked),
            _ => None,
        }
    }
}

/// A task without the rows that stand beside it.
struct TaskRow {
    task: Task,
    reporting: ReportingWord,
}

impl FromRow for TaskRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id = row.take()?;
        let version = row.take()?;
        let plan = row.take()?;
        let section = row.take()?;
        let number = row.take()?;
        let kind = row.take()?;
        let label = row.take()?;
        let title = row.take()?;
        let text = row.take()?;
        let basis = row.take()?;
        let source_document: Option<_> = row.take()?;
        let source_span = row.take_span()?;
        let deliverable = row.take()?;
        let due = row.take()?;
        let reporting = row.take()?;
        let reporting_since = row.take()?;
        let tracking = row.take()?;
        let not_tracked_reason: Option<String> = row.take()?;
        let excluded = row.take::<Json<Vec<ExcludedClause>>>()?.0;
        Ok(Self {
            task: Task {
                id,
                version,
                plan,
                section,
                number,
                kind,
                label,
                title,
                text,
                basis,
                source: source_document
                    .zip(source_span)
                    .map(|(document, span)| Source { document, span }),
                parties: Vec::new(),
                targets: Vec::new(),
                deliverable,
                due,
                reporting: Reporting::Unnamed,
                reporting_since,
                tracking: match tracking {
                    TrackingWord::Tracked => Tracking::Tracked { excluded },
                    TrackingWord::NotTracked => Tracking::NotTracked {
                        reason: not_tracked_reason.unwrap_or_default(),
                    },
                },
                publication: row.take()?,
            },
            reporting,
        })
    }
}

impl FromRow for Party {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            role: row.take()?,
            raw: row.take()?,
            organisation: row.take()?,
            span: row.take_span()?,
            inherited: row.take()?,
        })
    }
}

fn reporting_of(word: ReportingWord, organisations: Vec<OrganisationId>) -> Reporting {
    match (word, organisations.first()) {
        (ReportingWord::Single, Some(organisation)) => Reporting::Single {
            organisation: *organisation,
        },
        (ReportingWord::Jointly, _) => Reporting::Jointly { organisations },
        (ReportingWord::Unnamed | ReportingWord::Single, _) => Reporting::Unnamed,
    }
}

impl Snapshot<'_> {
    /// A task with its parties, targets and reporting bodies.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn task(&self, id: TaskId) -> Result<Option<Task>, StoreError> {
        Ok(self.tasks(&[id])?.into_values().next())
    }

    /// Tasks by their ids; ids without a task are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tasks(&self, ids: &[TaskId]) -> Result<BTreeMap<TaskId, Task>, StoreError> {
        self.tasks_by(OF_IDS, ids)
    }

    /// As [`Snapshot::tasks`], with nothing where their words stand: no decision rests on them.
    pub(crate) fn tasks_without_words(&self, ids: &[TaskId]) -> Result<BTreeMap<TaskId, Task>, StoreError> {
        self.tasks_by(WITHOUT_WORDS, ids)
    }

    /// The tasks with rows that `of_ids` answers with, and with what stands beside those.
    pub(crate) fn tasks_by(&self, of_ids: &str, ids: &[TaskId]) -> Result<BTreeMap<TaskId, Task>, StoreError> {
        self.connection.rehearse(|| {
            for sql in [of_ids, PARTIES, REPORTERS] {
                for_keys(sql, ids, |sql, keys| self.connection.each(sql, keys, &mut |_| Ok(())))?;
            }
            self.targets_of(ids).map(|_| ())
        });
        let mut rows: Vec<TaskRow> = Vec::new();
        for_keys(of_ids, ids, |sql, keys| {
            rows.extend(self.connection.all::<TaskRow>(sql, keys)?);
            Ok(())
        })?;
        let mut parties: BTreeMap<TaskId, Vec<Party>> = BTreeMap::new();
        for_keys(PARTIES, ids, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let task = row.take()?;
                parties.entry(task).or_default().push(Party::from_row(row)?);
                Ok(())
            })
        })?;
        let mut reporters: BTreeMap<TaskId, Vec<OrganisationId>> = BTreeMap::new();
        for_keys(REPORTERS, ids, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                reporters.entry(row.take()?).or_default().push(row.take()?);
                Ok(())
            })
        })?;
        let mut targets = self.targets_of(ids)?;
        Ok(rows
            .into_iter()
            .map(|TaskRow { mut task, reporting }| {
                task.parties = parties.remove(&task.id).unwrap_or_default();
                task.targets = targets.remove(&task.id).unwrap_or_default();
                task.reporting = reporting_of(reporting, reporters.remove(&task.id).unwrap_or_default());
                (task.id, task)
            })
            .collect())
    }

    /// The tasks of a plan, in the order of the ledger.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tasks_of_plan(&self, plan: PlanId) -> Result<Vec<TaskId>, StoreError> {
        let rows: Vec<(TaskId,)> = self.connection.all(OF_PLAN, values![&plan])?;
        Ok(rows.into_iter().map(|(task,)| task).collect())
    }
}

impl Transaction<'_> {
    /// Writes a task; the rows beside it only where they differ from `before`.
    pub(crate) fn save_task(&mut self, task: &Task, before: Option<&Task>) -> Result<(), StoreError> {
        let reporting = match &task.reporting {
            Reporting::Unnamed => "unnamed",
            Reporting::Single { .. } => "single",
            Reporting::Jointly { .. } => "jointly",
        };
        let (tracking, reason, excluded) = match &task.tracking {
            Tracking::Tracked { excluded } => ("tracked", None, Json(excluded.as_slice()).text()?),
            Tracking::NotTracked { reason } => ("not_tracked", Some(reason), "[]".to_owned()),
        };
        self.connection.execute(
            SAVE,
            values![
                &task.id,
                task.version,
                &task.plan,
                task.section.as_ref(),
                task.number,
                task.kind,
                &task.label,
                Value::words(task.id.0, &task.title),
                Value::some_words(task.id.0, task.basis.as_ref()),
                task.source.as_ref().map(|source| &source.document),
                task.source.map(|source| source.span.start),
                task.source.map(|source| source.span.end),
                Value::some_words(task.id.0, task.deliverable.as_ref()),
                task.due,
                reporting,
                task.reporting_since,
                tracking,
                reason,
                excluded,
                task.publication,
                Value::words(task.id.0, &task.text),
            ],
        )?;
        self.save_targets(task.id, &task.targets, before.map(|before| before.targets.as_slice()))?;
        let parties_stay = before.is_some_and(|before| before.parties == task.parties);
        let reporters_stay = before.is_some_and(|before| before.reporting == task.reporting);
        let is_new = before.is_none();
        if !parties_stay {
            self.save_parties(task, is_new)?;
        }
        if !reporters_stay {
            self.save_reporters(task, is_new)?;
        }
        if !parties_stay || !reporters_stay {
            self.save_concerned(task, is_new)?;
        }
        let open = |task: &Task| i64::from(task.publication == Publication::Open);
        let new_tasks = i64::from(is_new);
        let new_open_tasks = open(task) - before.map_or(0, open);
        if new_tasks != 0 || new_open_tasks != 0 {
            self.count_tasks(task.plan, new_tasks, new_open_tasks)?;
        }
        Ok(())
    }

    fn save_parties(&mut self, task: &Task, is_new: bool) -> Result<(), StoreError> {
        if !is_new {
            self.connection.send(DELETE_PARTIES, values![&task.id])?;
        }
        for (ordinal, party) in (0_u32..).zip(&task.parties) {
            self.connection.send(
                INSERT_PARTY,
                values![
                    &task.id,
                    ordinal,
                    party.role,
                    &party.raw,
                    party.organisation.as_ref(),
                    party.span.map(|span| span.start),
                    party.span.map(|span| span.end),
                    party.inherited,
                ],
            )?;
        }
        Ok(())
    }

    fn save_reporters(&mut self, task: &Task, is_new: bool) -> Result<(), StoreError> {
        if !is_new {
            self.connection.send(DELETE_REPORTERS, values![&task.id])?;
        }
        for (ordinal, organisation) in (0_u32..).zip(task.reporting.organisations()) {
            self.connection
                .send(INSERT_REPORTER, values![&task.id, ordinal, organisation])?;
        }
        Ok(())
    }

    fn save_concerned(&mut self, task: &Task, is_new: bool) -> Result<(), StoreError> {
        // A new task has no light yet; it is counted when it gets one.
        if !is_new {
            self.count_light(task.id, -1)?;
            self.connection.send(DELETE_CONCERNED, values![&task.id])?;
        }
        let mut concerned: Vec<OrganisationId> = task.parties.iter().filter_map(|party| party.organisation).collect();
        concerned.extend(task.reporting.organisations());
        concerned.sort_unstable();
        concerned.dedup();
        for organisation in &concerned {
            self.connection.send(
                INSERT_CONCERNED,
                values![&task.plan, organisation, task.number, &task.id],
            )?;
        }
        if is_new { Ok(()) } else { self.count_light(task.id, 1) }
    }
}
