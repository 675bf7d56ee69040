//! What can go wrong between the house and its database, one variant a cause. It words nothing for users.

use std::path::PathBuf;

use luoshi_ledger::event::{ApplyError, DecodeError};

/// A rule of the database that a row would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// The name to sign in with is taken.
    SignInName,
    /// 序号 is taken in its plan.
    TaskNumber,
    /// The Idempotency-Key is taken by another command of the same actor.
    IdempotencyKey,
    /// Another key that has to be unique.
    Unique,
    /// A row names another one that does not exist.
    Reference,
    /// A value that a column does not take.
    Value,
}

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database file.
    #[error("there is no database at {0}")]
    Missing(PathBuf),
    /// The linked SQLite has a known defect that corrupts databases.
    #[error("SQLite {found} is older than {least}, which has the correction of a defect that corrupts databases")]
    OldSqlite {
        /// The linked version.
        found: &'static str,
        /// The least version that is accepted.
        least: &'static str,
    },
    /// The address of a PostgreSQL database cannot be read. It is not quoted, since it may hold a password.
    #[error("the address of the database cannot be read")]
    BadAddress,
    /// The PostgreSQL server cannot be reached, or does not let us in.
    #[error("the database server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection has to be encrypted, and the machine trusts no certificate.
    #[error("this machine trusts no certificates, so an encrypted connection cannot be checked")]
    NoCertificates,
    /// The PostgreSQL server is too old.
    #[error("PostgreSQL {found} is older than {least}, the oldest that is tested")]
    OldServer {
        /// Version of the server.
        found: String,
        /// The least version that is accepted.
        least: &'static str,
    },
    /// A setting on which durability rests did not take.
    #[error("the database keeps {name} at {found} where {expected} is needed")]
    Setting {
        /// The setting.
        name: &'static str,
        /// The value that is needed.
        expected: String,
        /// The value that was read back.
        found: String,
    },
    /// The database belongs to another program.
    #[error("the database belongs to another program")]
    ForeignDatabase,
    /// A database that is to be copied into holds something.
    #[error("the database is not empty")]
    NotEmpty,
    /// A newer release has written the database.
    #[error("the database has schema {found}, and this program knows schemas up to {known}")]
    NewerSchema {
        /// Version of the database.
        found: u32,
        /// Greatest version that the program knows.
        known: u32,
    },
    /// The database has to be migrated first.
    #[error("the database has schema {found} and has to be migrated to {known}")]
    NeedsMigration {
        /// Version of the database; 0 for an empty one.
        found: u32,
        /// Version that the program needs.
        known: u32,
    },
    /// Somebody else appended to the stream first.
    #[error("the stream has gone on since it was read")]
    VersionClash,
    /// An event has an id that is not greater than every id before it.
    #[error("the event does not sort after the events before it")]
    OutOfOrder,
    /// A rule of the database would be broken.
    #[error("a rule of the database would be broken: {0:?}")]
    Constraint(Constraint),
    /// An event cannot follow the state that it meets.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A column holds what its type cannot be.
    #[error("column {column} holds a value that it cannot have")]
    Unreadable {
        /// The column, by the name that the query gives it.
        column: String,
    },
    /// Words are sealed with a key of an epoch whose own key is not where keys are kept.
    #[error("the key of the epoch {epoch} of words is missing")]
    NoWordKey {
        /// The epoch.
        epoch: u32,
    },
    /// A value could not be written as JSON.
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// Another process holds the database for longer than the store waits.
    #[error("the database is held by another process")]
    Locked,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The store has stopped, or a write's fate is unknown.
    #[error("the store is unavailable")]
    Unavailable,
    /// The database engine failed.
    #[error("the database engine failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What becomes of a [`write`](crate::Store::write).
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The work itself said no; what it had written is undone, and nothing else.
    #[error(transparent)]
    Refused(E),
    /// Too many writes are waiting, or another process holds the database; nothing was written.
    #[error("too many writes are waiting")]
    Busy,
    /// Whether the write is durable is not known, or the store has stopped. A retry with the same Idempotency-Key tells.
    #[error("the store cannot say whether the write is durable")]
    Unavailable,
    /// The work panicked; what it had written is undone.
    #[error("the work panicked")]
    Panicked,
}
