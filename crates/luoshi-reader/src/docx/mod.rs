//! Word processing documents of Office Open XML (docx), transitional and strict.
//!
//! Read are the paragraphs, headings, tables and text boxes of the main part, with automatic numbering rendered as its label. Not read
//! are headers, footers, notes, comments, pictures, charts and everything that only concerns the look.

mod body;
pub(crate) mod numbering;
pub(crate) mod styles;
pub(crate) mod symbol;
pub(crate) mod table;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

pub(crate) use self::body::Findings;
use self::{body::Body, numbering::Numbering, styles::Styles};
use crate::{Limits, assembly::Assembly, error::ReadError, package::Package, unreadable, unreadable_because};

/// Reads the container of a document whose main part is `main`.
pub(crate) fn read(mut package: Package<'_>, main: &str, limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let mut errors = Vec::new();

    let relationships = package.relationships(main).unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    });
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let part_of_kind = |kind: &str| -> Option<String> {
        let customary = match folder {
            "" => format!("{kind}.xml"),
            _ => format!("{folder}/{kind}.xml"),
        };
        relationships
            .iter()
            .find(|relationship| relationship.kind == kind)
            .map(|relationship| relationship.target.clone())
            .filter(|part| package.has(part))
            .or_else(|| package.has(&customary).then_some(customary))
    };
    let styles_part = part_of_kind("styles");
    let numbering_part = part_of_kind("numbering");

    let mut styles = Styles::default();
    if let Some(part) = styles_part {
        match package.open_xml(&part) {
            Ok(reader) => {
                let (read, outcome) = Styles::read(reader);
                styles = read;
                errors.extend(outcome.err());
            }
            Err(error) => errors.push(error),
        }
    }
    let mut numbering = Numbering::default();
    if let Some(part) = numbering_part {
        match package.open_xml(&part) {
            Ok(reader) => {
                let (read, outcome) = Numbering::read(reader);
                numbering = read;
                errors.extend(outcome.err());
            }
            Err(error) => errors.push(error),
        }
    }

    let mut findings = Findings::default();
    match package.open_xml(main) {
        Ok(reader) => {
            let mut body = Body::new(&mut styles, &mut numbering, &mut out);
            errors.extend(body.read(reader).err());
            findings = body.findings;
        }
        Err(error) => errors.push(error),
    }

    finish(out, errors, findings, SourceFormat::Docx, "docx")
}

/// Says of a word processing document of either format what was met on the way, and hands it over.
pub(crate) fn finish(
    mut out: Assembly,
    mut errors: Vec<ReadError>,
    findings: Findings,
    format: SourceFormat,
    name: &'static str,
) -> Document {
    if findings.foreign_chunks > 0 {
        // Some generators write a page of HTML into a docx and leave it to Word to read.
        out.diagnose(Diagnostic::new(DiagnosticCode::UnsupportedFormat, Span::default()).with("format", "altChunk"));
    } else if out.is_empty() && errors.is_empty() {
        // A document of pictures only is a scan.
        return match findings.pictures {
            0 => unreadable(format, DiagnosticCode::EmptyFile),
            _ => unreadable_because(
                format,
                Diagnostic::new(DiagnosticCode::PictureFile, Span::default()).with("format", name),
            ),
        };
    }
    errors.dedup();
    for error in errors {
        out.diagnose(error.diagnostic());
    }
    if findings.tracked_changes > 0 {
        out.diagnose(
            Diagnostic::new(DiagnosticCode::TrackedChanges, Span::default()).with("count", findings.tracked_changes),
        );
    }
    if findings.lost_symbols > 0 {
        out.diagnose(
            Diagnostic::new(DiagnosticCode::UndecodableBytes, Span::default())
                .with("count", findings.lost_symbols)
                .with("encoding", "symbol"),
        );
    }
    out.finish(format)
}
