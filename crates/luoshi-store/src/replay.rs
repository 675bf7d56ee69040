//! Plays every event into an empty ledger and compares the outcome with what is stored (law 6): whoever changed a row behind the program's
//! back is found here, by table, row and column.
//!
//! It repairs nothing, and it does not look at the tree and the signatures of the log; the application does, with the same leaves.

use std::{collections::BTreeSet, fmt};

use luoshi_ledger::{
    Content, Envelope, Recorded, Stream,
    erasure::TextPlace,
    event::{DecodeError, open},
    ids::EventId,
    text::HoldsTexts,
};
use luoshi_tlog::{LeafSalt, leaf_matches};
use uuid::Uuid;

use crate::{
    content,
    engine::{ColumnValue, Connection, FromRow, Row, Value, values},
    erasure,
    error::StoreError,
    event,
    leaf::{self, LeafRow},
    snapshot::{Snapshot, Transaction},
    sqlite,
    state::{TABLES, Table},
};

/// Differences that are listed; a ledger that was changed in more places needs no longer list to be distrusted.
const MOST_DIFFERENCES: usize = 1_000;
/// Events between two reports of progress.
const PROGRESS_STEP: u64 = 256;

/// How a stored row disagrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// A row that has to be there is not.
    Missing,
    /// A row is there that nothing accounts for.
    Surplus,
    /// A column holds something else than follows from the events.
    Other,
    /// A row cannot be read: a column holds what its type cannot be, or a payload is not of its kind.
    Unreadable,
    /// Words are not those that the event committed to.
    NotCommittedWords,
    /// The leaf is not the commitment to the event: a column of the event was changed, or salt or entry of its leaf.
    NotCommittedEvent,
    /// Versions of a stream or places of the log have a gap.
    Gap,
    /// The event cannot follow what the events before it made.
    OutOfPlace,
    /// Words are there that a tombstone says were erased.
    NotErased,
}

impl DifferenceKind {
    /// The stable word of machine-readable output and of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            DifferenceKind::Missing => "missing",
            DifferenceKind::Surplus => "surplus",
            DifferenceKind::Other => "other",
            DifferenceKind::Unreadable => "unreadable",
            DifferenceKind::NotCommittedWords => "not-committed-words",
            DifferenceKind::NotCommittedEvent => "not-committed-event",
            DifferenceKind::Gap => "gap",
            DifferenceKind::OutOfPlace => "out-of-place",
            DifferenceKind::NotErased => "not-erased",
        }
    }
}

/// A place where what is stored does not agree with the events. It never holds the values themselves, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The key of the row: its key columns joined by commas, ids as people write them.
    pub key: String,
    /// The column; none where the row as a whole is meant.
    pub column: Option<String>,
    /// How it disagrees.
    pub kind: DifferenceKind,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}]", self.table, self.key)?;
        if let Some(column) = &self.column {
            write!(formatter, ".{column}")?;
        }
        write!(formatter, ": {}", self.kind.code())
    }
}

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayOutcome {
    /// Events played.
    pub events: u64,
    /// Rows of the state compared.
    pub rows: u64,
    /// Where something does not agree, at most a thousand places.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
}

impl ReplayOutcome {
    /// Whether everything agrees.
    pub fn is_clean(&self) -> bool {
        self.difference_count == 0
    }
}

/// Plays every event of `stored` into an empty ledger in memory and compares.
pub(crate) fn replay(stored: &Snapshot<'_>, progress: &mut dyn FnMut(u64, u64)) -> Result<ReplayOutcome, StoreError> {
    let memory = sqlite::connection::open_for_replay()?;
    let mut replay = Replay {
        stored: stored.connection,
        replayed: Transaction::on(Connection::Sqlite(&memory)),
        broken: BTreeSet::new(),
        erased: erasure::tombstones(stored)?,
        outcome: ReplayOutcome::default(),
    };
    replay.play_events(progress)?;
    replay.find_strays()?;
    replay.check_places(stored)?;
    for table in TABLES {
        replay.compare(table)?;
    }
    Ok(replay.outcome)
}

struct Replay<'r> {
    stored: Connection<'r>,
    replayed: Transaction<'r>,
    /// Streams of which an event could not be played; the ones after it would only repeat that.
    broken: BTreeSet<Stream>,
    /// Places whose words went by law: there a missing row is as it should be, and a row is not.
    erased: BTreeSet<TextPlace>,
    outcome: ReplayOutcome,
}

impl Replay<'_> {
    fn note(&mut self, table: &str, key: String, column: Option<&str>, kind: DifferenceKind) {
        self.outcome.difference_count += 1;
        if self.outcome.differences.len() < MOST_DIFFERENCES {
            self.outcome.differences.push(Difference {
                table: table.to_owned(),
                key,
                column: column.map(str::to_owned),
                kind,
            });
        }
    }

    fn play_events(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        let (total,): (u64,) = self.stored.one(event::COUNT, &[])?;
        let stored = self.stored;
        stored.each(event::ALL, &[], &mut |row| {
            if self.outcome.events.is_multiple_of(PROGRESS_STEP) {
                progress(self.outcome.events, total);
            }
            self.outcome.events += 1;
            let key = text_of(row.raw(0)?);
            match Envelope::from_row(row) {
                Ok(envelope) => self.play(envelope, key),
                Err(StoreError::Unreadable { column }) => {
                    self.note("event", key, Some(&column), DifferenceKind::Unreadable);
                    Ok(())
                }
                Err(error) => Err(error),
            }
        })?;
        progress(self.outcome.events, total);
        Ok(())
    }

    fn play(&mut self, envelope: Envelope, key: String) -> Result<(), StoreError> {
        self.check_leaf(&envelope, &key)?;
        let stream = envelope.stream;
        let Some(recorded) = self.open(envelope, &key)? else {
            self.broken.insert(stream);
            return Ok(());
        };
        if self.broken.contains(&stream) {
            return Ok(());
        }
        let version = self.replayed_version(stream)?;
        if version.checked_add(1) != Some(recorded.envelope.version) {
            self.note("event", key, Some("version"), DifferenceKind::Gap);
            self.broken.insert(stream);
            return Ok(());
        }
        match self.replayed.apply(&recorded) {
            Ok(()) => Ok(()),
            Err(StoreError::Apply(_) | StoreError::Constraint(_) | StoreError::Unreadable { .. }) => {
                self.note("event", key, None, DifferenceKind::OutOfPlace);
                self.broken.insert(stream);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn replayed_version(&self, stream: Stream) -> Result<u64, StoreError> {
        let sql = match stream {
            Stream::Organisation(_) => "select version from organisation where id = $1",
            Stream::Account(_) => "select version from account where id = $1",
            Stream::Document(_) => "select version from document where id = $1",
            Stream::Plan(_) => "select version from plan where id = $1",
            Stream::Task(_) => "select version from task where id = $1",
            Stream::Report(_) => "select version from report where id = $1",
            Stream::Log(_) => "select version from log where id = $1",
            Stream::Erasure(_) => "select version from erasure where id = $1",
        };
        let found: Option<(u64,)> = self.replayed.connection.optional(sql, values![&stream.id()])?;
        Ok(found.map_or(0, |(version,)| version))
    }

    fn check_leaf(&mut self, envelope: &Envelope, key: &str) -> Result<(), StoreError> {
        match self.stored.optional::<LeafRow>(leaf::ONE, values![&envelope.id]) {
            Ok(Some(leaf)) => {
                // Nobody can tell a changed event from a changed leaf here, so the event is named and the kind says what it may be.
                if !leaf_matches(&LeafSalt::new(leaf.salt), &envelope.bytes(), &leaf.entry) {
                    self.note("event", key.to_owned(), None, DifferenceKind::NotCommittedEvent);
                }
            }
            Ok(None) => self.note("leaf", key.to_owned(), None, DifferenceKind::Missing),
            Err(StoreError::Unreadable { column }) => {
                self.note("leaf", key.to_owned(), Some(&column), DifferenceKind::Unreadable);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The event with its words; none where it cannot be read at all. What is wrong with its words is noted.
    fn open(&mut self, envelope: Envelope, key: &str) -> Result<Option<Recorded>, StoreError> {
        let mut doubtful = BTreeSet::new();
        let mut contents = self.contents_of(envelope.id, key, &mut doubtful)?;
        loop {
            let (ordinal, kind) = match open(envelope.clone(), &contents) {
                Ok(mut recorded) => {
                    let mut texts = 0;
                    recorded.event.visit_texts(&mut |_| texts += 1);
                    doubtful.extend(contents.iter().map(|content| content.ordinal));
                    let event = recorded.envelope.id;
                    for ordinal in 0..texts {
                        let is_there = doubtful.contains(&ordinal);
                        let is_erased = self.erased.contains(&TextPlace { event, ordinal });
                        let kind = match (is_there, is_erased) {
                            (false, false) => DifferenceKind::Missing,
                            (true, true) => DifferenceKind::NotErased,
                            _ => continue,
                        };
                        self.note("content", format!("{key},{ordinal}"), None, kind);
                    }
                    return Ok(Some(recorded));
                }
                Err(DecodeError::AlteredContent { ordinal }) => (ordinal, DifferenceKind::NotCommittedWords),
                Err(DecodeError::SurplusContent { ordinal }) => (ordinal, DifferenceKind::Surplus),
                Err(cause) => {
                    let column = match cause {
                        DecodeError::UnknownKind { .. } => "kind",
                        DecodeError::ForeignStream => "stream_id",
                        _ => "payload",
                    };
                    self.note("event", key.to_owned(), Some(column), DifferenceKind::Unreadable);
                    return Ok(None);
                }
            };
            self.note("content", format!("{key},{ordinal}"), None, kind);
            // The rest of the event is genuine and is played without the words that are not.
            contents.retain(|content| content.ordinal != ordinal);
            doubtful.insert(ordinal);
        }
    }

    /// The content rows of an event that can be read; the ordinals of the others become `doubtful`.
    fn contents_of(
        &mut self,
        event: EventId,
        key: &str,
        doubtful: &mut BTreeSet<u32>,
    ) -> Result<Vec<Content>, StoreError> {
        let mut contents = Vec::new();
        let stored = self.stored;
        stored.each(content::OF_EVENT, values![&event], &mut |row| {
            let ordinal = row.raw(0)?;
            match Content::from_row(row) {
                Ok(content) => contents.push(content),
                Err(StoreError::Unreadable { column }) => {
                    if let ColumnValue::Integer(ordinal) = ordinal {
                        doubtful.extend(u32::try_from(ordinal).ok());
                    }
                    let key = format!("{key},{}", text_of(ordinal));
                    self.note("content", key, Some(&column), DifferenceKind::Unreadable);
                }
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
        Ok(contents)
    }

    /// Rows of contents and leaves that belong to no event.
    fn find_strays(&mut self) -> Result<(), StoreError> {
        let stored = self.stored;
        for (table, sql) in [("content", content::ASTRAY), ("leaf", leaf::ASTRAY)] {
            stored.each(sql, &[], &mut |row| {
                let key = key_of(row, row.width())?;
                self.note(table, key, None, DifferenceKind::Surplus);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The places of the log: from 0 without gaps, and at least as far as was signed.
    fn check_places(&mut self, stored: &Snapshot<'_>) -> Result<(), StoreError> {
        let connection = self.stored;
        connection.each(leaf::AFTER_GAPS, &[], &mut |row| {
            let key = key_of(row, 1)?;
            self.note("leaf", key, Some("leaf_index"), DifferenceKind::Gap);
            Ok(())
        })?;
        let signed = stored.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size);
        let places = stored.log_size()?;
        if signed > places {
            let key = format!("place {places}");
            self.note("leaf", key, Some("leaf_index"), DifferenceKind::Missing);
        }
        Ok(())
    }

    /// Compares one table of the state in both directions.
    fn compare(&mut self, table: &Table) -> Result<(), StoreError> {
        let (stored, replayed) = (self.stored, self.replayed.connection);
        let of_one = format!("select * from {} where {}", table.name, condition(table));
        let mut met = 0_u64;
        stored.each(&in_order(table), &[], &mut |row| {
            self.outcome.rows += 1;
            let key = key_of(row, table.key.len())?;
            let mut found = false;
            let mut differing: Vec<String> = Vec::new();
            replayed.each(&of_one, &parameters(row, table.key.len())?, &mut |other| {
                found = true;
                for index in 0..row.width().max(other.width()) {
                    if row.raw(index)? != other.raw(index)? {
                        differing.push(row.name(index));
                    }
                }
                Ok(())
            })?;
            met += u64::from(found);
            if !found {
                self.note(table.name, key, None, DifferenceKind::Surplus);
                return Ok(());
            }
            for column in differing {
                self.note(table.name, key.clone(), Some(&column), DifferenceKind::Other);
            }
            Ok(())
        })?;
        let (expected,): (u64,) = replayed.one(&format!("select count(*) from {}", table.name), &[])?;
        if met == expected {
            return Ok(());
        }
        replayed.each(&in_order(table), &[], &mut |row| {
            let mut found = false;
            stored.each(&of_one, &parameters(row, table.key.len())?, &mut |_| {
                found = true;
                Ok(())
            })?;
            if !found {
                self.note(table.name, key_of(row, table.key.len())?, None, DifferenceKind::Missing);
            }
            Ok(())
        })
    }
}

/// Every row of a table. The columns of the key come first in every table, in the order of the key.
fn in_order(table: &Table) -> String {
    format!("select * from {} order by {}", table.name, table.key.join(", "))
}

/// The condition that finds a row by its key.
fn condition(table: &Table) -> String {
    let equal = |(number, column): (usize, &&str)| format!("{column} = ${number}");
    (1..).zip(table.key).map(equal).collect::<Vec<_>>().join(" and ")
}

/// The key of a row as the parameters that find it.
fn parameters<'r>(row: &Row<'r>, width: usize) -> Result<Vec<Value<'r>>, StoreError> {
    (0..width)
        .map(|index| {
            Ok(match row.raw(index)? {
                ColumnValue::Null | ColumnValue::Real(_) => Value::Null,
                ColumnValue::Integer(integer) => Value::Integer(integer),
                ColumnValue::Text(text) => Value::from(text),
                ColumnValue::Blob(bytes) => Value::Blob(bytes),
            })
        })
        .collect()
}

/// The key of a row for people to read.
fn key_of(row: &Row<'_>, width: usize) -> Result<String, StoreError> {
    let parts: Vec<String> = (0..width)
        .map(|index| row.raw(index).map(text_of))
        .collect::<Result<_, _>>()?;
    Ok(parts.join(","))
}

fn text_of(value: ColumnValue<'_>) -> String {
    match value {
        ColumnValue::Null => "(nothing)".to_owned(),
        ColumnValue::Integer(integer) => integer.to_string(),
        ColumnValue::Real(real) => real.to_string(),
        ColumnValue::Text(text) => text.to_owned(),
        ColumnValue::Blob(bytes) => match Uuid::from_slice(bytes) {
            Ok(id) => id.to_string(),
            Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        },
    }
}
