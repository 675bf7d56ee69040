//! Hashing kept files for whoever checks the record: piece by piece, so that the size of a file is no matter.

use futures_util::TryStreamExt;
use luoshi_store::{KeptFile, StoredFile};
use sha2::{Digest, Sha256};

use crate::{digest::hexadecimal, error::AppError, site::App};

impl App {
    /// Hash and size of each file as its bytes are now; none for one that is not there or cannot be read.
    ///
    /// It works on a thread with a runtime of its own: whoever checks the record may or may not be inside another one.
    pub(crate) fn hashes_of_files(&self, files: &[KeptFile]) -> Result<Vec<Option<(String, u64)>>, AppError> {
        std::thread::scope(|scope| {
            let working = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(AppError::internal)?;
                Ok(files
                    .iter()
                    .map(|file| runtime.block_on(self.hash_of_file(file)))
                    .collect())
            });
            working
                .join()
                .map_err(|_| AppError::internal("hashing files panicked"))?
        })
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
