//! Rows of the ledger (台账) as pages and exports show them. A page takes a fixed number of queries, however long the ledger is.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    ids::{OrganisationId, PlanId, TaskId},
    light::Light,
    report::{Report, ReportState},
    view::{LedgerFilter, LedgerRow, PartyView},
};

use crate::{
    engine::{FromRow, Row, Value, for_keys, values},
    error::StoreError,
    light::due_of,
    snapshot::Snapshot,
};

/// What every row shows, whichever index it was found by.
macro_rules! rows {
    ($from:literal) => {
        concat!(
            "select task.id, task.plan, task.number, coalesce(section.label, ''), coalesce(section.title, ''), task.kind,
                task.label, task.title, task.text, task.deliverable, task.due, plan.year, task.publication,
                task_light.colour, task_light.proof, task_light.reason, task_light.since, task_light.rule_version
            from ",
            $from,
            "
            join plan on plan.id = task.plan
            join task_light on task_light.task = task.id
            left join section on section.id = task.section
            where "
        )
    };
}

/// Walks the tasks of a plan.
const BY_NUMBER: &str = concat!(rows!("task"), "task.plan = $1 and task.number > $2");

/// Walks the tasks of a plan that concern a body.
const BY_ORGANISATION: &str = concat!(
    rows!("task_organisation join task on task.id = task_organisation.task"),
    "task_organisation.plan = $1 and task_organisation.number > $2 and task_organisation.organisation = $4"
);

const ONE: &str = concat!(rows!("task"), "task.id = $1");

const PARTIES: &str = "
    select party.task, party.role, party.raw, party.organisation, organisation.name, party.inherited
    from party left join organisation on organisation.id = party.organisation
    where party.task in ({}) order by party.task, party.ordinal";

const REPORTERS: &str = "
    select task_reporter.task, task_reporter.organisation, organisation.name
    from task_reporter join organisation on organisation.id = task_reporter.organisation
    where task_reporter.task in ({}) order by task_reporter.task, task_reporter.ordinal";

impl FromRow for LedgerRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let task = row.take()?;
        let plan = row.take()?;
        let number = row.take()?;
        let section_label: String = row.take()?;
        let section_title: String = row.take()?;
        let kind = row.take()?;
        let label = row.take()?;
        let title = row.take()?;
        let text = row.take()?;
        let deliverable = row.take()?;
        let due: Option<Date> = row.take()?;
        let year = row.take()?;
        let publication = row.take()?;
        Ok(Self {
            task,
            plan,
            number,
            section: section_label + &section_title,
            kind,
            label,
            title,
            text,
            targets: Vec::new(),
            deliverable,
            parties: Vec::new(),
            reporters: Vec::new(),
            due: due_of(due, year),
            latest: None,
            completion: None,
            light: Light::from_row(row)?,
            publication,
        })
    }
}

impl FromRow for PartyView {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let role = row.take()?;
        let raw = row.take()?;
        let organisation: Option<OrganisationId> = row.take()?;
        let name: Option<String> = row.take()?;
        Ok(Self {
            role,
            raw,
            organisation: organisation.zip(name),
            inherited: row.take()?,
        })
    }
}

/// The statement for a filter. Each combination has a text of its own, so that each is prepared once and walks the index that suits it.
fn statement(filter: &LedgerFilter) -> String {
    let (mut sql, number) = match filter.organisation {
        Some(_) => (BY_ORGANISATION.to_owned(), "task_organisation.number"),
        None => (BY_NUMBER.to_owned(), "task.number"),
    };
    if filter.section.is_some() {
        sql.push_str(" and task.section = $5");
    }
    if filter.light.is_some() {
        sql.push_str(" and task_light.plan = $1 and task_light.colour = $6");
        if filter.organisation.is_none() {
            sql.push_str(" and task_light.number > $2");
        }
    }
    if filter.only_open {
        sql.push_str(" and task.publication = 'open'");
    }
    // A colour is walked in the index of lights, whose numbers are the tasks' own.
    let order = if filter.light.is_some() && filter.organisation.is_none() {
        "task_light.number"
    } else {
        number
    };
    sql.push_str(" order by ");
    sql.push_str(order);
    sql.push_str(" limit $3");
    sql
}

impl Snapshot<'_> {
    /// The rows of a plan's ledger that `filter` wants, by 序号.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn ledger(&self, plan: PlanId, filter: &LedgerFilter) -> Result<Vec<LedgerRow>, StoreError> {
        let parameters = values![
            &plan,
            filter.after_number.unwrap_or(0),
            filter.limit.map_or(i64::MAX, i64::from),
            filter.organisation.as_ref(),
            filter.section.as_ref(),
            filter.light,
        ];
        self.ledger_rows(&statement(filter), parameters)
    }

    /// The row that the ledger shows for a task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn task_row(&self, task: TaskId) -> Result<Option<LedgerRow>, StoreError> {
        Ok(self.ledger_rows(ONE, values![&task])?.pop())
    }

    fn ledger_rows(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<LedgerRow>, StoreError> {
        let mut rows: Vec<LedgerRow> = self.connection.all(sql, parameters)?;
        let tasks: Vec<TaskId> = rows.iter().map(|row| row.task).collect();
        let mut targets = self.targets_of(&tasks)?;
        let mut parties: BTreeMap<TaskId, Vec<PartyView>> = BTreeMap::new();
        for_keys(PARTIES, &tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let task = row.take()?;
                parties.entry(task).or_default().push(PartyView::from_row(row)?);
                Ok(())
            })
        })?;
        let mut reporters: BTreeMap<TaskId, Vec<(OrganisationId, String)>> = BTreeMap::new();
        for_keys(REPORTERS, &tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                reporters
                    .entry(row.take()?)
                    .or_default()
                    .push((row.take()?, row.take()?));
                Ok(())
            })
        })?;
        let mut latest = self.latest_reports_of(&tasks)?;
        for row in &mut rows {
            row.targets = targets.remove(&row.task).unwrap_or_default();
            row.parties = parties.remove(&row.task).unwrap_or_default();
            row.reporters = reporters.remove(&row.task).unwrap_or_default();
            row.latest = latest.remove(&row.task);
            row.completion = row.latest.as_ref().and_then(completion_of);
        }
        Ok(rows)
    }
}

/// 完成率 that counts: what the verifier found, else what the body stated.
fn completion_of(report: &Report) -> Option<u8> {
    match &report.state {
        ReportState::Verified {
            completion: Some(completion),
            ..
        } => Some(*completion),
        _ => report.completion,
    }
}
