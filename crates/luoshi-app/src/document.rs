//! Receiving a document: bytes kept by hash, read, parsed, and laid out as a review for a person (the way of a document, steps 1 to 5).
//!
//! A document that cannot be read, or that holds no task, leaves nothing behind. Finding tasks is `luoshi-intake`'s.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use jiff::civil::Date;
use luoshi_intake::{IntakeSettings, Limits, hint, intake, message};
use luoshi_ledger::{
    Actor, Command, Denial, Refusal,
    command::ReceiveDocument,
    ids::{DocumentId, TaskId},
    view::{DocumentSummary, Passage},
};
use luoshi_store::StoredFile;
use luoshi_types::{Diagnostic, Language, Severity};

use crate::{
    error::AppError,
    execute::Request,
    files::FileError,
    review::{Review, ReviewId},
    site::App,
};

/// The largest document that a site takes, in bytes. Breakdown documents are a hundredth of it; the reader alone would take more than
/// several people at once could ask of one machine.
pub const LARGEST_DOCUMENT: u64 = 20 * 1024 * 1024;

/// A complaint about a document in the words of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordedDiagnostic {
    /// The stable word of the complaint.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// Words complaints for a person.
pub fn word_diagnostics(diagnostics: &[Diagnostic], language: Language) -> Vec<WordedDiagnostic> {
    diagnostics
        .iter()
        .map(|diagnostic| WordedDiagnostic {
            code: diagnostic.code.code(),
            severity: diagnostic.severity,
            message: message(diagnostic, language),
            hint: hint(diagnostic, language),
        })
        .collect()
}

/// A document on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name of the file; for a pasted text what the page calls it.
    pub file_name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The date of the document, where its text states none.
    pub date: Option<Date>,
    /// The year of the plan, where its text states none.
    pub year: Option<i16>,
}

/// Why a document was not taken in. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read or holds no task; the complaints say why and what to do.
    #[error("the document cannot be used")]
    Unusable(Vec<Diagnostic>),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

fn not_kept(error: FileError) -> ImportError {
    match error {
        FileError::App(error) => error.into(),
        error => {
            tracing::error!(%error, "a received document could not be kept");
            AppError::Unavailable.into()
        }
    }
}

impl App {
    /// Takes in a document and lays out its drafts for review.
    ///
    /// # Errors
    /// [`ImportError::Unusable`] with the reader's and the parser's complaints; nothing was kept then.
    pub async fn import_document(self: &Arc<Self>, actor: &Actor, upload: Upload) -> Result<ReviewId, ImportError> {
        if !actor.oversees() {
            return Err(AppError::from(Denial::Forbidden).into());
        }
        let settings = IntakeSettings {
            date: upload.date,
            year: upload.year,
            limits: Limits {
                bytes: LARGEST_DOCUMENT,
                ..Limits::default()
            },
            ..IntakeSettings::default()
        };
        let turn = Arc::clone(&self.readings)
            .acquire_owned()
            .await
            .map_err(AppError::internal)?;
        let (upload, intake) = tokio::task::spawn_blocking(move || {
            // Kept by the work itself, which goes on when the one who sent the document no longer waits for it.
            let _turn = turn;
            let intake = intake(&upload.bytes, &upload.file_name, &settings);
            (upload, intake)
        })
        .await
        .map_err(AppError::internal)?;
        let errors: Vec<Diagnostic> = intake
            .parsed
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .cloned()
            .collect();
        if !errors.is_empty() || intake.parsed.tasks.is_empty() {
            return Err(ImportError::Unusable(errors));
        }
        // Asked before the bytes are kept: a refusal afterwards would leave them behind.
        let sha256 = intake.sha256.clone();
        if self
            .store
            .read(move |snapshot| snapshot.file_is_erased(&sha256))
            .map_err(AppError::from)?
        {
            return Err(AppError::from(Refusal::FileErased).into());
        }
        let bytes = upload.bytes.clone();
        let received = self
            .receive_file(
                stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]),
                LARGEST_DOCUMENT,
            )
            .await
            .map_err(not_kept)?;
        let document = DocumentId(self.new_id());
        let organisations = self
            .store
            .read(|snapshot| snapshot.organisations())
            .map_err(AppError::from)?;
        let id = ReviewId(self.new_id());
        let review = Review::lay_out(id, document, &upload.file_name, &intake, &organisations, self.today());
        let row = review.to_row(actor.identity, self.now())?;
        let request = Request::from(Command::ReceiveDocument(ReceiveDocument {
            document,
            file_name: upload.file_name,
            sha256: intake.sha256,
            byte_count: upload.bytes.len() as u64,
            text: intake.document.text,
        }));
        let actor = actor.clone();
        // The document belongs to the site: no quota of a body counts it, and the sweep leaves it alone as long as it is in the ledger.
        self.keep_file(StoredFile::SITE, &received, None, move |app, transaction| {
            app.execute_within(transaction, &actor, &request, app.now())?;
            transaction.save_review(&row)?;
            Ok(())
        })
        .await
        .map_err(not_kept)?;
        Ok(id)
    }

    /// Every received document, for whoever oversees; others see none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn documents(&self, actor: &Actor) -> Result<Vec<DocumentSummary>, AppError> {
        if !actor.oversees() {
            return Ok(Vec::new());
        }
        Ok(self.store.read(|snapshot| snapshot.documents())?)
    }

    /// The passage that a task's text is, in its document; none where the actor may not see the task or it has no document.
    ///
    /// # Errors
    /// When the store fails.
    pub fn passage(&self, actor: &Actor, task: TaskId) -> Result<Option<Passage>, AppError> {
        if !self.may_see_task(actor, task)? {
            return Ok(None);
        }
        Ok(self.store.read(|snapshot| {
            let Some(source) = snapshot.task(task)?.and_then(|task| task.source) else {
                return Ok(None);
            };
            Ok(snapshot.document(source.document)?.map(|document| Passage {
                document: document.id,
                file_name: document.file_name,
                text: document.text,
                span: source.span,
            }))
        })?)
    }
}
