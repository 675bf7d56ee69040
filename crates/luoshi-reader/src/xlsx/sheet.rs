//! The cells of one sheet, gathered while its part is read and put in place at its end, since which cells are merged is said last.
//!
//! A merged cell stands once, at its upper left corner; what a program left behind under it is not shown and not read.

use std::{collections::BTreeMap, io::BufRead};

use luoshi_types::{BlockKind, Place};

use super::{
    strings::{self, TextTarget},
    styles::Styles,
};
use crate::{
    Limits,
    assembly::{Assembly, cell_name, trimmed},
    error::ReadError,
    xml::{XmlEvent, XmlReader},
};

const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// What a cell holds. A shared text is kept by its number until it is put in place: many cells may share one.
#[derive(Debug)]
enum Value {
    Shared(usize),
    Text(String),
}

/// The cells and merges of one sheet.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    cells: BTreeMap<(u32, u32), Value>,
    merges: Vec<Area>,
}

/// A rectangle of cells; both corners belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Area {
    first: (u32, u32),
    last: (u32, u32),
}

/// The cell that is open while the part is read.
#[derive(Debug, Default)]
struct OpenCell {
    at: (u32, u32),
    kind: String,
    style: usize,
    value: String,
    inline: String,
}

/// What the workbook knows about its cells.
pub(super) struct Workbook<'parts> {
    pub(super) styles: &'parts Styles,
    pub(super) strings: &'parts [String],
    pub(super) counts_from_1904: bool,
}

impl Sheet {
    /// Reads a part. What was read before an error is kept.
    pub(super) fn read<R: BufRead>(
        &mut self,
        mut reader: XmlReader<R>,
        workbook: &Workbook<'_>,
        limits: &Limits,
    ) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut cell: Option<OpenCell> = None;
        let mut names: Vec<Name> = Vec::new();
        let (mut row, mut column) = (0u32, 0u32);
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => {
                    let name = Name::of(element.name());
                    match name {
                        Name::Row => {
                            row = match element
                                .attribute("r")
                                .and_then(|number| number.trim().parse::<u32>().ok())
                            {
                                Some(number) => number.saturating_sub(1),
                                None => row,
                            };
                            column = 0;
                        }
                        Name::Cell => {
                            let stated = element.attribute("r").and_then(|name| address(&name));
                            let at = stated.unwrap_or((row, column));
                            column = at.1.saturating_add(1);
                            cell = Some(OpenCell {
                                at,
                                kind: element.attribute("t").unwrap_or_default(),
                                style: element
                                    .attribute("s")
                                    .and_then(|index| index.trim().parse().ok())
                                    .unwrap_or(0),
                                ..OpenCell::default()
                            });
                        }
                        Name::Merge => {
                            if let Some(area) = element.attribute("ref").and_then(|name| area(&name)) {
                                if self.merges.len() >= limits.blocks {
                                    return Err(too_many_cells(limits));
                                }
                                self.merges.push(area);
                            }
                        }
                        _ => {}
                    }
                    names.push(name);
                }
                XmlEvent::Text(text) => {
                    let Some(cell) = &mut cell else { continue };
                    match names.last() {
                        Some(Name::Value) => cell.value.push_str(&text),
                        Some(Name::Text) if !names.contains(&Name::Phonetic) => cell.inline.push_str(&text),
                        _ => {}
                    }
                }
                XmlEvent::End => match names.pop() {
                    Some(Name::Cell) => {
                        if let Some(cell) = cell.take() {
                            self.keep(cell, workbook, limits)?;
                        }
                    }
                    Some(Name::Row) => row = row.saturating_add(1),
                    _ => {}
                },
                XmlEvent::Ignored => {}
                XmlEvent::EndOfPart => return Ok(()),
            }
        }
    }

    fn keep(&mut self, cell: OpenCell, workbook: &Workbook<'_>, limits: &Limits) -> Result<(), ReadError> {
        if cell.at.0 >= MOST_ROWS || cell.at.1 >= MOST_COLUMNS {
            return Err(ReadError::damaged("sheet"));
        }
        let value = match cell.kind.as_str() {
            "s" => match cell.value.trim().parse::<usize>() {
                Ok(index) if index < workbook.strings.len() => Value::Shared(index),
                _ => return Ok(()),
            },
            "inlineStr" => Value::Text(strings::unescaped(&cell.inline)),
            "str" => Value::Text(strings::unescaped(&cell.value)),
            "b" => Value::Text(if cell.value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned()),
            "e" | "d" => Value::Text(cell.value),
            _ => Value::Text(
                workbook
                    .styles
                    .render(cell.style, &cell.value, workbook.counts_from_1904),
            ),
        };
        let is_empty = match &value {
            Value::Shared(index) => workbook.strings.get(*index).is_none_or(|text| trimmed(text).is_empty()),
            Value::Text(text) => trimmed(text).is_empty(),
        };
        if is_empty {
            return Ok(());
        }
        if self.cells.len() >= limits.blocks {
            return Err(too_many_cells(limits));
        }
        self.cells.insert(cell.at, value);
        Ok(())
    }

    /// Whether there is nothing on the sheet.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Puts the cells in place, row by row.
    pub(super) fn place(
        mut self,
        table: u32,
        name: Option<&str>,
        workbook: &Workbook<'_>,
        out: &mut Assembly,
    ) -> Result<(), ReadError> {
        self.merges.sort_unstable();
        let mut merges = self.merges.iter().peekable();
        // The merged cells that reach into the row, by their first column.
        let mut reaching: BTreeMap<u32, Area> = BTreeMap::new();
        for ((row, column), value) in &self.cells {
            while let Some(area) = merges.next_if(|area| area.first <= (*row, *column)) {
                reaching.insert(area.first.1, *area);
            }
            let covering = loop {
                match reaching.range(..=*column).next_back() {
                    Some((first, area)) if area.last.0 < *row => {
                        let first = *first;
                        reaching.remove(&first);
                    }
                    Some((_, area)) if area.last.1 >= *column => break Some(*area),
                    _ => break None,
                }
            };
            let (rows, columns) = match covering {
                Some(area) if area.first == (*row, *column) => {
                    (area.last.0 - area.first.0 + 1, area.last.1 - area.first.1 + 1)
                }
                Some(_) => continue,
                None => (1, 1),
            };
            let text = match value {
                Value::Shared(index) => workbook.strings.get(*index).map_or("", String::as_str),
                Value::Text(text) => text,
            };
            let kind = BlockKind::Cell {
                table,
                row: *row,
                column: *column,
                rows,
                columns,
            };
            let cell = cell_name(*row, *column);
            let place = Place {
                cell: Some(match name {
                    Some(name) => format!("{name}!{cell}"),
                    None => cell,
                }),
                ..Place::default()
            };
            let text = lines_of(text);
            if !text.is_empty() {
                out.push(&text, None, kind, place)?;
            }
        }
        Ok(())
    }
}

fn too_many_cells(limits: &Limits) -> ReadError {
    ReadError::Expansion {
        limit: limits.blocks as u64,
        what: "blocks",
    }
}

/// The lines of a cell without the blanks around them and without the blank ones.
fn lines_of(text: &str) -> String {
    let lines: Vec<&str> = text
        .split(['\n', '\r', '\u{0B}', '\u{0C}', '\u{2028}', '\u{2029}'])
        .map(trimmed)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// The names of elements that matter inside a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Row,
    Cell,
    Value,
    Text,
    Phonetic,
    Merge,
    Other,
}

impl Name {
    fn of(name: &str) -> Self {
        match name {
            "row" => Name::Row,
            "c" => Name::Cell,
            "v" => Name::Value,
            "t" => Name::Text,
            "rPh" => Name::Phonetic,
            "mergeCell" => Name::Merge,
            _ => Name::Other,
        }
    }
}

/// Row and column, from 0, of a name such as `B7`.
fn address(name: &str) -> Option<(u32, u32)> {
    let name = name.trim().replace('$', "");
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = name.split_at_checked(letters)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().fold(0u32, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    let row: u32 = digits.parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

fn area(name: &str) -> Option<Area> {
    let (first, last) = name.split_once(':').unwrap_or((name, name));
    let (one, other) = (address(first)?, address(last)?);
    let first = (one.0.min(other.0), one.1.min(other.1));
    let last = (one.0.max(other.0), one.1.max(other.1));
    Some(Area { first, last })
}

/// Collects the shared texts of a workbook.
pub(super) fn read_shared<R: BufRead>(
    mut reader: XmlReader<R>,
    limits: &Limits,
) -> (Vec<String>, Result<(), ReadError>) {
    let mut target = TextTarget::default();
    let mut buffer = Vec::new();
    loop {
        let outcome = match reader.next(&mut buffer) {
            Ok(XmlEvent::Start(element)) => target.start(element.name(), limits),
            Ok(XmlEvent::Text(text)) => {
                target.text(&text);
                Ok(())
            }
            Ok(XmlEvent::End) => {
                target.end();
                Ok(())
            }
            Ok(XmlEvent::Ignored) => Ok(()),
            Ok(XmlEvent::EndOfPart) => return (target.finish(), Ok(())),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            return (target.finish(), Err(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        assert_eq!(address("A1"), Some((0, 0)));
        assert_eq!(address("$XFD$1048576"), Some((1_048_575, 16_383)));
        for wrong in ["", "1", "A", "A0", "AAAA1", "A-1", "一1", "A99999999999"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn keeps_lines_of_a_cell() {
        assert_eq!(lines_of("牵头：甲\r\n\n　配合：乙 "), "牵头：甲\n配合：乙");
    }
}
