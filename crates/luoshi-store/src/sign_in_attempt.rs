//! Counts of wrong passwords under opaque keys, within a window of time. How many are too many is not decided here.

use jiff::Timestamp;

use crate::{
    engine::values,
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select count, first_at from sign_in_attempt where key = $1 and first_at >= $2";

/// A count whose window has passed begins anew.
const NOTE: &str = "
    insert into sign_in_attempt (key, count, first_at) values ($1, 1, $2)
    on conflict (key) do update set
        count = case when sign_in_attempt.first_at >= $3 then sign_in_attempt.count + 1 else 1 end,
        first_at = case when sign_in_attempt.first_at >= $3 then sign_in_attempt.first_at else excluded.first_at end";

const CLEAR: &str = "delete from sign_in_attempt where key = $1";

const CLEAR_OLD: &str = "delete from sign_in_attempt where first_at < $1";

/// Wrong passwords under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many there were in the window.
    pub count: u32,
    /// When the first of them was; the start of the window where there was none.
    pub first_at: Timestamp,
}

impl Snapshot<'_> {
    /// Wrong passwords under `key` since `window_start`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn attempts(&self, key: &[u8; 32], window_start: Timestamp) -> Result<Attempts, StoreError> {
        let found = self.connection.optional(ONE, values![key, window_start])?;
        let (count, first_at) = found.unwrap_or((0, window_start));
        Ok(Attempts { count, first_at })
    }
}

impl Transaction<'_> {
    /// Notes a wrong password under `key`, and forgets every count whose window has passed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn note_attempt(&mut self, key: &[u8; 32], at: Timestamp, window_start: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(CLEAR_OLD, values![window_start])?;
        self.connection
            .execute(NOTE, values![key, at, window_start])
            .map(|_| ())
    }

    /// Forgets the count under `key`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear_attempts(&mut self, key: &[u8; 32]) -> Result<(), StoreError> {
        self.connection.execute(CLEAR, values![key]).map(|_| ())
    }
}
