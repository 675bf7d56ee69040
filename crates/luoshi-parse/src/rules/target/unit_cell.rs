//! A value and its unit in cells of their own: 指标|目标值|单位 with 城镇新增就业|28|万人.
//!
//! The cell holds a number, with or without a comparator word, and nothing else; another cell of the row holds a unit and nothing else.

use luoshi_types::{Comparator, Decimal, Direction, Span};

use crate::{
    model::TargetDraft,
    numeral::number_at,
    rules::rule,
    targets::{BOUNDS, Found, describe, quantity},
    text::slice,
    trace::Tracer,
};

rule!("target", "unit-cell", "unit_cell.rs");

/// Reads the cell `value` with the unit of the cell `unit`.
pub(crate) fn read(text: &str, title: Span, value: Span, unit: Span, tracer: &mut Tracer, found: &mut Found) {
    let Some(draft) = draft(text, title, value, unit) else {
        return;
    };
    tracer.fired(&RULE, draft.span, || describe(&draft));
    found
        .mentions
        .retain(|mention| !(draft.span.contains(mention.span) || unit.contains(mention.span)));
    found.targets.push(draft);
}

fn draft(text: &str, title: Span, value: Span, unit: Span) -> Option<TargetDraft> {
    let cell = slice(text, value);
    let bound = BOUNDS.iter().find(|(word, _)| cell.starts_with(word));
    let start = value.start + bound.map_or(0, |(word, _)| word.len());
    let number = number_at(text, start).filter(|number| number.span.end <= value.end)?;
    let (suffix, end) = quantity::suffix_at(text, number.span.end);
    let (power, unit) = quantity::whole_unit(slice(text, unit))?;
    let comparator = suffix.or(bound.map(|bound| bound.1)).unwrap_or(Comparator::Equal);
    let is_limit = matches!(comparator, Comparator::AtMost | Comparator::LessThan);
    (end == value.end).then(|| TargetDraft {
        quantity_text: slice(text, Span::new(start, end)).to_owned(),
        span: Span::new(start, end),
        value: number.value.and_then(|value| value.checked_mul(Decimal::from(power))),
        value_maximum: None,
        unit: Some(quantity::plain_unit(unit).to_owned()),
        comparator,
        direction: if is_limit { Direction::LimitTo } else { Direction::Reach },
        strength: None,
        subject: Some(slice(text, title).to_owned()).filter(|title| !title.is_empty()),
        qualifier: None,
        rule: RULE.code,
    })
}
