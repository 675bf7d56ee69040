//! One state of the database as a file of SQLite, whatever the site's engine is, taken while everybody goes on working.
//!
//! It proves nothing, and what lies outside the database is not in it.

use std::path::Path;

use crate::{
    error::StoreError,
    store::{Engine, Location, Store},
};

impl Store {
    /// Writes one state of the database into a new file of SQLite at `path`. Words that were deleted are not in it, not even in free pages.
    /// Nobody waits for it; on SQLite the write-ahead log grows meanwhile. `progress` hears the table and how many of its rows are copied,
    /// where the engine tells.
    ///
    /// The file is not flushed: whoever wants to keep it copies it.
    ///
    /// # Errors
    /// When the database cannot be read or the file cannot be written.
    pub fn back_up(&self, path: &Path, progress: &mut dyn FnMut(&str, u64)) -> Result<(), StoreError> {
        match self.engine()? {
            Engine::Sqlite(sqlite) => sqlite.back_up(path),
            Engine::Postgres(_) => {
                let target = Store::create(&Location::Sqlite(path.to_owned()))?;
                self.copy_into(&target, progress).map(|_| ())
            }
        }
    }
}
