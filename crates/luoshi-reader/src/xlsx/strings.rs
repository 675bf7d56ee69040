//! Texts that cells share: rich text without its looks and without its phonetic guides.

use crate::{Limits, error::ReadError};

/// Gathers shared texts from the events of their part. The count that the part declares is not asked: it may say anything.
#[derive(Debug, Default)]
pub(super) struct TextTarget {
    texts: Vec<String>,
    /// Whether each open element is a text, a phonetic guide, or something else.
    open: Vec<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Phonetic,
    Other,
}

impl TextTarget {
    pub(super) fn start(&mut self, name: &str, limits: &Limits) -> Result<(), ReadError> {
        let open = match name {
            "t" => Open::Text,
            "rPh" => Open::Phonetic,
            _ => Open::Other,
        };
        if name == "si" {
            if self.texts.len() >= limits.blocks {
                return Err(ReadError::Expansion {
                    limit: limits.blocks as u64,
                    what: "texts",
                });
            }
            self.texts.push(String::new());
        }
        self.open.push(open);
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.open.last() == Some(&Open::Text)
            && !self.open.contains(&Open::Phonetic)
            && let Some(last) = self.texts.last_mut()
        {
            last.push_str(text);
        }
    }

    pub(super) fn end(&mut self) {
        self.open.pop();
    }

    pub(super) fn finish(mut self) -> Vec<String> {
        for text in &mut self.texts {
            if text.contains("_x") {
                *text = unescaped(text);
            }
        }
        self.texts
    }
}

/// Characters that XML cannot hold are written as `_x000D_`; an underscore that could be taken for such is written as `_x005F_`.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, candidate) = rest.split_at(at);
        plain.push_str(before);
        let character = candidate
            .get(2..6)
            .filter(|_| candidate.get(6..7) == Some("_"))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        match character {
            Some(character) => {
                // No text means a NUL, and no format that luoshi writes can hold one.
                plain.push(if character == '\0' { '\u{FFFD}' } else { character });
                rest = candidate.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = candidate.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescapes_what_xml_cannot_hold() {
        assert_eq!(unescaped("甲_x000D_\n乙"), "甲\r\n乙");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescaped("a_xyz_x00_"), "a_xyz_x00_");
        assert_eq!(unescaped("_x0000_"), "\u{FFFD}");
        assert_eq!(unescaped("_x一二"), "_x一二");
    }
}
