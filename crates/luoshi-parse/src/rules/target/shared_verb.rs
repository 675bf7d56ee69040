//! A member of a list that shares the verb of an earlier one: 新增校舍10万平方米，学生食堂30万平方米.
//!
//! The quantity stands in the same sentence as a target before it, and no verb of its own governs it.

use luoshi_types::Comparator;

use crate::{
    rules::rule,
    targets::{Context, Reading},
};

rule!("target", "shared-verb", "shared_verb.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    let previous = context.previous?;
    (context.verb.is_none() && (context.joins_previous || context.carried_verb.is_some())).then_some(Reading {
        comparator: Comparator::Equal,
        direction: previous.direction,
    })
}
