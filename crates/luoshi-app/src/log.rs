//! The transparency log behind the ledger: waiting leaves get their places, the tree grows, a checkpoint is signed, kept and published,
//! in this order, so that a signed checkpoint never runs ahead of durable data (law 11).
//!
//! The mathematics is `luoshi-tlog`'s; what a leaf commits to is decided where the event is recorded.

use std::{
    fs, io,
    sync::{Arc, PoisonError},
};

use luoshi_ledger::ids::{CommandId, EventId};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogHash, LogProof, TileId, inclusion_proof, integrate};

use crate::{
    error::AppError,
    execute::flatten,
    folder::write_durably,
    site::{App, OpenError},
};

/// Leaves that get their places in one transaction.
const LEAVES_AT_ONCE: u32 = 10_000;

impl App {
    /// Takes up the log where the last run left it: publishes a checkpoint that was kept and not published.
    pub(crate) fn recover_log(&self) -> Result<(), OpenError> {
        let stored = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let path = self.folder.log().join("checkpoint");
        let published = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let verifier = self.key.verifier().map_err(|_| OpenError::DamagedKey)?;
        let published_size = published
            .as_deref()
            .map(|note| Checkpoint::open(note, &verifier).map_err(|_| OpenError::ForeignKey))
            .transpose()?
            .map_or(0, |checkpoint| checkpoint.size);
        if published_size > stored.as_ref().map_or(0, |checkpoint| checkpoint.size) {
            return Err(OpenError::LogAhead);
        }
        if let Some(stored) = stored {
            if published.as_deref() != Some(stored.note.as_bytes()) {
                write_durably(&path, stored.note.as_bytes())?;
            }
            *self.checkpoint.write().unwrap_or_else(PoisonError::into_inner) = Some(stored.note);
        }
        Ok(())
    }

    /// Brings every waiting leaf into the tree and publishes a checkpoint over them. Safe to repeat and to interrupt anywhere.
    pub(crate) fn integrate_log(&self) -> Result<(), AppError> {
        let _one_at_a_time = self.integrating.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let sequenced = self
                .store
                .write(|transaction| {
                    let leaves = transaction.unsequenced_leaves(LEAVES_AT_ONCE)?;
                    let first = transaction.log_size()?;
                    for (index, (event, _)) in (first..).zip(&leaves) {
                        transaction.sequence_leaf(*event, index)?;
                    }
                    Ok::<_, AppError>(leaves.len())
                })
                .wait()
                .map_err(flatten)?;
            let (before, size) = self
                .store
                .read(|snapshot| Ok((snapshot.latest_checkpoint()?, snapshot.log_size()?)))?;
            let (old_size, old_root) = match &before {
                Some(stored) => {
                    let checkpoint =
                        Checkpoint::open(stored.note.as_bytes(), &self.verifier()?).map_err(AppError::internal)?;
                    (checkpoint.size, checkpoint.root)
                }
                None => (0, EMPTY_ROOT),
            };
            if size == old_size {
                return Ok(());
            }
            self.grow(old_size, old_root, size)?;
            if sequenced < LEAVES_AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    /// Serves the checkpoint that was kept last, whoever signed it: a command line beside the server integrates too.
    pub(crate) fn take_up_checkpoint(&self) -> Result<(), AppError> {
        let _one_at_a_time = self.integrating.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let mut served = self.checkpoint.write().unwrap_or_else(PoisonError::into_inner);
        *served = kept.map(|stored| stored.note);
        Ok(())
    }

    fn grow(&self, old_size: u64, old_root: LogHash, size: u64) -> Result<(), AppError> {
        let entries = self.store.read(|snapshot| snapshot.leaf_entries(old_size, size))?;
        let grown = integrate(&self.folder, old_size, old_root, &entries).map_err(AppError::internal)?;
        for tile in &grown.tiles {
            write_durably(&self.folder.log().join(tile.tile.path()), &tile.bytes).map_err(AppError::internal)?;
        }
        let checkpoint = Checkpoint {
            origin: self.key.origin().clone(),
            size: grown.size,
            root: grown.root,
        };
        let note = checkpoint.sign(&self.key).map_err(AppError::internal)?;
        let (kept, now) = (note.clone(), self.now());
        let is_ours = self
            .store
            .write(move |transaction| {
                // Another process may have signed meanwhile; its tree holds the same entries, and the longer one stands.
                let latest = transaction.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size);
                let is_ours = latest == old_size;
                if is_ours {
                    transaction.save_checkpoint(size, &kept, now)?;
                }
                Ok::<_, AppError>(is_ours)
            })
            .wait()
            .map_err(flatten)?;
        if is_ours {
            write_durably(&self.folder.log().join("checkpoint"), note.as_bytes()).map_err(AppError::internal)?;
            *self.checkpoint.write().unwrap_or_else(PoisonError::into_inner) = Some(note);
        }
        Ok(())
    }

    /// The bytes of a tile or entry bundle of the log by its path below `/log/` (`tile/0/000.p/5`); none where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log_tile(&self, path: &str) -> Result<Option<Vec<u8>>, AppError> {
        let Ok(tile) = TileId::parse(path) else { return Ok(None) };
        luoshi_tlog::TileSource::read_tile(&self.folder, tile).map_err(AppError::internal)
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
            let index = snapshot.leaf(receipt.event)?.and_then(|leaf| leaf.index);
            Ok(index.zip(snapshot.latest_checkpoint()?))
        })?;
        let Some((index, stored)) = found else { return Ok(None) };
        let checkpoint = Checkpoint::open(stored.note.as_bytes(), &self.verifier()?).map_err(AppError::internal)?;
        if index >= checkpoint.size {
            return Ok(None);
        }
        let hashes =
            inclusion_proof(&self.folder, checkpoint.size, checkpoint.root, index).map_err(AppError::internal)?;
        Ok(Some(
            LogProof {
                index,
                hashes,
                checkpoint: stored.note,
            }
            .to_text(),
        ))
    }

    /// The place of an event in the log, once it has one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn leaf_index(&self, event: EventId) -> Result<Option<u64>, AppError> {
        Ok(self
            .store
            .read(|snapshot| snapshot.leaf(event))?
            .and_then(|leaf| leaf.index))
    }
}
