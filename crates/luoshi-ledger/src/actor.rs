//! Who asks. It does not know how they proved who they are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{AccountId, OrganisationId};

/// What a person may do on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 督查室: adopts, issues, verifies, returns, publishes.
    Supervisor,
    /// 审核人: approves or returns the reports of the own organisation.
    Head,
    /// 填报人: reports for the own organisation.
    Clerk,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 3] = [Role::Supervisor, Role::Head, Role::Clerk];

    /// The stable word of rows, flags and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Role::Supervisor => "supervisor",
            Role::Head => "head",
            Role::Clerk => "clerk",
        }
    }

    /// The role that a stable word names.
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// The one whom an event names as its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorIdentity {
    /// Whoever runs the program on the server itself.
    Console,
    /// A signed-in person.
    Account(AccountId),
}

impl fmt::Display for ActorIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActorIdentity::Console => formatter.write_str("console"),
            ActorIdentity::Account(account) => account.fmt(formatter),
        }
    }
}

impl FromStr for ActorIdentity {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "console" => Ok(ActorIdentity::Console),
            other => other.parse().map(ActorIdentity::Account),
        }
    }
}

impl Serialize for ActorIdentity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ActorIdentity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Somebody who asks for something, with what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub identity: ActorIdentity,
    /// The body that they act for; none for the console.
    pub organisation: Option<OrganisationId>,
    /// Their roles, sorted, without repetition.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Whoever runs the program on the server. It sets up bodies and accounts and imports documents; it never reports or verifies.
    pub fn console() -> Self {
        Self {
            identity: ActorIdentity::Console,
            organisation: None,
            roles: Vec::new(),
        }
    }

    /// Whether the actor holds `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether this is the console.
    pub fn is_console(&self) -> bool {
        self.identity == ActorIdentity::Console
    }

    /// Whether the actor oversees every body: the supervision office and the console.
    pub fn oversees(&self) -> bool {
        self.is_console() || self.has(Role::Supervisor)
    }

    /// Whether the actor acts for `organisation`.
    pub fn acts_for(&self, organisation: OrganisationId) -> bool {
        self.organisation == Some(organisation)
    }
}
