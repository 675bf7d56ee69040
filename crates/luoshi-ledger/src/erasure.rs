//! Erasure (清除): words and files that have to go by law, who proposed it, who agreed, on which ground. What stays is the event.
//!
//! It destroys nothing: the store deletes words, the application files. Why it is so is in docs/adr/0010-erasure.md.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorIdentity,
    envelope::{Recorded, Stream, StreamKind},
    event::{ApplyError, Event, EventKind},
    ids::{ErasureId, EventId},
    text::TextName,
};

/// Texts and files that one erasure takes at most, so that a page can show and a person judge each of them.
pub const MOST_ERASED: usize = 200;

/// Where a text stands: its event and its place among the event's texts. With both, its content row is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TextPlace {
    /// The event.
    pub event: EventId,
    /// Which text of the event, from 0.
    pub ordinal: u32,
}

/// On which ground words have to go (清除依据).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureGround {
    /// 个人信息保护法, article 47.
    PersonalInformation,
    /// 民法典, book on personality rights, such as articles 1028 and 1037.
    PersonalityRights,
    /// 保守国家秘密法.
    StateSecret,
    /// A business secret that the law protects, such as by article 15 of 政府信息公开条例.
    BusinessSecret,
    /// A judgment that is in force, or the decision of an authority that may demand it.
    CourtOrAuthority,
}

impl ErasureGround {
    /// Every ground.
    pub const ALL: [ErasureGround; 5] = [
        ErasureGround::PersonalInformation,
        ErasureGround::PersonalityRights,
        ErasureGround::StateSecret,
        ErasureGround::BusinessSecret,
        ErasureGround::CourtOrAuthority,
    ];

    /// The stable word of rows, form fields and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            ErasureGround::PersonalInformation => "personal_information",
            ErasureGround::PersonalityRights => "personality_rights",
            ErasureGround::StateSecret => "state_secret",
            ErasureGround::BusinessSecret => "business_secret",
            ErasureGround::CourtOrAuthority => "court_or_authority",
        }
    }

    /// The ground that a stable word names.
    pub fn from_code(code: &str) -> Option<ErasureGround> {
        ErasureGround::ALL.into_iter().find(|ground| ground.code() == code)
    }

    /// Whether words of a promise may go on this ground. A promise is nobody's reputation and no business secret.
    pub fn covers_promises(self) -> bool {
        matches!(
            self,
            ErasureGround::PersonalInformation | ErasureGround::StateSecret | ErasureGround::CourtOrAuthority
        )
    }
}

/// A text that still exists, as far as deciding about it needs to know. The words are not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextFact {
    /// The stream of its event.
    pub stream: Stream,
    /// What sort of text it is.
    pub name: TextName,
}

impl TextFact {
    /// Whether the text is part of what was promised: then it goes only by two people of the supervision office, on some grounds.
    pub fn is_promise(self) -> bool {
        match self.stream.kind() {
            StreamKind::Plan | StreamKind::Task | StreamKind::Document => true,
            StreamKind::Organisation
            | StreamKind::Account
            | StreamKind::Report
            | StreamKind::Log
            | StreamKind::Erasure => false,
        }
    }
}

/// How far an erasure has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErasureState {
    /// 待复核: one person asks for it.
    Proposed,
    /// 不予清除, or withdrawn by whoever proposed it.
    Declined {
        /// Who declined.
        by: ActorIdentity,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// 已清除: the words are gone from the ledger.
    Confirmed {
        /// The second person.
        by: ActorIdentity,
        /// When.
        at: Timestamp,
    },
}

impl ErasureState {
    /// The stable word of rows and locale keys.
    pub fn code(&self) -> &'static str {
        match self {
            ErasureState::Proposed => "proposed",
            ErasureState::Declined { .. } => "declined",
            ErasureState::Confirmed { .. } => "confirmed",
        }
    }
}

/// An erasure as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// Version of its stream.
    pub version: u64,
    /// On which ground.
    pub ground: ErasureGround,
    /// Why, in words that do not repeat what is to go.
    pub explanation: String,
    /// The texts, sorted, without repetition.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files, 64 hexadecimal digits each, sorted, without repetition.
    pub files: Vec<String>,
    /// The first person.
    pub proposed_by: ActorIdentity,
    /// When.
    pub proposed_at: Timestamp,
    /// How far it has come.
    pub state: ErasureState,
}

impl Erasure {
    /// The state after one more event of its stream. A tombstone by the person who proposed it is out of place: nobody erases alone.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        let envelope = &recorded.envelope;
        let (by, at, version) = (envelope.actor, envelope.recorded_at, envelope.version);
        match (state, &recorded.event) {
            (None, Event::ErasureProposed(event)) => Ok(Self {
                id: event.erasure,
                version,
                ground: event.ground,
                explanation: event.explanation.body().to_owned(),
                texts: event.texts.clone(),
                files: event.files.clone(),
                proposed_by: by,
                proposed_at: at,
                state: ErasureState::Proposed,
            }),
            (Some(erasure), Event::ErasureDeclined(event)) if erasure.is_open() => Ok(Self {
                version,
                state: ErasureState::Declined {
                    by,
                    at,
                    reason: event.reason.body().to_owned(),
                },
                ..erasure
            }),
            (Some(erasure), Event::ContentErased(event))
                if erasure.is_open()
                    && erasure.proposed_by != by
                    && event.proposed_by == erasure.proposed_by
                    && event.ground == erasure.ground
                    && event.texts == erasure.texts
                    && event.files == erasure.files =>
            {
                Ok(Self {
                    version,
                    state: ErasureState::Confirmed { by, at },
                    ..erasure
                })
            }
            // An erasure that the restored ledger had lost, or one that it held as proposed.
            (state, Event::ErasureReapplied(event))
                if state.as_ref().is_none_or(|erasure| erasure.tombstone().is_none()) =>
            {
                Ok(Self {
                    id: event.erasure,
                    version,
                    ground: event.ground,
                    explanation: state.map_or_else(String::new, |erasure| erasure.explanation),
                    texts: event.texts.clone(),
                    files: event.files.clone(),
                    proposed_by: event.proposed_by,
                    proposed_at: event.erased_at,
                    state: ErasureState::Confirmed {
                        by: event.confirmed_by,
                        at: event.erased_at,
                    },
                })
            }
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// Whether it waits for the second person.
    pub fn is_open(&self) -> bool {
        self.state == ErasureState::Proposed
    }

    /// What is left to be known of it where it was confirmed.
    pub fn tombstone(&self) -> Option<Tombstone> {
        match self.state {
            ErasureState::Confirmed { by, at } => Some(Tombstone {
                erasure: self.id,
                ground: self.ground,
                proposed_by: self.proposed_by,
                confirmed_by: by,
                erased_at: at,
                texts: self.texts.clone(),
                files: self.files.clone(),
            }),
            ErasureState::Proposed | ErasureState::Declined { .. } => None,
        }
    }
}

/// A confirmed erasure without words, as it is kept beside backups and taken again after a restoration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its id.
    pub erasure: ErasureId,
    /// On which ground.
    pub ground: ErasureGround,
    /// The first person.
    pub proposed_by: ActorIdentity,
    /// The second person.
    pub confirmed_by: ActorIdentity,
    /// When the words went from the ledger.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub erased_at: Timestamp,
    /// The texts.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files.
    pub files: Vec<String>,
}

/// Sorted and each once: what is asked for in any order is recorded in one.
pub(crate) fn each_once<T: Ord + Clone>(things: &[T]) -> Vec<T> {
    things.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// A text of a thing as the form for an erasure lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// Where it stands.
    pub place: TextPlace,
    /// The stream of its event.
    pub stream: Stream,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub recorded_at: Timestamp,
    /// What sort of text it is.
    pub name: TextName,
    /// The words.
    pub body: String,
}

/// A text that is no longer there, as pages say it beside what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedText {
    /// What sort of text it was.
    pub name: TextName,
    /// On which ground it went.
    pub ground: ErasureGround,
    /// When.
    pub erased_at: Timestamp,
    /// The erasure.
    pub erasure: ErasureId,
}

/// How much was erased on one ground in one year. It names nobody and can be public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureCount {
    /// The year in China.
    pub year: i16,
    /// The ground.
    pub ground: ErasureGround,
    /// Erasures.
    pub erasures: u32,
    /// Texts of them.
    pub texts: u32,
    /// Files of them.
    pub files: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_found_by_their_words() {
        for ground in ErasureGround::ALL {
            assert_eq!(ErasureGround::from_code(ground.code()), Some(ground));
        }
    }
}
