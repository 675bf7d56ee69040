//! Plain text: one block for each line that is not blank. It does not join lines that an author broke by hand; the parser may.

use luoshi_types::{Block, BlockKind, DiagnosticCode, Document, Place, SourceFormat, Span};

use crate::{Limits, encoding::Decoded, error::ReadError, unreadable};

/// Reads decoded text. The text of the document is the decoded text, unchanged.
pub(crate) fn read(decoded: Decoded, limits: &Limits) -> Document {
    if decoded.text.chars().all(char::is_whitespace) {
        return unreadable(SourceFormat::Text, DiagnosticCode::EmptyFile);
    }
    let mut diagnostics = decoded.diagnostics();
    let mut blocks = Vec::new();
    for line in Lines::new(&decoded.text) {
        if blocks.len() >= limits.blocks {
            let limit = limits.blocks as u64;
            diagnostics.push(ReadError::Expansion { limit, what: "blocks" }.diagnostic());
            break;
        }
        blocks.push(Block {
            span: line.span,
            kind: BlockKind::Paragraph,
            label: None,
            place: Place {
                line: Some(line.number),
                ..Place::default()
            },
        });
    }
    Document {
        text: decoded.text,
        blocks,
        format: SourceFormat::Text,
        diagnostics,
    }
}

/// A line with something on it.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// From its first to its last character that is not white space.
    span: Span,
    /// As an editor numbers it, from 1.
    number: u32,
}

/// Walks the text once, scalar by scalar, since spans count scalars.
struct Lines<'text> {
    characters: std::iter::Peekable<std::str::Chars<'text>>,
    scalar: usize,
    number: u32,
}

impl<'text> Lines<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            characters: text.chars().peekable(),
            scalar: 0,
            number: 1,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let mut inked: Option<Span> = None;
        loop {
            let number = self.number;
            let Some(character) = self.characters.next() else {
                return inked.map(|span| Line { span, number });
            };
            let index = self.scalar;
            self.scalar += 1;
            let ends_line = match character {
                '\r' => {
                    if self.characters.next_if_eq(&'\n').is_some() {
                        self.scalar += 1;
                    }
                    self.number = self.number.saturating_add(1);
                    true
                }
                '\n' => {
                    self.number = self.number.saturating_add(1);
                    true
                }
                // A page feed or a Unicode separator ends a paragraph, but editors do not count a line for it.
                '\u{0B}' | '\u{0C}' | '\u{2028}' | '\u{2029}' => true,
                _ => false,
            };
            if ends_line {
                if let Some(span) = inked {
                    return Some(Line { span, number });
                }
            } else if !character.is_whitespace() {
                let start = inked.map_or(index, |span| span.start);
                inked = Some(Span::new(start, index + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, usize, u32)]) {
        let lines: Vec<_> = Lines::new(text)
            .map(|line| (line.span.start, line.span.end, line.number))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn counts_lines_as_an_editor_does() {
        check("一\n二", &[(0, 1, 1), (2, 3, 2)]);
        check("一\r\n\r\n二\r三\n", &[(0, 1, 1), (5, 6, 3), (7, 8, 4)]);
        check("一\u{0C}二\n三", &[(0, 1, 1), (2, 3, 1), (4, 5, 2)]);
        check("", &[]);
        check("\n \n", &[]);
    }

    #[test]
    fn leaves_white_space_outside_the_span() {
        check("\u{3000}\u{3000}（一） 稳增长\u{3000}\r\n", &[(2, 9, 1)]);
    }
}
