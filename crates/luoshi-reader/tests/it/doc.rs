//! Documents of Word 97 to 2003. Those that the corpus keeps are read on every machine; with `LUOSHI_TEST_OFFICE=1` LibreOffice makes more
//! of them from docx, and both must say the same.

#![cfg(feature = "legacy-doc")]

use std::fs;

use luoshi_reader::{Limits, read};
use luoshi_types::{Document, SourceFormat};

use crate::{
    same_plan::make,
    support::{Docx, assert_sound, cell, codes, outline, paragraph, paragraph_with, row, table},
};

const LINES: &[u8] = include_bytes!("../../../../corpus/formats/lines-automatic.doc");
const TABLE: &[u8] = include_bytes!("../../../../corpus/formats/table.doc");

fn read_doc(bytes: &[u8]) -> Document {
    let document = read(bytes, "plan.doc", &Limits::default());
    assert_sound(&document);
    document
}

/// The docx as LibreOffice writes it in the old format reads like the docx itself.
#[track_caller]
fn check_against_docx(docx: &Docx, diagnostics: &[&str]) {
    let expected = docx.read();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.docx"), docx.office_bytes()).unwrap();
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.path().join("profile").display()
    );
    let arguments = [&profile, "--headless", "--convert-to", "doc", "plan.docx"];
    if let Some(bytes) = make("LUOSHI_TEST_OFFICE", folder.path(), "soffice", &arguments, "plan.doc") {
        let document = read_doc(&bytes);
        assert_eq!(outline(&document), outline(&expected));
        assert_eq!(codes(&document), diagnostics);
    }
}

#[test]
fn labels_are_rendered_and_marked() {
    let document = read_doc(LINES);
    assert_eq!(document.format, SourceFormat::Doc);
    assert_eq!(codes(&document), [""; 0]);
    let outline = outline(&document);
    assert_eq!(outline[8], "p [一、]: 一、稳定经济运行");
    assert!(
        outline[9].starts_with("p [（一）]: （一）扩大有效投资。"),
        "{}",
        outline[9]
    );
    assert_eq!(outline.len(), 19);
}

#[test]
fn cells_know_their_columns() {
    let outline = outline(&read_doc(TABLE));
    assert_eq!(outline[8], "t0 0,0 1x1: 序号");
    assert_eq!(outline[13], "t0 1,0 1x5: 一、稳定经济运行");
    assert_eq!(outline[16], "t0 2,2 1x1: 市发展改革委");
}

#[test]
fn headings_lists_and_breaks_are_those_of_docx() {
    let styles = r#"<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
        <w:style w:type="paragraph" w:styleId="h1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>
          <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>"#;
    let level = |index: u8, format: &str, text: &str| {
        format!(
            r#"<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/></w:lvl>"#
        )
    };
    let numbering = format!(
        r#"<w:abstractNum w:abstractNumId="0">{}{}{}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#,
        level(0, "chineseCountingThousand", "%1、"),
        level(1, "chineseCountingThousand", "（%2）"),
        level(2, "decimal", "%3."),
    );
    let item = |level: u8, text: &str| {
        paragraph_with(
            &format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>"#),
            text,
        )
    };
    let heading = |text: &str| paragraph_with(r#"<w:pStyle w:val="h1"/>"#, text);
    let body = [
        heading("稳定增长"),
        item(1, "扩大投资"),
        item(2, "建成5个项目"),
        item(2, "完成投资30亿元"),
        item(1, "促进消费"),
        heading("改善民生"),
        item(1, "增加托位"),
        paragraph_with(r#"<w:outlineLvl w:val="1"/>"#, "有级别的段落"),
        "<w:p><w:r><w:t>前一行</w:t><w:br/><w:t>后一行</w:t></w:r></w:p>".to_owned(),
    ]
    .concat();
    check_against_docx(&Docx::new(&body).styles(styles).numbering(&numbering), &[]);
}

#[test]
fn merged_cells_are_those_of_docx() {
    let width = |twips: u32, more: &str| format!(r#"<w:tcW w:w="{twips}" w:type="dxa"/>{more}"#);
    let rows = [
        row(&[cell(&width(9000, r#"<w:gridSpan w:val="3"/>"#), "一、稳定增长")]),
        row(&[
            cell(&width(1000, ""), "1"),
            cell(&width(5000, ""), "完成投资30亿元"),
            cell(&width(3000, r#"<w:vMerge w:val="restart"/>"#), "市财政局"),
        ]),
        row(&[
            cell(&width(1000, ""), "2"),
            cell(&width(5000, ""), "建成5个项目"),
            cell(&width(3000, "<w:vMerge/>"), ""),
        ]),
        row(&[
            cell(&width(6000, r#"<w:gridSpan w:val="2"/>"#), "合计"),
            cell(&width(3000, ""), "两项"),
        ]),
    ];
    let grid = r#"<w:tblGrid><w:gridCol w:w="1000"/><w:gridCol w:w="5000"/><w:gridCol w:w="3000"/></w:tblGrid>"#;
    let body = [paragraph("任务表"), table(&rows), paragraph("完")]
        .concat()
        .replace("<w:tblGrid/>", grid);
    check_against_docx(&Docx::new(&body), &[]);
}

#[test]
fn deleted_text_is_left_out_and_inserted_text_kept() {
    let by = r#"w:author="某" w:date="2024-01-01T00:00:00Z""#;
    let body = format!(
        r#"<w:p><w:r><w:t>增长</w:t></w:r><w:del w:id="1" {by}><w:r><w:delText>7%</w:delText></w:r></w:del><w:ins w:id="2" {by}><w:r><w:t>8%</w:t></w:r></w:ins><w:r><w:t>以上</w:t></w:r></w:p>
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r><w:r><w:t>看得见</w:t></w:r></w:p>"#
    );
    check_against_docx(&Docx::new(&body), &["tracked-changes"]);
}

/// The next number of a sequence that is the same on every machine.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

#[test]
fn a_file_that_breaks_off_gives_what_is_there() {
    for whole in [LINES, TABLE] {
        let expected = read_doc(whole).text;
        for part in 1..80 {
            let document = read_doc(&whole[..whole.len() * part / 80]);
            // What is missing may be nothing that was asked for.
            assert!(
                !document.diagnostics.is_empty() || document.text == expected,
                "{part}/80 of {}",
                whole.len()
            );
        }
    }
}

#[test]
fn flipped_bits_do_no_harm() {
    let mut state = 1;
    for whole in [LINES, TABLE] {
        for _ in 0..300 {
            let mut bytes = whole.to_vec();
            for _ in 0..=next(&mut state) % 8 {
                let at = next(&mut state) % bytes.len();
                bytes[at] ^= 1 << (next(&mut state) % 8);
            }
            let document = read(&bytes, "plan.doc", &Limits::default());
            assert_sound(&document);
        }
    }
}

/// A library that reads this format asks for memory for as many characters as the file declares, and ends the process.
#[test]
fn what_a_file_declares_is_not_believed() {
    let index = LINES.windows(2).position(|pair| pair == [0xEC, 0xA5]).unwrap();
    let mut bytes = LINES.to_vec();
    // Where the number of characters of the main text stands: after the base, 14 words and 3 long numbers.
    let at = index + 32 + 2 + 28 + 2 + 12;
    bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(read_doc(&bytes).text.contains("扩大有效投资"));
    // More stories: notes, headers and so on say the same.
    for story in 1..8 {
        let at = at + 4 * story;
        bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    assert!(read_doc(&bytes).text.contains("扩大有效投资"));
}

#[test]
fn old_and_locked_documents_are_named() {
    let index = LINES.windows(2).position(|pair| pair == [0xEC, 0xA5]).unwrap();
    let mut old = LINES.to_vec();
    old[index] = 0xDC;
    let document = read_doc(&old);
    assert_eq!(codes(&document), ["unsupported-format"]);
    assert_eq!(document.diagnostics[0].arguments["format"], "doc (Word 6/95)");
    let mut locked = LINES.to_vec();
    locked[index + 0x0B] |= 1;
    assert_eq!(codes(&read_doc(&locked)), ["encrypted-file"]);
}

#[test]
fn limits_hold() {
    let limits = Limits {
        blocks: 5,
        ..Limits::default()
    };
    for whole in [LINES, TABLE] {
        let document = read(whole, "plan.doc", &limits);
        assert_eq!(document.blocks.len(), 5);
        assert_eq!(codes(&document), ["expansion-limit"]);
    }
}
