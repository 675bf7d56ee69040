//! A number behind 第, or before 号线, 届 or 号, counts a place in a row: 第三届, 一号线.
//!
//! So does a number behind 前 (前5名, 排名前10位), except where 前 closes a date (年底前30家), and a class before a thing (1类新药).

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
    let is_top = context.before.ends_with('前')
        && !["底前", "年前", "月前", "日前", "末前", "提前", "之前", "以前"]
            .iter()
            .any(|word| context.before.ends_with(word));
    let is_class = context.text[quantity.span.start..quantity.span.end].ends_with('类')
        && ["新药", "医疗器械", "客车", "货车"]
            .iter()
            .any(|word| context.after.starts_with(word) || context.clause_behind.contains(&format!("类{word}")));
    quantity.ordinal || names_a_place || is_top || is_class
}
