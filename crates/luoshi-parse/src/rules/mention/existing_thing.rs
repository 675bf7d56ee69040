//! A number inside the description of a policy that exists: 用好用活12个重点产业发展特殊政策措施.
//!
//! The clause speaks of using, supporting or carrying out, and the noun behind the number ends with 政策, 措施, 规定, 意见 or 精神.
//! A word such as 全市, 现有 or 上述 directly before the number (支持全市17个产业) says as well that the things are there.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "existing-thing", "existing_thing.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let uses = ["用足", "用好", "用活", "落实", "贯彻", "执行", "国家支持"]
        .iter()
        .any(|word| context.before.contains(word));
    let noun = context.after.trim_end_matches(['等', '的']);
    let is_policy = ["政策", "政策措施", "措施", "规定", "意见", "精神", "办法", "条例"]
        .iter()
        .any(|word| noun.ends_with(word));
    let counts = matches!(context.quantity.kind, UnitKind::Count) && context.quantity.suffix.is_none();
    let is_there = counts
        && !context.after.is_empty()
        && [
            "全市",
            "全省",
            "全县",
            "全区",
            "全州",
            "全国",
            "我市",
            "我省",
            "我区",
            "我县",
            "我州",
            "本市",
            "本省",
            "上述",
            "已有的",
            "现有的",
            "这",
            "该",
        ]
        .iter()
        .any(|word| context.before.ends_with(word));
    (uses && is_policy) || is_there
}
