//! Evidence (佐证材料): files are added to a draft, handed in with the report, and read by whoever may read the report.
//!
//! Nothing here asks for a file. How bytes are kept is the part of [`files`](crate::files).

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use luoshi_ledger::{
    Actor, Refusal,
    evidence::{Evidence, MOST_EVIDENCE},
    ids::{EvidenceId, OrganisationId, ReportId, TaskId},
    period::Period,
    policy::may_see_evidence,
    report::ReportState,
    text::ERASED,
};
use luoshi_reader::media_type;
use luoshi_store::DraftEvidence;

use crate::{
    error::AppError,
    execute::flatten,
    files::{FileError, FileStoreError, ReceivedFile, bare_file_name},
    site::App,
};

/// A file of evidence with its bytes, in pieces.
pub struct EvidenceFile {
    /// What is known of it.
    pub evidence: Evidence,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, FileStoreError>>,
}

impl App {
    /// Adds a received file to the actor's draft of a report. Its bytes are durable before it can be listed. A file that the draft or the
    /// report that came back has already is added to no effect.
    ///
    /// # Errors
    /// [`FileError`]; as for saving the draft where the report is not the actor's to write. Nothing of the file is kept then.
    pub async fn add_evidence(
        self: &Arc<Self>,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
        name: &str,
        file: &ReceivedFile,
    ) -> Result<EvidenceId, FileError> {
        self.may_write_report(actor, task, organisation, period)?;
        let name = bare_file_name(name);
        // What stands in place of erased words is nobody's to write.
        if name.is_empty() || name.contains(ERASED) {
            return Err(FileError::Nameless);
        }
        let media_type = media_type(&file.head, &name)?;
        let report = ReportId::of(task, organisation, period);
        let id = EvidenceId::of(report, &file.sha256);
        let present = self
            .store
            .read(|snapshot| snapshot.report(report))
            .map_err(AppError::from)?;
        if present.is_some_and(|report| !matches!(report.state, ReportState::Returned { .. })) {
            return Err(AppError::from(Refusal::ReportUnderWay).into());
        }
        let listed = self.draft_evidence(actor, report)?;
        if listed.len() >= MOST_EVIDENCE && !listed.iter().any(|file| file.id == id) {
            return Err(FileError::TooMany);
        }
        self.scan_file(file).await?;
        let draft = DraftEvidence {
            evidence: Evidence {
                id,
                sha256: file.sha256.clone(),
                byte_count: file.byte_count,
                media_type: media_type.to_owned(),
                name,
            },
            author: actor.identity,
            report,
            organisation,
            added_at: self.now(),
        };
        self.keep_file(organisation, file, Some(self.quota), move |_, transaction| {
            Ok(transaction.add_draft_evidence(&draft)?)
        })
        .await?;
        Ok(id)
    }

    /// Takes a file out of the actor's draft: one that was added to it, or one of the report that came back. One that is not in it is no
    /// error. The bytes stay where something else refers to them, and go later where nothing does.
    ///
    /// # Errors
    /// As for saving the draft.
    pub async fn remove_evidence(
        self: &Arc<Self>,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
        id: EvidenceId,
    ) -> Result<(), AppError> {
        self.may_write_report(actor, task, organisation, period)?;
        let report = ReportId::of(task, organisation, period);
        let (app, author) = (Arc::clone(self), actor.identity);
        self.store
            .write(move |transaction| {
                if transaction.remove_draft_evidence(author, report, id)? {
                    Self::plan_sweep(transaction, app.now())?;
                }
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        // A file can be both: of the report that came back, and added again.
        if !self.kept_evidence(actor, report)?.iter().any(|file| file.id == id) {
            return Ok(());
        }
        let mut draft = self
            .report_draft(actor, task, organisation, period)?
            .unwrap_or_default();
        draft.left_out.push(id);
        self.save_report_draft(actor, task, organisation, period, &draft).await
    }

    /// The files that the actor's draft of a report would be handed in with: those of the report that came back, without the ones that the
    /// draft leaves out, then those that were added.
    ///
    /// # Errors
    /// When the store fails.
    pub fn draft_evidence(&self, actor: &Actor, report: ReportId) -> Result<Vec<Evidence>, AppError> {
        let mut files = self.kept_evidence(actor, report)?;
        let added = self
            .store
            .read(|snapshot| snapshot.draft_evidence(actor.identity, report))?;
        for file in added {
            if !files.iter().any(|known| known.id == file.id) {
                files.push(file);
            }
        }
        Ok(files)
    }

    /// The files of a report that came back, without those that the actor's draft leaves out and those that the law had destroyed.
    fn kept_evidence(&self, actor: &Actor, report: ReportId) -> Result<Vec<Evidence>, AppError> {
        let found = self.store.read(|snapshot| snapshot.report_view(report))?;
        let Some(view) = found.filter(|view| {
            matches!(view.report.state, ReportState::Returned { .. }) && actor.acts_for(view.report.organisation)
        }) else {
            return Ok(Vec::new());
        };
        let left_out = self
            .report_draft_of(actor, report)?
            .map(|draft| draft.left_out)
            .unwrap_or_default();
        let mut files = view.report.evidence;
        files.retain(|file| !left_out.contains(&file.id) && !view.destroyed_evidence.contains(&file.id));
        Ok(files)
    }

    /// A file of evidence that the actor may read; none where there is none, or none that they may know of.
    ///
    /// # Errors
    /// When the store fails, or the bytes cannot be read.
    pub async fn evidence(&self, actor: &Actor, id: EvidenceId) -> Result<Option<EvidenceFile>, AppError> {
        let offered = self.store.read(|snapshot| snapshot.offered_evidence(&[id]))?;
        let Some(offered) = offered.into_iter().find(|offered| may_see_evidence(actor, offered)) else {
            return Ok(None);
        };
        let evidence = offered.evidence;
        let Some(file) = self.stored_file(offered.organisation, &evidence.sha256)? else {
            return Ok(None);
        };
        match self.files.read(&file).await {
            Ok(bytes) => Ok(Some(EvidenceFile { evidence, bytes })),
            Err(error) if error.is_missing() => {
                tracing::error!(sha256 = evidence.sha256, "a file that the record refers to is missing");
                Err(AppError::internal(error))
            }
            Err(error) => {
                tracing::error!(%error, "a file cannot be read");
                Err(AppError::Unavailable)
            }
        }
    }
}
