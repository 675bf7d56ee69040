//! Markdown: headings, lists and pipe tables; everything else is text.
//!
//! Marks of emphasis, links, quotations and bullets are taken away, numbers stay as they were typed. Lines are not joined, as in plain
//! text: who numbers items by hand puts each on a line of its own. It renders no HTML.

use luoshi_types::{BlockKind, DiagnosticCode, Document, Place, SourceFormat};

use crate::{
    Limits,
    assembly::{Assembly, cell_name, trimmed},
    encoding::Decoded,
    error::ReadError,
    unreadable,
};

/// Reads decoded text.
pub(crate) fn read(decoded: Decoded, limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let outcome = place_lines(&decoded.text, &mut out);
    if out.is_empty() && outcome.is_ok() {
        return unreadable(SourceFormat::Markdown, DiagnosticCode::EmptyFile);
    }
    if let Err(error) = outcome {
        out.diagnose(error.diagnostic());
    }
    for diagnostic in decoded.diagnostics() {
        out.diagnose(diagnostic);
    }
    out.finish(SourceFormat::Markdown)
}

fn place_lines(text: &str, out: &mut Assembly) -> Result<(), ReadError> {
    let mut tables = 0u32;
    // The next row of the table that the line before belonged to.
    let mut row: Option<u32> = None;
    let mut is_code = false;
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let place = Place {
            line: u32::try_from(index + 1).ok(),
            ..Place::default()
        };
        let line = trimmed(line);
        if line.starts_with("```") || line.starts_with("~~~") {
            is_code = !is_code;
            row = None;
            continue;
        }
        let begins_table = || lines.get(index + 1).is_some_and(|next| is_table_rule(next)) && line.contains('|');
        if !is_code && (begins_table() || (row.is_some() && line.contains('|'))) {
            let at = row.unwrap_or(0);
            if is_table_rule(line) {
                continue;
            }
            for (column, cell) in (0u32..).zip(cells(line)) {
                let text = plain(&cell.replace("<br>", "\n").replace("<br/>", "\n"));
                let text: Vec<&str> = text.lines().map(trimmed).filter(|line| !line.is_empty()).collect();
                if text.is_empty() {
                    continue;
                }
                let kind = BlockKind::Cell {
                    table: tables,
                    row: at,
                    column,
                    rows: 1,
                    columns: 1,
                };
                let place = Place {
                    cell: Some(cell_name(at, column)),
                    ..place.clone()
                };
                out.push(&text.join("\n"), None, kind, place)?;
            }
            row = Some(at.saturating_add(1));
            continue;
        }
        if row.take().is_some() {
            tables = tables.saturating_add(1);
        }
        let (kind, content) = match heading(line).filter(|_| !is_code) {
            Some((level, content)) => (BlockKind::Heading { level }, content),
            None => (BlockKind::Paragraph, if is_code { line } else { without_marker(line) }),
        };
        let content = if is_code { content.to_owned() } else { plain(content) };
        let content = trimmed(&content);
        if !content.is_empty() && (is_code || !is_rule(content)) {
            out.push(content, None, kind, place)?;
        }
    }
    Ok(())
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(marks..)?;
    let level = u8::try_from(marks).ok().filter(|level| (1..=6).contains(level))?;
    // Without a blank it is no heading to the standard, but writers of Chinese leave it out.
    Some((level, rest.trim_matches([' ', '\t', '#'])))
}

/// Takes quotation marks and bullets away.
fn without_marker(line: &str) -> &str {
    let mut rest = line;
    while let Some(quoted) = rest.strip_prefix('>') {
        rest = trimmed(quoted);
    }
    ["- [ ] ", "- [x] ", "- ", "* ", "+ "]
        .iter()
        .find_map(|bullet| rest.strip_prefix(bullet))
        .unwrap_or(rest)
}

/// A line of dashes, stars or equals signs, which draws a line or makes the line above a heading.
fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && line
            .chars()
            .all(|character| matches!(character, '-' | '*' | '_' | '=' | ' '))
}

fn is_table_rule(line: &str) -> bool {
    let line = trimmed(line);
    line.contains('-') && line.contains('|') && line.chars().all(|character| matches!(character, '-' | '|' | ':' | ' '))
}

/// The cells of a row, whose outer pipes are optional and whose inner pipes may be escaped.
fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'|') => {
                characters.next();
                push_to_last(&mut cells, '|');
            }
            '|' => cells.push(String::new()),
            other => push_to_last(&mut cells, other),
        }
    }
    if cells.last().is_some_and(|cell| trimmed(cell).is_empty()) {
        cells.pop();
    }
    cells
}

fn push_to_last(cells: &mut [String], character: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(character);
    }
}

/// Text without marks of emphasis, with links replaced by what they show, and with escaped marks as themselves.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek().is_some_and(char::is_ascii_punctuation) => plain.extend(characters.next()),
            '*' if characters.peek() == Some(&'*') => {
                characters.next();
            }
            '`' => {}
            '!' if characters.peek() == Some(&'[') => {}
            ']' if characters.peek() == Some(&'(') => {
                for skipped in characters.by_ref() {
                    if skipped == ')' {
                        break;
                    }
                }
                // Brackets that are no link stay, so the opening one is taken back only here.
                if let Some(at) = plain.rfind('[') {
                    plain.remove(at);
                }
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_marks_away() {
        for (marked, expected) in [
            ("**一、稳增长**，`增长`8%", "一、稳增长，增长8%"),
            ("见[附件](a.md)和[1]", "见附件和[1]"),
            ("![图](a.png)后", "图后"),
            (r"5\*6 \[x\]", "5*6 [x]"),
            ("](", ""),
        ] {
            assert_eq!(plain(marked), expected, "{marked}");
        }
    }

    #[test]
    fn cuts_rows_into_cells() {
        assert_eq!(cells("| 一 | 甲\\|乙 |"), [" 一 ", " 甲|乙 "]);
        assert_eq!(cells("一 | 二"), ["一 ", " 二"]);
        assert!(is_table_rule("|:---|---:|") && !is_table_rule("---") && !is_table_rule("| a |"));
    }
}
