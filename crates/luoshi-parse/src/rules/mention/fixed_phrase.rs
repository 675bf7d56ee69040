//! A small Chinese number in a fixed phrase: 三大生态工程, 十件实事, 三股势力.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "fixed-phrase", "fixed_phrase.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.chinese && context.quantity.kind == UnitKind::None
}
