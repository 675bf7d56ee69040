//! Tables typed as lines whose cells are parted by tabs or strokes. Lines without such marks are not its matter, but for the theme lines
//! between two rows.

use luoshi_types::Span;

use crate::{
    outline::table::{Cell, Table, column_of, table_of},
    scan::Line,
    text::{is_sentence_end, slice, trimmed},
};

/// Characters of the longest line without marks that still belongs to the table around it.
const LONGEST_THEME: usize = 40;

/// The tables below a header row of the same form.
pub(super) fn find(text: &str, lines: &[Line]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    let mut theme: Option<Span> = None;
    let mut mark = '\t';
    let mut row = 0;
    for line in lines {
        let content = slice(text, line.span);
        if is_rule_line(content) {
            continue;
        }
        let found = ['\t', '|', '｜']
            .into_iter()
            .find(|mark| content.matches(*mark).count() >= 2);
        if found.is_none() && !cells.is_empty() && theme.is_none() && may_be_theme(content) {
            theme = Some(line.span);
            continue;
        }
        let parts = found.map(|found| parts_of(text, line.span, found)).unwrap_or_default();
        // A line between two rows is their theme; one above another header row is the name of the next table.
        let ends = found.is_none() || found != Some(mark) || (theme.is_some() && is_header_row(text, &parts));
        if ends && !cells.is_empty() {
            tables.extend(table_of(text, std::mem::take(&mut cells)));
            theme = None;
            row = 0;
        }
        let Some(found) = found else {
            theme = None;
            continue;
        };
        mark = found;
        if let Some(span) = theme.take() {
            cells.push(Cell {
                span,
                row,
                column: 0,
                rows: 1,
                columns: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            });
            row += 1;
        }
        for (column, span) in (0..).zip(parts) {
            cells.push(Cell {
                span,
                row,
                column,
                rows: 1,
                columns: 1,
            });
        }
        row += 1;
    }
    tables.extend(table_of(text, cells));
    tables
}

/// |---|:---:|, the line that a table in Markdown has below its header.
fn is_rule_line(content: &str) -> bool {
    content.contains("--")
        && content.contains('|')
        && content
            .chars()
            .all(|character| matches!(character, '|' | '-' | ':' | ' '))
}

fn may_be_theme(content: &str) -> bool {
    !content.contains(is_sentence_end) && content.chars().take(LONGEST_THEME + 1).count() <= LONGEST_THEME
}

fn is_header_row(text: &str, parts: &[Span]) -> bool {
    parts.len() >= 2 && parts.iter().all(|part| column_of(slice(text, *part)).is_some())
}

fn parts_of(text: &str, line: Span, mark: char) -> Vec<Span> {
    let content = slice(text, line);
    let framed = content.strip_prefix(mark).unwrap_or(content);
    let mut at = line.start + content.len() - framed.len();
    let mut parts = Vec::new();
    for part in framed.strip_suffix(mark).unwrap_or(framed).split(mark) {
        parts.push(trimmed(text, Span::new(at, at + part.len())));
        at += part.len() + mark.len_utf8();
    }
    parts
}
