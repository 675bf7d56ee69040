//! An age: 0-14周岁, 60岁以上老人. An expectation of life that is to be reached (人均预期寿命达到79岁) is none.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "age", "age.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Age && !context.before.contains("寿命")
}
