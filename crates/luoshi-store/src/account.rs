//! Rows of accounts (账号). Passwords are in `credential`.

use luoshi_ledger::{account::Account, ids::AccountId, view::AccountSummary};

use crate::{
    engine::{FromRow, Json, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select id, version, sign_in_name, display_name, roles, organisation from account where id = $1";

/// The second condition is the one of the index.
const BY_SIGN_IN_NAME: &str = "
    select id, version, sign_in_name, display_name, roles, organisation from account
    where sign_in_name = $1 and sign_in_name <> ''";

/// Where names lie sealed.
const BY_HASH_OF_NAME: &str = "
    select account.id, account.version, account.sign_in_name, account.display_name, account.roles, account.organisation
    from sign_in_key join account on account.id = sign_in_key.account where sign_in_key.hash = $1";

const DELETE_HASH: &str = "delete from sign_in_key where account = $1";

const INSERT_HASH: &str = "insert into sign_in_key (hash, account) values ($1, $2)";

const SUMMARIES: &str = "
    select account.id, account.sign_in_name, account.display_name, account.roles, account.organisation, organisation.name
    from account join organisation on organisation.id = account.organisation
    order by account.id";

const SAVE: &str = "
    insert into account (id, version, sign_in_name, display_name, roles, organisation) values ($1, $2, $3, $4, $5, $6)
    on conflict (id) do update set
        version = excluded.version, sign_in_name = excluded.sign_in_name, display_name = excluded.display_name,
        roles = excluded.roles, organisation = excluded.organisation";

impl FromRow for Account {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            version: row.take()?,
            sign_in_name: row.take()?,
            display_name: row.take()?,
            roles: row.take::<Json<_>>()?.0,
            organisation: row.take()?,
        })
    }
}

impl FromRow for AccountSummary {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            sign_in_name: row.take()?,
            display_name: row.take()?,
            roles: row.take::<Json<_>>()?.0,
            organisation: row.take()?,
            organisation_name: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// An account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.connection.optional(ONE, values![&id])
    }

    /// The account that signs in with `name`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn account_by_sign_in_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        match self.connection.hash_of_name(name)? {
            Some(hash) => self.connection.optional(BY_HASH_OF_NAME, values![&hash]),
            None => self.connection.optional(BY_SIGN_IN_NAME, values![name]),
        }
    }

    /// Every account, by body and name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn accounts(&self) -> Result<Vec<AccountSummary>, StoreError> {
        let mut accounts: Vec<AccountSummary> = self.connection.all(SUMMARIES, &[])?;
        // Here and not by the engine, where names lie sealed.
        accounts.sort_by(|left, right| {
            (&left.organisation_name, &left.sign_in_name).cmp(&(&right.organisation_name, &right.sign_in_name))
        });
        Ok(accounts)
    }
}

impl Transaction<'_> {
    pub(crate) fn save_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let roles = Json(&account.roles).text()?;
        self.connection
            .execute(
                SAVE,
                values![
                    &account.id,
                    account.version,
                    Value::words(account.id.0, &account.sign_in_name),
                    Value::words(account.id.0, &account.display_name),
                    roles,
                    &account.organisation,
                ],
            )
            .map(|_| ())?;
        self.keep_hash_of_name(account.id, &account.sign_in_name)
    }

    /// Keeps what the name of an account is found by, where names lie sealed. An erased name is found by nothing.
    pub(crate) fn keep_hash_of_name(&mut self, account: AccountId, name: &str) -> Result<(), StoreError> {
        let Some(hash) = self.connection.hash_of_name(name)? else {
            return Ok(());
        };
        self.connection.send(DELETE_HASH, values![&account])?;
        if name.is_empty() {
            return Ok(());
        }
        self.connection
            .execute(INSERT_HASH, values![&hash, &account])
            .map(|_| ())
    }
}
