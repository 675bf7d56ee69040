//! Sessions of the signed-in, known by the hash of their token. When one has ended is for the application to say.

use jiff::Timestamp;
use luoshi_ledger::{ids::AccountId, view::AccountSummary};

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "
    insert into session (token_hash, account, created_at, last_seen_at, expires_at) values ($1, $2, $3, $3, $4)";

/// Asked with each request of somebody who is signed in, and so in one statement.
const ONE: &str = "
    select session.created_at, session.last_seen_at, session.expires_at, credential.must_change,
        account.id, account.sign_in_name, account.display_name, account.roles, account.organisation, organisation.name
    from session
    join account on account.id = session.account
    join organisation on organisation.id = account.organisation
    join credential on credential.account = session.account
    where session.token_hash = $1";

const TOUCH: &str = "update session set last_seen_at = $2 where token_hash = $1 and last_seen_at < $2";

const DELETE: &str = "delete from session where token_hash = $1";

const DELETE_OTHERS: &str = "delete from session where account = $1 and token_hash <> $2";

const DELETE_ALL: &str = "delete from session where account = $1";

const DELETE_ENDED: &str = "delete from session where expires_at <= $1 or last_seen_at < $2";

/// A session to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Hash of the secret token.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub account: AccountId,
    /// When it begins.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session as it is stored, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Whose it is.
    pub account: AccountSummary,
    /// Whether they have to choose a new password first.
    pub must_change_password: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, as far as that was noted.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl FromRow for StoredSession {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            created_at: row.take()?,
            last_seen_at: row.take()?,
            expires_at: row.take()?,
            must_change_password: row.take()?,
            account: AccountSummary::from_row(row)?,
        })
    }
}

impl Snapshot<'_> {
    /// The session of a token, also one that has ended and was not removed yet; none of an account that cannot sign in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn session(&self, token_hash: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
        self.connection.optional(ONE, values![token_hash])
    }
}

impl Transaction<'_> {
    /// Begins a session.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn save_session(&mut self, session: &NewSession) -> Result<(), StoreError> {
        self.connection
            .execute(
                INSERT,
                values![
                    &session.token_hash,
                    &session.account,
                    session.created_at,
                    session.expires_at
                ],
            )
            .map(|_| ())
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn touch_session(&mut self, token_hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(TOUCH, values![token_hash, at]).map(|_| ())
    }

    /// Ends a session; an unknown one is no error.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn delete_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.connection.execute(DELETE, values![token_hash]).map(|_| ())
    }

    /// Ends every session of an account, except the one to be kept.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn delete_other_sessions(&mut self, account: AccountId, keep: Option<&[u8; 32]>) -> Result<(), StoreError> {
        match keep {
            Some(keep) => self.connection.execute(DELETE_OTHERS, values![&account, keep]),
            None => self.connection.execute(DELETE_ALL, values![&account]),
        }
        .map(|_| ())
    }

    /// Removes sessions that have expired by `now` or were last used before `idle_since`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn delete_sessions_before(&mut self, now: Timestamp, idle_since: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(DELETE_ENDED, values![now, idle_since])
            .map(|_| ())
    }
}
