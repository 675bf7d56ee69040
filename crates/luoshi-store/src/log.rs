//! Rows of transparency logs (存证日志) that have events: their keys in order, and what they continue. Secret keys are never here.

use luoshi_ledger::{
    ids::LogId,
    log::{IncidentCause, Log, LogContinuation, LogKeyTerm},
};
use uuid::Uuid;

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select id, version, origin, previous, previous_key, cause, checkpoint, first_place, statement, begun_at
    from log where id = $1";

/// The first log of a site continues none and comes first.
const ALL: &str = "
    select id, version, origin, previous, previous_key, cause, checkpoint, first_place, statement, begun_at
    from log order by coalesce(first_place, -1), id";

const SAVE: &str = "
    insert into log (id, version, origin, previous, previous_key, cause, checkpoint, first_place, statement, begun_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (id) do update set
        version = excluded.version, origin = excluded.origin, previous = excluded.previous,
        previous_key = excluded.previous_key, cause = excluded.cause, checkpoint = excluded.checkpoint,
        first_place = excluded.first_place, statement = excluded.statement, begun_at = excluded.begun_at";

const KEYS: &str = "select key, begins_at, signs_until, statement from log_key where log = $1 order by ordinal";

const SAVE_KEY: &str = "
    insert into log_key (log, ordinal, key, begins_at, signs_until, statement) values ($1, $2, $3, $4, $5, $6)
    on conflict (log, ordinal) do update set
        key = excluded.key, begins_at = excluded.begins_at, signs_until = excluded.signs_until,
        statement = excluded.statement";

impl FromColumn for LogId {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        Uuid::from_column(value).map(LogId)
    }
}

impl<'v> From<&'v LogId> for Value<'v> {
    fn from(value: &'v LogId) -> Self {
        Value::Blob(value.as_bytes())
    }
}

impl FromColumn for IncidentCause {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text(text) => IncidentCause::from_code(text),
            _ => None,
        }
    }
}

impl FromRow for Log {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, version, origin) = (row.take()?, row.take()?, row.take()?);
        let previous: Option<LogId> = row.take()?;
        let previous_key: Option<String> = row.take()?;
        let cause: Option<IncidentCause> = row.take()?;
        let checkpoint = row.take()?;
        let first_place: Option<u64> = row.take()?;
        let statement: Option<String> = row.take()?;
        let begun_at = row.take()?;
        let continuation = match (previous, previous_key, cause, first_place, statement, begun_at) {
            (Some(previous), Some(previous_key), Some(cause), Some(first_place), Some(statement), Some(begun_at)) => {
                Some(LogContinuation {
                    previous,
                    previous_key,
                    cause,
                    checkpoint,
                    first_place,
                    statement,
                    begun_at,
                })
            }
            _ => None,
        };
        Ok(Self {
            id,
            version,
            origin,
            continuation,
            keys: Vec::new(),
        })
    }
}

impl FromRow for LogKeyTerm {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.take()?,
            begins_at: row.take()?,
            signs_until: row.take()?,
            statement: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// A log that has events.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log(&self, id: LogId) -> Result<Option<Log>, StoreError> {
        let Some(mut log) = self.connection.optional::<Log>(ONE, values![&id])? else {
            return Ok(None);
        };
        log.keys = self.connection.all(KEYS, values![&id])?;
        Ok(Some(log))
    }

    /// Every log that has events, in the order in which they were begun.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn logs(&self) -> Result<Vec<Log>, StoreError> {
        let mut logs: Vec<Log> = self.connection.all(ALL, &[])?;
        for log in &mut logs {
            log.keys = self.connection.all(KEYS, values![&log.id])?;
        }
        Ok(logs)
    }
}

impl Transaction<'_> {
    pub(crate) fn save_log(&mut self, log: &Log) -> Result<(), StoreError> {
        let continuation = log.continuation.as_ref();
        self.connection.execute(
            SAVE,
            values![
                &log.id,
                log.version,
                &log.origin,
                continuation.map(|continuation| &continuation.previous),
                continuation.map(|continuation| continuation.previous_key.as_str()),
                continuation.map(|continuation| continuation.cause.code()),
                continuation.and_then(|continuation| continuation.checkpoint.as_deref()),
                continuation.map(|continuation| continuation.first_place),
                continuation.map(|continuation| continuation.statement.as_str()),
                continuation.map(|continuation| continuation.begun_at),
            ],
        )?;
        for (ordinal, term) in (0_u32..).zip(&log.keys) {
            self.connection.execute(
                SAVE_KEY,
                values![
                    &log.id,
                    ordinal,
                    &term.key,
                    term.begins_at,
                    term.signs_until,
                    term.statement.as_deref(),
                ],
            )?;
        }
        Ok(())
    }
}
