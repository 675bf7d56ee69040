//! Where a task ends: behind its clause, its label lines or its text. What it holds is not read here.

use std::ops::Range;

use luoshi_types::Span;

use crate::{
    outline::{Builder, report},
    text::{is_blank, is_sentence_end, slice, trimmed},
    words,
};

impl Builder<'_> {
    /// The end of a task whose last clause is `clause`: behind it and the label lines below.
    pub(super) fn end_after_clause(&self, clause: usize, limit: usize) -> usize {
        let span = self.clauses[clause].span;
        let mut end = span.end;
        let line_end = self.text[end..limit].find('\n').map_or(limit, |index| end + index);
        let rest = slice(self.text, Span::new(end, line_end));
        // A bracket behind the full stop closes the task; one inside a sentence does not.
        let before = self.text[..span.start].trim_end_matches(is_blank);
        let closes =
            before.ends_with(|character: char| is_sentence_end(character) || matches!(character, '”' | '）' | ')'));
        if closes {
            end += rest
                .chars()
                .next()
                .filter(|mark| matches!(mark, '。' | '；' | ';'))
                .map_or(0, char::len_utf8);
        } else if !rest.trim_matches(is_blank).is_empty() {
            end = trimmed(self.text, Span::new(end, line_end)).end;
        }
        self.labelled_lines_below(end, limit)
    }

    /// The end of a task whose text stands below its clause: the last line before the next label; at the end of the document its first
    /// paragraph or the paragraph of its last item.
    pub(super) fn end_of_text_below(&self, clause_end: usize, items: Range<usize>, limit: usize) -> usize {
        if items.end < self.heads.len() {
            return trimmed(self.text, Span::new(clause_end, limit)).end.max(clause_end);
        }
        let last_item = items.last().map_or(clause_end, |item| self.heads[item].label.body);
        let line_end = |at: usize| self.text[at..limit].find('\n').map_or(limit, |index| at + index);
        let index = self.lines.partition_point(|line| line.span.start < clause_end);
        let paragraph = self
            .lines
            .get(index)
            .map_or(clause_end, |line| line.span.end.min(limit));
        let end = line_end(last_item).max(line_end(clause_end)).max(paragraph);
        self.labelled_lines_below(
            trimmed(self.text, Span::new(clause_end, end)).end.max(clause_end),
            limit,
        )
    }

    /// Takes in the label lines (完成时限：…) directly below `end`.
    pub(super) fn labelled_lines_below(&self, mut end: usize, limit: usize) -> usize {
        let mut index = self.lines.partition_point(|line| line.span.start < end);
        while let Some(line) = self.lines.get(index).filter(|line| line.span.end <= limit) {
            if words::line_label(self.text, line.span.start).is_none() {
                break;
            }
            end = line.span.end;
            index += 1;
        }
        end
    }

    /// The end of a task without a clause: the last line before the next label; at the end of the document its first line.
    pub(super) fn end_without_clause(&self, start: usize, limit: usize, is_last: bool) -> usize {
        if self.outline.is_report {
            let end = report::closing(self.text, Span::new(start, limit));
            return trimmed(self.text, Span::new(start, end)).end.max(start);
        }
        if !is_last {
            return trimmed(self.text, Span::new(start, limit)).end.max(start);
        }
        let line_end = self.text[start..limit].find('\n').map_or(limit, |index| start + index);
        let first = trimmed(self.text, Span::new(start, line_end)).end.max(start);
        let title_only = !slice(self.text, Span::new(start, first)).contains('。');
        let index = self.lines.partition_point(|line| line.span.start < first);
        match self.lines.get(index) {
            // A title on its own line has its text in the next one.
            Some(line) if title_only && line.span.end <= limit && slice(self.text, line.span).contains('。') => {
                self.labelled_lines_below(line.span.end, limit)
            }
            _ => self.labelled_lines_below(first, limit),
        }
    }
}
