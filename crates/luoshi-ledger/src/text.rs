//! Free text and personal data inside events: committed to by the event, kept beside it, erasable without breaking a proof (law 5).
//!
//! It does not draw salts and does not store anything.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

/// What stands in rows, lists and exports where words were erased, so that nobody takes the gap for something never said.
///
/// It is data of the record and the same in every language; pages say ground and day beside it in the reader's own.
pub const ERASED: &str = "〔已依法清除 Erased by law〕";

/// A random secret of 256 bits that keeps a short text from being guessed from its commitment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// HMAC-SHA-256 of a text under its [`Salt`] (RFC 2104). It serialises as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment(pub [u8; 32]);

impl Commitment {
    /// The commitment to `body` under `salt`.
    pub fn to(salt: &Salt, body: &str) -> Self {
        Self(keyed_hash(&salt.0, body.as_bytes()))
    }
}

/// HMAC-SHA-256 (RFC 2104) of `message` under a key of 32 bytes.
pub fn keyed_hash(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // The block of SHA-256 has 64 bytes; RFC 2104 pads a shorter key with zeros, which is done here so that no length can be refused.
    let mut padded = [0; 64];
    padded[..32].copy_from_slice(key);
    let mut code = Hmac::<Sha256>::new(&padded.into());
    code.update(message);
    code.finalize().into_bytes().into()
}

impl fmt::Display for Commitment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Serialize for Commitment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Commitment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(serde::de::Error::custom("a commitment has 64 hexadecimal digits"));
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16);
            let (Some(high), Some(low)) = (value(pair[0]), value(pair[1])) else {
                return Err(serde::de::Error::custom("a commitment has 64 hexadecimal digits"));
            };
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }
}

/// A free text of an event. The payload carries only its commitment; the words stand in a [`Content`] row.
///
/// A text is made open (`Text::from`), sealed once when its event is recorded, and opened again when the event is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    commitment: Option<Commitment>,
    body: Option<String>,
}

impl Text {
    /// The words; [`ERASED`] where they are gone.
    pub fn body(&self) -> &str {
        self.body.as_deref().unwrap_or(ERASED)
    }

    /// Whether the words are gone.
    pub fn is_erased(&self) -> bool {
        self.body.is_none()
    }

    /// The commitment, once sealed.
    pub fn commitment(&self) -> Option<Commitment> {
        self.commitment
    }

    /// Commits to the words under `salt` and returns the row to be kept beside the event.
    pub fn seal(&mut self, salt: Salt, ordinal: u32) -> Content {
        let body = self.body.clone().unwrap_or_default();
        let commitment = Commitment::to(&salt, &body);
        self.commitment = Some(commitment);
        Content { ordinal, salt, body }
    }

    /// Puts the words back; says whether they are the ones that were committed to.
    #[must_use]
    pub fn open(&mut self, content: &Content) -> bool {
        let genuine = self.commitment == Some(Commitment::to(&content.salt, &content.body));
        self.body = Some(content.body.clone());
        genuine
    }
}

impl From<&str> for Text {
    fn from(body: &str) -> Self {
        Self {
            commitment: None,
            body: Some(body.to_owned()),
        }
    }
}

impl From<String> for Text {
    fn from(body: String) -> Self {
        Self {
            commitment: None,
            body: Some(body),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.commitment {
            Some(commitment) => commitment.serialize(serializer),
            None => Err(serde::ser::Error::custom(
                "a text is sealed before its event is encoded",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Commitment::deserialize(deserializer).map(|commitment| Self {
            commitment: Some(commitment),
            body: None,
        })
    }
}

/// A row of the content table: the words of one [`Text`] and their salt, at its place in the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Which text of the event, from 0, in the order in which the event visits its texts.
    pub ordinal: u32,
    /// The salt of the commitment.
    pub salt: Salt,
    /// The words.
    pub body: String,
}

/// What sort of text it is, by the field of the event that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextName {
    /// The name to sign in with.
    SignInName,
    /// The name that pages show for a person.
    DisplayName,
    /// Name of a received file.
    FileName,
    /// The text of a received document.
    DocumentText,
    /// Title of a plan.
    PlanTitle,
    /// 文号.
    DocumentNumber,
    /// 发文机关.
    Issuer,
    /// Title of a section.
    SectionTitle,
    /// First sentence of a task.
    TaskTitle,
    /// 任务内容(原文).
    TaskText,
    /// What a task added by hand rests on.
    Basis,
    /// 完成标准.
    Deliverable,
    /// 当前进展.
    Done,
    /// 存在问题.
    Problems,
    /// 需协调事项.
    HelpWanted,
    /// 下步打算.
    NextStep,
    /// Why a report was returned.
    ReturnReason,
    /// What a verification found.
    Conclusion,
    /// What happened to a transparency log.
    IncidentReason,
    /// Why something is to be erased.
    Explanation,
    /// Why an erasure was declined.
    DeclineReason,
}

impl TextName {
    /// Every sort.
    pub const ALL: [TextName; 21] = [
        TextName::SignInName,
        TextName::DisplayName,
        TextName::FileName,
        TextName::DocumentText,
        TextName::PlanTitle,
        TextName::DocumentNumber,
        TextName::Issuer,
        TextName::SectionTitle,
        TextName::TaskTitle,
        TextName::TaskText,
        TextName::Basis,
        TextName::Deliverable,
        TextName::Done,
        TextName::Problems,
        TextName::HelpWanted,
        TextName::NextStep,
        TextName::ReturnReason,
        TextName::Conclusion,
        TextName::IncidentReason,
        TextName::Explanation,
        TextName::DeclineReason,
    ];

    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            TextName::SignInName => "sign_in_name",
            TextName::DisplayName => "display_name",
            TextName::FileName => "file_name",
            TextName::DocumentText => "document_text",
            TextName::PlanTitle => "plan_title",
            TextName::DocumentNumber => "document_number",
            TextName::Issuer => "issuer",
            TextName::SectionTitle => "section_title",
            TextName::TaskTitle => "task_title",
            TextName::TaskText => "task_text",
            TextName::Basis => "basis",
            TextName::Deliverable => "deliverable",
            TextName::Done => "done",
            TextName::Problems => "problems",
            TextName::HelpWanted => "help_wanted",
            TextName::NextStep => "next_step",
            TextName::ReturnReason => "return_reason",
            TextName::Conclusion => "conclusion",
            TextName::IncidentReason => "incident_reason",
            TextName::Explanation => "explanation",
            TextName::DeclineReason => "decline_reason",
        }
    }
}

/// Something that holds texts, and shows each of them once and always in the same order.
pub trait HoldsTexts {
    /// Calls `visit` with each text.
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text));
}

impl HoldsTexts for Text {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(self);
    }
}

impl<T: HoldsTexts> HoldsTexts for Option<T> {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        if let Some(inner) = self {
            inner.visit_texts(visit);
        }
    }
}

impl<T: HoldsTexts> HoldsTexts for Vec<T> {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        for inner in self {
            inner.visit_texts(visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_is_hmac_sha_256() {
        // RFC 4231, test case 2 has a short key; zero padding makes a key of 32 bytes equal to it.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let commitment = Commitment(keyed_hash(&key, b"what do ya want for nothing?"));
        assert_eq!(
            commitment.to_string(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn opening_tells_other_words_from_the_sealed_ones() {
        let mut text = Text::from("进展顺利");
        let mut content = text.seal(Salt([7; 32]), 0);
        assert!(text.open(&content));
        content.body.push('。');
        assert!(!text.open(&content));
    }
}
