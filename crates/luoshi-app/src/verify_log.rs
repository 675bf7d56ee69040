//! Checking the site's logs: tiles and checkpoint against the leaves in the database, and of a log that has ended against its own bundles,
//! of which the database may have lost the last. Leaves are read in portions, so memory does not grow with the log.

use std::cell::RefCell;

use luoshi_ledger::ids::LogId;
use luoshi_tlog::{Checkpoint, TILE_WIDTH, verify_tree};

use crate::{
    error::AppError,
    log::bundle,
    log_files::{CHECKPOINT, LogFiles},
    signing::{Epoch, SiteLog},
    site::App,
    verify::{Fault, Verification},
};

impl App {
    pub(crate) fn verify_log(&self, verification: &mut Verification) -> Result<(), AppError> {
        let log = self.refreshed_log()?;
        let rows = self.store.read(|snapshot| snapshot.logs())?;
        let recorded = rows
            .iter()
            .find(|row| row.id == LogId::of_origin(log.origin().as_str()))
            .and_then(|row| row.present_key());
        if recorded.is_some_and(|term| term.key != log.verifier.as_str()) {
            verification.faults.push(Fault::OtherLogKey);
        }
        for epoch in &log.epochs {
            match &epoch.end {
                Some((end, note)) => self.verify_ended(&log, epoch, *end, note.as_deref(), verification)?,
                None => self.verify_present(&log, epoch, verification)?,
            }
        }
        Ok(())
    }

    /// The present log: everything is in the database.
    fn verify_present(&self, log: &SiteLog, epoch: &Epoch, verification: &mut Verification) -> Result<(), AppError> {
        let kept = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let Some(stored) = kept.filter(|kept| kept.size > epoch.first_place) else {
            return Ok(());
        };
        let published = epoch.files.read(CHECKPOINT).map_err(AppError::internal)?;
        if published.as_deref() != Some(stored.note.as_bytes()) {
            verification.faults.push(Fault::PublishedCheckpoint);
        }
        let Some(checkpoint) = open(log, epoch, &stored.note) else {
            verification.faults.push(Fault::CheckpointSignature);
            return Ok(());
        };
        if epoch.first_place + checkpoint.size != stored.size {
            verification.faults.push(Fault::CheckpointSignature);
        }
        verification.leaves += checkpoint.size;
        self.verify_entries(&epoch.files, &checkpoint, verification, |index, filled| {
            let from = epoch.first_place + index * u64::from(TILE_WIDTH);
            let leaves = self.store.read(|snapshot| snapshot.leaf_entries(from, from + filled))?;
            Ok(leaves.into_iter().map(|leaf| leaf.to_vec()).collect())
        })
    }

    /// A log that has ended: its own bundles give the tree, and the leaves that the database holds are the first of their entries.
    fn verify_ended(
        &self,
        log: &SiteLog,
        epoch: &Epoch,
        end: u64,
        note: Option<&str>,
        verification: &mut Verification,
    ) -> Result<(), AppError> {
        let Some(note) = note else { return Ok(()) };
        let Some(checkpoint) = open(log, epoch, note) else {
            verification.faults.push(Fault::CheckpointSignature);
            return Ok(());
        };
        let held = end - epoch.first_place;
        verification.leaves += held;
        self.verify_entries(&epoch.files, &checkpoint, verification, |index, filled| {
            let from = index * u64::from(TILE_WIDTH);
            let mut entries = bundle(&epoch.files, index, filled)?.unwrap_or_default();
            let until = (from + filled).min(held);
            if from < until {
                let leaves = self
                    .store
                    .read(|snapshot| snapshot.leaf_entries(epoch.first_place + from, epoch.first_place + until))?;
                // A leaf that is not the entry takes its place, so that the difference is found where it is.
                for (entry, leaf) in entries.iter_mut().zip(&leaves) {
                    *entry = leaf.to_vec();
                }
            }
            Ok(entries)
        })
    }

    fn verify_entries(
        &self,
        files: &LogFiles,
        checkpoint: &Checkpoint,
        verification: &mut Verification,
        portion: impl Fn(u64, u64) -> Result<Vec<Vec<u8>>, AppError>,
    ) -> Result<(), AppError> {
        let width = u64::from(TILE_WIDTH);
        let failure = RefCell::new(None);
        let portions = (0..checkpoint.size.div_ceil(width)).map_while(|index| {
            match portion(index, (checkpoint.size - index * width).min(width)) {
                Ok(entries) => Some(entries),
                Err(error) => {
                    failure.replace(Some(error));
                    None
                }
            }
        });
        let entries = portions.flatten().map(Ok::<_, std::io::Error>);
        let outcome = verify_tree(files, checkpoint.size, checkpoint.root, entries);
        if let Some(error) = failure.take() {
            return Err(error);
        }
        if let Err(difference) = outcome {
            verification.faults.push(Fault::Tree(difference.to_string()));
        }
        Ok(())
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
