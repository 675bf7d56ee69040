//! A time stated once for every task that has none of its own: 未注明期限的，有效期至2025年12月31日.
//!
//! The sentence speaks of what is not stated elsewhere (未特别注明, 已明确期限的从其规定) or of all tasks (以上任务均须于…前完成). Its deadline
//! stands in each task without a deadline, marked as inherited.

use std::sync::LazyLock;

use luoshi_types::Span;

use crate::{
    rules::rule,
    text::{is_sentence_end, slice},
    words::WordTable,
};

rule!("deadline", "stated-once", "stated_once.rs");

static MARKERS: LazyLock<WordTable<()>> = LazyLock::new(|| {
    WordTable::for_search(
        [
            "未特别注明",
            "未注明",
            "未特别明确",
            "未明确期限",
            "未明确时限",
            "未明确完成",
            "未明确执行",
            "未规定期限",
            "没有明确期限",
            "从其规定",
            "均须于",
            "均应于",
            "均需于",
            "均要于",
            "均于",
            "全部于",
        ]
        .into_iter()
        .map(|word| (word, ()))
        .collect(),
    )
});

/// Whether a task states a term of its own, although no time by which it is done: 执行期限至2025年5月31日. It has what the others lack.
pub(crate) fn states_own_term(text: &str, task: Span) -> bool {
    let task = slice(text, task);
    [
        "有效期至",
        "有效期限至",
        "执行至",
        "执行期至",
        "实施至",
        "施行至",
        "期限至",
        "延长至",
        "延续至",
    ]
    .iter()
    .any(|words| task.contains(words))
}

/// The sentences that state a time for all tasks, each with the place of its time.
pub(crate) fn find(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for hit in MARKERS.within(text, 0, text.len()).take(64) {
        let is_border = |character: char| is_sentence_end(character) || character == '\n';
        let start = text[..hit.start].rfind(is_border).map_or(0, |index| {
            index + text[index..].chars().next().map_or(0, char::len_utf8)
        });
        let end = text[hit.end..]
            .find(is_border)
            .map_or(text.len(), |index| hit.end + index);
        let sentence = slice(text, Span::new(start, end));
        let speaks_of_time = ["有效期", "期限", "时限", "完成"]
            .iter()
            .any(|word| sentence.contains(word));
        let speaks_of_all = !slice(text, Span::new(hit.start, hit.end)).contains('于')
            || ["以上", "上述", "各项任务", "所有任务", "各项措施"]
                .iter()
                .any(|word| sentence.contains(word));
        // 国家有新规定的，从其规定 speaks of no time.
        let excepts_times = slice(text, Span::new(hit.start, hit.end)) != "从其规定"
            || [
                "限的",
                "期限有",
                "时限有",
                "明确期限",
                "明确时限",
                "明确执行",
                "明确有效",
                "效期的",
                "规定期限",
            ]
            .iter()
            .any(|word| sentence.contains(word));
        if sentence.len() <= 600
            && excepts_times
            && speaks_of_time
            && speaks_of_all
            && found.last().is_none_or(|last| last.end <= start)
        {
            found.push(Span::new(start, end));
        }
    }
    found
}
