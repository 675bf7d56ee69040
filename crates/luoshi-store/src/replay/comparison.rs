//! The stored tables of the state against the replayed ones, each side on a thread of its own.
//!
//! Both are read first as they lie and added up, which says whether they hold the same rows. Only where they do not are they walked again, in
//! the order of their keys and merged, to name the rows: a table whose keys are random costs a page for each row in that order.

use std::{
    cmp::Ordering,
    collections::VecDeque,
    hash::{BuildHasher, Hash, Hasher, RandomState},
    panic,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::{BATCH, BATCHES_AHEAD, DifferenceKind, Phase, Replay, text_of};
use crate::{
    engine::{ColumnValue, Connection, Row, Value},
    error::StoreError,
    sqlite::scratch::Scratch,
    state::Table,
};

impl Replay<'_> {
    /// Compares every column of every row of the tables, in both directions.
    pub(super) fn compare_tables(&mut self, scratch: &Scratch, tables: &[Table]) -> Result<(), StoreError> {
        let stored = self.stored;
        let mut total = 0;
        for table in tables {
            let (count,): (u64,) = stored.one(&format!("select count(*) from {}", table.name), &[])?;
            total += count;
        }
        self.tell(Phase::Tables, 0, total);
        let key = RandomState::new();
        let (found, wanted) = thread::scope(|scope| {
            let replayed =
                scope.spawn(|| scratch.read(|replayed| sums(replayed.connection, tables, &key, &mut |_| {})));
            let found = sums(stored, tables, &key, &mut |rows| self.tell(Phase::Tables, rows, total));
            let wanted = replayed.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            Ok::<_, StoreError>((found?, wanted?))
        })?;
        self.outcome.rows += found.iter().map(|sum| sum.rows).sum::<u64>();
        for (table, (found, wanted)) in tables.iter().zip(found.iter().zip(&wanted)) {
            if found != wanted {
                self.name_differences(scratch, table)?;
            }
        }
        self.tell(Phase::Tables, total, total);
        Ok(())
    }

    /// Walks a table on both sides in the order of its key, and notes where they differ.
    fn name_differences(&mut self, scratch: &Scratch, table: &Table) -> Result<(), StoreError> {
        thread::scope(|scope| {
            let (batches, replayed) = sync_channel(BATCHES_AHEAD);
            scope.spawn(move || walk_to_the_end(scratch, table, &batches));
            self.merge(table, &replayed)
        })
    }

    fn merge(&mut self, table: &Table, replayed: &Receiver<Batch>) -> Result<(), StoreError> {
        let width = table.key.len();
        let mut walk = Walk::of(self.stored, table);
        let mut stored = Rows::default();
        let mut expected = Rows::default();
        loop {
            let found = stored.peek(|| walk.next_batch())?;
            let wanted = expected.peek(|| replayed.recv().unwrap_or_else(|_| Ok(VecDeque::new())))?;
            let order = match (found, wanted) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(found), Some(wanted)) => found.compare_keys(wanted, width),
            };
            match order {
                Ordering::Less => {
                    let key = stored.take().map(|row| row.key_text(width)).unwrap_or_default();
                    self.note(table.name, key, None, DifferenceKind::Surplus);
                }
                Ordering::Greater => {
                    let key = expected.take().map(|row| row.key_text(width)).unwrap_or_default();
                    self.note(table.name, key, None, DifferenceKind::Missing);
                }
                Ordering::Equal => {
                    if let (Some(found), Some(wanted)) = (stored.take(), expected.take())
                        && found != wanted
                    {
                        for column in found.differing_columns(&wanted) {
                            let name = walk.names.get(column).cloned().unwrap_or_default();
                            let key = found.key_text(width);
                            self.note(table.name, key, Some(&name), DifferenceKind::Other);
                        }
                    }
                }
            }
        }
    }
}

/// What two tables have in common where they hold the same rows, whatever order these come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct TableSum {
    rows: u64,
    /// The keyed hashes of the rows, added up. Whoever changed a row did not know the key, which is drawn for each comparison, so one change in
    /// 2^64 goes unseen.
    hashes: u64,
}

/// The sum of each table. `progress` is told now and then how many rows were met.
fn sums(
    connection: Connection<'_>,
    tables: &[Table],
    key: &RandomState,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<TableSum>, StoreError> {
    let mut met = 0_u64;
    let mut sum_of = |table: &Table| {
        let mut sum = TableSum::default();
        connection.stream(&format!("select * from {}", table.name), &mut |row| {
            sum.rows += 1;
            sum.hashes = sum.hashes.wrapping_add(hash_of(row, key)?);
            met += 1;
            if met.is_multiple_of(u64::from(BATCH)) {
                progress(met);
            }
            Ok(())
        })?;
        Ok(sum)
    };
    tables.iter().map(&mut sum_of).collect()
}

fn hash_of(row: &Row<'_>, key: &RandomState) -> Result<u64, StoreError> {
    let mut hasher = key.build_hasher();
    for index in 0..row.width() {
        // The number of the variant and, of what has one, the length keep columns apart.
        match row.raw(index)? {
            ColumnValue::Null => hasher.write_u8(0),
            ColumnValue::Integer(integer) => (1_u8, integer).hash(&mut hasher),
            ColumnValue::Real(real) => (2_u8, real.to_bits()).hash(&mut hasher),
            ColumnValue::Text(text) => (3_u8, text.as_bytes()).hash(&mut hasher),
            ColumnValue::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
        }
    }
    Ok(hasher.finish())
}

/// Rows in the order of their key; none at the end of a table.
type Batch = Result<VecDeque<KeptRow>, StoreError>;

/// Sends every row of the replayed table, and then a batch without rows.
fn walk_to_the_end(scratch: &Scratch, table: &Table, batches: &SyncSender<Batch>) {
    let walked = scratch.read(|replayed| {
        let mut walk = Walk::of(replayed.connection, table);
        loop {
            let batch = walk.next_batch()?;
            let is_end = batch.is_empty();
            // Nobody takes it: the comparison has failed, and says why.
            if batches.send(Ok(batch)).is_err() || is_end {
                return Ok(());
            }
        }
    });
    if let Err(error) = walked {
        let _unheard = batches.send(Err(error));
    }
}

/// Rows that were read ahead of their comparison.
#[derive(Default)]
struct Rows {
    rows: VecDeque<KeptRow>,
    has_ended: bool,
}

impl Rows {
    /// The next row, for which `read` may have to fetch the next batch.
    fn peek(&mut self, read: impl FnOnce() -> Batch) -> Result<Option<&KeptRow>, StoreError> {
        if self.rows.is_empty() && !self.has_ended {
            self.rows = read()?;
            self.has_ended = self.rows.is_empty();
        }
        Ok(self.rows.front())
    }

    fn take(&mut self) -> Option<KeptRow> {
        self.rows.pop_front()
    }
}

/// A table being walked in the order of its key, a batch of rows at a time.
struct Walk<'w> {
    connection: Connection<'w>,
    table: &'w Table,
    /// The key of the last row that was read, from which the next batch goes on.
    last: Option<KeptRow>,
    names: Vec<String>,
    has_ended: bool,
}

impl<'w> Walk<'w> {
    fn of(connection: Connection<'w>, table: &'w Table) -> Self {
        Self {
            connection,
            table,
            last: None,
            names: Vec::new(),
            has_ended: false,
        }
    }

    /// The next rows, none at the end; where engines may order a text in the key differently, as many more as the rows under its first
    /// column are, ordered here.
    fn next_batch(&mut self) -> Batch {
        let mut rows = VecDeque::new();
        if self.has_ended {
            return Ok(rows);
        }
        let Table { name, key, .. } = self.table;
        let columns = key.join(", ");
        let (condition, parameters) = match &self.last {
            None => (String::new(), Vec::new()),
            Some(last) => {
                let marks: Vec<String> = (1..=key.len()).map(|number| format!("${number}")).collect();
                (
                    format!("where ({columns}) > ({})", marks.join(", ")),
                    (0..key.len()).map(|index| last.value(index)).collect(),
                )
            }
        };
        let sql = format!("select * from {name} {condition} order by {columns} limit {BATCH}");
        let names = &mut self.names;
        self.connection.each(&sql, &parameters, &mut |row| {
            if names.is_empty() {
                names.extend((0..row.width()).map(|index| row.name(index)));
            }
            rows.push_back(KeptRow::of(row)?);
            Ok(())
        })?;
        self.has_ended = rows.len() < BATCH as usize;
        if let Some(last) = rows.back() {
            self.last = Some(last.clone());
        }
        if self.table.has_text_in_key && !self.has_ended {
            self.read_rest_of_group(&mut rows)?;
        }
        if self.table.has_text_in_key {
            let width = key.len();
            rows.make_contiguous()
                .sort_by(|left, right| left.compare_keys(right, width));
        }
        Ok(rows)
    }

    fn read_rest_of_group(&mut self, rows: &mut VecDeque<KeptRow>) -> Result<(), StoreError> {
        let Some(last) = self.last.clone() else { return Ok(()) };
        let Table { name, key, .. } = self.table;
        let columns = key.join(", ");
        let marks: Vec<String> = (1..=key.len()).map(|number| format!("${number}")).collect();
        let sql = format!(
            "select * from {name} where {first} = $1 and ({columns}) > ({marks}) order by {columns}",
            first = key.first().copied().unwrap_or_default(),
            marks = marks.join(", "),
        );
        let parameters: Vec<Value<'_>> = (0..key.len()).map(|index| last.value(index)).collect();
        self.connection.each(&sql, &parameters, &mut |row| {
            rows.push_back(KeptRow::of(row)?);
            Ok(())
        })?;
        self.last = rows.back().cloned();
        Ok(())
    }
}

/// A row that was read: the values one after the other, each behind a letter for its type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KeptRow {
    bytes: Vec<u8>,
    /// Where each value ends.
    ends: Vec<usize>,
}

impl KeptRow {
    fn of(row: &Row<'_>) -> Result<Self, StoreError> {
        let width = row.width();
        let mut kept = Self {
            bytes: Vec::with_capacity(width * 12),
            ends: Vec::with_capacity(width),
        };
        for index in 0..width {
            let (letter, value): (u8, &[u8]) = match row.raw(index)? {
                ColumnValue::Null => (b'n', &[]),
                ColumnValue::Integer(integer) => (b'i', &integer.to_be_bytes()),
                ColumnValue::Real(real) => (b'r', &real.to_be_bytes()),
                ColumnValue::Text(text) => (b't', text.as_bytes()),
                ColumnValue::Blob(bytes) => (b'b', bytes),
            };
            kept.bytes.push(letter);
            kept.bytes.extend_from_slice(value);
            kept.ends.push(kept.bytes.len());
        }
        Ok(kept)
    }

    /// The letter and the bytes of a column.
    fn column(&self, index: usize) -> (u8, &[u8]) {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(index).copied().unwrap_or_default();
        match self.bytes.get(start.unwrap_or_default()..end) {
            Some([letter, value @ ..]) => (*letter, value),
            _ => (b'n', &[]),
        }
    }

    fn column_value(&self, index: usize) -> ColumnValue<'_> {
        match self.column(index) {
            (b'i', bytes) => ColumnValue::Integer(i64::from_be_bytes(bytes.try_into().unwrap_or_default())),
            (b'r', bytes) => ColumnValue::Real(f64::from_be_bytes(bytes.try_into().unwrap_or_default())),
            (b't', bytes) => std::str::from_utf8(bytes).map_or(ColumnValue::Blob(bytes), ColumnValue::Text),
            (b'b', bytes) => ColumnValue::Blob(bytes),
            _ => ColumnValue::Null,
        }
    }

    fn value(&self, index: usize) -> Value<'_> {
        match self.column_value(index) {
            ColumnValue::Null | ColumnValue::Real(_) => Value::Null,
            ColumnValue::Integer(integer) => Value::Integer(integer),
            ColumnValue::Text(text) => Value::from(text),
            ColumnValue::Blob(bytes) => Value::Blob(bytes),
        }
    }

    /// The order of the keys, which are the first `width` columns.
    fn compare_keys(&self, other: &Self, width: usize) -> Ordering {
        (0..width)
            .map(|index| match (self.column_value(index), other.column_value(index)) {
                (ColumnValue::Integer(left), ColumnValue::Integer(right)) => left.cmp(&right),
                _ => self.column(index).cmp(&other.column(index)),
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The key for people to read.
    fn key_text(&self, width: usize) -> String {
        let parts: Vec<String> = (0..width).map(|index| text_of(self.column_value(index))).collect();
        parts.join(",")
    }

    fn differing_columns(&self, other: &Self) -> Vec<usize> {
        (0..self.ends.len().max(other.ends.len()))
            .filter(|index| self.column(*index) != other.column(*index))
            .collect()
    }
}
