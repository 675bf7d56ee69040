//! A comparator word before the number: 不低于, 不少于 (>=), 不超过 (<=), 超过, 突破 (>), 低于 (<), 约 (≈).
//!
//! A word before the first of several values holds for all of them: 分别超过2%、5%.

use luoshi_types::Comparator;

use crate::{
    rules::rule,
    targets::{Context, Reading},
};

rule!("target", "bound-before", "bound_before.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    let Some((comparator, _)) = context.comparator_before() else {
        return context.list_prefix.map(|comparator| Reading {
            comparator,
            direction: context.direction(comparator),
        });
    };
    let is_own_rule = matches!(comparator, Comparator::Equal) || context.before.ends_with("控制在");
    (!is_own_rule).then(|| Reading {
        comparator,
        direction: context.direction(comparator),
    })
}
