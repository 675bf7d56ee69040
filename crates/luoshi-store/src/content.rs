//! Words and names beside the events that commit to them. What they say is the business of the event.

use luoshi_ledger::{Content, Salt, Stream, ids::EventId};

use crate::{
    engine::{FromRow, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "insert into content (event_id, ordinal, salt, body) values ";
/// Rows that one statement writes: as many as a report has, so that it takes one.
const ROWS_AT_ONCE: usize = 4;

/// The rows of events, the ordinal before the rest so that a row that cannot be read can be named.
pub(crate) const OF_EVENTS: &str = "
    select event_id, ordinal, salt, body from content where event_id in ({}) order by event_id, ordinal";

/// The rows of an event.
pub(crate) const OF_EVENT: &str = "select ordinal, salt, body from content where event_id = $1 order by ordinal";

pub(crate) const COUNT: &str = "select count(*) from content";

/// Rows that belong to no event.
pub(crate) const ASTRAY: &str = "
    select event_id, ordinal from content
    where not exists (select 1 from event where event.id = content.event_id) order by event_id, ordinal";

impl FromRow for Content {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            ordinal: row.take()?,
            salt: Salt(row.take()?),
            body: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The words of an event that still exist, each with its salt.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn contents(&self, event: EventId) -> Result<Vec<Content>, StoreError> {
        self.connection.all(OF_EVENT, values![&event])
    }
}

impl Transaction<'_> {
    /// Keeps the words of an event of `stream`.
    pub(crate) fn insert_contents(
        &mut self,
        stream: Stream,
        event: EventId,
        contents: &[Content],
    ) -> Result<(), StoreError> {
        for group in contents.chunks(ROWS_AT_ONCE) {
            let mut sql = INSERT.to_owned();
            let mut row_values: Vec<Value<'_>> = Vec::with_capacity(group.len() * 4);
            for content in group {
                let first = row_values.len() + 1;
                let comma = if first == 1 { "" } else { ", " };
                sql.push_str(&format!(
                    "{comma}(${first}, ${}, ${}, ${})",
                    first + 1,
                    first + 2,
                    first + 3
                ));
                let body = Value::words(stream.id(), &content.body);
                row_values.extend_from_slice(values![&event, content.ordinal, &content.salt.0, body]);
            }
            self.connection.send(&sql, &row_values)?;
        }
        Ok(())
    }
}
