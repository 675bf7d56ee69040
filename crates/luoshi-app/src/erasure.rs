//! Erasure (清除) as pages and the console ask for it, and what is left to be done once the words are gone from the ledger: files and raw
//! bytes, by a job; and again after a backup was restored.
//!
//! Who may erase what is the ledger's to say; how rows lose their words is the store's.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Recorded, Role, Stream,
    command::ProposeErasure,
    erasure::{ErasedText, Erasure, ErasureCount, ErasureGround, ErasureState, FoundText, TextPlace, Tombstone},
    ids::ErasureId,
};
use luoshi_store::{ScrubOutcome, StoreError, Transaction};

use crate::{
    error::AppError,
    execute::{Done, Request, flatten},
    job::{Job, Lease},
    site::App,
};

/// Texts that a search for words shows at most.
pub const MOST_FOUND: usize = 200;

/// How far an erasure has come, as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureProgress {
    /// It waits for the second person.
    Proposed,
    /// It was declined.
    Declined,
    /// Gone from the ledger; files or raw bytes are still to go.
    ScrubbingPending,
    /// Nothing is left to be done in the data folder.
    Finished(Timestamp),
}

impl ErasureProgress {
    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            ErasureProgress::Proposed => "proposed",
            ErasureProgress::Declined => "declined",
            ErasureProgress::ScrubbingPending => "scrubbing_pending",
            ErasureProgress::Finished(_) => "finished",
        }
    }
}

/// An erasure with what a person needs to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureView {
    /// The erasure.
    pub erasure: Erasure,
    /// Those of its texts whose words still exist.
    pub texts: Vec<FoundText>,
    /// The first person's name; empty for the console.
    pub proposed_by_name: String,
    /// The second person's name; empty for the console and while nobody decided.
    pub decided_by_name: String,
    /// How far it has come.
    pub progress: ErasureProgress,
}

/// What somebody asks to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewErasure {
    /// On which ground.
    pub ground: ErasureGround,
    /// The texts.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files.
    pub files: Vec<String>,
    /// Why.
    pub explanation: String,
}

impl App {
    /// Every erasure, latest first, for whoever oversees; others see none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erasures(&self, actor: &Actor) -> Result<Vec<ErasureView>, AppError> {
        if !actor.oversees() {
            return Ok(Vec::new());
        }
        let erasures = self.store.read(|snapshot| snapshot.erasures())?;
        erasures
            .into_iter()
            .map(|erasure| self.view_of(erasure, false))
            .collect()
    }

    /// An erasure with the words that it is about, as far as they exist; none for whoever does not oversee.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erasure(&self, actor: &Actor, id: ErasureId) -> Result<Option<ErasureView>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        let found = self.store.read(|snapshot| snapshot.erasure(id))?;
        found.map(|erasure| self.view_of(erasure, true)).transpose()
    }

    fn view_of(&self, erasure: Erasure, with_texts: bool) -> Result<ErasureView, AppError> {
        let decided_by = match &erasure.state {
            ErasureState::Proposed => None,
            ErasureState::Declined { by, .. } | ErasureState::Confirmed { by, .. } => Some(*by),
        };
        Ok(self.store.read(|snapshot| {
            let name = |identity| -> Result<String, StoreError> {
                Ok(match identity {
                    Some(ActorIdentity::Account(account)) => snapshot
                        .account(account)?
                        .map(|account| account.display_name)
                        .unwrap_or_default(),
                    Some(ActorIdentity::Console) | None => String::new(),
                })
            };
            let progress = match &erasure.state {
                ErasureState::Proposed => ErasureProgress::Proposed,
                ErasureState::Declined { .. } => ErasureProgress::Declined,
                ErasureState::Confirmed { .. } => snapshot
                    .scrubbed_at(erasure.id)?
                    .map_or(ErasureProgress::ScrubbingPending, ErasureProgress::Finished),
            };
            Ok(ErasureView {
                texts: if with_texts {
                    snapshot.texts_at(&erasure.texts)?
                } else {
                    Vec::new()
                },
                proposed_by_name: name(Some(erasure.proposed_by))?,
                decided_by_name: name(decided_by)?,
                progress,
                erasure: erasure.clone(),
            })
        })?)
    }

    /// Every text of a thing that could be erased; none for others than supervisors.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erasable_texts(&self, actor: &Actor, stream: Stream) -> Result<Vec<FoundText>, AppError> {
        if !actor.has(Role::Supervisor) {
            return Ok(Vec::new());
        }
        Ok(self.store.read(|snapshot| snapshot.texts_of(stream))?)
    }

    /// The texts of the whole ledger that contain `words`, at most [`MOST_FOUND`]; none for others than supervisors and for empty words.
    ///
    /// It reads the whole ledger: for a person who has to be sure that a name is nowhere left, and for nothing else.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn texts_containing(self: &Arc<Self>, actor: &Actor, words: &str) -> Result<Vec<FoundText>, AppError> {
        if !actor.has(Role::Supervisor) || words.is_empty() {
            return Ok(Vec::new());
        }
        let (app, words) = (Arc::clone(self), words.to_owned());
        tokio::task::spawn_blocking(move || {
            app.store
                .read(|snapshot| snapshot.texts_containing(&words, MOST_FOUND))
                .map_err(AppError::from)
        })
        .await
        .map_err(AppError::internal)?
    }

    /// The SHA-256 of the file behind a document, where it was not erased; none for others than supervisors and for other things.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erasable_file(&self, actor: &Actor, stream: Stream) -> Result<Option<String>, AppError> {
        let Stream::Document(document) = stream else {
            return Ok(None);
        };
        if !actor.has(Role::Supervisor) {
            return Ok(None);
        }
        Ok(self.store.read(|snapshot| {
            let Some(document) = snapshot.document(document)? else {
                return Ok(None);
            };
            let is_erased = snapshot.file_is_erased(&document.sha256)?;
            Ok((!is_erased).then_some(document.sha256))
        })?)
    }

    /// Asks that words or files be erased.
    ///
    /// # Errors
    /// As [`App::execute`].
    pub async fn propose_erasure(
        self: &Arc<Self>,
        actor: &Actor,
        erasure: NewErasure,
        idempotency_key: Option<String>,
    ) -> Result<(ErasureId, Done), AppError> {
        let id = ErasureId(self.new_id());
        let command = Command::ProposeErasure(ProposeErasure {
            erasure: id,
            ground: erasure.ground,
            texts: erasure.texts,
            files: erasure.files,
            explanation: erasure.explanation,
        });
        let request = Request {
            command,
            expected: None,
            idempotency_key,
        };
        Ok((id, self.execute(actor, request).await?))
    }

    /// What was erased of a thing. It tells no words; the caller has asked whether the reader may see the thing.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erased_texts(&self, stream: Stream) -> Result<Vec<ErasedText>, AppError> {
        Ok(self.store.read(|snapshot| snapshot.erased_texts(stream))?)
    }

    /// How much was erased in which year on which ground. Anybody may know it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erasure_counts(&self) -> Result<Vec<ErasureCount>, AppError> {
        Ok(self.store.read(|snapshot| snapshot.erasure_counts())?)
    }

    /// Destroys what a tombstone names, in its transaction, and asks for what has to follow.
    pub(crate) fn erase_within(
        &self,
        transaction: &mut Transaction<'_>,
        recorded: &Recorded,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let (Some((texts, _)), Stream::Erasure(erasure)) = (recorded.event.erases(), recorded.envelope.stream) else {
            return Ok(());
        };
        transaction.erase_texts(texts)?;
        transaction.ask_scrubbing(erasure, now)?;
        transaction.enqueue(Job::FinishErasures.code(), "", now)?;
        Ok(())
    }

    /// Removes files and raw bytes of every erasure that waits for it.
    ///
    /// # Errors
    /// When a file cannot be removed, or something keeps the bytes of erased words in the raw files; nothing is called finished then.
    pub(crate) fn finish_erasures(&self, lease: &Lease<'_>) -> Result<(), AppError> {
        let begun_at = self.now();
        let (erasures, files) = self.store.read(|snapshot| {
            let erasures = snapshot.erasures_to_scrub()?;
            let mut files = Vec::new();
            for erasure in &erasures {
                files.extend(
                    snapshot
                        .erasure(*erasure)?
                        .map(|erasure| erasure.files)
                        .unwrap_or_default(),
                );
            }
            Ok((erasures, files))
        })?;
        if erasures.is_empty() {
            return Ok(());
        }
        for file in files {
            self.destroy_file(&file)?;
        }
        // A backup that was killed left a copy of the words behind, and one that is under way is reading one.
        drop(self.backup_scratch().map_err(AppError::internal)?);
        lease.renew()?;
        match self.store.scrub()? {
            ScrubOutcome::Done => {}
            ScrubOutcome::Blocked => {
                return Err(AppError::internal(
                    "a long read or another process keeps erased words in the write-ahead log",
                ));
            }
        }
        let now = self.now();
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.note_scrubbed(&erasures, begun_at, now)?))
            .wait()
            .map_err(flatten)
    }

    /// Destroys the bytes of a file that was erased by law. Every place that keeps files under their hashes is emptied here.
    fn destroy_file(&self, sha256: &str) -> Result<(), AppError> {
        self.folder.destroy_early_document(sha256).map_err(AppError::internal)?;
        self.destroy_stored_file(sha256)
    }

    /// Whether no erasure waits for its files to go.
    pub(crate) fn erased_files_are_gone(&self) -> Result<bool, AppError> {
        Ok(self.store.read(|snapshot| snapshot.erasures_to_scrub())?.is_empty())
    }

    /// What was erased so far, to be kept beside backups. It holds no words.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tombstones(&self) -> Result<Vec<Tombstone>, AppError> {
        let erasures = self.store.read(|snapshot| snapshot.erasures())?;
        Ok(erasures.iter().filter_map(Erasure::tombstone).collect())
    }

    /// After the restoration of a backup: destroys again what this ledger or `kept`, the list that lay beside the backups, says was erased,
    /// and records every erasure that the ledger had lost. It can be repeated. Answers with how many texts went now.
    ///
    /// Whoever restores has made sure that the list is the site's own; each entry that it adds is an event that everybody can be shown.
    ///
    /// # Errors
    /// When the store fails; what was done of the list by then stands.
    pub async fn reapply_erasures(self: &Arc<Self>, kept: Vec<Tombstone>) -> Result<u64, AppError> {
        let mut known: BTreeMap<ErasureId, Tombstone> = BTreeMap::new();
        for tombstone in self.tombstones()? {
            known.insert(tombstone.erasure, tombstone);
        }
        let mut erased = 0;
        for lost in kept
            .into_iter()
            .filter(|tombstone| !known.contains_key(&tombstone.erasure))
        {
            erased += self.texts_that_exist(&lost.texts)?;
            self.execute(&Actor::console(), Request::from(Command::ReapplyErasure(lost)))
                .await?;
        }
        for tombstone in known.into_values() {
            let app = Arc::clone(self);
            erased += self
                .store
                .write(move |transaction| {
                    let now = app.now();
                    let erased = transaction.erase_texts(&tombstone.texts)?;
                    transaction.ask_scrubbing(tombstone.erasure, now)?;
                    transaction.enqueue(Job::FinishErasures.code(), "", now)?;
                    Ok::<_, AppError>(erased)
                })
                .await
                .map_err(flatten)?;
        }
        self.wake_jobs();
        Ok(erased)
    }

    fn texts_that_exist(&self, places: &[TextPlace]) -> Result<u64, AppError> {
        Ok(self.store.read(|snapshot| snapshot.texts_at(places))?.len() as u64)
    }
}
