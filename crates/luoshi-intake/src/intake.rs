//! One document on its way through reader and parser. It words nothing and writes no contract.

use jiff::civil::Date;
use luoshi_parse::{ParseSettings, Parsed, parse};
use luoshi_reader::{Limits, read};
use luoshi_types::Document;
use sha2::{Digest, Sha256};

/// What the caller knows of a document, and how much of one is taken.
#[derive(Debug, Clone, Default)]
pub struct IntakeSettings {
    /// The date of the document, where its text states none.
    pub date: Option<Date>,
    /// The year that bare deadlines mean, where its text states none.
    pub year: Option<i16>,
    /// Whether to record the rules that fired.
    pub trace: bool,
    /// Limits of the reader.
    pub limits: Limits,
}

/// A document that went through.
#[derive(Debug, Clone)]
pub struct Intake {
    /// What was read; its text is what every span indexes.
    pub document: Document,
    /// What was found. Its diagnostics begin with the reader's.
    pub parsed: Parsed,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// Reads and parses `bytes`. It never fails: what is wrong stands in the diagnostics of the answer.
pub fn intake(bytes: &[u8], file_name: &str, settings: &IntakeSettings) -> Intake {
    let document = read(bytes, file_name, &settings.limits);
    let parse_settings = ParseSettings {
        date: settings.date,
        year: settings.year,
        trace: settings.trace,
    };
    let parsed = parse(&document, &parse_settings);
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Intake {
        document,
        parsed,
        sha256,
    }
}
