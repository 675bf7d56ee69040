//! A time that comes again: 每月10日前, 每季度. It has no last day. 每月10日前 always binds; 每季度 binds where a verb of doing follows, or a count
//! that is to be reached (每季度1次以上); 每季度通报一次, 每月 and 每年 say how often and not when.

use std::sync::LazyLock;

use luoshi_types::Span;

use crate::{
    model::{DeadlineDraft, DeadlineKind},
    numeral::{chinese_digits_at, digits_at},
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

/// Characters that take the time behind them to themselves: 补贴于每季度按标准发放, 三次的每季度.
const TAKING: &[char] = &['于', '按', '的', '以', '从', '将', '第'];

/// What may stand between the time and the verb.
const MANNERS: &[&str] = &["配套", "定期", "集中", "统一", "分别", "足额", "及时", "滚动", "常态化"];

/// Whether a deed follows that is not told by how often it is done.
fn acts(text: &str, at: usize, rest: &str) -> bool {
    let manner = MANNERS
        .iter()
        .find(|word| rest.starts_with(**word))
        .map_or(0, |word| word.len());
    !rest.contains('次')
        && (verb_or_promise_at(text, at)
            || verb_or_promise_at(text, at + manner)
            || DEEDS.iter().any(|word| rest[manner..].starts_with(word))
            || REPORTING.iter().any(|word| rest.starts_with(word)))
}

/// Whether a number of times follows that is to be reached: 每季度1次以上, 每半年至少2次.
fn reaches(rest: &str) -> bool {
    let Some((count, behind)) = rest.split_once('次') else {
        return false;
    };
    let floor = ["不少于", "不低于", "至少"]
        .iter()
        .find_map(|word| count.strip_prefix(word));
    let number = floor.unwrap_or(count);
    let is_number = digits_at(number, 0, 3)
        .or_else(|| chinese_digits_at(number, 0, 3))
        .is_some_and(|(_, end)| end == number.len());
    is_number && (floor.is_some() || behind.starts_with("以上"))
}

/// Verbs of handing out, which govern money.
const DEEDS: &[&str] = &["发放", "兑付", "拨付", "投放", "兑现"];

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
        let rest = ahead(text, hit.end, 30, is_break);
        let is_free = !char_before(text, hit.start).is_some_and(|character| TAKING.contains(&character));
        let (end, kind) = match day {
            Some(end) => (end, DeadlineKind::By),
            None if hit.value && is_free && (acts(text, hit.end, rest) || reaches(rest)) => {
                (hit.end, DeadlineKind::During)
            }
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
