//! What can go wrong with a request, one variant a cause. The words for the user live in locale files.

use luoshi_ledger::{Denial, Refusal, log::IncidentCause};
use luoshi_store::StoreError;

/// Why a request was not carried out. Nothing has changed then, except where a variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such thing, or none that the actor may know of.
    #[error("not found")]
    NotFound,
    /// The act belongs to another role.
    #[error("forbidden")]
    Forbidden,
    /// The state of things, or a value, does not allow it.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// Somebody else changed the thing since the user looked at it.
    #[error("changed since it was looked at")]
    Conflict,
    /// The Idempotency-Key was used before for something else.
    #[error("the idempotency key belongs to another request")]
    KeyReused,
    /// More writes are waiting than the store takes, or another process holds the database; try again in a moment.
    #[error("too many writes are waiting")]
    Busy,
    /// The log cannot be signed, so nothing is recorded: an acknowledgement would promise inclusion in a log that stands still.
    #[error("nothing is recorded while the log is halted: {}", .0.code())]
    LogHalted(IncidentCause),
    /// The store cannot say whether the change is durable. It may be there or not, and never by half; a retry with the same key tells.
    #[error("the store is unavailable")]
    Unavailable,
    /// A defect or a broken machine. The cause is for the log, never for the screen.
    #[error("internal: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// Wraps a cause that only the log may show.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<Denial> for AppError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotFound => AppError::NotFound,
            Denial::Forbidden => AppError::Forbidden,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::VersionClash => AppError::Conflict,
            StoreError::Constraint(_) => AppError::Refused(Refusal::AlreadyExists),
            StoreError::Locked => AppError::Busy,
            StoreError::Unavailable | StoreError::DiskFull | StoreError::Unreachable(_) => AppError::Unavailable,
            other => AppError::internal(other),
        }
    }
}
