//! A number behind 第, or before 号线, 届 or 号, counts a place in a row: 第三届, 一号线.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "ordinal", "ordinal.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let names_a_place = quantity.kind == UnitKind::Identifier
        && ["号线", "届", "位", "名次"].iter().any(|word| {
            quantity.unit.map_or_else(
                || context.text[quantity.span.start..quantity.span.end].ends_with(word),
                |unit| &context.text[unit.start..unit.end] == *word,
            )
        });
    quantity.ordinal || names_a_place
}
