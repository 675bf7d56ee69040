//! Whatever the bytes are, reading ends, and what comes out holds together.

use luoshi_reader::{Limits, read};
use proptest::prelude::*;
use zip::CompressionMethod;

use crate::support::{Docx, ROOT_RELATIONSHIPS, archive_of_bytes, assert_sound};

const BODY: &str = "<w:p><w:pPr><w:pStyle w:val='a'/><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>稳增长</w:t><w:br/></w:r></w:p>
<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/><w:vMerge w:val='restart'/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:del><w:r><w:delText>乙</w:delText></w:r></w:del></w:p></w:tc></w:tr></w:tbl>";

const NUMBERING: &str = "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='1'><w:start w:val='3'/><w:numFmt w:val='chineseCounting'/><w:lvlText w:val='（%2）'/></w:lvl></w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>";

/// Pieces that a generator of characters would hardly hit.
const MARKUP: [&str; 24] = [
    "<w:p>",
    "</w:p>",
    "<w:r>",
    "</w:r>",
    "<w:t>",
    "</w:t>",
    "<w:tbl>",
    "</w:tbl>",
    "<w:tr>",
    "</w:tr>",
    "<w:tc>",
    "</w:tc>",
    "<w:pPr>",
    "</w:pPr>",
    "<w:rPr><w:vanish/></w:rPr>",
    "<w:tcPr><w:vMerge/></w:tcPr>",
    "<w:numPr><w:numId w:val='1'/></w:numPr>",
    "<w:txbxContent>",
    "</w:txbxContent>",
    "<w:sdt>",
    "<w:drawing>",
    "<w:br/>",
    "一、 ",
    "\u{3000}",
];

const TAGS: [&str; 26] = [
    "<p>",
    "</p>",
    "<table>",
    "</table>",
    "<tr>",
    "<td rowspan=0 colspan=9>",
    "</td>",
    "<th>",
    "<ol type=A start=-3>",
    "</ol>",
    "<li value=9>",
    "<ul>",
    "</ul>",
    "<h2>",
    "</h2>",
    "<b>",
    "</b>",
    "<br>",
    "<pre>",
    "</pre>",
    "<header>",
    "<span style='mso-list:Ignore'>",
    "</span>",
    "一\n二",
    " \u{3000}",
    "<del>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2000), name in "[a-z]{0,3}\\.(txt|html|docx|md)") {
        assert_sound(&read(&bytes, &name, &Limits::default()));
    }

    #[test]
    fn any_text(text in "[ \\t\\r\\n\u{3000}\u{FEFF}a-c一-三、（）\u{2028}\u{1F600}]{0,200}") {
        let document = read(text.as_bytes(), "a.txt", &Limits::default());
        assert_sound(&document);
        if !document.blocks.is_empty() {
            prop_assert_eq!(document.text, text.strip_prefix('\u{FEFF}').unwrap_or(&text));
        }
    }

    #[test]
    fn any_markup(pieces in proptest::collection::vec(proptest::sample::select(&TAGS[..]), 0..60)) {
        let page = format!("<html>{}", pieces.concat());
        assert_sound(&read(page.as_bytes(), "a.html", &Limits::default()));
    }

    #[test]
    fn any_body(pieces in proptest::collection::vec(proptest::sample::select(&MARKUP[..]), 0..60)) {
        let document = Docx::new(&pieces.concat()).numbering(NUMBERING).read();
        assert_sound(&document);
    }

    #[test]
    fn a_mutated_container(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = Docx::new(BODY).numbering(NUMBERING).bytes();
        for (index, value) in flips {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        assert_sound(&read(&bytes, "a.docx", &Limits::default()));
    }

    #[test]
    fn mutated_parts(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), in_numbering in any::<bool>()) {
        let docx = Docx::new(BODY);
        let mut document = docx.document_xml().into_bytes();
        let mut numbering = format!("<w:numbering xmlns:w='x'>{NUMBERING}</w:numbering>").into_bytes();
        let part = if in_numbering { &mut numbering } else { &mut document };
        for (index, value) in flips {
            let index = index.index(part.len());
            part[index] = value;
        }
        let bytes = archive_of_bytes(
            &[("_rels/.rels", ROOT_RELATIONSHIPS.as_bytes()), ("word/document.xml", &document), ("word/numbering.xml", &numbering)],
            CompressionMethod::Stored,
        );
        assert_sound(&read(&bytes, "a.docx", &Limits::default()));
    }
}
