//! The sentences of a task: its title, and what stands between the title and the responsibility clause. It does not read them.

use luoshi_types::Span;

use crate::text::{char_at, is_blank, slice, trimmed};

/// The title of a task and the sentences behind it.
#[derive(Debug, Default)]
pub(crate) struct Sentences {
    /// The first sentence, without its final mark.
    pub(crate) title: Span,
    /// The title with its final mark.
    pub(crate) title_line: Span,
    /// The other sentences, with their final marks.
    pub(crate) others: Vec<Span>,
}

/// Cuts `span` into sentences, leaving out the spans of `holes`, which are in order.
pub(crate) fn sentences(text: &str, span: Span, holes: &[Span]) -> Sentences {
    let mut found = Vec::new();
    let mut start = span.start;
    for hole in holes
        .iter()
        .filter(|hole| hole.start >= span.start && hole.end <= span.end)
    {
        cut(text, Span::new(start, hole.start), &mut found);
        start = hole.end;
    }
    cut(text, Span::new(start, span.end), &mut found);
    let mut found = found.into_iter();
    let Some(title_line) = found.next() else {
        return Sentences {
            title: Span::new(span.start, span.start),
            title_line: Span::new(span.start, span.start),
            others: Vec::new(),
        };
    };
    let kept = slice(text, title_line).trim_end_matches(['。', '；', ';', '！', '？', '：', ':', '，', ',']);
    let title = trimmed(text, Span::new(title_line.start, title_line.start + kept.len()));
    Sentences {
        title,
        title_line,
        others: found.collect(),
    }
}

/// Whether a sentence ends behind the character. 。 inside quotation marks is followed by ”, which belongs to the sentence.
fn cut(text: &str, span: Span, found: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let mut start = span.start;
    let mut at = span.start;
    while at < span.end {
        let width = match bytes[at] {
            b'\n' => 1,
            b'!' | b'?' => 1,
            // 。
            0xE3 if bytes.get(at + 1) == Some(&0x80) && bytes.get(at + 2) == Some(&0x82) => 3,
            // ！ ； ？
            0xEF if bytes.get(at + 1) == Some(&0xBC) && matches!(bytes.get(at + 2), Some(0x81 | 0x9B | 0x9F)) => 3,
            b';' => 1,
            _ => {
                at += 1;
                continue;
            }
        };
        let mut end = at + width;
        while end < span.end && matches!(char_at(text, end), Some('”' | '’' | '」')) {
            end += 3;
        }
        push(text, Span::new(start, end), found);
        start = end;
        at = end;
    }
    push(text, Span::new(start, span.end), found);
}

fn push(text: &str, span: Span, found: &mut Vec<Span>) {
    let span = trimmed(text, span);
    let says_something = slice(text, span)
        .chars()
        .any(|character| !is_blank(character) && !matches!(character, '。' | '；' | ';' | '，' | ','));
    if says_something {
        found.push(span);
    } else if let Some(last) = found.last_mut().filter(|last| last.end == span.start) {
        last.end = span.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, title: &str, others: &[&str]) {
        let found = sentences(text, Span::new(0, text.len()), &[]);
        assert_eq!(slice(text, found.title), title);
        let shown: Vec<&str> = found.others.iter().map(|span| slice(text, *span)).collect();
        assert_eq!(shown, others);
    }

    #[test]
    fn the_first_sentence_is_the_title() {
        check(
            "加快产业建设。扩大增量，优化结构。做大优势产业。",
            "加快产业建设",
            &["扩大增量，优化结构。", "做大优势产业。"],
        );
    }

    #[test]
    fn a_bare_target_is_its_own_title() {
        check("地区生产总值增长5.5%左右", "地区生产总值增长5.5%左右", &[]);
    }

    #[test]
    fn a_closing_quote_stays_with_its_sentence() {
        check("要求“抓紧。”然后落实。", "要求“抓紧。”", &["然后落实。"]);
    }
}
