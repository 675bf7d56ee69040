//! Copies a whole database into an empty one of any engine, row by row as it stands: for moving a site to another engine, and for a backup of
//! a server's database as one file.
//!
//! It proves nothing; whoever copies replays the copy afterwards. What lies outside the database is not copied here.

use std::collections::BTreeMap;

use luoshi_ledger::ids::AccountId;
use uuid::Uuid;

use crate::{
    engine::{ColumnValue, Connection, Row, Value, for_keys},
    error::{StoreError, WriteError},
    migration::{Step, known, steps},
    snapshot::{Snapshot, Transaction},
    store::Store,
    words,
};

/// Tables that each engine fills for itself.
const LEFT_OUT: [&str; 7] = [
    "word_epoch",
    "word_key",
    "sign_in_key",
    // Each engine has names of its own for terms, and the worker makes the index where there is none.
    "search_entry",
    "search_segment",
    "search_posting",
    "search_index",
];

/// The setting of a database that is being copied into: what is half there is not taken for a site.
const UNDER_WAY: &str = "copy_under_way";
/// The table of accounts, of which something is kept beside.
const ACCOUNT: &str = "account";
/// Rows that are read and written at once.
const ROWS_AT_ONCE: usize = 2_000;
/// Values of one statement at most. Both engines take more, and the gain ends far below.
const VALUES_AT_ONCE: usize = 4_000;

/// A table as its step describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CopiedTable {
    name: String,
    /// The columns of the primary key, in its order.
    key: Vec<String>,
    /// Whether the engine numbers the rows itself; the numbers are given out afresh then.
    numbers_itself: bool,
}

/// A value that belongs to nobody.
#[derive(Debug, Clone)]
pub(crate) enum OwnValue {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl OwnValue {
    /// The value of a column.
    pub(crate) fn of(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        Ok(match row.raw(index)? {
            ColumnValue::Null => OwnValue::Null,
            ColumnValue::Integer(integer) => OwnValue::Integer(integer),
            ColumnValue::Text(text) => OwnValue::Text(text.to_owned()),
            ColumnValue::Blob(bytes) => OwnValue::Blob(bytes.to_owned()),
            ColumnValue::Real(_) => {
                return Err(StoreError::Unreadable {
                    column: row.name(index),
                });
            }
        })
    }

    /// The value on its way into a statement again.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            OwnValue::Null => Value::Null,
            OwnValue::Integer(integer) => Value::Integer(*integer),
            OwnValue::Text(text) => Value::from(text),
            OwnValue::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

impl From<&Value<'_>> for OwnValue {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Null => OwnValue::Null,
            Value::Integer(integer) => OwnValue::Integer(*integer),
            Value::Text(text) | Value::Words(_, text) => OwnValue::Text(text.clone().into_owned()),
            Value::Blob(bytes) => OwnValue::Blob(bytes.to_vec()),
        }
    }
}

/// The tables that the steps make, in their order, so that a row comes after those that it refers to.
fn tables() -> Vec<CopiedTable> {
    let tables = steps().iter().filter_map(table);
    tables
        .filter(|table| !LEFT_OUT.contains(&table.name.as_str()))
        .collect()
}

fn table(step: &Step) -> Option<CopiedTable> {
    let name = step
        .statement
        .strip_prefix("create table ")?
        .split_whitespace()
        .next()?;
    let lines = || step.statement.lines().map(str::trim);
    let of_many = lines()
        .find_map(|line| line.strip_prefix("primary key ("))
        .and_then(|rest| rest.split(')').next())
        .map(|columns| columns.split(", ").map(str::to_owned).collect());
    let line = lines().find(|line| line.contains(" primary key"));
    let of_one = line
        .and_then(|line| line.split_whitespace().next())
        .map(|column| vec![column.to_owned()]);
    Some(CopiedTable {
        name: name.to_owned(),
        key: of_many.or(of_one)?,
        numbers_itself: line.is_some_and(|line| !line.contains("not null")),
    })
}

impl Store {
    /// Copies everything into `target`, which has to be empty, migrated and of the same version. `progress` hears the table and how many of
    /// its rows are copied. The source goes on being used; what is written to it meanwhile is not copied.
    ///
    /// A copy that was broken off leaves a target that [`Store::is_half_copied`].
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] where the target holds anything; when a database cannot be read or written.
    pub fn copy_into(&self, target: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64, StoreError> {
        if target.schema_version()? != known() {
            return Err(StoreError::NeedsMigration {
                found: target.schema_version()?,
                known: known(),
            });
        }
        let tables = tables();
        for table in &tables {
            if target.read(|snapshot| is_filled(snapshot.connection, table))? {
                return Err(StoreError::NotEmpty);
            }
        }
        write(target, |transaction| transaction.set_setting(UNDER_WAY, "1"))?;
        let rows = self.read(|snapshot| {
            let mut rows = 0;
            for table in &tables {
                rows += copy_table(snapshot, target, table, progress)?;
            }
            Ok(rows)
        })?;
        write(target, |transaction| transaction.remove_setting(UNDER_WAY))?;
        Ok(rows)
    }

    /// Whether a copy into this database was broken off.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_half_copied(&self) -> Result<bool, StoreError> {
        Ok(self.read(|snapshot| snapshot.setting(UNDER_WAY))?.is_some())
    }
}

fn is_filled(connection: Connection<'_>, table: &CopiedTable) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = connection.optional(&format!("select 1 from {} limit 1", table.name), &[])?;
    Ok(found.is_some())
}

fn copy_table(
    source: &Snapshot<'_>,
    target: &Store,
    table: &CopiedTable,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<u64, StoreError> {
    let key = table.key.join(", ");
    let places: Vec<String> = (1..=table.key.len()).map(|number| format!("${number}")).collect();
    let first = format!("select * from {} order by {key} limit {ROWS_AT_ONCE}", table.name);
    let next = format!(
        "select * from {} where ({key}) > ({}) order by {key} limit {ROWS_AT_ONCE}",
        table.name,
        places.join(", ")
    );
    let mut after: Option<Vec<OwnValue>> = None;
    let mut copied = 0;
    loop {
        let mut columns: Vec<String> = Vec::new();
        let mut rows: Vec<Vec<OwnValue>> = Vec::new();
        let (sql, parameters) = match &after {
            None => (&first, Vec::new()),
            Some(values) => (&next, values.iter().map(OwnValue::value).collect()),
        };
        source.connection.each(sql, &parameters, &mut |row| {
            if columns.is_empty() {
                columns = (0..row.width()).map(|index| row.name(index)).collect();
            }
            rows.push(
                (0..row.width())
                    .map(|index| OwnValue::of(row, index))
                    .collect::<Result<_, _>>()?,
            );
            Ok(())
        })?;
        let Some(last) = rows.last() else { return Ok(copied) };
        let position = |name: &String| columns.iter().position(|column| column == name);
        after = Some(
            table
                .key
                .iter()
                .filter_map(|name| last.get(position(name)?).cloned())
                .collect(),
        );
        let count = rows.len();
        if table.numbers_itself {
            columns.remove(0);
            for row in &mut rows {
                row.remove(0);
            }
        }
        insert(target, &table.name, columns, rows)?;
        copied += count as u64;
        progress(&table.name, copied);
        if count < ROWS_AT_ONCE {
            return Ok(copied);
        }
    }
}

/// Writes rows, many with one statement: a statement each would wait for a server once a row.
fn insert(target: &Store, table: &str, columns: Vec<String>, rows: Vec<Vec<OwnValue>>) -> Result<(), StoreError> {
    let places = words::places(table, &columns);
    let table = table.to_owned();
    let width = columns.len();
    let rows_of_statement = (VALUES_AT_ONCE / width.max(1)).max(1);
    write(target, move |transaction| {
        for group in rows.chunks(rows_of_statement) {
            let tuples: Vec<String> = (0..group.len())
                .map(|row| {
                    let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!(
                "insert into {table} ({}) values {}",
                columns.join(", "),
                tuples.join(", ")
            );
            let mut values: Vec<Value<'_>> = group.iter().flatten().map(OwnValue::value).collect();
            if let Some((of_words, of_thing)) = &places {
                let things = things(transaction, &table, *of_thing, group)?;
                for ((row, values), thing) in group.iter().zip(values.chunks_mut(width.max(1))).zip(things) {
                    // Nobody else writes to the copy, so no key of the thing has to be looked for; a thing of many batches gets some.
                    transaction.connection.begin_words(thing);
                    for place in of_words {
                        if let (Some(OwnValue::Text(words)), Some(value)) = (row.get(*place), values.get_mut(*place)) {
                            *value = Value::words(thing, words);
                        }
                    }
                }
            }
            transaction.connection.execute(&sql, &values)?;
            if table == ACCOUNT {
                keep_hashes_of_names(transaction, &columns, group)?;
            }
        }
        Ok(())
    })
}

/// Keeps what the names of copied accounts are found by, where they lie sealed.
fn keep_hashes_of_names(
    transaction: &mut Transaction<'_>,
    columns: &[String],
    rows: &[Vec<OwnValue>],
) -> Result<(), StoreError> {
    let place = |name: &str| columns.iter().position(|column| column == name);
    let (Some(id), Some(name)) = (place("id"), place("sign_in_name")) else {
        return Ok(());
    };
    for row in rows {
        if let (Some(OwnValue::Blob(id)), Some(OwnValue::Text(name))) = (row.get(id), row.get(name)) {
            let id = AccountId(Uuid::from_slice(id).unwrap_or_default());
            transaction.keep_hash_of_name(id, name)?;
        }
    }
    Ok(())
}

/// The things that the words of rows belong to, which stand in the column at `place`; where that is the id of an event, the event's stream.
fn things(
    transaction: &Transaction<'_>,
    table: &str,
    place: usize,
    rows: &[Vec<OwnValue>],
) -> Result<Vec<Uuid>, StoreError> {
    let ids: Vec<Uuid> = rows
        .iter()
        .map(|row| match row.get(place) {
            Some(OwnValue::Blob(bytes)) => Uuid::from_slice(bytes).unwrap_or_default(),
            _ => Uuid::nil(),
        })
        .collect();
    if !words::is_beside_events(table) {
        return Ok(ids);
    }
    let mut streams: BTreeMap<Uuid, Uuid> = BTreeMap::new();
    for_keys("select id, stream_id from event where id in ({})", &ids, |sql, keys| {
        streams.extend(transaction.connection.all::<(Uuid, Uuid)>(sql, keys)?);
        Ok(())
    })?;
    Ok(ids
        .iter()
        .map(|id| streams.get(id).copied().unwrap_or_default())
        .collect())
}

fn write(
    target: &Store,
    work: impl FnMut(&mut Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), StoreError> {
    target.write(work).wait().map_err(|error| match error {
        WriteError::Refused(cause) => cause,
        WriteError::Busy => StoreError::Locked,
        WriteError::Unavailable | WriteError::Panicked => StoreError::Unavailable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_copied_by_its_key() {
        let tables = tables();
        let made = steps()
            .iter()
            .filter(|step| step.statement.starts_with("create table "))
            .count();
        assert_eq!(tables.len() + LEFT_OUT.len(), made);
        let find = |name: &str| tables.iter().find(|table| table.name == name).unwrap();
        assert_eq!(find("event").key, ["id"]);
        assert_eq!(find("content").key, ["event_id", "ordinal"]);
        assert_eq!(find("report_value").key, ["report", "series", "ordinal"]);
        assert!(find("job").numbers_itself);
        assert_eq!(tables.iter().filter(|table| table.numbers_itself).count(), 1);
    }
}
