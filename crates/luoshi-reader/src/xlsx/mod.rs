//! Workbooks of Office Open XML (xlsx): every sheet that the file shows becomes a table of its cells.
//!
//! Numbers and dates are read as the sheet shows them, results of formulas as they were saved. Not read are hidden sheets, charts,
//! pictures, comments, headers and footers. Nothing is made as large as the file says that it is: cells cost what they hold, wherever
//! they stand.

mod format;
mod sheet;
mod strings;
mod styles;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use self::{
    sheet::{Sheet, Workbook, read_shared},
    styles::Styles,
};
use crate::{Limits, assembly::Assembly, error::ReadError, package::Package, unreadable, xml::XmlEvent};

/// Reads the container of a workbook whose main part is `main`.
pub(crate) fn read(mut package: Package<'_>, main: &str, limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let mut errors = Vec::new();
    let mut hidden = 0;
    match read_contents(&mut package, main) {
        Ok(contents) => {
            hidden = contents.hidden;
            read_sheets(&mut package, contents, limits, &mut out, &mut errors);
        }
        Err(error) => errors.push(error),
    }
    if out.is_empty() && errors.is_empty() {
        return unreadable(SourceFormat::Xlsx, DiagnosticCode::EmptyFile);
    }
    errors.dedup();
    for error in errors {
        out.diagnose(error.diagnostic());
    }
    if hidden > 0 {
        out.diagnose(Diagnostic::new(DiagnosticCode::HiddenSheets, Span::default()).with("count", hidden));
    }
    out.finish(SourceFormat::Xlsx)
}

/// What the main part says about the workbook.
struct Contents {
    /// Name and part of every sheet that is shown, in order.
    sheets: Vec<(String, String)>,
    hidden: usize,
    counts_from_1904: bool,
    styles: Option<String>,
    strings: Option<String>,
}

fn read_contents(package: &mut Package<'_>, main: &str) -> Result<Contents, ReadError> {
    let relationships = package.relationships_by_id(main)?;
    let part_of_kind = |kind: &str, customary: &str| {
        relationships
            .values()
            .find(|relationship| relationship.kind == kind)
            .map(|relationship| relationship.target.clone())
            .filter(|part| package.has(part))
            .or_else(|| package.has(customary).then(|| customary.to_owned()))
    };
    let mut contents = Contents {
        sheets: Vec::new(),
        hidden: 0,
        counts_from_1904: false,
        styles: part_of_kind("styles", "xl/styles.xml"),
        strings: part_of_kind("sharedStrings", "xl/sharedStrings.xml"),
    };
    let mut stated = Vec::new();
    let mut reader = package.open_xml(main)?;
    let mut buffer = Vec::new();
    loop {
        match reader.next(&mut buffer)? {
            XmlEvent::Start(element) => match element.name() {
                "workbookPr" => {
                    contents.counts_from_1904 = element
                        .attribute("date1904")
                        .is_some_and(|value| matches!(value.trim(), "1" | "true" | "on"));
                }
                "sheet" => {
                    let name = element.attribute("name").unwrap_or_default();
                    let is_hidden = element
                        .attribute("state")
                        .is_some_and(|state| matches!(state.as_str(), "hidden" | "veryHidden"));
                    let relationship = element.attribute("id").and_then(|id| relationships.get(&id));
                    match relationship {
                        Some(relationship) if relationship.kind != "worksheet" => {}
                        _ if is_hidden => contents.hidden += 1,
                        Some(relationship) => stated.push((name, relationship.target.clone())),
                        None => {
                            let part = format!("xl/worksheets/sheet{}.xml", stated.len() + 1);
                            stated.push((name, part));
                        }
                    }
                }
                _ => {}
            },
            XmlEvent::EndOfPart => break,
            _ => {}
        }
    }
    drop(reader);
    contents.sheets = stated;
    Ok(contents)
}

fn read_sheets(
    package: &mut Package<'_>,
    contents: Contents,
    limits: &Limits,
    out: &mut Assembly,
    errors: &mut Vec<ReadError>,
) {
    let mut styles = Styles::default();
    if let Some(part) = contents.styles {
        match package.open_xml(&part) {
            Ok(reader) => {
                let (read, outcome) = Styles::read(reader);
                styles = read;
                errors.extend(outcome.err());
            }
            Err(error) => errors.push(error),
        }
    }
    let mut strings = Vec::new();
    if let Some(part) = contents.strings {
        match package.open_xml(&part) {
            Ok(reader) => {
                let (read, outcome) = read_shared(reader, limits);
                strings = read;
                errors.extend(outcome.err());
            }
            Err(error) => errors.push(error),
        }
    }
    let workbook = Workbook {
        styles: &styles,
        strings: &strings,
        counts_from_1904: contents.counts_from_1904,
    };
    let has_several = contents.sheets.len() > 1;
    let mut table = 0;
    for (name, part) in contents.sheets {
        let mut sheet = Sheet::default();
        match package.open_xml(&part) {
            Ok(reader) => errors.extend(sheet.read(reader, &workbook, limits).err()),
            Err(error) => errors.push(error),
        }
        if sheet.is_empty() {
            continue;
        }
        let name = has_several.then_some(name.as_str());
        if let Err(error) = sheet.place(table, name, &workbook, out) {
            errors.push(error);
            return;
        }
        table += 1;
    }
}
