//! The transparency log behind the ledger: waiting leaves get their places, the tree grows, a checkpoint is signed, kept and published,
//! in this order, so that a signed checkpoint never runs ahead of durable data (law 11). One process at a time does it, under a lease.
//!
//! Nothing is signed unless everything that was signed before is a beginning of what the database holds; after a restored backup or a
//! failover that lost the end the log is halted instead, and `incident` is the way out.
//!
//! The mathematics is `luoshi-tlog`'s; what a leaf commits to is decided where the event is recorded.

use std::{
    io,
    sync::{Arc, PoisonError},
};

use jiff::{Timestamp, ToSpan};
use luoshi_ledger::{
    ids::{CommandId, EventId, LogId},
    log::IncidentCause,
};
use luoshi_store::{StoreError, StoredCheckpoint, Transaction};
use luoshi_tlog::{
    Checkpoint, EMPTY_ROOT, LogHash, LogProof, RunningRoot, TileId, TileSource, TreeError, inclusion_proof, integrate,
    verify_inclusion,
};

use crate::{
    error::AppError,
    execute::flatten,
    log_files::{CHECKPOINT, KEYS, LogFiles},
    signing::{Epoch, HALT_SETTING, RESTORED_SETTING, SiteLog, SiteLogError, VERIFIER_SETTING},
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
/// States of the tree that are remembered as checked.
const REMEMBERED: usize = 64;

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

/// The beginning of a log that was computed from the leaves in the database, and which of its states were signed.
pub(crate) struct CheckedTree {
    log: LogId,
    tree: RunningRoot,
    known: Vec<(u64, LogHash)>,
}

impl CheckedTree {
    fn of(log: LogId) -> Self {
        Self {
            log,
            tree: RunningRoot::new(),
            known: vec![(0, EMPTY_ROOT)],
        }
    }

    /// Whether a state of this size was checked, and is the one of the checkpoint. What is asked for again stays remembered: a witnessed
    /// checkpoint is asked for in every round and would otherwise be computed from the first leaf on time and again.
    fn knows(&mut self, checkpoint: &Checkpoint) -> Option<bool> {
        let place = self.known.iter().position(|(size, _)| *size == checkpoint.size)?;
        let known = self.known.remove(place);
        self.known.push(known);
        Some(known.1 == checkpoint.root)
    }

    fn remember(&mut self) {
        if self.known.len() == REMEMBERED {
            self.known.remove(0);
        }
        self.known.push((self.tree.size(), self.tree.root()));
    }
}

/// How the log of a site stands, for whoever runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogStanding {
    /// Its name.
    pub origin: String,
    /// Which of the site's logs it is, from 1.
    pub number: usize,
    /// Its present public key.
    pub verifier_key: String,
    /// How many keys have signed for it.
    pub key_count: usize,
    /// How many entries the last checkpoint covers.
    pub size: u64,
    /// Why it is not signed; none while it is.
    pub halt: Option<IncidentCause>,
}

/// A signed checkpoint of the present log, found somewhere.
struct Signed {
    checkpoint: Checkpoint,
    note: String,
}

enum Found {
    Nothing,
    Genuine(Signed),
    /// It is not signed by a key that signs for this log.
    NotOurs,
}

/// Whatever is known to have been signed for the present log.
struct KnownCheckpoints {
    kept: Option<Signed>,
    published: Option<Signed>,
    witnessed: Option<Signed>,
}

impl KnownCheckpoints {
    fn all(&self) -> impl Iterator<Item = &Signed> {
        [&self.kept, &self.published, &self.witnessed].into_iter().flatten()
    }

    fn kept_size(&self) -> u64 {
        self.kept.as_ref().map_or(0, |signed| signed.checkpoint.size)
    }

    /// The one that covers most.
    fn largest(&self) -> Option<&Signed> {
        self.all().max_by_key(|signed| signed.checkpoint.size)
    }

    /// Whether what the database kept cannot be all: something larger, or something else of the same size, was signed.
    fn is_doubtful(&self) -> bool {
        self.all().any(|signed| {
            signed.checkpoint.size > self.kept_size()
                || self.kept.as_ref().is_some_and(|kept| {
                    kept.checkpoint.size == signed.checkpoint.size && kept.checkpoint.root != signed.checkpoint.root
                })
        })
    }
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
                Growth::Signed => self.publish(&log)?,
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
                if !transaction.take_lease(LEASE, holder, now, until)? {
                    return Ok(Taken::HeldElsewhere);
                }
                if !is_as_checked(transaction, &verifier, first_place, old_size)? {
                    return Ok(Taken::Overtaken);
                }
                let leaves = transaction.unsequenced_leaves(LEAVES_AT_ONCE)?;
                let first = transaction.log_size()?;
                for (index, (event, _)) in (first..).zip(&leaves) {
                    transaction.sequence_leaf(*event, index)?;
                }
                Ok::<_, AppError>(Taken::Up(first + leaves.len() as u64))
            })
            .wait()
            .map_err(flatten)?;
        let places = match taken {
            Taken::Up(places) => places,
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
        // transaction below asks again.
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
                let is_held = transaction
                    .lease(LEASE)?
                    .is_some_and(|lease| lease.holder == holder && lease.until > now);
                let is_ours = is_held && is_as_checked(transaction, &verifier, first_place, old_size)?;
                if is_ours {
                    transaction.save_checkpoint(size, &note, now)?;
                }
                if is_ours && is_last {
                    transaction.release_lease(LEASE, holder, now)?;
                }
                Ok::<_, AppError>(is_ours)
            })
            .wait()
            .map_err(flatten)?;
        Ok(if is_kept { Growth::Signed } else { Growth::Overtaken })
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

    /// The checkpoint of this log that was kept last. Another process may have begun a new log that this one does not know of yet.
    fn kept_note(&self, epoch: &Epoch) -> Result<Option<String>, StoreError> {
        let kept = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let is_its_own = |note: &str| note.lines().next() == Some(epoch.origin.as_str());
        Ok(kept
            .filter(|kept| kept.size > epoch.first_place && is_its_own(&kept.note))
            .map(|kept| kept.note))
    }

    fn serve_checkpoint(&self, note: &str) {
        let mut served = self.checkpoint.write().unwrap_or_else(PoisonError::into_inner);
        *served = Some(note.to_owned());
    }

    /// What was signed for this log, wherever it is found; none where something was published that is not this log's.
    fn known_checkpoints(&self, log: &SiteLog) -> Result<Option<KnownCheckpoints>, SiteLogError> {
        let epoch = log.present()?;
        let kept = match self.kept_note(epoch)? {
            Some(note) => open_signed(log, note),
            None => Found::Nothing,
        };
        let published = match epoch.files.read(CHECKPOINT)? {
            Some(bytes) => String::from_utf8(bytes).map_or(Found::NotOurs, |note| open_signed(log, note)),
            None => Found::Nothing,
        };
        let witnessed = match std::fs::read_to_string(self.folder.witnessed_checkpoint()) {
            Ok(note) => open_signed(log, note),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
            Err(error) => return Err(error.into()),
        };
        let genuine = |found: Found| match found {
            Found::Nothing => Some(None),
            Found::Genuine(signed) => Some(Some(signed)),
            Found::NotOurs => None,
        };
        let (Some(kept), Some(published)) = (genuine(kept), genuine(published)) else {
            return Ok(None);
        };
        let witnessed = genuine(witnessed).unwrap_or_else(|| {
            // An operator may leave the checkpoint of a log before this one there, or any other text; it accuses nobody.
            tracing::warn!("the witnessed checkpoint is not signed for the present log and is not looked at");
            None
        });
        Ok(Some(KnownCheckpoints {
            kept,
            published,
            witnessed,
        }))
    }

    /// Why the log must not be signed: whether something that was signed is not a beginning of what the database holds. From the beginning
    /// the first time, later from where the last check ended.
    fn check_signed(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<Option<IncidentCause>, AppError> {
        if let Some(cause) = self.check_beginnings(log, known)? {
            return Ok(Some(cause));
        }
        // What was signed after a backup was made is nowhere here, and nothing looks wrong.
        let is_restored = self
            .store
            .read(|snapshot| snapshot.setting(RESTORED_SETTING))?
            .is_some();
        Ok(is_restored.then_some(IncidentCause::Restored))
    }

    fn check_beginnings(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<Option<IncidentCause>, AppError> {
        let first_place = log.present()?.first_place;
        let places = self.store.read(|snapshot| snapshot.log_size())?;
        let held = places.saturating_sub(first_place);
        if known.all().any(|signed| signed.checkpoint.size > held) {
            return Ok(Some(IncidentCause::DatabaseBehind));
        }
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked.as_ref().is_none_or(|checked| checked.log != log.id) {
            *checked = Some(CheckedTree::of(log.id));
        }
        let Some(tree) = checked.as_mut() else { return Ok(None) };
        if tree.tree.size() > held {
            // Places that this process has seen taken are gone: a failover lost the end of the database.
            return Ok(Some(IncidentCause::DatabaseBehind));
        }
        let mut wanted: Vec<&Signed> = known.all().collect();
        wanted.sort_by_key(|signed| signed.checkpoint.size);
        for signed in wanted {
            let agrees = match tree.knows(&signed.checkpoint) {
                Some(agrees) => agrees,
                None => {
                    if signed.checkpoint.size < tree.tree.size() {
                        *tree = CheckedTree::of(log.id);
                    }
                    self.extend(tree, first_place, signed.checkpoint.size)?;
                    tree.tree.root() == signed.checkpoint.root
                }
            };
            if !agrees {
                *checked = None;
                return Ok(Some(IncidentCause::RecordDiffers));
            }
        }
        Ok(None)
    }

    fn extend(&self, tree: &mut CheckedTree, first_place: u64, to: u64) -> Result<(), AppError> {
        while tree.tree.size() < to {
            let from = first_place + tree.tree.size();
            let until = (from + u64::from(LEAVES_AT_ONCE)).min(first_place + to);
            let entries = self.store.read(|snapshot| snapshot.leaf_entries(from, until))?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                tree.tree.push(entry).map_err(AppError::internal)?;
            }
        }
        tree.remember();
        Ok(())
    }

    /// Keeps a published or witnessed checkpoint of which the database lost the row.
    fn keep_again(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<(), AppError> {
        let Some(largest) = known.largest() else { return Ok(()) };
        let first_place = log.present()?.first_place;
        let (size, note, now) = (first_place + largest.checkpoint.size, largest.note.clone(), self.now());
        self.store
            .write(move |transaction| {
                if transaction.latest_checkpoint()?.is_none_or(|kept| kept.size < size) {
                    transaction.save_checkpoint(size, &note, now)?;
                }
                Ok::<_, AppError>(())
            })
            .wait()
            .map_err(flatten)
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

    /// How many logs the site has had, the present one included.
    pub fn log_count(&self) -> usize {
        self.latest_log().epochs.len()
    }

    /// Why nothing can be recorded at present, as this process last saw it; none while the log is signed.
    pub fn log_halt(&self) -> Option<IncidentCause> {
        self.present_log().halt
    }

    /// How the log stands.
    ///
    /// # Errors
    /// When the store or the folder fails.
    pub fn log_standing(&self) -> Result<LogStanding, AppError> {
        let log = self.latest_log();
        let size = match self.checkpoint() {
            Some(note) => Checkpoint::read_unverified(note.as_bytes()).map_or(0, |checkpoint| checkpoint.size),
            None => 0,
        };
        Ok(LogStanding {
            origin: log.origin().to_string(),
            number: log.epochs.len(),
            verifier_key: log.verifier.as_str().to_owned(),
            key_count: log.keys()?.terms().len(),
            size,
            halt: log.halt,
        })
    }

    /// The text of the last checkpoint of the present log; none while nothing was recorded in it. Where several processes serve, each
    /// serves the one that was kept last, whoever signed it: a reader who is sent to another process must not see the log go back.
    pub fn checkpoint(&self) -> Option<String> {
        let served = || self.checkpoint.read().unwrap_or_else(PoisonError::into_inner).clone();
        let log = self.latest_log();
        if log.halt.is_some() {
            // What was published reaches further than the database then.
            return served();
        }
        let kept = log.present().ok().and_then(|epoch| self.kept_note(epoch).ok());
        match kept {
            Some(Some(kept)) => {
                self.serve_checkpoint(&kept);
                Some(kept)
            }
            // A new log has none until its first entry is signed; the last of the log before is not its own.
            _ => served().filter(|note| note.lines().next() == Some(log.origin().as_str())),
        }
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
        Ok(lease.is_some_and(|lease| lease.holder == self.holder && lease.until > self.now()))
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

    /// The bytes of a tile or entry bundle of the site's first log, or of the one with this number, by its path below the log
    /// (`tile/0/000.p/5`); none where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log_tile(&self, number: usize, path: &str) -> Result<Option<Vec<u8>>, AppError> {
        let mut log = self.present_log();
        if number > log.epochs.len() {
            log = self.latest_log();
        }
        let epoch = number.checked_sub(1).and_then(|place| log.epochs.get(place));
        let (Some(epoch), Ok(tile)) = (epoch, TileId::parse(path)) else {
            return Ok(None);
        };
        epoch.files.read_tile(tile).map_err(AppError::internal)
    }

    /// The last checkpoint of the site's log with this number, from 1; none where there is none.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn log_checkpoint(&self, number: usize) -> Result<Option<String>, AppError> {
        let log = self.latest_log();
        if number == log.epochs.len() {
            return Ok(self.checkpoint());
        }
        let Some(epoch) = number.checked_sub(1).and_then(|place| log.epochs.get(place)) else {
            return Ok(None);
        };
        match &epoch.end {
            Some((_, Some(checkpoint))) => Ok(Some(checkpoint.clone())),
            _ => Ok(None),
        }
    }

    /// Every key that signed for the site's logs, as it is published.
    pub fn key_history(&self) -> String {
        // Another process may have rotated the key or begun a new log, and a reader must not take the old one for all there is.
        self.latest_log().history.to_text()
    }

    /// The proof that a command's first event is in the log, as C2SP tlog-proof text; none until a checkpoint covers it.
    ///
    /// # Errors
    /// When the store or a tile fails.
    pub fn inclusion_proof(self: &Arc<Self>, command: CommandId) -> Result<Option<String>, AppError> {
        let found = self.store.read(|snapshot| {
            let Some(receipt) = snapshot.receipt(command)? else {
                return Ok(None);
            };
            snapshot.leaf(receipt.event)
        })?;
        let Some(leaf) = found else { return Ok(None) };
        let log = self.refreshed_log()?;
        let Some((place, epoch)) = leaf.index.and_then(|place| Some((place, log.epoch_of(place)?))) else {
            return Ok(None);
        };
        let note = match &epoch.end {
            Some((_, checkpoint)) => checkpoint.clone(),
            None => self.kept_note(epoch)?,
        };
        let (Some(note), Some(keys)) = (note, log.history.log(&epoch.origin)) else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::open_with(note.as_bytes(), keys).map_err(AppError::internal)?;
        let index = place - epoch.first_place;
        if index >= checkpoint.size {
            return Ok(None);
        }
        let hashes =
            inclusion_proof(&epoch.files, checkpoint.size, checkpoint.root, index).map_err(AppError::internal)?;
        if verify_inclusion(&hashes, checkpoint.size, checkpoint.root, index, &leaf.entry).is_err() {
            // The tiles are sound and hold another entry there: the database was changed, which `luoshi verify` tells in full.
            tracing::error!(index, "the log holds another entry than the database at a place");
            return Ok(None);
        }
        Ok(Some(
            LogProof {
                index,
                hashes,
                checkpoint: note,
            }
            .to_text(),
        ))
    }

    /// The place of an event in its log, once it has one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn leaf_index(&self, event: EventId) -> Result<Option<u64>, AppError> {
        let place = self
            .store
            .read(|snapshot| snapshot.leaf(event))?
            .and_then(|leaf| leaf.index);
        let log = self.present_log();
        Ok(place.and_then(|place| Some(place - log.epoch_of(place)?.first_place)))
    }
}

/// What giving places led to.
enum Taken {
    /// So many places are given.
    Up(u64),
    /// Somebody signed since it was checked.
    Overtaken,
    /// Another process has the lease.
    HeldElsewhere,
}

/// What growing the tree led to.
enum Growth {
    /// A checkpoint was kept.
    Signed,
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

fn open_signed(log: &SiteLog, note: String) -> Found {
    let Ok(named) = Checkpoint::read_unverified(note.as_bytes()) else {
        return Found::NotOurs;
    };
    if named.origin != *log.origin() {
        return Found::NotOurs;
    }
    let by_history = log
        .keys()
        .ok()
        .and_then(|keys| Checkpoint::open_with(note.as_bytes(), keys).ok());
    // A database that is older than the last rotation does not know the key that signed; the folder does.
    let by_folder = || {
        log.in_folder
            .iter()
            .find_map(|key| Checkpoint::open(note.as_bytes(), key).ok())
    };
    match by_history.or_else(by_folder) {
        Some(checkpoint) => Found::Genuine(Signed { checkpoint, note }),
        None => Found::NotOurs,
    }
}

/// What is known to have been signed last for the present log, and how many of its entries the database holds unchanged.
pub(crate) struct LastSigned {
    /// The signed note; none where nothing was ever signed.
    pub(crate) note: Option<String>,
    /// What it states.
    pub(crate) size: u64,
    /// What it states.
    pub(crate) root: LogHash,
    /// Leading leaves of the database that are the entries of the log.
    pub(crate) held: u64,
}

impl App {
    /// What an incident has to say of the log that it ends.
    pub(crate) fn last_signed(&self, log: &SiteLog) -> Result<LastSigned, AppError> {
        let known = self.known_checkpoints(log)?;
        let largest = known.as_ref().and_then(KnownCheckpoints::largest);
        let (size, root) = largest.map_or((0, EMPTY_ROOT), |signed| {
            (signed.checkpoint.size, signed.checkpoint.root)
        });
        Ok(LastSigned {
            note: largest.map(|signed| signed.note.clone()),
            size,
            root,
            held: self.agreeing_entries(log, size)?,
        })
    }

    /// How many leaves, from the first of the present log on, are those that its published bundles hold.
    fn agreeing_entries(&self, log: &SiteLog, size: u64) -> Result<u64, AppError> {
        let epoch = log.present()?;
        let width = u64::from(luoshi_tlog::TILE_WIDTH);
        let mut held = 0;
        while held < size {
            let filled = (size - held).min(width);
            let entries = bundle(&epoch.files, held / width, filled)?;
            let from = epoch.first_place + held;
            let leaves = self.store.read(|snapshot| snapshot.leaf_entries(from, from + filled))?;
            let Some(entries) = entries else { break };
            let agreeing = entries
                .iter()
                .zip(&leaves)
                .take_while(|(entry, leaf)| entry.as_slice() == leaf.as_slice());
            let agreeing = agreeing.count() as u64;
            held += agreeing;
            if agreeing < width {
                break;
            }
        }
        Ok(held.min(size))
    }
}

/// The first `filled` entries of a bundle; none where it is missing or damaged.
pub(crate) fn bundle(files: &LogFiles, index: u64, filled: u64) -> Result<Option<Vec<Vec<u8>>>, AppError> {
    let Some(tile) = u16::try_from(filled)
        .ok()
        .and_then(|width| TileId::new(luoshi_tlog::TileKind::Entries, index, width))
    else {
        return Ok(None);
    };
    for tile in [tile, tile.full()] {
        if let Some(bytes) = files.read_tile(tile).map_err(AppError::internal)? {
            let entries = luoshi_tlog::parse_bundle(&bytes, tile.width()).ok();
            return Ok(entries.map(|entries| {
                let wanted = entries.into_iter().take(filled as usize);
                wanted.map(<[u8]>::to_vec).collect()
            }));
        }
    }
    Ok(None)
}
