//! The history of a task: its own events and those of its reports, with the names of those who caused them. Texts are not in it.

use std::cmp::Reverse;

use luoshi_ledger::{
    EventKind,
    ids::{ReportId, TaskId},
    view::TimelineEntry,
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, for_keys, values},
    error::StoreError,
    snapshot::Snapshot,
};

macro_rules! entries {
    ($report:literal, $from:literal) => {
        concat!(
            "select event.id, event.kind, event.effective_at, event.recorded_at, event.actor,
                coalesce(account.display_name, ''), coalesce(organisation.name, ''), ",
            $report,
            ", leaf.leaf_index
            from ",
            $from,
            "
            left join account on account.id = event.actor
            left join organisation on organisation.id = account.organisation
            left join leaf on leaf.event_id = event.id
            where "
        )
    };
}

const OF_TASK: &str = concat!(
    entries!("null, null", "event"),
    "event.stream_id = $1 and event.stream_kind = 'task'"
);

/// The period of a report is a function of its id, so it is read from the report's row.
const OF_REPORTS: &str = concat!(
    entries!(
        "report.id, report.period",
        "report join event on event.stream_id = report.id"
    ),
    "report.id in ({}) and event.stream_kind = 'report'"
);

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
    /// The history of a task and of some of its reports, latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn timeline(&self, task: TaskId, reports: &[ReportId]) -> Result<Vec<TimelineEntry>, StoreError> {
        let mut entries: Vec<TimelineEntry> = self.connection.all(OF_TASK, values![&task])?;
        for_keys(OF_REPORTS, reports, |sql, keys| {
            entries.extend(self.connection.all::<TimelineEntry>(sql, keys)?);
            Ok(())
        })?;
        entries.sort_by_key(|entry| Reverse(entry.event));
        Ok(entries)
    }
}
