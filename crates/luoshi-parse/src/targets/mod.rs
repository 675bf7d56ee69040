//! Targets: what a task promises in numbers or in a state that can be checked.
//!
//! Quantities are found first (`quantity`); then the rules of the family `mention` say which of them are no targets, and those of the
//! family `target` what the others promise. The first rule that answers wins, in the order of [`crate::rules::RULES`].

pub(crate) mod quantity;
mod subject;

use std::sync::LazyLock;

use luoshi_types::{Comparator, Direction, Span, Strength};

use crate::{
    model::{Mention, MentionReason, TargetDraft},
    rules::{Rule, mention, target},
    targets::quantity::{Quantity, UnitKind},
    text::{ahead, behind, is_break, is_sentence_end, slice},
    trace::Tracer,
    words::{Hit, WordTable, rows},
};

/// What a verb does to the measured thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerbClass {
    Maintain,
    Limit,
    Reach,
    Increase,
    Reduce,
    Complete,
    /// A noun that contains a verb (社会保障); it hides the verb and governs nothing.
    Noun,
}

static VERBS: LazyLock<WordTable<VerbClass>> = LazyLock::new(|| {
    WordTable::new(
        rows(include_str!("../../words/verbs.txt"))
            .filter_map(|(word, class)| {
                Some((
                    word,
                    match class {
                        "maintain" => VerbClass::Maintain,
                        "limit" => VerbClass::Limit,
                        "reach" => VerbClass::Reach,
                        "increase" => VerbClass::Increase,
                        "reduce" => VerbClass::Reduce,
                        "complete" => VerbClass::Complete,
                        "noun" => VerbClass::Noun,
                        _ => return None,
                    },
                ))
            })
            .collect(),
    )
});

static STRENGTHS: LazyLock<WordTable<Strength>> = LazyLock::new(|| {
    WordTable::new(
        rows(include_str!("../../words/strengths.txt"))
            .filter_map(|(word, strength)| {
                Some((
                    word,
                    match strength {
                        "ensure" => Strength::Ensure,
                        "strive" => Strength::StriveFor,
                        "try" => Strength::TryFor,
                        "plan" => Strength::Plan,
                        "expect" => Strength::Expect,
                        _ => return None,
                    },
                ))
            })
            .collect(),
    )
});

pub(crate) static BOUNDS: LazyLock<Vec<(&'static str, Comparator)>> = LazyLock::new(|| {
    let mut bounds: Vec<(&str, Comparator)> = rows(include_str!("../../words/bounds.txt"))
        .filter_map(|(word, code)| Some((word, Comparator::from_code(code)?)))
        .collect();
    bounds.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    bounds
});

static STATES: LazyLock<WordTable<Direction>> = LazyLock::new(|| {
    WordTable::for_search(
        rows(include_str!("../../words/states.txt"))
            .filter_map(|(word, direction)| {
                Some((
                    word,
                    match direction {
                        "maintain" => Direction::Maintain,
                        "increase_by" => Direction::IncreaseBy,
                        "reach" => Direction::Reach,
                        "complete" => Direction::Complete,
                        "limit_to" => Direction::LimitTo,
                        "reduce_by" => Direction::ReduceBy,
                        _ => return None,
                    },
                ))
            })
            .collect(),
    )
});

/// One quantity with what stands around it: all that a rule may look at.
pub(crate) struct Context<'a> {
    pub(crate) text: &'a str,
    pub(crate) quantity: &'a Quantity,
    /// The clause before the quantity, from the last comma, at most 40 characters.
    pub(crate) before: &'a str,
    /// The clause behind the quantity, to the next mark of any kind, at most 30 characters.
    pub(crate) after: &'a str,
    /// What follows up to the next comma or sentence end, lists included, at most 60 characters.
    pub(crate) clause_behind: &'a str,
    /// The sentence before the quantity, at most 80 characters.
    pub(crate) sentence_before: &'a str,
    /// The nearest verb before the quantity in its clause.
    pub(crate) verb: Option<Hit<VerbClass>>,
    /// The nearest verb before the quantity in an earlier clause of its sentence.
    pub(crate) carried_verb: Option<Hit<VerbClass>>,
    /// Whether a verb follows in the same clause (为1500名儿童实施治疗).
    pub(crate) verb_behind: bool,
    /// How the last target of the sentence before this quantity reads.
    pub(crate) previous: Option<Reading>,
    /// How many quantities of the same list stand before this one.
    pub(crate) list_index: usize,
    /// Whether only a list mark stands between the last quantity and this one.
    pub(crate) joins_previous: bool,
    /// The comparator of the next quantity, where it closes a list of values (分别控制在5.5%和4.5%以下).
    pub(crate) list_suffix: Option<Comparator>,
    /// The comparator before the first quantity of a list of values (分别超过2%、5%).
    pub(crate) list_prefix: Option<Comparator>,
    /// What follows up to the sentence end, at most 80 characters.
    pub(crate) sentence_behind: &'a str,
    /// The quantity before this one in its clause, and what stands between.
    pub(crate) neighbour_before: Option<(UnitKind, &'a str)>,
    /// The quantity behind this one in its clause, and what stands between.
    pub(crate) neighbour_behind: Option<(UnitKind, &'a str)>,
}

impl Context<'_> {
    /// The comparator that a word behind the number states, its own or that of its list.
    pub(crate) fn comparator_behind(&self) -> Option<Comparator> {
        self.quantity.suffix.or(self.list_suffix)
    }

    /// The comparator that a word directly before the number states, with the word.
    pub(crate) fn comparator_before(&self) -> Option<(Comparator, &'static str)> {
        BOUNDS
            .iter()
            .find(|(word, _)| self.before.ends_with(word))
            .map(|&(word, comparator)| (comparator, word))
    }

    /// The clause before the number and the comparator word that may stand directly before it.
    pub(crate) fn before_comparator(&self) -> &str {
        match self.comparator_before() {
            Some((_, word)) => self.before.strip_suffix(word).unwrap_or(self.before),
            None => self.before,
        }
    }

    /// What stands directly behind the quantity, without a bracket there.
    pub(crate) fn noun_behind(&self) -> &str {
        let after = self.after.trim_start();
        match after
            .strip_prefix(['（', '('])
            .and_then(|rest| rest.split_once(['）', ')']))
        {
            Some((_, rest)) => rest,
            None => after,
        }
    }

    /// Whether a noun stands directly behind the quantity, and no verb of doing.
    pub(crate) fn noun_follows(&self) -> bool {
        let noun = self.noun_behind();
        let is_money = matches!(self.quantity.kind, UnitKind::Money | UnitKind::Percent);
        let is_verb = ["参与", "同比", "以", "完成", "达到", "实现", "建成"]
            .iter()
            .any(|word| noun.starts_with(word))
            || (is_money
                && ["支持", "用于", "投向", "投入"]
                    .iter()
                    .any(|word| noun.starts_with(word)));
        !is_verb && noun.chars().next().is_some_and(is_han)
    }

    /// Whether the clause of the quantity has a word of promise.
    pub(crate) fn promises(&self) -> bool {
        STRENGTHS.within(self.before, 0, self.before.len()).next().is_some()
    }

    /// Whether a verb brings the measured thing to the value. 不超过 and 不得超过 set a limit and bring nothing.
    pub(crate) fn is_brought(&self) -> bool {
        self.verb.is_some_and(|verb| {
            let brings = matches!(
                verb.value,
                VerbClass::Reach | VerbClass::Maintain | VerbClass::Limit | VerbClass::Increase | VerbClass::Reduce
            );
            let denied = slice(self.text, Span::new(verb.start, verb.end)) == "超过"
                && crate::text::char_before(self.text, verb.start)
                    .is_some_and(|character| matches!(character, '不' | '得' | '能' | '应' | '未' | '宜'));
            brings && !denied
        })
    }

    /// The class of the verb that governs the quantity.
    pub(crate) fn verb_class(&self) -> Option<VerbClass> {
        self.verb.map(|verb| verb.value)
    }

    /// Whether the governing verb, or a bound word behind it, stands directly before the number.
    pub(crate) fn verb_is_adjacent(&self) -> bool {
        self.verb.is_some_and(|verb| verb.end == self.quantity.span.start)
    }

    /// What is to happen to the measured thing, by the governing verb and the comparator.
    pub(crate) fn direction(&self, comparator: Comparator) -> Direction {
        let class = self.verb_class().or(self.carried_verb.map(|verb| verb.value));
        match class {
            Some(VerbClass::Maintain) => Direction::Maintain,
            Some(VerbClass::Limit) => Direction::LimitTo,
            Some(VerbClass::Increase) => Direction::IncreaseBy,
            Some(VerbClass::Reduce) => Direction::ReduceBy,
            Some(VerbClass::Reach) => Direction::Reach,
            Some(VerbClass::Complete) if matches!(comparator, Comparator::AtMost | Comparator::LessThan) => {
                Direction::LimitTo
            }
            Some(VerbClass::Complete) => Direction::Complete,
            None | Some(VerbClass::Noun) if matches!(comparator, Comparator::AtMost | Comparator::LessThan) => {
                Direction::LimitTo
            }
            None | Some(VerbClass::Noun) => Direction::Reach,
        }
    }
}

/// Whether `character` is a Chinese character.
pub(crate) fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

/// What a target rule makes of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) comparator: Comparator,
    pub(crate) direction: Direction,
}

type MentionRule = (&'static Rule, MentionReason, fn(&Context<'_>) -> bool);
type TargetRule = (&'static Rule, fn(&Context<'_>) -> Option<Reading>);

/// Tried in this order, before any target rule.
static MENTION_RULES: &[MentionRule] = &[
    (
        &mention::ordinal::RULE,
        MentionReason::Ordinal,
        mention::ordinal::applies,
    ),
    (
        &mention::identifier::RULE,
        MentionReason::Identifier,
        mention::identifier::applies,
    ),
    (&mention::date::RULE, MentionReason::Date, mention::date::applies),
    (
        &mention::quoted_name::RULE,
        MentionReason::ProgrammeName,
        mention::quoted_name::applies,
    ),
    (
        &mention::specification::RULE,
        MentionReason::Specification,
        mention::specification::applies,
    ),
    (&mention::age::RULE, MentionReason::Age, mention::age::applies),
    (
        &mention::procedure_duration::RULE,
        MentionReason::ProcedureDuration,
        mention::procedure_duration::applies,
    ),
    (
        &mention::rate_or_subsidy::RULE,
        MentionReason::RateOrSubsidy,
        mention::rate_or_subsidy::applies,
    ),
    (
        &mention::programme_name::RULE,
        MentionReason::ProgrammeName,
        mention::programme_name::applies,
    ),
    (&mention::norm::RULE, MentionReason::Threshold, mention::norm::applies),
    (
        &mention::threshold::RULE,
        MentionReason::Threshold,
        mention::threshold::applies,
    ),
    (
        &mention::existing_thing::RULE,
        MentionReason::ExistingThing,
        mention::existing_thing::applies,
    ),
    (
        &mention::actual_value::RULE,
        MentionReason::ActualValue,
        mention::actual_value::applies,
    ),
    (
        &mention::fixed_phrase::RULE,
        MentionReason::FixedPhrase,
        mention::fixed_phrase::applies,
    ),
];

static TARGET_RULES: &[TargetRule] = &[
    (&target::range::RULE, target::range::read),
    (&target::bound_after::RULE, target::bound_after::read),
    (&target::bound_before::RULE, target::bound_before::read),
    (&target::limit_to::RULE, target::limit_to::read),
    (&target::change_by::RULE, target::change_by::read),
    (&target::reach::RULE, target::reach::read),
    (&target::count_with_verb::RULE, target::count_with_verb::read),
    (&target::shared_verb::RULE, target::shared_verb::read),
    (&target::bare_count::RULE, target::bare_count::read),
];

/// What was found in the sentences of one task.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) targets: Vec<TargetDraft>,
    pub(crate) mentions: Vec<Mention>,
}

/// Reads one sentence.
pub(crate) fn read_sentence(text: &str, sentence: Span, tracer: &mut Tracer, found: &mut Found) {
    let quantities = quantity::find(text, sentence);
    let states: Vec<Hit<Direction>> = STATES.within(text, sentence.start, sentence.end).collect();
    let strengths: Vec<Hit<Strength>> = if quantities.is_empty() && states.is_empty() {
        Vec::new()
    } else {
        strengths_in(text, sentence)
    };
    if !quantities.is_empty() {
        read_quantities(text, sentence, &quantities, &strengths, tracer, found);
    }
    for state in states {
        target::state::read(
            text,
            sentence,
            state,
            strength_before(&strengths, state.start),
            tracer,
            found,
        );
    }
    target::relative::read(text, sentence, &strengths, tracer, found);
}

/// Reads what was reached: every value is a mention, whatever it would promise elsewhere.
pub(crate) fn read_actuals(text: &str, sentence: Span, tracer: &mut Tracer, found: &mut Found) {
    let mut reached = Found::default();
    let mut silent = Tracer::new(false);
    read_sentence(text, sentence, &mut silent, &mut reached);
    let rule = &mention::actual_value::RULE;
    for target in reached.targets {
        tracer.fired(rule, target.span, || MentionReason::ActualValue.code().to_owned());
        found.mentions.push(Mention {
            text: target.quantity_text,
            span: target.span,
            why: MentionReason::ActualValue,
            task: None,
            rule: rule.code,
        });
    }
    found.mentions.extend(reached.mentions);
}

/// Reads the cell with the value of an indicator, whose name `title` and whose unit may stand in other cells of the row.
pub(crate) fn read_value_cell(
    text: &str,
    title: Span,
    value: Span,
    unit: Option<Span>,
    tracer: &mut Tracer,
    found: &mut Found,
) {
    match unit.filter(|unit| quantity::whole_unit(slice(text, *unit)).is_some()) {
        Some(unit) => target::unit_cell::read(text, title, value, unit, tracer, found),
        None => read_sentence(text, value, tracer, found),
    }
}

fn read_quantities(
    text: &str,
    sentence: Span,
    quantities: &[Quantity],
    strengths: &[Hit<Strength>],
    tracer: &mut Tracer,
    found: &mut Found,
) {
    let verbs: Vec<Hit<VerbClass>> = VERBS
        .within(text, sentence.start, sentence.end)
        .filter(|verb| verb.value != VerbClass::Noun && !names_rate(&text[verb.end..]))
        .collect();
    let mut clause_start = sentence.start;
    let mut previous_end = sentence.start;
    let mut previous: Option<Reading> = None;
    let mut verbs_before = 0;
    let mut list_index = 0;
    let mut list_prefix: Option<Comparator> = None;
    for (index, quantity) in quantities.iter().enumerate() {
        let gap = slice(text, Span::new(previous_end, quantity.span.start));
        if let Some(comma) = gap.rfind(['，', ',', '；', ';']) {
            clause_start = previous_end + comma + gap[comma..].chars().next().map_or(0, char::len_utf8);
        }
        while verbs
            .get(verbs_before)
            .is_some_and(|verb| verb.end <= quantity.span.start)
        {
            verbs_before += 1;
        }
        let last_verb = governing(&verbs[..verbs_before], clause_start, quantity.span.start);
        let joint = gap.trim_matches(crate::text::is_blank);
        list_index = if index > 0 && matches!(joint, "、" | "和" | "及" | "与" | "以及") {
            list_index + 1
        } else {
            0
        };
        let clause_behind = ahead(text, quantity.span.end.min(sentence.end), 60, |character| {
            is_break(character) && character != '、'
        });
        let after = ahead(text, quantity.span.end, 30, is_break);
        let before = behind(text, clause_start, quantity.span.start, 40, is_sentence_end);
        list_prefix = list_prefix.filter(|_| list_index > 0).or_else(|| bound_at_end(before));
        let context = Context {
            text,
            quantity,
            before,
            after,
            clause_behind,
            sentence_before: behind(text, sentence.start, quantity.span.start, 80, is_sentence_end),
            verb: last_verb.filter(|verb| verb.start >= clause_start),
            carried_verb: last_verb.filter(|verb| verb.start < clause_start),
            verb_behind: verbs.get(verbs_before).is_some_and(|verb| {
                let clause = ahead(text, quantity.span.end.min(sentence.end), 90, |character| {
                    is_break(character) && character != '、'
                });
                verb.start >= quantity.span.end && verb.end <= quantity.span.end + clause.len()
            }),
            previous,
            list_index,
            joins_previous: index > 0 && matches!(joint, "、" | "和" | "及" | "与" | "以及" | "，" | ","),
            list_suffix: quantities.get(index + 1).and_then(|next| {
                let joint = slice(text, Span::new(quantity.span.end, next.span.start));
                (matches!(joint, "和" | "、" | "与" | "及") && next.kind == quantity.kind)
                    .then_some(next.suffix)
                    .flatten()
            }),
            list_prefix: list_prefix
                .filter(|_| list_index > 0 && index > 0 && quantities[index - 1].kind == quantity.kind),
            sentence_behind: ahead(text, quantity.span.end.min(sentence.end), 80, is_sentence_end),
            neighbour_before: (index > 0 && !gap.contains(is_comma)).then(|| (quantities[index - 1].kind, gap)),
            neighbour_behind: quantities.get(index + 1).and_then(|next| {
                let joint = slice(text, Span::new(quantity.span.end, next.span.start));
                (!joint.contains(is_comma)).then_some((next.kind, joint))
            }),
        };
        previous_end = quantity.span.end;
        match classify(&context) {
            Outcome::Mention(rule, why) => {
                tracer.fired(rule, quantity.span, || why.code().to_owned());
                found.mentions.push(Mention {
                    text: slice(text, quantity.span).to_owned(),
                    span: quantity.span,
                    why,
                    task: None,
                    rule: rule.code,
                });
            }
            Outcome::Target(rule, reading) => {
                previous = Some(reading);
                let draft = draft(&context, rule, reading, strengths);
                tracer.fired(rule, draft.span, || describe(&draft));
                found.targets.push(draft);
            }
            Outcome::Nothing => {}
        }
    }
}

/// Whether the verb before `rest` is the first part of the name of a rate: 交付率. 率先 and 率领 are words of their own.
fn names_rate(rest: &str) -> bool {
    rest.strip_prefix('率')
        .is_some_and(|rest| !rest.starts_with(['先', '领', '队']))
}

/// The comparator of a bound word at the end of `before`. 达到 and 控制在 have rules of their own and are none.
fn bound_at_end(before: &str) -> Option<Comparator> {
    BOUNDS
        .iter()
        .find(|(word, _)| before.ends_with(word))
        .filter(|(word, comparator)| *comparator != Comparator::Equal && *word != "控制在")
        .map(|&(_, comparator)| comparator)
}

fn is_comma(character: char) -> bool {
    matches!(character, '，' | ',' | '；' | ';')
}

/// The verb that governs a quantity: the last one before it. Where that one touches the number and another stands before it in the
/// clause, it is the tail of a noun: 完成职业技能培训100万人次.
fn governing(verbs: &[Hit<VerbClass>], clause_start: usize, number_start: usize) -> Option<Hit<VerbClass>> {
    let last = *verbs.last()?;
    let before = verbs
        .len()
        .checked_sub(2)
        .map(|index| verbs[index])
        .filter(|verb| verb.start >= clause_start);
    let is_tail = last.end == number_start && last.value == VerbClass::Complete;
    Some(before.filter(|_| is_tail).unwrap_or(last))
}

enum Outcome {
    Mention(&'static Rule, MentionReason),
    Target(&'static Rule, Reading),
    Nothing,
}

fn classify(context: &Context<'_>) -> Outcome {
    if let Some(&(rule, why, _)) = MENTION_RULES.iter().find(|(_, _, applies)| applies(context)) {
        return Outcome::Mention(rule, why);
    }
    if context.quantity.unit.is_none() && !quantity::counts_without_unit(context) {
        // A bare Chinese number is a word like any other; only one in digits deserves a reason.
        return if context.quantity.chinese {
            Outcome::Nothing
        } else {
            Outcome::Mention(&mention::no_unit::RULE, MentionReason::NoUnit)
        };
    }
    if let Some((rule, reading)) = TARGET_RULES
        .iter()
        .find_map(|(rule, read)| read(context).map(|reading| (*rule, reading)))
    {
        return Outcome::Target(rule, reading);
    }
    Outcome::Mention(&mention::no_promise::RULE, MentionReason::ExistingThing)
}

fn draft(context: &Context<'_>, rule: &'static Rule, reading: Reading, strengths: &[Hit<Strength>]) -> TargetDraft {
    let quantity = context.quantity;
    let (subject, qualifier) = subject::of(context);
    let governing = context.verb.or(context.carried_verb);
    let completes =
        governing.is_some_and(|verb| slice(context.text, Span::new(verb.start, verb.end)).starts_with("完成"));
    TargetDraft {
        quantity_text: slice(context.text, quantity.span).to_owned(),
        span: quantity.span,
        value: quantity.value,
        value_maximum: quantity.maximum,
        unit: quantity
            .unit
            .filter(|_| quantity.value.is_some())
            .map(|unit| quantity::plain_unit(slice(context.text, unit)).to_owned()),
        comparator: reading.comparator,
        direction: reading.direction,
        strength: strength_before(strengths, quantity.span.start).or(completes.then_some(Strength::Complete)),
        subject,
        qualifier,
        rule: rule.code,
    }
}

/// The words of promise in a sentence. 计划 counts only before a verb: 行动计划 is a noun.
fn strengths_in(text: &str, sentence: Span) -> Vec<Hit<Strength>> {
    STRENGTHS
        .within(text, sentence.start, sentence.end)
        .filter(|hit| {
            let needs_verb = slice(text, Span::new(hit.start, hit.end)) == "计划";
            !needs_verb || VERBS.at(text, hit.end).is_some()
        })
        .collect()
}

/// Whether a verb that governs quantities, or a word of promise, begins at byte `at`.
pub(crate) fn verb_or_promise_at(text: &str, at: usize) -> bool {
    VERBS.at(text, at).is_some() || STRENGTHS.at(text, at).is_some()
}

/// Whether a verb that governs quantities, or a word of promise, stands in `text`.
pub(crate) fn has_verb_or_promise(text: &str) -> bool {
    VERBS
        .within(text, 0, text.len())
        .any(|verb| verb.value != VerbClass::Noun)
        || STRENGTHS.within(text, 0, text.len()).next().is_some()
}

/// Where the verb that begins at byte `at` and governs quantities ends.
pub(crate) fn verb_end_at(text: &str, at: usize) -> Option<usize> {
    VERBS
        .at(text, at)
        .filter(|verb| verb.value != VerbClass::Noun)
        .map(|verb| verb.end)
}

/// Whether a verb that governs quantities ends at byte `at`; what stands before `from` is not looked at.
pub(crate) fn verb_ends_at(text: &str, from: usize, at: usize) -> bool {
    VERBS
        .within(text, from, at)
        .last()
        .is_some_and(|verb| verb.value != VerbClass::Noun && verb.end == at)
}

/// The last word of promise before byte `at`.
pub(crate) fn strength_before(strengths: &[Hit<Strength>], at: usize) -> Option<Strength> {
    let count = strengths.partition_point(|hit| hit.end <= at);
    count.checked_sub(1).map(|last| strengths[last].value)
}

/// A target in one line, for traces and specs: `>= 8 % increase_by 力争 地区生产总值`.
pub(crate) fn describe(target: &TargetDraft) -> String {
    let mut words = vec![target.comparator.code().to_owned()];
    words.push(match (target.value, target.value_maximum) {
        (Some(value), Some(maximum)) => format!("{value}..{maximum}"),
        (Some(value), None) => value.to_string(),
        (None, _) => "-".to_owned(),
    });
    words.extend(target.unit.clone());
    words.extend(target.subject.as_ref().map(|subject| format!("({subject})")));
    words.join(" ")
}

/// A target without a number.
pub(crate) fn state_draft(
    text: &str,
    span: Span,
    comparator: Comparator,
    direction: Direction,
    strength: Option<Strength>,
    subject: Option<String>,
    rule: &'static Rule,
) -> TargetDraft {
    TargetDraft {
        quantity_text: slice(text, span).to_owned(),
        span,
        value: None,
        value_maximum: None,
        unit: None,
        comparator,
        direction,
        strength,
        subject,
        qualifier: None,
        rule: rule.code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_compiles() {
        assert!(VERBS.is_compiled() && STRENGTHS.is_compiled() && STATES.is_compiled());
        assert!(BOUNDS.len() > 10);
    }
}
