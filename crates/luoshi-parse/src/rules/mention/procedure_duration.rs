//! How long a procedure or a condition takes: 5个工作日内, 服务期满3年.
//!
//! A time that is to be shortened or reached is none: 平均办理时间压缩至2个工作日, 受教育年限达到11年, 每周开放时间不少于56小时, 重污染天气不超过2天.

use luoshi_types::Comparator;

use crate::{
    rules::rule,
    targets::{Context, VerbClass, quantity::UnitKind},
};

rule!("mention", "procedure-duration", "procedure_duration.rs");

/// Measured times.
const MEASURED: &[&str] = &[
    "时间",
    "时限",
    "办理期限",
    "时长",
    "用时",
    "受教育年限",
    "周期",
    "寿命",
    "天数",
    "开放",
    "污染天气",
];

/// What is a term of a policy, whatever becomes of it.
const TERMS: &[&str] = &[
    "贷款",
    "还款",
    "缴存",
    "缴纳",
    "借款",
    "去化周期",
    "使用年限",
    "保质",
    "服务期",
    "公积金",
    "缓缴",
    "延期",
    "原则上",
];

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Time && !is_measured(context)
}

/// Whether a measured time is brought to a value.
fn is_measured(context: &Context<'_>) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| context.before.contains(word));
    let shortens = ["压缩", "压减", "精简", "缩短", "缩减", "控制在", "降至", "减至", "降到"]
        .iter()
        .any(|word| context.before.contains(word));
    // 不超过7个工作日 and 原则上不少于3个月 are rules; 不少于56小时 is to be reached.
    let is_long = context
        .comparator_before()
        .is_some_and(|(comparator, _)| matches!(comparator, Comparator::AtLeast | Comparator::MoreThan));
    // 重污染天气不超过2天 is a result as well.
    let reaches =
        is_long || has(&["污染天气"]) || (context.is_brought() && context.verb_class() == Some(VerbClass::Reach));
    let governed = context.verb.is_some() || context.comparator_before().is_some();
    let closes =
        context.after.is_empty() || context.quantity.suffix.is_some() || context.after.starts_with(['内', '（', '(']);
    governed && closes && has(MEASURED) && (shortens || reaches) && !has(TERMS)
}
