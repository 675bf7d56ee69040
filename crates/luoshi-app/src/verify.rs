//! Checking the record (law 6): the state against its replay, leaves against events, receipts against events and key, tiles and every
//! checkpoint against leaves, files against hashes. It repairs nothing.
//!
//! Whoever has the database and the key can make another history that agrees with itself. That is found by a checkpoint or a receipt that
//! somebody else kept, with the public key alone and without this program's database.

use std::{
    num::NonZero,
    panic,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use luoshi_ledger::ids::{DocumentId, EvidenceId};
use luoshi_store::{Difference, DifferenceKind, GivenReceipt, KeptFile, ReceiptFault, Snapshot, StoreError, Watcher};
use luoshi_tlog::{LogKey, Receipt};
use uuid::Uuid;

use crate::{error::AppError, signing::SiteLog, site::App};

/// Files whose rows are read together. The transaction that read them is over while they are hashed.
const FILES_AT_ONCE: u32 = 500;

/// A part of a verification. Parts that do not need each other run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The replay of events, in its own phases.
    Replay(luoshi_store::Phase),
    /// The log; counted in entries.
    Log,
    /// Source documents and evidence; counted in files.
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
    /// Entries that a log's last checkpoint covers and that are nowhere: the incident that ended the log said that they were lost.
    pub lost_entries: u64,
    /// Files that the record refers to, each of which was hashed.
    pub files: u64,
    /// Differences between tables and their replay, and between leaves and events; where there are very many, the first of them.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
    /// The difference that stands first in the log; where none has a place there, the first that was met.
    pub first_difference: Option<Difference>,
    /// What is wrong with the log's tiles and checkpoints, and with files.
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
    /// The settings name another key than the record of the log does.
    #[error("the settings name another key of the log than its record")]
    OtherLogKey,
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
    /// A file that the record refers to is missing or has other bytes.
    #[error("the file {0} is missing or was changed")]
    File(String),
    /// A file that was erased by law is there again.
    #[error("the erased file {0} is there again")]
    ErasedFile(String),
}

impl Fault {
    /// The first entry of the log, counted from 0, that can be at fault; none where that is not known or it is not about the log.
    pub fn entry(&self) -> Option<u64> {
        match self {
            Fault::Tree { entry, .. } => *entry,
            Fault::EntryTime(entry) => Some(*entry),
            Fault::CheckpointSignature(_)
            | Fault::CheckpointTime(_)
            | Fault::PublishedCheckpoint
            | Fault::OtherLogKey
            | Fault::File(_)
            | Fault::ErasedFile(_) => None,
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

/// Whoever hears how far the parts of a verification are: `done` of `total` steps of a phase.
pub(crate) type Progress<'p> = &'p (dyn Fn(Phase, u64, u64) + Sync);

/// Listens to the replay, and judges receipts with the key.
struct Judge<'v> {
    log: Arc<SiteLog>,
    progress: Progress<'v>,
}

impl Watcher for Judge<'_> {
    fn progress(&self, phase: luoshi_store::Phase, done: u64, total: u64) {
        (self.progress)(Phase::Replay(phase), done, total);
    }

    fn judges_receipts(&self) -> bool {
        true
    }

    fn judge_receipts(&self, given: &[GivenReceipt]) -> Vec<ReceiptFault> {
        // Signatures are most of the work, and each share of them is a matter of its own.
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let share = given.len().div_ceil(workers).max(64);
        let log = Arc::clone(&self.log);
        let judge = |given: &[GivenReceipt]| -> Vec<ReceiptFault> {
            if are_as_given(given, &log) {
                return Vec::new();
            }
            given.iter().filter_map(|given| fault_of(given, &log)).collect()
        };
        let judge = &judge;
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
    pub fn verify(&self, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Verification, AppError> {
        self.verify_by_phases(&mut |_, done, total| progress(done, total))
    }

    /// Checks everything, in memory that does not grow with the site. `progress` hears how many of how many steps of a phase are done; phases
    /// run side by side, so it hears of them in turns.
    ///
    /// # Errors
    /// When the check itself cannot be carried out; what it finds wrong is in the answer.
    pub fn verify_by_phases(
        &self,
        progress: &mut (dyn FnMut(Phase, u64, u64) + Send),
    ) -> Result<Verification, AppError> {
        let told = Mutex::new(progress);
        let progress: Progress<'_> = &|phase, done, total| {
            (*told.lock().unwrap_or_else(PoisonError::into_inner))(phase, done, total);
        };
        let judge = Judge {
            log: self.refreshed_log()?,
            progress,
        };
        thread::scope(|scope| {
            let beside = scope.spawn(|| {
                let mut verification = Verification::default();
                self.verify_log(&mut verification, progress)?;
                self.verify_files(&mut verification, progress)?;
                Ok::<_, AppError>(verification)
            });
            let replay = self.store.replay(&self.folder.scratch(), &judge);
            let beside = beside.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            let replay = replay?;
            Ok(Verification {
                events: replay.events,
                differences: replay.differences,
                difference_count: replay.difference_count,
                first_difference: replay.first,
                ..beside?
            })
        })
    }

    /// Hashes every file that the record refers to: source documents, then evidence, each in the order in which it came.
    fn verify_files(&self, verification: &mut Verification, progress: Progress<'_>) -> Result<(), AppError> {
        let total = self.store.read(|snapshot| snapshot.referred_file_count())?;
        progress(Phase::Files, 0, total);
        type FilesAfter = fn(&Snapshot<'_>, Uuid) -> Result<Vec<KeptFile>, StoreError>;
        let sorts: [FilesAfter; 2] = [
            |snapshot, after| snapshot.document_files(DocumentId(after), FILES_AT_ONCE),
            |snapshot, after| snapshot.evidence_files(EvidenceId(after), FILES_AT_ONCE),
        ];
        for files_after in sorts {
            let mut after = Uuid::nil();
            loop {
                let files = self.store.read(|snapshot| files_after(snapshot, after))?;
                let Some(last) = files.last() else { break };
                after = last.id;
                self.verify_kept_files(&files, verification)?;
                progress(Phase::Files, verification.files, total);
            }
        }
        Ok(())
    }

    fn verify_kept_files(&self, files: &[KeptFile], verification: &mut Verification) -> Result<(), AppError> {
        for (file, found) in files.iter().zip(self.hashes_of_files(files)?) {
            verification.files += 1;
            // What went by law is missing as it should be; that it is really gone is looked at instead.
            if self.store.read(|snapshot| snapshot.file_is_erased(&file.sha256))? {
                if self.erased_files_are_gone()? && self.is_put_back(file)? {
                    verification.faults.push(Fault::ErasedFile(file.sha256.clone()));
                }
                continue;
            }
            if found != Some((file.sha256.clone(), file.byte_count)) {
                // An erased name names nothing; the hash does.
                let name = if file.name.is_empty() { &file.sha256 } else { &file.name };
                verification.faults.push(Fault::File(name.clone()));
            }
        }
        Ok(())
    }
}

/// Whether every receipt is what the present key signs over its command. Together that is known at less than half the price; which one is at fault
/// where it is not so, or was signed by a key of its time, is asked of each.
fn are_as_given(given: &[GivenReceipt], log: &SiteLog) -> bool {
    let Some(key) = log.key.as_deref() else { return false };
    let stated: Option<Vec<(Receipt, &str)>> = given.iter().map(|given| stated_by(given, key)).collect();
    stated.is_some_and(|stated| Receipt::are_signed(&stated, key))
}

/// What the receipt of a command has to state, beside the note that is stored; none where there is none or its columns say something else.
fn stated_by<'g>(given: &'g GivenReceipt, key: &LogKey) -> Option<(Receipt, &'g str)> {
    let stored = given.receipt.as_ref()?;
    let agrees = stored.event == given.event && stored.actor == given.actor && stored.recorded_at == given.recorded_at;
    let receipt = Receipt::new(
        key.origin().clone(),
        given.event.0,
        given.entry.filter(|_| agrees)?,
        given.content_hash,
        given.recorded_at.to_string(),
        stored.key_hash.unwrap_or_default(),
    );
    Some((receipt.ok()?, &stored.note))
}

/// What is wrong with the receipt of a command.
fn fault_of(given: &GivenReceipt, log: &SiteLog) -> Option<ReceiptFault> {
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
    if let Some(key) = log.key.as_deref()
        && let Some((receipt, note)) = stated_by(given, key)
        && receipt.sign(key).is_ok_and(|again| again == note)
    {
        return None;
    }
    // Keys are replaced and logs continued; a receipt was signed by the key of its time.
    let opened = log
        .history
        .logs()
        .iter()
        .find_map(|keys| Receipt::open_with(stored.note.as_bytes(), keys).ok());
    let Some(receipt) = opened else {
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
