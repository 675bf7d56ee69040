//! Hashing kept files for whoever checks the record: piece by piece, so that the size of a file is no matter.

use futures_util::TryStreamExt;
use luoshi_store::{KeptFile, StoredFile};
use sha2::{Digest, Sha256};

use crate::{digest::hexadecimal, error::AppError, site::App};

impl App {
    /// Hash and size of each file as its bytes are now; none for one that is not there or cannot be read.
    pub(crate) fn hashes_of_files(&self, files: &[KeptFile]) -> Result<Vec<Option<(String, u64)>>, AppError> {
        apart(async || {
            let mut hashes = Vec::with_capacity(files.len());
            for file in files {
                hashes.push(self.hash_of_file(file).await);
            }
            hashes
        })
    }

    /// Whether bytes lie anywhere under the name of a file of which the register knows nothing any more.
    pub(crate) fn is_put_back(&self, file: &KeptFile) -> Result<bool, AppError> {
        let lies_early = file.organisation == StoredFile::SITE && self.folder.early_document(&file.sha256).is_ok();
        let lies = apart(async || self.files.holds(file.organisation, &file.sha256).await)?;
        Ok(lies_early || lies.map_err(AppError::internal)?)
    }

    async fn hash_of_file(&self, file: &KeptFile) -> Option<(String, u64)> {
        let mut hasher = Sha256::new();
        let mut byte_count = 0;
        let Some(place) = file.place else {
            return self.hash_of_early_document(file);
        };
        let stored = StoredFile {
            place,
            organisation: file.organisation,
            sha256: file.sha256.clone(),
            byte_count: file.byte_count,
        };
        let mut bytes = self.files.read(&stored).await.ok()?;
        while let Some(piece) = bytes.try_next().await.ok()? {
            hasher.update(&piece);
            byte_count += piece.len() as u64;
        }
        Some((hexadecimal(&hasher.finalize()), byte_count))
    }

    /// Documents that were received before there was a register lie under their hash alone.
    fn hash_of_early_document(&self, file: &KeptFile) -> Option<(String, u64)> {
        if file.organisation != StoredFile::SITE {
            return None;
        }
        let mut hasher = Sha256::new();
        let mut bytes = self.folder.early_document(&file.sha256).ok()?;
        let byte_count = std::io::copy(&mut bytes, &mut hasher).ok()?;
        Some((hexadecimal(&hasher.finalize()), byte_count))
    }
}

/// Does something that waits on a thread with a runtime of its own: whoever checks the record may or may not be inside another one.
fn apart<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> Result<T, AppError> {
    std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(AppError::internal)?;
            Ok(runtime.block_on(work()))
        });
        working
            .join()
            .map_err(|_| AppError::internal("reading files panicked"))?
    })
}
