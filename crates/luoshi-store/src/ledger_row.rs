//! Rows of the ledger (台账) as pages and exports show them. A page takes a fixed number of queries, however long the ledger is.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    ids::{OrganisationId, PlanId, TaskId},
    light::Light,
    plan::deadline,
    report::Report,
    task::Publication,
    view::{LedgerFilter, LedgerRow, PartyView},
};

use crate::{
    engine::{FromRow, Row, Value, for_keys, values},
    error::StoreError,
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
            left join section on section.id = task.section
            where "
        )
    };
}

/// The ledger walked in the order of the tasks.
const BY_NUMBER: &str = concat!(
    rows!("task join task_light on task_light.task = task.id"),
    "task.plan = $1 and task.number > $2"
);

/// The ledger walked in the order of the tasks of one section.
const BY_SECTION: &str = concat!(
    rows!("task join task_light on task_light.task = task.id"),
    "task.plan = $1 and task.number > $2 and task.section = $3"
);

/// The ledger walked in the order of the tasks with one light.
const BY_LIGHT: &str = concat!(
    rows!("task_light join task on task.id = task_light.task"),
    "task_light.plan = $1 and task_light.number > $2 and task_light.colour = $3"
);

/// The ledger walked in the order of the tasks that concern one body.
const BY_ORGANISATION: &str = concat!(
    rows!(
        "task_organisation join task on task.id = task_organisation.task join task_light on task_light.task = task.id"
    ),
    "task_organisation.plan = $1 and task_organisation.number > $2 and task_organisation.organisation = $3"
);

const ONE: &str = concat!(
    rows!("task join task_light on task_light.task = task.id"),
    "task.id = $1"
);

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

/// The statement for a filter, with its parameters. The condition that is likely to leave fewest tasks decides which index is walked; the
/// others are looked up for each task on the way. Each combination has one text, so that it is prepared once.
fn statement<'f>(plan: &'f PlanId, filter: &'f LedgerFilter) -> (String, Vec<Value<'f>>) {
    let mut parameters = values![plan, filter.after_number.unwrap_or(0)].to_vec();
    // What a body may see is commonly less than what another one is named in.
    let body = filter.visible_to.as_ref().or(filter.organisation.as_ref());
    let (sql, number) = match (body, &filter.section, filter.light) {
        (Some(organisation), _, _) => {
            parameters.push(organisation.into());
            (BY_ORGANISATION, "task_organisation.number")
        }
        (None, Some(section), _) => {
            parameters.push(section.into());
            (BY_SECTION, "task.number")
        }
        (None, None, Some(light)) => {
            parameters.push(light.into());
            (BY_LIGHT, "task_light.number")
        }
        (None, None, None) => (BY_NUMBER, "task.number"),
    };
    let mut sql = sql.to_owned();
    let mut require = |condition: &str, value: Value<'f>| {
        parameters.push(value);
        sql.push_str(&condition.replacen("{}", &format!("${}", parameters.len()), 1));
    };
    if let (Some(_), Some(section)) = (body, &filter.section) {
        require(" and task.section = {}", section.into());
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
    if filter.only_open {
        require(" and task.publication = {}", Publication::Open.into());
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
        let (sql, parameters) = statement(&plan, filter);
        self.ledger_rows(&sql, &parameters)
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
            row.completion = row.latest.as_ref().and_then(Report::counting_completion);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::{ids::SectionId, light::Colour};
    use uuid::Uuid;

    use super::*;

    /// How SQLite goes about the statement for a filter, in an empty database without statistics.
    fn way(filter: &LedgerFilter) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let connection = crate::sqlite::connection::open_for_replay(&folder.path().join("ledger")).unwrap();
        let plan = PlanId(Uuid::nil());
        let (sql, parameters) = statement(&plan, filter);
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
        let steps = way(filter);
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
