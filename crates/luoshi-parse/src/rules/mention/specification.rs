//! A technical property of a thing: ±800千伏, 5千瓦以上机组, a number behind ±.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
    text::char_before,
};

rule!("mention", "specification", "specification.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Voltage || char_before(context.text, context.quantity.span.start) == Some('±')
}
