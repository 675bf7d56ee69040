//! What whoever runs the server does with the log: a new key takes over (换钥), or a new log continues one that cannot be signed any more
//! (续接). Both are events of the ledger and leaves of the log.
//!
//! When a log must not be signed is found out in `log`; here is the way out, and it never pretends that the old log went on.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, ToSpan};
use luoshi_ledger::{
    Actor, Command, Refusal,
    command::{ContinueLog, RotateLogKey},
    ids::LogId,
    log::IncidentCause,
};
use luoshi_store::Transaction;
use luoshi_tlog::{Checkpoint, Continuation, LogKey, Rotation};

use crate::{
    error::AppError,
    execute::{Done, Recognition, Request, flatten},
    signing::{HALT_SETTING, ORIGIN_SETTING, RESTORED_SETTING, SiteLog, VERIFIER_SETTING, keep_key},
    site::{App, new_log_key},
};

/// How often the lease is asked for while another process signs; after that its lease has run out twice.
const TRIES: u32 = 200;
/// How long to wait between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

impl App {
    /// Makes a new key that takes over from the present one. Checkpoints carry both signatures for `overlap_days`, then the new one alone;
    /// receipts are signed by the new one from now on. The old key stays in the folder and may be removed after the overlap.
    ///
    /// # Errors
    /// When the log is halted, another process holds the work of the log for long, or store or folder fail.
    pub async fn rotate_log_key(self: &Arc<Self>, actor: &Actor, overlap_days: u16) -> Result<Done, AppError> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        let done = tokio::task::spawn_blocking(move || app.under_lease(|| app.rotate(&actor, overlap_days)))
            .await
            .map_err(AppError::internal)??;
        self.wake_jobs();
        Ok(done)
    }

    fn rotate(self: &Arc<Self>, actor: &Actor, overlap_days: u16) -> Result<Done, AppError> {
        let log = self.refreshed_log()?;
        if let Some(cause) = log.halt {
            return Err(AppError::LogHalted(cause));
        }
        let Some(previous) = log.key.clone() else {
            return Err(AppError::LogHalted(IncidentCause::KeyLost));
        };
        let now = self.now();
        let previous_until = now
            .checked_add((i64::from(overlap_days) * 24).hours())
            .map_err(AppError::internal)?;
        let key = LogKey::from_seed(log.origin().clone(), &self.moments.secret());
        // No checkpoint can be signed before this is done: the lease is held, and the key is compared where one is kept.
        let after_size = match self.checkpoint() {
            Some(note) => {
                Checkpoint::read_unverified(note.as_bytes())
                    .map_err(AppError::internal)?
                    .size
            }
            None => 0,
        };
        let rotation = Rotation {
            previous: log.verifier.clone(),
            key: key.verifier().map_err(AppError::internal)?,
            after_size,
            begins_at: now.to_string(),
            previous_until: previous_until.to_string(),
        };
        let statement = rotation.sign(&previous, &key).map_err(AppError::internal)?;
        let command = Command::RotateLogKey(RotateLogKey {
            log: log.id,
            origin: log.origin().to_string(),
            previous_key: log.verifier.as_str().to_owned(),
            key: key.verifier_text(),
            previous_until,
            statement,
        });
        self.record_key_change(actor, command, &key, now, None)
    }

    /// Records an incident and begins a new log with a new name and key: the old one is frozen with its last checkpoint, and the first
    /// entry of the new one is the event that cites it.
    ///
    /// # Errors
    /// [`Refusal::LogIsSound`] where nothing hinders signing and `although_sound` does not say that it is to end all the same;
    /// [`Refusal::NoReason`]; when store or folder fail.
    pub async fn continue_log(
        self: &Arc<Self>,
        actor: &Actor,
        reason: &str,
        although_sound: bool,
    ) -> Result<Done, AppError> {
        let (app, actor, reason) = (Arc::clone(self), actor.clone(), reason.to_owned());
        let done =
            tokio::task::spawn_blocking(move || app.under_lease(|| app.begin_log(&actor, &reason, although_sound)))
                .await
                .map_err(AppError::internal)??;
        self.wake_jobs();
        Ok(done)
    }

    fn begin_log(self: &Arc<Self>, actor: &Actor, reason: &str, although_sound: bool) -> Result<Done, AppError> {
        let old = self.refreshed_log()?;
        let cause = match old.halt {
            Some(cause) => cause,
            None if although_sound => IncidentCause::Decided,
            None => return Err(Refusal::LogIsSound.into()),
        };
        let last = self.last_signed(&old)?;
        let first_place = old.present()?.first_place + last.held;
        let now = self.now();
        let key = new_log_key(&self.moments).map_err(AppError::internal)?;
        let continuation = Continuation {
            old_origin: old.origin().clone(),
            old_size: last.size,
            old_root: last.root,
            held: last.held,
            begins_at: now.to_string(),
            key: key.verifier().map_err(AppError::internal)?,
        };
        let statement = continuation
            .sign(&key, old.key.as_deref())
            .map_err(AppError::internal)?;
        let command = Command::ContinueLog(ContinueLog {
            log: LogId::of_origin(key.origin().as_str()),
            origin: key.origin().to_string(),
            key: key.verifier_text(),
            previous: old.id,
            previous_key: old.verifier.as_str().to_owned(),
            checkpoint: last.note,
            first_place,
            cause,
            statement,
            reason: reason.to_owned(),
        });
        self.record_key_change(actor, command, &key, now, Some(first_place))
    }

    /// Carries the command out, signs its receipt with the new key and makes that key the present one, in one transaction. A new log gets
    /// its first entry there as well.
    fn record_key_change(
        self: &Arc<Self>,
        actor: &Actor,
        command: Command,
        key: &LogKey,
        now: Timestamp,
        first_place: Option<u64>,
    ) -> Result<Done, AppError> {
        let known = self.present_log();
        // The secret is durable before anything names it.
        let place = keep_key(&self.folder, key).map_err(AppError::internal)?;
        let app = Arc::clone(self);
        let (actor, request) = (actor.clone(), Request::from(command));
        let text = key.to_signer_text();
        let outcome = self
            .store
            .write(move |transaction| {
                let key = LogKey::from_signer_text(&text).map_err(AppError::internal)?;
                Self::refuse_other_key(transaction, &known)?;
                let recognition = Recognition::of(&request)?;
                let done = app.execute_signed(transaction, &actor, &request, &recognition, now, Some(&key))?;
                transaction.set_setting(ORIGIN_SETTING, key.origin().as_str())?;
                transaction.set_setting(VERIFIER_SETTING, &key.verifier_text())?;
                if let Some(first_place) = first_place {
                    let receipt = transaction
                        .receipt(done.command)?
                        .ok_or_else(|| AppError::internal("an incident was recorded without a receipt"))?;
                    transaction.discard_checkpoints_after(first_place)?;
                    transaction.give_back_places(first_place)?;
                    transaction.sequence_leaf(receipt.event, first_place)?;
                    transaction.set_setting(HALT_SETTING, "")?;
                    transaction.remove_setting(RESTORED_SETTING)?;
                }
                Ok::<_, AppError>(done)
            })
            .wait()
            .map_err(flatten);
        let done = match outcome {
            Ok(done) => done,
            Err(AppError::Unavailable) => return Err(AppError::Unavailable),
            Err(error) => {
                // Nothing names this key, so it would only confuse whoever looks for the one that signs.
                if let Err(cause) = std::fs::remove_file(&place) {
                    tracing::warn!(%cause, "the file of a key that was not taken could not be removed");
                }
                return Err(error);
            }
        };
        self.reload_log()?;
        self.publish_keys(&self.present_log())?;
        Ok(done)
    }

    /// Another process may have let a key take over since this one looked.
    fn refuse_other_key(transaction: &Transaction<'_>, known: &SiteLog) -> Result<(), AppError> {
        let verifier = transaction.setting(VERIFIER_SETTING)?;
        if verifier.as_deref() == Some(known.verifier.as_str()) {
            Ok(())
        } else {
            Err(AppError::Conflict)
        }
    }

    /// Does `work` while no other process signs.
    fn under_lease<T>(&self, work: impl FnOnce() -> Result<T, AppError>) -> Result<T, AppError> {
        let _one_at_a_time = self
            .integrating
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for _ in 0..TRIES {
            if self.take_lease()? {
                let outcome = work();
                self.release_lease();
                return outcome;
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        Err(AppError::Busy)
    }
}
