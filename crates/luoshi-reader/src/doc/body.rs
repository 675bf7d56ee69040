//! The text of a document: paragraphs and tables in reading order, from one stream of characters with marks in it.
//!
//! Left out are the instructions of fields, deleted and hidden text, pictures, and what hangs on marks: notes and comments.

use std::{cell::OnceCell, collections::BTreeMap, mem};

use encoding_rs::WINDOWS_1252;
use luoshi_types::{BlockKind, Place};

use super::{
    definitions::style_name,
    properties::{CellShape, CharacterProperties, Pages, ParagraphProperties, Stretch, Stretches, cells_of_row},
    word::{Index, Piece},
};
use crate::{
    Limits,
    assembly::{Assembly, labelled, trimmed},
    docx::{
        numbering::{Numbering, ParagraphNumbering},
        styles::{Styles, heading_of_outline},
        symbol,
        table::{Merge, Table},
    },
    error::ReadError,
};

const PARAGRAPH_END: char = '\r';
const CELL_END: char = '\u{07}';
const LINE_BREAK: char = '\u{0B}';
const PAGE_BREAK: char = '\u{0C}';
const FIELD_BEGIN: char = '\u{13}';
const FIELD_SEPARATOR: char = '\u{14}';
const FIELD_END: char = '\u{15}';
const UNBREAKABLE_HYPHEN: char = '\u{1E}';
const PICTURE: char = '\u{01}';

/// Edges of cells that are nearer than this, in twentieths of a point, are one edge.
const SAME_EDGE: i16 = 40;

/// Reads the characters of a document and puts its blocks in place.
pub(super) struct Body<'parts, 'out> {
    word_document: &'parts [u8],
    /// The stream of long properties, opened where one is met.
    data: &'parts OnceCell<Vec<u8>>,
    open_data: &'parts dyn Fn() -> Vec<u8>,
    characters: Stretches,
    paragraphs: Stretches,
    styles: Styles,
    numbering: Numbering,
    fonts: Vec<String>,
    out: &'out mut Assembly,
    deepest: usize,
    most_cells: usize,
    /// Open fields: whether the result of each has begun.
    fields: Vec<bool>,
    /// How many of them are still at their instruction, which is not text.
    instructions: usize,
    /// The stretch of characters that was asked for last, and what it says.
    look: Option<(Stretch, CharacterProperties)>,
    text: String,
    paragraphs_seen: u32,
    tables_seen: u32,
    rows: Vec<Row>,
    cells: Vec<Vec<CellParagraph>>,
    cell: Vec<CellParagraph>,
    /// Cells and their paragraphs that wait for the end of their table.
    waiting: usize,
    pub(super) findings: Findings,
}

/// What was met on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) tracked_changes: usize,
    pub(super) lost_symbols: usize,
    pub(super) pictures: usize,
    /// A piece or page of properties that is not where it should be.
    pub(super) is_damaged: bool,
    in_change: bool,
}

#[derive(Debug)]
struct CellParagraph {
    text: String,
    label_bytes: Option<usize>,
    line: u32,
}

#[derive(Debug)]
struct Row {
    cells: Vec<Vec<CellParagraph>>,
    shapes: Vec<CellShape>,
}

/// The parts that a body is read from.
pub(super) struct Parts<'parts> {
    pub(super) word_document: &'parts [u8],
    pub(super) table: &'parts [u8],
    pub(super) index: &'parts Index,
    pub(super) data: &'parts OnceCell<Vec<u8>>,
    pub(super) open_data: &'parts dyn Fn() -> Vec<u8>,
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
    pub(super) fonts: Vec<String>,
}

impl<'parts, 'out> Body<'parts, 'out> {
    pub(super) fn new(parts: Parts<'parts>, limits: &Limits, out: &'out mut Assembly) -> Self {
        let stretches = |extent, pages| Stretches::read(parts.word_document, parts.table, extent, pages);
        let characters = stretches(parts.index.character_pages, Pages::Characters);
        let paragraphs = stretches(parts.index.paragraph_pages, Pages::Paragraphs);
        Self {
            word_document: parts.word_document,
            data: parts.data,
            open_data: parts.open_data,
            findings: Findings {
                is_damaged: characters.is_damaged || paragraphs.is_damaged,
                ..Findings::default()
            },
            characters,
            paragraphs,
            styles: parts.styles,
            numbering: parts.numbering,
            fonts: parts.fonts,
            out,
            deepest: limits.nesting_depth,
            most_cells: limits.blocks,
            fields: Vec::new(),
            instructions: 0,
            look: None,
            text: String::new(),
            paragraphs_seen: 0,
            tables_seen: 0,
            rows: Vec::new(),
            cells: Vec::new(),
            cell: Vec::new(),
            waiting: 0,
        }
    }

    pub(super) fn read(&mut self, pieces: &[Piece]) -> Result<(), ReadError> {
        let outcome = pieces.iter().try_for_each(|piece| self.read_piece(*piece));
        // What was open when reading stopped is kept.
        let rest = self.end_paragraph(PARAGRAPH_END, None);
        outcome.and(rest).and(self.end_table())
    }

    fn read_piece(&mut self, piece: Piece) -> Result<(), ReadError> {
        let width = if piece.is_narrow { 1 } else { 2 };
        let bytes = self.word_document.get(piece.start..).unwrap_or_default();
        let length = piece.characters.saturating_mul(width);
        if bytes.len() < length {
            self.findings.is_damaged = true;
        }
        let bytes = bytes.get(..length).unwrap_or(bytes);
        let mut place = piece.start;
        if piece.is_narrow {
            for byte in bytes {
                let byte = [*byte];
                let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(&byte);
                for character in decoded.chars() {
                    self.character(character, place)?;
                }
                place += 1;
            }
            return Ok(());
        }
        let units = super::compound::numbers16(bytes);
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.character(character, place)?;
            place += 2 * character.len_utf16();
        }
        Ok(())
    }

    fn character(&mut self, character: char, place: usize) -> Result<(), ReadError> {
        match character {
            FIELD_BEGIN => {
                if self.fields.len() >= self.deepest {
                    return Err(ReadError::Nesting { limit: self.deepest });
                }
                self.fields.push(false);
                self.instructions += 1;
            }
            FIELD_SEPARATOR => {
                if let Some(begun) = self.fields.last_mut()
                    && !mem::replace(begun, true)
                {
                    self.instructions -= 1;
                }
            }
            FIELD_END => {
                if self.fields.pop() == Some(false) {
                    self.instructions -= 1;
                }
            }
            _ if self.instructions > 0 => {}
            PARAGRAPH_END | CELL_END => self.end_paragraph(character, Some(place))?,
            LINE_BREAK => self.text.push('\n'),
            PAGE_BREAK if self.ends_a_paragraph(place) => self.end_paragraph(PARAGRAPH_END, Some(place))?,
            PAGE_BREAK => self.text.push('\n'),
            PICTURE => self.findings.pictures += 1,
            UNBREAKABLE_HYPHEN => self.write('-', place),
            '\t' => self.write(character, place),
            // Anchors of notes, comments and drawings, and hyphens that show only where a line breaks.
            '\0'..' ' => {}
            _ => self.write(character, place),
        }
        Ok(())
    }

    /// Whether a break ends a section and with it its paragraph: the properties of a paragraph end behind its mark.
    fn ends_a_paragraph(&self, place: usize) -> bool {
        self.paragraphs
            .at(place)
            .is_some_and(|stretch| stretch.to as usize <= place + 2)
    }

    fn look_at(&mut self, place: usize) -> CharacterProperties {
        if let Some((stretch, look)) = self.look
            && (stretch.from as usize..stretch.to as usize).contains(&place)
        {
            return look;
        }
        let Some(stretch) = self.characters.at(place) else {
            return CharacterProperties::default();
        };
        let look = CharacterProperties::of(stretch.of(self.word_document));
        self.look = Some((stretch, look));
        look
    }

    fn write(&mut self, character: char, place: usize) {
        let look = self.look_at(place);
        let is_change = look.is_deleted || look.is_inserted;
        if is_change && !self.findings.in_change {
            self.findings.tracked_changes += 1;
        }
        self.findings.in_change = is_change;
        if look.is_deleted || look.is_hidden {
            return;
        }
        match look.symbol {
            None => self.text.push(character),
            Some((font, code)) => {
                let font = self.fonts.get(usize::from(font)).map_or("", String::as_str);
                match symbol::from_font(font, u32::from(code)) {
                    Some(shown) => self.text.push(shown),
                    None => {
                        self.text.push(char::REPLACEMENT_CHARACTER);
                        self.findings.lost_symbols += 1;
                    }
                }
            }
        }
    }

    /// Ends the paragraph whose mark stands at `place`; without a place, what is left at the end of the text.
    fn end_paragraph(&mut self, mark: char, place: Option<usize>) -> Result<(), ReadError> {
        self.paragraphs_seen = self.paragraphs_seen.saturating_add(1);
        let stretch = place.and_then(|place| self.paragraphs.at(place));
        let word_document = self.word_document;
        let stated = stretch.map(|stretch| stretch.of(word_document)).unwrap_or_default();
        let mut properties = ParagraphProperties {
            style: super::compound::number16(stated, 0),
            ..ParagraphProperties::default()
        };
        properties.apply(stated.get(2..).unwrap_or_default());
        if let Some(at) = properties.elsewhere {
            let data: &'parts [u8] = self.data.get_or_init(self.open_data);
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            let length = super::compound::number16(data, at).map_or(0, usize::from);
            let rest = data.get(at.saturating_add(2)..).unwrap_or_default();
            properties.apply(rest.get(..length).unwrap_or_default());
        }
        if let Some(place) = place
            && mark == PARAGRAPH_END
            && self.look_at(place).is_deleted
        {
            // The mark is deleted, so that the text belongs to the next paragraph.
            return Ok(());
        }
        let depth = match properties.is_in_table {
            true => properties.depth.max(1),
            false => 0,
        };
        if depth == 0 {
            self.end_table()?;
        }
        if depth == 1 && properties.ends_row {
            self.text.clear();
            return self.end_row(properties.row);
        }
        if depth > 1 && properties.ends_inner_row {
            self.text.clear();
            return Ok(());
        }
        self.place_paragraph(&properties, depth)?;
        if depth == 1 && mark == CELL_END {
            self.wait()?;
            self.cells.push(mem::take(&mut self.cell));
        }
        Ok(())
    }

    /// Counts what is kept until a table ends.
    fn wait(&mut self) -> Result<(), ReadError> {
        self.waiting += 1;
        match self.waiting > self.most_cells {
            true => Err(ReadError::Expansion {
                limit: self.most_cells as u64,
                what: "blocks",
            }),
            false => Ok(()),
        }
    }

    fn place_paragraph(&mut self, properties: &ParagraphProperties<'_>, depth: u32) -> Result<(), ReadError> {
        let style = self
            .styles
            .paragraph(Some(&style_name(properties.style.unwrap_or_default())));
        let direct = (properties.list.is_some() || properties.level.is_some()).then_some(ParagraphNumbering {
            instance: properties.list.map(i64::from),
            level: properties.level,
        });
        let label = self.numbering.label(&self.styles, &style, direct);
        let heading = match properties.outline {
            Some(level) => heading_of_outline(level),
            None => style.heading,
        };
        let text = mem::take(&mut self.text);
        let mut label = label;
        // A break inside a paragraph begins a new block, or a new line of the cell.
        for line in text.split('\n') {
            let line = trimmed(line);
            let (text, label_bytes) = match label.take() {
                Some(label) => labelled(&label, line),
                None => (line.to_owned(), None),
            };
            if text.is_empty() {
                continue;
            }
            if depth > 0 {
                self.wait()?;
                self.cell.push(CellParagraph {
                    text,
                    label_bytes,
                    line: self.paragraphs_seen,
                });
                continue;
            }
            let kind = heading.map_or(BlockKind::Paragraph, |level| BlockKind::Heading { level });
            let place = Place {
                line: Some(self.paragraphs_seen),
                ..Place::default()
            };
            self.out.push(&text, label_bytes, kind, place)?;
        }
        Ok(())
    }

    fn end_row(&mut self, definition: Option<&[u8]>) -> Result<(), ReadError> {
        if !self.cell.is_empty() {
            self.cells.push(mem::take(&mut self.cell));
        }
        let cells = mem::take(&mut self.cells);
        let shapes = definition.map(cells_of_row).unwrap_or_default();
        if !cells.is_empty() {
            self.wait()?;
            self.rows.push(Row { cells, shapes });
        }
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), ReadError> {
        self.end_row(None)?;
        self.waiting = 0;
        let rows = mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(self.tables_seen);
        self.tables_seen += 1;
        let outcome = place_rows(rows, &mut table, self.out);
        outcome.and(table.finish(self.out))
    }
}

/// Puts the rows in place in a grid that all their edges make.
fn place_rows(rows: Vec<Row>, table: &mut Table, out: &mut Assembly) -> Result<(), ReadError> {
    let columns = columns_of(&rows);
    let column = |edge: i16| columns.range(..=edge).next_back().map_or(0, |(_, column)| *column);
    for row in rows {
        table.start_row();
        // A row whose definition does not fit is placed cell by cell.
        let is_known = row.shapes.len() == row.cells.len();
        if is_known && let Some(first) = row.shapes.first() {
            table.skip_columns(column(first.left));
        }
        for (number, paragraphs) in row.cells.into_iter().enumerate() {
            table.start_cell();
            if is_known && let Some(shape) = row.shapes.get(number) {
                table.span_columns(column(shape.right) - column(shape.left));
                table.merge_down(match (shape.goes_on_from_above, shape.goes_on_below) {
                    (true, _) => Merge::Continue,
                    (false, true) => Merge::Restart,
                    (false, false) => Merge::None,
                });
                if shape.goes_on_from_before {
                    table.merge_sideways(Merge::Continue);
                }
            }
            for paragraph in paragraphs {
                table.add_paragraph(&paragraph.text, paragraph.label_bytes, paragraph.line);
            }
            table.end_cell(out)?;
        }
        table.end_row();
    }
    Ok(())
}

/// The number of the column that begins at each edge, edges that are almost the same taken as one.
fn columns_of(rows: &[Row]) -> BTreeMap<i16, i64> {
    let mut edges: Vec<i16> = rows
        .iter()
        .flat_map(|row| &row.shapes)
        .flat_map(|shape| [shape.left, shape.right])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut columns = BTreeMap::new();
    let mut next = 0;
    let mut last: Option<i16> = None;
    for edge in edges {
        if last.is_some_and(|last| edge.saturating_sub(last) <= SAME_EDGE) {
            continue;
        }
        columns.insert(edge, next);
        next += 1;
        last = Some(edge);
    }
    columns
}
