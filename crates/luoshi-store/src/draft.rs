//! Reports being written, seen by nobody but their author. Their inside is the application's, here it is one text.

use jiff::Timestamp;
use luoshi_ledger::{ActorIdentity, ids::ReportId};

use crate::{
    engine::{Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select body from report_draft where author = $1 and report = $2";

const SAVE: &str = "
    insert into report_draft (author, report, body, updated_at) values ($1, $2, $3, $4)
    on conflict (author, report) do update set body = excluded.body, updated_at = excluded.updated_at";

const DELETE: &str = "delete from report_draft where author = $1 and report = $2";

/// A report being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Who writes it.
    pub author: ActorIdentity,
    /// The report that it may become; its id is known before it is handed in.
    pub report: ReportId,
    /// What it holds.
    pub body: String,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

impl Snapshot<'_> {
    /// What the draft holds that `author` keeps of a report.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_draft(&self, author: ActorIdentity, report: ReportId) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> = self.connection.optional(ONE, values![&author, &report])?;
        Ok(found.map(|(body,)| body))
    }
}

impl Transaction<'_> {
    /// Keeps a draft in place of an earlier one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn save_report_draft(&mut self, draft: &DraftRow) -> Result<(), StoreError> {
        self.connection
            .execute(
                SAVE,
                values![
                    &draft.author,
                    &draft.report,
                    Value::words(draft.report.0, &draft.body),
                    draft.updated_at,
                ],
            )
            .map(|_| ())
    }

    /// Removes a draft with the files that were added to it; an unknown one is no error.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn delete_report_draft(&mut self, author: ActorIdentity, report: ReportId) -> Result<(), StoreError> {
        self.delete_draft_evidence(author, report)?;
        self.connection.send(DELETE, values![&author, &report])
    }
}
