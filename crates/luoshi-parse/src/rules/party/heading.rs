//! A heading that names a person or a body instead of a theme: 一、王某副市长主抓重点工作, （一）市审计局牵头的工作.
//!
//! A heading may have two roles: 市民政局牵头、市财政局配合的工作. The person is leader, the body leads or is responsible, for every task below the heading; a task that names bodies of its own keeps
//! them. A bracket or label line that belongs to the heading itself (一、农业（牵头领导：张某）) speaks for its tasks in the same way.

use luoshi_types::{PartyRole, Span};

use crate::{
    model::PartyDraft,
    parties::{clause::Clause, list, names},
    rules::rule,
    text::slice,
};

rule!("party", "heading", "heading.rs");

/// Titles of office behind or in a person's name.
const OFFICES: &[&str] = &[
    "副省长",
    "省长",
    "副市长",
    "市长",
    "副县长",
    "县长",
    "副区长",
    "区长",
    "副州长",
    "州长",
    "副主席",
    "主席",
    "副书记",
    "书记",
    "副秘书长",
    "秘书长",
    "副主任",
    "主任",
    "常委",
    "部长",
    "同志",
    "副专员",
    "专员",
    "副盟长",
    "盟长",
    "副旗长",
    "旗长",
];

/// Words that say that the heading speaks of responsibility, and the role of a body before them.
const VERBS: &[(&str, PartyRole)] = &[
    ("主抓", PartyRole::Lead),
    ("牵头", PartyRole::Lead),
    ("分管", PartyRole::Responsible),
    ("负责", PartyRole::Responsible),
    ("领衔", PartyRole::Lead),
    ("承办", PartyRole::Responsible),
    ("承担", PartyRole::Responsible),
    ("主办", PartyRole::Lead),
    ("配合", PartyRole::Cooperating),
    ("协办", PartyRole::Cooperating),
    ("协同", PartyRole::Cooperating),
];

/// Longest heading of the kind in bytes.
const LONGEST: usize = 120;

/// The persons or bodies that a heading's title names.
fn read(text: &str, title: Span) -> Vec<PartyDraft> {
    let words = slice(text, title);
    if words.len() > LONGEST {
        return Vec::new();
    }
    let mut parties = Vec::new();
    let mut start = 0;
    // 市民政局牵头、市财政局配合的工作: each verb has the bodies before it.
    while let Some((at, verb, role)) = next_verb(&words[start..]) {
        let before = Span::new(title.start + start, title.start + start + at);
        let Some(found) = bodies(text, before, role) else {
            // Behind the first bodies the heading may speak of what they do: 市财政局牵头、各方配合的工作.
            return parties;
        };
        parties.extend(found);
        let behind = start + at + verb.len();
        let goes_on = words[behind..].trim_start_matches("负责");
        if !goes_on.starts_with(['、', '，', ',']) {
            break;
        }
        start = words.len() - goes_on.len();
    }
    parties
}

/// The first verb of `words`: where it stands, and its role.
fn next_verb(words: &str) -> Option<(usize, &'static str, PartyRole)> {
    VERBS
        .iter()
        .filter_map(|(verb, role)| words.find(verb).map(|at| (at, *verb, *role)))
        .min_by_key(|(at, ..)| *at)
}

/// The persons or bodies of one list; none where something in it is neither.
fn bodies(text: &str, before: Span, role: PartyRole) -> Option<Vec<PartyDraft>> {
    let mut parties = Vec::new();
    for name in list::names(text, before) {
        let raw = slice(text, name);
        let office = OFFICES
            .iter()
            .filter_map(|office| raw.find(office).map(|at| (at, office.len())))
            .min();
        let found = match office {
            // 王某副市长 and 副市长王某 name the person; 分管副市长 alone names the office.
            Some((at, length)) if raw.len() > length => {
                let rest = if at > 0 { &raw[..at] } else { &raw[length..] };
                let rest_start = if at > 0 { name.start } else { name.start + length };
                let rest = rest.trim_end_matches(['（', '(']);
                let is_person = (2..=4).contains(&rest.chars().filter(|character| !character.is_whitespace()).count())
                    && !rest.contains(['省', '市', '县', '区', '州']);
                is_person.then(|| (Span::new(rest_start, rest_start + rest.len()), PartyRole::LeaderPerson))
            }
            Some(_) => None,
            None if names::is_certain_body(raw) || names::is_generic(raw) => Some((name, role)),
            None => None,
        };
        let (span, role) = found?;
        let raw = slice(text, span);
        let shown: String = raw.chars().filter(|character| !character.is_whitespace()).collect();
        parties.push(PartyDraft {
            name: if role == PartyRole::LeaderPerson {
                shown
            } else {
                raw.to_owned()
            },
            raw: raw.to_owned(),
            role,
            span,
            inherited: true,
            rule: RULE.code,
        });
    }
    Some(parties)
}

/// The clause that a heading is where its title names persons or bodies.
pub(crate) fn clause(text: &str, title: Span) -> Option<Clause> {
    let parties = read(text, title);
    (!parties.is_empty()).then_some(Clause {
        span: title,
        parties,
        stated_once: None,
        own_line: true,
        closed: true,
        empty: false,
        rule: &RULE,
    })
}
