//! Rows of evidence (佐证材料): the files of reports as they were handed in, and those of drafts.
//!
//! Where the bytes lie is in `stored_file`; whether somebody may see a file is not asked here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use luoshi_ledger::{
    ActorIdentity,
    evidence::{Evidence, OfferedEvidence},
    ids::{EvidenceId, OrganisationId, ReportId},
    report::Report,
};

use crate::{
    engine::{FromRow, Row, Value, for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

/// The files of reports; those that a later submission left out have no ordinal.
const OF_REPORTS: &str = "
    select report, ordinal, id, sha256, byte_count, media_type, name from evidence
    where report in ({}) order by report, ordinal, id";

const SAVE: &str = "
    insert into evidence (report, id, ordinal, organisation, sha256, byte_count, media_type, name)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (report, id) do update set
        ordinal = excluded.ordinal, organisation = excluded.organisation, sha256 = excluded.sha256,
        byte_count = excluded.byte_count, media_type = excluded.media_type, name = excluded.name";

const DESTROYED: &str = "
    select evidence.id from evidence
    where evidence.report = $1 and evidence.ordinal is not null and not exists
        (select 1 from stored_file where stored_file.organisation = evidence.organisation
            and stored_file.sha256 = evidence.sha256 and stored_file.stored_at is not null
            and stored_file.condemned_at is null)
    order by evidence.ordinal";

/// Files of drafts whose bytes are kept.
const OFFERED_BY_DRAFTS: &str = "
    select draft_evidence.id, draft_evidence.sha256, draft_evidence.byte_count, draft_evidence.media_type,
        draft_evidence.name, draft_evidence.report, draft_evidence.organisation, draft_evidence.author
    from draft_evidence
    join stored_file on stored_file.organisation = draft_evidence.organisation
        and stored_file.sha256 = draft_evidence.sha256
    where draft_evidence.id in ({}) and stored_file.stored_at is not null and stored_file.condemned_at is null";

/// Files of reports whose bytes are kept, also of those that a later submission left out.
const OFFERED_BY_REPORTS: &str = "
    select evidence.id, evidence.sha256, evidence.byte_count, evidence.media_type, evidence.name, evidence.report,
        evidence.organisation, null
    from evidence
    join stored_file on stored_file.organisation = evidence.organisation and stored_file.sha256 = evidence.sha256
    where evidence.id in ({}) and stored_file.stored_at is not null and stored_file.condemned_at is null";

const OF_DRAFT: &str = "
    select id, sha256, byte_count, media_type, name from draft_evidence
    where author = $1 and report = $2 order by ordinal, id";

const ADD_TO_DRAFT: &str = "
    insert into draft_evidence (id, author, report, organisation, sha256, byte_count, media_type, name, added_at,
        ordinal)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
        (select coalesce(max(ordinal), 0) + 1 from draft_evidence where author = $2 and report = $3))
    on conflict (author, id) do nothing";

const REMOVE_FROM_DRAFT: &str = "delete from draft_evidence where author = $1 and report = $2 and id = $3";

const REMOVE_DRAFT: &str = "delete from draft_evidence where author = $1 and report = $2";

/// A file of a report that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftEvidence {
    /// The file.
    pub evidence: Evidence,
    /// Who writes the report.
    pub author: ActorIdentity,
    /// The report that it may become.
    pub report: ReportId,
    /// The body that keeps the file.
    pub organisation: OrganisationId,
    /// When it was added.
    pub added_at: Timestamp,
}

impl FromRow for Evidence {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            sha256: row.take()?,
            byte_count: row.take()?,
            media_type: row.take()?,
            name: row.take()?,
        })
    }
}

impl FromRow for OfferedEvidence {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            evidence: Evidence::from_row(row)?,
            report: row.take()?,
            organisation: row.take()?,
            author: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    pub(crate) fn fill_evidence(&self, reports: &mut BTreeMap<ReportId, &mut Report>) -> Result<(), StoreError> {
        let ids: Vec<ReportId> = reports.keys().copied().collect();
        for_keys(OF_REPORTS, &ids, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let report: ReportId = row.take()?;
                let ordinal: Option<u32> = row.take()?;
                let evidence = Evidence::from_row(row)?;
                if let Some(report) = reports.get_mut(&report) {
                    match ordinal {
                        Some(_) => report.evidence.push(evidence),
                        None => report.former_evidence.push(evidence),
                    }
                }
                Ok(())
            })
        })
    }

    pub(crate) fn destroyed_evidence_of(&self, report: ReportId) -> Result<Vec<EvidenceId>, StoreError> {
        let rows: Vec<(EvidenceId,)> = self.connection.all(DESTROYED, values![&report])?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Those of the files whose bytes are kept, of drafts and then of reports; also of several drafts that have the same one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn offered_evidence(&self, ids: &[EvidenceId]) -> Result<Vec<OfferedEvidence>, StoreError> {
        let mut offered = Vec::new();
        // A group that is not full repeats its last key, which changes no answer.
        for sql in [OFFERED_BY_DRAFTS, OFFERED_BY_REPORTS] {
            for_keys(sql, ids, |sql, keys| {
                offered.extend(self.connection.all::<OfferedEvidence>(sql, keys)?);
                Ok(())
            })?;
        }
        Ok(offered)
    }

    /// The files that `author` has added to a draft, in the order in which they came.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn draft_evidence(&self, author: ActorIdentity, report: ReportId) -> Result<Vec<Evidence>, StoreError> {
        self.connection.all(OF_DRAFT, values![&author, &report])
    }
}

impl Transaction<'_> {
    /// Writes the files of a report, with those that it carries no longer, where they differ from those of `before`.
    pub(crate) fn save_evidence(&mut self, report: &Report, before: Option<&Report>) -> Result<(), StoreError> {
        if before.is_some_and(|before| {
            before.evidence == report.evidence && before.former_evidence == report.former_evidence
        }) {
            return Ok(());
        }
        let carried = (0_u32..).map(Some).zip(&report.evidence);
        let former = std::iter::repeat(None).zip(&report.former_evidence);
        for (ordinal, evidence) in carried.chain(former) {
            self.connection.send(
                SAVE,
                values![
                    &report.id,
                    &evidence.id,
                    ordinal,
                    &report.organisation,
                    &evidence.sha256,
                    evidence.byte_count,
                    &evidence.media_type,
                    Value::words(report.id.0, &evidence.name),
                ],
            )?;
        }
        Ok(())
    }

    /// Adds a file to a draft; one that is in it already stays as it is. The caller has taken hold of its bytes in the same transaction.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_draft_evidence(&mut self, file: &DraftEvidence) -> Result<(), StoreError> {
        self.connection
            .execute(
                ADD_TO_DRAFT,
                values![
                    &file.evidence.id,
                    &file.author,
                    &file.report,
                    &file.organisation,
                    &file.evidence.sha256,
                    file.evidence.byte_count,
                    &file.evidence.media_type,
                    Value::words(file.report.0, &file.evidence.name),
                    file.added_at,
                ],
            )
            .map(|_| ())
    }

    /// Removes a file from a draft; false where it is not in it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove_draft_evidence(
        &mut self,
        author: ActorIdentity,
        report: ReportId,
        id: EvidenceId,
    ) -> Result<bool, StoreError> {
        let removed = self
            .connection
            .execute(REMOVE_FROM_DRAFT, values![&author, &report, &id])?;
        Ok(removed == 1)
    }

    pub(crate) fn delete_draft_evidence(&mut self, author: ActorIdentity, report: ReportId) -> Result<(), StoreError> {
        self.connection.send(REMOVE_DRAFT, values![&author, &report])
    }
}
