//! Bytes of a file become a [`Document`]: one normalised text, cut into blocks that remember where they stood.
//!
//! What it is for: plain text in the encodings that offices use, Word documents (docx) with their automatic numbering rendered as the
//! labels that a reader sees, workbooks (xlsx), portable documents (PDF), open fixed-layout documents (OFD), Markdown and HTML pages; with the feature
//! `legacy-doc` also documents of Word 97 to 2003. The format is told from the bytes; the name of the file only breaks ties. Reading never
//! fails: whatever the bytes are, there is a document, and what could not be read is in its diagnostics. The bytes may be hostile:
//! everything that they can make grow is held by [`Limits`].
//!
//! What it is not for: finding tasks, sections or responsible bodies; it does not know those words. It touches no file system, no
//! network and no clock.
//!
//! ```
//! use luoshi_reader::{Limits, read};
//!
//! let page = "<h2>一、稳增长</h2><ol type='1'><li>完成投资3000亿元。（责任部门：发改委）</li></ol>";
//! let document = read(page.as_bytes(), "plan.html", &Limits::default());
//! assert_eq!(document.text, "一、稳增长\n1. 完成投资3000亿元。（责任部门：发改委）\n");
//! assert!(document.diagnostics.is_empty());
//!
//! let picture = read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "scan.docx", &Limits::default());
//! assert_eq!(picture.text, "");
//! assert_eq!(picture.diagnostics[0].code.code(), "picture-file");
//! ```

mod assembly;
mod container;
#[cfg(feature = "legacy-doc")]
mod doc;
mod docx;
mod encoding;
mod error;
mod html;
mod layout;
mod legibility;
mod limits;
mod markdown;
mod media;
mod numerals;
mod ofd;
mod package;
#[cfg(feature = "pdf")]
mod pdf;
mod sniff;
mod text;
mod xlsx;
mod xml;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use self::sniff::{Sniffed, sniff};
pub use self::{
    limits::Limits,
    media::{MEDIA_ENDINGS, MEDIA_HEAD, MediaRefusal, media_type},
};

/// Reads the bytes of a file.
///
/// An unreadable file gives empty text and at least one diagnostic of severity error. A file that breaks off gives what stands before
/// the break, with the error. `name` is the file's name or any part of its path; it is asked only where the bytes could be either text
/// or HTML.
pub fn read(bytes: &[u8], name: &str, limits: &Limits) -> Document {
    let mut document = read_blocks(bytes, name, limits);
    legibility::judge(&mut document);
    document
}

fn read_blocks(bytes: &[u8], name: &str, limits: &Limits) -> Document {
    if bytes.is_empty() {
        return unreadable(SourceFormat::Text, DiagnosticCode::EmptyFile);
    }
    if bytes.len() as u64 > limits.bytes {
        let diagnostic = Diagnostic::new(DiagnosticCode::FileTooLarge, Span::default())
            .with("limit", limits.bytes)
            .with("size", bytes.len());
        return unreadable_because(SourceFormat::Text, diagnostic);
    }
    match sniff(bytes, name) {
        Sniffed::Zip => container::read(bytes, limits),
        #[cfg(feature = "pdf")]
        Sniffed::Pdf => pdf::read(bytes, limits),
        #[cfg(feature = "legacy-doc")]
        Sniffed::Doc => doc::read(bytes, limits),
        Sniffed::Html => html::read(bytes, limits),
        Sniffed::Text => text::read(encoding::decode_detected(bytes), limits),
        Sniffed::Markdown => markdown::read(encoding::decode_detected(bytes), limits),
        Sniffed::Refused { code, format } => {
            let mut diagnostic = Diagnostic::new(code, Span::default());
            if !format.is_empty() {
                diagnostic = diagnostic.with("format", format);
            }
            unreadable_because(SourceFormat::Text, diagnostic)
        }
    }
}

fn unreadable(format: SourceFormat, code: DiagnosticCode) -> Document {
    unreadable_because(format, Diagnostic::new(code, Span::default()))
}

fn unreadable_because(format: SourceFormat, diagnostic: Diagnostic) -> Document {
    Document {
        text: String::new(),
        blocks: Vec::new(),
        format,
        diagnostics: vec![diagnostic],
    }
}
