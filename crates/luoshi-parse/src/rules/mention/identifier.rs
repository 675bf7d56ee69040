//! A number that is a name: a document number, a house, telephone or model number.
//!
//! It stands in 〔〕, before 号, 级 or 楼, next to Latin letters, between × signs, or it is too long to be a quantity.
//! The lower part of a fraction (1/3), of a ratio (3:7) and 500强 belong here too.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
    text::{char_at, char_before},
};

rule!("mention", "identifier", "identifier.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let before = char_before(context.text, quantity.span.start);
    let behind = char_at(context.text, quantity.core.end);
    let in_number_bracket = matches!(before, Some('〔' | '[')) && matches!(behind, Some('〕' | ']'));
    let is_letter = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphabetic());
    let touches_letters = is_letter(before) || (quantity.unit.is_none() && is_letter(behind));
    // 1/3, 3:7 and 500强 are a fraction, a ratio and a name.
    let is_part = matches!(before, Some('/' | ':'))
        && char_before(context.text, quantity.span.start - 1).is_some_and(|character| character.is_ascii_digit())
        || quantity.unit.is_none() && context.after.starts_with('强');
    let is_product =
        matches!(before, Some('×' | '+' | '*')) || (quantity.unit.is_none() && matches!(behind, Some('×' | '+' | '*')));
    // A fraction in words has no decimal value and is a share all the same.
    (quantity.value.is_none() && quantity.kind != UnitKind::Percent)
        || quantity.kind == UnitKind::Identifier
        || in_number_bracket
        || touches_letters
        || is_product
        || is_part
}
