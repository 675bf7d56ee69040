//! Documents of Word 97 to 2003 (doc), and of other office programs that write the same container (wps).
//!
//! Read are paragraphs, headings, tables with their merged cells and automatic numbering, which is computed by the same rules as in
//! docx. Not read are headers, footers, notes, comments, text boxes, pictures, documents of Word 6 and 95, and everything that only
//! concerns the look.
//!
//! The format is a memory image with offsets in it. Nothing is allocated because a file declares it, every offset is checked where it is
//! used, and no list is longer than the bytes that it stands in.

mod body;
mod compound;
mod definitions;
mod properties;
mod word;

use std::cell::OnceCell;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use self::{
    body::{Body, Findings, Parts},
    compound::Compound,
    word::{Index, NoIndex},
};
use crate::{Limits, assembly::Assembly, docx, error::ReadError, unreadable_because};

/// Reads a document.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let mut errors = Vec::new();
    let findings = match gather(bytes, limits, &mut out, &mut errors) {
        Ok(findings) => findings,
        Err(NoIndex::TooOld) => {
            let diagnostic =
                Diagnostic::new(DiagnosticCode::UnsupportedFormat, Span::default()).with("format", "doc (Word 6/95)");
            return unreadable_because(SourceFormat::Doc, diagnostic);
        }
        Err(NoIndex::Encrypted) => {
            errors.push(ReadError::Encrypted);
            Findings::default()
        }
        Err(NoIndex::Broken) => {
            errors.push(ReadError::damaged("doc"));
            Findings::default()
        }
    };
    if findings.is_damaged {
        errors.push(ReadError::damaged("doc"));
    }
    let met = docx::Findings {
        tracked_changes: findings.tracked_changes,
        lost_symbols: findings.lost_symbols,
        pictures: findings.pictures,
        foreign_chunks: 0,
    };
    docx::finish(out, errors, met, SourceFormat::Doc, "doc")
}

fn gather(bytes: &[u8], limits: &Limits, out: &mut Assembly, errors: &mut Vec<ReadError>) -> Result<Findings, NoIndex> {
    let compound = Compound::open(bytes).ok_or(NoIndex::Broken)?;
    let word_document = compound.stream("WordDocument").ok_or(NoIndex::Broken)?;
    let index = Index::read(&word_document.bytes)?;
    let table = compound.stream(index.table_stream).ok_or(NoIndex::Broken)?;
    if !word_document.is_whole || !table.is_whole {
        errors.push(ReadError::damaged("doc"));
    }
    // A character takes a byte at least, so that more characters than bytes are the same ones again.
    let most = word_document.bytes.len();
    let pieces = word::pieces(&table.bytes, &index, most).ok_or(NoIndex::Broken)?;
    let fonts = word::font_names(&table.bytes, &index);
    let data = OnceCell::new();
    let open_data = || compound.stream("Data").map(|stream| stream.bytes).unwrap_or_default();
    let parts = Parts {
        word_document: &word_document.bytes,
        table: &table.bytes,
        index: &index,
        data: &data,
        open_data: &open_data,
        styles: definitions::styles(&table.bytes, &index),
        numbering: definitions::numbering(&table.bytes, &index, &fonts),
        fonts,
    };
    let mut body = Body::new(parts, limits, out);
    errors.extend(body.read(&pieces).err());
    Ok(body.findings)
}
