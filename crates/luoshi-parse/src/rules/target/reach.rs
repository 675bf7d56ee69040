//! A value to be reached: 达到70%, 提高到95%, 实现产值300亿元.

use luoshi_types::{Comparator, Direction};

use crate::{
    rules::rule,
    targets::{Context, Reading, VerbClass},
};

rule!("target", "reach", "reach.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    (context.verb_class()? == VerbClass::Reach).then_some(Reading {
        comparator: Comparator::Equal,
        direction: Direction::Reach,
    })
}
