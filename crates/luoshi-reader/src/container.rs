//! Tells what a zip container is by the parts that it holds, and hands it to the reader of that format. It reads no content itself.

use std::io::Read as _;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use crate::{Limits, docx, error::ReadError, ofd, package::Package, unreadable_because, xlsx};

/// Reads a zip container, which is a document of a known format or is refused with the name of what it is.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Document {
    match open(bytes, limits) {
        Ok((package, Content::Docx { main })) => docx::read(package, &main, limits),
        Ok((package, Content::Xlsx { main })) => xlsx::read(package, &main, limits),
        Ok((package, Content::Ofd)) => ofd::read(package, limits),
        Ok((_, Content::Refused { code, format })) => unreadable_because(
            SourceFormat::Text,
            Diagnostic::new(code, Span::default()).with("format", format),
        ),
        Err(error) => unreadable_because(SourceFormat::Text, error.diagnostic()),
    }
}

/// What the container holds.
enum Content {
    Docx { main: String },
    Xlsx { main: String },
    Ofd,
    Refused { code: DiagnosticCode, format: &'static str },
}

fn open<'bytes>(bytes: &'bytes [u8], limits: &Limits) -> Result<(Package<'bytes>, Content), ReadError> {
    let mut package = Package::open(bytes, limits)?;
    let content = content_of(&mut package)?;
    Ok((package, content))
}

fn content_of(package: &mut Package<'_>) -> Result<Content, ReadError> {
    let unsupported = |format| {
        let code = DiagnosticCode::UnsupportedFormat;
        Ok(Content::Refused { code, format })
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
        Some(main) if main.starts_with("xl/") && main.ends_with(".bin") => return unsupported("xlsb"),
        Some(main) if main.starts_with("xl/") => return Ok(Content::Xlsx { main }),
        Some(main) if main.starts_with("ppt/") => return unsupported("pptx"),
        Some(main) => return Ok(Content::Docx { main }),
        None => {}
    }
    if package.has("OFD.xml") {
        return Ok(Content::Ofd);
    }
    if package.has("mimetype") {
        match media_type(package)?.as_str() {
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
    Ok(Content::Refused {
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
