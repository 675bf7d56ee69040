//! The seam between the rooms that know SQL and the engine that runs it: statements, values and rows that belong to no engine.
//!
//! The rooms write `$1`, `$2` … for parameters, columns of whole numbers, texts and bytes only, and no statement that one engine alone
//! knows. An engine is a variant of [`Connection`] and [`Row`] and a folder, `sqlite/` or `postgres/`; no room changes for it.
//! It does not open, pool or commit anything.

use std::{borrow::Cow, sync::LazyLock};

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::{
    ActorIdentity, Role, StreamKind,
    erasure::ErasureGround,
    ids::{
        AccountId, CommandId, DocumentId, ErasureId, EventId, EvidenceId, OrganisationId, PlanId, ReportId, SectionId,
        TargetId, TaskId,
    },
    light::{Colour, Proof},
    organisation::OrganisationKind,
    period::Period,
    report::{ReturnStage, VerificationMethod},
    task::{Publication, TaskKind},
};
use luoshi_types::{Comparator, Decimal, Direction, PartyRole, Span, Strength};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    error::StoreError,
    postgres::{
        self,
        answer::AnsweredRow,
        session::{Session, Trouble},
        words::OpenedRow,
    },
    sqlite,
};

/// A connection inside a transaction.
#[derive(Clone, Copy)]
pub(crate) enum Connection<'c> {
    /// SQLite.
    Sqlite(&'c rusqlite::Connection),
    /// PostgreSQL.
    Postgres(&'c Session),
}

impl Connection<'_> {
    /// Runs a query and shows each row to `visit`.
    pub(crate) fn each(
        self,
        sql: &str,
        parameters: &[Value<'_>],
        visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Connection::Sqlite(connection) => sqlite::query::each(connection, sql, parameters, visit),
            Connection::Postgres(session) => postgres::query::each(session, sql, parameters, visit),
        }
    }

    /// Runs a query without parameters and shows each row to `visit`, some rows at a time, so that many take no more memory than a few. Nothing may be
    /// asked of the connection meanwhile.
    pub(crate) fn stream(
        self,
        sql: &str,
        visit: &mut dyn FnMut(&mut Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Connection::Sqlite(connection) => sqlite::query::each(connection, sql, &[], visit),
            Connection::Postgres(session) => postgres::query::stream(session, sql, visit),
        }
    }

    /// Runs a statement and answers with the number of rows that it changed.
    pub(crate) fn execute(self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        match self {
            Connection::Sqlite(connection) => sqlite::query::execute(connection, sql, parameters),
            Connection::Postgres(session) => postgres::query::execute(session, sql, parameters),
        }
    }

    /// Runs a statement of which nobody asks how many rows it changed, and which breaks no constraint that anybody wants to hear of. An engine
    /// behind a network sends it with the next statement that is waited for, or with the commit, and what went wrong is found there.
    pub(crate) fn send(self, sql: &str, parameters: &[Value<'_>]) -> Result<(), StoreError> {
        match self {
            Connection::Sqlite(connection) => sqlite::query::execute(connection, sql, parameters).map(|_| ()),
            Connection::Postgres(session) => postgres::query::send(session, sql, parameters),
        }
    }

    /// Goes through queries before they are asked, so that an engine behind a network sends all that do not rest on each other at once and
    /// has the answers by the time that they are asked. `queries` finds no rows, writes nothing, and what comes of it is thrown away.
    pub(crate) fn rehearse(self, queries: impl FnOnce() -> Result<(), StoreError>) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(session) => session.rehearse(queries),
        }
    }

    /// Forgets what was rehearsed and answered and nobody has asked for yet.
    pub(crate) fn forget_answers(self) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(session) => session.forget_answers(),
        }
    }

    /// Says that this transaction begins a thing, so that an engine which seals words needs to look for no key of it.
    pub(crate) fn begin_words(self, thing: Uuid) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(session) => session.begin_words(thing),
        }
    }

    /// What the lists of search call terms here: the terms themselves where the engine seals nothing.
    pub(crate) fn masked_terms(self, terms: Vec<i64>) -> Result<Vec<i64>, StoreError> {
        match self {
            Connection::Sqlite(_) => Ok(terms),
            Connection::Postgres(session) => terms.into_iter().map(|term| session.masked_term(term)).collect(),
        }
    }

    /// What a name to sign in with is found by; none where it is found by itself.
    pub(crate) fn hash_of_name(self, name: &str) -> Result<Option<[u8; 32]>, StoreError> {
        match self {
            Connection::Sqlite(_) => Ok(None),
            Connection::Postgres(session) => session.hash_of_name(name).map(Some),
        }
    }

    /// Whether no other transaction writes while this one does, so that nothing it has read can change under it.
    pub(crate) fn writes_alone(self) -> bool {
        match self {
            Connection::Sqlite(_) => true,
            Connection::Postgres(_) => false,
        }
    }

    /// Whether other work is done in the same transaction, so that nothing may be waited for.
    pub(crate) fn shares_transaction(self) -> bool {
        match self {
            Connection::Sqlite(_) => false,
            Connection::Postgres(session) => session.is_shared(),
        }
    }

    /// Says that the work has to have a transaction for itself, where it shares one.
    pub(crate) fn leave_shared_transaction(self) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(session) => session.leave(),
        }
    }

    /// Says that another transaction was found to have come first, so that running the work again will see what it did.
    pub(crate) fn came_second(self) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(session) => session.note(Trouble::CameSecond),
        }
    }

    /// Whether the work runs again because another transaction came first.
    pub(crate) fn runs_again(self) -> bool {
        match self {
            Connection::Sqlite(_) => false,
            Connection::Postgres(session) => session.waits_for_changes(),
        }
    }

    /// Every row of a query.
    pub(crate) fn all<T: FromRow>(self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, parameters, &mut |row| {
            rows.push(T::from_row(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The one row of a query that has one or none.
    pub(crate) fn optional<T: FromRow>(self, sql: &str, parameters: &[Value<'_>]) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, parameters, &mut |row| {
            if found.is_none() {
                found = Some(T::from_row(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The one row of a query that always has one.
    pub(crate) fn one<T: FromRow>(self, sql: &str, parameters: &[Value<'_>]) -> Result<T, StoreError> {
        self.optional(sql, parameters)?.ok_or_else(|| StoreError::Unreadable {
            column: "(no row)".to_owned(),
        })
    }
}

/// A value on its way into a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'v> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Cow<'v, str>),
    /// Words that can be erased by law, with the thing that they belong to. An engine whose files cannot be overwritten seals them, and they come
    /// back as texts.
    Words(Uuid, Cow<'v, str>),
    /// Bytes.
    Blob(&'v [u8]),
}

impl<'v> Value<'v> {
    /// Words of the thing with the id `thing`.
    pub(crate) fn words(thing: Uuid, words: &'v str) -> Self {
        Value::Words(thing, words.into())
    }

    /// Words that may be missing.
    pub(crate) fn some_words(thing: Uuid, words: Option<&'v String>) -> Self {
        words.map_or(Value::Null, |words| Value::words(thing, words))
    }
}

/// The values of a statement, in the order of its `$1`, `$2` …
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::engine::Value::from($value)),*] };
}
pub(crate) use values;

/// A value on its way out of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ColumnValue<'r> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number, which no column of ours holds.
    Real(f64),
    /// A text; bytes that are not UTF-8 come as a blob.
    Text(&'r str),
    /// Bytes.
    Blob(&'r [u8]),
}

/// A row being read from left to right.
pub(crate) struct Row<'r> {
    source: RowSource<'r>,
    next: usize,
}

#[derive(Clone, Copy)]
enum RowSource<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r AnsweredRow, Option<&'r OpenedRow>),
}

impl<'r> Row<'r> {
    /// A row of SQLite.
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self {
            source: RowSource::Sqlite(row),
            next: 0,
        }
    }

    /// A row of PostgreSQL, with the words of it that were sealed.
    pub(crate) fn postgres(row: &'r AnsweredRow, opened: Option<&'r OpenedRow>) -> Self {
        Self {
            source: RowSource::Postgres(row, opened),
            next: 0,
        }
    }

    /// The next column.
    pub(crate) fn take<T: FromColumn>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        T::from_column(self.raw(index)?).ok_or_else(|| self.unreadable(index))
    }

    /// The next two columns, start and end of a span.
    pub(crate) fn take_span(&mut self) -> Result<Option<Span>, StoreError> {
        let start: Option<u64> = self.take()?;
        let end: Option<u64> = self.take()?;
        match (start, end) {
            (None, None) => Ok(None),
            (Some(start), Some(end)) => match (usize::try_from(start), usize::try_from(end)) {
                (Ok(start), Ok(end)) => Ok(Some(Span { start, end })),
                _ => Err(self.unreadable(self.next - 1)),
            },
            _ => Err(self.unreadable(self.next - 1)),
        }
    }

    /// How many columns the row has.
    pub(crate) fn width(&self) -> usize {
        match self.source {
            RowSource::Sqlite(row) => row.as_ref().column_count(),
            RowSource::Postgres(row, _) => row.width(),
        }
    }

    /// A column as it is, whatever it should be.
    pub(crate) fn raw(&self, index: usize) -> Result<ColumnValue<'r>, StoreError> {
        match self.source {
            RowSource::Sqlite(row) => sqlite::query::column(row, index),
            RowSource::Postgres(row, opened) => postgres::query::column(row, opened, index),
        }
    }

    /// The name of a column.
    pub(crate) fn name(&self, index: usize) -> String {
        match self.source {
            RowSource::Sqlite(row) => sqlite::query::column_name(row, index),
            RowSource::Postgres(row, _) => row.name(index),
        }
    }

    fn unreadable(&self, index: usize) -> StoreError {
        StoreError::Unreadable {
            column: self.name(index),
        }
    }
}

/// Something that a row holds.
pub(crate) trait FromRow: Sized {
    /// Reads it, column by column.
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError>;
}

/// Something that a column holds.
pub(crate) trait FromColumn: Sized {
    /// Reads it; none where the column holds something else.
    fn from_column(value: ColumnValue<'_>) -> Option<Self>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Null => Some(None),
            other => T::from_column(other).map(Some),
        }
    }
}

impl<'v, T> From<Option<T>> for Value<'v>
where
    Value<'v>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

macro_rules! rows_of_columns {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: FromColumn),*> FromRow for ($($name,)*) {
            fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
                Ok(($(row.take::<$name>()?,)*))
            }
        }
    )*};
}

rows_of_columns! {
    A;
    A B;
    A B C;
    A B C D;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl FromColumn for $integer {
            fn from_column(value: ColumnValue<'_>) -> Option<Self> {
                match value {
                    ColumnValue::Integer(value) => value.try_into().ok(),
                    _ => None,
                }
            }
        }

        impl From<$integer> for Value<'_> {
            fn from(value: $integer) -> Self {
                // Counts and versions stay far below 2^63; one that did not would be caught by the version check.
                Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
            }
        }
    )*};
}

integers! { i64 u64 u32 u16 u8 i16 usize }

impl From<&i64> for Value<'_> {
    fn from(value: &i64) -> Self {
        Value::Integer(*value)
    }
}

impl FromColumn for bool {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Integer(0) => Some(false),
            ColumnValue::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Integer(i64::from(value))
    }
}

impl FromColumn for String {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(value: &'v str) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(value: &'v String) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Value::Text(Cow::Owned(value))
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Blob(bytes) => Some(bytes.to_owned()),
            _ => None,
        }
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(value: &'v [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<const LENGTH: usize> FromColumn for [u8; LENGTH] {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<'v, const LENGTH: usize> From<&'v [u8; LENGTH]> for Value<'v> {
    fn from(value: &'v [u8; LENGTH]) -> Self {
        Value::Blob(value)
    }
}

impl FromColumn for Uuid {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        <[u8; 16]>::from_column(value).map(Uuid::from_bytes)
    }
}

impl<'v> From<&'v Uuid> for Value<'v> {
    fn from(value: &'v Uuid) -> Self {
        Value::Blob(value.as_bytes())
    }
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl FromColumn for $id {
            fn from_column(value: ColumnValue<'_>) -> Option<Self> {
                Uuid::from_column(value).map($id)
            }
        }

        impl<'v> From<&'v $id> for Value<'v> {
            fn from(value: &'v $id) -> Self {
                Value::Blob(value.as_bytes())
            }
        }
    )*};
}

ids! { AccountId CommandId DocumentId ErasureId EventId EvidenceId OrganisationId PlanId ReportId SectionId TargetId TaskId }

/// The id under which rows know the console. No account has it, so a join with the accounts simply finds nobody.
static CONSOLE: Uuid = Uuid::nil();

impl FromColumn for ActorIdentity {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        Uuid::from_column(value).map(|id| match id {
            id if id == CONSOLE => ActorIdentity::Console,
            id => ActorIdentity::Account(AccountId(id)),
        })
    }
}

impl<'v> From<&'v ActorIdentity> for Value<'v> {
    fn from(value: &'v ActorIdentity) -> Self {
        Value::Blob(match value {
            ActorIdentity::Console => CONSOLE.as_bytes(),
            ActorIdentity::Account(account) => account.as_bytes(),
        })
    }
}

impl FromColumn for Timestamp {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        i64::from_column(value).and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok())
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Value::Integer(value.as_microsecond())
    }
}

macro_rules! written {
    ($($written:ident)*) => {$(
        impl FromColumn for $written {
            fn from_column(value: ColumnValue<'_>) -> Option<Self> {
                match value {
                    ColumnValue::Text(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }

        impl From<$written> for Value<'_> {
            fn from(value: $written) -> Self {
                Value::Text(Cow::Owned(value.to_string()))
            }
        }
    )*};
}

written! { Date Period Decimal }

macro_rules! coded {
    ($($coded:ident)*) => {$(
        impl FromColumn for $coded {
            fn from_column(value: ColumnValue<'_>) -> Option<Self> {
                match value {
                    ColumnValue::Text(text) => $coded::from_code(text),
                    _ => None,
                }
            }
        }

        impl From<$coded> for Value<'_> {
            fn from(value: $coded) -> Self {
                Value::Text(Cow::Borrowed(value.code()))
            }
        }
    )*};
}

coded! {
    StreamKind Role OrganisationKind TaskKind Publication PartyRole Comparator Direction Strength VerificationMethod ReturnStage Colour
    Proof ErasureGround
}

/// A small value that a column keeps as JSON text, because nothing ever searches inside it.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromColumn for Json<T> {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => serde_json::from_str(text).ok().map(Json),
            _ => None,
        }
    }
}

impl<T: Serialize> Json<T> {
    /// The text for a column.
    pub(crate) fn text(&self) -> Result<String, StoreError> {
        Ok(serde_json::to_string(&self.0)?)
    }
}

/// Runs `query` over `keys` in groups, so that a page takes one query and a whole ledger a few, each with a text that the engine has
/// prepared before.
///
/// Each `{}` of `sql` becomes the list of parameters. A group that is not full repeats its last key.
pub(crate) fn for_keys<'k, K>(
    sql: &str,
    keys: &'k [K],
    mut query: impl FnMut(&str, &[Value<'k>]) -> Result<(), StoreError>,
) -> Result<(), StoreError>
where
    Value<'k>: From<&'k K>,
{
    // A page of the ledger has fifty rows and one to know whether there are more, that of a task the reports of a year and likewise one. Keys that
    // are repeated to fill a group cost as much as others.
    const WIDEST: usize = 200;
    const WIDTHS: [usize; 5] = [1, 8, 16, 56, WIDEST];
    /// The parameters of each width, written once: a command asks for one key a dozen times.
    static LISTS: LazyLock<[String; 5]> = LazyLock::new(|| {
        WIDTHS.map(|width| {
            let parameters: Vec<String> = (1..=width).map(|number| format!("${number}")).collect();
            parameters.join(", ")
        })
    });
    let mut rest = keys;
    while let Some(last) = rest.len().checked_sub(1) {
        let mut widths = WIDTHS.iter().zip(&*LISTS);
        let wide_enough = widths.clone().find(|(width, _)| **width >= rest.len());
        let Some((width, list)) = wide_enough.or(widths.next_back()) else {
            return Ok(());
        };
        let group: Vec<Value<'k>> = (0..*width)
            .filter_map(|place| rest.get(place.min(last)))
            .map(Value::from)
            .collect();
        query(&sql.replace("{}", list), &group)?;
        rest = rest.get(*width..).unwrap_or_default();
    }
    Ok(())
}
