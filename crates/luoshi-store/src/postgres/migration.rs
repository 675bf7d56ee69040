//! Brings the schema of a PostgreSQL database up to the program's: one transaction a step, held apart from other processes by the lock on one
//! row, never back.

use super::session::{Access, Session};
use crate::{
    engine::{Connection, values},
    error::StoreError,
    migration::{known, steps},
};

/// Our tables and all tables, counted at one moment: another process may be making them.
const TABLES: &str = "
    select count(case when table_name = 'schema_version' then 1 end), count(*)
    from information_schema.tables where table_schema = current_schema()";

const MAKE_VERSION: &str =
    "create table if not exists schema_version (id bigint not null primary key, version bigint not null)";

const BEGIN_VERSION: &str = "insert into schema_version (id, version) values (1, 0) on conflict (id) do nothing";

const VERSION: &str = "select version from schema_version where id = 1";

/// The lock that keeps two processes from taking the same step.
const LOCK: &str = "select version from schema_version where id = 1 for update";

const SET_VERSION: &str = "update schema_version set version = $1 where id = 1";

/// The version of the schema; 0 for an empty database.
///
/// # Errors
/// [`StoreError::ForeignDatabase`] where there are tables and none of them is ours.
pub(crate) fn version(session: &Session) -> Result<u32, StoreError> {
    let connection = Connection::Postgres(session);
    match connection.one::<(u64, u64)>(TABLES, &[])? {
        (0, 0) => Ok(0),
        (0, _) => Err(StoreError::ForeignDatabase),
        _ => {
            let found: Option<(u32,)> = connection.optional(VERSION, &[])?;
            Ok(found.map_or(0, |(version,)| version))
        }
    }
}

/// Refuses a database that a newer release has written: it may hold what this program would destroy.
pub(crate) fn refuse_newer(session: &Session) -> Result<(), StoreError> {
    let (found, known) = (version(session)?, known());
    if found > known {
        Err(StoreError::NewerSchema { found, known })
    } else {
        Ok(())
    }
}

/// Takes the steps that are missing and answers with the version before.
pub(crate) fn run(session: &Session) -> Result<u32, StoreError> {
    let connection = Connection::Postgres(session);
    refuse_newer(session)?;
    for statement in [MAKE_VERSION, BEGIN_VERSION] {
        // Two processes that make the same table at once: one of them is told that it is there.
        if let Err(error) = connection.execute(statement, &[]) {
            session.roll_back()?;
            tracing::debug!(%error, "somebody else begins to migrate");
        }
    }
    let mut before = None;
    loop {
        session.begin(Access::Write)?;
        let taken = step(connection);
        match &taken {
            Ok(_) => session.commit()?,
            Err(_) => session.roll_back()?,
        }
        let version = taken?;
        before.get_or_insert(version);
        if version >= known() {
            return Ok(before.unwrap_or(version));
        }
    }
}

/// Takes one step and answers with the version before it.
fn step(connection: Connection<'_>) -> Result<u32, StoreError> {
    // Asked under the lock: another process may have taken the step in the meantime.
    let (version,): (u32,) = connection.one(LOCK, &[])?;
    if let Some(step) = steps().get(version as usize) {
        connection.execute(&in_the_words_of_postgres(&step.statement), &[])?;
        connection.execute(SET_VERSION, values![version + 1])?;
        tracing::info!(step = version + 1, file = step.file, "migrated");
    }
    Ok(version)
}

/// Tables whose rows are changed again and again in columns that stand in no index. A changed row is a new one here: with some room on each page
/// it lies beside the old one and no index is written, from a full page it goes to another, and every index with it.
const CHANGED_IN_PLACE: &[&str] = &["task_light"];

/// A statement of the shared files as PostgreSQL writes it: its names for the three types, texts that sort by their bytes, room for what is
/// changed in its place, and none of the words that only SQLite knows.
fn in_the_words_of_postgres(statement: &str) -> String {
    let statement = ["without rowid", "strict"].iter().fold(statement, |rest, word| {
        rest.strip_suffix(word)
            .map_or(rest, |rest| rest.trim_end_matches([' ', ',']))
    });
    if !statement.starts_with("create table") && !statement.starts_with("alter table") {
        return statement.to_owned();
    }
    let lines: Vec<String> = statement.lines().map(column).collect();
    let made = statement
        .strip_prefix("create table ")
        .and_then(|rest| rest.split(' ').next());
    let room = if made.is_some_and(|table| CHANGED_IN_PLACE.contains(&table)) {
        " with (fillfactor = 80)"
    } else {
        ""
    };
    lines.join("\n") + room
}

/// A line of a table's columns: name, type, rest.
fn column(line: &str) -> String {
    // Added columns stand on the line of their statement.
    let (before, definition) = match line.split_once(" add column ") {
        Some((before, definition)) => (format!("{before} add column "), definition),
        None => (
            line.chars().take_while(|character| *character == ' ').collect(),
            line.trim_start(),
        ),
    };
    let mut words = definition.splitn(2, ' ');
    let (Some(name), Some(rest)) = (words.next(), words.next()) else {
        return line.to_owned();
    };
    let rest = rest.trim_start();
    let (kind, rest) = match rest.find([' ', ',', '\n']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let kind = match kind {
        "integer" if rest.starts_with(" primary key") => "bigint generated by default as identity",
        "integer" => "bigint",
        "blob" => "bytea",
        "text" => "text collate \"C\"",
        _ => return line.to_owned(),
    };
    format!("{before}{name} {kind}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: &str) {
        assert_eq!(in_the_words_of_postgres(statement), expected);
    }

    #[test]
    fn types_and_endings_are_translated_and_names_are_not() {
        check(
            "create table thing (\n    id       blob    not null primary key,\n    text     text    not null,\n    count    integer,\n    \
             primary key (id, text)\n) strict, without rowid",
            "create table thing (\n    id bytea    not null primary key,\n    text text collate \"C\"    not null,\n    count bigint,\n    \
             primary key (id, text)\n)",
        );
        check(
            "create table job (\n    id          integer primary key,\n    kind        text    not null\n) strict",
            "create table job (\n    id bigint generated by default as identity primary key,\n    kind text collate \"C\"    not null\n)",
        );
    }

    #[test]
    fn what_is_changed_in_its_place_has_room_to_be() {
        check(
            "create table task_light (\n    task  blob    not null primary key\n) strict, without rowid",
            "create table task_light (\n    task bytea    not null primary key\n) with (fillfactor = 80)",
        );
        for table in CHANGED_IN_PLACE {
            let made = |step: &crate::migration::Step| step.statement.starts_with(&format!("create table {table} "));
            assert!(steps().iter().any(made), "{table}");
        }
    }

    #[test]
    fn added_columns_are_translated() {
        check(
            "alter table task add column text text not null default ''",
            "alter table task add column text text collate \"C\" not null default ''",
        );
    }

    #[test]
    fn an_index_stays_as_it_is() {
        check(
            "create index leaf_waiting on leaf (event_id) where leaf_index is null",
            "create index leaf_waiting on leaf (event_id) where leaf_index is null",
        );
    }

    #[test]
    fn no_word_of_sqlite_is_left() {
        for step in steps() {
            let statement = in_the_words_of_postgres(&step.statement);
            for word in ["strict", "rowid", " blob", " integer"] {
                assert!(!statement.contains(word), "{word} in {statement}");
            }
        }
    }
}
