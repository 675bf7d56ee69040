//! A limit that a rule lays down for others: 层高不宜大于3.6米, 阳台面积不得超过套型面积的15%, 最高限额调整为70万元.
//!
//! It speaks of what is allowed (不应, 不宜, 原则上, 可提高), of one thing (单套面积不超过120平方米), of a share of something
//! (余额增量的2%), of a ratio (1泊/100平方米), or of a figure that a rule changes (由3米调整为4米). A word of promise (确保, 力争) makes it a target all the same.

use luoshi_types::Comparator;

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
    text::slice,
};

rule!("mention", "norm", "norm.rs");

/// Words of one thing before its size.
const SINGLE: &[&str] = &[
    "单套", "单座", "单体", "单个", "单户", "单栋", "单间", "每套", "每户", "每座", "每栋", "每间", "每个", "套均",
];

/// Sizes of a building.
const BUILDING: &[&str] = &[
    "层高",
    "进深",
    "净高",
    "净宽",
    "高度",
    "宽度",
    "间距",
    "厚度",
    "限高",
    "坡度",
    "容积率",
];

/// What is allowed, not what is promised.
const ALLOWED: &[&str] = &[
    "可提高",
    "可上浮",
    "可下浮",
    "可放宽",
    "可达",
    "可按",
    "可降",
    "可适当",
    "可延长",
    "可增加",
    "可享受",
    "可申请",
    "可减",
    "可给予",
    "可在",
    "可分",
];

/// Nouns whose share is laid down for a payment.
const PAYMENTS: &[&str] = &[
    "预付款",
    "首付",
    "留存",
    "拨付",
    "预缴",
    "进度款",
    "缴至",
    "缴纳",
    "容忍度",
];

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let kind = context.quantity.kind;
    if is_lower_part_of_ratio(context) {
        return true;
    }
    let kept = context.promises() && !(kind == UnitKind::Percent && limits_part(context.before));
    if kept || matches!(kind, UnitKind::Time | UnitKind::Age | UnitKind::Identifier) {
        return false;
    }
    let before = context.before;
    let has = |words: &[&str]| words.iter().any(|word| before.contains(word));
    let bound = context.comparator_before();
    let at_most = bound.is_some_and(|(comparator, _)| comparator == Comparator::AtMost);
    let sized = matches!(kind, UnitKind::Measure | UnitKind::Money);
    let must_not = bound.is_some_and(|(_, word)| word.starts_with("不应") || word.starts_with("不宜"));
    let of_building = sized && has(BUILDING) && !has(&["航道", "道路", "路面", "公路"]);
    let of_one = sized && (has(SINGLE) || at_most && has(&["人均住房", "人均居住", "人均建筑", "户均"]));
    let is_allowed = matches!(kind, UnitKind::Percent | UnitKind::Money | UnitKind::None) && has(ALLOWED);
    let sentence = context.sentence_before;
    let in_principle = sentence.contains("原则上")
        && bound.is_some()
        && (at_most || sentence.contains('应') || sentence.contains("优先"));
    let changed = [
        "调整为",
        "调整至",
        "调整到",
        "放宽至",
        "放宽到",
        "放宽为",
        "下调至",
        "下调为",
        "上调至",
    ]
    .iter()
    .any(|word| context.before_comparator().ends_with(word));
    let for_each = kind == UnitKind::Count
        && (["配建", "进行配建", "（含）配建"]
            .iter()
            .any(|word| context.after.starts_with(word))
            || before.ends_with("核减"));
    let sale = ["预售", "投入开发建设", "开发建设的资金"];
    let of_sale = kind == UnitKind::Percent
        && (has(&["形象进度", "工程进度", "施工进度", "开发建设的资金"]))
        && sale
            .iter()
            .any(|word| context.sentence_before.contains(word) || context.sentence_behind.contains(word));
    // 信用分值加5分 is a rule; 满意度达到95分 is a value to be reached.
    let of_points = context
        .quantity
        .unit
        .is_some_and(|unit| slice(context.text, unit) == "分" || slice(context.text, unit).starts_with("分/"))
        && !has(&["满意度", "得分", "测评", "评分"]);
    let often = at_most && kind == UnitKind::Count && has(&["每年", "每月", "每季度", "每周", "每次", "每户", "每人"]);
    must_not
        || of_building
        || of_one
        || is_allowed
        || in_principle
        || changed
        || often
        || for_each
        || of_sale
        || of_points
        || (kind == UnitKind::Percent && is_policy_share(context, at_most))
}

/// Whether the quantity is what another one is related to: 1泊/100平方米.
fn is_lower_part_of_ratio(context: &Context<'_>) -> bool {
    context
        .before
        .strip_suffix(['/', '／'])
        .is_some_and(|upper| upper.chars().rev().take(3).any(|character| character.is_ascii_digit()))
}

/// Whether a share is one of a rule: 套型面积的15%, 100%暂退保证金政策, 对于…的部分，预留40%.
fn is_policy_share(context: &Context<'_>, at_most: bool) -> bool {
    let before = context.before;
    let reaches = context.is_brought() || ["占", "完成"].iter().any(|word| before.contains(word));
    let of_something = limits_part(before) || (before.ends_with('的') && !before.ends_with("目的") && !reaches);
    let of_policy = context.after.contains("政策") && !reaches;
    let of_payment = PAYMENTS.iter().any(|word| before.contains(word));
    let of_margin = at_most && context.before_comparator().ends_with("幅度");
    let reserved = before.ends_with("预留") && context.sentence_before.trim_start().starts_with("对");
    of_something || of_policy || of_payment || of_margin || reserved
}

/// Whether the share limits a part of something: 不得超过户型面积的, 不高于房价的.
fn limits_part(before: &str) -> bool {
    before.ends_with('的')
        && ["不超过", "不得超过", "不高于", "不得高于", "不大于", "不得低于"]
            .iter()
            .any(|word| before.contains(word))
}
