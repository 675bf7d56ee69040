//! A time that comes again: 每月10日前, 每季度. It has no last day. 每月10日前 always binds; 每季度 binds where it opens its clause and a verb of
//! doing follows; 每季度通报一次, 每月 and 每年 say how often and not when.

use std::sync::LazyLock;

use luoshi_types::Span;

use crate::{
    model::{DeadlineDraft, DeadlineKind},
    numeral::digits_at,
    rules::rule,
    targets::verb_or_promise_at,
    text::{ahead, char_before, is_break, slice},
    trace::Tracer,
    words::WordTable,
};

rule!("deadline", "recurring", "recurring.rs");

/// Words of what comes again, and whether the word alone can bind.
static TIMES: LazyLock<WordTable<bool>> = LazyLock::new(|| {
    WordTable::for_search(vec![
        ("每月", false),
        ("每季度", true),
        ("每半年", true),
        ("每季度末月", false),
        ("每季度首月", false),
    ])
});

const REPORTING: &[&str] = &[
    "通报", "调度", "报送", "召开", "分析", "督查", "督导", "评估", "考核", "公开", "晾晒",
];

/// Finds the recurring times of a sentence.
pub(crate) fn read(text: &str, sentence: Span, tracer: &mut Tracer, found: &mut Vec<DeadlineDraft>) {
    for hit in TIMES.within(text, sentence.start, sentence.end) {
        let day = digits_at(text, hit.end, 2)
            .filter(|(day, _)| (1..=31).contains(day))
            .and_then(|(_, end)| {
                ["日前", "日之前", "号前"]
                    .iter()
                    .find(|word| text[end..sentence.end.max(end)].starts_with(**word))
                    .map(|word| end + word.len())
            });
        let opens = hit.start == sentence.start
            || char_before(text, hit.start)
                .is_none_or(|character| is_break(character) || matches!(character, '要' | '将' | '应' | '须'));
        let rest = ahead(text, hit.end, 30, is_break);
        let acts = !rest.contains('次')
            && (verb_or_promise_at(text, hit.end) || REPORTING.iter().any(|word| rest.starts_with(word)));
        let (end, kind) = match day {
            Some(end) => (end, DeadlineKind::By),
            None if hit.value && opens && acts => (hit.end, DeadlineKind::During),
            None => continue,
        };
        let span = Span::new(hit.start, end);
        tracer.fired(&RULE, span, || kind.code().to_owned());
        found.push(DeadlineDraft {
            text: slice(text, span).to_owned(),
            span,
            kind,
            resolved: None,
            inherited: false,
            rule: RULE.code,
        });
    }
}
