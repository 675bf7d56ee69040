//! Checking the record (law 6): the state against its replay, leaves against events, tiles and checkpoint against leaves, files against
//! hashes. It repairs nothing.

use luoshi_ledger::ids::{DocumentId, EvidenceId};
use luoshi_store::{Difference, KeptFile};
use uuid::Uuid;

use crate::{error::AppError, site::App};

/// Files whose rows are read together. The transaction that read them is over while they are hashed.
const FILES_AT_ONCE: u32 = 500;

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Events replayed.
    pub events: u64,
    /// Leaves that a checkpoint covers.
    pub leaves: u64,
    /// Files that the record refers to, each of which was hashed.
    pub files: u64,
    /// Differences between tables and their replay, and between leaves and events; where there are very many, the first of them.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
    /// What is wrong with the log's tiles and checkpoints, and with received files.
    pub faults: Vec<Fault>,
}

/// Something wrong outside the database's tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The kept checkpoint is not one that the site's key signed.
    #[error("the kept checkpoint is not signed by the key of this site")]
    CheckpointSignature,
    /// The published checkpoint differs from the kept one.
    #[error("the published checkpoint differs from the kept one")]
    PublishedCheckpoint,
    /// The leaves do not give the tree that was signed.
    #[error("the log differs from what was signed: {0}")]
    Tree(String),
    /// The settings name another key than the record of the log does.
    #[error("the settings name another key of the log than its record")]
    OtherLogKey,
    /// A file that the record refers to is missing or has other bytes.
    #[error("the file {0} is missing or was changed")]
    File(String),
    /// A file that was erased by law is there again.
    #[error("the erased file {0} is there again")]
    ErasedFile(String),
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
}

impl App {
    /// Checks everything. `progress` hears how many of how many events are done.
    ///
    /// # Errors
    /// When the check itself cannot be carried out; what it finds wrong is in the answer.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, AppError> {
        let replay = self.store.replay(progress)?;
        let mut verification = Verification {
            events: replay.events,
            differences: replay.differences,
            difference_count: replay.difference_count,
            ..Verification::default()
        };
        self.verify_log(&mut verification)?;
        self.verify_files(&mut verification)?;
        Ok(verification)
    }

    /// Hashes every file that the record refers to: source documents, then evidence, each in the order in which it came.
    fn verify_files(&self, verification: &mut Verification) -> Result<(), AppError> {
        let mut after = Uuid::nil();
        loop {
            let files = self
                .store
                .read(|snapshot| snapshot.document_files(DocumentId(after), FILES_AT_ONCE))?;
            let Some(last) = files.last() else { break };
            after = last.id;
            self.verify_kept_files(&files, verification)?;
        }
        let mut after = Uuid::nil();
        loop {
            let files = self
                .store
                .read(|snapshot| snapshot.evidence_files(EvidenceId(after), FILES_AT_ONCE))?;
            let Some(last) = files.last() else { break };
            after = last.id;
            self.verify_kept_files(&files, verification)?;
        }
        Ok(())
    }

    fn verify_kept_files(&self, files: &[KeptFile], verification: &mut Verification) -> Result<(), AppError> {
        for (file, found) in files.iter().zip(self.hashes_of_files(files)?) {
            // What went by law is missing as it should be; that it is really gone is looked at instead.
            if self.store.read(|snapshot| snapshot.file_is_erased(&file.sha256))? {
                verification.files += 1;
                if self.erased_files_are_gone()? && self.is_put_back(file)? {
                    verification.faults.push(Fault::ErasedFile(file.sha256.clone()));
                }
                continue;
            }
            verification.files += 1;
            if found != Some((file.sha256.clone(), file.byte_count)) {
                // An erased name names nothing; the hash does.
                let name = if file.name.is_empty() { &file.sha256 } else { &file.name };
                verification.faults.push(Fault::File(name.clone()));
            }
        }
        Ok(())
    }
}
