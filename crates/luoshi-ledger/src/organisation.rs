//! Bodies (单位). It does not resolve names of a document; that is done before a command is made.

use serde::{Deserialize, Serialize};

use crate::{
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::OrganisationId,
};

/// What sort of body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// 部门: a department of this government.
    Department,
    /// 地方: a prefecture, city or county.
    Locality,
    /// 督查室: the supervision office.
    SupervisionOffice,
    /// Enterprises, associations, units directly under the centre.
    Other,
}

impl OrganisationKind {
    /// Every kind.
    pub const ALL: [OrganisationKind; 4] = [
        OrganisationKind::Department,
        OrganisationKind::Locality,
        OrganisationKind::SupervisionOffice,
        OrganisationKind::Other,
    ];

    /// The stable word of rows and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            OrganisationKind::Department => "department",
            OrganisationKind::Locality => "locality",
            OrganisationKind::SupervisionOffice => "supervision_office",
            OrganisationKind::Other => "other",
        }
    }

    /// The kind that a stable word names.
    pub fn from_code(code: &str) -> Option<OrganisationKind> {
        OrganisationKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A body as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Version of its stream: the number of events so far.
    pub version: u64,
    /// Full name.
    pub name: String,
    /// Short names that documents use for it.
    pub short_names: Vec<String>,
    /// What sort of body.
    pub kind: OrganisationKind,
}

impl Organisation {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        match (state, &recorded.event) {
            (None, Event::OrganisationFounded(event)) => Ok(Self {
                id: event.organisation,
                version: recorded.envelope.version,
                name: event.name.clone(),
                short_names: event.short_names.clone(),
                kind: event.kind,
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }
}
