//! Why a task reads as it does: its text with what was found in it, and the rules that fired, in order.
//!
//! It delivers plain segments with a style each; colours and indentation belong to whoever prints them.

use luoshi_parse::{TaskDraft, rule_by_code};
use luoshi_types::{Language, Span};

use crate::{
    Intake,
    sheet::place_of,
    wording::{say, scope_reason, word},
};

/// One line of an explanation.
pub type ExplainLine = Vec<Segment>;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its text.
    pub text: String,
    /// What it is.
    pub style: SegmentStyle,
}

/// What a segment is, for whoever colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentStyle {
    /// Running text.
    Plain,
    /// A heading of the explanation.
    Heading,
    /// Places, summaries and other side remarks.
    Faint,
    /// A body, in the text.
    Party,
    /// A quantity or state that is a target, in the text.
    Target,
    /// A number that is no target, in the text.
    Mention,
    /// A deadline, in the text.
    Deadline,
    /// A clause outside the limits of scope, in the text.
    Excluded,
    /// The code of a rule.
    Rule,
    /// What a rule made of its span.
    Result,
    /// What a comparison found new or higher.
    Added,
    /// What a comparison found gone or lower.
    Dropped,
    /// What a comparison found otherwise.
    Changed,
}

fn segment(text: impl Into<String>, style: SegmentStyle) -> Segment {
    Segment {
        text: text.into(),
        style,
    }
}

/// Explains the task with the number `number`, counted from 1 in document order. `None` where there is no such task.
///
/// The rules are listed where [`IntakeSettings::trace`](crate::IntakeSettings::trace) recorded them.
pub fn explain(intake: &Intake, number: usize, language: Language) -> Option<Vec<ExplainLine>> {
    let index = number.checked_sub(1)?;
    let task = intake.parsed.tasks.get(index)?;
    let scalars: Vec<char> = intake.document.text.chars().collect();
    let show = |span: Span| -> String { scalars.get(span.start..span.end).unwrap_or_default().iter().collect() };
    let mut lines = vec![
        vec![
            segment(
                format!("{} {number}  ", word("explain-task", language)),
                SegmentStyle::Faint,
            ),
            segment(format!("{}{}", task.label, task.title), SegmentStyle::Heading),
        ],
        vec![segment(place_of(intake, task.span, language), SegmentStyle::Faint)],
    ];
    let above = &task.path[..task.path.len().saturating_sub(usize::from(!task.label.is_empty()))];
    if !above.is_empty() {
        lines.push(vec![
            segment(format!("{}  ", word("explain-section", language)), SegmentStyle::Faint),
            segment(above.join(" › "), SegmentStyle::Plain),
        ]);
    }
    if let Some(reason) = task.tracking.reason {
        let state = say(
            "tracking-not-tracked",
            &[("reason", &scope_reason(reason, language))],
            language,
        );
        lines.push(vec![segment(state, SegmentStyle::Excluded)]);
    }
    lines.push(Vec::new());
    lines.extend(marked_text(intake, task, &show));
    lines.push(Vec::new());
    let entries: Vec<_> = intake
        .parsed
        .trace
        .iter()
        .filter(|entry| entry.task == Some(index))
        .collect();
    if entries.is_empty() {
        lines.push(vec![segment(word("explain-no-trace", language), SegmentStyle::Faint)]);
        return Some(lines);
    }
    lines.push(vec![segment(word("explain-rules", language), SegmentStyle::Heading)]);
    for entry in entries {
        let text = show(entry.span).replace(['\n', '\r'], " ");
        lines.push(vec![
            segment(entry.rule, SegmentStyle::Rule),
            segment(
                format!("  {}–{}  ", entry.span.start, entry.span.end),
                SegmentStyle::Faint,
            ),
            segment(format!("“{}”", shortened(&text)), SegmentStyle::Plain),
            segment(format!("  → {}", entry.result), SegmentStyle::Result),
        ]);
        if let Some(rule) = rule_by_code(entry.rule) {
            lines.push(vec![segment(format!("    {}", rule.summary()), SegmentStyle::Faint)]);
        }
    }
    Some(lines)
}

/// Long spans are shown by their two ends.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= MOST {
        return text.to_owned();
    }
    let head: String = characters[..MOST / 2].iter().collect();
    let tail: String = characters[characters.len() - MOST / 2..].iter().collect();
    format!("{head}……{tail}")
}

/// The text of the task, line by line, with what was found in it as segments of their own.
fn marked_text(intake: &Intake, task: &TaskDraft, show: &impl Fn(Span) -> String) -> Vec<ExplainLine> {
    let mut marks: Vec<(Span, SegmentStyle)> = Vec::new();
    marks.extend(task.parties.iter().map(|party| (party.span, SegmentStyle::Party)));
    marks.extend(task.targets.iter().map(|target| (target.span, SegmentStyle::Target)));
    marks.extend(
        task.deadlines
            .iter()
            .map(|deadline| (deadline.span, SegmentStyle::Deadline)),
    );
    marks.extend(
        task.tracking
            .excluded
            .iter()
            .map(|exclusion| (exclusion.span, SegmentStyle::Excluded)),
    );
    let mentions = intake
        .parsed
        .mentions
        .iter()
        .filter(|mention| mention.task.as_deref() == Some(task.id.as_str()));
    marks.extend(mentions.map(|mention| (mention.span, SegmentStyle::Mention)));
    // An excluded clause covers the numbers inside it, so the longer of two marks that begin together comes first.
    marks.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut pieces = Vec::new();
    let mut at = task.span.start;
    for (span, style) in marks {
        if span.start < at || span.end > task.span.end {
            continue;
        }
        pieces.push(segment(show(Span::new(at, span.start)), SegmentStyle::Plain));
        pieces.push(segment(show(span), style));
        at = span.end;
    }
    pieces.push(segment(show(Span::new(at, task.span.end)), SegmentStyle::Plain));
    let mut lines = vec![Vec::new()];
    for piece in pieces {
        for (index, part) in piece.text.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            let part = part.trim_end_matches('\r');
            if let (false, Some(line)) = (part.is_empty(), lines.last_mut()) {
                line.push(segment(part, piece.style));
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
