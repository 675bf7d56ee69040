//! Settings of the site that are made once and belong to its data: name and public key of its log. Settings of a process are not here.

use crate::{
    engine::values,
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select value from site where key = $1";

/// Two values in one row, since a list of keys is a table that is made for each question.
const TWO: &str = "
    select (select value from site where key = $1), (select value from site where key = $2)";

const SAVE: &str = "
    insert into site (key, value) values ($1, $2)
    on conflict (key) do update set value = excluded.value";

const REMOVE: &str = "delete from site where key = $1";

impl Snapshot<'_> {
    /// The value of a setting.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> = self.connection.optional(ONE, values![key])?;
        Ok(found.map(|(value,)| value))
    }

    /// The values of two settings in one question, as every command asks it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn two_settings(&self, first: &str, second: &str) -> Result<(Option<String>, Option<String>), StoreError> {
        let found = self.connection.optional(TWO, values![first, second])?;
        Ok(found.unwrap_or_default())
    }
}

impl Transaction<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.connection.execute(SAVE, values![key, value]).map(|_| ())
    }

    /// Takes a setting away.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove_setting(&mut self, key: &str) -> Result<(), StoreError> {
        self.connection.execute(REMOVE, values![key]).map(|_| ())
    }
}
