//! Plays every event into an empty ledger and compares the outcome with what is stored (law 6): whoever changed a row behind the program's
//! back is found here, by table, row and column.
//!
//! It goes through the record twice. Once every event is held against its leaf, its neighbours' time and its receipt; once it is opened with its
//! words and folded into the thing that it is about. Neither keeps more than a few batches of rows in memory, and the ledger that they give lies
//! in a file. Neither needs the other, so they run side by side, each over a snapshot of its own.
//!
//! It repairs nothing, and it does not look at the tree and the signatures of the log; the application does, with the same leaves.

mod comparison;
mod derived;
mod met;
mod past;
mod record;
mod state;

use std::{fmt, path::Path};

use jiff::Timestamp;
use luoshi_ledger::{
    ActorIdentity,
    ids::{CommandId, EventId},
};
use uuid::Uuid;

use crate::{
    engine::{ColumnValue, Connection, Row},
    erasure,
    error::StoreError,
    event, leaf,
    receipt::StoredReceipt,
    snapshot::Snapshot,
    sqlite::scratch::Scratch,
    state::TABLES,
};

pub(crate) use past::play_past;

/// Differences that are listed; a ledger that was changed in more places needs no longer list to be distrusted.
const MOST_DIFFERENCES: usize = 1_000;
/// Rows that are read at once: enough that a distant database is not asked a million times, few enough to forget their size.
const BATCH: u32 = 1_000;
/// Batches that one thread may have read before another has worked on them.
const BATCHES_AHEAD: usize = 2;

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
    /// The event claims to be from another time than its place among the others allows.
    OutOfTime,
    /// A receipt is not one that the key of the site signed over its command.
    NotSigned,
    /// Words are there that a tombstone says were erased.
    NotErased,
    /// A derived row is not what the rules make of the state. Nothing of the record is wrong then; the row can be made again.
    Stale,
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
            DifferenceKind::OutOfTime => "out-of-time",
            DifferenceKind::NotSigned => "not-signed",
            DifferenceKind::NotErased => "not-erased",
            DifferenceKind::Stale => "stale",
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
    /// The place in the log, counted from 0, of the event that the row is or belongs to, where it has one.
    pub entry: Option<u64>,
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
    /// The difference that stands first in the log; where none has a place there, the first that was met.
    pub first: Option<Difference>,
}

impl ReplayOutcome {
    /// Whether everything agrees.
    pub fn is_clean(&self) -> bool {
        self.difference_count == 0
    }

    fn note(&mut self, difference: Difference) {
        self.difference_count += 1;
        self.weigh_first(&difference);
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference);
        }
    }

    fn weigh_first(&mut self, difference: &Difference) {
        let is_earlier = match (&self.first, difference.entry) {
            (None, _) => true,
            (Some(first), Some(entry)) => first.entry.is_none_or(|known| entry < known),
            (Some(_), None) => false,
        };
        if is_earlier {
            self.first = Some(difference.clone());
        }
    }

    /// This and what the other part of the replay found, which counts as met later.
    pub(crate) fn followed_by(mut self, later: ReplayOutcome) -> ReplayOutcome {
        if let Some(first) = &later.first {
            self.weigh_first(first);
        }
        self.events += later.events;
        self.rows += later.rows;
        self.difference_count += later.difference_count;
        self.differences.extend(later.differences);
        self.differences.truncate(MOST_DIFFERENCES);
        self
    }
}

/// What a replay is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Events against leaves, times and receipts; counted in events.
    Record,
    /// Events with their words into things; counted in events.
    Streams,
    /// Tables against each other; counted in rows.
    Tables,
    /// Derived rows against the rules; counted in tasks.
    Derived,
}

impl Phase {
    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Phase::Record => "record",
            Phase::Streams => "streams",
            Phase::Tables => "tables",
            Phase::Derived => "derived",
        }
    }
}

/// A command as its events tell of it, with the receipt that is stored for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenReceipt {
    /// The command.
    pub command: CommandId,
    /// Who gave it.
    pub actor: ActorIdentity,
    /// Its first event.
    pub event: EventId,
    /// What the log shows for that event; none where its leaf is missing.
    pub entry: Option<[u8; 32]>,
    /// SHA-256 over the SHA-256 of each of its events' bytes, in their order.
    pub content_hash: [u8; 32],
    /// When its events were recorded.
    pub recorded_at: Timestamp,
    /// The stored receipt; none where there is none.
    pub receipt: Option<StoredReceipt>,
}

/// What is wrong with the receipt of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFault {
    /// The command.
    pub command: CommandId,
    /// The column; none where the row as a whole is meant.
    pub column: Option<&'static str>,
    /// How it disagrees.
    pub kind: DifferenceKind,
}

/// Whoever is told how far a replay is, and judges what only the holder of the key can judge. Parts of the replay call it from threads of
/// their own.
pub trait Watcher: Sync {
    /// `done` of `total` steps of a phase are done; called now and then.
    fn progress(&self, phase: Phase, done: u64, total: u64);

    /// Whether [`Watcher::judge_receipts`] is to be asked. A store that was not written by the application has no receipts.
    fn judges_receipts(&self) -> bool {
        false
    }

    /// What is wrong with these receipts.
    fn judge_receipts(&self, _given: &[GivenReceipt]) -> Vec<ReceiptFault> {
        Vec::new()
    }
}

impl<F: Fn(Phase, u64, u64) + Sync> Watcher for F {
    fn progress(&self, phase: Phase, done: u64, total: u64) {
        self(phase, done, total);
    }
}

/// Holds every event of `stored` against its leaf, its time and its receipt, and the leaves against their places.
pub(crate) fn check_record(stored: &Snapshot<'_>, watcher: &dyn Watcher) -> Result<ReplayOutcome, StoreError> {
    let mut replay = Replay::of(stored, watcher)?;
    replay.check_record()?;
    replay.check_places(stored)?;
    Ok(replay.outcome)
}

/// Plays every event of `stored` into an empty ledger in `folder` and compares.
pub(crate) fn check_state(
    stored: &Snapshot<'_>,
    folder: &Path,
    watcher: &dyn Watcher,
) -> Result<ReplayOutcome, StoreError> {
    let scratch = Scratch::create(folder)?;
    let mut replay = Replay::of(stored, watcher)?;
    replay.play_events(&scratch, &erasure::tombstones(stored)?)?;
    replay.compare_tables(&scratch, TABLES)?;
    // The state is held to the events by now, and it has the indexes that judging needs.
    replay.check_derived(stored)?;
    Ok(replay.outcome)
}

struct Replay<'r> {
    stored: Connection<'r>,
    watcher: &'r dyn Watcher,
    /// Events in all.
    total: u64,
    outcome: ReplayOutcome,
}

impl<'r> Replay<'r> {
    fn of(stored: &Snapshot<'r>, watcher: &'r dyn Watcher) -> Result<Self, StoreError> {
        let (total,): (u64,) = stored.connection.one(event::COUNT, &[])?;
        Ok(Self {
            stored: stored.connection,
            watcher,
            total,
            outcome: ReplayOutcome::default(),
        })
    }
}

impl Replay<'_> {
    fn note(&mut self, table: &str, key: String, column: Option<&str>, kind: DifferenceKind) {
        self.outcome.note(Difference {
            table: table.to_owned(),
            key,
            column: column.map(str::to_owned),
            kind,
            entry: None,
        });
    }

    /// Like [`Replay::note`], about a row that is or belongs to the event with the id `event`.
    fn note_of_event(
        &mut self,
        event: &[u8],
        table: &str,
        key: String,
        column: Option<&str>,
        kind: DifferenceKind,
    ) -> Result<(), StoreError> {
        let mut entry = None;
        self.stored.each(leaf::PLACE, &[event.into()], &mut |row| {
            if let ColumnValue::Integer(place) = row.raw(0)? {
                entry = u64::try_from(place).ok();
            }
            Ok(())
        })?;
        self.outcome.note(Difference {
            table: table.to_owned(),
            key,
            column: column.map(str::to_owned),
            kind,
            entry,
        });
        Ok(())
    }

    fn tell(&mut self, phase: Phase, done: u64, total: u64) {
        self.watcher.progress(phase, done.min(total), total);
    }

    /// The places of the log: from 0 without gaps, and at least as far as was signed.
    fn check_places(&mut self, stored: &Snapshot<'_>) -> Result<(), StoreError> {
        let connection = self.stored;
        connection.each(leaf::AFTER_GAPS, &[], &mut |row| {
            let (key, place) = (key_of(row, 1)?, row.raw(1)?);
            self.outcome.note(Difference {
                table: "leaf".to_owned(),
                key,
                column: Some("leaf_index".to_owned()),
                kind: DifferenceKind::Gap,
                entry: match place {
                    ColumnValue::Integer(place) => u64::try_from(place).ok(),
                    _ => None,
                },
            });
            Ok(())
        })?;
        let signed = stored.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size);
        let places = stored.log_size()?;
        if signed > places {
            self.outcome.note(Difference {
                table: "leaf".to_owned(),
                key: format!("place {places}"),
                column: Some("leaf_index".to_owned()),
                kind: DifferenceKind::Missing,
                entry: Some(places),
            });
        }
        Ok(())
    }
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
        ColumnValue::Blob(bytes) => id_text(bytes),
    }
}

/// An id as people write it, whatever its length.
fn id_text(bytes: &[u8]) -> String {
    match Uuid::from_slice(bytes) {
        Ok(id) => id.to_string(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The bytes of a column that is an id.
fn blob_of(value: ColumnValue<'_>) -> Vec<u8> {
    match value {
        ColumnValue::Blob(bytes) => bytes.to_owned(),
        _ => Vec::new(),
    }
}
