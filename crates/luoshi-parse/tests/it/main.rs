//! The parser from outside: sentences of the corpus, the documents that lie beside the project, and any text at all.

#![expect(clippy::expect_used, reason = "helpers of tests stop on the spot")]

mod any_text;
mod documents;
mod forms;
mod hostile;
mod reports;
mod sentences;
mod tables;

use luoshi_parse::{ParseSettings, Parsed, parse};
use luoshi_types::{Document, SourceFormat, Span};

/// A document of plain text, as the reader would deliver it.
fn document(text: &str) -> Document {
    Document {
        text: text.to_owned(),
        blocks: Vec::new(),
        format: SourceFormat::Text,
        diagnostics: Vec::new(),
    }
}

/// Parses a text with the year 2024 and a trace.
fn read(text: &str) -> Parsed {
    parse(
        &document(text),
        &ParseSettings {
            year: Some(2024),
            trace: true,
            ..ParseSettings::default()
        },
    )
}

/// The text of a span.
fn show(text: &str, span: Span) -> String {
    text.chars().skip(span.start).take(span.len()).collect()
}

/// Recomputes the coverage proof: the spans follow each other without gap and overlap and reach the end.
#[track_caller]
fn assert_partition(text: &str, parsed: &Parsed) {
    let total = text.chars().count();
    let mut at = 0;
    for part in &parsed.spans {
        assert_eq!(part.span.start, at, "gap or overlap before {:?}", part);
        assert!(part.span.end > at, "empty part {part:?}");
        at = part.span.end;
    }
    assert_eq!(at, total);
    assert_eq!((parsed.coverage.total, parsed.coverage.accounted), (total, total));
}

/// Says past the test runner, which keeps back what a passing test prints, that something was not tested.
pub(crate) fn skipped(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {what}\n").as_bytes());
}
