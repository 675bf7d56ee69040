//! Number formats of a workbook: which code each style of a cell uses. Fonts, fills and borders are not read.

use std::{collections::BTreeMap, io::BufRead};

use super::format;
use crate::{
    error::ReadError,
    xml::{XmlEvent, XmlReader},
};

/// Styles beyond this are shown as plain numbers. Spreadsheets allow 65,490.
const MOST_STYLES: usize = 70_000;

/// The number format of every style.
#[derive(Debug, Default)]
pub(super) struct Styles {
    codes: BTreeMap<u32, String>,
    /// The number format of each style, by the index that cells refer to.
    formats: Vec<u32>,
}

impl Styles {
    /// Reads the part. What was read before an error is kept.
    pub(super) fn read<R: BufRead>(mut reader: XmlReader<R>) -> (Self, Result<(), ReadError>) {
        let mut styles = Self::default();
        let outcome = styles.gather(&mut reader);
        (styles, outcome)
    }

    fn gather<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut depth = 0usize;
        let mut cell_formats_at = None;
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => {
                    depth += 1;
                    let number = |name| {
                        element
                            .attribute(name)
                            .and_then(|value| value.trim().parse::<u32>().ok())
                    };
                    match element.name() {
                        "numFmt" if self.codes.len() < MOST_STYLES => {
                            if let (Some(id), Some(code)) = (number("numFmtId"), element.attribute("formatCode")) {
                                self.codes.entry(id).or_insert(code);
                            }
                        }
                        "cellXfs" => cell_formats_at = Some(depth),
                        "xf" if cell_formats_at.is_some() && self.formats.len() < MOST_STYLES => {
                            self.formats.push(number("numFmtId").unwrap_or(0));
                        }
                        _ => {}
                    }
                }
                XmlEvent::End => {
                    if cell_formats_at == Some(depth) {
                        cell_formats_at = None;
                    }
                    depth = depth.saturating_sub(1);
                }
                XmlEvent::EndOfPart => return Ok(()),
                _ => {}
            }
        }
    }

    /// A number as a cell of this style shows it.
    pub(super) fn render(&self, style: usize, value: &str, counts_from_1904: bool) -> String {
        let id = self.formats.get(style).copied().unwrap_or(0);
        let code = self.codes.get(&id).map(String::as_str).or_else(|| format::built_in(id));
        format::render(value, code.unwrap_or_default(), counts_from_1904)
    }
}
