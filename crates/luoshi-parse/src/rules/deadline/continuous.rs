//! Work without an end: 持续推进, 长期坚持, 长期. It counts only where deadlines are stated: in a responsibility clause or behind a deadline label.
//! Only 长期坚持 counts in a sentence too, where it opens a clause. 按时序推进 says how work goes on, and not how long.

use std::sync::LazyLock;

use luoshi_types::Span;

use crate::{
    model::{DeadlineDraft, DeadlineKind},
    rules::rule,
    text::{ahead, char_before, is_break, slice},
    trace::Tracer,
    words::WordTable,
};

rule!("deadline", "continuous", "continuous.rs");

static WORDS: LazyLock<WordTable<()>> = LazyLock::new(|| {
    WordTable::for_search(
        [
            "持续推进",
            "年内持续推进",
            "全年持续推进",
            "长期坚持",
            "长期推进",
            "长期",
            "常态化推进",
            "常态化",
            "持续实施",
            "全年推进",
            "每季度",
            "每月",
            "每年",
            "每半年",
            "适时",
            "常态长效",
            "持续",
        ]
        .into_iter()
        .map(|word| (word, ()))
        .collect(),
    )
});

/// The words of the rule.
pub(crate) fn words() -> &'static WordTable<()> {
    &WORDS
}

static LASTING: LazyLock<WordTable<()>> = LazyLock::new(|| WordTable::for_search(vec![("长期坚持", ())]));

/// What is held to for good without being work: 长期坚持党的领导, 长期坚持以人民为中心.
const PRINCIPLES: &[&str] = &["党", "以", "“", "和", "的", "不", "中国", "社会主义"];

/// Finds the words of a sentence that say that its work has no end.
pub(crate) fn read(text: &str, sentence: Span, tracer: &mut Tracer, found: &mut Vec<DeadlineDraft>) {
    for hit in LASTING.within(text, sentence.start, sentence.end) {
        let opens = hit.start == sentence.start || char_before(text, hit.start).is_none_or(is_break);
        let object = ahead(text, hit.end, 20, is_break);
        if opens && !PRINCIPLES.iter().any(|word| object.starts_with(word)) {
            tracer.fired(&RULE, Span::new(hit.start, hit.end), || {
                DeadlineKind::Continuous.code().to_owned()
            });
            found.push(draft(text, Span::new(hit.start, hit.end)));
        }
    }
}

/// A deadline without an end.
pub(crate) fn draft(text: &str, span: Span) -> DeadlineDraft {
    DeadlineDraft {
        text: slice(text, span).to_owned(),
        span,
        kind: DeadlineKind::Continuous,
        resolved: None,
        inherited: false,
        rule: RULE.code,
    }
}
