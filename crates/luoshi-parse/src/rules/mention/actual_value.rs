//! What was, not what is to be: 已完成300户, 累计建成5个, 比上年增长5%的基础上.

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
    done || basis
}
