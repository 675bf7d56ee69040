//! Measuring a site on the machine that it runs on: a scratch site, the load on it, and beside it in the same run what the disk and the
//! database can do at all, since a figure without its ceiling says nothing about a program.
//!
//! It judges no site that is in use and touches none.

pub(crate) mod client;
pub(crate) mod disk;
pub(crate) mod pages;
pub(crate) mod pgbench;
pub(crate) mod scratch_site;
pub(crate) mod submissions;
pub(crate) mod timings;

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use luoshi_app::folder::DataFolder;

use crate::failure::Failure;

/// A folder of a run's own, gone with it. A run that is killed leaves it behind.
#[derive(Debug)]
pub(crate) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// A new folder below `parent`.
    ///
    /// # Errors
    /// When `parent` holds a site, or the folder cannot be made.
    pub(crate) fn below(parent: &Path) -> Result<Self, Failure> {
        if DataFolder::holds_site(parent) || DataFolder::holds_log(parent) {
            return Err(Failure::SiteInTheWay {
                data: parent.to_owned(),
            });
        }
        let path = parent.join(format!("luoshi-bench-{}", process::id()));
        make_folder(&path)?;
        Ok(Self(path))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A new folder in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn room(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.0.join(name);
        make_folder(&path)?;
        Ok(path)
    }
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir(path).map_err(|cause| Failure::Folder {
        data: path.to_owned(),
        cause,
    })
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // Nobody can be told any more; it lies in a folder for temporary things.
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_its_own_is_made_and_removed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = ScratchFolder::below(parent.path()).unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("a"), "b").unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn the_folder_of_a_site_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("luoshi.db"), "").unwrap();
        let refused = ScratchFolder::below(parent.path());
        assert!(matches!(refused, Err(Failure::SiteInTheWay { .. })), "{refused:?}");
    }
}
