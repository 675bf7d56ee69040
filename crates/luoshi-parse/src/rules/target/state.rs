//! A result without a number that can be checked: 职业教育培训全覆盖, “零就业”家庭动态清零. The phrases stand in `words/states.txt`.

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    rules::{self, rule},
    targets::{Found, describe, state_draft},
    text::{behind, is_break, is_sentence_end, slice},
    trace::Tracer,
    words::Hit,
};

rule!("target", "state", "state.rs");

/// Longest clause before the phrase, in characters.
const LONGEST_CLAUSE: usize = 60;

/// Words of doing and of promise around the thing that the phrase speaks of.
const FRAME: &[&str] = &[
    "继续", "持续", "确保", "力争", "争取", "努力", "推动", "推进", "促进", "实现", "实施", "保持", "达到", "做到",
    "加快", "全面", "基本", "到", "的", "要", "全部",
];

/// The thing that the phrase speaks of: the clause without words of doing and of promise around it.
fn subject_of(clause: &str) -> Option<String> {
    let mut part = clause.trim();
    loop {
        let before = part;
        for word in FRAME {
            // 到 and 要 at the end belong to verbs; at the beginning they may be part of a noun, so only longer words are cut there.
            if word.len() > 3 {
                part = part.strip_prefix(word).unwrap_or(part);
            }
            part = part.strip_suffix(word).unwrap_or(part);
        }
        if part == before {
            break;
        }
    }
    (!part.is_empty()).then(|| part.to_owned())
}

/// Whether the phrase is what its clause says, and does not describe how something is done (减半征收, 全覆盖检查) or what a thing is like.
fn closes_its_clause(text: &str, sentence: Span, span: Span) -> bool {
    let rest = slice(text, Span::new(span.end, sentence.end));
    let before = behind(text, sentence.start, span.start, 1, |_| false);
    let ends = rest
        .chars()
        .next()
        .is_none_or(|character| is_break(character) || matches!(character, '”' | '）' | ')' | '和' | '并' | ' '));
    let speaks_of_itself = ["目标", "的目标", "任务", "成果", "以上", "左右"]
        .iter()
        .any(|word| rest.starts_with(word));
    // 健全覆盖…的体系 contains the phrase by accident.
    let clause = behind(text, sentence.start, span.start, LONGEST_CLAUSE, |character| {
        matches!(character, '，' | ',') || is_sentence_end(character)
    });
    let names_a_principle = before == "“"
        || ["按照", "坚持", "遵循", "本着"]
            .iter()
            .any(|word| clause.contains(word));
    before != "健" && !names_a_principle && (ends || speaks_of_itself)
}

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
    if !closes_its_clause(text, sentence, span) {
        return;
    }
    let clause = behind(text, sentence.start, span.start, LONGEST_CLAUSE, is_break);
    let subject = subject_of(clause);
    let draft = state_draft(text, span, Comparator::Equal, state.value, strength, subject, rule);
    tracer.fired(rule, span, || describe(&draft));
    found.targets.push(draft);
}
