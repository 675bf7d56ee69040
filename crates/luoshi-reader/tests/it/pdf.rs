//! Portable documents: made by hand on the spot, with a font that needs no file, and broken in every way.
#![cfg(feature = "pdf")]

use luoshi_reader::{Limits, read};
use luoshi_types::SourceFormat;

use crate::support::{assert_sound, codes, outline};

/// A document whose pages have these content streams, with right offsets. Its font F1 writes UTF-16 in a predefined encoding.
fn pdf(pages: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Count {}/Kids[{}]/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>>>",
            pages.len(),
            (0..pages.len()).map(|index| format!("{} 0 R ", 6 + 2 * index)).collect::<String>()
        ),
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 5 0 R/DW 1000>>".to_owned(),
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>".to_owned(),
    ];
    for (index, page) in pages.iter().enumerate() {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 7 + 2 * index));
        objects.push(format!("<</Length {}>>stream\n{page}\nendstream", page.len()));
    }
    let mut file = "%PDF-1.7\n".to_owned();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

fn show(x: u32, y: u32, text: &str) -> String {
    let hex: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("BT /F1 14 Tf 1 0 0 1 {x} {y} Tm <{hex}> Tj ET\n")
}

#[test]
fn lines_are_joined_and_page_numbers_dropped() {
    let line = "保持经济平稳健康运行加强经济运行调度和形势研判按季度分析按月";
    let pages = [
        [
            show(108, 760, "一、稳增长"),
            show(108, 736, &line[..28 * 3]),
            show(80, 712, line),
            show(280, 40, "—1—"),
        ]
        .concat(),
        [
            show(80, 760, "跟踪。"),
            show(108, 736, "（二）促消费。"),
            show(280, 40, "—2—"),
        ]
        .concat(),
    ];
    let document = read(&pdf(&pages), "计划.pdf", &Limits::default());
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Pdf);
    assert_eq!(codes(&document), [""; 0]);
    assert_eq!(
        outline(&document),
        [
            "p: 一、稳增长".to_owned(),
            format!("p: {}{line}跟踪。", &line[..28 * 3]),
            "p: （二）促消费。".to_owned()
        ]
    );
    assert_eq!(document.blocks[2].place.page, Some(2));
}

#[test]
fn ruled_lines_make_cells() {
    let mut page = [
        show(82, 702, "任务"),
        show(302, 702, "单位"),
        show(82, 672, "抓投资"),
        show(302, 672, "发改委"),
    ]
    .concat();
    for y in [720, 690, 660] {
        page.push_str(&format!("80 {y} m 500 {y} l S\n"));
    }
    for x in [80, 300, 500] {
        page.push_str(&format!("{x} 660 0.5 60 re f\n"));
    }
    let document = read(&pdf(&[page]), "a", &Limits::default());
    assert_sound(&document);
    assert_eq!(
        outline(&document),
        [
            "t0 0,0 1x1: 任务",
            "t0 0,1 1x1: 单位",
            "t0 1,0 1x1: 抓投资",
            "t0 1,1 1x1: 发改委"
        ]
    );
    assert_eq!(document.blocks[3].place.cell.as_deref(), Some("B2"));
}

#[test]
fn pictures_are_a_scan() {
    let picture = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q % /Image".to_owned();
    let document = read(&pdf(&[picture.clone(), picture.clone()]), "a.pdf", &Limits::default());
    assert_eq!(codes(&document), ["scanned-file"]);
    assert_eq!(document.diagnostics[0].arguments["pages"], "2");
    let document = read(&pdf(&[show(80, 700, "甲"), picture]), "a.pdf", &Limits::default());
    assert_sound(&document);
    assert_eq!(codes(&document), ["scanned-pages"]);
    assert_eq!(
        codes(&read(&pdf(&[String::new()]), "a.pdf", &Limits::default())),
        ["empty-file"]
    );
}

#[test]
fn pages_are_limited() {
    let limits = Limits {
        pages: 1,
        ..Limits::default()
    };
    let document = read(&pdf(&[show(80, 700, "甲"), show(80, 700, "乙")]), "a", &limits);
    assert_eq!(outline(&document), ["p: 甲"]);
    assert_eq!(codes(&document), ["expansion-limit"]);
}

/// A file of three hundred kilobytes packed a hundred megabytes of signs into one page; the library took five gigabytes and did not come
/// to an end in a minute and a half.
#[test]
fn drawings_of_pages_are_limited() {
    let limits = Limits {
        expanded_bytes: 64 * 1024,
        ..Limits::default()
    };
    let page = |text: &str, more: usize| show(80, 700, text) + &"0 0 m\n".repeat(more);
    let overlong = [page("甲", 0), page("乙", 200), page("丙", 0)];
    let document = read(&pdf(&overlong), "a", &limits);
    assert_eq!(outline(&document), ["p: 甲", "p: 丙"]);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert_eq!(document.diagnostics[0].arguments["limit"], "1024");

    let many = vec![page("甲", 100); 100];
    let document = read(&pdf(&many), "a", &limits);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert_eq!(document.diagnostics[0].arguments["limit"], "16384");
    assert!((10..30).contains(&document.blocks.len()), "{}", document.blocks.len());
}

#[test]
fn what_is_no_document_is_damage() {
    for bytes in [
        &b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"[..],
        b"%PDF-",
        b"%PDF-1.4\nxref\n0 99999999\ntrailer<</Size 9/Root 1 0 R>>",
    ] {
        let document = read(bytes, "a.txt", &Limits::default());
        assert_eq!(document.text, "");
        assert_eq!(codes(&document), ["damaged-file"]);
    }
}

#[test]
fn flipped_and_missing_bytes_are_damage_or_still_a_document() {
    let bytes = pdf(&[show(80, 700, "一、稳增长"), show(80, 700, "二、促改革")]);
    for index in (0..bytes.len()).step_by(37) {
        let mut flipped = bytes.clone();
        flipped[index] ^= 0x15;
        assert_sound(&read(&flipped, "a.pdf", &Limits::default()));
        if index > 5 {
            assert_sound(&read(&bytes[..index], "a.pdf", &Limits::default()));
        }
    }
}
