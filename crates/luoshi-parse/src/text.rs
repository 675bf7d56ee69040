//! Bytes, scalars and the white space of Chinese documents.
//!
//! The parser works on byte offsets and converts them once, at the end, by [`ScalarIndex`]. It does not know what the text means.

use luoshi_types::Span;

/// Bytes between two samples of a [`ScalarIndex`]: a conversion counts at most this many bytes.
const STRIDE: usize = 64;

/// Converts between byte offsets and scalar indexes in constant time, for an eighth of a byte of memory per byte of text.
pub(crate) struct ScalarIndex<'t> {
    bytes: &'t [u8],
    samples: Vec<usize>,
    total: usize,
}

impl<'t> ScalarIndex<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut samples = Vec::with_capacity(bytes.len() / STRIDE + 1);
        let mut total = 0;
        for chunk in bytes.chunks(STRIDE) {
            samples.push(total);
            total += count_scalars(chunk);
        }
        samples.push(total);
        Self { bytes, samples, total }
    }

    /// Number of scalars of the text.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// The index of the scalar that starts at `byte`.
    pub(crate) fn scalar(&self, byte: usize) -> usize {
        let byte = byte.min(self.bytes.len());
        let slot = byte / STRIDE;
        self.samples[slot] + count_scalars(&self.bytes[slot * STRIDE..byte])
    }

    /// A span of bytes as a span of scalars.
    pub(crate) fn span(&self, bytes: Span) -> Span {
        Span::new(self.scalar(bytes.start), self.scalar(bytes.end))
    }
}

fn count_scalars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| (byte as i8) >= -0x40).count()
}

/// The text of a span of bytes; empty where the span does not lie on character borders.
pub(crate) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

/// Whether `span` overlaps one of `sorted`, which are in order and do not overlap each other much: the search is binary.
pub(crate) fn overlaps_any(sorted: &[Span], span: Span) -> bool {
    let index = sorted.partition_point(|other| other.end <= span.start);
    sorted.get(index).is_some_and(|other| other.overlaps(span))
}

/// Whether `character` is white space, the ideographic space, a byte order mark or another invisible character.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// `span` without white space at its ends.
pub(crate) fn trimmed(text: &str, span: Span) -> Span {
    let part = slice(text, span);
    let left = part.len() - part.trim_start_matches(is_blank).len();
    let right = part.trim_end_matches(is_blank).len();
    if right <= left {
        Span::new(span.start, span.start)
    } else {
        Span::new(span.start + left, span.start + right)
    }
}

/// Bytes of the character whose first byte is `byte`.
#[inline]
pub(crate) fn width_of(byte: u8) -> usize {
    match byte {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// The first character at or after byte `at`.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The last character before byte `at`.
pub(crate) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

/// Byte offset after any white space at `at`, not going past a line end.
pub(crate) fn skip_blanks(text: &str, mut at: usize) -> usize {
    while let Some(character) = char_at(text, at) {
        if character == '\n' || !is_blank(character) {
            break;
        }
        at += character.len_utf8();
    }
    at
}

/// The part of `text` that starts at `at` and has at most `limit` characters, cut before the first character that `stop` accepts.
pub(crate) fn ahead(text: &str, at: usize, limit: usize, stop: impl Fn(char) -> bool) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest
        .char_indices()
        .take(limit)
        .take_while(|&(_, character)| !stop(character))
        .last()
        .map_or(0, |(index, character)| index + character.len_utf8());
    &rest[..end]
}

/// The part of `text` that ends at `at`, starts not before `from` and has at most `limit` characters, cut after the last
/// character that `stop` accepts.
pub(crate) fn behind(text: &str, from: usize, at: usize, limit: usize, stop: impl Fn(char) -> bool) -> &str {
    let rest = text.get(from..at).unwrap_or_default();
    let start = rest
        .char_indices()
        .rev()
        .take(limit)
        .take_while(|&(_, character)| !stop(character))
        .last()
        .map_or(rest.len(), |(index, _)| index);
    &rest[start..]
}

/// Whether `character` ends a clause or a sentence, or separates the members of a list.
pub(crate) fn is_break(character: char) -> bool {
    matches!(
        character,
        '，' | ',' | '、' | '。' | '；' | ';' | '：' | ':' | '！' | '？' | '!' | '?' | '\n' | '\r'
    )
}

/// Whether `character` ends a sentence.
pub(crate) fn is_sentence_end(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '!' | '?' | '；' | ';' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_every_border() {
        let text = "a任务\u{1f600}完成8%\n".repeat(40);
        let index = ScalarIndex::new(&text);
        for (scalar, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(index.scalar(byte), scalar);
        }
        assert_eq!(index.scalar(text.len()), text.chars().count());
        assert_eq!(index.total(), text.chars().count());
    }

    #[test]
    fn trims_ideographic_space() {
        let text = "　　落实 \r";
        assert_eq!(slice(text, trimmed(text, Span::new(0, text.len()))), "落实");
        assert!(trimmed("　", Span::new(0, 3)).is_empty());
    }

    #[test]
    fn looks_ahead_and_behind_within_limits() {
        assert_eq!(ahead("新建桥梁，道路", 0, 10, is_break), "新建桥梁");
        assert_eq!(ahead("新建桥梁", 0, 2, is_break), "新建");
        assert_eq!(behind("道路，新建桥梁", 0, 21, 10, is_break), "新建桥梁");
        assert_eq!(behind("新建桥梁", 0, 12, 2, is_break), "桥梁");
    }
}
