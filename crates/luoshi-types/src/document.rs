//! A document as it was read: one normalised text, cut into blocks that remember where they stood.
//!
//! It does not say what the blocks mean: headings of the author's styles are recorded, tasks are not found here.

use serde::{Deserialize, Serialize};

use crate::{Diagnostic, Span};

/// A document as the reader delivers it and the parser takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The normalised text that every [`Span`] indexes.
    ///
    /// For a text file: its decoded content with the byte order mark removed and nothing else changed. For other formats: the text of
    /// the blocks, each ended by one `\n`.
    pub text: String,
    /// The blocks in reading order. Their spans do not overlap; what lies between two blocks is white space.
    pub blocks: Vec<Block>,
    /// The format that the bytes were read as.
    pub format: SourceFormat,
    /// What went wrong or was lost on the way. An unreadable file has empty text and at least one error here.
    pub diagnostics: Vec<Diagnostic>,
}

/// One paragraph, heading or table cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Where the block's text stands, without its line end.
    pub span: Span,
    /// What the source file said that it is.
    pub kind: BlockKind,
    /// The part of `span` that the program rendered from automatic numbering (`一、`, `（三）`); absent where the author typed the label.
    pub label: Option<Span>,
    /// Where the block stood in the source.
    pub place: Place,
}

/// What the source file itself says a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// A paragraph with a heading style; level 1 is the highest, 9 the lowest.
    Heading {
        /// 1 to 9.
        level: u8,
    },
    /// One cell of a table. Rows and columns count from 0; a merged cell stands once, at its upper left corner.
    Cell {
        /// Which table of the document, from 0.
        table: u32,
        /// Row of the upper left corner.
        row: u32,
        /// Column of the upper left corner.
        column: u32,
        /// Rows covered, at least 1.
        rows: u32,
        /// Columns covered, at least 1.
        columns: u32,
    },
}

/// Where a block stood in its source; what a format does not know is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Line of a text file or paragraph of a document body, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Cell as a spreadsheet names it (`B7`), with its sheet before an exclamation mark where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
}

/// The file format that a document was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFormat {
    /// Plain text in any of the encodings that the reader detects.
    Text,
    /// Office Open XML word processing document.
    Docx,
    /// Word processing document of Word 97 to 2003.
    Doc,
    /// HTML page.
    Html,
    /// Office Open XML workbook.
    Xlsx,
    /// Portable document format, with a text layer.
    Pdf,
    /// Open fixed-layout document (GB/T 33190).
    Ofd,
    /// Markdown.
    Markdown,
}

/// What a document is to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 任务分解: tasks with responsible bodies.
    Breakdown,
    /// 政府工作报告: the report itself.
    Report,
    /// 通知 and everything else.
    Notice,
}
