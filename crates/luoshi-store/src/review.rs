//! Reviews in progress: drafts of a document on their way to adoption. Their inside is the application's, here it is one text.

use jiff::Timestamp;
use luoshi_ledger::{ActorIdentity, ids::DocumentId};
use uuid::Uuid;

use crate::{
    engine::{FromRow, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "
    insert into review (id, document, version, updated_by, updated_at, body) values ($1, $2, $3, $4, $5, $6)";

const UPDATE: &str = "
    update review set document = $2, version = $3, updated_by = $4, updated_at = $5, body = $6
    where id = $1 and version = $7";

const ONE: &str = "select id, document, version, updated_by, updated_at, body from review where id = $1";

const ALL: &str = "select id, document, version, updated_by, updated_at, body from review order by updated_at desc, id";

/// A review in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its id.
    pub id: Uuid,
    /// The document that is reviewed.
    pub document: DocumentId,
    /// How often it was changed.
    pub version: u64,
    /// What it holds.
    pub body: String,
    /// Who changed it last.
    pub updated_by: ActorIdentity,
    /// When.
    pub updated_at: Timestamp,
}

impl FromRow for ReviewRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            document: row.take()?,
            version: row.take()?,
            updated_by: row.take()?,
            updated_at: row.take()?,
            body: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// Every review, the one changed last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reviews(&self) -> Result<Vec<ReviewRow>, StoreError> {
        self.connection.all(ALL, &[])
    }

    /// A review.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn review(&self, id: Uuid) -> Result<Option<ReviewRow>, StoreError> {
        self.connection.optional(ONE, values![&id])
    }
}

impl Transaction<'_> {
    /// Keeps a new review.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where the id is taken.
    pub fn save_review(&mut self, review: &ReviewRow) -> Result<(), StoreError> {
        self.connection.execute(INSERT, &columns(review)).map(|_| ())
    }

    /// Replaces a review that still has the version `seen`; false where somebody else changed or removed it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn update_review(&mut self, review: &ReviewRow, seen: u64) -> Result<bool, StoreError> {
        let mut parameters = columns(review);
        parameters.push(seen.into());
        let changed = self.connection.execute(UPDATE, &parameters)?;
        Ok(changed == 1)
    }
}

/// The columns of a review in the order of both statements that write one.
fn columns(review: &ReviewRow) -> Vec<Value<'_>> {
    values![
        &review.id,
        &review.document,
        review.version,
        &review.updated_by,
        review.updated_at,
        Value::words(review.document.0, &review.body),
    ]
    .to_vec()
}
