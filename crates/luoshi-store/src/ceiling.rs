//! How fast the rows of a command can be written at all: the same rows again and again, under other ids, beside a site where nothing is
//! decided, checked, signed or shared. The speed of a site is judged by its ratio to this one.
//!
//! It is for measuring on a site that is thrown away afterwards; nothing that it writes is a record of anything.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use luoshi_ledger::ids::CommandId;

use crate::{
    copy::OwnValue,
    engine::{Connection, Value, values},
    error::StoreError,
    postgres::session::{Access, Session},
    snapshot::Snapshot,
    sqlite::{self, connection::WriteConnection},
    store::{Engine, Store},
};

/// Where the bare tables lie on a server, apart from the site's.
const SCHEMA: &str = "ceiling";

/// Every table into which a command writes rows of its own, and how its rows are found.
const TABLES: &[(&str, &str)] = &[
    ("event", "select * from event where command_id = $1"),
    (
        "content",
        "select content.* from content join event on event.id = content.event_id where event.command_id = $1",
    ),
    (
        "leaf",
        "select leaf.* from leaf join event on event.id = leaf.event_id where event.command_id = $1",
    ),
    (
        "report",
        "select report.* from report join event on event.stream_id = report.id where event.command_id = $1",
    ),
    (
        "report_value",
        "select report_value.* from report_value join event on event.stream_id = report_value.report
         where event.command_id = $1",
    ),
    (
        "search_entry",
        "select search_entry.* from search_entry join event on event.stream_id = search_entry.subject
         where event.command_id = $1",
    ),
    ("receipt", "select * from receipt where command_id = $1"),
];

/// What a command changes besides: the light of its task, among those of all tasks.
const LIGHTS: &str = "select * from task_light";

/// Columns whose values must not come twice, with how the value of each copy is made. An id that is the same in two tables is in each of them
/// made in the same way.
const FRESH: &[(&str, &str, Fresh)] = &[
    ("event", "id", Fresh::Ascending),
    ("event", "command_id", Fresh::Ascending),
    ("event", "stream_id", Fresh::Scattered),
    ("content", "event_id", Fresh::Ascending),
    ("leaf", "event_id", Fresh::Ascending),
    ("leaf", "leaf_index", Fresh::None),
    ("report", "id", Fresh::Scattered),
    ("report", "task", Fresh::Scattered),
    ("report_value", "report", Fresh::Scattered),
    ("search_entry", "subject", Fresh::Scattered),
    ("search_entry", "number", Fresh::None),
    ("receipt", "command_id", Fresh::Ascending),
    ("receipt", "event_id", Fresh::Ascending),
    ("receipt", "key_hash", Fresh::Hash),
];

/// How a value that must not come twice is made from the number of the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    /// 16 bytes that ascend, as ids do that begin with the time.
    Ascending,
    /// 16 bytes anywhere, as ids do that are hashes.
    Scattered,
    /// 32 bytes anywhere.
    Hash,
    /// Nothing: what the workers fill in later.
    None,
}

impl Fresh {
    fn value(self, serial: u64) -> OwnValue {
        let scattered = |salt: u64| mixed(serial.wrapping_add(salt)).to_be_bytes();
        match self {
            Fresh::Ascending => OwnValue::Blob([serial.to_be_bytes(), scattered(1)].concat()),
            Fresh::Scattered => OwnValue::Blob([scattered(2), scattered(3)].concat()),
            Fresh::Hash => OwnValue::Blob([4, 5, 6, 7].map(scattered).concat()),
            Fresh::None => OwnValue::Null,
        }
    }
}

/// SplitMix64: no two numbers give the same one, and neighbours lie far apart.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A row to be written again.
#[derive(Debug)]
struct Template {
    sql: String,
    columns: Vec<Column>,
}

#[derive(Debug)]
enum Column {
    Same(OwnValue),
    Made(Fresh),
}

/// The rows of one command, with empty tables into which they can be written again.
pub struct Ceiling {
    writing: Arc<Writing>,
    place: Place,
}

/// What is written again and again.
struct Writing {
    rows: Vec<Template>,
    /// The statement that changes a light.
    light: String,
    /// The tasks that have a light.
    tasks: Vec<OwnValue>,
    /// The number of the next copy.
    serial: AtomicU64,
}

impl Writing {
    /// The place of a task for each number; those of neighbours lie anywhere. None where no task has a light.
    fn place(&self, serial: u64) -> Option<usize> {
        let place = mixed(serial).checked_rem(self.tasks.len() as u64)?;
        usize::try_from(place).ok()
    }
}

enum Place {
    File(PathBuf),
    Server(Store),
}

/// Writes the rows of one command as often as it is told, on a connection of its own.
pub struct CeilingWriter {
    writing: Arc<Writing>,
    connection: OwnConnection,
}

enum OwnConnection {
    Sqlite(WriteConnection),
    Postgres(Box<Session>),
}

impl Store {
    /// Takes the rows that a report's command wrote, and makes empty tables with the same columns and indexes: on SQLite in the new file
    /// `file` with the same settings, on PostgreSQL in a schema `ceiling` of the same database. The lights of all tasks are copied there.
    /// References are not checked.
    ///
    /// # Errors
    /// When the database cannot be read, there is no such command, or the tables are there already.
    pub fn ceiling(&self, command: CommandId, file: &Path) -> Result<Ceiling, StoreError> {
        let place = match self.engine()? {
            Engine::Sqlite(_) => {
                if file.exists() {
                    return Err(StoreError::NotEmpty);
                }
                WriteConnection::open(file)?.with(sqlite::migration::run)?;
                Place::File(file.to_owned())
            }
            Engine::Postgres(postgres) => {
                let session = postgres.session()?;
                let connection = Connection::Postgres(&session);
                connection.execute(&format!("create schema {SCHEMA}"), &[])?;
                for table in TABLES.iter().map(|(table, _)| *table).chain(["task_light"]) {
                    // Indexes come with it and references do not.
                    connection.execute(
                        &format!("create table {SCHEMA}.{table} (like {table} including all)"),
                        &[],
                    )?;
                }
                Place::Server(self.clone())
            }
        };
        let prefix = match place {
            Place::File(_) => String::new(),
            Place::Server(_) => format!("{SCHEMA}."),
        };
        let (rows, lights) = self.read(|snapshot| {
            let mut lights = Vec::new();
            gather(snapshot, "task_light", LIGHTS, &[], &prefix, &mut lights)?;
            Ok((rows_of(snapshot, command, &prefix)?, lights))
        })?;
        if rows.is_empty() {
            return Err(StoreError::Unreadable {
                column: "command_id".to_owned(),
            });
        }
        place
            .connection()?
            .within_transaction(|connection| lights.iter().try_for_each(|light| write_row(light, 0, connection)))?;
        let task_of = |light: Template| match light.columns.into_iter().next() {
            Some(Column::Same(task)) => Some(task),
            _ => None,
        };
        Ok(Ceiling {
            writing: Arc::new(Writing {
                rows,
                light: format!(
                    "update {prefix}task_light set latest = $2, latest_version = 1, reason = task_light.reason where task = $1"
                ),
                tasks: lights.into_iter().filter_map(task_of).collect(),
                serial: AtomicU64::new(0),
            }),
            place,
        })
    }
}

fn rows_of(snapshot: &Snapshot<'_>, command: CommandId, prefix: &str) -> Result<Vec<Template>, StoreError> {
    let mut rows = Vec::new();
    for (table, sql) in TABLES {
        gather(snapshot, table, sql, values![&command], prefix, &mut rows)?;
    }
    Ok(rows)
}

/// Adds the rows that a query of `table` finds.
fn gather(
    snapshot: &Snapshot<'_>,
    table: &str,
    sql: &str,
    parameters: &[Value<'_>],
    prefix: &str,
    rows: &mut Vec<Template>,
) -> Result<(), StoreError> {
    snapshot.connection.each(sql, parameters, &mut |row| {
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        for index in 0..row.width() {
            let name = row.name(index);
            let fresh = FRESH
                .iter()
                .find(|(of, column, _)| *of == table && *column == name)
                .map(|(_, _, fresh)| *fresh);
            columns.push(match fresh {
                Some(fresh) => Column::Made(fresh),
                None => Column::Same(OwnValue::of(row, index)?),
            });
            names.push(name);
        }
        let places: Vec<String> = (1..=names.len()).map(|number| format!("${number}")).collect();
        rows.push(Template {
            sql: format!(
                "insert into {prefix}{table} ({}) values ({})",
                names.join(", "),
                places.join(", ")
            ),
            columns,
        });
        Ok(())
    })
}

impl Ceiling {
    /// How many rows the command wrote.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.writing.rows.len()
    }

    /// Whether many may write at once.
    #[must_use]
    pub fn is_on_server(&self) -> bool {
        matches!(self.place, Place::Server(_))
    }

    /// A further connection that writes the rows. On SQLite one may write at a time.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn writer(&self) -> Result<CeilingWriter, StoreError> {
        Ok(CeilingWriter {
            writing: Arc::clone(&self.writing),
            connection: self.place.connection()?,
        })
    }

    /// What `pgbench -f` is to run: one row of the size of an event a transaction, into a table that is made here. None on SQLite.
    ///
    /// # Errors
    /// When the table cannot be made.
    pub fn pgbench_script(&self) -> Result<Option<String>, StoreError> {
        let Place::Server(store) = &self.place else {
            return Ok(None);
        };
        let Engine::Postgres(postgres) = store.engine()? else {
            return Ok(None);
        };
        let session = postgres.session()?;
        Connection::Postgres(&session).execute(
            &format!(
                "create table if not exists {SCHEMA}.pgbench_row (id uuid not null primary key, body bytea not null)"
            ),
            &[],
        )?;
        Ok(Some(format!(
            "insert into {SCHEMA}.pgbench_row (id, body) values (gen_random_uuid(), decode(repeat('5a', 700), 'hex'));\n"
        )))
    }
}

impl Place {
    fn connection(&self) -> Result<OwnConnection, StoreError> {
        match self {
            Place::File(path) => {
                let connection = WriteConnection::open(path)?;
                connection.with(|connection| Ok(connection.pragma_update(None, "foreign_keys", "off")?))?;
                Ok(OwnConnection::Sqlite(connection))
            }
            Place::Server(store) => match store.engine()? {
                Engine::Postgres(postgres) => Ok(OwnConnection::Postgres(Box::new(postgres.session()?))),
                Engine::Sqlite(_) => Err(StoreError::Unavailable),
            },
        }
    }
}

impl OwnConnection {
    /// Does `work` in one transaction that is durable when this returns.
    fn within_transaction(
        &self,
        work: impl FnOnce(Connection<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            OwnConnection::Sqlite(connection) => connection.with(|connection| {
                let transaction = connection.unchecked_transaction()?;
                work(Connection::Sqlite(&transaction))?;
                Ok(transaction.commit()?)
            }),
            OwnConnection::Postgres(session) => {
                session.begin(Access::Write)?;
                work(Connection::Postgres(session))?;
                session.commit()
            }
        }
    }
}

impl CeilingWriter {
    /// Writes the rows `copies` times under fresh ids, in one transaction that is durable when this returns.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn write(&mut self, copies: usize) -> Result<(), StoreError> {
        let writing = &self.writing;
        let first = writing.serial.fetch_add(copies as u64, Ordering::Relaxed);
        self.connection.within_transaction(|connection| {
            for serial in first..first + copies as u64 {
                for row in &writing.rows {
                    write_row(row, serial, connection)?;
                }
            }
            // In the order of the tasks, or two connections that write groups would wait for each other.
            let mut lights: Vec<(Option<usize>, u64)> = (first..first + copies as u64)
                .map(|serial| (writing.place(serial), serial))
                .collect();
            lights.sort_unstable();
            for (place, serial) in lights {
                let latest = Fresh::Scattered.value(serial);
                let changed = match place.and_then(|place| writing.tasks.get(place)) {
                    Some(task) => connection.execute(&writing.light, &[task.value(), latest.value()])?,
                    None => 0,
                };
                // A ceiling that leaves out what it should write would be too high.
                if changed != 1 {
                    return Err(StoreError::Unreadable {
                        column: "task_light.task".to_owned(),
                    });
                }
            }
            Ok(())
        })
    }
}

fn write_row(row: &Template, serial: u64, connection: Connection<'_>) -> Result<(), StoreError> {
    let made: Vec<OwnValue> = row
        .columns
        .iter()
        .filter_map(|column| match column {
            Column::Made(fresh) => Some(fresh.value(serial)),
            Column::Same(_) => None,
        })
        .collect();
    let mut next = made.iter();
    let values: Vec<Value<'_>> = row
        .columns
        .iter()
        .map(|column| match column {
            Column::Same(value) => value.value(),
            Column::Made(_) => next.next().map_or(Value::Null, OwnValue::value),
        })
        .collect();
    connection.execute(&row.sql, &values)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fresh_column_is_one_of_a_table_that_is_written() {
        for (table, column, _) in FRESH {
            assert!(TABLES.iter().any(|(name, _)| name == table), "{table}.{column}");
        }
    }

    #[test]
    fn no_copy_has_the_ids_of_another() {
        let blob = |fresh: Fresh, serial| match fresh.value(serial) {
            OwnValue::Blob(bytes) => bytes,
            other => panic!("{other:?} is no id"),
        };
        for fresh in [Fresh::Ascending, Fresh::Scattered, Fresh::Hash] {
            let mut made: Vec<Vec<u8>> = (0..1_000).map(|serial| blob(fresh, serial)).collect();
            assert_eq!(made.is_sorted(), fresh == Fresh::Ascending);
            made.sort();
            made.dedup();
            assert_eq!(made.len(), 1_000);
        }
    }
}
