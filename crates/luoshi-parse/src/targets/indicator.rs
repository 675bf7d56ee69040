//! The value of an indicator in a table, whose name, value and unit stand in three cells. What a sentence promises is not read here.

use luoshi_types::Span;

use crate::{
    numeral::{is_chinese_numeral, number_at},
    rules,
    targets::{Found, describe, read_sentence},
    text::slice,
    trace::Tracer,
};

/// Bytes of the longest cell that holds a value.
const LONGEST: usize = 240;

/// Reads the cell `value` as the sentence that its three cells stand for (指标达到 value unit), so that the rules of sentences decide on it.
pub(crate) fn read(text: &str, value: Span, unit: Option<Span>, tracer: &mut Tracer, found: &mut Found) {
    let written = slice(text, value);
    if written.len() > LONGEST {
        return;
    }
    let unit = unit
        .map(|unit| slice(text, unit))
        .filter(|unit| !matches!(*unit, "—" | "——" | "-" | "/" | "无"))
        .unwrap_or_default();
    let first = written.find(|character: char| {
        character.is_ascii_digit() || ('０'..='９').contains(&character) || is_chinese_numeral(character)
    });
    let number = first.and_then(|first| Some((first, number_at(written, first)?.span.end)));
    let sentence = match number {
        // The unit belongs behind the number; a cell that has one already keeps its own.
        Some((first, end)) if !written[end..].starts_with(['%', '％', '‰']) => {
            format!(
                "指标{}{}{unit}{}",
                lead(&written[..first]),
                &written[..end],
                &written[end..]
            )
        }
        Some((first, _)) => format!("指标{}{written}", lead(&written[..first])),
        None => written.to_owned(),
    };
    let mut read_here = Found::default();
    let mut silent = Tracer::new(false);
    read_sentence(&sentence, Span::new(0, sentence.len()), &mut silent, &mut read_here);
    for mut target in read_here.targets.into_iter().take(1) {
        target.span = value;
        target.quantity_text = written.to_owned();
        target.subject = None;
        if let Some(rule) = rules::RULES.iter().find(|rule| rule.code == target.rule) {
            tracer.fired(rule, value, || describe(&target));
        }
        found.targets.push(target);
    }
}

/// The verb that the value needs, unless words before the number bound it already.
fn lead(before: &str) -> &'static str {
    if before.is_empty() { "达到" } else { "" }
}
