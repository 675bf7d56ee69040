//! A comparison with another body's figure: 增长幅度超过全区平均水平, 高于全国平均水平. It has no number of its own.

use std::sync::LazyLock;

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    rules::rule,
    targets::{Found, describe, is_han, state_draft, strength_before},
    text::{behind, char_at, is_break, slice},
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
            "各项贷款平均增速",
            "贷款平均增速",
            "平均增速",
            "全国平均增速",
            "全省平均增速",
            "全市平均增速",
            "经济增速",
            "城镇居民",
            "城镇居民收入",
            "城镇居民收入增速",
            "城镇居民收入增幅",
            "全国",
            "全省",
            "经济增长",
            "地区生产总值增速",
            "GDP增速",
            "同期水平",
            "上年水平",
            "去年水平",
            "上年同期水平",
            "去年同期水平",
            "上年",
            "去年",
            "上年同期",
            "去年同期",
        ]
        .into_iter()
        .map(|word| (word, ()))
        .collect(),
    )
});

/// Words before the average, and how they compare.
const COMPARISONS: &[(&str, Comparator)] = &[
    ("保持在", Comparator::AtLeast),
    ("稳定在", Comparator::AtLeast),
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
        // 连续三年增长率超过全省平均增长水平的港口: it describes the port.
        let rest = &text[hit.end..];
        let speaks_of_itself = ["的目标", "的预期", "的增速", "的水平", "的任务"]
            .iter()
            .any(|word| rest.starts_with(word));
        let describes = ["的", "水平的", "增长水平"].iter().any(|word| rest.starts_with(word));
        if describes && !speaks_of_itself {
            continue;
        }
        // 高于上年5个百分点 has a number of its own.
        let closes =
            char_at(text, hit.end).is_none_or(|next| is_break(next) || !is_han(next) && !next.is_ascii_digit());
        let names_average = slice(text, Span::new(hit.start, hit.end)).contains("平均");
        if !closes && !names_average {
            continue;
        }
        // 保持在全国平均水平 alone is the average itself; 以上 belongs to the comparison.
        let above = text[hit.end..].starts_with("以上");
        let keeps = matches!(*word, "保持在" | "稳定在");
        if keeps && !above {
            continue;
        }
        let end = if keeps { hit.end + "以上".len() } else { hit.end };
        let span = Span::new(hit.start - word.len(), end);
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
