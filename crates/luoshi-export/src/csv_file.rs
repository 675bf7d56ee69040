//! A sheet as csv (RFC 4180) that Excel opens in Chinese: UTF-8 with a byte order mark, lines ended by CR LF.
//!
//! Title and notes are left out: the first line is the heading, so that programs can read it.

use crate::{
    ExportError,
    sheet::{Cell, Sheet},
};

/// Characters at whose sight a spreadsheet program may take a cell for a formula; the full-width ones are folded by some of them.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The bytes of `sheet` as csv. Words that look like a formula get an apostrophe before them; numbers stay numbers, also negative ones.
///
/// # Errors
/// When rows and columns do not fit together.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>, ExportError> {
    sheet.check()?;
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        writer.write_record(sheet.columns.iter().map(|column| harmless(&column.heading)))?;
        for row in &sheet.rows {
            writer.write_record(row.iter().map(|cell| match cell {
                Cell::Empty => String::new(),
                Cell::Text(text) => harmless(text),
                Cell::Number(number) => number.to_string(),
                Cell::Date(date) => date.to_string(),
            }))?;
        }
        writer.flush().map_err(::csv::Error::from)?;
    }
    Ok(bytes)
}

fn harmless(text: &str) -> String {
    let starts = |text: &str| text.starts_with(FORMULA_STARTS);
    // Characters without width are passed over by some programs as blanks are by all.
    let inked = text.trim_start_matches(|first: char| first.is_whitespace() || is_invisible(first));
    if starts(text) || starts(inked) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
        || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Column, ColumnKind};

    fn sheet(cells: Vec<Cell>) -> Sheet {
        Sheet {
            name: "台账".to_owned(),
            title: "重点工作台账".to_owned(),
            notes: Vec::new(),
            columns: vec![Column {
                heading: "内容".to_owned(),
                width: 20,
                kind: ColumnKind::Text,
            }],
            frozen_columns: 0,
            rows: cells.into_iter().map(|cell| vec![cell]).collect(),
        }
    }

    #[track_caller]
    fn check(cell: Cell, expected: &str) {
        let bytes = csv(&sheet(vec![cell])).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, format!("\u{feff}内容\r\n{expected}\r\n"));
    }

    #[test]
    fn words_that_look_like_formulas_are_disarmed() {
        check(Cell::from("=1+1"), "'=1+1");
        check(Cell::from("＝SUM(A1)"), "'＝SUM(A1)");
        check(Cell::from(" @cmd"), "' @cmd");
        check(Cell::from("\tx"), "'\tx");
        check(Cell::from("\nx"), "\"'\nx\"");
        check(Cell::from("\rx"), "\"'\rx\"");
        for start in ["=", "+", "-", "@", "＝", "＋", "－", "＠"] {
            check(Cell::Text(format!("\u{3000}{start}1")), &format!("'\u{3000}{start}1"));
            check(
                Cell::Text(format!("\u{FEFF}\u{200B}{start}1")),
                &format!("'\u{FEFF}\u{200B}{start}1"),
            );
        }
        check(Cell::from("-5"), "'-5");
        check(Cell::Number("-5".parse().unwrap()), "-5");
        check(Cell::from("增长8%"), "增长8%");
    }

    #[test]
    fn headings_are_disarmed_too() {
        let mut sheet = sheet(Vec::new());
        sheet.columns[0].heading = "=1+1".to_owned();
        assert_eq!(String::from_utf8(csv(&sheet).unwrap()).unwrap(), "\u{feff}'=1+1\r\n");
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        check(Cell::from("甲,\"乙\"\n丙"), "\"甲,\"\"乙\"\"\n丙\"");
    }

    #[test]
    fn a_ragged_row_is_refused() {
        let mut ragged = sheet(vec![Cell::Empty]);
        ragged.rows[0].push(Cell::Empty);
        assert!(matches!(
            csv(&ragged),
            Err(ExportError::RaggedRow {
                row: 0,
                cells: 2,
                columns: 1
            })
        ));
    }
}
