//! Opening the site of a data folder: the only place in the house that picks a database.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use luoshi_app::{App, Surroundings, SystemClock, SystemRandomness, files::FileSettings, folder::DataFolder};
use luoshi_store::{Location, MigrationOutcome, Store};

use crate::failure::Failure;

/// What a folder may hold besides a site: the parts of one whose making was interrupted, and the demo, whose usual place is inside the
/// usual place of a site.
const HARMLESS: &[&str] = &["files", "log", "key", "demo"];

/// Opens the site in `data`, which has to exist.
///
/// # Errors
/// When there is none, or it cannot be used.
pub(crate) fn open(data: &Path, files: FileSettings) -> Result<Arc<App>, Failure> {
    if !DataFolder::holds_site(data) {
        return Err(Failure::NoSite { data: data.to_owned() });
    }
    open_or_create(data, files)
}

/// Opens the site in `data`, or makes one where the folder is missing or empty.
///
/// # Errors
/// When the folder holds other things, or the site cannot be used or made.
pub(crate) fn open_or_create(data: &Path, files: FileSettings) -> Result<Arc<App>, Failure> {
    open_with(
        data,
        Surroundings {
            clock: Box::new(SystemClock),
            randomness: Box::new(SystemRandomness),
        },
        files,
    )
}

/// Like [`open_or_create`], with a clock of the caller's.
///
/// # Errors
/// As [`open_or_create`].
pub(crate) fn open_with(data: &Path, surroundings: Surroundings, files: FileSettings) -> Result<Arc<App>, Failure> {
    refuse_foreign_folder(data)?;
    let folder = DataFolder::create(data).map_err(|cause| Failure::Folder {
        data: data.to_owned(),
        cause,
    })?;
    let failed = |error| Failure::of_store(data.to_owned(), error);
    let store = Store::create(&Location::Sqlite(folder.database())).map_err(failed)?;
    if store.needs_migration().map_err(failed)? {
        return Err(Failure::NeedsMigration { data: data.to_owned() });
    }
    App::open_with_files(store, folder, surroundings, files)
        .map_err(|error| Failure::of_opening(data.to_owned(), error))
}

/// Brings the database of the site in `data` up to this program.
///
/// # Errors
/// When there is no site, or a step fails.
pub(crate) fn migrate(data: &Path) -> Result<MigrationOutcome, Failure> {
    if !DataFolder::holds_site(data) {
        return Err(Failure::NoSite { data: data.to_owned() });
    }
    let failed = |error| Failure::of_store(data.to_owned(), error);
    let folder = DataFolder::create(data).map_err(|cause| Failure::Folder {
        data: data.to_owned(),
        cause,
    })?;
    Store::open(&Location::Sqlite(folder.database()))
        .map_err(failed)?
        .migrate()
        .map_err(failed)
}

/// A mistyped folder must not be filled with a site.
fn refuse_foreign_folder(data: &Path) -> Result<(), Failure> {
    if DataFolder::holds_site(data) {
        return Ok(());
    }
    let entries = match fs::read_dir(data) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => {
            return Err(Failure::Folder {
                data: data.to_owned(),
                cause,
            });
        }
    };
    for entry in entries {
        let entry = entry.map_err(|cause| Failure::Folder {
            data: data.to_owned(),
            cause,
        })?;
        if !entry.file_name().to_str().is_some_and(|name| HARMLESS.contains(&name)) {
            return Err(Failure::ForeignFolder { data: data.to_owned() });
        }
    }
    Ok(())
}

/// `path` with `.ending` after its last part.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_made_in_an_empty_folder_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            open(folder.path(), FileSettings::default()),
            Err(Failure::NoSite { .. })
        ));
        let key = open_or_create(folder.path(), FileSettings::default())
            .unwrap()
            .log_verifier_key();
        assert_eq!(
            open(folder.path(), FileSettings::default()).unwrap().log_verifier_key(),
            key
        );
    }

    #[test]
    fn a_site_is_not_made_among_other_things() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        assert!(matches!(
            open_or_create(folder.path(), FileSettings::default()),
            Err(Failure::ForeignFolder { .. })
        ));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_demo_inside_the_usual_folder_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        open_or_create(&folder.path().join("demo"), FileSettings::default()).unwrap();
        open_or_create(folder.path(), FileSettings::default()).unwrap();
    }
}
