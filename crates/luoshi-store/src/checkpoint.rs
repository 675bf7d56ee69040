//! Checkpoints (存证点) that were signed, kept before they are published. They are not signed or verified here.

use jiff::Timestamp;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "insert into checkpoint (size, note, signed_at) values ($1, $2, $3)";

const FROM_SIZE: &str = "select size, note, signed_at from checkpoint where size >= $1 order by size limit $2";

const COUNT: &str = "select count(*) from checkpoint";
/// The last of them is kept in the event of the incident.
const DISCARD: &str = "delete from checkpoint where size > $1";

const LATEST: &str = "select size, note, signed_at from checkpoint order by size desc limit 1";

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many leaves of the record it covers, from the first on; the note of a log that continues another one counts from its own first.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was signed; where leaves were waiting on, when the first of those was recorded. Whatever was recorded earlier is covered.
    pub signed_at: Timestamp,
}

impl FromRow for StoredCheckpoint {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            size: row.take()?,
            note: row.take()?,
            signed_at: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The checkpoint that covers most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.connection.optional(LATEST, &[])
    }

    /// Checkpoints in the order of their sizes, from one on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoints(&self, from_size: u64, limit: u32) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.connection.all(FROM_SIZE, values![from_size, limit])
    }

    /// How many checkpoints are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoint_count(&self) -> Result<u64, StoreError> {
        let (count,) = self.connection.one(COUNT, &[])?;
        Ok(count)
    }
}

impl Transaction<'_> {
    /// Discards checkpoints that cover more leaves than `size`, which only an incident does: the leaves that they were signed over are not
    /// the ones that stand at those places from now on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn discard_checkpoints_after(&mut self, size: u64) -> Result<(), StoreError> {
        self.connection.execute(DISCARD, values![size]).map(|_| ())
    }

    /// Keeps a signed checkpoint.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where one of that size is kept already: a log never signs two.
    pub fn save_checkpoint(&mut self, size: u64, note: &str, signed_at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(INSERT, values![size, note, signed_at])
            .map(|_| ())
    }
}
