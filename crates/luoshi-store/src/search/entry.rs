//! Which things the index knows as they stand. A change takes the number away in its own transaction; the worker gives a new one.
//!
//! What a thing says is not looked at here.

use jiff::Timestamp;
use luoshi_ledger::{
    ids::PlanId,
    report::{Report, ReportState},
    search::SearchKind,
};
use uuid::Uuid;

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const NOTE: &str = "
    insert into search_entry (kind, subject, changed_at, revision, number) values ($1, $2, $3, 1, null)
    on conflict (subject, kind) do update set
        changed_at = excluded.changed_at, revision = search_entry.revision + 1, number = null";

/// Costs less than the statement that looks for the thing first.
const NOTE_NEW: &str =
    "insert into search_entry (kind, subject, changed_at, revision, number) values ($1, $2, $3, 1, null)";

const NOTE_TASKS_OF_PLAN: &str = "
    update search_entry set changed_at = $2, revision = revision + 1, number = null
    where kind = 'task' and subject in (select id from task where plan = $1)";

/// Of things that changed at one instant the one with the least id gets the greatest number, so that tasks of one plan are listed by 序号.
const WAITING: &str = "
    select kind, subject, changed_at, revision from search_entry where number is null
    order by changed_at, subject desc limit $1";

/// How many wait, counted no further than needed. The order makes the engine walk the index of those that wait.
const WAITING_COUNT: &str = "
    select count(*) from (
        select subject from search_entry where number is null order by changed_at, subject desc limit $1) as waiting";

const GIVE_NUMBER: &str = "
    update search_entry set number = $4 where kind = $1 and subject = $2 and revision = $3 and number is null";

const TAKE_NUMBERS: &str = "
    update search_entry set number = null where number in (
        select number from search_entry where number is not null order by number limit $1)";

/// What a database held before it had an index: the things that have no entry yet.
macro_rules! enter {
    ($kind:literal, $table:literal) => {
        concat!(
            "insert into search_entry (kind, subject, changed_at, revision, number)
            select '",
            $kind,
            "', ",
            $table,
            ".id,
                coalesce((select max(event.recorded_at) from event where event.stream_id = ",
            $table,
            ".id), 0), 1, null
            from ",
            $table,
            "
            where not exists (
                select 1 from search_entry as known where known.kind = '",
            $kind,
            "' and known.subject = ",
            $table,
            ".id)
            order by ",
            $table,
            ".id limit $1"
        )
    };
}

const ENTER: [&str; 3] = [
    enter!("task", "task"),
    enter!("report", "report"),
    enter!("document", "document"),
];

const REMOVE_STRAYS: &str = "
    delete from search_entry where
        kind = 'task' and not exists (select 1 from task where task.id = search_entry.subject)
        or kind = 'report' and not exists (select 1 from report where report.id = search_entry.subject)
        or kind = 'document' and not exists (select 1 from document where document.id = search_entry.subject)";

/// A thing that waits for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEntry {
    /// What it is.
    pub kind: SearchKind,
    /// Its id.
    pub subject: Uuid,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// How often it changed.
    pub revision: u64,
}

/// A thing with the number that a segment knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEntry {
    /// The thing as it was read.
    pub entry: WaitingEntry,
    /// Its number.
    pub number: i64,
}

impl FromColumn for SearchKind {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => SearchKind::from_code(text),
            _ => None,
        }
    }
}

impl FromRow for WaitingEntry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.take()?,
            subject: row.take()?,
            changed_at: row.take()?,
            revision: row.take()?,
        })
    }
}

/// Whether two states of a report say the same to the same readers.
pub(crate) fn says_the_same(before: &Report, after: &Report) -> bool {
    fn words(report: &Report) -> [&str; 5] {
        let of_state = match &report.state {
            ReportState::Submitted | ReportState::Approved { .. } => "",
            ReportState::Verified { conclusion, .. } => conclusion,
            ReportState::Returned { reason, .. } => reason,
        };
        [
            &report.done,
            &report.problems,
            &report.help_wanted,
            &report.next_step,
            of_state,
        ]
    }
    before.organisation == after.organisation && words(before) == words(after)
}

impl Snapshot<'_> {
    /// The things that wait for the index, the earliest change first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting_search_entries(&self, limit: u32) -> Result<Vec<WaitingEntry>, StoreError> {
        self.connection.all(WAITING, values![limit])
    }

    /// How many things wait for the index, counted up to `at_most`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting_search_count(&self, at_most: u32) -> Result<u32, StoreError> {
        let (count,) = self.connection.one(WAITING_COUNT, values![at_most])?;
        Ok(count)
    }
}

impl Transaction<'_> {
    /// Notes that the words of a thing, or who may read them, have changed: it is found by its row from now on, and by the index once the
    /// worker has put it there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn note_search_change(
        &mut self,
        kind: SearchKind,
        subject: Uuid,
        changed_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.send(NOTE, values![kind.code(), &subject, changed_at])
    }

    /// The same for a thing that this transaction begins.
    pub(crate) fn note_new_to_search(
        &mut self,
        kind: SearchKind,
        subject: Uuid,
        began_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.send(NOTE_NEW, values![kind.code(), &subject, began_at])
    }

    /// Notes that other readers may see the tasks of a plan now.
    pub(crate) fn note_search_changes_of_plan(
        &mut self,
        plan: PlanId,
        changed_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.send(NOTE_TASKS_OF_PLAN, values![&plan, changed_at])
    }

    pub(super) fn give_search_number(&mut self, numbered: &NumberedEntry) -> Result<(), StoreError> {
        let entry = &numbered.entry;
        self.connection
            .execute(
                GIVE_NUMBER,
                values![entry.kind.code(), &entry.subject, entry.revision, numbered.number],
            )
            .map(|_| ())
    }

    /// Makes things wait again, at most `limit`; says how many.
    pub(super) fn take_search_numbers(&mut self, limit: u32) -> Result<u64, StoreError> {
        self.connection.execute(TAKE_NUMBERS, values![limit])
    }

    /// Makes entries for things that have none, at most `limit` of a kind; says how many.
    pub(super) fn enter_missing(&mut self, limit: u32) -> Result<u64, StoreError> {
        let mut entered = 0;
        for sql in ENTER {
            entered += self.connection.execute(sql, values![limit])?;
        }
        Ok(entered)
    }

    /// Removes entries of things that are not there.
    pub(super) fn remove_stray_entries(&mut self) -> Result<u64, StoreError> {
        self.connection.execute(REMOVE_STRAYS, &[])
    }
}
