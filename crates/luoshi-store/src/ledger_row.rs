//! Rows of the ledger (台账) as pages and exports show them. A page takes a fixed number of queries, however long the ledger is.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    ids::{OrganisationId, PlanId, ReportId, TaskId},
    light::Light,
    plan::{Plan, deadline},
    report::Report,
    task::{Publication, Task},
    view::{LatestReport, LedgerFilter, LedgerRow, LineVersion, PartyView, ReportView},
};

use crate::{
    engine::{FromRow, Row, Value, for_keys, values},
    error::StoreError,
    snapshot::Snapshot,
};

/// One statement for each index by which rows of the ledger are found, all with the same columns.
struct Ways {
    /// In the order of the tasks.
    by_number: &'static str,
    /// In the order of the tasks of one section.
    by_section: &'static str,
    /// In the order of the tasks with one light.
    by_light: &'static str,
    /// In the order of the tasks that concern one body.
    by_organisation: &'static str,
    /// Whether the last two read tasks as well.
    reads_tasks: bool,
}

macro_rules! ways {
    ($columns:ident, $further_tables:literal) => {
        Ways {
            reads_tasks: true,
            by_number: concat!(
                "select ",
                $columns!(),
                " from task join task_light on task_light.task = task.id ",
                $further_tables,
                " where task.plan = $1 and task.number > $2"
            ),
            by_section: concat!(
                "select ",
                $columns!(),
                " from task join task_light on task_light.task = task.id ",
                $further_tables,
                " where task.plan = $1 and task.number > $2 and task.section = $3"
            ),
            by_light: concat!(
                "select ",
                $columns!(),
                " from task_light join task on task.id = task_light.task ",
                $further_tables,
                " where task_light.plan = $1 and task_light.number > $2 and task_light.colour = $3"
            ),
            by_organisation: concat!(
                "select ",
                $columns!(),
                " from task_organisation join task on task.id = task_organisation.task
                join task_light on task_light.task = task.id ",
                $further_tables,
                " where task_organisation.plan = $1 and task_organisation.number > $2
                    and task_organisation.organisation = $3"
            ),
        }
    };
}

/// What a row shows.
macro_rules! row_columns {
    () => {
        "task.id, task.plan, task.number, coalesce(section.label, ''), coalesce(section.title, ''), task.kind,
            task.label, task.title, task.text, task.deliverable, task.due, plan.year, task.publication,
            task_light.colour, task_light.proof, task_light.reason, task_light.since, task_light.rule_version"
    };
}

const ROWS: Ways = ways!(
    row_columns,
    "join plan on plan.id = task.plan left join section on section.id = task.section"
);

const ROWS_OF_TASKS: &str = concat!(
    "select ",
    row_columns!(),
    " from task join task_light on task_light.task = task.id
    join plan on plan.id = task.plan left join section on section.id = task.section
    where task.id in ({})"
);

/// What a row shows that stands neither in the task nor in its plan.
const BESIDE_TASK: &str = "
    select coalesce(section.label, ''), coalesce(section.title, ''), task_light.latest,
        task_light.colour, task_light.proof, task_light.reason, task_light.since, task_light.rule_version
    from task_light left join section on section.id = $2 where task_light.task = $1";

const NAMES: &str = "select id, name from organisation where id in ({})";

/// The columns of [`BESIDE_TASK`].
struct Beside {
    section: String,
    latest: Option<ReportId>,
    light: Light,
}

impl FromRow for Beside {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (label, title): (String, String) = (row.take()?, row.take()?);
        Ok(Self {
            section: label + &title,
            latest: row.take()?,
            light: Light::from_row(row)?,
        })
    }
}

/// What a line of a list depends on, all of which stands beside the light.
macro_rules! version_columns {
    () => {
        "task_light.task, task_light.number, task_light.task_version, task_light.colour, task_light.proof, task_light.latest,
            task_light.latest_organisation, task_light.latest_version"
    };
}

const VERSIONS: Ways = Ways {
    reads_tasks: false,
    by_light: concat!(
        "select ",
        version_columns!(),
        " from task_light where task_light.plan = $1 and task_light.number > $2 and task_light.colour = $3"
    ),
    by_organisation: concat!(
        "select ",
        version_columns!(),
        " from task_organisation join task_light on task_light.task = task_organisation.task
        where task_organisation.plan = $1 and task_organisation.number > $2 and task_organisation.organisation = $3"
    ),
    ..ways!(version_columns, "")
};

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
            due: deadline(due, year),
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

impl FromRow for LineVersion {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let task = row.take()?;
        let number = row.take()?;
        let task_version = row.take()?;
        let colour = row.take()?;
        let proof = row.take()?;
        let report: Option<ReportId> = row.take()?;
        let latest = match report {
            Some(report) => Some(LatestReport {
                report,
                organisation: row.take()?,
                version: row.take()?,
            }),
            None => None,
        };
        Ok(Self {
            task,
            number,
            task_version,
            colour,
            proof,
            latest,
        })
    }
}

/// The statement for a filter, with its parameters. The condition that is likely to leave fewest tasks decides which index is walked; the
/// others are looked up for each task on the way. Each combination has one text, so that it is prepared once.
fn statement<'f>(ways: &Ways, plan: &'f PlanId, filter: &'f LedgerFilter) -> (String, Vec<Value<'f>>) {
    let mut parameters = values![plan, filter.after_number.unwrap_or(0)].to_vec();
    // What a body may see is commonly less than what another one is named in.
    let body = filter.visible_to.as_ref().or(filter.organisation.as_ref());
    let (sql, number) = match (body, &filter.section, filter.light) {
        (Some(organisation), _, _) => {
            parameters.push(organisation.into());
            (ways.by_organisation, "task_organisation.number")
        }
        (None, Some(section), _) => {
            parameters.push(section.into());
            (ways.by_section, "task.number")
        }
        (None, None, Some(light)) => {
            parameters.push(light.into());
            (ways.by_light, "task_light.number")
        }
        (None, None, None) => (ways.by_number, "task.number"),
    };
    let mut sql = sql.to_owned();
    let mut require = |condition: &str, value: Value<'f>| {
        parameters.push(value);
        sql.push_str(&condition.replacen("{}", &format!("${}", parameters.len()), 1));
    };
    let reads_tasks = ways.reads_tasks || (body.is_none() && (filter.section.is_some() || filter.light.is_none()));
    let mut require_of_task = |column: &str, value: Value<'f>| {
        require(
            &if reads_tasks {
                format!(" and task.{column} = {{}}")
            } else {
                format!(" and exists (select 1 from task where task.id = task_light.task and task.{column} = {{}})")
            },
            value,
        );
    };
    if let (Some(_), Some(section)) = (body, &filter.section) {
        require_of_task("section", section.into());
    }
    if filter.only_open {
        require_of_task("publication", Publication::Open.into());
    }
    if let (true, Some(light)) = (body.is_some() || filter.section.is_some(), filter.light) {
        require(" and task_light.colour = {}", light.into());
    }
    if let (Some(organisation), Some(_)) = (&filter.organisation, &filter.visible_to) {
        let condition = " and exists (
            select 1 from task_organisation as other
            where other.plan = task_organisation.plan and other.number = task_organisation.number
                and other.organisation = {})";
        require(condition, organisation.into());
    }
    require(
        &format!(" order by {number} limit {{}}"),
        filter.limit.map_or(i64::MAX, i64::from).into(),
    );
    (sql, parameters)
}

impl Snapshot<'_> {
    /// The rows of a plan's ledger that `filter` wants, by 序号.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn ledger(&self, plan: PlanId, filter: &LedgerFilter) -> Result<Vec<LedgerRow>, StoreError> {
        let (sql, parameters) = statement(&ROWS, &plan, filter);
        let mut rows = self.connection.all(&sql, &parameters)?;
        self.complete(&mut rows)?;
        Ok(rows)
    }

    /// The versions of the same rows, in the same order: what their lines in a list depend on, at a fraction of the price.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn line_versions(&self, plan: PlanId, filter: &LedgerFilter) -> Result<Vec<LineVersion>, StoreError> {
        let (sql, parameters) = statement(&VERSIONS, &plan, filter);
        self.connection.all(&sql, &parameters)
    }

    /// The rows of tasks, in no order; what is no task has none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn rows_of_tasks(&self, tasks: &[TaskId]) -> Result<Vec<LedgerRow>, StoreError> {
        let mut rows: Vec<LedgerRow> = Vec::with_capacity(tasks.len());
        for_keys(ROWS_OF_TASKS, tasks, |sql, keys| {
            rows.extend(self.connection.all::<LedgerRow>(sql, keys)?);
            Ok(())
        })?;
        self.complete(&mut rows)?;
        Ok(rows)
    }

    /// The row that the ledger shows for a task of `plan`, by as little as has to be asked for beside them; `reports` are those of the task that
    /// were read already. None where the task has no light, as before it entered the ledger.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn task_row(&self, task: &Task, plan: &Plan, reports: &[ReportView]) -> Result<Option<LedgerRow>, StoreError> {
        let beside: Option<Beside> = self
            .connection
            .optional(BESIDE_TASK, values![&task.id, task.section.as_ref()])?;
        let Some(Beside { section, light, latest }) = beside else {
            return Ok(None);
        };
        let latest = match latest {
            Some(latest) => match reports.iter().find(|view| view.report.id == latest) {
                Some(view) => Some(view.report.clone()),
                None => self.report(latest)?,
            },
            None => None,
        };
        let reporting = task.reporting.organisations();
        let mut bodies: Vec<OrganisationId> = task.parties.iter().filter_map(|party| party.organisation).collect();
        bodies.extend(reporting);
        bodies.sort_unstable();
        bodies.dedup();
        let mut names: BTreeMap<OrganisationId, String> = BTreeMap::new();
        for_keys(NAMES, &bodies, |sql, keys| {
            names.extend(self.connection.all::<(OrganisationId, String)>(sql, keys)?);
            Ok(())
        })?;
        let named = |body: &OrganisationId| names.get(body).map(|name| (*body, name.clone()));
        let parties = task.parties.iter().map(|party| PartyView {
            role: party.role,
            raw: party.raw.clone(),
            organisation: party.organisation.as_ref().and_then(named),
            inherited: party.inherited,
        });
        Ok(Some(LedgerRow {
            task: task.id,
            plan: plan.id,
            number: task.number,
            section,
            kind: task.kind,
            label: task.label.clone(),
            title: task.title.clone(),
            text: task.text.clone(),
            targets: task.targets.clone(),
            deliverable: task.deliverable.clone(),
            parties: parties.collect(),
            reporters: reporting.iter().filter_map(named).collect(),
            due: deadline(task.due, plan.year),
            completion: latest.as_ref().and_then(Report::counting_completion),
            latest,
            light,
            publication: task.publication,
        }))
    }

    /// Adds what has tables of its own.
    fn complete(&self, rows: &mut [LedgerRow]) -> Result<(), StoreError> {
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
        for row in rows {
            row.targets = targets.remove(&row.task).unwrap_or_default();
            row.parties = parties.remove(&row.task).unwrap_or_default();
            row.reporters = reporters.remove(&row.task).unwrap_or_default();
            row.latest = latest.remove(&row.task);
            row.completion = row.latest.as_ref().and_then(Report::counting_completion);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::{ids::SectionId, light::Colour};
    use uuid::Uuid;

    use super::*;

    /// How SQLite goes about the statement for a filter, in an empty database without statistics.
    fn way(ways: &Ways, filter: &LedgerFilter) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let connection = crate::sqlite::connection::open_for_replay(&folder.path().join("ledger")).unwrap();
        let plan = PlanId(Uuid::nil());
        let (sql, parameters) = statement(ways, &plan, filter);
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

    #[track_caller]
    fn walks(filter: &LedgerFilter, walk: &str) {
        for ways in [&ROWS, &VERSIONS] {
            let steps = way(ways, filter);
            let without_the_plan = steps.iter().find(|step| !step.starts_with("search plan"));
            assert_eq!(without_the_plan.map(String::as_str), Some(walk), "{steps:#?}");
            // No table is read through and nothing is sorted.
            assert!(
                steps
                    .iter()
                    .all(|step| step.starts_with("search") || step.contains("subquery")),
                "{steps:#?}"
            );
        }
    }

    #[test]
    fn each_filter_walks_an_index_in_the_order_of_the_ledger() {
        let all = LedgerFilter::default;
        let section = Some(SectionId(Uuid::nil()));
        let organisation = Some(OrganisationId(Uuid::nil()));
        walks(&all(), "search task using index task_number (plan=? and number>?)");
        let by_section = "search task using index task_section (section=? and number>?)";
        walks(&LedgerFilter { section, ..all() }, by_section);
        walks(
            &LedgerFilter {
                section,
                light: Some(Colour::Red),
                ..all()
            },
            by_section,
        );
        let by_light = "search task_light using index task_light_colour (plan=? and colour=? and number>?)";
        walks(
            &LedgerFilter {
                light: Some(Colour::Red),
                ..all()
            },
            by_light,
        );
        let by_organisation = "search task_organisation using primary key (plan=? and organisation=? and number>?)";
        walks(&LedgerFilter { organisation, ..all() }, by_organisation);
        walks(
            &LedgerFilter {
                visible_to: organisation,
                light: Some(Colour::Red),
                ..all()
            },
            by_organisation,
        );
        walks(
            &LedgerFilter {
                organisation,
                visible_to: organisation,
                section,
                only_open: true,
                ..all()
            },
            by_organisation,
        );
    }
}
