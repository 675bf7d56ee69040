//! Sheets as an xlsx workbook that a person would keep: title, heading and first columns in sight, filters, wrapped text, A3 across.
//!
//! It writes values only; there is no formula in what it makes.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use crate::{
    ExportError,
    sheet::{Cell, Column, ColumnKind, Metadata, Sheet},
};

/// Rows of a worksheet, as Excel implements ECMA-376.
const MOST_ROWS: usize = 1_048_576;
/// Columns of a worksheet, likewise.
const MOST_COLUMNS: usize = 16_384;
/// Digits of a number that a spreadsheet keeps; a number with more of them is written as text, so that none is changed.
const MOST_DIGITS: usize = 15;
/// UTF-16 units of one cell, as Excel implements it; longer words are cut, and the cut is marked.
const LONGEST_CELL: usize = 32_767;
/// UTF-16 units of a worksheet's name.
const LONGEST_NAME: usize = 31;
/// A3 in the numbering of ECMA-376, part 1, 18.3.1.63.
const A3: u8 = 8;
/// Height of one line of body text, in points.
const LINE_HEIGHT: f64 = 16.0;
/// The greatest height of a row that Excel takes, in points.
const GREATEST_ROW_HEIGHT: f64 = 409.0;

/// The bytes of a workbook with one worksheet a sheet.
///
/// # Errors
/// When rows and columns do not fit together or there are too many of them.
pub fn xlsx(sheets: &[Sheet], metadata: &Metadata) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new().set_author(&metadata.author);
    if let Some(first) = sheets.first() {
        properties = properties.set_title(&first.title);
    }
    let created = ExcelDateTime::from_timestamp(metadata.created_at.as_second())?;
    workbook.set_properties(&properties.set_creation_datetime(&created));
    let mut names = Vec::new();
    for sheet in sheets {
        sheet.check()?;
        if sheet.columns.len() > MOST_COLUMNS {
            return Err(ExportError::TooManyColumns {
                columns: sheet.columns.len(),
            });
        }
        let heading_row = 1 + sheet.notes.len();
        if sheet.rows.len() + heading_row + 1 > MOST_ROWS {
            return Err(ExportError::TooManyRows { rows: sheet.rows.len() });
        }
        let name = unique_name(&sheet.name, &names);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&name)?;
        names.push(name);
        fill(worksheet, sheet, metadata)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet, metadata: &Metadata) -> Result<(), ExportError> {
    let last_column = u16::try_from(sheet.columns.len() - 1).unwrap_or(u16::MAX);
    let title = Format::new()
        .set_font_size(16)
        .set_bold()
        .set_align(FormatAlign::VerticalCenter);
    worksheet
        .write_string_with_format(0, 0, fitting(&sheet.title), &title)?
        .set_row_height(0, 30.0)?;
    let note = Format::new().set_font_size(9).set_font_color(Color::RGB(0x55_55_55));
    let mut row = 1;
    for line in &sheet.notes {
        worksheet.write_string_with_format(row, 0, fitting(line), &note)?;
        row += 1;
    }
    let heading_row = row;
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0xF2_F2_EE));
    for (index, column) in (0..).zip(&sheet.columns) {
        worksheet.set_column_width(index, f64::from(column.width))?;
        worksheet.write_string_with_format(heading_row, index, fitting(&column.heading), &heading)?;
    }
    worksheet.set_row_height(heading_row, 2.0 * LINE_HEIGHT)?;
    let formats: Vec<Format> = sheet.columns.iter().map(body_format).collect();
    let number_formats: Vec<Vec<Format>> = formats.iter().map(number_formats).collect();
    for cells in &sheet.rows {
        row += 1;
        let mut lines = 1;
        for ((position, cell), (column, format)) in cells.iter().enumerate().zip(sheet.columns.iter().zip(&formats)) {
            let index = u16::try_from(position).unwrap_or(u16::MAX);
            match cell {
                Cell::Empty => {
                    worksheet.write_blank(row, index, format)?;
                }
                Cell::Text(text) => {
                    lines = lines.max(line_count(text, column.width));
                    worksheet.write_string_with_format(row, index, fitting(text), format)?;
                }
                Cell::Number(number) => {
                    let written = number.to_string();
                    let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
                    let shown = number_formats.get(position).and_then(|formats| formats.get(decimals));
                    match (as_spreadsheet_number(&written), shown) {
                        (Some(value), Some(shown)) => {
                            worksheet.write_number_with_format(row, index, value, shown)?;
                        }
                        _ => {
                            worksheet.write_string_with_format(row, index, written, format)?;
                        }
                    }
                }
                Cell::Date(date) => {
                    let (year, month, day) = (date.year(), date.month(), date.day());
                    match (u16::try_from(year), u8::try_from(month), u8::try_from(day)) {
                        (Ok(year @ 1900..), Ok(month), Ok(day)) => {
                            let day = ExcelDateTime::from_ymd(year, month, day)?;
                            worksheet.write_datetime_with_format(row, index, &day, format)?;
                        }
                        _ => {
                            worksheet.write_string_with_format(row, index, date.to_string(), format)?;
                        }
                    }
                }
            }
        }
        // Without a stated height LibreOffice shows wrapped rows of a fresh file one line high until they are touched.
        worksheet.set_row_height(row, (f64::from(lines) * LINE_HEIGHT + 4.0).min(GREATEST_ROW_HEIGHT))?;
    }
    worksheet.autofilter(heading_row, 0, row.max(heading_row + 1), last_column)?;
    worksheet.set_freeze_panes(heading_row + 1, sheet.frozen_columns)?;
    worksheet
        .set_landscape()
        .set_paper_size(A3)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true);
    worksheet.set_repeat_rows(heading_row, heading_row)?;
    worksheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    let (before, after) = &metadata.page_words;
    worksheet.set_footer(format!("&C{} &P / &N {}", footer_text(before), footer_text(after)));
    Ok(())
}

fn body_format(column: &Column) -> Format {
    let format = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Hair);
    match column.kind {
        ColumnKind::Text => format.set_align(FormatAlign::Left),
        ColumnKind::Label => format.set_align(FormatAlign::Center),
        ColumnKind::Number => format.set_align(FormatAlign::Right),
        ColumnKind::Date => format.set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
    }
}

/// The format of a column for numbers with no, one, two … decimals: all that a number has are shown and none besides. The general
/// format would write large numbers with an exponent.
fn number_formats(format: &Format) -> Vec<Format> {
    (0..=MOST_DIGITS)
        .map(|decimals| match decimals {
            0 => format.clone().set_num_format("0"),
            _ => format.clone().set_num_format(format!("0.{}", "0".repeat(decimals))),
        })
        .collect()
}

/// The number as spreadsheets keep it, where they keep all of its digits.
fn as_spreadsheet_number(written: &str) -> Option<f64> {
    let digits = written
        .chars()
        .filter(char::is_ascii_digit)
        .skip_while(|digit| *digit == '0')
        .count();
    if digits > MOST_DIGITS {
        return None;
    }
    written.parse().ok()
}

/// How many lines `text` takes in a column of `width` digits, a Chinese character taking two.
fn line_count(text: &str, width: u16) -> u32 {
    let width = u32::from(width.max(2)) - 1;
    text.lines()
        .map(|line| {
            let digits: u32 = line
                .chars()
                .map(|character| if character.is_ascii() { 1 } else { 2 })
                .sum();
            digits.div_ceil(width).max(1)
        })
        .sum::<u32>()
        .max(1)
}

/// The words as far as a cell holds them. Characters that XML cannot carry are left out.
fn fitting(text: &str) -> String {
    let mut units = 0;
    let mut fitting = String::with_capacity(text.len());
    for character in text
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'))
        .filter(|character| !matches!(character, '\u{FFFE}' | '\u{FFFF}'))
    {
        units += character.len_utf16();
        if units > LONGEST_CELL - 1 {
            fitting.push('…');
            break;
        }
        fitting.push(character);
    }
    fitting
}

/// An ampersand begins a code in a footer; two of them are one.
fn footer_text(text: &str) -> String {
    text.replace('&', "&&")
}

fn unique_name(wanted: &str, taken: &[String]) -> String {
    let cleaned: String = wanted
        .chars()
        .map(|character| {
            if matches!(character, '[' | ']' | ':' | '*' | '?' | '/' | '\\') {
                '_'
            } else {
                character
            }
        })
        .collect();
    let cleaned = cleaned.trim_matches('\'');
    let cleaned = if cleaned.is_empty() { "1" } else { cleaned };
    let mut number = 1;
    loop {
        let suffix = if number == 1 {
            String::new()
        } else {
            format!(" ({number})")
        };
        let mut units = suffix.len();
        let mut name = String::new();
        for character in cleaned.chars() {
            units += character.len_utf16();
            if units > LONGEST_NAME {
                break;
            }
            name.push(character);
        }
        name += &suffix;
        // Excel compares names of worksheets without regard to case.
        if !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            return name;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use jiff::civil::date;

    use super::*;

    fn sheet(name: &str) -> Sheet {
        let column = |heading: &str, width, kind| Column {
            heading: heading.to_owned(),
            width,
            kind,
        };
        Sheet {
            name: name.to_owned(),
            title: "2026年重点工作台账".to_owned(),
            notes: vec!["数据截至2026年6月20日".to_owned()],
            columns: vec![
                column("序号", 6, ColumnKind::Label),
                column("任务内容", 40, ColumnKind::Text),
                column("完成率", 8, ColumnKind::Number),
                column("完成时限", 12, ColumnKind::Date),
            ],
            frozen_columns: 2,
            rows: vec![vec![
                Cell::Number(1.into()),
                Cell::from("=HYPERLINK(\"x\") 加快重大项目建设"),
                Cell::Number("62.5".parse().unwrap()),
                Cell::Date(date(2026, 12, 31)),
            ]],
        }
    }

    fn metadata() -> Metadata {
        Metadata {
            author: "落实".to_owned(),
            created_at: "2026-06-20T02:00:00Z".parse().unwrap(),
            page_words: ("第".to_owned(), "页".to_owned()),
        }
    }

    #[test]
    fn values_come_back_as_what_they_are() {
        let bytes = xlsx(&[sheet("台账")], &metadata()).unwrap();
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = workbook.worksheet_range("台账").unwrap();
        let cell = |row, column| range.get_value((row, column)).cloned().unwrap();
        assert_eq!(cell(2, 1), Data::String("任务内容".to_owned()));
        assert_eq!(cell(3, 0), Data::Float(1.0));
        assert_eq!(
            cell(3, 1),
            Data::String("=HYPERLINK(\"x\") 加快重大项目建设".to_owned())
        );
        assert_eq!(cell(3, 2), Data::Float(62.5));
        assert!(
            matches!(cell(3, 3), Data::DateTime(day) if day.as_f64() == 46387.0),
            "{:?}",
            cell(3, 3)
        );
        assert!(workbook.worksheet_formula("台账").unwrap().is_empty());
    }

    fn column_of(cells: Vec<Cell>, kind: ColumnKind) -> Vec<Data> {
        let mut sheet = sheet("台账");
        sheet.columns = vec![Column {
            heading: "值".to_owned(),
            width: 20,
            kind,
        }];
        sheet.rows = cells.into_iter().map(|cell| vec![cell]).collect();
        let bytes = xlsx(&[sheet], &metadata()).unwrap();
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = workbook.worksheet_range("台账").unwrap();
        range.rows().skip(3).map(|row| row[0].clone()).collect()
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        let numbers = [
            "-5",
            "0.1",
            "27100",
            "300000000000",
            "123456789012345",
            "1234567890123456",
            "0.1234567890123456",
        ];
        let cells = numbers
            .iter()
            .map(|number| Cell::Number(number.parse().unwrap()))
            .collect();
        assert_eq!(
            column_of(cells, ColumnKind::Number),
            [
                Data::Float(-5.0),
                Data::Float(0.1),
                Data::Float(27_100.0),
                Data::Float(300_000_000_000.0),
                Data::Float(123_456_789_012_345.0),
                Data::String("1234567890123456".to_owned()),
                Data::String("0.1234567890123456".to_owned()),
            ]
        );
    }

    #[test]
    fn words_are_never_formulas_or_codes() {
        let words = [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "{=1}",
            "https://example.org/",
            "_x0041_",
            "&amp;<b>",
            "00123",
        ];
        let cells = words.iter().map(|word| Cell::from(*word)).collect();
        let expected: Vec<Data> = words.iter().map(|word| Data::String((*word).to_owned())).collect();
        assert_eq!(column_of(cells, ColumnKind::Text), expected);
    }

    #[test]
    fn days_before_the_calendar_of_spreadsheets_are_words() {
        assert_eq!(
            column_of(vec![Cell::Date(date(1899, 12, 31))], ColumnKind::Date),
            [Data::String("1899-12-31".to_owned())]
        );
    }

    #[test]
    fn more_columns_than_a_worksheet_has_are_refused() {
        let mut wide = sheet("宽");
        wide.rows.clear();
        wide.columns = vec![wide.columns[0].clone(); MOST_COLUMNS + 1];
        assert!(matches!(
            xlsx(&[wide], &metadata()),
            Err(ExportError::TooManyColumns { columns: 16_385 })
        ));
    }

    #[test]
    fn more_rows_than_a_worksheet_has_are_refused() {
        let mut long = sheet("长");
        long.columns.truncate(1);
        long.rows = vec![vec![Cell::Empty]; MOST_ROWS];
        assert!(matches!(
            xlsx(&[long], &metadata()),
            Err(ExportError::TooManyRows { rows: MOST_ROWS })
        ));
    }

    #[test]
    fn the_same_sheet_gives_the_same_bytes() {
        assert_eq!(
            xlsx(&[sheet("台账")], &metadata()).unwrap(),
            xlsx(&[sheet("台账")], &metadata()).unwrap()
        );
        let later = Metadata {
            created_at: "2026-06-21T02:00:00Z".parse().unwrap(),
            ..metadata()
        };
        assert_ne!(
            xlsx(&[sheet("台账")], &metadata()).unwrap(),
            xlsx(&[sheet("台账")], &later).unwrap()
        );
    }

    #[test]
    fn names_of_worksheets_are_made_fit_and_unique() {
        let long = "长".repeat(40);
        let sheets = [sheet("a/b"), sheet("A/B"), sheet(""), sheet(&long), sheet(&long)];
        let bytes = xlsx(&sheets, &metadata()).unwrap();
        let workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let names = workbook.sheet_names();
        assert_eq!(&names[..3], ["a_b", "A_B (2)", "1"]);
        assert!(names[4].ends_with(" (2)") && names[4].chars().count() == 31);
    }

    #[test]
    fn words_longer_than_a_cell_are_cut_and_marked() {
        let cut = fitting(&"字".repeat(40_000));
        assert_eq!((cut.chars().count(), cut.chars().last()), (LONGEST_CELL, Some('…')));
        assert_eq!(fitting("甲\u{b}乙\n丙"), "甲乙\n丙");
    }

    #[test]
    fn an_empty_table_is_still_a_workbook() {
        let mut empty = sheet("空");
        empty.rows.clear();
        assert!(xlsx(&[empty], &metadata()).is_ok());
        let mut bare = sheet("无列");
        bare.columns.clear();
        bare.rows.clear();
        assert!(matches!(xlsx(&[bare], &metadata()), Err(ExportError::NoColumns)));
    }
}
