//! Small files made on the spot: a docx is a few lines of XML in a zip.

use std::io::{Cursor, Write as _};

use luoshi_reader::{Limits, read};
use luoshi_types::{Block, BlockKind, Document, Span};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub(crate) const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"#;

pub(crate) const ROOT_RELATIONSHIPS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"#;

const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math""#;

/// A docx under construction.
#[derive(Default)]
pub(crate) struct Docx {
    body: String,
    styles: Option<String>,
    numbering: Option<String>,
}

impl Docx {
    pub(crate) fn new(body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn styles(mut self, xml: &str) -> Self {
        self.styles = Some(format!("<w:styles {NAMESPACES}>{xml}</w:styles>"));
        self
    }

    pub(crate) fn numbering(mut self, xml: &str) -> Self {
        self.numbering = Some(format!("<w:numbering {NAMESPACES}>{xml}</w:numbering>"));
        self
    }

    pub(crate) fn document_xml(&self) -> String {
        format!("<w:document {NAMESPACES}><w:body>{}</w:body></w:document>", self.body)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let document = self.document_xml();
        let mut parts = vec![
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", ROOT_RELATIONSHIPS),
            ("word/document.xml", &document),
        ];
        parts.extend(self.styles.as_deref().map(|xml| ("word/styles.xml", xml)));
        parts.extend(self.numbering.as_deref().map(|xml| ("word/numbering.xml", xml)));
        archive(&parts)
    }

    /// The same with what an office program asks for before it looks at styles and lists.
    #[cfg(feature = "legacy-doc")]
    pub(crate) fn office_bytes(&self) -> Vec<u8> {
        let kinds = [("styles", &self.styles), ("numbering", &self.numbering)];
        let mut types = String::new();
        let mut relationships = String::new();
        for (kind, _) in kinds.iter().filter(|(_, part)| part.is_some()) {
            types.push_str(&format!(
                r#"<Override PartName="/word/{kind}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>"#
            ));
            relationships.push_str(&format!(
                r#"<Relationship Id="{kind}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{kind}.xml"/>"#
            ));
        }
        let types = CONTENT_TYPES.replace("</Types>", &format!("{types}</Types>"));
        let relationships = format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relationships}</Relationships>"#
        );
        let document = self.document_xml();
        let mut parts = vec![
            ("[Content_Types].xml", types.as_str()),
            ("_rels/.rels", ROOT_RELATIONSHIPS),
            ("word/document.xml", &document),
            ("word/_rels/document.xml.rels", &relationships),
        ];
        parts.extend(self.styles.as_deref().map(|xml| ("word/styles.xml", xml)));
        parts.extend(self.numbering.as_deref().map(|xml| ("word/numbering.xml", xml)));
        archive(&parts)
    }

    pub(crate) fn read(&self) -> Document {
        read(&self.bytes(), "plan.docx", &Limits::default())
    }
}

/// A zip of these parts.
pub(crate) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    archive_of_bytes(&parts, CompressionMethod::Deflated)
}

/// A zip of these parts, packed in one manner.
pub(crate) fn archive_of_bytes(parts: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A paragraph of plain text.
pub(crate) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A paragraph with properties.
pub(crate) fn paragraph_with(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A cell with properties.
pub(crate) fn cell(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", paragraph(text))
}

pub(crate) fn row(cells: &[String]) -> String {
    format!("<w:tr>{}</w:tr>", cells.concat())
}

pub(crate) fn table(rows: &[String]) -> String {
    format!("<w:tbl><w:tblPr/><w:tblGrid/>{}</w:tbl>", rows.concat())
}

/// The text that a block covers.
pub(crate) fn text_of(document: &Document, block: &Block) -> String {
    document
        .text
        .chars()
        .skip(block.span.start)
        .take(block.span.len())
        .collect()
}

/// Every block as one line: its kind, its label in brackets, its text.
pub(crate) fn outline(document: &Document) -> Vec<String> {
    let characters: Vec<char> = document.text.chars().collect();
    let slice = |span: Span| characters[span.start..span.end].iter().collect::<String>();
    document
        .blocks
        .iter()
        .map(|block| {
            let kind = match block.kind {
                BlockKind::Paragraph => "p".to_owned(),
                BlockKind::Heading { level } => format!("h{level}"),
                BlockKind::Cell {
                    table,
                    row,
                    column,
                    rows,
                    columns,
                } => format!("t{table} {row},{column} {rows}x{columns}"),
            };
            let label = block.label.map(|label| format!(" [{}]", slice(label)));
            format!("{kind}{}: {}", label.unwrap_or_default(), slice(block.span))
        })
        .collect()
}

/// The codes of the diagnostics.
pub(crate) fn codes(document: &Document) -> Vec<&'static str> {
    document
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.code())
        .collect()
}

/// What holds for every document, whatever it was made from.
pub(crate) fn assert_sound(document: &Document) {
    let length = document.text.chars().count();
    let characters: Vec<char> = document.text.chars().collect();
    assert!(!characters.contains(&'\0'));
    let mut end_of_last = 0;
    for block in &document.blocks {
        assert!(block.span.start >= end_of_last, "blocks overlap: {block:?}");
        assert!(block.span.end <= length, "block outside the text: {block:?}");
        assert!(!block.span.is_empty(), "empty block: {block:?}");
        let between = &characters[end_of_last..block.span.start];
        assert!(
            between.iter().all(|character| character.is_whitespace()),
            "text lost before {block:?}"
        );
        let (first, last) = (characters[block.span.start], characters[block.span.end - 1]);
        assert!(!first.is_whitespace() && !last.is_whitespace(), "untrimmed: {block:?}");
        if let Some(label) = block.label {
            assert!(
                block.span.contains(label) && label.start == block.span.start,
                "label outside: {block:?}"
            );
        }
        end_of_last = block.span.end;
    }
    let is_cut_short = codes(document).contains(&"expansion-limit");
    if !is_cut_short {
        assert!(
            characters[end_of_last..]
                .iter()
                .all(|character| character.is_whitespace())
        );
    }
    if document.blocks.is_empty() {
        assert!(!document.diagnostics.is_empty(), "nothing read and nothing said");
    }
}

/// An OFD whose pages have these contents.
pub(crate) fn ofd_pages(pages: &[&str]) -> Vec<u8> {
    let mut parts = vec![(
        "OFD.xml".to_owned(),
        "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
            .to_owned(),
    )];
    let mut listed = String::new();
    for (index, content) in pages.iter().enumerate() {
        listed.push_str(&format!(
            "<ofd:Page ID='{index}' BaseLoc='Pages/Page_{index}/Content.xml'/>"
        ));
        parts.push((
            format!("Doc_0/Pages/Page_{index}/Content.xml"),
            format!("<ofd:Page xmlns:ofd='x'><ofd:Content><ofd:Layer>{content}</ofd:Layer></ofd:Content></ofd:Page>"),
        ));
    }
    parts.push((
        "Doc_0/Document.xml".to_owned(),
        format!(
            "<ofd:Document xmlns:ofd='x'><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
        ),
    ));
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    archive(&parts)
}

/// A text set as an office prints it: 28 characters a line, 22 lines a page, page numbers below.
pub(crate) fn ofd(text: &str) -> Vec<u8> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        lines.extend(characters.chunks(28).map(|chunk| chunk.iter().collect::<String>()));
    }
    let pages: Vec<String> = lines
        .chunks(22)
        .enumerate()
        .map(|(number, lines)| {
            let mut content: String = lines
                .iter()
                .enumerate()
                .map(|(row, line)| {
                    let y = 37 + 10 * row;
                    format!("<ofd:TextObject Boundary='28 {y} 156 9' Size='5.5'><ofd:TextCode X='0' Y='5' DeltaX='g 27 5.5'>{line}</ofd:TextCode></ofd:TextObject>")
                })
                .collect();
            let number = number + 1;
            content.push_str(&format!("<ofd:TextObject Boundary='98 275 20 9' Size='4.9'><ofd:TextCode X='0' Y='5'>— {number} —</ofd:TextCode></ofd:TextObject>"));
            content
        })
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    ofd_pages(&pages)
}
