//! A bare 控制在 is an upper bound: 失业率控制在4% (<=). 稳定在 and 保持在 name the value to keep.

use luoshi_types::{Comparator, Direction};

use crate::{
    rules::rule,
    targets::{Context, Reading, VerbClass},
};

rule!("target", "limit-to", "limit_to.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    match context.verb_class()? {
        VerbClass::Limit if context.before.contains("控制") => Some(Reading {
            comparator: Comparator::AtMost,
            direction: Direction::LimitTo,
        }),
        VerbClass::Maintain => Some(Reading {
            comparator: Comparator::Equal,
            direction: Direction::Maintain,
        }),
        _ => None,
    }
}
