//! Reports being written, seen by nobody but their author. Their inside is the application's, here it is one text.

use jiff::Timestamp;
use luoshi_ledger::{
    ids::{AccountId, OrganisationId, TaskId},
    period::Period,
};

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select account, task, organisation, period, body, updated_at from report_draft
    where account = $1 and task = $2 and organisation = $3 and period = $4";

const SAVE: &str = "
    insert into report_draft (account, task, organisation, period, body, updated_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (account, task, organisation, period)
    do update set body = excluded.body, updated_at = excluded.updated_at";

const DELETE: &str = "
    delete from report_draft where account = $1 and task = $2 and organisation = $3 and period = $4";

/// A report being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDraft {
    /// Who writes it.
    pub account: AccountId,
    /// The task.
    pub task: TaskId,
    /// The reporting body.
    pub organisation: OrganisationId,
    /// The month.
    pub period: Period,
    /// What it holds.
    pub body: String,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

impl FromRow for ReportDraft {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            account: row.take()?,
            task: row.take()?,
            organisation: row.take()?,
            period: row.take()?,
            body: row.take()?,
            updated_at: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The draft that `account` keeps of a report.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_draft(
        &self,
        account: AccountId,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
    ) -> Result<Option<ReportDraft>, StoreError> {
        self.connection
            .optional(ONE, values![&account, &task, &organisation, period])
    }
}

impl Transaction<'_> {
    /// Keeps a draft in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where account, task or body do not exist.
    pub fn save_report_draft(&mut self, draft: &ReportDraft) -> Result<(), StoreError> {
        self.connection
            .execute(
                SAVE,
                values![
                    &draft.account,
                    &draft.task,
                    &draft.organisation,
                    draft.period,
                    &draft.body,
                    draft.updated_at,
                ],
            )
            .map(|_| ())
    }

    /// Removes a draft; an unknown one is no error.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn delete_report_draft(
        &mut self,
        account: AccountId,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
    ) -> Result<(), StoreError> {
        self.connection
            .execute(DELETE, values![&account, &task, &organisation, period])
            .map(|_| ())
    }
}
