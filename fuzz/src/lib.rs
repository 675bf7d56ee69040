//! What every fuzz target checks, and containers around the part that is made up.
//!
//! A container of random bytes hardly ever gets past its checksum, so the targets put random parts into sound containers.
//!
//! It is not for anything that the program does at run time, and it is not shipped.

use std::io::{Cursor, Write as _};

use luoshi_reader::{Limits, read};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

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
