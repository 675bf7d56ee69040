//! A result without a number that can be checked: 职业教育培训全覆盖, “零就业”家庭动态清零. The phrases stand in `words/states.txt`.
//!
//! 应保尽保 and its kin count where a thing stands before them (医疗废物应收尽收), not where they say how a policy is carried out.

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    rules::{self, rule},
    targets::{Found, describe, state_draft},
    text::{ahead, behind, is_break, is_sentence_end, slice},
    trace::Tracer,
    words::Hit,
};

rule!("target", "state", "state.rs");

/// Longest clause before the phrase, in characters.
const LONGEST_CLAUSE: usize = 60;

/// Words of doing and of promise around the thing that the phrase speaks of.
const FRAME: &[&str] = &[
    "继续", "持续", "确保", "力争", "争取", "努力", "推动", "推进", "促进", "实现", "实施", "保持", "达到", "做到",
    "加快", "全面", "切实", "基本", "到", "的", "要", "全部",
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
    // 广渠道、全覆盖、可持续的体系: one of several words that describe a thing.
    let describes = rest.starts_with('、') && before == "、" && ahead(rest, 0, 20, is_comma_or_end).contains('的');
    let is_manner = is_should(slice(text, span))
        && describes_manner(behind(text, sentence.start, span.start, LONGEST_CLAUSE, is_break));
    // 收入增长与经济增长同步 compares two growths; 建设与运营同步 says how things are done.
    let phrase = slice(text, span);
    let compares = !phrase.ends_with("同步")
        || ["增长", "增速", "收入", "经济"]
            .iter()
            .any(|word| clause.contains(word));
    compares && before != "健" && !names_a_principle && !describes && !is_manner && (ends || speaks_of_itself)
}

fn is_comma_or_end(character: char) -> bool {
    matches!(character, '，' | ',') || is_sentence_end(character)
}

/// 应保尽保 and its kin.
fn is_should(phrase: &str) -> bool {
    phrase.starts_with('应') && phrase.contains('尽')
}

/// Whether 应X尽X says how a policy is carried out, and not what becomes of a thing: 确保政策应享尽享, 尽力而为、应保尽保.
fn describes_manner(clause: &str) -> bool {
    let subject = subject_of(clause);
    let of_policy = ["政策", "优惠", "税", "指标", "要求", "补贴", "奖补", "资金", "待遇"]
        .iter()
        .any(|word| clause.contains(word));
    subject.is_none() || of_policy
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
