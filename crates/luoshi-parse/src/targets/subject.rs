//! What a quantity counts: the noun between verb and number, behind the number, or before the verb. It is a help to the reader, not a proof.

use luoshi_types::Span;

use crate::{
    targets::{Context, VerbClass, quantity::UnitKind},
    text::slice,
};

/// Longest subject in characters.
const LONGEST: usize = 24;

/// Subject and qualifier.
pub(crate) fn of(context: &Context<'_>) -> (Option<String>, Option<String>) {
    let quantity = context.quantity;
    let counts = matches!(
        quantity.kind,
        UnitKind::Count | UnitKind::Measure | UnitKind::None | UnitKind::Money
    );
    let names_a_level = ["大关", "台阶", "门槛", "关口"]
        .iter()
        .any(|word| context.after.starts_with(word));
    if counts && quantity.suffix.is_none() && !context.after.is_empty() && !names_a_level {
        let (qualifier, rest) = qualifier_of(context.after);
        let noun = noun_behind(rest);
        return (clean(noun.as_deref().unwrap_or(rest)), qualifier.map(str::to_owned));
    }
    let subject = between_verb_and_number(context)
        .or_else(|| before_verb(context))
        .or_else(|| before_number(context));
    (subject, None)
}

/// 失业率5.5%左右, 留用比例不得低于10% -> the measure that stands directly before the number or its comparator.
fn before_number(context: &Context<'_>) -> Option<String> {
    let part = context.before;
    let part = match context.comparator_before() {
        Some((_, word)) => part.strip_suffix(word).unwrap_or(part),
        None => part,
    };
    let part = part.rsplit(['、', '：']).next().unwrap_or(part);
    // 项目交付率完成80%: the verb touches the number and has its measure before it.
    let part = part.strip_suffix("完成").unwrap_or(part);
    let is_measure = part.ends_with([
        '率', '比', '重', '例', '额', '量', '数', '值', '度', '积', '入', '资', '口', '模', '幅', '速',
    ]);
    is_measure.then(|| clean(without_promise(part))).flatten()
}

/// The first member of what follows a number, without the brackets in it: 农村（含县镇）学生以及城市学生 -> 农村学生.
fn noun_behind(rest: &str) -> Option<String> {
    let mut noun = String::new();
    let mut depth = 0u32;
    for character in rest.chars().take(LONGEST * 2) {
        match character {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '和' | '及' | '与' => break,
            _ => noun.push(character),
        }
    }
    let noun = noun.trim_end_matches('以').to_owned();
    // A verb of doing behind the noun is no part of it: 千万只出栏肉羊综合生产能力建设规划 counts capacity.
    let noun = ["建设规划编制工作", "建设规划", "建设任务", "编制工作"]
        .iter()
        .find_map(|tail| noun.strip_suffix(tail).filter(|rest| rest.chars().count() > 6))
        .map_or_else(|| noun.clone(), str::to_owned);
    (!noun.is_empty()).then_some(noun)
}

/// 完成投资3000亿元 -> 投资.
fn between_verb_and_number(context: &Context<'_>) -> Option<String> {
    let verb = context.verb?;
    let part = slice(context.text, Span::new(verb.end, context.quantity.span.start));
    let part = match context.comparator_before() {
        Some((_, word)) => part.strip_suffix(word).unwrap_or(part),
        None => part,
    };
    // A list before the number (抓好甲工程、乙工程等170项) names examples of what is counted.
    let part = part.rsplit('、').next().unwrap_or(part);
    if part.ends_with(['等', '和', '及', '与']) || part.is_empty() {
        return None;
    }
    clean(part)
}

/// 小麦面积稳定在1600万亩以上 -> 小麦面积.
fn before_verb(context: &Context<'_>) -> Option<String> {
    let verb = context.verb?;
    let relates = matches!(
        verb.value,
        VerbClass::Maintain | VerbClass::Limit | VerbClass::Increase | VerbClass::Reduce | VerbClass::Reach
    );
    if !relates {
        return None;
    }
    let clause_start = context.quantity.span.start - context.before.len();
    let part = slice(context.text, Span::new(clause_start, verb.start));
    if let Some(list) = part.strip_suffix("分别") {
        // 失业率和登记失业率分别控制在…: the values follow in the order of their subjects.
        let members: Vec<&str> = list.split(['、', '和', '及', '与']).collect();
        if let Some(member) = members.get(context.list_index).filter(|_| members.len() > 1) {
            return clean(without_promise(member));
        }
    }
    let part = part.rsplit(['、', '，', ',', '：']).next().unwrap_or(part);
    clean(without_promise(part))
}

fn without_promise(part: &str) -> &str {
    ["确保", "力争", "争取", "实现", "推动", "努力"]
        .iter()
        .fold(part, |part, word| part.strip_prefix(word).unwrap_or(part))
}

/// 超千亿元产业 -> (超千亿元, 产业).
fn qualifier_of(after: &str) -> (Option<&str>, &str) {
    let number_end = after
        .char_indices()
        .take_while(|&(_, character)| {
            matches!(
                character,
                '超' | '过' | '近' | '十' | '百' | '千' | '万' | '亿' | '元' | '以' | '上'
            )
        })
        .last()
        .map_or(0, |(index, character)| index + character.len_utf8());
    let (qualifier, rest) = after.split_at(number_end);
    if qualifier.contains('元') && !rest.is_empty() && !rest.starts_with('级') {
        (Some(qualifier), rest)
    } else {
        (None, after)
    }
}

fn clean(text: &str) -> Option<String> {
    let part = text.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '的' | '了' | '约' | '近' | '：')
    });
    // A quotation that is whole belongs to the noun (社会保障“一卡通”); a single mark is a remnant.
    let part = if part.contains('“') == part.contains('”') {
        part
    } else {
        part.trim_matches(['“', '”'])
    };
    let part = part.trim_start_matches(['）', ')', '】', '》']);
    // 其中, 到2027年 and a word of promise stand around the subject, not in it.
    let part = ["其中", "全年", "年内"]
        .iter()
        .fold(part, |part, word| part.strip_prefix(word).unwrap_or(part));
    let part = match part.find('年') {
        Some(end) if part.starts_with('到') && end <= 10 => &part[end + '年'.len_utf8()..],
        _ => part,
    };
    let part = ["力争", "确保", "争取", "实现", "分别", "年均", "均", "同比", "累计"]
        .iter()
        .fold(part, |part, word| part.strip_suffix(word).unwrap_or(part));
    let part = ["完成", "达到", "达"]
        .iter()
        .fold(part, |part, word| part.strip_suffix(word).unwrap_or(part));
    let part = without_deadline(part);
    // 9月底前下达60%: 下 is the rest of the verb.
    let fits = !part.is_empty() && part != "下" && part.chars().take(LONGEST + 1).count() <= LONGEST;
    fits.then_some(part)
}

/// 项目年底前支付率 -> 项目支付率: by when is no part of what is measured.
fn without_deadline(part: &str) -> String {
    const ENDS: &[&str] = &["年底前", "年末前", "月底前", "月末前"];
    let Some((at, word)) = ENDS.iter().find_map(|word| part.find(word).map(|at| (at, *word))) else {
        return part.to_owned();
    };
    let head = part[..at].trim_end_matches(|character: char| character.is_ascii_digit() || character == '年');
    format!("{head}{}", &part[at + word.len()..])
}
