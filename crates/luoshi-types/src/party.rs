//! The part that a body plays in a task. It does not know which body.

use serde::{Deserialize, Serialize};

/// The part that a named body plays in a task (责任方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// 牵头: leads the others.
    Lead,
    /// 责任: is responsible.
    Responsible,
    /// 配合: cooperates.
    Cooperating,
    /// 落实: carries it out in its own area.
    Implementing,
    /// 分管领导: an office-holder in charge.
    LeaderPerson,
    /// A class of bodies that names nobody (各地、各部门). It owes nothing until somebody names its members.
    Generic,
}

impl PartyRole {
    /// Every role, in the order in which a ledger lists them.
    pub const ALL: [PartyRole; 6] = [
        PartyRole::Lead,
        PartyRole::Responsible,
        PartyRole::Cooperating,
        PartyRole::Implementing,
        PartyRole::LeaderPerson,
        PartyRole::Generic,
    ];

    /// The stable word of the parse contract, of form fields and of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            PartyRole::Lead => "lead",
            PartyRole::Responsible => "responsible",
            PartyRole::Cooperating => "cooperating",
            PartyRole::Implementing => "implementing",
            PartyRole::LeaderPerson => "leader_person",
            PartyRole::Generic => "generic",
        }
    }

    /// The role that a stable word names.
    pub fn from_code(code: &str) -> Option<PartyRole> {
        PartyRole::ALL.into_iter().find(|role| role.code() == code)
    }
}
