//! Leaves of the transparency log: written with their events, given their places later, once. Trees and proofs are not made here.

use std::fmt;

use jiff::Timestamp;
use luoshi_ledger::ids::EventId;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "insert into leaf (event_id, salt, entry, leaf_index) values ($1, $2, $3, null)";

/// The only statement that changes a row of the record but for an incident. It finds a row once: afterwards the place is no longer empty.
const SEQUENCE: &str = "update leaf set leaf_index = $2 where event_id = $1 and leaf_index is null";

/// Places that no checkpoint was ever signed over, or of which another leaf was signed, are given back when a new log begins.
const GIVE_BACK: &str = "update leaf set leaf_index = null where leaf_index >= $1";

/// One statement for all of them. That the rows themselves wait is not said once more: SQLite would compare each that waits with each.
const SEQUENCE_WAITING: &str = "
    update leaf set leaf_index = $1 + waiting.place
    from (
        select event_id, row_number() over (order by event_id) - 1 as place
        from leaf where leaf_index is null order by event_id limit $2
    ) as waiting
    where leaf.event_id = waiting.event_id";

const WAITING: &str = "select event_id, entry from leaf where leaf_index is null order by event_id limit $1";

const INSTANT_AT: &str = "
    select event.recorded_at from leaf join event on event.id = leaf.event_id where leaf.leaf_index = $1";

const INSTANT_OF_FIRST_WAITING: &str = "
    select event.recorded_at from event
    where event.id = (select event_id from leaf where leaf_index is null order by event_id limit 1)";

/// Places have no gaps, so the greatest tells how many there are; the index holds it at its end.
const LOG_SIZE: &str = "select coalesce(max(leaf_index) + 1, 0) from leaf where leaf_index is not null";

const ONE: &str = "select event_id, salt, entry, leaf_index from leaf where event_id = $1";

/// Leaves in the order of their events, after one and up to another.
pub(crate) const BETWEEN: &str = "
    select event_id, salt, entry, leaf_index from leaf where event_id > $1 and event_id <= $2 order by event_id";

/// Leaves in the order of their events, from one on.
pub(crate) const AFTER: &str = "select event_id from leaf where event_id > $1 order by event_id limit $2";

pub(crate) const PLACE: &str = "select leaf_index from leaf where event_id = $1";

pub(crate) const PLACES: &str = "select event_id, leaf_index from leaf where event_id in ({})";

/// Leaves before whose place there is none, except the first place, with the first place that is missing.
pub(crate) const AFTER_GAPS: &str = "
    select event_id,
        (select coalesce(max(before.leaf_index) + 1, 0) from leaf as before where before.leaf_index < leaf.leaf_index)
    from leaf
    where leaf_index > 0 and not exists (select 1 from leaf as other where other.leaf_index = leaf.leaf_index - 1)
    order by leaf_index";

const FROM_PLACE: &str = "
    select event_id, salt, entry, leaf_index from leaf where leaf_index >= $1 order by leaf_index limit $2";

const ENTRIES: &str = "select entry from leaf where leaf_index >= $1 and leaf_index < $2 order by leaf_index";

/// An event that was removed leaves its entry behind.
const ENTRIES_WITH_INSTANTS: &str = "
    select leaf.leaf_index, leaf.entry, event.recorded_at from leaf left join event on event.id = leaf.event_id
    where leaf.leaf_index >= $1 order by leaf.leaf_index limit $2";

/// A leaf to be written with its event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NewLeaf {
    /// The secret that keeps the entry from being guessed.
    pub salt: [u8; 32],
    /// The commitment that the log will show for ever.
    pub entry: [u8; 32],
}

impl fmt::Debug for NewLeaf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewLeaf")
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

/// A leaf as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LeafRow {
    /// Its event.
    pub event: EventId,
    /// The secret that keeps the entry from being guessed; it is disclosed when the event is published.
    pub salt: [u8; 32],
    /// The commitment that the log shows.
    pub entry: [u8; 32],
    /// Its place in the log, once it has one.
    pub index: Option<u64>,
}

impl fmt::Debug for LeafRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LeafRow")
            .field("event", &self.event)
            .field("entry", &self.entry)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl FromRow for LeafRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            event: row.take()?,
            salt: row.take()?,
            entry: row.take()?,
            index: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// Leaves that have no place yet, the earliest events first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unsequenced_leaves(&self, limit: u32) -> Result<Vec<(EventId, [u8; 32])>, StoreError> {
        self.connection.all(WAITING, values![limit])
    }

    /// How many leaves have a place.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_size(&self) -> Result<u64, StoreError> {
        let (size,) = self.connection.one(LOG_SIZE, &[])?;
        Ok(size)
    }

    /// The leaf of an event.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn leaf(&self, event: EventId) -> Result<Option<LeafRow>, StoreError> {
        self.connection.optional(ONE, values![&event])
    }

    /// Leaves in the order of the log, from the place `from_index` on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn leaves(&self, from_index: u64, limit: u32) -> Result<Vec<LeafRow>, StoreError> {
        self.connection.all(FROM_PLACE, values![from_index, limit])
    }

    /// The log from the place `from_index` on, with the instants of its events.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_entries(&self, from_index: u64, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        self.connection.all(ENTRIES_WITH_INSTANTS, values![from_index, limit])
    }

    /// What the log shows at the places from `from_index` up to and without `to_index`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn leaf_entries(&self, from_index: u64, to_index: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        let rows: Vec<([u8; 32],)> = self.connection.all(ENTRIES, values![from_index, to_index])?;
        Ok(rows.into_iter().map(|(entry,)| entry).collect())
    }
}

/// An entry of the log with the instant that its event claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place.
    pub index: u64,
    /// What the log shows there.
    pub entry: [u8; 32],
    /// When its event was recorded; none where the event is gone.
    pub recorded_at: Option<Timestamp>,
}

impl FromRow for LogEntry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            index: row.take()?,
            entry: row.take()?,
            recorded_at: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// When the first leaf was recorded that stands behind the first `size` places, or has no place yet; none where there is no such leaf.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting_since(&self, size: u64) -> Result<Option<Timestamp>, StoreError> {
        let placed: Option<(Timestamp,)> = self.connection.optional(INSTANT_AT, values![size])?;
        let waiting = match placed {
            Some(placed) => Some(placed),
            None => self.connection.optional(INSTANT_OF_FIRST_WAITING, &[])?,
        };
        Ok(waiting.map(|(instant,)| instant))
    }
}

impl Transaction<'_> {
    /// Writes the place of an event in the log and nothing else of its leaf, into a ledger that is only shown.
    pub(crate) fn insert_bare_leaf(&mut self, event: EventId, place: Option<u64>) -> Result<(), StoreError> {
        let sql = "insert into leaf (event_id, salt, entry, leaf_index) values ($1, $2, $3, $4)";
        let nothing: &[u8] = &[];
        self.connection
            .execute(sql, values![&event, nothing, nothing, place])
            .map(|_| ())
    }

    pub(crate) fn insert_leaf(&mut self, event: EventId, leaf: &NewLeaf) -> Result<(), StoreError> {
        self.connection.send(INSERT, values![&event, &leaf.salt, &leaf.entry])
    }

    /// Takes their places away from the leaves at `first_place` and after it, which only an incident does: they wait again, and the new
    /// log gives them places.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn give_back_places(&mut self, first_place: u64) -> Result<(), StoreError> {
        self.connection.execute(GIVE_BACK, values![first_place]).map(|_| ())
    }

    /// Gives the leaves that have no place the places from `first` on, the earliest events first, at most `limit`; says how many.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where such a place is taken; when the database cannot be written.
    pub fn sequence_waiting_leaves(&mut self, first: u64, limit: u32) -> Result<u64, StoreError> {
        self.connection.execute(SEQUENCE_WAITING, values![first, limit])
    }

    /// Gives the leaf of an event its place.
    ///
    /// # Errors
    /// [`StoreError::VersionClash`] where the leaf has a place already or does not exist.
    pub fn sequence_leaf(&mut self, event: EventId, index: u64) -> Result<(), StoreError> {
        match self.connection.execute(SEQUENCE, values![&event, index])? {
            1 => Ok(()),
            _ => Err(StoreError::VersionClash),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{connection::WriteConnection, migration};

    /// A plan that went through all that wait for each of them kept the committer busy for a tenth of a second.
    #[test]
    fn leaves_that_get_a_place_are_found_by_their_key() {
        let connection = WriteConnection::open_in_memory().unwrap();
        connection.with(migration::run).unwrap();
        let connection = connection.lock();
        let sql = format!("explain query plan {}", SEQUENCE_WAITING.replace('$', "?"));
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([1, 2], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = rows.map(|row| row.unwrap().to_lowercase()).collect();
        assert!(
            steps.ends_with(&[
                "scan waiting".to_owned(),
                "search leaf using primary key (event_id=?)".to_owned()
            ]),
            "{steps:#?}"
        );
    }
}
