//! Responsibility clauses: brackets, label lines and trailing sentences that name bodies, with the roles that they give.
//!
//! The forms are rules of the family `party`; this room reads what stands inside any of them.

use luoshi_types::{PartyRole, Span};

use crate::{
    model::PartyDraft,
    parties::{list, names},
    rules::{self, Rule},
    scan::{Bracket, Line},
    text::{char_at, is_break, slice, trimmed},
    words,
};

/// Bytes of the longest clause that is recognised by its verb alone; a longer bracket is prose.
const LONGEST_UNLABELLED: usize = 3_000;

/// Bytes of the longest name.
const LONGEST_NAME: usize = 240;

/// Nouns that make a class of bodies of a verb before them: 牵头单位, 配合部门.
pub(crate) const NOUNS_OF_ROLES: &[&str] = &["单位", "部门", "责任", "企业", "领导", "人", "同志", "处室", "机构"];

/// A clause that names bodies.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    /// The clause with its brackets and labels.
    pub(crate) span: Span,
    /// The bodies of the task before it.
    pub(crate) parties: Vec<PartyDraft>,
    /// The part that speaks of all later tasks, and its bodies.
    pub(crate) stated_once: Option<(Span, Vec<PartyDraft>)>,
    /// Whether the clause is a line of its own.
    pub(crate) own_line: bool,
    /// Whether its bracket is closed; true where it has none.
    pub(crate) closed: bool,
    /// Whether a label promised bodies and none was found.
    pub(crate) empty: bool,
    /// The form that it has.
    pub(crate) rule: &'static Rule,
}

/// Every clause of the text, in order. Both lists go from left to right, so one walk over them is enough.
pub(crate) fn clauses(text: &str, brackets: &[Bracket], lines: &[Line]) -> Vec<Clause> {
    let mut found = Vec::new();
    let mut brackets = brackets.iter().peekable();
    // The end of the last clause, which can lie below its line.
    let mut read_until = 0;
    for line in lines {
        if line.span.start >= read_until
            && let Some(clause) = rules::party::label_line::read(text, line.span)
        {
            while brackets.next_if(|bracket| bracket.span.start < line.span.end).is_some() {}
            found.push(clause);
            continue;
        }
        let mut last_bracket = None;
        while let Some(bracket) = brackets.next_if(|bracket| bracket.span.start < line.span.end) {
            let clause = if bracket.labelled {
                rules::party::label_bracket::read(text, bracket, line.span)
            } else {
                rules::party::label_bracket::read_without_colon(text, bracket, line.span)
                    .or_else(|| rules::party::verb_bracket::read(text, bracket, line.span))
                    .or_else(|| rules::party::names_bracket::read(text, bracket, line.span))
            };
            if let Some(clause) = clause {
                last_bracket = Some(clause.span.end);
                read_until = clause.span.end;
                found.push(clause);
            }
        }
        if last_bracket.is_none()
            && line.span.start >= read_until
            && let Some(clause) = rules::party::trailing_sentence::read(text, line.span)
        {
            found.push(clause);
        }
    }
    found
}

/// What stands inside a clause.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) parties: Vec<PartyDraft>,
    pub(crate) stated_once: Option<(Span, Vec<PartyDraft>)>,
}

/// Reads a clause whose role comes from labels.
pub(crate) fn labelled_content(text: &str, inner: Span, rule: &'static Rule) -> Content {
    let (main, stated_once) = cut_stated_once(text, inner);
    let labels = words::labels().within(text, main.start, main.end);
    let mut parties = Vec::new();
    for (index, &(start, role, body)) in labels.iter().enumerate() {
        if index == 0 {
            verb_segment(text, Span::new(main.start, start), None, rule, &mut parties);
        }
        let end = labels.get(index + 1).map_or(main.end, |next| next.0);
        verb_segment(text, Span::new(body, end), Some(role), rule, &mut parties);
    }
    restore_elided(text, &mut parties);
    Content { parties, stated_once }
}

/// Reads a clause whose first label is none by its form: it was broken over two lines, or lacks its colon. Its list begins at `body`.
pub(crate) fn content_behind(text: &str, body: Span, role: PartyRole, rule: &'static Rule) -> Content {
    let (main, stated_once) = cut_stated_once(text, body);
    let labels = words::labels().within(text, main.start, main.end);
    let first = labels.first().map_or(main.end, |label| label.0);
    let mut parties = Vec::new();
    verb_segment(text, Span::new(main.start, first), Some(role), rule, &mut parties);
    for (index, &(_, role, body)) in labels.iter().enumerate() {
        let end = labels.get(index + 1).map_or(main.end, |next| next.0);
        verb_segment(text, Span::new(body, end), Some(role), rule, &mut parties);
    }
    restore_elided(text, &mut parties);
    Content { parties, stated_once }
}

/// Reads a cell whose role comes from the header of its column.
pub(crate) fn column_content(text: &str, span: Span, role: PartyRole, rule: &'static Rule) -> Content {
    if !words::labels().within(text, span.start, span.end).is_empty() {
        return labelled_content(text, span, rule);
    }
    let (main, stated_once) = cut_stated_once(text, span);
    let mut parties = Vec::new();
    for part in cell_parts(text, main, role) {
        verb_segment(text, part, Some(role), rule, &mut parties);
    }
    restore_elided(text, &mut parties);
    Content { parties, stated_once }
}

/// A cell without marks between its names has blanks there: 县住建局 县财政局. The blank in 王 某 stands inside a name.
fn cell_parts(text: &str, span: Span, role: PartyRole) -> Vec<Span> {
    let content = slice(text, span);
    let mut parts = Vec::new();
    let mut at = span.start;
    for part in content.split([' ', '\u{3000}', '\t']) {
        let piece = trimmed(text, Span::new(at, at + part.len()));
        at += part.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        if !piece.is_empty() {
            parts.push(piece);
        }
    }
    let are_bodies = role != PartyRole::LeaderPerson
        && parts.len() > 1
        && !content.contains(['、', '，', ',', '；', ';'])
        && parts.iter().all(|part| names::is_possible_body(slice(text, *part)));
    if are_bodies { parts } else { vec![span] }
}

/// Reads a clause whose role comes from the verb behind the list. Empty unless a verb stands behind bodies.
pub(crate) fn verb_content(text: &str, inner: Span, rule: &'static Rule) -> Content {
    if inner.len() > LONGEST_UNLABELLED {
        return Content::default();
    }
    let (main, stated_once) = cut_stated_once(text, inner);
    let mut parties = Vec::new();
    verb_segment(text, main, None, rule, &mut parties);
    restore_elided(text, &mut parties);
    Content { parties, stated_once }
}

/// One stretch of a clause: lists of bodies, each with the verb behind it. `label_role` is the role that a label before it gives.
fn verb_segment(
    text: &str,
    span: Span,
    label_role: Option<PartyRole>,
    rule: &'static Rule,
    parties: &mut Vec<PartyDraft>,
) {
    let mut start = span.start;
    for hit in words::assignments().within(text, span.start, span.end) {
        let next = char_at(text, hit.end).filter(|_| hit.end < span.end);
        let ends_list = next.is_none_or(|character| is_break(character) || character == ' ');
        // 牵头 and 配合 are followed by the next list at once; 负责 before a noun is part of a phrase (负责同志), and 各产业链牵头单位 is a
        // class of bodies.
        let rest = slice(text, Span::new(hit.end, span.end));
        let is_noun = NOUNS_OF_ROLES.iter().any(|noun| rest.starts_with(noun));
        // 协同 runs on into nouns: 协同创新中心.
        let joins = slice(text, Span::new(hit.start, hit.end)) == "协同";
        let may_run_on = matches!(hit.value, PartyRole::Lead | PartyRole::Cooperating) && !is_noun && !joins;
        if hit.start < start || !(ends_list || may_run_on) {
            continue;
        }
        let role = match (label_role, hit.value) {
            (Some(role), PartyRole::Responsible) => role,
            (_, role) => role,
        };
        // Behind a label a verb speaks of the group before it alone: 责任单位：县财政局、县水利局，各乡政府配合.
        let group = label_role
            .filter(|label| *label != role)
            .and_then(|label| Some((label, last_group(slice(text, Span::new(start, hit.start)))?)));
        if let Some((label, width)) = group {
            push_names(text, Span::new(start, start + width), label, true, rule, parties);
            start += width;
        }
        // 县财政局；各乡镇人民政府负责落实: what stands before the semicolon is another group.
        let divided = slice(text, Span::new(start, hit.start))
            .trim_end_matches(['；', ';'])
            .rfind(['；', ';'])
            .filter(|_| label_role.is_none() && role == PartyRole::Implementing);
        if let Some(border) = divided {
            push_names(
                text,
                Span::new(start, start + border),
                PartyRole::Responsible,
                false,
                rule,
                parties,
            );
            start += border;
        }
        push_names(
            text,
            Span::new(start, hit.start),
            role,
            label_role.is_some(),
            rule,
            parties,
        );
        start = hit.end;
    }
    if let Some(role) = label_role {
        push_names(text, Span::new(start, span.end), role, true, rule, parties);
    }
}

/// Bytes before the last group of a list, brackets aside: groups are divided by commas and full stops, the names of one by 、.
fn last_group(list: &str) -> Option<usize> {
    let mut depth = 0u32;
    let mut border = None;
    let kept = list.trim_end_matches(|character: char| is_break(character) || character.is_whitespace());
    for (index, character) in kept.char_indices() {
        match character {
            '(' | '（' | '[' | '［' | '〔' | '<' | '＜' | '〈' => depth += 1,
            ')' | '）' | ']' | '］' | '〕' | '>' | '＞' | '〉' => depth = depth.saturating_sub(1),
            '，' | ',' | '。' | '；' | ';' if depth == 0 => border = Some(index + character.len_utf8()),
            _ => {}
        }
    }
    border
}

/// Adds the bodies of one list. 会同 divides those that act from those that join them.
fn push_names(
    text: &str,
    span: Span,
    role: PartyRole,
    labelled: bool,
    rule: &'static Rule,
    parties: &mut Vec<PartyDraft>,
) {
    let part = slice(text, span);
    if let Some(index) = part.find("会同") {
        let joined = Span::new(span.start + index + "会同".len(), span.end);
        push_names(
            text,
            Span::new(span.start, span.start + index),
            role,
            labelled,
            rule,
            parties,
        );
        push_names(text, joined, PartyRole::Cooperating, labelled, rule, parties);
        return;
    }
    let mut role = role;
    // The end of the last name where that is a class that 各 opens.
    let mut class_end = None;
    for mut name in list::names(text, span) {
        if let Some((length, found)) = misspelt_label(slice(text, name)) {
            name.start += length;
            role = found.unwrap_or(role);
        }
        let raw = slice(text, name);
        if raw.len() > LONGEST_NAME
            || is_no_name(raw)
            || !(labelled || names::is_possible_body(raw) || names::is_post(raw))
        {
            continue;
        }
        // 各区人民政府、街道办事处: 各 holds for both.
        let carries_on = class_end.is_some_and(|end: usize| {
            slice(text, Span::new(end, name.start.max(end))).trim() == "、" && names::is_of_bare_level(raw)
        });
        let is_class = names::is_generic(raw) || carries_on;
        class_end = (raw.starts_with('各') || carries_on).then_some(name.end);
        // A class of bodies owes nothing until somebody names its members, whatever the label says; only 落实 binds each of them.
        let role = if names::is_post(raw) {
            PartyRole::LeaderPerson
        } else if role != PartyRole::Implementing && role != PartyRole::LeaderPerson && is_class {
            PartyRole::Generic
        } else {
            role
        };
        // A name that was broken over two lines is one.
        let whole: String = raw.split(['\n', '\r']).map(str::trim).collect();
        parties.push(PartyDraft {
            raw: raw.to_owned(),
            name: whole,
            role,
            span: name,
            inherited: false,
            rule: rule.code,
        });
    }
}

/// The bytes of a label that was misspelt at the head of a name (责任任单位：市财政局), and its role where its words tell it.
fn misspelt_label(name: &str) -> Option<(usize, Option<PartyRole>)> {
    // 责任单位市财政局 lacks its colon.
    if let Some((role, length)) = words::labels().begins(name)
        && !name[length..].starts_with(['：', ':', '∶'])
        && (names::is_known_office(&name[length..]) || name[length..].starts_with('各'))
    {
        return Some((length, Some(role)));
    }
    let colon = name.find(['：', ':', '∶']).filter(|at| *at <= 36)?;
    let label = &name[..colon];
    let is_label = ["单位", "部门", "主体", "领导"]
        .iter()
        .any(|word| label.ends_with(word));
    let role = match () {
        () if label.contains("牵头") => Some(PartyRole::Lead),
        () if label.contains(['配', '协']) => Some(PartyRole::Cooperating),
        () if label.contains("落实") => Some(PartyRole::Implementing),
        () if label.contains("责任") || label.contains("负责") => Some(PartyRole::Responsible),
        () => None,
    };
    let mark = name[colon..].chars().next().map_or(0, char::len_utf8);
    is_label.then_some((colon + mark, role))
}

/// Deadlines, conventions and empty marks that stand in a list where a body would.
fn is_no_name(piece: &str) -> bool {
    let first_is_digit = piece.starts_with(|character: char| character.is_ascii_digit());
    let has_period = [
        "年底",
        "月底",
        "年内",
        "长期",
        "持续推进",
        "完成时限",
        "完成时间",
        "季度",
        "半年",
    ]
    .iter()
    .any(|word| piece.contains(word));
    matches!(piece, "无" | "暂无" | "/" | "-" | "—" | "——")
        || has_period
        || names::without_bracket(piece).contains("下同")
        || (first_is_digit && piece.contains(['年', '月', '日']))
        || piece.contains("列第一位")
        || piece.contains("排名第一")
        || piece.contains("列首位")
        || piece.contains("牵头或汇总")
        || piece.contains("汇总单位")
        || piece.contains("为牵头单位")
        || piece.contains("标注为牵头")
        || piece.contains("为工作牵头")
        || piece.contains("不再列出")
        || piece.contains("不再单独列出")
}

/// Restores in `name`, which is as written until the registry resolves it, the territory mark that only the first name of a list bears: 省民政厅、卫生健康委 -> 省卫生健康委.
fn restore_elided(text: &str, parties: &mut [PartyDraft]) {
    let mut mark: Option<String> = None;
    let mut is_of_party = false;
    let mut previous_end = None;
    for party in parties {
        // Only names of one list share a mark; after a comma the next list begins.
        let joined = previous_end.is_some_and(|end: usize| {
            matches!(
                slice(text, Span::new(end, party.span.start.max(end))).trim(),
                "、" | "和" | "与" | "及" | "以及"
            )
        });
        if !joined {
            mark = None;
        }
        previous_end = Some(party.span.end);
        match (names::territory_mark(&party.raw), &mark) {
            (Some(found), _) => {
                is_of_party = party.raw[found.len()..].starts_with('委');
                mark = Some(found.to_owned());
            }
            (None, Some(found)) if is_of_party && names::is_party_office(&party.raw) => {
                party.name = format!("{found}委{}", party.name);
            }
            (None, Some(found)) if party.role != PartyRole::Generic && names::is_elided(&party.raw) => {
                party.name = format!("{found}{}", party.name);
            }
            _ => {}
        }
    }
}

/// Cuts the sentence that speaks of all later tasks from a clause: 以下任务均需各市落实,不再列出.
fn cut_stated_once(text: &str, inner: Span) -> (Span, Option<(Span, Vec<PartyDraft>)>) {
    match rules::party::stated_once::read(text, inner) {
        Some((span, parties)) => {
            let before = Span::new(inner.start, span.start);
            let kept = slice(text, before)
                .trim_end_matches(|character: char| is_break(character) || character.is_whitespace());
            (
                Span::new(before.start, before.start + kept.len()),
                Some((span, parties)),
            )
        }
        None => (trimmed(text, inner), None),
    }
}

/// The bodies of a list without label and verb, all with `role`.
pub(crate) fn plain_names(text: &str, span: Span, role: PartyRole, rule: &'static Rule) -> Vec<PartyDraft> {
    let mut parties = Vec::new();
    push_names(text, span, role, false, rule, &mut parties);
    restore_elided(text, &mut parties);
    parties
}
