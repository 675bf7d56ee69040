//! The name and the key of a log, in the text forms that Go's `sumdb/note` and every C2SP tool read.
//!
//! Not for keeping keys: where the signer text lies, and that it stays apart from backups, is the installation's matter.

use crate::receipt::RECEIPT_SUFFIX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, verify_batch};
use signed_note::{Signer, StandardSigner, StandardVerifier, Verifier, VerifierError};
use zeroize::{Zeroize, Zeroizing};

const ED25519: u8 = 1;
const MAXIMUM_ORIGIN_BYTES: usize = 255;

/// The name of a log, which is the first line of its checkpoints and the name of its key. Fixed when the site is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Why a text cannot name a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// There is no text.
    #[error("the origin is empty")]
    Empty,
    /// The text is longer than 255 bytes.
    #[error("the origin is longer than {MAXIMUM_ORIGIN_BYTES} bytes")]
    TooLong,
    /// White space, a plus sign or a control character would end the name early in one of the text forms.
    #[error("the origin contains {0:?}; spaces, plus signs and control characters are not allowed")]
    ForbiddenCharacter(char),
    /// The name would make a checkpoint of this log begin like a receipt of another one.
    #[error("the origin may not end in {RECEIPT_SUFFIX}, the mark of receipts")]
    LooksLikeReceipt,
}

impl Origin {
    /// Checks the name.
    ///
    /// # Errors
    /// When the text is empty, too long, contains white space, `+` or a control character, or ends like a receipt.
    pub fn new(text: impl Into<String>) -> Result<Self, OriginError> {
        let text = text.into();
        if text.is_empty() {
            return Err(OriginError::Empty);
        }
        if text.len() > MAXIMUM_ORIGIN_BYTES {
            return Err(OriginError::TooLong);
        }
        let forbidden = |character: &char| character.is_whitespace() || character.is_control() || *character == '+';
        if let Some(character) = text.chars().find(forbidden) {
            return Err(OriginError::ForbiddenCharacter(character));
        }
        if text.ends_with(RECEIPT_SUFFIX) {
            return Err(OriginError::LooksLikeReceipt);
        }
        Ok(Self(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a key text was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text has not the parts of a key, or they cannot be decoded.
    #[error("the text is not a key in note form")]
    Malformed,
    /// The key is of another type than Ed25519.
    #[error("the key is not an Ed25519 key of type 1")]
    OtherType,
    /// The key id in the text is not that of the name and key beside it.
    #[error("the key id does not belong to the name and the key")]
    WrongId,
    /// The name of the key cannot be the origin of a log.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

/// The secret key of a log with the log's name. `Debug` shows the public half only; the secret is overwritten on drop.
pub struct LogKey {
    origin: Origin,
    signing_key: SigningKey,
    id: u32,
}

impl LogKey {
    /// Makes the key from 32 secret random bytes.
    #[must_use]
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        let signing_key = SigningKey::from_bytes(seed);
        let id = signed_note::key_id(origin.as_str(), &typed(signing_key.verifying_key().as_bytes()));
        Self {
            origin,
            signing_key,
            id,
        }
    }

    /// Reads the signer text, `PRIVATE+KEY+<origin>+<id>+<base64>`. White space around it is ignored, as files end lines.
    ///
    /// # Errors
    /// When the text is malformed, of another key type, or its id belongs to another key.
    pub fn from_signer_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        StandardSigner::new(text).map_err(|error| match error {
            signed_note::SignerError::Format => KeyError::Malformed,
            signed_note::SignerError::Alg => KeyError::OtherType,
            signed_note::SignerError::Id => KeyError::WrongId,
        })?;
        let parts: Vec<&str> = text.splitn(5, '+').collect();
        let [_, _, name, _, encoded] = parts.as_slice() else {
            return Err(KeyError::Malformed);
        };
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| KeyError::Malformed)?);
        let Some((&ED25519, seed)) = bytes.split_first() else {
            return Err(KeyError::OtherType);
        };
        let mut seed: [u8; 32] = seed.try_into().map_err(|_| KeyError::Malformed)?;
        let key = Self::from_seed(Origin::new(*name)?, &seed);
        seed.zeroize();
        Ok(key)
    }

    /// The signer text, which is the secret itself.
    #[must_use]
    pub fn to_signer_text(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.signing_key.to_bytes());
        let encoded = Zeroizing::new(STANDARD.encode(Zeroizing::new(typed(&seed))));
        Zeroizing::new(format!(
            "PRIVATE+KEY+{}+{:08x}+{}",
            self.origin,
            self.id,
            encoded.as_str()
        ))
    }

    /// The public key in its text form, `<origin>+<id>+<base64>`, to be published.
    #[must_use]
    pub fn verifier_text(&self) -> String {
        signed_note::new_ed25519_verifier_key(self.origin.as_str(), &self.signing_key.verifying_key())
    }

    /// The public key.
    ///
    /// # Errors
    /// Never for a key that was made by this type; the conversion goes through the public text form.
    pub fn verifier(&self) -> Result<VerifierKey, KeyError> {
        VerifierKey::parse(&self.verifier_text())
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The signature in a note that consists of `text` and one line with the name and the id of this key.
    pub(crate) fn only_signature_below(&self, text: &str, note: &str) -> Option<Signature> {
        let line = note.strip_prefix(text)?.strip_prefix("\n\u{2014} ")?;
        let encoded = line
            .strip_prefix(self.origin.as_str())?
            .strip_prefix(' ')?
            .strip_suffix('\n')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, signature) = bytes.split_first_chunk()?;
        let signature = Signature::from_slice(signature).ok()?;
        (u32::from_be_bytes(*id) == self.id).then_some(signature)
    }

    /// Whether each of the signatures is one of this key below the text at its place. They are checked together, so a wrong one is found and
    /// not which it is.
    pub(crate) fn has_signed(&self, texts: &[String], signatures: &[Signature]) -> bool {
        let messages: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let keys = vec![self.signing_key.verifying_key(); signatures.len()];
        verify_batch(&messages, signatures, &keys).is_ok()
    }
}

impl std::fmt::Debug for LogKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "LogKey({}, secret redacted)", self.verifier_text())
    }
}

impl Signer for LogKey {
    fn name(&self) -> &str {
        self.origin.as_str()
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.signing_key.try_sign(message)?.to_vec())
    }
}

fn typed(key: &[u8; 32]) -> [u8; 33] {
    let mut bytes = [ED25519; 33];
    bytes[1..].copy_from_slice(key);
    bytes
}

/// The public key of a log with the log's name.
#[derive(Clone)]
pub struct VerifierKey {
    origin: Origin,
    standard: StandardVerifier,
    text: String,
}

impl VerifierKey {
    /// Reads the public text form, `<origin>+<id>+<base64>`. White space around it is ignored.
    ///
    /// # Errors
    /// When the text is malformed, of another key type, or its id belongs to another key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let standard = StandardVerifier::new(text).map_err(|error| match error {
            VerifierError::Format => KeyError::Malformed,
            VerifierError::Alg => KeyError::OtherType,
            VerifierError::Id => KeyError::WrongId,
        })?;
        Ok(Self {
            origin: Origin::new(standard.name())?,
            standard,
            text: text.to_owned(),
        })
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn standard(&self) -> &StandardVerifier {
        &self.standard
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for VerifierKey {}

impl std::fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "VerifierKey({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key pair of the Go package's own documentation.
    const SIGNER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn texts_are_those_of_the_go_package() {
        let key = LogKey::from_signer_text(SIGNER).unwrap();
        assert_eq!(key.to_signer_text().as_str(), SIGNER);
        assert_eq!(key.verifier_text(), VERIFIER);
        assert_eq!(key.verifier().unwrap().as_str(), VERIFIER);
    }

    #[test]
    fn signs_the_note_of_the_go_documentation() {
        let key = LogKey::from_signer_text(&format!("{SIGNER}\n")).unwrap();
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let note = crate::note::sign_text(text, &[&key]).unwrap();
        let line = "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert_eq!(note, format!("{text}{line}"));
    }

    #[test]
    fn damaged_texts_are_refused_with_their_cause() {
        let cause = |text: &str| LogKey::from_signer_text(text).map(|_| ());
        assert_eq!(cause(""), Err(KeyError::Malformed));
        assert_eq!(cause(&SIGNER.replace("c74f20a3", "c74f20a4")), Err(KeyError::WrongId));
        assert_eq!(cause(&SIGNER.replace("+AYEK", "+AoEK")), Err(KeyError::OtherType));
        assert_eq!(
            cause(&SIGNER.replace("PeterNeumann", "PeterNewmann")),
            Err(KeyError::WrongId)
        );
        let public = |text: &str| VerifierKey::parse(text).map(|_| ());
        assert_eq!(
            public(&VERIFIER.replace("c74f20a3", "c74f20a4")),
            Err(KeyError::WrongId)
        );
        assert_eq!(public("PeterNeumann+c74f20a3"), Err(KeyError::Malformed));
    }

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", LogKey::from_signer_text(SIGNER).unwrap());
        assert!(shown.contains(VERIFIER), "{shown}");
        assert!(!shown.contains("AYEKFALVFGyNhPJEMzD1QIDr"), "{shown}");
    }

    #[test]
    fn origins_are_checked() {
        assert!(Origin::new("luoshi.example.gov.cn/台账").is_ok());
        assert_eq!(Origin::new(""), Err(OriginError::Empty));
        assert_eq!(Origin::new("a b"), Err(OriginError::ForbiddenCharacter(' ')));
        assert_eq!(
            Origin::new("a\u{3000}b"),
            Err(OriginError::ForbiddenCharacter('\u{3000}'))
        );
        assert_eq!(Origin::new("a+b"), Err(OriginError::ForbiddenCharacter('+')));
        assert_eq!(Origin::new("a\u{7f}"), Err(OriginError::ForbiddenCharacter('\u{7f}')));
        assert_eq!(Origin::new("example.cn/receipt"), Err(OriginError::LooksLikeReceipt));
        assert_eq!(Origin::new("x".repeat(256)), Err(OriginError::TooLong));
    }
}
