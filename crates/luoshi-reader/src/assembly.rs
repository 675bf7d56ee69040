//! Puts blocks one after the other into a [`Document`] and keeps count of scalars. It knows no file format.

use luoshi_types::{Block, BlockKind, Diagnostic, Document, Place, SourceFormat, Span};

use crate::{Limits, error::ReadError};

/// A document under construction.
///
/// Spans count Unicode scalars, and counting them again for every block would make reading quadratic; so the length so far is
/// carried along.
#[derive(Debug)]
pub(crate) struct Assembly {
    text: String,
    scalars: usize,
    blocks: Vec<Block>,
    diagnostics: Vec<Diagnostic>,
    block_limit: usize,
    byte_limit: u64,
}

impl Assembly {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            text: String::new(),
            scalars: 0,
            blocks: Vec::new(),
            diagnostics: Vec::new(),
            block_limit: limits.blocks,
            byte_limit: limits.expanded_bytes,
        }
    }

    /// Appends `text` as a block of its own, ended by a line feed, and says which block it became.
    ///
    /// `label_bytes` is how many bytes at the start of `text` were rendered from automatic numbering.
    pub(crate) fn push(
        &mut self,
        text: &str,
        label_bytes: Option<usize>,
        kind: BlockKind,
        place: Place,
    ) -> Result<usize, ReadError> {
        if self.blocks.len() >= self.block_limit {
            return Err(ReadError::Expansion {
                limit: self.block_limit as u64,
                what: "blocks",
            });
        }
        // A format that stores a text once and refers to it often grows here and not while it is unpacked.
        if (self.text.len() + text.len()) as u64 > self.byte_limit {
            return Err(ReadError::Expansion {
                limit: self.byte_limit,
                what: "bytes",
            });
        }
        let start = self.scalars;
        let span = Span::new(start, start + text.chars().count());
        let label = label_bytes
            .and_then(|bytes| text.get(..bytes))
            .map(|label| Span::new(start, start + label.chars().count()));
        // A part of a container may hold NUL, which no format that luoshi writes can.
        match text.contains('\0') {
            true => self.text.push_str(&text.replace('\0', "\u{FFFD}")),
            false => self.text.push_str(text),
        }
        self.text.push('\n');
        self.scalars = span.end + 1;
        self.blocks.push(Block {
            span,
            kind,
            label,
            place,
        });
        Ok(self.blocks.len() - 1)
    }

    /// Changes the kind of a block that is already in place: a merged cell shows how far it reaches only in later rows.
    pub(crate) fn amend(&mut self, index: usize, change: impl FnOnce(&mut BlockKind)) {
        if let Some(block) = self.blocks.get_mut(index) {
            change(&mut block.kind);
        }
    }

    pub(crate) fn diagnose(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    pub(crate) fn finish(self, format: SourceFormat) -> Document {
        Document {
            text: self.text,
            blocks: self.blocks,
            format,
            diagnostics: self.diagnostics,
        }
    }
}

/// The text before, between or after blocks: white space in the sense of Unicode, which includes the ideographic space.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(char::is_whitespace)
}

/// The name that a spreadsheet gives to a cell: `A1` is row 0, column 0.
pub(crate) fn cell_name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = ((rest - 1) % 26) as u8;
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

/// What separates a rendered label from the text that follows it.
///
/// Typed documents write `一、加快` and `（一）加快` without a space but `1. Faster` with one; a rendered label does the same, so
/// that both read alike.
pub(crate) fn label_separator(label: &str) -> &'static str {
    match label.chars().next_back() {
        None => "",
        Some(last) if is_chinese_punctuation(last) => "",
        Some(_) => " ",
    }
}

/// A label followed by its text, and how many bytes the label takes.
pub(crate) fn labelled(label: &str, text: &str) -> (String, Option<usize>) {
    let separator = match text {
        "" => "",
        _ => label_separator(label),
    };
    (format!("{label}{separator}{text}"), Some(label.len()))
}

fn is_chinese_punctuation(character: char) -> bool {
    matches!(character, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}'
        | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cells_as_a_spreadsheet_does() {
        assert_eq!(cell_name(0, 0), "A1");
        assert_eq!(cell_name(6, 25), "Z7");
        assert_eq!(cell_name(6, 26), "AA7");
        assert_eq!(cell_name(0, 16_383), "XFD1");
    }

    #[test]
    fn separates_labels_as_typed_documents_do() {
        for label in ["一、", "（一）", "【1】", "１．", "1）"] {
            assert_eq!(label_separator(label), "", "{label}");
        }
        for label in ["1.", "(1)", "第一条", "①", "•"] {
            assert_eq!(label_separator(label), " ", "{label}");
        }
    }

    #[test]
    fn counts_scalars_and_not_bytes() {
        let mut assembly = Assembly::new(&Limits::default());
        let kind = BlockKind::Paragraph;
        assert_eq!(
            assembly.push("一、𠮷", Some("一、".len()), kind, Place::default()),
            Ok(0)
        );
        assert_eq!(assembly.push("后", None, kind, Place::default()), Ok(1));
        let document = assembly.finish(SourceFormat::Html);
        assert_eq!(document.text, "一、𠮷\n后\n");
        assert_eq!(document.blocks[0].span, Span::new(0, 3));
        assert_eq!(document.blocks[0].label, Some(Span::new(0, 2)));
        assert_eq!(document.blocks[1].span, Span::new(4, 5));
    }
}
