//! People's access (账号): name, roles and body. Passwords and sessions are not here and not in the ledger at all.

use crate::{
    actor::{Actor, ActorIdentity, Role},
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::{AccountId, OrganisationId},
};

/// An account as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Version of its stream.
    pub version: u64,
    /// The name to sign in with; unique on the site, and empty where it was erased.
    pub sign_in_name: String,
    /// The name that pages show.
    pub display_name: String,
    /// Sorted, without repetition.
    pub roles: Vec<Role>,
    /// The body that the person acts for.
    pub organisation: OrganisationId,
}

impl Account {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        match (state, &recorded.event) {
            (None, Event::AccountOpened(event)) => Ok(Self {
                id: event.account,
                version: recorded.envelope.version,
                // Names are unique and the mark is not: whose name was erased signs in no more.
                sign_in_name: if event.sign_in_name.is_erased() {
                    String::new()
                } else {
                    event.sign_in_name.body().to_owned()
                },
                display_name: event.display_name.body().to_owned(),
                roles: event.roles.clone(),
                organisation: event.organisation,
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// The actor that this account is once its owner has signed in.
    pub fn actor(&self) -> Actor {
        Actor {
            identity: ActorIdentity::Account(self.id),
            organisation: Some(self.organisation),
            roles: self.roles.clone(),
        }
    }
}
