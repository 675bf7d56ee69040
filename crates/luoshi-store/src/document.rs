//! Rows of source documents (来源文件): their normalised texts. The bytes as received are kept elsewhere, by hash.

use luoshi_ledger::{document::SourceDocument, ids::DocumentId, view::DocumentSummary};

use crate::{
    engine::{FromRow, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select id, version, file_name, sha256, byte_count, text, received_by, received_at from document where id = $1";

/// A long text would only be carried to be thrown away where a command is decided.
const ONE_WITHOUT_TEXT: &str = "
    select id, version, file_name, sha256, byte_count, '', received_by, received_at from document where id = $1";

/// A document from which several plans were adopted shows the first.
const ALL: &str = "
    select document.id, document.file_name, document.sha256, document.received_at,
        (select plan.id from plan where plan.document = document.id order by plan.id limit 1)
    from document order by document.received_at desc, document.id desc";

const SAVE: &str = "
    insert into document (id, version, file_name, sha256, byte_count, received_by, received_at, text)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update set
        version = excluded.version, file_name = excluded.file_name, sha256 = excluded.sha256,
        byte_count = excluded.byte_count, received_by = excluded.received_by, received_at = excluded.received_at,
        text = excluded.text";

impl FromRow for SourceDocument {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            version: row.take()?,
            file_name: row.take()?,
            sha256: row.take()?,
            byte_count: row.take()?,
            text: row.take()?,
            received_by: row.take()?,
            received_at: row.take()?,
        })
    }
}

impl FromRow for DocumentSummary {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            file_name: row.take()?,
            sha256: row.take()?,
            received_at: row.take()?,
            plan: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// A document with its text.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn document(&self, id: DocumentId) -> Result<Option<SourceDocument>, StoreError> {
        self.connection.optional(ONE, values![&id])
    }

    pub(crate) fn document_without_text(&self, id: DocumentId) -> Result<Option<SourceDocument>, StoreError> {
        self.connection.optional(ONE_WITHOUT_TEXT, values![&id])
    }

    /// Every document, the one received last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn documents(&self) -> Result<Vec<DocumentSummary>, StoreError> {
        self.connection.all(ALL, &[])
    }
}

impl Transaction<'_> {
    pub(crate) fn save_document(&mut self, document: &SourceDocument) -> Result<(), StoreError> {
        self.connection
            .execute(
                SAVE,
                values![
                    &document.id,
                    document.version,
                    Value::words(document.id.0, &document.file_name),
                    &document.sha256,
                    document.byte_count,
                    &document.received_by,
                    document.received_at,
                    Value::words(document.id.0, &document.text),
                ],
            )
            .map(|_| ())
    }
}
