//! Rows of accounts (账号). Passwords are in `credential`.

use luoshi_ledger::{account::Account, ids::AccountId, view::AccountSummary};

use crate::{
    engine::{FromRow, Json, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select id, version, sign_in_name, display_name, roles, organisation from account where id = $1";

/// The second condition is the one of the index.
const BY_SIGN_IN_NAME: &str = "
    select id, version, sign_in_name, display_name, roles, organisation from account
    where sign_in_name = $1 and sign_in_name <> ''";

const SUMMARIES: &str = "
    select account.id, account.sign_in_name, account.display_name, account.roles, account.organisation, organisation.name
    from account join organisation on organisation.id = account.organisation
    order by organisation.name, account.sign_in_name, account.id";

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
        self.connection.optional(BY_SIGN_IN_NAME, values![name])
    }

    /// Every account, by body and name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn accounts(&self) -> Result<Vec<AccountSummary>, StoreError> {
        self.connection.all(SUMMARIES, &[])
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
                    &account.sign_in_name,
                    &account.display_name,
                    roles,
                    &account.organisation,
                ],
            )
            .map(|_| ())
    }
}
