//! Word processing documents of Office Open XML (docx), transitional and strict.
//!
//! Read are the paragraphs, headings, tables and text boxes of the main part, with automatic numbering rendered as its label. Not read
//! are headers, footers, notes, comments, pictures, charts and everything that only concerns the look. Of the other formats that use
//! the same container it says the name, and nothing more.

mod body;
mod numbering;
mod package;
mod styles;
mod symbol;
mod table;
mod xml;

use std::io::Read as _;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use self::{body::Body, numbering::Numbering, package::Package, styles::Styles};
use crate::{Limits, assembly::Assembly, error::ReadError, unreadable, unreadable_because};

/// Reads a zip container, which is a docx or is refused with the name of what it is.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Document {
    match open(bytes, limits) {
        Ok(Container::Docx { package, main }) => read_main(package, &main, limits),
        Ok(Container::Refused { code, format }) => unreadable_because(
            SourceFormat::Text,
            Diagnostic::new(code, Span::default()).with("format", format),
        ),
        Err(error) => unreadable_because(SourceFormat::Docx, error.diagnostic()),
    }
}

enum Container<'bytes> {
    Docx { package: Package<'bytes>, main: String },
    Refused { code: DiagnosticCode, format: &'static str },
}

fn open<'bytes>(bytes: &'bytes [u8], limits: &Limits) -> Result<Container<'bytes>, ReadError> {
    let mut package = Package::open(bytes, limits)?;
    let unsupported = |format| {
        let code = DiagnosticCode::UnsupportedFormat;
        Ok(Container::Refused { code, format })
    };
    // A document whose relationships are missing or wrong is still found by the name that every writer gives it.
    let stated = match package.relationships("") {
        Ok(relationships) => relationships
            .into_iter()
            .find(|relationship| relationship.kind == "officeDocument")
            .map(|relationship| relationship.target),
        Err(ReadError::Damaged { .. }) => None,
        Err(error) => return Err(error),
    };
    let main = stated.filter(|part| package.has(part)).or_else(|| {
        [
            "word/document.xml",
            "xl/workbook.xml",
            "xl/workbook.bin",
            "ppt/presentation.xml",
        ]
        .into_iter()
        .find(|part| package.has(part))
        .map(str::to_owned)
    });
    match main {
        Some(main) if main.starts_with("xl/") => return unsupported("xlsx"),
        Some(main) if main.starts_with("ppt/") => return unsupported("pptx"),
        Some(main) => return Ok(Container::Docx { package, main }),
        None => {}
    }
    if package.has("OFD.xml") {
        return unsupported("ofd");
    }
    if package.has("mimetype") {
        match media_type(&mut package)?.as_str() {
            "application/vnd.oasis.opendocument.text" => return unsupported("odt"),
            "application/vnd.oasis.opendocument.spreadsheet" => return unsupported("ods"),
            "application/vnd.oasis.opendocument.presentation" => return unsupported("odp"),
            "application/epub+zip" => return unsupported("epub"),
            _ => {}
        }
    }
    if package.has("[Content_Types].xml") {
        return Err(ReadError::damaged("word/document.xml"));
    }
    Ok(Container::Refused {
        code: DiagnosticCode::ArchiveFile,
        format: "zip",
    })
}

fn media_type(package: &mut Package<'_>) -> Result<String, ReadError> {
    const LONGEST: u64 = 128;
    let mut text = String::new();
    package
        .open_part("mimetype")?
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|_| ReadError::damaged("mimetype"))?;
    Ok(text.trim().to_owned())
}

fn read_main(mut package: Package<'_>, main: &str, limits: &Limits) -> Document {
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

    let mut findings = body::Findings::default();
    match package.open_xml(main) {
        Ok(reader) => {
            let mut body = Body::new(&mut styles, &mut numbering, &mut out);
            errors.extend(body.read(reader).err());
            findings = body.findings;
        }
        Err(error) => errors.push(error),
    }

    if findings.foreign_chunks > 0 {
        // Some generators write a page of HTML into a docx and leave it to Word to read.
        out.diagnose(Diagnostic::new(DiagnosticCode::UnsupportedFormat, Span::default()).with("format", "altChunk"));
    } else if out.is_empty() && errors.is_empty() {
        // A document of pictures only is a scan.
        return match findings.pictures {
            0 => unreadable(SourceFormat::Docx, DiagnosticCode::EmptyFile),
            _ => unreadable_because(
                SourceFormat::Docx,
                Diagnostic::new(DiagnosticCode::PictureFile, Span::default()).with("format", "docx"),
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
    out.finish(SourceFormat::Docx)
}
