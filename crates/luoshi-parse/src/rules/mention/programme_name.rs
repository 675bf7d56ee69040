//! A Chinese number inside the name of a programme: 旅游收入千亿元行动计划, 百万亩生态经济林工程.
//!
//! The clause goes on to 工程, 计划, 行动, 规划 or 战略. A verb directly before the number makes it a quantity all the same: 新增千万只.

use crate::{rules::rule, targets::Context};

rule!("mention", "programme-name", "programme_name.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let names_a_programme = ["工程", "计划", "行动", "战略", "规划", "提升年"]
        .iter()
        .any(|word| context.after.contains(word));
    context.quantity.chinese && context.quantity.suffix.is_none() && names_a_programme && !context.verb_is_adjacent()
}
