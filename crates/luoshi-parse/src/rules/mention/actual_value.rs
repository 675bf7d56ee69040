//! What was, not what is to be: 已完成300户, 比上年增长5%的基础上.
//!
//! The first value of 由5%降至1% is what was; the second is judged by itself.

use crate::{rules::rule, targets::Context};

rule!("mention", "actual-value", "actual_value.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let done = [
        "已完成",
        "已建成",
        "已累计",
        "已达",
        "已有",
        "已实现",
        "已开工",
        "现有",
        "目前有",
        "原有",
    ]
    .iter()
    .any(|word| context.before.contains(word));
    let basis = context.after.ends_with("基础上") || context.after.starts_with("的基础上");
    let is_start = context.before.ends_with(['由', '从', '自'])
        && [
            "降", "提高", "提升", "增", "调整", "整合", "扩大", "缩短", "压", "减", "上升", "至", "到", "放宽", "精简",
        ]
        .iter()
        .any(|word| context.clause_behind.starts_with(word))
        || context.before.ends_with(['由', '从', '自']) && goes_on_to(context.clause_behind);
    done || basis || is_start
}

/// 由46公里延伸至72公里: whether a verb of a few characters leads to another number.
fn goes_on_to(behind: &str) -> bool {
    behind
        .char_indices()
        .take(5)
        .find(|(_, character)| matches!(character, '至' | '到'))
        .and_then(|(at, character)| behind[at + character.len_utf8()..].chars().next())
        .is_some_and(|next| next.is_ascii_digit())
}
