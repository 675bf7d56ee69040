//! Runs statements of the rooms on PostgreSQL: binds `$1`, `$2` … and keeps prepared statements, except where a pooler would lose them.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::{
    Client, Statement,
    error::SqlState,
    types::{IsNull, ToSql, Type, to_sql_checked},
};

use super::{
    answer::{AnsweredRow, parted},
    session::{Session, Trouble},
    words::OpenedRow,
};
use crate::{
    copy::OwnValue,
    engine::{ColumnValue, Row, Value},
    error::{Constraint, StoreError},
};

/// Rows of a cursor that are fetched together.
const ROWS_AT_ONCE: usize = 1_000;

/// Runs a query and shows each row to `visit`, once all have come: another query may be asked in between.
pub(crate) fn each(
    session: &Session,
    sql: &str,
    parameters: &[Value<'_>],
    visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sealed = session.sealed(parameters)?;
    let parameters = sealed.as_deref().unwrap_or(parameters);
    if session.rehearses() {
        return session.ask_ahead(sql, parameters, unsent(Purpose::Ask, sql, parameters));
    }
    if let Some(rows) = session.answered_ahead(sql, parameters)? {
        return show(session, &rows, visit);
    }
    let rows = if session.keeps_statements {
        let statement = session.prepared(sql)?;
        session.wait(session.client.query(&statement, &untyped(parameters)))?
    } else {
        session.wait(session.client.query_typed(sql, &typed(parameters)))?
    };
    show(session, &whole(rows), visit)
}

fn whole(rows: Vec<tokio_postgres::Row>) -> Vec<AnsweredRow> {
    rows.into_iter().map(AnsweredRow::Whole).collect()
}

fn show(
    session: &Session,
    rows: &[AnsweredRow],
    visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let opened = session.opened(rows)?;
    for (place, row) in rows.iter().enumerate() {
        visit(&mut Row::postgres(row, opened.get(place)))?;
    }
    Ok(())
}

/// Runs a query without parameters and shows each row to `visit`, some rows at a time.
pub(crate) fn stream(
    session: &Session,
    sql: &str,
    visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // A cursor, and not a stream of rows, for between two batches the keys of their words may have to be asked for.
    session.wait(
        session
            .client
            .batch_execute(&format!("declare walk no scroll cursor for {sql}")),
    )?;
    loop {
        let rows = whole(session.wait(session.client.query_typed(&fetch(), &[]))?);
        show(session, &rows, visit)?;
        if rows.len() < ROWS_AT_ONCE {
            return session.wait(session.client.batch_execute("close walk"));
        }
    }
}

fn fetch() -> String {
    format!("fetch {ROWS_AT_ONCE} from walk")
}

/// Runs a statement and answers with the number of rows that it changed.
pub(crate) fn execute(session: &Session, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
    session.forget_answers();
    let sealed = session.sealed(parameters)?;
    let parameters = sealed.as_deref().unwrap_or(parameters);
    if session.keeps_statements {
        let statement = session.prepared(sql)?;
        session.wait(session.client.execute(&statement, &untyped(parameters)))
    } else {
        session.wait(session.client.execute_typed(sql, &typed(parameters)))
    }
}

/// Leaves a statement to be sent with the next one whose answer is waited for, unless each change is. What goes wrong with it is found there.
pub(crate) fn send(session: &Session, sql: &str, parameters: &[Value<'_>]) -> Result<(), StoreError> {
    if session.waits_for_changes() {
        return execute(session, sql, parameters).map(|_| ());
    }
    session.forget_answers();
    let sealed = session.sealed(parameters)?;
    let parameters = sealed.as_deref().unwrap_or(parameters);
    session.send_later(unsent(Purpose::Change, sql, parameters))
}

fn unsent(purpose: Purpose, sql: &str, parameters: &[Value<'_>]) -> Unsent {
    Unsent::Statement(purpose, sql.to_owned(), parameters.iter().map(OwnValue::from).collect())
}

/// What a statement that waits to be sent is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Its rows are kept until they are asked for.
    Ask,
    /// The same for so many questions in one: each row says which one it answers, and with what.
    AskTogether(usize),
    /// Nobody asks for rows.
    Change,
}

/// A statement that waits to be sent.
pub(super) enum Unsent {
    /// Statements without values.
    Script(&'static str),
    /// One with its values.
    Statement(Purpose, String, Vec<OwnValue>),
}

impl Unsent {
    pub(super) fn asks(&self) -> bool {
        matches!(self, Unsent::Statement(Purpose::Ask | Purpose::AskTogether(_), ..))
    }

    /// Sends it when this is looked at first, by what the session has `prepared` for it or else prepared for this once, and is done when the
    /// server has answered: with the rows of each question that it asks.
    pub(super) async fn send(
        &self,
        client: &Client,
        prepared: Option<&Statement>,
    ) -> Result<Vec<Vec<AnsweredRow>>, tokio_postgres::Error> {
        let (purpose, sql, values) = match self {
            Unsent::Script(script) => return client.batch_execute(script).await.map(|()| Vec::new()),
            Unsent::Statement(purpose, sql, values) => (purpose, sql, values),
        };
        let values: Vec<_> = values.iter().map(OwnValue::value).collect();
        if *purpose == Purpose::Change {
            let sent = match prepared {
                Some(statement) => client.execute(statement, &untyped(&values)).await,
                None => client.execute_typed(sql, &typed(&values)).await,
            };
            return sent.map(|_| Vec::new());
        }
        let rows = match prepared {
            Some(statement) => client.query(statement, &untyped(&values)).await?,
            None => client.query_typed(sql, &typed(&values)).await?,
        };
        match purpose {
            Purpose::AskTogether(questions) => parted(&rows, *questions),
            Purpose::Ask | Purpose::Change => Ok(vec![whole(rows)]),
        }
    }
}

fn untyped<'p>(parameters: &'p [Value<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn typed<'p>(parameters: &'p [Value<'_>]) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    let kind = |value: &Value<'_>| match value {
        // The server finds out what a parameter without a type has to be.
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Text(_) | Value::Words(..) => Type::TEXT,
        Value::Blob(_) => Type::BYTEA,
    };
    parameters
        .iter()
        .map(|value| (value as &(dyn ToSql + Sync), kind(value)))
        .collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(integer) if *kind == Type::INT4 => i32::try_from(*integer)?.to_sql(kind, out),
            Value::Integer(integer) => integer.to_sql(kind, out),
            Value::Text(text) | Value::Words(_, text) => text.as_ref().to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA | Type::UNKNOWN
        )
    }

    to_sql_checked!();
}

/// The value of a column.
pub(crate) fn column<'r>(
    row: &'r AnsweredRow,
    opened: Option<&'r OpenedRow>,
    index: usize,
) -> Result<ColumnValue<'r>, StoreError> {
    match opened.and_then(|opened| opened.text(index)) {
        Some(words) => Ok(ColumnValue::Text(words)),
        None => row.column(index),
    }
}

/// What an error means for the transaction that it happened in.
pub(super) fn trouble(error: &tokio_postgres::Error) -> Trouble {
    let Some(code) = error.code() else { return Trouble::Lost };
    let class = code.code().get(..2).unwrap_or_default();
    match code {
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Trouble::Again,
        // Two transactions at once made the first row of a stream, or answered the same request.
        &SqlState::UNIQUE_VIOLATION => Trouble::CameSecond,
        // The epoch ended while this process believed in it.
        &SqlState::NOT_NULL_VIOLATION if of_epoch(error) => Trouble::CameSecond,
        // The server, or somebody who runs it, ends the session.
        _ if matches!(class, "08" | "57") && *code != SqlState::QUERY_CANCELED => Trouble::Lost,
        // A server that has become a standby: another one is to be found.
        &SqlState::READ_ONLY_SQL_TRANSACTION => Trouble::Lost,
        _ => Trouble::Failed,
    }
}

/// Whether a key was to be kept under an epoch that is over.
pub(super) fn of_epoch(error: &tokio_postgres::Error) -> bool {
    let place = error.as_db_error().and_then(|error| error.table().zip(error.column()));
    place == Some(("word_key", "epoch"))
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(cause) = error.as_db_error() else {
            return StoreError::Engine(Box::new(error));
        };
        match cause.code().code() {
            "23505" => StoreError::Constraint(match cause.constraint() {
                Some("account_sign_in_name" | "sign_in_key_pkey") => Constraint::SignInName,
                Some("task_number") => Constraint::TaskNumber,
                Some("receipt_key") => Constraint::IdempotencyKey,
                _ => Constraint::Unique,
            }),
            "23503" => StoreError::Constraint(Constraint::Reference),
            // 23: other constraints; 22: a value that its column does not take.
            code if code.starts_with("23") || code.starts_with("22") => StoreError::Constraint(Constraint::Value),
            "40001" | "40P01" | "55P03" => StoreError::Locked,
            "53100" => StoreError::DiskFull,
            _ => StoreError::Engine(Box::new(error)),
        }
    }
}
