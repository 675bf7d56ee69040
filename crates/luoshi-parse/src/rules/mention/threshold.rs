//! A quantity that narrows the thing behind it: 8个超千亿元产业, 6000个亿元以上项目, 90平方米以下住房.
//!
//! It is a Chinese sum directly before a noun, or a comparator word with a noun behind it. 4%以内的目标 and 300场以上活动 are none.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "threshold", "threshold.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let noun_follows = context
        .after
        .chars()
        .next()
        .is_some_and(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    if !noun_follows {
        return false;
    }
    if quantity.chinese && quantity.kind == UnitKind::Money {
        let is_level = ["台阶", "大关", "目标", "规模"]
            .iter()
            .any(|word| context.after.starts_with(word));
        return !is_level;
    }
    let goes_on = [
        "的目标",
        "目标",
        "的任务",
        "和",
        "及",
        "与",
        "并",
        "水平",
        "的水平",
        "，",
        "（",
    ]
    .iter()
    .any(|word| context.after.starts_with(word));
    let narrows = matches!(
        quantity.kind,
        UnitKind::Money | UnitKind::Measure | UnitKind::Percent | UnitKind::Voltage
    );
    quantity.suffix.is_some() && narrows && !goes_on
}
