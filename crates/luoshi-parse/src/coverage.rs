//! The coverage proof: lays the parts of a document side by side so that every character lies in exactly one of them.
//!
//! It names what nobody claimed by where it stands, and counts. It moves no border that another room has set.

use luoshi_types::Span;

use crate::{
    model::{Coverage, SpanKind, TextSpan, Unresolved},
    text::{ScalarIndex, slice, trimmed},
};

/// Collects the parts in any order, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    parts: Vec<TextSpan>,
}

impl Partition {
    pub(crate) fn add(&mut self, span: Span, kind: SpanKind) {
        if !span.is_empty() {
            self.parts.push(TextSpan { span, kind });
        }
    }

    /// The whole text as spans without gap and overlap. What nobody claimed is named by `kind_of_gap`, its white space is blank.
    /// Where two parts overlap the one that begins first keeps the shared text.
    pub(crate) fn finish(mut self, text: &str, kind_of_gap: impl Fn(usize) -> SpanKind) -> Vec<TextSpan> {
        self.parts
            .sort_by_key(|part| (part.span.start, std::cmp::Reverse(part.span.end)));
        let mut whole = Vec::with_capacity(self.parts.len() * 2 + 1);
        let mut at = 0;
        for part in self.parts {
            let start = part.span.start.max(at);
            if part.span.end <= start {
                continue;
            }
            fill_gap(text, Span::new(at, start), &kind_of_gap, &mut whole);
            whole.push(TextSpan {
                span: Span::new(start, part.span.end),
                kind: part.kind,
            });
            at = part.span.end;
        }
        fill_gap(text, Span::new(at, text.len()), &kind_of_gap, &mut whole);
        whole
    }
}

fn fill_gap(text: &str, gap: Span, kind_of_gap: &impl Fn(usize) -> SpanKind, whole: &mut Vec<TextSpan>) {
    let mut line_start = gap.start;
    while line_start < gap.end {
        let rest = slice(text, Span::new(line_start, gap.end));
        let line_end = rest.find('\n').map_or(gap.end, |index| line_start + index + 1);
        let content = trimmed(text, Span::new(line_start, line_end));
        if content.is_empty() {
            push_blank(Span::new(line_start, line_end), whole);
        } else {
            push_blank(Span::new(line_start, content.start), whole);
            whole.push(TextSpan {
                span: content,
                kind: kind_of_gap(content.start),
            });
            push_blank(Span::new(content.end, line_end), whole);
        }
        line_start = line_end;
    }
}

fn push_blank(span: Span, whole: &mut Vec<TextSpan>) {
    if span.is_empty() {
        return;
    }
    match whole.last_mut() {
        Some(last) if last.kind == SpanKind::Blank && last.span.end == span.start => last.span.end = span.end,
        _ => whole.push(TextSpan {
            span,
            kind: SpanKind::Blank,
        }),
    }
}

/// Counts the parts, which are in scalars by now. A gap or an overlap makes `accounted` differ from `total`.
pub(crate) fn count(index: &ScalarIndex<'_>, spans: &[TextSpan], unresolved: Vec<Unresolved>) -> Coverage {
    let mut accounted = 0;
    let mut context = 0;
    let mut at = 0;
    for part in spans {
        if part.span.start == at {
            accounted += part.span.len();
            at = part.span.end;
        }
        if matches!(part.kind, SpanKind::Context | SpanKind::Preamble | SpanKind::Closing) {
            context += part.span.len();
        }
    }
    Coverage {
        total: index.total(),
        accounted,
        context,
        unresolved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_named_and_blanks_are_merged() {
        let text = "前文\n\n  任务。\n";
        let mut partition = Partition::default();
        partition.add(Span::new(10, 19), SpanKind::TaskTitle);
        let kinds: Vec<(SpanKind, &str)> = partition
            .finish(text, |_| SpanKind::Preamble)
            .into_iter()
            .map(|part| (part.kind, slice(text, part.span)))
            .collect();
        let expected = [
            (SpanKind::Preamble, "前文"),
            (SpanKind::Blank, "\n\n  "),
            (SpanKind::TaskTitle, "任务。"),
            (SpanKind::Blank, "\n"),
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn an_overlap_is_cut() {
        let mut partition = Partition::default();
        partition.add(Span::new(0, 4), SpanKind::TaskTitle);
        partition.add(Span::new(2, 6), SpanKind::Measure);
        let spans: Vec<Span> = partition
            .finish("abcdef", |_| SpanKind::Context)
            .into_iter()
            .map(|part| part.span)
            .collect();
        assert_eq!(spans, [Span::new(0, 4), Span::new(4, 6)]);
    }
}
