//! The sweep: files that no draft, no report and no document refers to go, a day after somebody last touched them.
//!
//! It can be stopped anywhere: what is condemned stays so and goes the next time. Why it never removes a file that is referred to, also by
//! somebody who sends the same bytes at the same moment, is said where the register is, in the store.

use jiff::{SignedDuration, Timestamp};
use luoshi_store::StoredFile;

use crate::{error::AppError, execute::flatten, site::App};

/// How long a file is left alone that nothing refers to. Uploads take minutes, and whoever took a file out of a draft may send it again.
pub(super) const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// What a sweep removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Files that nothing refers to.
    pub files: Vec<StoredFile>,
    /// How many files came in and were never kept.
    pub incoming: u64,
}

impl Sweep {
    /// How many bytes the files take that nothing refers to.
    pub fn byte_count(&self) -> u64 {
        self.files.iter().map(|file| file.byte_count).sum()
    }
}

impl App {
    /// What a sweep would remove now.
    ///
    /// # Errors
    /// When the store or the files cannot be read.
    pub async fn sweepable_files(&self) -> Result<Sweep, AppError> {
        let before = self.ripe_before()?;
        let mut files = self.store.read(|snapshot| snapshot.condemned_files())?;
        files.extend(self.store.read(|snapshot| snapshot.unreferenced_files(before))?);
        let incoming = self
            .files
            .sweep_incoming(before, true)
            .await
            .map_err(AppError::internal)?;
        Ok(Sweep { files, incoming })
    }

    /// Removes what nothing refers to.
    ///
    /// # Errors
    /// When the store or the files fail; the rest goes the next time.
    pub async fn sweep_files(&self) -> Result<Sweep, AppError> {
        self.sweep_files_unused_since(self.ripe_before()?).await
    }

    pub(crate) async fn sweep_files_unused_since(&self, before: Timestamp) -> Result<Sweep, AppError> {
        let now = self.now();
        self.store
            .write(move |transaction| {
                transaction.condemn_unreferenced_files(before, now)?;
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        let files = self.remove_condemned_files().await?;
        let incoming = self
            .files
            .sweep_incoming(before, false)
            .await
            .map_err(AppError::internal)?;
        let now = self.now();
        self.store
            .write(move |transaction| {
                // What is still in its grace is looked at again when that is over.
                if !transaction.unreferenced_files(Timestamp::MAX)?.is_empty() {
                    Self::plan_sweep(transaction, now)?;
                }
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        Ok(Sweep { files, incoming })
    }

    /// Removes the bytes of every condemned file and then forgets it. Nothing can refer to one, so there is no hurry and no race.
    ///
    /// # Errors
    /// When the store or the files fail; the rest goes the next time.
    pub async fn remove_condemned_files(&self) -> Result<Vec<StoredFile>, AppError> {
        let files = self.store.read(|snapshot| snapshot.condemned_files())?;
        for file in &files {
            self.files.remove(file).await.map_err(AppError::internal)?;
            let place = file.place;
            self.store
                .write(move |transaction| Ok::<_, AppError>(transaction.forget_file(place)?))
                .await
                .map_err(flatten)?;
            tracing::info!(sha256 = file.sha256, organisation = %file.organisation, "removed a file that nothing refers to");
        }
        Ok(files)
    }

    fn ripe_before(&self) -> Result<Timestamp, AppError> {
        self.now().checked_sub(GRACE).map_err(AppError::internal)
    }
}
