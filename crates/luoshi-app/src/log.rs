//! The transparency log behind the ledger: waiting leaves get their places, the tree grows, a checkpoint is signed, kept and published,
//! in this order, so that a signed checkpoint never runs ahead of durable data (law 11). One process at a time does it, under a lease.
//!
//! Nothing is signed unless everything that was signed before is a beginning of what the database holds; after a restored backup or a
//! failover that lost the end the log is halted instead, and `incident` is the way out.
//!
//! The mathematics is `luoshi-tlog`'s; what a leaf commits to is decided where the event is recorded.

mod served;
mod signed;

use std::sync::{Arc, PoisonError};

use jiff::{Timestamp, ToSpan};
use luoshi_ledger::log::IncidentCause;
use luoshi_store::{StoreError, StoredCheckpoint, Transaction};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, TreeError, integrate};

pub use self::served::LogStanding;
use self::signed::KnownCheckpoints;
pub(crate) use self::signed::{CheckedTree, bundle};
use crate::{
    error::AppError,
    execute::flatten,
    log_files::{CHECKPOINT, KEYS, LogFiles},
    signing::{HALT_SETTING, SiteLog, SiteLogError, VERIFIER_SETTING},
    site::{App, OpenError},
};

/// Leaves that get their places in one transaction.
const LEAVES_AT_ONCE: u32 = 10_000;
/// The lease under which one process signs.
pub(crate) const LEASE: &str = "sign_log";
/// How long a process that died keeps others from signing; a living one renews.
const LEASE_SECONDS: i64 = 5;
/// Rounds after which something is wrong that trying again does not mend: ten million leaves, or as many times another process was first.
const MOST_ROUNDS: u32 = 1_000;

/// How a round of the log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// Every leaf that waited is under a published checkpoint.
    Finished,
    /// Another process signs at present.
    HeldElsewhere,
    /// The log must not be signed.
    Halted(IncidentCause),
}

impl From<SiteLogError> for AppError {
    fn from(error: SiteLogError) -> Self {
        match error {
            SiteLogError::Store(error) => error.into(),
            other => AppError::internal(other),
        }
    }
}

impl App {
    /// Takes up the log where the last run left it: publishes a checkpoint that was kept and not published, and finds out whether the log
    /// may be signed at all. Every leaf is looked at later, by whoever signs first; here only what cannot be is looked into.
    pub(crate) fn recover_log(&self) -> Result<(), OpenError> {
        let log = self.present_log();
        let Some(known) = self.known_checkpoints(&log)? else {
            return Err(OpenError::ForeignKey);
        };
        if let Some(largest) = known.largest() {
            self.serve_checkpoint(&largest.note);
        }
        let cause = if log.key.is_none() {
            Some(IncidentCause::KeyLost)
        } else if known.is_doubtful() || log.halt.is_some() {
            self.check_signed(&log, &known).map_err(OpenError::of)?
        } else {
            None
        };
        if let Some(cause) = cause {
            self.halt_log(&log, cause).map_err(OpenError::of)?;
            return Ok(());
        }
        self.lift_halt(&log).map_err(OpenError::of)?;
        if known.is_doubtful() {
            self.keep_again(&log, &known).map_err(OpenError::of)?;
        }
        self.publish(&log).map_err(OpenError::of)
    }

    /// Brings every waiting leaf into the tree and publishes a checkpoint over them. Safe to repeat and to interrupt anywhere.
    pub(crate) fn integrate_log(&self) -> Result<Round, AppError> {
        let _one_at_a_time = self.integrating.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.rounds();
        if !matches!(outcome, Ok(Round::HeldElsewhere)) {
            self.release_lease();
        }
        outcome
    }

    fn rounds(&self) -> Result<Round, AppError> {
        for _ in 0..MOST_ROUNDS {
            let log = self.refreshed_log()?;
            if log.key.is_none() {
                return self.halted(&log, IncidentCause::KeyLost);
            }
            let Some(known) = self.known_checkpoints(&log)? else {
                return self.halted(&log, IncidentCause::RecordDiffers);
            };
            if let Some(cause) = self.check_signed(&log, &known)? {
                return self.halted(&log, cause);
            }
            self.lift_halt(&log)?;
            if known.is_doubtful() {
                // The database holds all that was signed and only the row of the checkpoint was lost with a failover.
                self.keep_again(&log, &known)?;
                continue;
            }
            let (waits, places) = self
                .store
                .read(|snapshot| Ok((!snapshot.unsequenced_leaves(1)?.is_empty(), snapshot.log_size()?)))?;
            let first_place = log.present()?.first_place;
            if !waits && places == first_place + known.kept_size() {
                self.publish(&log)?;
                return Ok(Round::Finished);
            }
            match self.grow(&log, &known)? {
                Growth::Signed { has_more } => {
                    self.publish(&log)?;
                    // What has come in the meantime has woken the worker, and is taken in together with what comes until its next turn.
                    if !has_more && !is_lease_ignored() {
                        return Ok(Round::Finished);
                    }
                }
                Growth::Overtaken => {}
                Growth::HeldElsewhere => return Ok(Round::HeldElsewhere),
            }
        }
        Err(AppError::internal("the log does not come to rest"))
    }

    /// Gives leaves their places and signs over them. `known` is what was found signed before and holds.
    fn grow(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<Growth, AppError> {
        let epoch = log.present()?;
        let (first_place, files) = (epoch.first_place, epoch.files.clone());
        let (old_size, old_root) = known
            .kept
            .as_ref()
            .map_or((0, EMPTY_ROOT), |kept| (kept.checkpoint.size, kept.checkpoint.root));
        let holder = self.holder;
        let (now, until) = self.lease_time()?;
        let verifier = log.verifier.as_str().to_owned();
        let taken = self
            .store
            .write(move |transaction| {
                let is_held = transaction.take_lease(LEASE, holder, now, until)?;
                if !(is_held || is_lease_ignored()) {
                    return Ok(Taken::HeldElsewhere);
                }
                if !is_as_checked(transaction, &verifier, first_place, old_size)? {
                    return Ok(Taken::Overtaken);
                }
                let first = transaction.log_size()?;
                let given = transaction.sequence_waiting_leaves(first, LEAVES_AT_ONCE)?;
                Ok::<_, AppError>(Taken::Up {
                    places: first + given,
                    is_full: given == u64::from(LEAVES_AT_ONCE),
                })
            })
            .wait()
            .map_err(flatten)?;
        let (places, is_full) = match taken {
            Taken::Up { places, is_full } => (places, is_full),
            Taken::Overtaken => return Ok(Growth::Overtaken),
            Taken::HeldElsewhere => return Ok(Growth::HeldElsewhere),
        };
        // What waits under places that an interrupted round gave is taken in portions as well.
        let to = places.min(first_place + old_size + u64::from(LEAVES_AT_ONCE));
        let entries = self
            .store
            .read(|snapshot| snapshot.leaf_entries(first_place + old_size, to))?;
        let grown = match integrate(&files, old_size, old_root, &entries) {
            Ok(grown) => grown,
            Err(TreeError::Source(error)) => return Err(AppError::internal(error)),
            Err(error) => {
                tracing::error!(%error, "tiles of the log are missing or damaged; they are made again from the leaves");
                if !self.rebuild_tiles(&files, first_place, old_size)? {
                    return Ok(Growth::HeldElsewhere);
                }
                integrate(&files, old_size, old_root, &entries).map_err(AppError::internal)?
            }
        };
        for tile in &grown.tiles {
            files
                .write(&tile.tile.path(), &tile.bytes)
                .map_err(AppError::internal)?;
            if !self.renew_lease_in_time(until)? {
                return Ok(Growth::HeldElsewhere);
            }
        }
        let checkpoint = Checkpoint {
            origin: log.origin().clone(),
            size: grown.size,
            root: grown.root,
        };
        // Whoever lost the lease meanwhile stops here. A signature made in the instant after this question is shown to nobody, since the
        // transaction below asks again, and keeps the lease from others until it has ended.
        if !self.holds_lease()? {
            return Ok(Growth::HeldElsewhere);
        }
        let now = self.now();
        let Some(signers) = log.signers(now) else {
            return Ok(Growth::Overtaken);
        };
        let note = checkpoint.sign_with(&signers).map_err(AppError::internal)?;
        let verifier = log.verifier.as_str().to_owned();
        let size = first_place + checkpoint.size;
        let is_last = size == places;
        let is_kept = self
            .store
            .write(move |transaction| {
                let is_held = transaction.hold_lease(LEASE, holder, now)?;
                let is_held = is_held || is_lease_ignored();
                let is_ours = is_held && is_as_checked(transaction, &verifier, first_place, old_size)?;
                if is_ours {
                    // More may wait than one portion takes, perhaps since long before this signature. It stands behind it, and whoever
                    // verifies must not take it for dated back.
                    let waiting_since = transaction.waiting_since(size)?;
                    let covers_until = waiting_since.map_or(now, |instant| instant.min(now));
                    transaction.save_checkpoint(size, &note, covers_until)?;
                }
                if is_ours && is_last {
                    transaction.release_lease(LEASE, holder, now)?;
                }
                Ok::<_, AppError>(is_ours)
            })
            .wait()
            .map_err(flatten)?;
        Ok(if is_kept {
            Growth::Signed {
                has_more: is_full || !is_last,
            }
        } else {
            Growth::Overtaken
        })
    }

    /// Makes every tile of the first `to` entries again from the leaves, as after the folder was lost. Says whether the lease lasted.
    fn rebuild_tiles(&self, files: &LogFiles, first_place: u64, to: u64) -> Result<bool, AppError> {
        let (mut size, mut root) = (0, EMPTY_ROOT);
        while size < to {
            let until = (size + u64::from(LEAVES_AT_ONCE)).min(to);
            let entries = self
                .store
                .read(|snapshot| snapshot.leaf_entries(first_place + size, first_place + until))?;
            let grown = integrate(files, size, root, &entries).map_err(AppError::internal)?;
            for tile in &grown.tiles {
                files
                    .write(&tile.tile.path(), &tile.bytes)
                    .map_err(AppError::internal)?;
            }
            (size, root) = (grown.size, grown.root);
            if !self.take_lease()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Publishes what was kept last, until nothing newer was kept meanwhile: a process that stood still must not leave an older checkpoint
    /// in the place of a newer one.
    fn publish(&self, log: &SiteLog) -> Result<(), AppError> {
        let epoch = log.present()?;
        self.publish_keys(log)?;
        loop {
            let Some(kept) = self.kept_note(epoch)? else {
                return Ok(());
            };
            let published = epoch.files.read(CHECKPOINT).map_err(AppError::internal)?;
            if published.as_deref() == Some(kept.as_bytes()) {
                self.serve_checkpoint(&kept);
                return Ok(());
            }
            let size = |note: &[u8]| Checkpoint::read_unverified(note).ok().map(|checkpoint| checkpoint.size);
            if published.as_deref().and_then(size) > size(kept.as_bytes()) {
                // Another process has kept and published more since the question; what it published stays.
                if self.kept_note(epoch)?.is_some_and(|now| now == kept) {
                    return Err(AppError::internal("more was published than the database keeps"));
                }
                continue;
            }
            epoch
                .files
                .write(CHECKPOINT, kept.as_bytes())
                .map_err(AppError::internal)?;
        }
    }

    /// Publishes the key history beside every log of the site, where it has changed.
    pub(crate) fn publish_keys(&self, log: &SiteLog) -> Result<(), AppError> {
        let history = log.history.to_text();
        for epoch in &log.epochs {
            let published = epoch.files.read(KEYS).map_err(AppError::internal)?;
            if published.as_deref() != Some(history.as_bytes()) {
                epoch
                    .files
                    .write(KEYS, history.as_bytes())
                    .map_err(AppError::internal)?;
            }
            // A log that has ended shows its last checkpoint for ever, also where a witness had a later one than this folder.
            if let Some((_, Some(last))) = &epoch.end
                && epoch.files.read(CHECKPOINT).map_err(AppError::internal)?.as_deref() != Some(last.as_bytes())
            {
                epoch
                    .files
                    .write(CHECKPOINT, last.as_bytes())
                    .map_err(AppError::internal)?;
            }
        }
        Ok(())
    }

    fn serve_checkpoint(&self, note: &str) {
        let mut served = self.checkpoint.write().unwrap_or_else(PoisonError::into_inner);
        *served = Some(note.to_owned());
    }

    fn halted(&self, log: &SiteLog, cause: IncidentCause) -> Result<Round, AppError> {
        self.halt_log(log, cause)?;
        Ok(Round::Halted(cause))
    }

    /// Says for every process that the log is not signed and that nothing is acknowledged, until an incident is recorded or the cause is
    /// gone.
    fn halt_log(&self, log: &SiteLog, cause: IncidentCause) -> Result<(), AppError> {
        if log.halt != Some(cause) {
            tracing::error!(
                cause = cause.code(),
                "the log is not signed any more and nothing is recorded; see luoshi log status"
            );
            self.set_halt(cause.code())?;
        }
        Ok(())
    }

    fn lift_halt(&self, log: &SiteLog) -> Result<(), AppError> {
        if log.halt.is_some() {
            tracing::info!("the log can be signed again");
            self.set_halt("")?;
        }
        Ok(())
    }

    fn set_halt(&self, code: &'static str) -> Result<(), AppError> {
        self.store
            .write(move |transaction| transaction.set_setting(HALT_SETTING, code))
            .wait()
            .map_err(|error| match error {
                luoshi_store::WriteError::Refused(error) => error.into(),
                luoshi_store::WriteError::Busy => AppError::Busy,
                _ => AppError::Unavailable,
            })?;
        self.reload_log()
    }

    /// The log as this process knows it.
    pub(crate) fn present_log(&self) -> Arc<SiteLog> {
        Arc::clone(&self.log.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the log from store and key folder anew.
    pub(crate) fn reload_log(&self) -> Result<(), AppError> {
        let loaded = self
            .store
            .read(|snapshot| Ok(SiteLog::load(snapshot, &self.folder)))??;
        if let Some(loaded) = loaded {
            *self.log.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        }
        Ok(())
    }

    /// The log as the store has it now. The key folder is read only where something is new or missing.
    pub(crate) fn refreshed_log(&self) -> Result<Arc<SiteLog>, AppError> {
        let log = self.present_log();
        let (verifier, halt) = self
            .store
            .read(|snapshot| snapshot.two_settings(VERIFIER_SETTING, HALT_SETTING))?;
        let halt = halt.and_then(|code| IncidentCause::from_code(&code));
        let is_known = log.key.is_some() && verifier.as_deref() == Some(log.verifier.as_str()) && halt == log.halt;
        if is_known {
            return Ok(log);
        }
        self.reload_log()?;
        Ok(self.present_log())
    }

    /// The log as the store has it now, or, where the store cannot be asked, as it was last: the log is read on while the database is gone.
    pub(crate) fn latest_log(&self) -> Arc<SiteLog> {
        self.refreshed_log().unwrap_or_else(|_| self.present_log())
    }

    fn lease_time(&self) -> Result<(Timestamp, Timestamp), AppError> {
        let now = self.now();
        let until = now.checked_add(LEASE_SECONDS.seconds()).map_err(AppError::internal)?;
        Ok((now, until))
    }

    /// Takes the lease or renews it.
    pub(crate) fn take_lease(&self) -> Result<bool, AppError> {
        let (now, until) = self.lease_time()?;
        let holder = self.holder;
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.take_lease(LEASE, holder, now, until)?))
            .wait()
            .map_err(flatten)
    }

    fn holds_lease(&self) -> Result<bool, AppError> {
        let lease = self.store.read(|snapshot| snapshot.lease(LEASE))?;
        let is_held = lease.is_some_and(|lease| lease.holder == self.holder && lease.until > self.now());
        Ok(is_held || is_lease_ignored())
    }

    /// Renews the lease where half of its time has passed; most portions are written long before.
    fn renew_lease_in_time(&self, until: Timestamp) -> Result<bool, AppError> {
        let half = until
            .checked_sub((LEASE_SECONDS / 2).seconds())
            .map_err(AppError::internal)?;
        if self.now() < half { Ok(true) } else { self.take_lease() }
    }

    /// Lets another process sign without waiting. A lease that cannot be given back runs out.
    pub(crate) fn release_lease(&self) {
        let (holder, now) = (self.holder, self.now());
        let held = self.store.read(|snapshot| snapshot.lease(LEASE));
        if !matches!(held, Ok(Some(lease)) if lease.holder == holder && lease.until > now) {
            return;
        }
        let released = self
            .store
            .write(move |transaction| transaction.release_lease(LEASE, holder, now))
            .wait();
        if released.is_err() {
            tracing::warn!("the lease of the log could not be given back; it runs out by itself");
        }
    }
}

/// Whether this process signs whoever has the lease, as no program does that serves anybody.
pub(crate) fn is_lease_ignored() -> bool {
    #[cfg(feature = "sabotage")]
    let is_ignored = crate::sabotage::Sabotage::IgnoreLease.is_on();
    #[cfg(not(feature = "sabotage"))]
    let is_ignored = false;
    is_ignored
}

/// What giving places led to.
enum Taken {
    /// So many places are given.
    Up {
        places: u64,
        /// Whether as many leaves waited as one portion takes, or more.
        is_full: bool,
    },
    /// Somebody signed since it was checked.
    Overtaken,
    /// Another process has the lease.
    HeldElsewhere,
}

/// What growing the tree led to.
enum Growth {
    /// A checkpoint was kept.
    Signed {
        /// Whether more leaves waited than one portion takes.
        has_more: bool,
    },
    /// Somebody signed meanwhile; it has to be checked again.
    Overtaken,
    /// Another process has the lease.
    HeldElsewhere,
}

/// Whether the database still has the key and the last checkpoint that were checked.
fn is_as_checked(
    transaction: &Transaction<'_>,
    verifier: &str,
    first_place: u64,
    old_size: u64,
) -> Result<bool, StoreError> {
    let latest = transaction
        .latest_checkpoint()?
        .map_or(0, |StoredCheckpoint { size, .. }| size)
        .max(first_place);
    let present = transaction.setting(VERIFIER_SETTING)?;
    Ok(latest == first_place + old_size && present.as_deref() == Some(verifier))
}
