//! A change by an amount: 增长8%, 新增校舍10万平方米, 减少35万贫困人口.

use luoshi_types::{Comparator, Direction};

use crate::{
    rules::rule,
    targets::{Context, Reading, VerbClass},
};

rule!("target", "change-by", "change_by.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    match context.verb_class()? {
        VerbClass::Increase => Some(Reading {
            comparator: Comparator::Equal,
            direction: Direction::IncreaseBy,
        }),
        VerbClass::Reduce => Some(Reading {
            comparator: Comparator::Equal,
            direction: Direction::ReduceBy,
        }),
        _ => None,
    }
}
