//! A comparator word behind the unit: 1600万亩以上 (>=), 4%以内 (<=), 2000万亩左右 (≈). 以上, 以下 and 以内 include the number.
//!
//! A word behind the last of several values holds for all of them: 分别控制在5.5%和4.5%以下.

use crate::{
    rules::rule,
    targets::{Context, Reading},
};

rule!("target", "bound-after", "bound_after.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    let comparator = context.comparator_behind()?;
    Some(Reading {
        comparator,
        direction: context.direction(comparator),
    })
}
