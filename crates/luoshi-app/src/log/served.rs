//! What readers get of the logs: how they stand, checkpoints, tiles, keys and proofs. It reads and changes nothing.

use std::sync::{Arc, PoisonError};

use luoshi_ledger::{
    ids::{CommandId, EventId},
    log::IncidentCause,
};
use luoshi_tlog::{Checkpoint, LogProof, TileId, TileSource, inclusion_proof, verify_inclusion};

use crate::{error::AppError, site::App};

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

impl App {
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
