//! Hashes of passwords, apart from the accounts and outside the ledger. They are neither made nor compared here.

use std::fmt;

use luoshi_ledger::ids::AccountId;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select password_hash, must_change from credential where account = $1";

const SAVE: &str = "
    insert into credential (account, password_hash, must_change) values ($1, $2, $3)
    on conflict (account) do update set password_hash = excluded.password_hash, must_change = excluded.must_change";

/// What an account signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The password's hash with its parameters and salt, in the PHC string format.
    pub password_hash: String,
    /// Whether the password was given by somebody else and has to be changed first.
    pub must_change: bool,
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credential")
            .field("must_change", &self.must_change)
            .finish_non_exhaustive()
    }
}

impl FromRow for Credential {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            password_hash: row.take()?,
            must_change: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// What an account signs in with.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn credential(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        self.connection.optional(ONE, values![&account])
    }
}

impl Transaction<'_> {
    /// Sets what an account signs in with.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where there is no such account.
    pub fn save_credential(
        &mut self,
        account: AccountId,
        password_hash: &str,
        must_change: bool,
    ) -> Result<(), StoreError> {
        self.connection
            .execute(SAVE, values![&account, password_hash, must_change])
            .map(|_| ())
    }
}
