//! Words and names beside the events that commit to them. What they say is the business of the event.

use luoshi_ledger::{Content, Salt, ids::EventId};

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::Transaction,
};

const INSERT: &str = "insert into content (event_id, ordinal, salt, body) values ($1, $2, $3, $4)";

/// Every row, in the order of the events that they belong to.
pub(crate) const ALL: &str = "select event_id, ordinal, salt, body from content order by event_id, ordinal";

/// A row with the event that it belongs to.
pub(crate) struct ContentRow {
    pub(crate) event: EventId,
    pub(crate) content: Content,
}

impl FromRow for ContentRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            event: row.take()?,
            content: Content {
                ordinal: row.take()?,
                salt: Salt(row.take()?),
                body: row.take()?,
            },
        })
    }
}

impl Transaction<'_> {
    pub(crate) fn insert_content(&mut self, event: EventId, content: &Content) -> Result<(), StoreError> {
        self.connection
            .execute(INSERT, values![&event, content.ordinal, &content.salt.0, &content.body])
            .map(|_| ())
    }
}
