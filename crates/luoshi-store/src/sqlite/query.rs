//! Runs statements of the rooms on SQLite: binds `$1`, `$2` … by their numbers and keeps prepared statements. A dollar sign stands in them for
//! nothing else.

use rusqlite::{
    CachedStatement, ErrorCode,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    engine::{ColumnValue, Row, Value},
    error::{Constraint, StoreError},
};

/// Runs a query and shows each row to `visit`.
pub(crate) fn each(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value<'_>],
    visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = prepared(connection, sql, parameters)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        visit(&mut Row::sqlite(row))?;
    }
    Ok(())
}

/// Runs a statement and answers with the number of rows that it changed.
pub(crate) fn execute(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value<'_>],
) -> Result<u64, StoreError> {
    let changed = prepared(connection, sql, parameters)?.raw_execute()?;
    Ok(changed as u64)
}

/// A prepared statement with its parameters bound.
fn prepared<'c>(
    connection: &'c rusqlite::Connection,
    sql: &str,
    parameters: &[Value<'_>],
) -> Result<CachedStatement<'c>, StoreError> {
    // To SQLite `$1` is a name, and looking names up takes the square of their number; `?1` is the number itself.
    let mut statement = connection.prepare_cached(&sql.replace('$', "?"))?;
    for place in 1..=statement.parameter_count() {
        let value = parameters
            .get(place - 1)
            .ok_or(rusqlite::Error::InvalidParameterCount(parameters.len(), place))?;
        let bound = match value {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Text(text) | Value::Words(_, text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        };
        statement.raw_bind_parameter(place, ToSqlOutput::Borrowed(bound))?;
    }
    Ok(statement)
}

/// The value of a column.
pub(crate) fn column<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Result<ColumnValue<'r>, StoreError> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => ColumnValue::Null,
        ValueRef::Integer(integer) => ColumnValue::Integer(integer),
        ValueRef::Real(real) => ColumnValue::Real(real),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => ColumnValue::Text(text),
            Err(_) => ColumnValue::Blob(bytes),
        },
        ValueRef::Blob(bytes) => ColumnValue::Blob(bytes),
    })
}

/// The name that the query gives a column.
pub(crate) fn column_name(row: &rusqlite::Row<'_>, index: usize) -> String {
    row.as_ref().column_name(index).unwrap_or("(unknown)").to_owned()
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => StoreError::Constraint(broken_constraint(&error)),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            _ => StoreError::Engine(Box::new(error)),
        }
    }
}

/// Which rule was broken. SQLite names the columns in its message and nowhere else.
fn broken_constraint(error: &rusqlite::Error) -> Constraint {
    let extended = error.sqlite_error().map_or(0, |failure| failure.extended_code);
    let message = error.to_string();
    if extended == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY {
        Constraint::Reference
    } else if message.contains("account.sign_in_name") || message.contains("account_sign_in_name") {
        Constraint::SignInName
    } else if message.contains("task.plan, task.number") {
        Constraint::TaskNumber
    } else if message.contains("receipt.actor, receipt.key_hash") {
        Constraint::IdempotencyKey
    } else if extended == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
        || extended == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
    {
        Constraint::Unique
    } else {
        Constraint::Value
    }
}
