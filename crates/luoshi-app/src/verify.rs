//! Checking the record (law 6): the state against its replay, leaves against events, receipts against events and key, tiles and every
//! checkpoint against leaves, files against hashes. It repairs nothing.
//!
//! Whoever has the database and the key can make another history that agrees with itself. That is found by a checkpoint or a receipt that
//! somebody else kept, with the public key alone and without this program's database.

use std::{cell::RefCell, collections::VecDeque, fs, io, num::NonZero, thread};

use jiff::{SignedDuration, Timestamp};
use luoshi_store::{
    Difference, DifferenceKind, GivenReceipt, ReceiptFault, Snapshot, StoreError, StoredCheckpoint, Watcher,
};
use luoshi_tlog::{Checkpoint, LogHash, Receipt, VerifierKey, VerifyError, verify_history};

use crate::{error::AppError, site::App};

/// Entries and checkpoints that are read at once.
const BATCH: u32 = 1_000;
/// How far the clocks of machines that write to one database may be apart before their order counts as tampering.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

/// What a verification is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The replay of events, in its own phases.
    Replay(luoshi_store::Phase),
    /// The log; counted in entries.
    Log,
    /// Received files; counted in files.
    Files,
}

impl Phase {
    /// Every phase, in their order.
    pub const ALL: [Phase; 6] = [
        Phase::Replay(luoshi_store::Phase::Record),
        Phase::Replay(luoshi_store::Phase::Streams),
        Phase::Replay(luoshi_store::Phase::Tables),
        Phase::Replay(luoshi_store::Phase::Derived),
        Phase::Log,
        Phase::Files,
    ];

    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Phase::Replay(phase) => phase.code(),
            Phase::Log => "log",
            Phase::Files => "files",
        }
    }
}

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Events replayed.
    pub events: u64,
    /// Leaves that a checkpoint covers.
    pub leaves: u64,
    /// Checkpoints whose signature and root were checked.
    pub checkpoints: u64,
    /// Received files whose bytes were hashed.
    pub files: u64,
    /// Differences between tables and their replay, and between leaves and events; where there are very many, the first of them.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
    /// The difference that stands first in the log; where none has a place there, the first that was met.
    pub first_difference: Option<Difference>,
    /// What is wrong with the log's tiles and checkpoints, and with received files.
    pub faults: Vec<Fault>,
}

/// Something wrong outside the database's tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The kept checkpoint of this size is not one that the site's key signed.
    #[error("the kept checkpoint of size {0} is not signed by the key of this site")]
    CheckpointSignature(u64),
    /// The kept checkpoint of this size was signed before what it covers was recorded, or before a smaller one.
    #[error("the kept checkpoint of size {0} is older than what it covers")]
    CheckpointTime(u64),
    /// The published checkpoint differs from the kept one.
    #[error("the published checkpoint differs from the kept one")]
    PublishedCheckpoint,
    /// The leaves do not give the tree that was signed.
    #[error("the log differs from what was signed: {detail}")]
    Tree {
        /// What differs.
        detail: String,
        /// The first entry that can be at fault, where that is known.
        entry: Option<u64>,
    },
    /// The entry at this place claims an earlier time than the checkpoints and entries before it allow.
    #[error("the log entry {0} claims to be older than what stands before it")]
    EntryTime(u64),
    /// A received file is missing or has other bytes.
    #[error("the file {0} is missing or was changed")]
    File(String),
}

impl Fault {
    /// The first entry of the log, counted from 0, that can be at fault; none where that is not known or it is not about the log.
    pub fn entry(&self) -> Option<u64> {
        match self {
            Fault::Tree { entry, .. } => *entry,
            Fault::EntryTime(entry) => Some(*entry),
            Fault::CheckpointSignature(_) | Fault::CheckpointTime(_) | Fault::PublishedCheckpoint | Fault::File(_) => {
                None
            }
        }
    }
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.finding_count() == 0
    }

    /// How much is wrong in all.
    pub fn finding_count(&self) -> u64 {
        self.difference_count.saturating_add(self.faults.len() as u64)
    }

    /// The first entry of the log, counted from 0, that is known to be bad.
    pub fn first_bad_entry(&self) -> Option<u64> {
        let of_tables = self.first_difference.iter().filter_map(|difference| difference.entry);
        of_tables.chain(self.faults.iter().filter_map(Fault::entry)).min()
    }
}

/// Listens to the replay, and judges receipts with the key.
struct Judge<'v> {
    app: &'v App,
    verifier: VerifierKey,
    progress: &'v mut dyn FnMut(Phase, u64, u64),
}

impl Watcher for Judge<'_> {
    fn progress(&mut self, phase: luoshi_store::Phase, done: u64, total: u64) {
        (self.progress)(Phase::Replay(phase), done, total);
    }

    fn judges_receipts(&self) -> bool {
        true
    }

    fn judge_receipts(&mut self, given: &[GivenReceipt]) -> Vec<ReceiptFault> {
        // Signatures take longer than everything else together, and each is a matter of its own.
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let share = given.len().div_ceil(workers).max(64);
        let judge = |given: &[GivenReceipt]| -> Vec<ReceiptFault> {
            let faults = given
                .iter()
                .filter_map(|given| self.app.fault_of(given, &self.verifier));
            faults.collect()
        };
        thread::scope(|scope| {
            let shares: Vec<_> = given
                .chunks(share)
                .map(|share| scope.spawn(move || judge(share)))
                .collect();
            let judged = shares.into_iter().map(|share| share.join().unwrap_or_default());
            judged.flatten().collect()
        })
    }
}

impl App {
    /// Checks everything, for callers who show no phases. `progress` hears how many of how many steps of a phase are done.
    ///
    /// # Errors
    /// As [`App::verify_by_phases`].
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, AppError> {
        self.verify_by_phases(&mut |_, done, total| progress(done, total))
    }

    /// Checks everything, in memory that does not grow with the site. `progress` hears how many of how many steps of a phase are done.
    ///
    /// # Errors
    /// When the check itself cannot be carried out; what it finds wrong is in the answer.
    pub fn verify_by_phases(&self, progress: &mut dyn FnMut(Phase, u64, u64)) -> Result<Verification, AppError> {
        let mut judge = Judge {
            app: self,
            verifier: self.verifier()?,
            progress,
        };
        let replay = self.store.replay(&self.folder.scratch(), &mut judge)?;
        let mut verification = Verification {
            events: replay.events,
            differences: replay.differences,
            difference_count: replay.difference_count,
            first_difference: replay.first,
            ..Verification::default()
        };
        self.verify_log(&mut verification, progress)?;
        self.verify_files(&mut verification, progress)?;
        Ok(verification)
    }

    /// What is wrong with the receipt of a command.
    fn fault_of(&self, given: &GivenReceipt, verifier: &VerifierKey) -> Option<ReceiptFault> {
        let fault = |column: Option<&'static str>, kind| {
            Some(ReceiptFault {
                command: given.command,
                column,
                kind,
            })
        };
        let Some(stored) = &given.receipt else {
            return fault(None, DifferenceKind::Missing);
        };
        for (column, agrees) in [
            ("event_id", stored.event == given.event),
            ("actor", stored.actor == given.actor),
            ("recorded_at", stored.recorded_at == given.recorded_at),
        ] {
            if !agrees {
                return fault(Some(column), DifferenceKind::Other);
            }
        }
        let key_hash = stored.key_hash.unwrap_or_default();
        // The same statement under the same key gives the same bytes, and signing takes half as long as checking a signature.
        if let Some(entry) = given.entry {
            let again = Receipt::new(
                self.key.origin().clone(),
                given.event.0,
                entry,
                given.content_hash,
                given.recorded_at.to_string(),
                key_hash,
            )
            .and_then(|receipt| receipt.sign(&self.key));
            if again.is_ok_and(|again| again == stored.note) {
                return None;
            }
        }
        let Ok(receipt) = Receipt::open(stored.note.as_bytes(), verifier) else {
            return fault(Some("note"), DifferenceKind::NotSigned);
        };
        if *receipt.idempotency_key_hash() != key_hash {
            return fault(Some("key_hash"), DifferenceKind::Other);
        }
        let agrees = receipt.event() == given.event.0
            && given.entry.is_none_or(|entry| *receipt.leaf() == entry)
            && *receipt.content_hash() == given.content_hash
            && receipt.recorded_at() == given.recorded_at.to_string();
        if agrees {
            None
        } else {
            // The signature is genuine, so what it was given for was something else.
            fault(Some("note"), DifferenceKind::Other)
        }
    }

    fn verify_log(
        &self,
        verification: &mut Verification,
        progress: &mut dyn FnMut(Phase, u64, u64),
    ) -> Result<(), AppError> {
        let verifier = self.verifier()?;
        let kept = self.store.read(|snapshot| {
            let Some(latest) = snapshot.latest_checkpoint()? else {
                return Ok(None);
            };
            verification.checkpoints = snapshot.checkpoint_count()?;
            verification.leaves = latest.size;
            let mut check = LogCheck {
                app: self,
                snapshot,
                verifier: &verifier,
                size: latest.size,
                faults: RefCell::default(),
                failure: RefCell::default(),
            };
            check.run(progress);
            verification.faults.append(check.faults.get_mut());
            match check.failure.take() {
                Some(error) => Err(error),
                None => Ok(Some(latest)),
            }
        })?;
        if let Some(kept) = kept
            && !self.is_published(&kept)?
        {
            verification.faults.push(Fault::PublishedCheckpoint);
        }
        Ok(())
    }

    /// Whether the published checkpoint is the one that was kept last. Beside a running server that may have become another one meanwhile.
    fn is_published(&self, kept: &StoredCheckpoint) -> Result<bool, AppError> {
        let published = fs::read(self.folder.log().join("checkpoint")).unwrap_or_default();
        if published == kept.note.as_bytes() {
            return Ok(true);
        }
        let latest = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        Ok(latest.is_some_and(|latest| latest.size > kept.size && published == latest.note.as_bytes()))
    }

    fn verify_files(
        &self,
        verification: &mut Verification,
        progress: &mut dyn FnMut(Phase, u64, u64),
    ) -> Result<(), AppError> {
        let documents = self.store.read(|snapshot| snapshot.documents())?;
        let total = documents.len() as u64;
        progress(Phase::Files, 0, total);
        for document in documents {
            verification.files += 1;
            if !self.folder.is_genuine(&document.sha256) {
                verification.faults.push(Fault::File(document.file_name));
            }
            progress(Phase::Files, verification.files, total);
        }
        Ok(())
    }
}

/// The log in the order of its entries, read piece by piece beside the checkpoints that were signed over it.
struct LogCheck<'l> {
    app: &'l App,
    snapshot: &'l Snapshot<'l>,
    verifier: &'l VerifierKey,
    /// What the latest checkpoint covers.
    size: u64,
    faults: RefCell<Vec<Fault>>,
    /// Why the database could not be read, which is no finding.
    failure: RefCell<Option<StoreError>>,
}

/// What the time of an entry or a checkpoint is held against.
#[derive(Default)]
struct Times {
    /// The latest instant of the entries so far.
    recorded: Option<Timestamp>,
    /// When the last checkpoint was signed.
    signed: Option<Timestamp>,
    /// Checkpoints that were read and not reached yet: size and instant.
    ahead: VecDeque<(u64, Timestamp)>,
}

impl LogCheck<'_> {
    fn run(&self, progress: &mut dyn FnMut(Phase, u64, u64)) {
        progress(Phase::Log, 0, self.size);
        let times = RefCell::new(Times::default());
        let checkpoints = self.checkpoints().filter_map(|stored| {
            times.borrow_mut().ahead.push_back((stored.size, stored.signed_at));
            self.root_of(&stored).map(|root| (stored.size, root))
        });
        let mut next = 0;
        let mut batch = Vec::new().into_iter();
        let entries = std::iter::from_fn(|| {
            if next >= self.size {
                return None;
            }
            let entry = match batch.next() {
                Some(entry) => entry,
                None => {
                    progress(Phase::Log, next, self.size);
                    match self.snapshot.log_entries(next, BATCH) {
                        Ok(entries) => batch = entries.into_iter(),
                        Err(error) => return Some(Err(self.give_up(error))),
                    }
                    batch.next()?
                }
            };
            // A place without an entry was noted with the leaves; here the entries that follow it are simply too few.
            next = entry.index + 1;
            if let Some(recorded_at) = entry.recorded_at {
                self.check_time(entry.index, recorded_at, &mut times.borrow_mut());
            }
            Some(Ok(entry.entry))
        });
        match verify_history(&self.app.folder, self.size, checkpoints, entries) {
            Err(VerifyError::Entries(_)) if self.failure.borrow().is_some() => {}
            Err(difference) => self.faults.borrow_mut().push(Fault::Tree {
                detail: difference.to_string(),
                entry: difference.first_entry(),
            }),
            Ok(_) => progress(Phase::Log, self.size, self.size),
        }
        self.reach(self.size, &mut times.borrow_mut());
    }

    /// Keeps a failure of the database for the caller; a row that cannot be read is a finding instead.
    fn give_up(&self, error: StoreError) -> io::Error {
        let described = io::Error::other(error.to_string());
        if !matches!(error, StoreError::Unreadable { .. }) {
            *self.failure.borrow_mut() = Some(error);
        }
        described
    }

    fn checkpoints(&self) -> impl Iterator<Item = StoredCheckpoint> {
        let mut from = 0;
        let mut batch = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if let Some(checkpoint) = batch.next() {
                return Some(checkpoint);
            }
            match self.snapshot.checkpoints(from, BATCH) {
                Ok(checkpoints) => {
                    from = checkpoints.last()?.size + 1;
                    batch = checkpoints.into_iter();
                    batch.next()
                }
                Err(StoreError::Unreadable { .. }) => {
                    self.faults.borrow_mut().push(Fault::CheckpointSignature(from));
                    None
                }
                Err(error) => {
                    *self.failure.borrow_mut() = Some(error);
                    None
                }
            }
        })
    }

    fn root_of(&self, stored: &StoredCheckpoint) -> Option<LogHash> {
        match Checkpoint::open(stored.note.as_bytes(), self.verifier) {
            Ok(checkpoint) if checkpoint.size == stored.size => Some(checkpoint.root),
            _ => {
                self.faults.borrow_mut().push(Fault::CheckpointSignature(stored.size));
                None
            }
        }
    }

    /// What is recorded after a checkpoint was signed stands behind it in the log, as far as the clocks of several machines agree.
    fn check_time(&self, index: u64, recorded_at: Timestamp, times: &mut Times) {
        self.reach(index, times);
        let floor = times.recorded.max(times.signed);
        if floor.is_some_and(|floor| floor.duration_since(recorded_at) > CLOCKS_APART) {
            self.faults.borrow_mut().push(Fault::EntryTime(index));
        } else {
            times.recorded = times.recorded.max(Some(recorded_at));
        }
    }

    /// Takes up the checkpoints of at most `size` entries, each of which was signed after what it covers and after the one before it.
    fn reach(&self, size: u64, times: &mut Times) {
        while let Some((of_size, signed_at)) = times.ahead.pop_front_if(|(ahead, _)| *ahead <= size) {
            let floor = times.recorded.max(times.signed);
            if floor.is_some_and(|floor| floor.duration_since(signed_at) > CLOCKS_APART) {
                self.faults.borrow_mut().push(Fault::CheckpointTime(of_size));
            }
            times.signed = times.signed.max(Some(signed_at));
        }
    }
}
