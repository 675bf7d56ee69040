//! The stored tables of the state against the replayed ones: two walks in the order of the keys, merged.

use std::{cmp::Ordering, collections::VecDeque};

use super::{BATCH, DifferenceKind, Phase, Replay, text_of};
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
        for table in tables {
            scratch.read(|replayed| self.compare(table, replayed.connection, total))?;
        }
        self.tell(Phase::Tables, total, total);
        Ok(())
    }

    fn compare(&mut self, table: &Table, replayed: Connection<'_>, total: u64) -> Result<(), StoreError> {
        let mut stored = Walk::of(self.stored, table);
        let mut expected = Walk::of(replayed, table);
        loop {
            let (found, wanted) = (stored.peek()?, expected.peek()?);
            let order = match (found, wanted) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(found), Some(wanted)) => found.compare_keys(wanted, table.key.len()),
            };
            match order {
                Ordering::Less => {
                    let key = stored
                        .take()
                        .map(|row| row.key_text(table.key.len()))
                        .unwrap_or_default();
                    self.note(table.name, key, None, DifferenceKind::Surplus);
                }
                Ordering::Greater => {
                    let key = expected
                        .take()
                        .map(|row| row.key_text(table.key.len()))
                        .unwrap_or_default();
                    self.note(table.name, key, None, DifferenceKind::Missing);
                    continue;
                }
                Ordering::Equal => {
                    if let (Some(found), Some(wanted)) = (stored.take(), expected.take())
                        && found != wanted
                    {
                        for column in found.differing_columns(&wanted) {
                            let name = stored.names.get(column).cloned().unwrap_or_default();
                            let key = found.key_text(table.key.len());
                            self.note(table.name, key, Some(&name), DifferenceKind::Other);
                        }
                    }
                }
            }
            self.outcome.rows += 1;
            if self.outcome.rows.is_multiple_of(u64::from(BATCH)) {
                self.tell(Phase::Tables, self.outcome.rows, total);
            }
        }
    }
}

/// A table being walked in the order of its key, a batch of rows at a time.
struct Walk<'w> {
    connection: Connection<'w>,
    sql: String,
    table: &'w Table,
    rows: VecDeque<KeptRow>,
    /// The key of the last row that was read, from which the next batch goes on.
    last: Option<KeptRow>,
    names: Vec<String>,
    has_ended: bool,
}

impl<'w> Walk<'w> {
    fn of(connection: Connection<'w>, table: &'w Table) -> Self {
        Self {
            connection,
            sql: String::new(),
            table,
            rows: VecDeque::new(),
            last: None,
            names: Vec::new(),
            has_ended: false,
        }
    }

    fn peek(&mut self) -> Result<Option<&KeptRow>, StoreError> {
        while self.rows.is_empty() && !self.has_ended {
            self.read_on()?;
        }
        Ok(self.rows.front())
    }

    fn take(&mut self) -> Option<KeptRow> {
        self.rows.pop_front()
    }

    /// Reads the next batch; where engines may order a text in the key differently, as much more as the rows under its first column are,
    /// and orders these here.
    fn read_on(&mut self) -> Result<(), StoreError> {
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
        self.sql = format!("select * from {name} {condition} order by {columns} limit {BATCH}");
        let mut batch = Vec::with_capacity(BATCH as usize);
        let names = &mut self.names;
        self.connection.each(&self.sql, &parameters, &mut |row| {
            if names.is_empty() {
                names.extend((0..row.width()).map(|index| row.name(index)));
            }
            batch.push(KeptRow::of(row)?);
            Ok(())
        })?;
        self.has_ended = batch.len() < BATCH as usize;
        if let Some(last) = batch.last() {
            self.last = Some(last.clone());
        }
        self.rows.extend(batch);
        if self.table.has_text_in_key && !self.has_ended {
            self.read_rest_of_group()?;
        }
        if self.table.has_text_in_key {
            let width = key.len();
            self.rows
                .make_contiguous()
                .sort_by(|left, right| left.compare_keys(right, width));
        }
        Ok(())
    }

    fn read_rest_of_group(&mut self) -> Result<(), StoreError> {
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
        let rows = &mut self.rows;
        self.connection.each(&sql, &parameters, &mut |row| {
            rows.push_back(KeptRow::of(row)?);
            Ok(())
        })?;
        self.last = self.rows.back().cloned();
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
