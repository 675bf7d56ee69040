//! A number inside the description of a policy that exists: 用好用活12个重点产业发展特殊政策措施.
//!
//! The clause speaks of using, supporting or carrying out, and the noun behind the number ends with 政策, 措施, 规定, 意见 or 精神.

use crate::{rules::rule, targets::Context};

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
    uses && is_policy
}
