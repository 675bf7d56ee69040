//! Opening the site of a data folder: the only place in the house that picks a database.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use luoshi_app::{App, Surroundings, SystemClock, SystemRandomness, files::FileSettings, folder::DataFolder};
use luoshi_store::{Address, Location, MigrationOutcome, Store};

use crate::failure::Failure;

/// What a folder may hold besides a site: the parts of one whose making was interrupted, and the demo, whose usual place is inside the
/// usual place of a site.
const HARMLESS: &[&str] = &["files", "log", "key", "scratch", "demo", "witnessed"];

/// Where a site is: its folder, its database, and its received files.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// The database.
    pub(crate) database: Database,
    /// Where received files are kept and what is asked of them.
    pub(crate) files: FileSettings,
}

/// The database of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file of SQLite in the data folder.
    InTheFolder,
    /// A file of SQLite elsewhere.
    File(PathBuf),
    /// A database of PostgreSQL.
    Server(Address),
}

impl Place {
    /// Whether there is a site, as far as the folder tells.
    pub(crate) fn holds_site(&self) -> bool {
        match &self.database {
            Database::InTheFolder => DataFolder::holds_site(&self.data),
            Database::File(path) => path.is_file(),
            Database::Server(_) => DataFolder::holds_log(&self.data),
        }
    }

    /// Whether restoring would meet a site. A key that was put there before is none.
    pub(crate) fn is_taken(&self) -> bool {
        match &self.database {
            Database::InTheFolder | Database::File(_) => self.holds_site(),
            Database::Server(_) => self.data.join("log").join("keys").is_file(),
        }
    }

    /// The same database with another folder.
    pub(crate) fn with_data(&self, data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            database: self.database.clone(),
            files: self.files.clone(),
        }
    }

    /// The database as people are told of it: a folder, a file, or a server without its password.
    pub(crate) fn database_text(&self) -> String {
        match &self.database {
            Database::InTheFolder => self.data.display().to_string(),
            Database::File(path) => path.display().to_string(),
            Database::Server(address) => address.to_string(),
        }
    }

    fn location(&self, folder: &DataFolder) -> Location {
        match &self.database {
            Database::InTheFolder => Location::Sqlite(folder.database()),
            Database::File(path) => Location::Sqlite(path.clone()),
            Database::Server(address) => on_server(address, folder),
        }
    }

    fn folder(&self) -> Result<DataFolder, Failure> {
        DataFolder::create(&self.data).map_err(|cause| Failure::Folder {
            data: self.data.clone(),
            cause,
        })
    }
}

fn on_server(address: &Address, folder: &DataFolder) -> Location {
    Location::Postgres(address.clone(), folder.word_vault(Box::new(SystemRandomness)))
}

/// The setting of a database whose site has moved to another one.
const MOVED_TO: &str = "moved_to";

/// Seconds that a database server is waited for before it is asked again.
const PAUSES: [u64; 6] = [1, 2, 4, 8, 16, 30];

/// Opens the site at `place`, which has to exist.
///
/// # Errors
/// When there is none, or it cannot be used.
pub(crate) fn open(place: &Place) -> Result<Arc<App>, Failure> {
    if !place.holds_site() {
        return Err(Failure::NoSite {
            data: place.data.clone(),
        });
    }
    open_or_create(place)
}

/// Opens the site at `place`, or makes one where folder and database are missing or empty.
///
/// # Errors
/// When the folder holds other things, or the site cannot be used or made.
pub(crate) fn open_or_create(place: &Place) -> Result<Arc<App>, Failure> {
    open_with(
        place,
        Surroundings {
            clock: Box::new(SystemClock),
            randomness: Box::new(SystemRandomness),
        },
    )
}

/// Like [`open_or_create`], for a service that starts together with its database: a server that cannot be reached is asked again, at growing
/// intervals, for about a minute. `waiting` hears of each wait.
///
/// # Errors
/// As [`open_or_create`].
pub(crate) async fn open_patiently(place: &Place, waiting: impl Fn(&Failure, Duration)) -> Result<Arc<App>, Failure> {
    for pause in PAUSES.map(Duration::from_secs) {
        match open_or_create(place) {
            Err(failure @ Failure::Unreachable { .. }) => {
                waiting(&failure, pause);
                tokio::time::sleep(pause).await;
            }
            other => return other,
        }
    }
    open_or_create(place)
}

/// Like [`open_or_create`], with a clock of the caller's.
///
/// # Errors
/// As [`open_or_create`].
pub(crate) fn open_with(place: &Place, surroundings: Surroundings) -> Result<Arc<App>, Failure> {
    refuse_foreign_folder(place)?;
    let failed = |error| Failure::of_store(place, error);
    let folder = place.folder()?;
    let store = Store::create(&place.location(&folder)).map_err(failed)?;
    if store.needs_migration().map_err(failed)? {
        return Err(Failure::NeedsMigration {
            data: place.data.clone(),
        });
    }
    if store.is_half_copied().map_err(failed)? {
        return Err(Failure::HalfCopied {
            database: place.database_text(),
        });
    }
    if let Some(moved_to) = store.read(|snapshot| snapshot.setting(MOVED_TO)).map_err(failed)? {
        return Err(Failure::Moved {
            database: place.database_text(),
            moved_to,
        });
    }
    App::open_with_files(store, folder, surroundings, place.files.clone())
        .map_err(|error| Failure::of_opening(place, error))
}

/// Brings the database of the site at `place` up to this program.
///
/// # Errors
/// When there is no site, or a step fails.
pub(crate) fn migrate(place: &Place) -> Result<MigrationOutcome, Failure> {
    if !place.holds_site() {
        return Err(Failure::NoSite {
            data: place.data.clone(),
        });
    }
    let failed = |error| Failure::of_store(place, error);
    let folder = place.folder()?;
    Store::open(&place.location(&folder))
        .map_err(failed)?
        .migrate()
        .map_err(failed)
}

/// Copies the database of the site at `from` into the empty database of `to`, and answers with the number of rows.
///
/// # Errors
/// When there is no site, the new database holds anything, or something was written to the old one meanwhile.
pub(crate) fn copy(from: &Place, to: &Place, progress: &mut dyn FnMut(&str, u64)) -> Result<u64, Failure> {
    // Opened as a site first, so that nothing is copied that is no whole site of this release.
    drop(open(from)?);
    let (source, target) = (open_store(from)?, open_store(to)?);
    let latest = || {
        source
            .read(|snapshot| snapshot.latest_event_id())
            .map_err(|error| Failure::of_store(from, error))
    };
    let before = latest()?;
    let rows = source
        .copy_into(&target, progress)
        .map_err(|error| Failure::of_store(to, error))?;
    if latest()? == before {
        Ok(rows)
    } else {
        Err(Failure::StillInUse {
            database: from.database_text(),
        })
    }
}

/// Makes the unpacked `database` of a backup the database of `place`. `mark` says in it what a restored site has to know, and `put_beside`
/// puts the folders `files` and `log` to their places. What tells that there is a site comes last.
///
/// # Errors
/// When a step fails; there is no site then, and the same can be tried again, on a server after its database was emptied.
pub(crate) fn take_over<T>(
    place: &Place,
    database: &Path,
    mark: impl FnOnce(&Store) -> Result<T, luoshi_app::AppError>,
    put_beside: impl Fn(&str) -> Result<(), Failure>,
) -> Result<T, Failure> {
    let failed = |error| Failure::of_store(place, error);
    let unpacked = Store::open(&Location::Sqlite(database.to_owned())).map_err(failed)?;
    let marked = mark(&unpacked)?;
    put_beside("files")?;
    let folder_failed = |cause| Failure::Folder {
        data: place.data.clone(),
        cause,
    };
    let to = match &place.database {
        Database::InTheFolder => place.data.join("luoshi.db"),
        Database::File(path) => path.clone(),
        Database::Server(address) => {
            let server = Store::create(&on_server(address, &place.folder()?)).map_err(failed)?;
            unpacked.copy_into(&server, &mut |_, _| {}).map_err(failed)?;
            // By its log such a site is known.
            put_beside("log")?;
            return Ok(marked);
        }
    };
    // Closed, it is one file and nothing waits beside it.
    drop(unpacked);
    put_beside("log")?;
    let elsewhere = to.parent().is_some_and(|parent| parent != place.data);
    let ready = if elsewhere {
        // Perhaps on another disk; half a database must not have the name of one.
        let copy = beside(&to, ".restoring");
        fs::copy(database, &copy).map_err(folder_failed)?;
        copy
    } else {
        database.to_owned()
    };
    fs::File::open(&ready)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&ready, &to))
        .and_then(|()| flush_folder_of(&to))
        .map_err(folder_failed)?;
    Ok(marked)
}

/// Makes the name of a file durable.
///
/// # Errors
/// When its folder cannot be flushed.
pub(crate) fn flush_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) {
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    } else {
        Ok(())
    }
}

/// Closes the database of a site that has moved: it is kept as it is and opened no more.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn close(from: &Place, to: &Place) -> Result<(), Failure> {
    let moved_to = to.database_text();
    open_store(from)?
        .write(move |transaction| transaction.set_setting(MOVED_TO, &moved_to))
        .wait()
        .map_err(|_| Failure::Unavailable)
}

/// Refuses a database that holds anything, for work that makes a site to throw away.
///
/// # Errors
/// When it holds something, or cannot be asked.
pub(crate) fn refuse_filled(place: &Place) -> Result<(), Failure> {
    let failed = |error| Failure::of_store(place, error);
    let Database::Server(address) = &place.database else {
        return if place.holds_site() {
            Err(Failure::NotEmpty {
                database: place.database_text(),
            })
        } else {
            Ok(())
        };
    };
    let store = Store::open(&on_server(address, &place.folder()?)).map_err(failed)?;
    if store.schema_version().map_err(failed)? == 0 {
        Ok(())
    } else {
        Err(Failure::NotEmpty {
            database: place.database_text(),
        })
    }
}

/// The database at `place` without the site around it.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn open_store(place: &Place) -> Result<Store, Failure> {
    Store::create(&place.location(&place.folder()?)).map_err(|error| Failure::of_store(place, error))
}

/// A mistyped folder must not be filled with a site.
fn refuse_foreign_folder(place: &Place) -> Result<(), Failure> {
    if place.holds_site() {
        Ok(())
    } else {
        refuse_foreign(&place.data)
    }
}

/// Refuses a folder that holds anything else than parts of a site.
///
/// # Errors
/// When it does, or cannot be read.
pub(crate) fn refuse_foreign(data: &Path) -> Result<(), Failure> {
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

    fn place(data: &Path) -> Place {
        Place {
            data: data.to_owned(),
            database: Database::InTheFolder,
            files: FileSettings::default(),
        }
    }

    #[test]
    fn a_site_is_made_in_an_empty_folder_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(open(&place(folder.path())), Err(Failure::NoSite { .. })));
        let key = open_or_create(&place(folder.path())).unwrap().log_verifier_key();
        assert_eq!(open(&place(folder.path())).unwrap().log_verifier_key(), key);
    }

    #[test]
    fn a_site_is_not_made_among_other_things() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        assert!(matches!(
            open_or_create(&place(folder.path())),
            Err(Failure::ForeignFolder { .. })
        ));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_demo_inside_the_usual_folder_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        open_or_create(&place(&folder.path().join("demo"))).unwrap();
        open_or_create(&place(folder.path())).unwrap();
    }
}
