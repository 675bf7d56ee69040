//! The one way in which the ledger changes (law 4): inside one transaction load, authorise, decide, append, apply, enqueue, leave a leaf
//! and a receipt; or nothing of it.
//!
//! It decides nothing itself and words nothing.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use luoshi_ledger::{
    Actor, Command, Event, Refusal, Salt, Stream,
    command::{NewTask, ProposeErasure},
    decide::decide,
    event::{Circumstances, ReportSubmitted, record},
    facts::{Facts, Subjects},
    ids::{CommandId, ErasureId, EventId, TaskId},
    log::IncidentCause,
    period::day_in_china,
    policy::authorize,
};
use luoshi_store::{NewLeaf, StoreError, StoredReceipt, Transaction, WriteError};
use luoshi_tlog::{LeafSalt, LogKey, Receipt, leaf_entry};
use sha2::{Digest, Sha256};
use uuid::Uuid;

#[cfg(feature = "sabotage")]
use crate::sabotage::Sabotage;
use crate::{
    clock::in_whole_microseconds,
    digest::hash_of,
    error::AppError,
    light::Lights,
    signing::{HALT_SETTING, SiteLog, VERIFIER_SETTING},
    site::App,
};

/// A command with what makes it safe to repeat.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// The version of a stream that the user saw; another one now is a conflict.
    pub expected: Option<(Stream, u64)>,
    /// The Idempotency-Key of the form: a repetition gets the same receipt and changes nothing.
    pub idempotency_key: Option<String>,
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self {
            command,
            expected: None,
            idempotency_key: None,
        }
    }
}

/// By what a repetition of a request is known.
pub(crate) struct Recognition {
    /// Of the Idempotency-Key.
    key_hash: Option<[u8; 32]>,
    /// Of the command: the same key with another one is a mistake.
    request_hash: [u8; 32],
}

impl Recognition {
    pub(crate) fn of(request: &Request) -> Result<Self, AppError> {
        Ok(Self {
            key_hash: request
                .idempotency_key
                .as_deref()
                .map(|key| hash_of(&[b"key", key.as_bytes()])),
            request_hash: fingerprint(&request.command)?,
        })
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The command, under which its receipt is found.
    pub command: CommandId,
    /// The receipt (回执): a signed note that promises inclusion in the log.
    pub receipt: String,
    /// Whether this was a repetition of a command carried out earlier.
    pub repeated: bool,
}

impl App {
    /// Carries out a command for `actor`. When this returns `Ok`, the change is durable and its leaf stands in the same transaction.
    ///
    /// # Errors
    /// See [`AppError`]; nothing has changed then, except that [`AppError::Unavailable`] leaves it open.
    pub async fn execute(self: &Arc<Self>, actor: &Actor, request: Request) -> Result<Done, AppError> {
        #[cfg(feature = "sabotage")]
        if Sabotage::AcknowledgeEarly.is_on() {
            return self.execute_carelessly(actor, request).await;
        }
        if self.has_lost_its_disk() {
            return Err(AppError::Unavailable);
        }
        let app = Arc::clone(self);
        // Worked out here, where nobody else waits for it.
        let recognition = Recognition::of(&request)?;
        let reported = match &request.command {
            Command::SubmitReport(report) => Some(report.task),
            _ => None,
        };
        let asked = Arc::new((actor.clone(), request, recognition));
        let announced = Arc::clone(&asked);
        let work = move |transaction: &mut Transaction<'_>| {
            let (actor, request, recognition) = &*asked;
            app.execute_signed(transaction, actor, request, recognition, app.now(), None)
        };
        let write = match reported {
            Some(task) => {
                let lock = move |transaction: &mut Transaction<'_>| {
                    let (actor, request, recognition) = &*announced;
                    let subjects = Subjects::of(&request.command);
                    lock(transaction, &subjects, actor, request, recognition.key_hash).map(|_| ())
                };
                self.store.write_about(task, lock, work)
            }
            None => self.store.write(work),
        };
        let done = write.await.map_err(flatten)?;
        self.wake_jobs();
        Ok(done)
    }

    /// As [`App::execute`] must never be: the answer is given when the change was decided, before anybody knows that it will be kept.
    #[cfg(feature = "sabotage")]
    async fn execute_carelessly(self: &Arc<Self>, actor: &Actor, request: Request) -> Result<Done, AppError> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        let (tell, told) = tokio::sync::oneshot::channel();
        let tell = std::sync::Mutex::new(Some(tell));
        let kept = self.store.write(move |transaction| {
            let done = app.execute_within(transaction, &actor, &request, app.now())?;
            let tell = tell.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            if let Some(tell) = tell {
                let _nobody_waits = tell.send(done.clone());
            }
            // The moment in which the answer is out and the change is not kept, long enough to be killed in: where each command is a
            // transaction of its own it would be over in a microsecond.
            std::thread::sleep(std::time::Duration::from_millis(5));
            Ok(done)
        });
        match told.await {
            Ok(done) => {
                self.wake_jobs();
                Ok(done)
            }
            Err(_refused) => kept.await.map_err(flatten),
        }
    }

    /// Carries out many requests in one transaction, each dated by its own instant, in whole microseconds: all of them or none. The demo's history
    /// is written so.
    ///
    /// # Errors
    /// The first one that fails.
    pub async fn execute_all(
        self: &Arc<Self>,
        requests: Vec<(Actor, Request, Timestamp)>,
    ) -> Result<Vec<Done>, AppError> {
        let app = Arc::clone(self);
        self.store
            .write(move |transaction| {
                requests
                    .iter()
                    .map(|(actor, request, at)| {
                        app.execute_within(transaction, actor, request, in_whole_microseconds(*at))
                    })
                    .collect::<Result<Vec<_>, AppError>>()
            })
            .await
            .map_err(flatten)
    }

    pub(crate) fn execute_within(
        &self,
        transaction: &mut Transaction<'_>,
        actor: &Actor,
        request: &Request,
        now: Timestamp,
    ) -> Result<Done, AppError> {
        self.execute_signed(transaction, actor, request, &Recognition::of(request)?, now, None)
    }

    /// Who signs receipts, as the database says inside the transaction: another process may have let a new key take over, or found that
    /// the log must not be signed.
    fn signer_within(&self, transaction: &Transaction<'_>) -> Result<Arc<LogKey>, AppError> {
        let (verifier, halt) = transaction.two_settings(VERIFIER_SETTING, HALT_SETTING)?;
        if let Some(cause) = halt.and_then(|code| IncidentCause::from_code(&code)) {
            return Err(AppError::LogHalted(cause));
        }
        let known = self.present_log();
        let log = if known.verifier.as_str() == verifier.unwrap_or_default() && known.key.is_some() {
            known
        } else {
            let loaded = SiteLog::load(transaction, &self.folder)?.map(Arc::new);
            loaded.ok_or_else(|| AppError::internal("the site has no log"))?
        };
        log.key.clone().ok_or(AppError::LogHalted(IncidentCause::KeyLost))
    }

    /// Carries out a request whose receipt is signed by `new_key`, or else by whoever signs for the site.
    pub(crate) fn execute_signed(
        &self,
        transaction: &mut Transaction<'_>,
        actor: &Actor,
        request: &Request,
        recognition: &Recognition,
        now: Timestamp,
        new_key: Option<&LogKey>,
    ) -> Result<Done, AppError> {
        let Recognition { key_hash, request_hash } = *recognition;
        #[cfg(feature = "sabotage")]
        let key_hash = key_hash.filter(|_| !Sabotage::ForgetReceipts.is_on());
        // Before anything is read: what is decided rests on what is read, and a repetition that waits here finds the receipt afterwards.
        let subjects = Subjects::of(&request.command);
        let facts = lock(transaction, &subjects, actor, request, key_hash)?;
        let present_key;
        let signer = match new_key {
            Some(key) => key,
            None => {
                present_key = self.signer_within(transaction)?;
                &present_key
            }
        };
        if let Some(key_hash) = key_hash
            && let Some(stored) = transaction.find_receipt(actor.identity, &key_hash)?
        {
            if stored.request_hash != request_hash {
                return Err(AppError::KeyReused);
            }
            return Ok(Done {
                command: stored.command,
                receipt: stored.note,
                repeated: true,
            });
        }
        let permit = authorize(actor, &request.command, &facts)?;
        if let Some((stream, version)) = request.expected
            && transaction.stream_version(stream)? != version
        {
            return Err(AppError::Conflict);
        }
        let events = decide(&permit, &request.command, &facts, day_in_china(now))?;
        // A command line beside the server writes too; the events of a site ascend whoever wrote the last one.
        if let Some(latest) = transaction.latest_event_id()? {
            self.moments.continue_after(latest.0);
        }
        let command = CommandId(self.moments.id());
        let mut content_hash = Sha256::new();
        let mut first = None;
        let mut lights = Lights::before(transaction, &events, &facts)?;
        for event in events {
            let stream = event.stream();
            let circumstances = Circumstances {
                id: EventId(self.moments.id()),
                version: transaction.stream_version(stream)? + 1,
                actor: actor.identity,
                command,
                effective_at: request.command.effective_at(now),
                recorded_at: now,
            };
            let (recorded, contents) =
                record(event, circumstances, &mut || Salt(self.moments.secret())).map_err(AppError::internal)?;
            let bytes = recorded.envelope.bytes();
            let salt = LeafSalt::new(self.moments.secret());
            let entry = leaf_entry(&salt, &bytes);
            content_hash.update(Sha256::digest(&bytes));
            first.get_or_insert((recorded.envelope.id, entry));
            transaction.append(
                &recorded,
                &contents,
                &NewLeaf {
                    salt: *salt.as_bytes(),
                    entry,
                },
            )?;
            if let Some(report) = transaction.apply(&recorded)? {
                lights.note(&report);
            }
            if let Event::ReportSubmitted(submitted) = &recorded.event {
                take_over_draft(transaction, actor, submitted, now)?;
            }
            self.erase_within(transaction, &recorded, now)?;
        }
        lights.refresh(transaction, day_in_china(now))?;
        let Some((event, entry)) = first else {
            return Err(AppError::internal("a command was decided without an event"));
        };
        let receipt = Receipt::new(
            signer.origin().clone(),
            event.0,
            entry,
            content_hash.finalize().into(),
            now.to_string(),
            key_hash.unwrap_or_default(),
        )
        .and_then(|receipt| receipt.sign(signer))
        .map_err(AppError::internal)?;
        transaction.save_receipt(&StoredReceipt {
            command,
            event,
            actor: actor.identity,
            key_hash,
            request_hash,
            recorded_at: now,
            note: receipt.clone(),
        })?;
        Ok(Done {
            command,
            receipt,
            repeated: false,
        })
    }
}

/// Locks what a command rests on and answers with its facts; what is asked next is asked with it.
fn lock(
    transaction: &mut Transaction<'_>,
    subjects: &Subjects,
    actor: &Actor,
    request: &Request,
    key_hash: Option<[u8; 32]>,
) -> Result<Facts, StoreError> {
    transaction.lock(subjects, |snapshot| {
        snapshot.two_settings(VERIFIER_SETTING, HALT_SETTING)?;
        if let Command::SubmitReport(report) = &request.command {
            snapshot.standing_light(report.task)?;
        }
        key_hash.map_or(Ok(()), |key_hash| {
            snapshot.find_receipt(actor.identity, &key_hash).map(|_| ())
        })
    })
}

/// A report that was handed in holds its files, and its draft is done. The sweep of unused files sees one of the two or the other.
fn take_over_draft(
    transaction: &mut Transaction<'_>,
    actor: &Actor,
    submitted: &ReportSubmitted,
    now: Timestamp,
) -> Result<(), AppError> {
    // In one order for all who hold several, so that two of them never wait for each other.
    let hashes: BTreeSet<&str> = submitted
        .record
        .evidence
        .iter()
        .map(|file| file.sha256.as_str())
        .collect();
    for sha256 in hashes {
        if transaction.hold_file(submitted.organisation, sha256, now)?.is_none() {
            return Err(Refusal::UnknownEvidence.into());
        }
    }
    transaction.delete_report_draft(actor.identity, submitted.report)?;
    Ok(())
}

pub(crate) fn flatten(error: WriteError<AppError>) -> AppError {
    match error {
        WriteError::Refused(error) => error,
        WriteError::Busy => AppError::Busy,
        WriteError::Unavailable => AppError::Unavailable,
        WriteError::Panicked => AppError::internal("a write panicked"),
    }
}

/// What a repetition must agree in. Ids and numbers that are given out afresh each time do not count.
fn fingerprint(command: &Command) -> Result<[u8; 32], AppError> {
    // The first word tells the commands apart, the rest what each of them asks for.
    let text = match command {
        Command::FoundOrganisation(command) => serde_json::to_vec(&("found organisation", &command.name, command.kind)),
        Command::OpenAccount(command) => {
            serde_json::to_vec(&("open account", &command.sign_in_name, command.organisation))
        }
        Command::ReceiveDocument(command) => serde_json::to_vec(&("receive document", &command.sha256)),
        Command::AdoptDrafts(command) => serde_json::to_vec(&("adopt drafts", command.document)),
        Command::AddTask(command) => {
            let task = NewTask {
                task: TaskId(Uuid::nil()),
                ..command.task.clone()
            };
            serde_json::to_vec(&("add task", command.plan, task))
        }
        Command::RotateLogKey(command) => serde_json::to_vec(&("rotate log key", &command.previous_key)),
        Command::ContinueLog(command) => serde_json::to_vec(&("continue log", command.previous, &command.reason)),
        Command::ProposeErasure(command) => {
            let proposal = ProposeErasure {
                erasure: ErasureId(Uuid::nil()),
                ..command.clone()
            };
            serde_json::to_vec(&("propose erasure", proposal))
        }
        Command::IssuePlan(_)
        | Command::NameReporter(_)
        | Command::PublishTasks(_)
        | Command::SubmitReport(_)
        | Command::ApproveReport(_)
        | Command::ReturnReport(_)
        | Command::VerifyReport(_)
        | Command::ConfirmErasure(_)
        | Command::DeclineErasure(_)
        | Command::ReapplyErasure(_) => serde_json::to_vec(command),
    };
    Ok(hash_of(&[&text.map_err(AppError::internal)?]))
}
