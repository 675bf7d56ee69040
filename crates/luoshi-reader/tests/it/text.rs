//! Plain text: the text stays as it is, and blocks are its lines.

use luoshi_reader::{Limits, read};
use luoshi_types::{SourceFormat, Span};

use crate::support::{assert_sound, codes, outline, text_of};

#[test]
fn the_text_is_the_decoded_content_and_nothing_else() {
    let source = "\u{FEFF}　　一、总体要求\r\n\r\n　　（一）稳增长。\r\n\t";
    let document = read(source.as_bytes(), "plan.txt", &Limits::default());
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Text);
    assert_eq!(document.text, "　　一、总体要求\r\n\r\n　　（一）稳增长。\r\n\t");
    let lines: Vec<_> = document
        .blocks
        .iter()
        .map(|block| (text_of(&document, block), block.place.line))
        .collect();
    assert_eq!(
        lines,
        [
            ("一、总体要求".to_owned(), Some(1)),
            ("（一）稳增长。".to_owned(), Some(3))
        ]
    );
    assert_eq!(document.blocks[0].span, Span::new(2, 8));
    assert!(document.diagnostics.is_empty());
}

#[test]
fn reads_what_offices_save() {
    let text = "一、总体要求\n（一）力争增长8%以上。（责任部门：发改委）\n";
    let utf_16 = |to_bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(to_bytes).collect()
    };
    for bytes in [
        encoding_rs::GB18030.encode(text).0.into_owned(),
        utf_16(u16::to_le_bytes, "\u{FEFF}"),
        utf_16(u16::to_be_bytes, "\u{FEFF}"),
        utf_16(u16::to_le_bytes, ""),
        utf_16(u16::to_be_bytes, ""),
    ] {
        let document = read(&bytes, "plan.txt", &Limits::default());
        assert_sound(&document);
        assert_eq!(document.text, text);
        assert_eq!(document.blocks.len(), 2);
        assert!(document.diagnostics.is_empty());
    }
}

#[test]
fn markdown_gives_headings_tables_and_plain_text() {
    let source = "# 一、总体要求\n\n<div>\n**（一）** 稳增长。\n- 抓投资\n1. 促消费\n\n| 任务 | 单位 |\n|---|---|\n| 抓投资<br>促消费 | 发改委 |\n\n---\n后\n";
    let document = read(source.as_bytes(), "plan.md", &Limits::default());
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Markdown);
    assert_eq!(
        outline(&document),
        [
            "h1: 一、总体要求",
            "p: <div>",
            "p: （一） 稳增长。",
            "p: 抓投资",
            "p: 1. 促消费",
            "t0 0,0 1x1: 任务",
            "t0 0,1 1x1: 单位",
            "t0 1,0 1x1: 抓投资\n促消费",
            "t0 1,1 1x1: 发改委",
            "p: 后",
        ]
    );
    let lines: Vec<_> = document.blocks.iter().filter_map(|block| block.place.line).collect();
    assert_eq!(lines, [1, 3, 4, 5, 6, 8, 8, 10, 10, 13]);
    assert_eq!(document.blocks[8].place.cell.as_deref(), Some("B2"));
    assert_eq!(codes(&read(b"---\n", "a.md", &Limits::default())), ["empty-file"]);
}

#[test]
fn says_what_was_lost() {
    let mut bytes = "一、总体要求，二、重点任务，三、保障措施".as_bytes().to_vec();
    bytes.truncate(bytes.len() - 1);
    let document = read(&bytes, "plan.txt", &Limits::default());
    assert_eq!(codes(&document), ["undecodable-bytes"]);
    assert_eq!(document.diagnostics[0].arguments["count"], "1");
    assert_eq!(document.diagnostics[0].arguments["encoding"], "UTF-8");
    assert!(document.text.starts_with("一、总体要求"));

    let twice = encoding_rs::GBK
        .decode_without_bom_handling("一、总体要求和重点任务，责任部门".as_bytes())
        .0
        .into_owned();
    let document = read(twice.as_bytes(), "plan.txt", &Limits::default());
    assert!(codes(&document).contains(&"mojibake"), "{twice}");
}

#[test]
fn blank_files_are_empty() {
    for bytes in ["", " \r\n", "\u{FEFF}", "　\n"] {
        let document = read(bytes.as_bytes(), "plan.txt", &Limits::default());
        assert_eq!(codes(&document), ["empty-file"], "{bytes:?}");
        assert_eq!(document.text, "");
    }
}

#[test]
fn a_large_text_is_read_in_one_go() {
    let text = "（一）着力提升信息化发展水平。（责任部门：发改委、经信委、科技厅）\n".repeat(40_000);
    let document = read(text.as_bytes(), "plan.txt", &Limits::default());
    assert_eq!(document.blocks.len(), 40_000);
    assert_eq!(document.blocks[39_999].place.line, Some(40_000));
    assert_eq!(document.text, text);
}

#[test]
fn blocks_are_limited() {
    let limits = Limits {
        blocks: 2,
        ..Limits::default()
    };
    let document = read("一\n二\n三\n".as_bytes(), "plan.txt", &limits);
    assert_sound(&document);
    assert_eq!(document.blocks.len(), 2);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert_eq!(document.diagnostics[0].arguments["limit"], "2");
}
