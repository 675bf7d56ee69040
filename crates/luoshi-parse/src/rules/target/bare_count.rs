//! A number of things at the end of its clause, with no verb that a table knows: 腾退住房1.6万套.
//!
//! In a task a clause that ends with a count says what is to be done. Words of description before it (占地, 现有, 涉及 …) make it a mention.

use luoshi_types::{Comparator, Direction};

use crate::{
    rules::rule,
    targets::{Context, Reading, quantity::UnitKind},
};

rule!("target", "bare-count", "bare_count.rs");

/// Words of description.
const DESCRIPTIONS: &[&str] = &[
    "占地",
    "位于",
    "共有",
    "现有",
    "目前",
    "全长",
    "总长",
    "总面积",
    "每",
    "下辖",
    "涉及",
    "包括",
    "包含",
    "距离",
    "不满",
    "满",
    "规模为",
    "为",
];

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    let counts = match context.quantity.kind {
        UnitKind::Count | UnitKind::Measure => true,
        // 城镇化率68% states a value; a share behind any other word needs a verb.
        UnitKind::Percent => context.before.ends_with(['率', '重', '比', '幅', '速']) || is_directed(context),
        UnitKind::Money => [
            "投资",
            "产值",
            "收入",
            "总额",
            "增加值",
            "营收",
            "规模",
            "首期规模",
            "贷款",
            "资金",
            "外资",
            "内资",
            "销售额",
            "交易额",
            "成交额",
            "税收",
            "余额",
        ]
        .iter()
        .any(|word| context.before.ends_with(word)),
        _ => false,
    };
    let names_something = context.before.chars().count() >= 4;
    let describes = DESCRIPTIONS.iter().any(|word| context.before.contains(word));
    let closes = context.after.is_empty() && context.quantity.unit.is_some();
    let is_named = (names_something && closes) || is_directed(context);
    (counts && is_named && !describes).then_some(Reading {
        comparator: Comparator::Equal,
        direction: Direction::Complete,
    })
}

/// 60%投向新兴产业: the share of what is given out.
fn is_directed(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Percent && ["投向", "用于"].iter().any(|word| context.after.starts_with(word))
}
