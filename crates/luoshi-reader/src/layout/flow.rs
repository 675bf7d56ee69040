//! Joins lines into paragraphs, lines of a cell into its text, and the parts of a table that pages have torn.
//!
//! A line begins a paragraph when it is indented, when the line before it ended short, when there is more room above it than between
//! lines, or when it bears a label after the end of a sentence. Otherwise it goes on where the line before broke off.

use luoshi_types::{BlockKind, Place};

use super::{
    line::Line,
    table::{CellArea, TableArea},
};
use crate::{
    assembly::{Assembly, cell_name},
    error::ReadError,
};

/// A line that ends nearer to the margin than so many characters is full: the next word or mark did not fit.
const FULL: f32 = 2.2;

/// Puts paragraphs and cells in place as they end.
pub(super) struct Flow<'out> {
    out: &'out mut Assembly,
    paragraph: Option<Paragraph>,
    table: Option<OpenTable>,
    tables_seen: u32,
}

struct Paragraph {
    text: String,
    page: u32,
    /// The line that was added last, and the page and margins that it stood between.
    last: Line,
    last_page: u32,
    margin: f32,
    end: f32,
    /// The distance between the last two lines.
    pitch: Option<f32>,
}

/// A table that the next page may go on with.
struct OpenTable {
    columns: Vec<f32>,
    rows: u32,
    cells: Vec<Cell>,
    last_page: u32,
}

struct Cell {
    row: u32,
    column: u32,
    rows: u32,
    columns: u32,
    text: String,
    page: u32,
    /// Whether its last line reaches the edge, so that it may go on.
    is_full: bool,
}

impl<'out> Flow<'out> {
    pub(super) fn new(out: &'out mut Assembly) -> Self {
        Self {
            out,
            paragraph: None,
            table: None,
            tables_seen: 0,
        }
    }

    /// Takes in a line of running text that stands between the margins `margin` and `end`.
    pub(super) fn line(&mut self, line: Line, page: u32, margin: f32, end: f32) -> Result<(), ReadError> {
        self.end_table()?;
        if let Some(paragraph) = &mut self.paragraph
            && paragraph.goes_on_with(&line, page, margin)
        {
            paragraph.pitch = (page == paragraph.last_page).then_some(line.base - paragraph.last.base);
            append(&mut paragraph.text, &line.text);
            paragraph.last = line;
            paragraph.last_page = page;
            paragraph.margin = margin;
            paragraph.end = end;
            return Ok(());
        }
        self.end_paragraph()?;
        self.paragraph = Some(Paragraph {
            text: line.text.clone(),
            page,
            last: line,
            last_page: page,
            margin,
            end,
            pitch: None,
        });
        Ok(())
    }

    /// Takes in a table, which may go on with the one before.
    pub(super) fn table(&mut self, area: TableArea, page: u32) -> Result<(), ReadError> {
        self.end_paragraph()?;
        if let Some(open) = &mut self.table
            && open.goes_on_with(&area, page)
        {
            open.extend(area, page);
            return Ok(());
        }
        self.end_table()?;
        self.table = Some(OpenTable {
            columns: area.columns,
            rows: area.rows,
            cells: area.cells.into_iter().map(|cell| Cell::new(cell, page)).collect(),
            last_page: page,
        });
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        self.end_table()?;
        self.end_paragraph()
    }

    fn end_paragraph(&mut self) -> Result<(), ReadError> {
        let Some(paragraph) = self.paragraph.take() else {
            return Ok(());
        };
        let place = Place {
            page: Some(paragraph.page),
            ..Place::default()
        };
        self.out
            .push(&paragraph.text, None, BlockKind::Paragraph, place)
            .map(|_| ())
    }

    fn end_table(&mut self) -> Result<(), ReadError> {
        let Some(open) = self.table.take() else { return Ok(()) };
        let table = self.tables_seen;
        self.tables_seen = self.tables_seen.saturating_add(1);
        let mut cells = open.cells;
        cells.sort_by_key(|cell| (cell.row, cell.column));
        for cell in cells {
            let kind = BlockKind::Cell {
                table,
                row: cell.row,
                column: cell.column,
                rows: cell.rows,
                columns: cell.columns,
            };
            let place = Place {
                page: Some(cell.page),
                cell: Some(cell_name(cell.row, cell.column)),
                ..Place::default()
            };
            self.out.push(&cell.text, None, kind, place)?;
        }
        Ok(())
    }
}

impl Paragraph {
    fn goes_on_with(&self, line: &Line, page: u32, margin: f32) -> bool {
        let last = &self.last;
        let size = last.size.max(line.size);
        if (last.size - line.size).abs() > size * 0.15 {
            return false;
        }
        // A line in the middle of the page is a title or a signature, each a line of its own.
        // Where the widest line is short, no line was broken.
        let is_full = self.end - self.margin > size * 10.0
            && last.right > self.end - size * FULL - unbreakable(&line.text) * size;
        if !is_full {
            return false;
        }
        if page == self.last_page {
            let pitch = line.base - last.base;
            // Going up is going to the next column.
            if pitch > 0.0 && pitch > size * 3.0 {
                return false;
            }
            if self.pitch.is_some_and(|usual| pitch > usual * 1.35) {
                return false;
            }
        }
        let indent = line.left - margin;
        let last_indent = last.left - self.margin;
        // A whole paragraph may be indented; then its lines begin below each other.
        let is_indented = indent > size * 1.2 && (indent - last_indent).abs() > size * 0.5;
        if is_indented {
            return false;
        }
        if is_document_number(&line.text) {
            return false;
        }
        let ends_sentence = self.text.ends_with(['。', '；', '：', '！', '？', '）', ';', ':']);
        !(has_label(&line.text) && (ends_sentence || indent > size * 1.2))
    }
}

impl OpenTable {
    fn goes_on_with(&self, area: &TableArea, page: u32) -> bool {
        const TOLERANCE: f32 = 6.0;
        let width = |columns: &[f32]| -> Vec<f32> {
            let first = columns.first().copied().unwrap_or(0.0);
            columns.iter().map(|column| column - first).collect()
        };
        // Pages that mirror each other have different margins; so widths are compared and not places.
        page == self.last_page.saturating_add(1)
            && self.columns.len() == area.columns.len()
            && width(&self.columns)
                .iter()
                .zip(width(&area.columns))
                .all(|(one, other)| (one - other).abs() <= TOLERANCE)
    }

    fn extend(&mut self, area: TableArea, page: u32) {
        let mut cells: Vec<Cell> = area.cells.into_iter().map(|cell| Cell::new(cell, page)).collect();
        let mut rows = area.rows;
        let first_row = |cells: &[Cell]| -> Vec<(u32, String)> {
            cells
                .iter()
                .filter(|cell| cell.row == 0)
                .map(|cell| (cell.column, cell.text.clone()))
                .collect()
        };
        // Programs repeat the header on every page.
        if first_row(&self.cells) == first_row(&cells)
            && cells.iter().filter(|cell| cell.row == 0).all(|cell| cell.rows == 1)
        {
            cells.retain(|cell| cell.row > 0);
            for cell in &mut cells {
                cell.row -= 1;
            }
            rows = rows.saturating_sub(1);
        }
        if self.is_torn(&cells) {
            let last = self.rows.saturating_sub(1);
            let (torn, whole): (Vec<Cell>, Vec<Cell>) = cells.into_iter().partition(|cell| cell.row == 0);
            for cell in torn {
                match self
                    .cells
                    .iter_mut()
                    .find(|above| above.row + above.rows > last && above.column == cell.column)
                {
                    Some(above) => {
                        append(&mut above.text, &cell.text);
                        above.is_full = cell.is_full;
                    }
                    None => self.cells.push(Cell { row: last, ..cell }),
                }
            }
            cells = whole;
            for cell in &mut cells {
                cell.row -= 1;
            }
            rows = rows.saturating_sub(1);
        }
        for cell in &mut cells {
            cell.row = cell.row.saturating_add(self.rows);
        }
        self.cells.append(&mut cells);
        self.rows = self.rows.saturating_add(rows);
        self.last_page = page;
    }

    /// Whether the first row of the next page is the rest of the last row of this one: its first cell is empty on one of the two, and
    /// every text that stands in both was cut at the edge of its cell.
    fn is_torn(&self, next: &[Cell]) -> bool {
        let last = self.rows.saturating_sub(1);
        let above = |column: u32| {
            self.cells
                .iter()
                .find(|cell| cell.row + cell.rows > last && cell.column == column)
        };
        let first_row: Vec<&Cell> = next.iter().filter(|cell| cell.row == 0).collect();
        if first_row.is_empty() || first_row.iter().any(|cell| cell.rows > 1) {
            return false;
        }
        let is_numbered_twice = above(0).is_some() && first_row.iter().any(|cell| cell.column == 0);
        let mut pairs = first_row.iter().filter_map(|cell| above(cell.column)).peekable();
        !is_numbered_twice
            && pairs.peek().is_some()
            && pairs.all(|cell| cell.is_full && !cell.text.ends_with(['。', '；', '！']))
    }
}

impl Cell {
    fn new(area: CellArea, page: u32) -> Self {
        let mut text = String::new();
        let mut is_full = false;
        let mut room = 0.0;
        for line in area.lines {
            let is_full_before = is_full || room < unbreakable(&line.text) * line.size;
            if !text.is_empty() && is_full_before && !has_label(&line.text) {
                append(&mut text, &line.text);
            } else {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&line.text);
            }
            is_full = line.right > area.right - line.size * (FULL + 0.6);
            room = area.right - line.right - line.size * (FULL + 0.6);
        }
        Self {
            row: area.row,
            column: area.column,
            rows: area.rows,
            columns: area.columns,
            text,
            page,
            is_full,
        }
    }
}

/// Goes on with `text` after a line end that the page made. Only words of Latin letters are parted by it.
fn append(text: &mut String, next: &str) {
    let is_word = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphabetic());
    if is_word(text.chars().next_back()) && is_word(next.chars().next()) {
        text.push(' ');
    }
    text.push_str(next);
}

/// Whether a line is the number of the document (`霁政发〔2026〕3号`), which stands alone below a title however wide that is.
fn is_document_number(text: &str) -> bool {
    const LONGEST: usize = 24;
    text.contains('〔') && text.ends_with('号') && text.chars().count() <= LONGEST
}

/// How wide the beginning of a line is that cannot be broken, beyond its first character, in characters: a number, a bracket with what it
/// opens, and what may not stand at the beginning of a line.
fn unbreakable(text: &str) -> f32 {
    const LONGEST: usize = 24;
    const OPENING: &str = "（《〈“‘「『〔【";
    const CLOSING: &str = "）》〉”’」』〕】，。、；：！？％";
    let mut rest = text.chars().take(LONGEST).peekable();
    let mut width = 0.0;
    while rest.next_if(|character| OPENING.contains(*character)).is_some() {
        width += 1.0;
    }
    if rest.peek().is_some_and(char::is_ascii_graphic) {
        while rest.next_if(char::is_ascii_graphic).is_some() {
            width += 0.55;
        }
    } else {
        rest.next();
    }
    while rest.next_if(|character| CLOSING.contains(*character)).is_some() {
        width += 1.0;
    }
    width
}

/// Whether a line begins as a numbered item does.
fn has_label(text: &str) -> bool {
    const NUMERALS: &str = "〇零一二三四五六七八九十百";
    let rest = text.strip_prefix(['（', '(']);
    let is_bracketed = rest.is_some();
    let rest = rest.or_else(|| text.strip_prefix('第')).unwrap_or(text);
    let is_ordinal = text.starts_with('第');
    let numerals = rest
        .chars()
        .take_while(|character| NUMERALS.contains(*character) || character.is_ascii_digit())
        .count();
    let mut after = rest.chars().skip(numerals);
    let (next, further) = (after.next(), after.next());
    if text.starts_with(|character| ('\u{2460}'..='\u{2473}').contains(&character)) {
        return true;
    }
    if !(1..=5).contains(&numerals) {
        return false;
    }
    match next {
        Some('）' | ')') => is_bracketed,
        Some('条' | '章' | '节' | '部' | '项') => is_ordinal,
        Some('、' | '．') => !is_bracketed && !is_ordinal,
        // A decimal number is no label.
        Some('.') => !is_bracketed && !is_ordinal && !further.is_some_and(|further| further.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell whose line ended before `（间）` was cut in two, since a bracket does not stay behind at the end of a line.
    #[test]
    fn what_belongs_together_is_measured_together() {
        for (text, width) in [
            ("", 0.0),
            ("实施更新", 0.0),
            ("（间），11月", 3.0),
            ("套）以上", 1.0),
            ("《条例》", 1.0),
        ] {
            assert!(
                (unbreakable(text) - width).abs() < 0.01,
                "{text}: {}",
                unbreakable(text)
            );
        }
        assert!((unbreakable("2.71万户") - 2.2).abs() < 0.01);
    }

    #[test]
    fn knows_labels() {
        for text in [
            "一、稳",
            "（十二）稳",
            "(3)稳",
            "1.稳",
            "12、稳",
            "第三条 稳",
            "①稳",
            "2．稳",
        ] {
            assert!(has_label(text), "{text}");
        }
        for text in ["", "2.71万户", "2026年", "一是稳", "（牵头单位", "三千", "123456、"] {
            assert!(!has_label(text), "{text}");
        }
    }

    #[test]
    fn joins_words_and_nothing_else() {
        let mut text = "增长".to_owned();
        append(&mut text, "5%的 open");
        append(&mut text, "data");
        append(&mut text, "平台");
        assert_eq!(text, "增长5%的 open data平台");
    }
}
