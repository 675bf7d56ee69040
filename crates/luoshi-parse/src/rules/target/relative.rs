//! A comparison with another body's figure: 增长幅度超过全区平均水平, 高于全国平均水平. It has no number of its own.

use std::sync::LazyLock;

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    rules::rule,
    targets::{Found, describe, state_draft, strength_before},
    text::{behind, is_break, slice},
    trace::Tracer,
    words::{Hit, WordTable},
};

rule!("target", "relative", "relative.rs");

static AVERAGES: LazyLock<WordTable<()>> = LazyLock::new(|| {
    WordTable::for_search(
        [
            "全国平均水平",
            "全省平均水平",
            "全区平均水平",
            "全市平均水平",
            "全县平均水平",
            "全州平均水平",
            "全国平均",
            "全省平均",
        ]
        .into_iter()
        .map(|word| (word, ()))
        .collect(),
    )
});

/// Words before the average, and how they compare.
const COMPARISONS: &[(&str, Comparator)] = &[
    ("不低于", Comparator::AtLeast),
    ("不高于", Comparator::AtMost),
    ("达到或超过", Comparator::AtLeast),
    ("达到", Comparator::Equal),
    ("超过", Comparator::MoreThan),
    ("高于", Comparator::MoreThan),
    ("快于", Comparator::MoreThan),
    ("好于", Comparator::MoreThan),
    ("优于", Comparator::MoreThan),
    ("低于", Comparator::LessThan),
];

/// Finds the comparisons of a sentence.
pub(crate) fn read(text: &str, sentence: Span, strengths: &[Hit<Strength>], tracer: &mut Tracer, found: &mut Found) {
    for hit in AVERAGES.within(text, sentence.start, sentence.end) {
        let before = behind(text, sentence.start, hit.start, 30, is_break);
        let Some((word, comparator)) = COMPARISONS.iter().find(|(word, _)| before.ends_with(word)) else {
            continue;
        };
        let span = Span::new(hit.start - word.len(), hit.end);
        let subject = before
            .strip_suffix(word)
            .filter(|subject| !subject.is_empty())
            .map(str::to_owned);
        let direction = if *comparator == Comparator::LessThan {
            Direction::LimitTo
        } else {
            Direction::Reach
        };
        let strength = strength_before(strengths, span.start);
        let draft = state_draft(text, span, *comparator, direction, strength, subject, &RULE);
        tracer.fired(&RULE, span, || describe(&draft));
        debug_assert!(!slice(text, span).is_empty());
        found.targets.push(draft);
    }
}
