//! Rows of events: appended once, read back as envelopes. No statement here, or anywhere, changes or removes one.

use jiff::Timestamp;
use luoshi_ledger::{Content, Envelope, Recorded, Stream, ids::EventId};

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    leaf::NewLeaf,
    snapshot::{Snapshot, Transaction},
};

/// Events in the order in which they were recorded, from one on.
pub(crate) const AFTER: &str = "
    select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload
    from event where id > $1 order by id limit $2";

/// Events that took effect before they were recorded, from one on.
pub(crate) const BACK_DATED: &str = "
    select id, stream_kind, stream_id, version, case when kind = 'plan_issued' then 1 else 0 end, effective_at
    from event where id > $1 and effective_at < recorded_at order by id limit $2";

/// Every event that tells of erasures, which is few.
pub(crate) const ERASING: &str = "
    select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload
    from event where stream_kind = $1 order by id";

pub(crate) const COUNT: &str = "select count(*) from event";

const OF_STREAM: &str = "
    select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload
    from event where stream_id = $1 and stream_kind = $2 order by version";

const INSERT: &str = "
    insert into event
        (id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// The last event of a stream.
const STREAM_END: &str = "
    select version, id from event where stream_id = $1 and stream_kind = $2 order by version desc limit 1";

const LATEST_ID: &str = "select id from event order by id desc limit 1";

/// The last event has the latest instant unless the clock was set back between two runs, so a few of the last are looked at.
const LATEST_INSTANT: &str = "
    select max(recorded_at) from (select recorded_at from event order by id desc limit 1000) as last";

impl FromRow for Envelope {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id = row.take()?;
        let stream = Stream::new(row.take()?, row.take()?);
        Ok(Self {
            id,
            stream,
            version: row.take()?,
            kind: row.take()?,
            kind_version: row.take()?,
            actor: row.take()?,
            command: row.take()?,
            effective_at: row.take()?,
            recorded_at: row.take()?,
            payload: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The version of a stream, which is the number of its events; 0 where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stream_version(&self, stream: Stream) -> Result<u64, StoreError> {
        Ok(self.stream_end(stream)?.map_or(0, |(version, _)| version))
    }

    /// Version and id of the last event of a stream.
    fn stream_end(&self, stream: Stream) -> Result<Option<(u64, EventId)>, StoreError> {
        self.connection
            .optional(STREAM_END, values![&stream.id(), stream.kind()])
    }

    /// Every event of a stream, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stream_events(&self, stream: Stream) -> Result<Vec<Envelope>, StoreError> {
        self.connection.all(OF_STREAM, values![&stream.id(), stream.kind()])
    }

    /// The greatest id of an event; the next one has to sort after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_event_id(&self) -> Result<Option<EventId>, StoreError> {
        let found: Option<(EventId,)> = self.connection.optional(LATEST_ID, &[])?;
        Ok(found.map(|(id,)| id))
    }

    /// The latest instant at which anything was recorded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_instant(&self) -> Result<Option<Timestamp>, StoreError> {
        let (instant,) = self.connection.one(LATEST_INSTANT, &[])?;
        Ok(instant)
    }
}

impl Transaction<'_> {
    /// As [`Snapshot::stream_version`], asked once: nobody but this transaction adds to a stream that it rests on, and where somebody has
    /// done so all the same, the rows of the two cannot both be written.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stream_version(&self, stream: Stream) -> Result<u64, StoreError> {
        Ok(self.known_end(stream)?.map_or(0, |(version, _)| version))
    }

    fn known_end(&self, stream: Stream) -> Result<Option<(u64, EventId)>, StoreError> {
        if let Some(end) = self.ends.streams.borrow().get(&stream) {
            return Ok(*end);
        }
        let end = self.stream_end(stream)?;
        self.ends.streams.borrow_mut().insert(stream, end);
        Ok(end)
    }

    /// As [`Snapshot::latest_event_id`], asked once where nobody else writes meanwhile.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_event_id(&self) -> Result<Option<EventId>, StoreError> {
        if self.ends.latest.get().is_none() || !self.connection.writes_alone() {
            self.ends.latest.set(Snapshot::latest_event_id(self)?);
        }
        Ok(self.ends.latest.get())
    }

    /// Writes an event without its payload, into a ledger that is only shown.
    pub(crate) fn insert_bare_event(&mut self, envelope: &Envelope) -> Result<(), StoreError> {
        self.insert_event(envelope, &[])
    }

    fn insert_event(&mut self, envelope: &Envelope, payload: &[u8]) -> Result<(), StoreError> {
        self.connection.send(
            INSERT,
            values![
                &envelope.id,
                envelope.stream.kind(),
                &envelope.stream.id(),
                envelope.version,
                &envelope.kind,
                envelope.kind_version,
                &envelope.actor,
                &envelope.command,
                envelope.effective_at,
                envelope.recorded_at,
                payload,
            ],
        )
    }

    /// Writes an event with its contents and its leaf: three things that are there together or not at all.
    ///
    /// # Errors
    /// [`StoreError::VersionClash`] where the stream has another version than the one before the event's;
    /// [`StoreError::OutOfOrder`] where the event's id does not sort after those of its stream, or, where one transaction writes at a time,
    /// after every other.
    pub fn append(&mut self, recorded: &Recorded, contents: &[Content], leaf: &NewLeaf) -> Result<(), StoreError> {
        let envelope = &recorded.envelope;
        let end = self.known_end(envelope.stream)?;
        if end.map_or(0, |(version, _)| version).checked_add(1) != Some(envelope.version) {
            // Somebody else made the first event of a stream at the same moment; run again, the work will find it.
            self.connection.came_second();
            return Err(StoreError::VersionClash);
        }
        // Replaying reads events by id, so an id that sorted before an earlier event would put its effect before its cause. Where several
        // transactions write at once, one that nothing here rests on may have committed a greater id in the meantime, which does no harm.
        let before = if self.connection.writes_alone() {
            self.latest_event_id()?
        } else {
            end.map(|(_, id)| id)
        };
        if before.is_some_and(|before| before >= envelope.id) {
            return Err(StoreError::OutOfOrder);
        }
        self.insert_event(envelope, &envelope.payload)?;
        if envelope.version == 1 {
            self.connection.begin_words(envelope.stream.id());
        }
        self.insert_contents(envelope.stream, envelope.id, contents)?;
        self.insert_leaf(envelope.id, leaf)?;
        self.ends.has_grown.set(true);
        let mut streams = self.ends.streams.borrow_mut();
        streams.insert(envelope.stream, Some((envelope.version, envelope.id)));
        self.ends.latest.set(self.ends.latest.get().max(Some(envelope.id)));
        Ok(())
    }
}
