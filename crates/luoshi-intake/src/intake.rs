//! Read and parse in one step. It adds nothing to what the two say but the hash of the bytes.

use std::sync::Arc;

use jiff::civil::Date;
use luoshi_parse::{ParseSettings, Parsed, organisations::Registry, parse};
use luoshi_reader::{Limits, read};
use luoshi_types::{Document, Language};
use sha2::{Digest, Sha256};

use crate::contract::Contract;

/// What the caller knows and the file may not say, and what the file may cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeSettings {
    /// Bounds on what reading may use.
    pub limits: Limits,
    /// The date of the document, where it states none.
    pub date: Option<Date>,
    /// The year of its deadlines, where it states none.
    pub year: Option<i16>,
    /// Whether to record the rules that fire, which [`explain`](crate::explain) needs.
    pub trace: bool,
    /// The bodies that names are resolved with; the shipped ones where a site has none of its own.
    pub organisations: Option<Arc<Registry>>,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The name that the caller gave.
    pub file_name: String,
    /// SHA-256 of the bytes, in lower case hexadecimal.
    pub sha256: String,
    /// What the reader made of the bytes.
    pub document: Document,
    /// What the parser made of the document; its diagnostics begin with those of the reader.
    pub parsed: Parsed,
}

/// Takes in a file. It never fails: what is wrong stands in the diagnostics of [`Intake::parsed`].
pub fn intake(bytes: &[u8], file_name: &str, settings: &IntakeSettings) -> Intake {
    let document = read(bytes, file_name, &settings.limits);
    let parsed = parse(
        &document,
        &ParseSettings {
            date: settings.date,
            year: settings.year,
            trace: settings.trace,
            organisations: settings.organisations.clone(),
        },
    );
    Intake {
        file_name: file_name.to_owned(),
        sha256: hexadecimal(&Sha256::digest(bytes)),
        document,
        parsed,
    }
}

impl Intake {
    /// The parse contract, its messages in `language`, the document's text in it only where `with_text` asks for it.
    pub fn contract(&self, language: Language, with_text: bool) -> Contract {
        Contract::of(self, language, with_text)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
