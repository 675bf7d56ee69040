//! An age: 0-14周岁, 60岁以上老人.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "age", "age.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Age
}
