//! A time counted from another event: 自印发之日起30日内, 疫情解除后15日内, 三年内.
//!
//! Only what is counted from the document's own issue can be resolved, and only where the document bears a date. 自受理之日起 and its like
//! are steps of a procedure and no deadlines. 三年内 counts where it opens its clause and a verb of doing follows.

use std::sync::LazyLock;

use jiff::{Span as Duration, civil::Date};
use luoshi_types::Span;

use crate::{
    deadlines::{DocumentTime, Surroundings},
    model::{DeadlineDraft, DeadlineKind},
    numeral::{chinese_digits_at, digits_at},
    rules::rule,
    targets::verb_or_promise_at,
    text::{ahead, char_before, is_break, is_sentence_end, slice},
    trace::Tracer,
    words::{Hit, WordTable},
};

rule!("deadline", "relative", "relative.rs");

/// What the time is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Issue,
    Event,
    Span,
}

static STARTS: LazyLock<WordTable<Start>> = LazyLock::new(|| {
    let mut words: Vec<(&str, Start)> = [
        "自印发之日起",
        "印发之日起",
        "自发布之日起",
        "发布之日起",
        "自公布之日起",
        "公布之日起",
        "自文件印发之日起",
        "自本政策公布之日起",
        "自本政策发布之日起",
        "自本政策印发之日起",
        "自本措施公布之日起",
        "自本措施发布之日起",
        "自本措施印发之日起",
        "自本通知印发之日起",
        "自本方案印发之日起",
        "自本意见印发之日起",
        "本通知印发后",
        "本方案印发后",
        "印发后",
    ]
    .into_iter()
    .map(|word| (word, Start::Issue))
    .collect();
    words.extend(["疫情解除后", "疫情结束后", "汛期结束后"].map(|word| (word, Start::Event)));
    words.extend(
        [
            "一年内",
            "两年内",
            "二年内",
            "三年内",
            "四年内",
            "五年内",
            "3年内",
            "5年内",
        ]
        .map(|word| (word, Start::Span)),
    );
    WordTable::for_search(words)
});

/// Finds the relative times of a sentence.
pub(crate) fn read(
    text: &str,
    sentence: Span,
    time: DocumentTime,
    tracer: &mut Tracer,
    found: &mut Vec<DeadlineDraft>,
) {
    for hit in STARTS.within(text, sentence.start, sentence.end) {
        let direct = measure(text, sentence, hit, time).map(|(end, kind, resolved)| (hit.start, end, kind, resolved));
        // 自公布之日起，各单位要在1个月内出台细则
        let Some((start, end, kind, resolved)) = direct.or_else(|| later(text, sentence, hit, time)) else {
            continue;
        };
        let span = Span::new(start, end);
        if Surroundings::of_span(text, sentence, span).is_condition() {
            continue;
        }
        tracer.fired(&RULE, span, || kind.code().to_owned());
        found.push(DeadlineDraft {
            text: slice(text, span).to_owned(),
            span,
            kind,
            resolved,
            inherited: false,
            rule: RULE.code,
        });
    }
}

/// Where the expression ends, how it binds, and its last day.
fn measure(
    text: &str,
    sentence: Span,
    hit: Hit<Start>,
    time: DocumentTime,
) -> Option<(usize, DeadlineKind, Option<Date>)> {
    if hit.value == Start::Span {
        let opens = hit.start == sentence.start
            || char_before(text, hit.start).is_none_or(is_break)
            || ["力争", "确保", "争取", "用"]
                .iter()
                .any(|word| text[..hit.start].ends_with(word));
        let rest = &text[hit.end..sentence.end];
        let acts = rest.is_empty() || verb_or_promise_at(text, hit.end) || rest.starts_with(['，', ',']);
        return (opens && acts).then_some((hit.end, DeadlineKind::During, None));
    }
    let (end, resolved) = length(
        text,
        hit.end,
        sentence.end,
        time.date.filter(|_| hit.value == Start::Issue),
    )?;
    Some((end, DeadlineKind::By, resolved))
}

/// A length of time that stands behind the event that it is counted from, in the same sentence.
fn later(
    text: &str,
    sentence: Span,
    hit: Hit<Start>,
    time: DocumentTime,
) -> Option<(usize, usize, DeadlineKind, Option<Date>)> {
    if hit.value != Start::Issue {
        return None;
    }
    let between = ahead(text, hit.end, 40, is_sentence_end);
    between
        .match_indices('在')
        .map(|(index, _)| hit.end + index + '在'.len_utf8())
        .find_map(|start| {
            let (end, resolved) = length(text, start, sentence.end, time.date)?;
            Some((start, end, DeadlineKind::By, resolved))
        })
}

/// The length of time that begins at `at`: where it ends, and its last day counted from `from`.
fn length(text: &str, at: usize, limit: usize, from: Option<Date>) -> Option<(usize, Option<Date>)> {
    let (count, after) = digits_at(text, at, 3).or_else(|| chinese_digits_at(text, at, 3))?;
    let rest = text.get(after..limit)?;
    let count = i64::from(count);
    let (word, length) = [
        ("个工作日内", None),
        ("个月内", Some(Duration::new().months(count))),
        ("年内", Some(Duration::new().years(count))),
        ("日内", Some(Duration::new().days(count))),
        ("天内", Some(Duration::new().days(count))),
    ]
    .into_iter()
    .find(|(word, _)| rest.starts_with(word))?;
    let resolved = from
        .zip(length)
        .and_then(|(date, length)| date.checked_add(length).ok());
    Some((after + word.len(), resolved))
}
