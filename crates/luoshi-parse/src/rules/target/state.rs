//! A result without a number that can be checked: 职业教育培训全覆盖, “零就业”家庭动态清零. The phrases stand in `words/states.txt`.

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    rules::{self, rule},
    targets::{Found, describe, state_draft},
    text::{behind, is_break, slice},
    trace::Tracer,
    words::Hit,
};

rule!("target", "state", "state.rs");

/// Takes the phrase as a target.
pub(crate) fn read(
    text: &str,
    sentence: Span,
    state: Hit<Direction>,
    strength: Option<Strength>,
    tracer: &mut Tracer,
    found: &mut Found,
) {
    let span = Span::new(state.start, state.end);
    let phrase = slice(text, span);
    let rule = if rules::target::fold::is_fold(phrase) {
        &rules::target::fold::RULE
    } else {
        &RULE
    };
    let clause = behind(text, sentence.start, span.start, 24, is_break);
    let subject = ["实现", "确保", "力争"]
        .iter()
        .fold(clause, |part, word| part.strip_prefix(word).unwrap_or(part));
    let subject = (!subject.is_empty()).then(|| subject.to_owned());
    let draft = state_draft(text, span, Comparator::Equal, state.value, strength, subject, rule);
    tracer.fired(rule, span, || describe(&draft));
    found.targets.push(draft);
}
