//! What every fuzz target checks, and containers around the part that is made up.
//!
//! A container of random bytes hardly ever gets past its checksum, so the targets put random parts into sound containers.
//!
//! It is not for anything that the program does at run time, and it is not shipped.

use std::io::{Cursor, Write as _};

use luoshi_parse::{ParseSettings, Parsed, parse};
use luoshi_reader::{Limits, read};
use luoshi_types::{Document, SourceFormat, Span};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Lets a panic of a library unwind to where our code catches it. One of our own still ends the process at once, and so does one that
/// nobody catches.
///
/// The hook that the fuzzer sets ends the process at any panic, so that a reader which catches the panics of its library could never
/// be driven past the first.
pub fn let_caught_panics_unwind() {
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |information| {
        let place = information.location().map_or("", |location| location.file());
        let is_of_a_library = place.contains("/registry/") || place.starts_with("/rustc/");
        if !is_of_a_library {
            end(information);
        }
    }));
}

/// Parses the text, with a year and without, and checks what holds for any text at all.
pub fn check_parse(text: &str) {
    let document = Document {
        text: text.to_owned(),
        blocks: Vec::new(),
        format: SourceFormat::Text,
        diagnostics: Vec::new(),
    };
    for (year, trace) in [(Some(2024), true), (None, false)] {
        let settings = ParseSettings {
            year,
            trace,
            ..ParseSettings::default()
        };
        check_parsed(text, &parse(&document, &settings));
    }
}

fn check_parsed(text: &str, parsed: &Parsed) {
    let characters: Vec<char> = text.chars().collect();
    let mut end_of_last = 0;
    for part in &parsed.spans {
        assert_eq!(part.span.start, end_of_last, "gap or overlap before {part:?}");
        assert!(part.span.end > part.span.start, "empty part {part:?}");
        end_of_last = part.span.end;
    }
    assert_eq!(end_of_last, characters.len());
    assert_eq!(parsed.coverage.total, characters.len());
    assert_eq!(parsed.coverage.accounted, characters.len());
    for span in spans_of(parsed) {
        assert!(span.start <= span.end && span.end <= characters.len(), "{span:?}");
    }
    let written = |span: Span| characters[span.start..span.end].iter().collect::<String>();
    for task in &parsed.tasks {
        for target in &task.targets {
            assert_eq!(written(target.span), target.quantity_text);
        }
        for party in &task.parties {
            assert_eq!(written(party.span), party.raw);
        }
    }
}

fn spans_of(parsed: &Parsed) -> Vec<Span> {
    let mut spans: Vec<Span> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.span).collect();
    spans.extend(parsed.mentions.iter().map(|mention| mention.span));
    spans.extend(parsed.trace.iter().map(|entry| entry.span));
    for section in &parsed.sections {
        spans.extend([section.span, section.title_span]);
    }
    for task in &parsed.tasks {
        spans.extend([task.span, task.title_span]);
        spans.extend(task.responsibility.iter().chain(&task.measures));
        spans.extend(task.deadlines.iter().map(|deadline| deadline.span));
        spans.extend(task.tracking.excluded.iter().map(|exclusion| exclusion.span));
    }
    spans
}

/// Reads the bytes and checks what holds for every document.
pub fn check(bytes: &[u8], name: &str) {
    let limits = Limits {
        bytes: 4 * 1024 * 1024,
        expanded_bytes: 16 * 1024 * 1024,
        pages: 50,
        blocks: 100_000,
        ..Limits::default()
    };
    let document = read(bytes, name, &limits);
    let length = document.text.chars().count();
    let mut end_of_last = 0;
    for block in &document.blocks {
        assert!(block.span.start >= end_of_last, "blocks overlap: {block:?}");
        assert!(block.span.end <= length, "block outside the text: {block:?}");
        assert!(!block.span.is_empty(), "empty block: {block:?}");
        if let Some(label) = block.label {
            assert!(block.span.contains(label), "label outside: {block:?}");
        }
        end_of_last = block.span.end;
    }
    assert!(!document.text.contains('\0'));
    assert!(
        !document.blocks.is_empty() || !document.diagnostics.is_empty(),
        "nothing read and nothing said"
    );
}

/// A zip of these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        if writer.start_file(*name, options).is_ok() {
            let _ = writer.write_all(bytes);
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// The bytes cut into the two parts of a container at the first NUL, which no XML holds.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, b""),
    }
}

/// A word processing document with this body, and with this numbering after a NUL.
pub fn docx(data: &[u8]) -> Vec<u8> {
    let (body, numbering) = halves(data);
    archive(&[("word/document.xml", body), ("word/numbering.xml", numbering)])
}

/// A workbook with this sheet, and with these shared texts and styles after a NUL.
pub fn xlsx(data: &[u8]) -> Vec<u8> {
    let (sheet, rest) = halves(data);
    let workbook = b"<workbook><sheets><sheet name='a'/></sheets></workbook>";
    archive(&[
        ("xl/workbook.xml", workbook),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", rest),
        ("xl/styles.xml", rest),
    ])
}

/// An OFD with this page.
pub fn ofd(data: &[u8]) -> Vec<u8> {
    archive(&[
        ("OFD.xml", b"<OFD><DocRoot>Document.xml</DocRoot></OFD>"),
        (
            "Document.xml",
            b"<Document><Pages><Page BaseLoc='Content.xml'/></Pages></Document>",
        ),
        ("Content.xml", data),
    ])
}
