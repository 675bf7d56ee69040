//! Files that are broken, are something else, or mean harm: each ends in a diagnostic, soon and in bounded memory.

use luoshi_reader::{Limits, read};
use luoshi_types::Severity;
use zip::CompressionMethod;

use crate::support::{
    CONTENT_TYPES, Docx, ROOT_RELATIONSHIPS, archive, archive_of_bytes, assert_sound, codes, outline, paragraph,
};

#[track_caller]
fn check(bytes: &[u8], name: &str, code: &str, format: Option<&str>) {
    let document = read(bytes, name, &Limits::default());
    assert_sound(&document);
    assert_eq!(document.text, "");
    assert_eq!(codes(&document), [code]);
    assert_eq!(document.diagnostics[0].severity, Severity::Error);
    assert_eq!(
        document.diagnostics[0].arguments.get("format").map(String::as_str),
        format
    );
}

#[test]
fn files_of_other_kinds_are_named() {
    check(
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01",
        "计划.docx",
        "picture-file",
        Some("png"),
    );
    check(
        b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01",
        "计划.txt",
        "picture-file",
        Some("jpg"),
    );
    check(b"GIF89a\x01\0\x01\0\0\0\0", "a", "picture-file", Some("gif"));
    check(
        b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
        "a",
        "picture-file",
        Some("bmp"),
    );
    check(b"II*\0\x08\0\0\0\0\0", "a", "picture-file", Some("tif"));
    check(b"RIFF\x1A\0\0\0WEBPVP8L\0\0\0\0", "a", "picture-file", Some("webp"));
    check(b"{\\rtf1\\ansi x}", "a.doc", "unsupported-format", Some("rtf"));
    check(b"Rar!\x1A\x07\x01\0\0\0\0\0", "a.docx", "archive-file", Some("rar"));
    check(b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0", "a", "archive-file", Some("7z"));
    check(b"\x1F\x8B\x08\0\0\0\0\0\0\x03", "a", "archive-file", Some("gz"));
    check(b"MZ\x90\0\x03\0\0\0", "a", "unknown-format", Some("exe"));
}

#[test]
fn containers_of_other_kinds_are_named() {
    let relationships = |target: &str| ROOT_RELATIONSHIPS.replace("word/document.xml", target);
    let office = |target: &str| {
        archive(&[
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", &relationships(target)),
            (target, "<x/>"),
        ])
    };
    check(&office("xl/workbook.bin"), "a.xlsx", "unsupported-format", Some("xlsb"));
    check(&office("ppt/presentation.xml"), "a", "unsupported-format", Some("pptx"));
    let odt = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "<x/>"),
    ]);
    check(&odt, "a", "unsupported-format", Some("odt"));
    check(&archive(&[("计划.txt", "一、")]), "a", "archive-file", Some("zip"));
    check(&archive(&[]), "a.docx", "archive-file", Some("zip"));
}

#[test]
fn compound_files_are_named() {
    let file = |stream: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.resize(1024, 0);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(2048, 0);
        bytes
    };
    check(&file("EncryptedPackage"), "a.docx", "encrypted-file", Some("docx"));
    match cfg!(feature = "legacy-doc") {
        // It is taken for what it says that it is, and there is nothing in it.
        true => check(&file("WordDocument"), "a.docx", "damaged-file", None),
        false => check(&file("WordDocument"), "a.docx", "unsupported-format", Some("doc")),
    }
    check(&file("Workbook"), "a.xls", "unsupported-format", Some("xls"));
}

#[test]
fn size_is_asked_before_anything_else() {
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    let document = read("一、总体要求".as_bytes(), "a", &limits);
    assert_eq!(codes(&document), ["file-too-large"]);
    assert_eq!(document.diagnostics[0].arguments["size"], "18");
    assert_eq!(document.diagnostics[0].arguments["limit"], "10");
    assert_eq!(codes(&read(b"", "a", &limits)), ["empty-file"]);
}

#[test]
fn a_truncated_docx_is_damaged_wherever_it_ends() {
    let bytes = Docx::new(&paragraph("一、总体要求").repeat(50)).bytes();
    for length in (4..bytes.len() - 1).step_by(37) {
        let document = read(&bytes[..length], "a.docx", &Limits::default());
        assert_eq!(codes(&document), ["damaged-file"], "{length}");
    }
}

#[test]
fn flipped_bytes_are_damage_or_still_a_document() {
    let bytes = Docx::new(&paragraph("一、总体要求").repeat(50)).bytes();
    for index in (0..bytes.len()).step_by(11) {
        let mut bytes = bytes.clone();
        bytes[index] ^= 0x55;
        assert_sound(&read(&bytes, "a.docx", &Limits::default()));
    }
}

#[test]
fn missing_parts_are_damage() {
    check_damaged(&[
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", ROOT_RELATIONSHIPS),
    ]);
    check_damaged(&[("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", "<broken")]);
    check_damaged(&[("_rels/.rels", ROOT_RELATIONSHIPS), ("word/document.xml", "")]);
    check_damaged(&[("_rels/.rels", ROOT_RELATIONSHIPS), ("word/document.xml", "not xml")]);
}

#[track_caller]
fn check_damaged(parts: &[(&str, &str)]) {
    let document = read(&archive(parts), "a.docx", &Limits::default());
    assert_eq!(codes(&document), ["damaged-file"]);
    assert_eq!(document.text, "");
}

#[test]
fn bad_xml_gives_what_stands_before_it() {
    let good = paragraph("一、总体要求");
    for bad in [
        "<w:p><w:r><w:t>二</w:p>",
        "<w:p>&unknown;</w:p>",
        "<w:p attribute=>",
        "<w:p><w:r><w:t>二",
    ] {
        let body = format!("{good}{bad}");
        let document = Docx::new(&body).read();
        assert_sound(&document);
        assert_eq!(codes(&document), ["damaged-file"], "{bad}");
        assert_eq!(outline(&document)[0], "p: 一、总体要求");
    }
}

#[test]
fn no_entities_are_expanded() {
    let document = format!(
        "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>{}",
        Docx::new(&paragraph("&b;")).document_xml()
    );
    check_damaged(&[("_rels/.rels", ROOT_RELATIONSHIPS), ("word/document.xml", &document)]);
}

#[test]
fn nesting_is_counted_and_not_followed() {
    for element in ["w:p", "w:tbl", "w:sdt", "mc:AlternateContent", "w:x"] {
        let body = format!("{}{}", paragraph("一"), format!("<{element}>").repeat(100_000));
        let document = Docx::new(&body).read();
        assert_sound(&document);
        assert_eq!(codes(&document), ["nesting-limit"], "{element}");
        assert_eq!(document.diagnostics[0].arguments["limit"], "256");
        assert_eq!(outline(&document)[0], "p: 一");
    }
    let limits = Limits {
        nesting_depth: 30,
        ..Limits::default()
    };
    let nested = |depth: usize| {
        let open = "<w:tbl><w:tr><w:tc>".repeat(depth);
        let close = "</w:tc></w:tr></w:tbl>".repeat(depth);
        Docx::new(&format!("{open}{}{close}", paragraph("深"))).bytes()
    };
    assert_eq!(outline(&read(&nested(8), "a", &limits)), ["t7 0,0 1x1: 深"]);
    assert_eq!(codes(&read(&nested(9), "a", &limits)), ["nesting-limit"]);
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    // Twelve million blanks pack to some twelve kilobytes.
    let body = format!("{}<w:p>{}</w:p>", paragraph("一"), " ".repeat(12_000_000));
    let bytes = Docx::new(&body).bytes();
    assert!(bytes.len() < 100_000);
    let document = read(&bytes, "a.docx", &Limits::default());
    assert_sound(&document);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert_eq!(document.diagnostics[0].arguments["what"], "ratio");
    assert_eq!(outline(&document), ["p: 一"]);
}

#[test]
fn a_bomb_is_stopped_by_the_bytes_of_all_parts() {
    let filler = format!("<w:styles xmlns:w='x'>{}</w:styles>", " ".repeat(50_000));
    let limits = Limits {
        expanded_bytes: 60_000,
        ..Limits::default()
    };
    let within = Docx::new(&paragraph("一")).styles("").bytes();
    assert_eq!(codes(&read(&within, "a", &limits)), [""; 0]);
    let main = Docx::new(&format!("{}{}", paragraph("一"), " ".repeat(20_000))).document_xml();
    let bytes = archive(&[
        ("_rels/.rels", ROOT_RELATIONSHIPS),
        ("word/document.xml", &main),
        ("word/styles.xml", &filler),
    ]);
    let document = read(&bytes, "a", &limits);
    assert_eq!(codes(&document), ["expansion-limit"]);
    assert_eq!(document.diagnostics[0].arguments["what"], "bytes");
}

#[test]
fn what_is_never_opened_costs_nothing() {
    let media = vec![0u8; 3_000_000];
    let main = Docx::new(&paragraph("一")).document_xml();
    let nested = archive_of_bytes(&[("bomb", &media)], CompressionMethod::Deflated);
    let bytes = archive_of_bytes(
        &[
            ("_rels/.rels", ROOT_RELATIONSHIPS.as_bytes()),
            ("word/document.xml", main.as_bytes()),
            ("word/media/image1.bmp", &media),
            ("word/embeddings/a.zip", &nested),
        ],
        CompressionMethod::Deflated,
    );
    let limits = Limits {
        expanded_bytes: 100_000,
        ..Limits::default()
    };
    let document = read(&bytes, "a", &limits);
    assert_eq!(outline(&document), ["p: 一"]);
    assert_eq!(codes(&document), [""; 0]);
}

#[test]
fn sizes_that_lie_gain_nothing() {
    let body = paragraph("一、总体要求").repeat(2000);
    let docx = Docx::new(&body);
    let honest = docx.bytes();
    let size = (docx.document_xml().len() as u32).to_le_bytes();
    for lie in [0u32, 1, 100, u32::MAX - 1] {
        let mut bytes = honest.clone();
        let places: Vec<usize> = bytes
            .windows(4)
            .enumerate()
            .filter(|(_, window)| *window == size)
            .map(|(index, _)| index)
            .collect();
        assert!(!places.is_empty());
        for place in places {
            bytes[place..place + 4].copy_from_slice(&lie.to_le_bytes());
        }
        let limits = Limits {
            expanded_bytes: 20_000,
            ..Limits::default()
        };
        let document = read(&bytes, "a", &limits);
        assert_sound(&document);
        assert!(document.text.len() < 20_000);
        assert!(
            matches!(codes(&document)[..], ["expansion-limit" | "damaged-file"]),
            "{lie}: {:?}",
            codes(&document)
        );
    }
}

#[test]
fn overlapping_entries_share_one_budget() {
    // Every entry of the directory points at the same packed bytes, as in the bombs that need no nesting.
    let filler = format!("<w:x xmlns:w='x'>{}</w:x>", " ".repeat(40_000));
    let mut bytes = archive(&[
        ("_rels/.rels", ROOT_RELATIONSHIPS),
        ("word/document.xml", &filler),
        ("word/styles.xml", &filler),
        ("word/numbering.xml", &filler),
    ]);
    let starts: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| window == b"PK\x01\x02")
        .map(|(index, _)| index)
        .collect();
    let offset: [u8; 4] = bytes[starts[1] + 42..starts[1] + 46].try_into().unwrap();
    for start in &starts[2..] {
        bytes[start + 42..start + 46].copy_from_slice(&offset);
    }
    let limits = Limits {
        expanded_bytes: 90_000,
        ..Limits::default()
    };
    let document = read(&bytes, "a", &limits);
    let codes = codes(&document);
    assert!(
        codes.contains(&"expansion-limit") || codes.contains(&"damaged-file"),
        "{codes:?}"
    );
}

#[test]
fn entries_are_counted_before_they_are_kept() {
    let parts: Vec<(String, &str)> = (0..40).map(|index| (format!("x{index}"), "")).collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    for entries in [1, 39] {
        let limits = Limits {
            entries,
            ..Limits::default()
        };
        let document = read(&archive(&parts), "a", &limits);
        assert_eq!(codes(&document), ["expansion-limit"]);
        assert_eq!(document.diagnostics[0].arguments["what"], "entries");
    }
    let limits = Limits {
        entries: 40,
        ..Limits::default()
    };
    assert_eq!(codes(&read(&archive(&parts), "a", &limits)), ["archive-file"]);
}

#[test]
fn two_parts_of_one_name_are_damage() {
    let main = Docx::new(&paragraph("一")).document_xml();
    let other = Docx::new(&paragraph("二")).document_xml();
    check_damaged(&[
        ("_rels/.rels", ROOT_RELATIONSHIPS),
        ("word/document.xml", &main),
        ("Word/Document.xml", &other),
    ]);
}

#[test]
fn a_part_with_a_password_is_encrypted() {
    let mut bytes = Docx::new(&paragraph("一")).bytes();
    // The first bit of the flags of every header says that the entry is encrypted.
    let headers: Vec<(usize, usize)> = bytes
        .windows(4)
        .enumerate()
        .filter_map(|(index, window)| match window {
            b"PK\x03\x04" => Some((index, 6)),
            b"PK\x01\x02" => Some((index, 8)),
            _ => None,
        })
        .collect();
    for (index, flags) in headers {
        bytes[index + flags] |= 1;
    }
    check(&bytes, "a.docx", "encrypted-file", None);
}

#[test]
fn merged_cells_cost_what_they_hold() {
    // Each row goes on with the cell above and adds text to it; amending all of it for every row would take the square.
    let continued = "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>续</w:t></w:r></w:p></w:tc></w:tr>";
    let body = format!(
        "<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/><w:gridSpan w:val='999999999'/></w:tcPr><w:p><w:r><w:t>始</w:t></w:r></w:p></w:tc></w:tr>{}</w:tbl>",
        continued.repeat(20_000)
    );
    let document = Docx::new(&body).read();
    assert_eq!(document.blocks.len(), 20_001);
    assert_eq!(outline(&document)[0], "t0 0,0 20001x1024: 始");
}

#[test]
fn deep_pages_do_not_overflow() {
    for open in ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<svg><g>", "<font><p>"] {
        let page = format!("<p>一</p>{}", open.repeat(100_000));
        let document = read(page.as_bytes(), "a.html", &Limits::default());
        assert_sound(&document);
        assert!(
            matches!(codes(&document)[..], ["nesting-limit" | "expansion-limit"]),
            "{open} {:?}",
            codes(&document)
        );
        assert_eq!(outline(&document)[0], "p: 一");
    }
}

#[test]
fn pages_do_not_grow() {
    let formatting: String = (0..200).map(|index| format!("<b id={index}>")).collect();
    let page = format!("<p>一{formatting}{}", "<p>x".repeat(50_000));
    assert_eq!(
        codes(&read(page.as_bytes(), "a.html", &Limits::default())),
        ["expansion-limit"]
    );
    let attributes: String = (0..200_000).map(|index| format!(" a{index}")).collect();
    let page = format!("<p>一<p{attributes}>二");
    assert_eq!(
        codes(&read(page.as_bytes(), "a.html", &Limits::default())),
        ["expansion-limit"]
    );
}

#[test]
fn blocks_are_limited_in_every_format() {
    let limits = Limits {
        blocks: 3,
        ..Limits::default()
    };
    for bytes in [
        Docx::new(&paragraph("一").repeat(9)).bytes(),
        "<p>一".repeat(9).into_bytes(),
    ] {
        let document = read(&bytes, "a", &limits);
        assert_sound(&document);
        assert_eq!(document.blocks.len(), 3);
        assert_eq!(codes(&document), ["expansion-limit"]);
    }
}
