//! Workbooks, one feature each, and those that mean harm.

use luoshi_reader::{Limits, read};
use luoshi_types::{Document, SourceFormat};

use crate::support::{CONTENT_TYPES, ROOT_RELATIONSHIPS, archive, assert_sound, codes, outline};

/// A workbook under construction: its sheets as name, state and XML.
struct Workbook<'parts> {
    sheets: Vec<(&'parts str, &'parts str, String)>,
    strings: Option<String>,
    styles: Option<&'parts str>,
}

impl<'parts> Workbook<'parts> {
    fn new(rows: &str) -> Self {
        Self {
            sheets: vec![("分解表", "visible", format!("<sheetData>{rows}</sheetData>"))],
            strings: None,
            styles: None,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let root = ROOT_RELATIONSHIPS.replace("word/document.xml", "xl/workbook.xml");
        let mut listed = String::new();
        let mut related = String::new();
        let mut parts = vec![
            ("[Content_Types].xml".to_owned(), CONTENT_TYPES.to_owned()),
            ("_rels/.rels".to_owned(), root),
        ];
        for (index, (name, state, xml)) in self.sheets.iter().enumerate() {
            listed.push_str(&format!(
                "<sheet name='{name}' sheetId='{index}' state='{state}' r:id='r{index}'/>"
            ));
            related.push_str(&format!(
                "<Relationship Id='r{index}' Type='x/worksheet' Target='worksheets/s{index}.xml'/>"
            ));
            parts.push((
                format!("xl/worksheets/s{index}.xml"),
                format!("<worksheet xmlns='x'><dimension ref='A1:XFD1048576'/>{xml}</worksheet>"),
            ));
        }
        parts.push((
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns:r='r'><sheets>{listed}</sheets></workbook>"),
        ));
        parts.push((
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships>{related}</Relationships>"),
        ));
        if let Some(strings) = &self.strings {
            let xml = format!("<sst count='4294967295' uniqueCount='4294967295'>{strings}</sst>");
            parts.push(("xl/sharedStrings.xml".to_owned(), xml));
        }
        if let Some(styles) = self.styles {
            parts.push(("xl/styles.xml".to_owned(), format!("<styleSheet>{styles}</styleSheet>")));
        }
        let parts: Vec<_> = parts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        archive(&parts)
    }

    fn read(&self) -> Document {
        read(&self.bytes(), "plan.xlsx", &Limits::default())
    }
}

fn text_cell(name: &str, text: &str) -> String {
    format!("<c r='{name}' t='inlineStr'><is><t>{text}</t></is></c>")
}

#[track_caller]
fn check(workbook: &Workbook<'_>, expected: &[&str]) -> Document {
    let document = workbook.read();
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Xlsx);
    assert_eq!(outline(&document), expected);
    document
}

#[test]
fn cells_are_read_row_by_row_with_their_places() {
    let rows = format!(
        "<row r='7'>{}{}</row><row r='2'>{}<c r='D2'/></row>",
        text_cell("B7", "乙"),
        text_cell("A7", "甲"),
        text_cell("C2", " 丙\n\n丁 ")
    );
    let document = check(
        &Workbook::new(&rows),
        &["t0 1,2 1x1: 丙\n丁", "t0 6,0 1x1: 甲", "t0 6,1 1x1: 乙"],
    );
    assert_eq!(codes(&document), [""; 0]);
    assert_eq!(document.blocks[2].place.cell.as_deref(), Some("B7"));
}

#[test]
fn cells_without_names_follow_each_other() {
    let cell = |text| format!("<c t='str'><v>{text}</v></c>");
    let rows = format!("<row>{}{}</row><row>{}</row>", cell("甲"), cell("乙"), cell("丙"));
    check(
        &Workbook::new(&rows),
        &["t0 0,0 1x1: 甲", "t0 0,1 1x1: 乙", "t0 1,0 1x1: 丙"],
    );
}

#[test]
fn texts_are_shared_and_rich() {
    let mut workbook = Workbook::new(
        "<row r='1'><c r='A1' t='s'><v>1</v></c><c r='B1' t='s'><v>0</v></c><c r='C1' t='s'><v>9</v></c></row>",
    );
    workbook.strings = Some(
        "<si><t>省发展改革委</t></si><si><r><t>牵头</t></r><r><rPr/><t>单位_x000D_\n甲</t></r><rPh sb='0' eb='1'><t>qian</t></rPh></si>"
            .to_owned(),
    );
    check(&workbook, &["t0 0,0 1x1: 牵头单位\n甲", "t0 0,1 1x1: 省发展改革委"]);
}

#[test]
fn merged_cells_stand_once() {
    let rows = format!(
        "<row r='1'>{}</row><row r='2'>{}{}</row><row r='3'>{}{}</row><row r='4'>{}</row>",
        text_cell("A1", "重点工作分解表"),
        text_cell("A2", "一"),
        text_cell("B2", "甲"),
        text_cell("A3", "藏着的"),
        text_cell("B3", "乙"),
        text_cell("A4", "二"),
    );
    let mut workbook = Workbook::new(&rows);
    workbook.sheets[0]
        .2
        .push_str("<mergeCells><mergeCell ref='A1:C1'/><mergeCell ref='A2:A3'/><mergeCell ref='x'/></mergeCells>");
    check(
        &workbook,
        &[
            "t0 0,0 1x3: 重点工作分解表",
            "t0 1,0 2x1: 一",
            "t0 1,1 1x1: 甲",
            "t0 2,1 1x1: 乙",
            "t0 3,0 1x1: 二",
        ],
    );
}

#[test]
fn numbers_and_dates_look_as_on_the_sheet() {
    let mut workbook = Workbook::new(
        "<row r='1'><c r='A1' s='1'><v>0.055</v></c><c r='B1' s='2'><v>46356</v></c><c r='C1'><v>5.5E-2</v></c>
        <c r='D1' s='3'><f>1+1</f><v>2600</v></c><c r='E1' t='b'><v>1</v></c><c r='F1' t='e'><v>#REF!</v></c><c r='G1' s='99'><v>3</v></c></row>",
    );
    workbook.styles = Some(
        "<numFmts><numFmt numFmtId='176' formatCode='yyyy&quot;年&quot;m&quot;月底前&quot;'/></numFmts>
        <cellStyleXfs><xf numFmtId='9'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='10'/><xf numFmtId='176'/><xf numFmtId='3'/></cellXfs>",
    );
    check(
        &workbook,
        &[
            "t0 0,0 1x1: 5.50%",
            "t0 0,1 1x1: 2026年11月底前",
            "t0 0,2 1x1: 0.055",
            "t0 0,3 1x1: 2,600",
            "t0 0,4 1x1: TRUE",
            "t0 0,5 1x1: #REF!",
            "t0 0,6 1x1: 3",
        ],
    );
}

#[test]
fn hidden_sheets_are_left_out_and_counted() {
    let mut workbook = Workbook::new(&format!("<row r='1'>{}</row>", text_cell("A1", "甲")));
    let sheet = |text| format!("<sheetData><row r='1'>{}</row></sheetData>", text_cell("A1", text));
    workbook.sheets.push(("旧", "hidden", sheet("旧")));
    workbook.sheets.push(("更旧", "veryHidden", sheet("更旧")));
    workbook.sheets.push(("空", "visible", "<sheetData/>".to_owned()));
    workbook.sheets.push(("清单", "visible", sheet("乙")));
    let document = check(&workbook, &["t0 0,0 1x1: 甲", "t1 0,0 1x1: 乙"]);
    assert_eq!(codes(&document), ["hidden-sheets"]);
    assert_eq!(document.diagnostics[0].arguments["count"], "2");
    let places: Vec<_> = document
        .blocks
        .iter()
        .filter_map(|block| block.place.cell.as_deref())
        .collect();
    assert_eq!(places, ["分解表!A1", "清单!A1"]);
}

#[test]
fn an_empty_workbook_is_empty() {
    assert_eq!(codes(&Workbook::new("").read()), ["empty-file"]);
}

#[test]
fn a_cell_far_out_costs_nothing() {
    let rows = format!("<row r='1048576'>{}</row>", text_cell("XFD1048576", "远"));
    check(&Workbook::new(&rows), &["t0 1048575,16383 1x1: 远"]);
    let rows = format!(
        "<row r='1'>{}{}</row>",
        text_cell("A1", "近"),
        text_cell("XFE1", "太远")
    );
    let document = check(&Workbook::new(&rows), &["t0 0,0 1x1: 近"]);
    assert_eq!(codes(&document), ["damaged-file"]);
}

#[test]
fn a_text_that_many_cells_share_is_held_by_the_limit() {
    let rows: String = (1..=2000)
        .map(|row| format!("<row r='{row}'><c r='A{row}' t='s'><v>0</v></c></row>"))
        .collect();
    let mut workbook = Workbook::new(&rows);
    workbook.strings = Some(format!("<si><t>{}</t></si>", "长".repeat(30_000)));
    let limits = Limits {
        expanded_bytes: 1_000_000,
        ..Limits::default()
    };
    let document = read(&workbook.bytes(), "a.xlsx", &limits);
    assert_sound(&document);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert!(document.text.len() <= 1_000_000);
}

#[test]
fn cells_texts_and_merges_are_counted() {
    let limits = Limits {
        blocks: 3,
        ..Limits::default()
    };
    let cells: String = ["A1", "B1", "C1", "D1"].map(|name| text_cell(name, "甲")).concat();
    let mut workbook = Workbook::new(&format!("<row r='1'>{cells}</row>"));
    assert_eq!(codes(&read(&workbook.bytes(), "a", &limits)), ["expansion-limit"]);
    workbook = Workbook::new(&format!("<row r='1'>{}</row>", text_cell("A1", "甲")));
    workbook.sheets[0].2.push_str(&format!(
        "<mergeCells>{}</mergeCells>",
        "<mergeCell ref='A1:B2'/>".repeat(4)
    ));
    assert_eq!(codes(&read(&workbook.bytes(), "a", &limits)), ["expansion-limit"]);
    workbook = Workbook::new(&format!("<row r='1'>{}</row>", text_cell("A1", "甲")));
    workbook.strings = Some("<si/>".repeat(4));
    assert_eq!(codes(&read(&workbook.bytes(), "a", &limits)), ["expansion-limit"]);
}

#[test]
fn overlapping_merges_are_survived() {
    let rows: String = (1..=60)
        .map(|row| {
            format!(
                "<row r='{row}'>{}{}</row>",
                text_cell(&format!("A{row}"), "甲"),
                text_cell(&format!("C{row}"), "乙")
            )
        })
        .collect();
    let mut workbook = Workbook::new(&rows);
    let merges: String = (1..=60)
        .map(|row| format!("<mergeCell ref='XFD1048576:A{row}'/><mergeCell ref='B{row}:C{row}'/>"))
        .collect();
    workbook.sheets[0]
        .2
        .push_str(&format!("<mergeCells>{merges}</mergeCells>"));
    assert_sound(&workbook.read());
}

/// Found by the fuzz target: a NUL in a shared text came through.
#[test]
fn no_text_holds_a_nul() {
    let mut workbook = Workbook::new("<row r='1'><c r='A1' t='s'><v>0</v></c></row>");
    workbook.strings = Some("<si><t>甲\0乙</t></si>".to_owned());
    check(&workbook, &["t0 0,0 1x1: 甲\u{FFFD}乙"]);
}

#[test]
fn damage_gives_what_stands_before_it() {
    let rows = format!(
        "<row r='1'>{}</row><row r='2'><c r='A2' t='inlineStr'><is><t>乙</row>",
        text_cell("A1", "甲")
    );
    let document = check(&Workbook::new(&rows), &["t0 0,0 1x1: 甲"]);
    assert_eq!(codes(&document), ["damaged-file"]);
    let bytes = Workbook::new(&rows).bytes();
    for index in (0..bytes.len()).step_by(13) {
        let mut flipped = bytes.clone();
        flipped[index] ^= 0x2A;
        assert_sound(&read(&flipped, "a.xlsx", &Limits::default()));
        assert_sound(&read(&bytes[..index], "a.xlsx", &Limits::default()));
    }
}

#[test]
fn what_a_real_writer_writes_is_read() {
    use rust_xlsxwriter::{ExcelDateTime, Format};
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .merge_range(0, 0, 0, 2, "2026年重点工作分解表", &Format::new())
        .unwrap();
    sheet.write_string(1, 0, "完成投资3000亿元。\n牵头：发改委").unwrap();
    sheet
        .write_number_with_format(1, 1, 0.055, &Format::new().set_num_format("0.0%"))
        .unwrap();
    let date = ExcelDateTime::from_ymd(2026, 6, 30).unwrap();
    sheet
        .write_datetime_with_format(1, 2, date, &Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""))
        .unwrap();
    let document = read(&workbook.save_to_buffer().unwrap(), "计划.xlsx", &Limits::default());
    assert_sound(&document);
    assert_eq!(codes(&document), [""; 0]);
    assert_eq!(
        outline(&document),
        [
            "t0 0,0 1x3: 2026年重点工作分解表",
            "t0 1,0 1x1: 完成投资3000亿元。\n牵头：发改委",
            "t0 1,1 1x1: 5.5%",
            "t0 1,2 1x1: 2026年6月30日",
        ]
    );
}
