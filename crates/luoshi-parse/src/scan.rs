//! The one pass over the whole text: lines, brackets and the places where a numbering label may stand.
//!
//! It looks at every byte once and decides nothing: which bracket names bodies is settled in `parties`, which label opens a
//! task in `outline`.

use luoshi_types::{PartyRole, Span};

use crate::{
    outline::label::{Label, label_at, label_or_article_at},
    text::{is_blank, skip_blanks, slice, trimmed},
    words,
};

/// One line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Its text without white space at the ends.
    pub(crate) span: Span,
}

/// A bracket that may name responsible bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bracket {
    /// From the opening mark to after the closing one, or to the line end where it is not closed.
    pub(crate) span: Span,
    /// What stands inside.
    pub(crate) inner: Span,
    /// Whether the closing mark was found in the line.
    pub(crate) closed: bool,
    /// Whether a role label with its colon follows the opening mark.
    pub(crate) labelled: bool,
    /// The role of a label that a line end broke, and the byte after its colon.
    pub(crate) broken_label: Option<(PartyRole, usize)>,
}

/// A numbering label and whether it opens its line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) label: Label,
    pub(crate) opens_line: bool,
}

/// What the pass found, each list in document order.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) lines: Vec<Line>,
    pub(crate) brackets: Vec<Bracket>,
    pub(crate) heads: Vec<Head>,
}

#[derive(Clone, Copy)]
struct Open {
    at: usize,
    inner: usize,
    shape: u8,
    labelled: bool,
    broken_label: Option<(PartyRole, usize)>,
}

const ROUND: u8 = 0;
const SQUARE: u8 = 1;
const TORTOISE: u8 = 2;
const LENTICULAR: u8 = 3;

enum Event {
    Open(u8),
    Close(u8),
    End,
    Line,
}

/// Reads the mark at byte `at`, with its width. Bytes that cannot begin one are skipped by the caller.
#[inline]
fn event_at(bytes: &[u8], at: usize) -> Option<(Event, usize)> {
    let byte = bytes[at];
    Some(match byte {
        b'\n' => (Event::Line, 1),
        b'(' => (Event::Open(ROUND), 1),
        b')' => (Event::Close(ROUND), 1),
        b'[' => (Event::Open(SQUARE), 1),
        b']' => (Event::Close(SQUARE), 1),
        b';' | b'!' | b'?' | b':' => (Event::End, 1),
        0xE3 | 0xEF => {
            let event = match (byte, *bytes.get(at + 1)?, *bytes.get(at + 2)?) {
                (0xEF, 0xBC, 0x88) => Event::Open(ROUND),
                (0xEF, 0xBC, 0x89) => Event::Close(ROUND),
                (0xEF, 0xBC, 0xBB) => Event::Open(SQUARE),
                (0xEF, 0xBC, 0xBD) => Event::Close(SQUARE),
                (0xE3, 0x80, 0x94) => Event::Open(TORTOISE),
                (0xE3, 0x80, 0x95) => Event::Close(TORTOISE),
                (0xE3, 0x80, 0x90) => Event::Open(LENTICULAR),
                (0xE3, 0x80, 0x91) => Event::Close(LENTICULAR),
                // 。 ！ ： ； ？
                (0xE3, 0x80, 0x82) | (0xEF, 0xBC, 0x81 | 0x9A | 0x9B | 0x9F) => Event::End,
                _ => return None,
            };
            (event, 3)
        }
        _ => return None,
    })
}

/// Runs the pass.
pub(crate) fn scan(text: &str) -> Marks {
    let bytes = text.as_bytes();
    let mut marks = Marks::default();
    let mut stack: Vec<Open> = Vec::new();
    let mut depth_of = [0usize; 4];
    let mut line_start = 0;
    let mut at = 0;
    begin_line(text, 0, &mut marks);
    while at < bytes.len() {
        let Some((event, width)) = event_at(bytes, at) else {
            at += 1;
            continue;
        };
        let next = at + width;
        match event {
            Event::Open(shape) => {
                let inner = skip_blanks(text, next);
                let labelled = words::labels().opens(text, inner).is_some();
                stack.push(Open {
                    at,
                    inner: next,
                    shape,
                    labelled,
                    broken_label: None,
                });
                depth_of[shape as usize] += 1;
            }
            Event::Close(shape) => {
                if depth_of[shape as usize] > 0 {
                    while let Some(open) = stack.pop() {
                        depth_of[open.shape as usize] -= 1;
                        let matches = open.shape == shape;
                        if matches && (open.labelled || stack.is_empty()) {
                            push_bracket(&mut marks, open, Span::new(open.inner, at), next, true);
                        }
                        if matches {
                            break;
                        }
                    }
                }
                try_inline_head(text, next, &mut marks);
            }
            Event::End => try_inline_head(text, next, &mut marks),
            Event::Line => {
                end_line(text, line_start, at, &mut stack, &mut marks);
                depth_of = [0; 4];
                line_start = next;
                begin_line(text, next, &mut marks);
            }
        }
        at = next;
    }
    end_line(text, line_start, bytes.len(), &mut stack, &mut marks);
    marks
}

fn begin_line(text: &str, at: usize, marks: &mut Marks) {
    let start = skip_blanks(text, at);
    if let Some(label) = label_or_article_at(text, start) {
        marks.heads.push(Head {
            label,
            opens_line: true,
        });
    }
}

/// A label inside a line counts only behind a sentence end or a closed bracket. Whether it is one is settled by its number.
fn try_inline_head(text: &str, at: usize, marks: &mut Marks) {
    let start = skip_blanks(text, at);
    // A cheap look at the next byte spares the label reader at most sentence ends.
    let Some(&byte) = text.as_bytes().get(start) else {
        return;
    };
    if (byte == b'(' || byte.is_ascii_digit() || matches!(byte, 0xE3..=0xE9 | 0xEF))
        && let Some(label) = label_at(text, start).filter(|label| label.rank.may_stand_inline())
        && marks
            .heads
            .last()
            .is_none_or(|last| last.label.span.end <= label.span.start)
    {
        marks.heads.push(Head {
            label,
            opens_line: false,
        });
    }
}

fn end_line(text: &str, start: usize, end: usize, stack: &mut Vec<Open>, marks: &mut Marks) {
    for mut open in stack.drain(..) {
        if !open.labelled {
            open.broken_label = broken_label(text, Span::new(open.inner, end));
        }
        if open.labelled || open.broken_label.is_some() {
            open.labelled = true;
            if let Some((close, width)) = close_below(text, open.shape, end) {
                push_bracket(marks, open, Span::new(open.inner, close), close + width, true);
                continue;
            }
            let inner = trimmed(text, Span::new(open.inner, end));
            push_bracket(marks, open, inner, inner.end, false);
        }
    }
    let span = trimmed(text, Span::new(start, end));
    if !span.is_empty() {
        marks.lines.push(Line { span });
    }
}

/// Bytes of the longest label, or of a part of it at the end of a line.
const LONGEST_LABEL: usize = 30;

/// The role of a label that a line end broke, and the byte after its colon: （责任单, and 位：县财政局） in the next line.
fn broken_label(text: &str, tail: Span) -> Option<(PartyRole, usize)> {
    let head = trimmed(text, tail);
    if head.is_empty() || head.len() > LONGEST_LABEL {
        return None;
    }
    let below = text[tail.end..].trim_start_matches(is_blank);
    let rest: String = below.chars().take(LONGEST_LABEL / 3).collect();
    let (role, body) = words::labels().opens(&format!("{}{rest}", slice(text, head)), 0)?;
    (body > head.len()).then(|| (role, text.len() - below.len() + body - head.len()))
}

/// Bytes below a line in which the closing mark of its bracket is looked for.
const WRAPPED: usize = 600;

/// The closing mark of a labelled bracket that a page or a narrow column broke over several lines, and its width. A sentence end, a numbering
/// label or another bracket of the shape before it says that the mark was forgotten.
fn close_below(text: &str, shape: u8, line_end: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(line_end + WRAPPED);
    let mut at = line_end;
    while at < limit {
        let Some((event, width)) = event_at(bytes, at) else {
            at += 1;
            continue;
        };
        match event {
            Event::Close(found) if found == shape => return Some((at, width)),
            Event::Open(found) if found == shape => return None,
            Event::Line if label_at(text, skip_blanks(text, at + width)).is_some() => return None,
            Event::End if matches!(bytes[at], 0xE3 | b'!' | b'?') => return None,
            _ => {}
        }
        at += width;
    }
    None
}

fn push_bracket(marks: &mut Marks, open: Open, inner: Span, end: usize, closed: bool) {
    // An unlabelled bracket around a labelled one says nothing of its own, and of two labelled ones the inner stands.
    if marks
        .brackets
        .last()
        .is_some_and(|last| last.span.start >= open.at || last.span.end > open.at)
    {
        return;
    }
    marks.brackets.push(Bracket {
        span: Span::new(open.at, end),
        inner,
        closed,
        labelled: open.labelled,
        broken_label: open.broken_label,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_brackets(text: &str, expected: &[&str]) {
        let marks = scan(text);
        let found: Vec<&str> = marks.brackets.iter().map(|bracket| slice(text, bracket.span)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn takes_the_outermost_bracket() {
        check_brackets(
            "免费（含县镇）。（责任单位：市商务局(市粮食局)）",
            &["（含县镇）", "（责任单位：市商务局(市粮食局)）"],
        );
    }

    #[test]
    fn takes_a_labelled_bracket_out_of_an_unclosed_one() {
        check_brackets("学生（含县镇。（责任部门：教育厅）", &["（责任部门：教育厅）"]);
    }

    #[test]
    fn ends_an_unclosed_labelled_bracket_at_the_line_end() {
        let marks = scan("任务。（责任部门：教育厅 \n下一行");
        assert!(!marks.brackets[0].closed);
        assert_eq!(marks.brackets.len(), 1);
    }

    #[test]
    fn follows_a_labelled_bracket_over_a_broken_line() {
        check_brackets(
            "任务。（责任单位：教育局、\n\n财政局）\n下一行",
            &["（责任单位：教育局、\n\n财政局）"],
        );
        check_brackets(
            "任务。（责任单位：教育局\n（二）任务。（责任单位：财政局）",
            &["（责任单位：教育局", "（二）", "（责任单位：财政局）"],
        );
        check_brackets(
            "任务。（责任单位：教育局\n做好工作。按时完成）",
            &["（责任单位：教育局"],
        );
    }

    #[test]
    fn survives_brackets_that_do_not_match() {
        check_brackets("）））（（（]]]〕", &[]);
    }

    #[test]
    fn finds_labels_at_lines_and_behind_sentences() {
        let text = "一、农业\n（一）做好春耕。（农业厅负责）（二）做好秋收。";
        let labels: Vec<&str> = scan(text)
            .heads
            .iter()
            .map(|head| slice(text, head.label.span))
            .collect();
        assert_eq!(labels, ["一、", "（一）", "（二）"]);
    }
}
