//! The history of a task: its own events and those of its reports, with the names of those who caused them. Texts are not in it.

use std::{cmp::Reverse, collections::BTreeMap};

use luoshi_ledger::{
    EventKind,
    ids::{ReportId, TaskId},
    period::Period,
    view::TimelineEntry,
};
use uuid::Uuid;

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, for_keys},
    error::StoreError,
    snapshot::Snapshot,
};

/// By the streams alone: that a report is one of the task's is known to whoever asks.
const OF_STREAMS: &str = "
    select event.id, event.kind, event.effective_at, event.recorded_at, event.actor,
        coalesce(account.display_name, ''), coalesce(organisation.name, ''), leaf.leaf_index, event.stream_id
    from event
    left join account on account.id = event.actor
    left join organisation on organisation.id = account.organisation
    left join leaf on leaf.event_id = event.id
    where event.stream_id in ({}) and event.stream_kind in ('task', 'report')";

impl FromColumn for EventKind {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => EventKind::ALL.iter().copied().find(|kind| kind.code() == text),
            _ => None,
        }
    }
}

impl FromRow for TimelineEntry {
    /// The report and its month are known to whoever asked for its stream, and are added afterwards.
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            event: row.take()?,
            kind: row.take()?,
            effective_at: row.take()?,
            recorded_at: row.take()?,
            actor: row.take()?,
            actor_name: row.take()?,
            actor_organisation: row.take()?,
            report: None,
            period: None,
            leaf_index: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The history of a task and of some of its reports, each with its period, latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn timeline(&self, task: TaskId, reports: &[(ReportId, Period)]) -> Result<Vec<TimelineEntry>, StoreError> {
        let periods: BTreeMap<Uuid, Period> = reports.iter().map(|(report, period)| (report.0, *period)).collect();
        let streams: Vec<Uuid> = std::iter::once(task.0).chain(periods.keys().copied()).collect();
        let mut entries: Vec<TimelineEntry> = Vec::new();
        for_keys(OF_STREAMS, &streams, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let mut entry = TimelineEntry::from_row(row)?;
                let stream: Uuid = row.take()?;
                if let Some(period) = periods.get(&stream) {
                    entry.report = Some(ReportId(stream));
                    entry.period = Some(*period);
                }
                entries.push(entry);
                Ok(())
            })
        })?;
        entries.sort_by_key(|entry| Reverse(entry.event));
        Ok(entries)
    }
}
