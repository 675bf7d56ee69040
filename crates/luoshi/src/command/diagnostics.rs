//! Complaints about a document as lines for a screen, and the name by which a file is called in them.

use std::path::Path;

use luoshi_intake::{hint, message};
use luoshi_types::{Diagnostic, Severity};

use crate::words::{Words, text};

/// The last part of a path, as a site names a file.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Two lines a complaint: what is the matter, and what helps.
pub(crate) fn lines(diagnostics: &[Diagnostic], words: Words) -> Vec<String> {
    diagnostics
        .iter()
        .flat_map(|diagnostic| {
            let severity = match diagnostic.severity {
                Severity::Error => "severity-error",
                Severity::Warning => "severity-warning",
                Severity::Info => "severity-info",
            };
            let complaint = [
                ("severity", text(words.say(severity))),
                ("code", text(diagnostic.code.code())),
                ("message", text(message(diagnostic, words.0))),
            ];
            [
                format!("  {}", words.say_with("parse-complaint", &complaint)),
                format!(
                    "  {}",
                    words.say_with("parse-complaint-hint", &[("hint", text(hint(diagnostic, words.0)))])
                ),
            ]
        })
        .collect()
}
