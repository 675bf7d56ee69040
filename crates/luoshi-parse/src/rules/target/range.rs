//! From one value to another: 增长7.5%—8%, 培育5—10个.

use luoshi_types::Comparator;

use crate::{
    rules::rule,
    targets::{Context, Reading},
};

rule!("target", "range", "range.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    context.quantity.maximum?;
    Some(Reading {
        comparator: Comparator::Range,
        direction: context.direction(Comparator::Range),
    })
}
