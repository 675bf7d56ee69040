//! The history of a task: its own events and those of its reports, with the names of those who caused them. Texts are not in it.

use luoshi_ledger::{
    EventKind,
    ids::{ReportId, TaskId},
    view::TimelineEntry,
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, values},
    error::StoreError,
    snapshot::Snapshot,
};

/// The period of a report is a function of its id, so it is read from the report's row.
const OF_TASK: &str = "
    select event.id, event.kind, event.effective_at, event.recorded_at, event.actor, coalesce(account.display_name, ''),
        coalesce(organisation.name, ''), history.report, history.period, leaf.leaf_index
    from (
        select id as event_id, null as report, null as period
        from event where stream_id = $1 and stream_kind = 'task'
        union all
        select event.id, report.id, report.period
        from report join event on event.stream_id = report.id and event.stream_kind = 'report'
        where report.task = $1
    ) as history
    join event on event.id = history.event_id
    left join account on account.id = event.actor
    left join organisation on organisation.id = account.organisation
    left join leaf on leaf.event_id = event.id
    order by event.id desc";

impl FromColumn for EventKind {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => EventKind::ALL.iter().copied().find(|kind| kind.code() == text),
            _ => None,
        }
    }
}

impl FromRow for TimelineEntry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            event: row.take()?,
            kind: row.take()?,
            effective_at: row.take()?,
            recorded_at: row.take()?,
            actor: row.take()?,
            actor_name: row.take()?,
            actor_organisation: row.take()?,
            report: row.take::<Option<ReportId>>()?,
            period: row.take()?,
            leaf_index: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The history of a task and of its reports, latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn timeline(&self, task: TaskId) -> Result<Vec<TimelineEntry>, StoreError> {
        self.connection.all(OF_TASK, values![&task])
    }
}
