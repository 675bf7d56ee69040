//! A time counted from another event: 自印发之日起30日内, 疫情解除后15日内, 三年内.
//!
//! Only what is counted from the document's own issue can be resolved, and only where the document bears a date. 自受理之日起 and its like
//! are steps of a procedure and no deadlines. 三年内 counts where it opens its clause and a verb of doing follows.

use std::sync::LazyLock;

use jiff::{Span as Duration, civil::Date};
use luoshi_types::Span;

use crate::{
    deadlines::DocumentTime,
    model::{DeadlineDraft, DeadlineKind},
    numeral::{chinese_digits_at, digits_at},
    rules::rule,
    targets::verb_or_promise_at,
    text::{char_before, is_break, slice},
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
        let Some((end, kind, resolved)) = measure(text, sentence, hit, time) else {
            continue;
        };
        let span = Span::new(hit.start, end);
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
    let (count, after) = digits_at(text, hit.end, 3).or_else(|| chinese_digits_at(text, hit.end, 3))?;
    let rest = text.get(after..sentence.end)?;
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
    let issue = time.date.filter(|_| hit.value == Start::Issue);
    let resolved = issue
        .zip(length)
        .and_then(|(date, length)| date.checked_add(length).ok());
    Some((after + word.len(), DeadlineKind::By, resolved))
}
