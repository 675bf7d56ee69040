//! Opening accounts with one-time passwords, and giving a new one where the old is forgotten.
//!
//! Signing in is `session`'s.

use std::sync::Arc;

use luoshi_ledger::{
    Actor, Command, Role,
    command::OpenAccount,
    ids::{AccountId, OrganisationId},
    view::{AccountSummary, OrganisationSummary},
};

use crate::{
    error::AppError,
    execute::{Request, flatten},
    site::App,
};

/// Characters of a one-time password: without those that look alike on paper.
const LEGIBLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// Somebody who is to have access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name to sign in with.
    pub sign_in_name: String,
    /// The name that pages show.
    pub display_name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// The body that the person acts for.
    pub organisation: OrganisationId,
    /// A password chosen by the operator; none means a one-time password that has to be changed at the first sign-in.
    pub password: Option<String>,
}

/// An opened account and, where it was made here, its one-time password: shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedAccount {
    /// Its id.
    pub account: AccountId,
    /// The name to sign in with.
    pub sign_in_name: String,
    /// The password to hand over.
    pub password: String,
}

impl NewAccount {
    /// What the ledger is asked for; the password is not its business.
    pub fn command(&self, account: AccountId) -> Command {
        Command::OpenAccount(OpenAccount {
            account,
            sign_in_name: self.sign_in_name.clone(),
            display_name: self.display_name.clone(),
            roles: self.roles.clone(),
            organisation: self.organisation,
        })
    }
}

impl App {
    /// Opens accounts, all or none of them.
    ///
    /// # Errors
    /// When one of them is refused, as where its name is taken.
    pub async fn open_accounts(
        self: &Arc<Self>,
        actor: &Actor,
        accounts: Vec<NewAccount>,
    ) -> Result<Vec<OpenedAccount>, AppError> {
        let mut opened = Vec::with_capacity(accounts.len());
        let mut work = Vec::with_capacity(accounts.len());
        for new in accounts {
            let id = AccountId(self.new_id());
            let request = Request::from(new.command(id));
            let must_change = new.password.is_none();
            let password = new.password.unwrap_or_else(|| self.one_time_password());
            let password_hash = self.hash_password(password.clone()).await?;
            opened.push(OpenedAccount {
                account: id,
                sign_in_name: new.sign_in_name,
                password,
            });
            work.push((id, request, password_hash, must_change));
        }
        let (app, actor) = (Arc::clone(self), actor.clone());
        self.store
            .write(move |transaction| {
                for (account, request, password_hash, must_change) in &work {
                    app.execute_within(transaction, &actor, request, app.now())?;
                    transaction.save_credential(*account, password_hash, *must_change)?;
                }
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        self.wake_jobs();
        Ok(opened)
    }

    /// Gives an account a new one-time password and ends its sessions. For the console and the supervision office.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where nobody signs in with that name.
    pub async fn reset_password(
        self: &Arc<Self>,
        actor: &Actor,
        sign_in_name: &str,
    ) -> Result<OpenedAccount, AppError> {
        if !actor.oversees() {
            return Err(AppError::Forbidden);
        }
        let account = self
            .store
            .read(|snapshot| snapshot.account_by_sign_in_name(sign_in_name))?
            .ok_or(AppError::NotFound)?
            .id;
        let password = self.one_time_password();
        let password_hash = self.hash_password(password.clone()).await?;
        self.store
            .write(move |transaction| {
                transaction.save_credential(account, &password_hash, true)?;
                transaction.delete_other_sessions(account, None)?;
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        Ok(OpenedAccount {
            account,
            sign_in_name: sign_in_name.to_owned(),
            password,
        })
    }

    /// Every account, for the console and the supervision office; others see nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub fn accounts(&self, actor: &Actor) -> Result<Vec<AccountSummary>, AppError> {
        if !actor.oversees() {
            return Ok(Vec::new());
        }
        Ok(self.store.read(|snapshot| snapshot.accounts())?)
    }

    /// Every body, for choices and filters. Names of public bodies are no secret among the signed-in.
    ///
    /// # Errors
    /// When the store fails.
    pub fn organisations(&self, _actor: &Actor) -> Result<Vec<OrganisationSummary>, AppError> {
        Ok(self.store.read(|snapshot| snapshot.organisations())?)
    }

    /// Sixteen characters of five random bits each: 80 bits, which is beyond guessing at ten tries in a quarter of an hour.
    ///
    /// None begins with a hyphen, which a command line would take for a flag and a spreadsheet for a formula.
    fn one_time_password(&self) -> String {
        self.moments
            .secret()
            .iter()
            .skip_while(|byte| LEGIBLE[usize::from(**byte % 32)] == b'-')
            .take(16)
            .map(|byte| char::from(LEGIBLE[usize::from(byte % 32)]))
            .collect()
    }
}
