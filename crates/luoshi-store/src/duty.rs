//! Reports that are owed (待办, 未报清单): one for each reporting body of each tracked task of an issued plan, with what became of it.
//!
//! Whether one is late, the reader sees from the day that stands beside it.

use luoshi_ledger::{
    ids::{OrganisationId, PlanId},
    period::Period,
    view::Duty,
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, Value},
    error::StoreError,
    snapshot::Snapshot,
};

/// A plan that was issued, or a body that was named, after the month was over owes nothing for it.
macro_rules! duties {
    ($condition:literal) => {
        concat!(
            "select task.id, task.number, task.title, task_reporter.organisation, organisation.name, $1, plan.report_day,
                report.state
            from plan
            join task on task.plan = plan.id
            join task_reporter on task_reporter.task = task.id
            join organisation on organisation.id = task_reporter.organisation
            left join report on report.task = task.id and report.organisation = task_reporter.organisation
                and report.period = $1
            where plan.issued_at < $2 and task.reporting_since < $2 and task.tracking = 'tracked' ",
            $condition,
            " order by plan.id, task.number, task_reporter.ordinal"
        )
    };
}

const ALL: &str = duties!("");
const OF_PLAN: &str = duties!("and plan.id = $3");
const OF_ORGANISATION: &str = duties!("and task_reporter.organisation = $3");
const OF_PLAN_AND_ORGANISATION: &str = duties!("and plan.id = $3 and task_reporter.organisation = $4");

/// The stable word of a report's state.
struct StateWord(&'static str);

impl FromColumn for StateWord {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        const WORDS: [&str; 4] = ["submitted", "approved", "verified", "returned"];
        match value {
            ColumnValue::Text(text) => WORDS.into_iter().find(|word| *word == text).map(StateWord),
            _ => None,
        }
    }
}

impl FromRow for Duty {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let task = row.take()?;
        let number = row.take()?;
        let title = row.take()?;
        let organisation = row.take()?;
        let organisation_name = row.take()?;
        let period: Period = row.take()?;
        let report_day: u8 = row.take()?;
        let state: Option<StateWord> = row.take()?;
        Ok(Self {
            task,
            number,
            title,
            organisation,
            organisation_name,
            period,
            due: period.due_day(report_day),
            state: state.map(|word| word.0),
        })
    }
}

impl Snapshot<'_> {
    /// The reports that are owed for `period`, of one plan or all, by one body or all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn duties(
        &self,
        plan: Option<PlanId>,
        organisation: Option<OrganisationId>,
        period: Period,
    ) -> Result<Vec<Duty>, StoreError> {
        let (month, end) = (Value::from(period), Value::from(period.ends_at()));
        match (&plan, &organisation) {
            (None, None) => self.connection.all(ALL, &[month, end]),
            (Some(plan), None) => self.connection.all(OF_PLAN, &[month, end, plan.into()]),
            (None, Some(body)) => self.connection.all(OF_ORGANISATION, &[month, end, body.into()]),
            (Some(plan), Some(body)) => self
                .connection
                .all(OF_PLAN_AND_ORGANISATION, &[month, end, plan.into(), body.into()]),
        }
    }
}
