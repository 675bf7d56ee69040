//! Checking the site's logs: tiles and every kept checkpoint against the leaves in the database, and of a log that has ended against its own
//! bundles, of which the database may have lost the last; and that instants go forward with the places. Leaves and checkpoints are read in
//! portions, so memory does not grow with the log.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
};

use jiff::{SignedDuration, Timestamp};
use luoshi_ledger::ids::LogId;
use luoshi_store::StoredCheckpoint;
use luoshi_tlog::{Checkpoint, LogHash, TILE_WIDTH, VerifyError, verify_history};

use crate::{
    error::AppError,
    log::bundle,
    log_files::CHECKPOINT,
    signing::{Epoch, SiteLog},
    site::App,
    verify::{Fault, Phase, Progress, Verification},
};

/// Checkpoints that are read at once.
const CHECKPOINTS: u32 = 1_000;
/// Entries that are read at once: whole bundles.
const ENTRIES: u64 = 4 * TILE_WIDTH as u64;
/// How far the clocks of machines that write to one database may be apart before their order counts as tampering.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

impl App {
    pub(crate) fn verify_log(&self, verification: &mut Verification, progress: Progress<'_>) -> Result<(), AppError> {
        let log = self.refreshed_log()?;
        let rows = self.store.read(|snapshot| snapshot.logs())?;
        let recorded = rows
            .iter()
            .find(|row| row.id == LogId::of_origin(log.origin().as_str()))
            .and_then(|row| row.present_key());
        if recorded.is_some_and(|term| term.key != log.verifier.as_str()) {
            verification.faults.push(Fault::OtherLogKey);
        }
        let kept = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let total = kept.as_ref().map_or(0, |kept| kept.size);
        progress(Phase::Log, 0, total);
        let check = LogCheck {
            app: self,
            log: &log,
            total,
            progress,
            times: RefCell::default(),
            faults: RefCell::default(),
            failure: RefCell::default(),
            lost: Cell::default(),
        };
        for epoch in &log.epochs {
            let last = match &epoch.end {
                // The last checkpoint of a log that has ended is kept in the event that says so.
                Some((_, None)) => continue,
                Some((_, Some(note))) => note.clone(),
                None => match &kept {
                    Some(kept) if kept.size > epoch.first_place => kept.note.clone(),
                    _ => continue,
                },
            };
            let Some(last) = open(&log, epoch, &last) else {
                let place = epoch.end.as_ref().map_or(total, |(end, _)| *end);
                check.faults.borrow_mut().push(Fault::CheckpointSignature(place));
                continue;
            };
            let held = epoch.end.as_ref().map_or(last.size, |(end, _)| end - epoch.first_place);
            verification.leaves += held;
            verification.checkpoints += check.run(epoch, &last, held);
        }
        check.reach(u64::MAX);
        let LogCheck {
            faults, failure, lost, ..
        } = check;
        verification.lost_entries += lost.get();
        verification.faults.append(&mut faults.into_inner());
        if let Some(error) = failure.into_inner() {
            return Err(error);
        }
        progress(Phase::Log, total, total);
        if let (Some(kept), Ok(present)) = (kept, log.present())
            && kept.size > present.first_place
            && !self.is_published(present, &kept)?
        {
            verification.faults.push(Fault::PublishedCheckpoint);
        }
        Ok(())
    }

    /// Whether the published checkpoint is the one that was kept last. Beside a running server that may have become another one meanwhile.
    fn is_published(&self, epoch: &Epoch, kept: &StoredCheckpoint) -> Result<bool, AppError> {
        let published = epoch.files.read(CHECKPOINT).map_err(AppError::internal)?;
        if published.as_deref() == Some(kept.note.as_bytes()) {
            return Ok(true);
        }
        let latest = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let is_latest =
            |latest: &StoredCheckpoint| latest.size > kept.size && published.as_deref() == Some(latest.note.as_bytes());
        Ok(latest.as_ref().is_some_and(is_latest))
    }
}

/// The logs in the order of their entries, beside the checkpoints that were signed over them.
struct LogCheck<'l> {
    app: &'l App,
    log: &'l SiteLog,
    /// Places that the last checkpoint covers.
    total: u64,
    progress: Progress<'l>,
    times: RefCell<Times>,
    faults: RefCell<Vec<Fault>>,
    /// Why something could not be read, which is no finding.
    failure: RefCell<Option<AppError>>,
    /// Entries that went with the end of a database, as its incident said.
    lost: Cell<u64>,
}

/// An entry of a log as it was read.
struct ReadEntry {
    /// Its place in the record and the instant of its event, where the database has them.
    recorded: Option<(u64, Timestamp)>,
    entry: Vec<u8>,
}

/// What the time of an entry or a checkpoint is held against.
#[derive(Default)]
struct Times {
    /// The latest instant of the entries so far.
    recorded: Option<Timestamp>,
    /// When the last checkpoint was signed.
    signed: Option<Timestamp>,
    /// Checkpoints that were read and not reached yet: the place that they reach to, and the instant.
    ahead: VecDeque<(u64, Timestamp)>,
}

impl LogCheck<'_> {
    /// Checks one log up to its last checkpoint, of whose entries the database holds the first `held`. Answers with the number of
    /// checkpoints that were looked at.
    fn run(&self, epoch: &Epoch, last: &Checkpoint, held: u64) -> u64 {
        let mut count = 0;
        let kept = self.checkpoints(epoch, held).filter_map(|stored| {
            count += 1;
            self.times.borrow_mut().ahead.push_back((stored.size, stored.signed_at));
            self.root_of(epoch, &stored)
                .map(|root| (stored.size - epoch.first_place, root))
        });
        // The last one of a log that has ended is kept elsewhere, and may reach beyond what the database holds.
        let kept = kept.chain([(last.size, last.root)]);
        let outcome = verify_history(&epoch.files, last.size, kept, self.entries(epoch, last.size, held));
        if let Err(VerifyError::WrongNumber { expected, found }) = &outcome
            && (held..*expected).contains(found)
        {
            self.lost.set(self.lost.get() + (expected - found));
        } else if self.failure.borrow().is_none()
            && let Err(difference) = outcome
        {
            let first = difference.first_entry().map(|entry| epoch.first_place + entry);
            self.faults.borrow_mut().push(Fault::Tree {
                detail: difference.to_string(),
                entry: first,
            });
        }
        count
    }

    fn fail<T>(&self, error: impl Into<AppError>) -> Option<T> {
        *self.failure.borrow_mut() = Some(error.into());
        None
    }

    /// The checkpoints of a log that the database keeps, over at most `held` entries.
    fn checkpoints(&self, epoch: &Epoch, held: u64) -> impl Iterator<Item = StoredCheckpoint> {
        let (first, end) = (epoch.first_place, epoch.first_place + held);
        let mut from = first + 1;
        let mut batch = VecDeque::new();
        std::iter::from_fn(move || {
            if batch.is_empty() {
                let read = self.app.store.read(|snapshot| snapshot.checkpoints(from, CHECKPOINTS));
                batch = match read {
                    Ok(checkpoints) => checkpoints.into(),
                    Err(luoshi_store::StoreError::Unreadable { .. }) => {
                        self.faults.borrow_mut().push(Fault::CheckpointSignature(from));
                        return None;
                    }
                    Err(error) => return self.fail(error),
                };
                from = batch.back()?.size + 1;
            }
            batch.pop_front().filter(|checkpoint| checkpoint.size <= end)
        })
    }

    fn root_of(&self, epoch: &Epoch, stored: &StoredCheckpoint) -> Option<LogHash> {
        match open(self.log, epoch, &stored.note) {
            Some(checkpoint) if epoch.first_place + checkpoint.size == stored.size => Some(checkpoint.root),
            _ => {
                self.faults.borrow_mut().push(Fault::CheckpointSignature(stored.size));
                None
            }
        }
    }

    /// The entries of a log: the first `held` from the database, the rest from its own bundles.
    fn entries(&self, epoch: &Epoch, size: u64, held: u64) -> impl Iterator<Item = Result<Vec<u8>, io::Error>> {
        let portions = (0..size.div_ceil(ENTRIES)).map_while(move |portion| {
            let from = portion * ENTRIES;
            let until = (from + ENTRIES).min(size);
            let reached = (epoch.first_place + from).min(self.total);
            (self.progress)(Phase::Log, reached, self.total);
            match self.portion(epoch, from, until, held) {
                Ok(entries) => Some(entries),
                Err(error) => self.fail(error),
            }
        });
        // Its time is looked at when it is its turn and not when it is read: the checkpoints before it are known by then, and no others.
        portions.flatten().map(|read| {
            if let Some((place, recorded_at)) = read.recorded {
                self.check_time(place, recorded_at);
            }
            Ok(read.entry)
        })
    }

    fn portion(&self, epoch: &Epoch, from: u64, until: u64, held: u64) -> Result<Vec<ReadEntry>, AppError> {
        let mut entries: Vec<ReadEntry> = Vec::new();
        if from < held {
            let wanted = u32::try_from(until.min(held) - from).map_err(AppError::internal)?;
            let first = epoch.first_place + from;
            let rows = self.app.store.read(|snapshot| snapshot.log_entries(first, wanted))?;
            for row in rows.into_iter().filter(|row| row.index < first + u64::from(wanted)) {
                entries.push(ReadEntry {
                    recorded: row.recorded_at.map(|recorded_at| (row.index, recorded_at)),
                    entry: row.entry.to_vec(),
                });
            }
        }
        if until > held {
            let width = u64::from(TILE_WIDTH);
            for index in from / width..until.div_ceil(width) {
                let start = index * width;
                let bundled = bundle(&epoch.files, index, (until - start).min(width))?.unwrap_or_default();
                // A leaf that is not the entry takes its place, so that the difference is found where it is.
                let skipped = held.saturating_sub(start).min(width);
                let own = bundled.into_iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX));
                entries.extend(own.map(|entry| ReadEntry { recorded: None, entry }));
            }
        }
        Ok(entries)
    }

    /// What is recorded after a checkpoint was signed stands behind it in the log, as far as the clocks of several machines agree.
    fn check_time(&self, place: u64, recorded_at: Timestamp) {
        self.reach(place);
        let mut times = self.times.borrow_mut();
        let floor = times.recorded.max(times.signed);
        if floor.is_some_and(|floor| floor.duration_since(recorded_at) > CLOCKS_APART) {
            self.faults.borrow_mut().push(Fault::EntryTime(place));
        } else {
            times.recorded = times.recorded.max(Some(recorded_at));
        }
    }

    /// Takes up the checkpoints that reach at most to `place`, each of which was signed after what it covers and after the one before it.
    fn reach(&self, place: u64) {
        let mut times = self.times.borrow_mut();
        while let Some((reached, signed_at)) = times.ahead.pop_front_if(|(ahead, _)| *ahead <= place) {
            let floor = times.recorded.max(times.signed);
            if floor.is_some_and(|floor| floor.duration_since(signed_at) > CLOCKS_APART) {
                self.faults.borrow_mut().push(Fault::CheckpointTime(reached));
            }
            times.signed = times.signed.max(Some(signed_at));
        }
    }
}

fn open(log: &SiteLog, epoch: &Epoch, note: &str) -> Option<Checkpoint> {
    let keys = log.history.log(&epoch.origin)?;
    let known = Checkpoint::open_with(note.as_bytes(), keys).ok();
    // The last checkpoint of a log that has ended may carry a key of which the database lost the rotation.
    known.or_else(|| {
        let keys = log.in_folder.iter().filter(|key| *key.origin() == epoch.origin);
        keys.into_iter()
            .find_map(|key| Checkpoint::open(note.as_bytes(), key).ok())
    })
}
