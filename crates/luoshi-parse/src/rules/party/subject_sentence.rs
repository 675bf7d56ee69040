//! A sentence that begins with known offices and says that they lead, are responsible or act together with others: 市统计局会同有关部门做好监测.
//!
//! It counts only in a task that nobody is assigned to in any other form. Before 会同 and 负责 stand responsible bodies, before 牵头 those that
//! lead; behind 会同 stand cooperating ones. Kinds of offices (税务部门) and sentences about who explains the document (由市统计局负责解释) do not
//! count, nor do offices that something else is done by or to.

use luoshi_types::{PartyRole, Span};

use crate::{
    model::PartyDraft,
    parties::{
        clause::{Clause, NOUNS_OF_ROLES, plain_names, verb_content},
        list, names,
    },
    rules::rule,
    text::{ahead, is_break, is_sentence_end, slice},
    words,
};

rule!("party", "subject-sentence", "subject_sentence.rs");

/// Characters in which the subject and its verb are looked for.
const LONGEST_SUBJECT: usize = 60;

/// Characters of the longest list behind 会同.
const LONGEST_JOINED: usize = 60;

const TOGETHER: &str = "会同";

/// Reads a sentence of a task that names nobody else.
pub(crate) fn read(text: &str, sentence: Span) -> Option<Clause> {
    let whole = slice(text, sentence);
    let start = sentence.start + if whole.starts_with('由') { '由'.len_utf8() } else { 0 };
    if whole.contains("解释") || whole.contains("解读") {
        return None;
    }
    let limit = sentence.end.max(start);
    let head = ahead(slice(text, Span::new(start, limit)), 0, LONGEST_SUBJECT, |character| {
        is_break(character) && character != '、'
    });
    let (at, verb, role) = [
        (TOGETHER, PartyRole::Responsible),
        ("牵头", PartyRole::Lead),
        ("负责", PartyRole::Responsible),
    ]
    .into_iter()
    .filter_map(|(verb, role)| head.find(verb).map(|at| (at, verb, role)))
    .min_by_key(|found| found.0)?;
    let subject = Span::new(start, start + at);
    let offices = list::names(text, subject);
    if offices.is_empty() || !offices.iter().all(|name| names::is_known_office(slice(text, *name))) {
        return None;
    }
    let behind = subject.end + verb.len();
    let rest = slice(text, Span::new(behind, limit));
    if verb != TOGETHER && NOUNS_OF_ROLES.iter().any(|noun| rest.starts_with(noun)) {
        return None;
    }
    if let Some(parties) = whole_sentence(text, Span::new(start, limit)) {
        return Some(clause(Span::new(sentence.start, limit), parties));
    }
    let mut parties = plain_names(text, subject, role, &RULE);
    let joined = if verb == TOGETHER {
        joined(text, Span::new(behind, limit))
    } else {
        let bare = rest.trim_start_matches(['，', ',']);
        bare.strip_prefix(TOGETHER)
            .and_then(|list| joined(text, Span::new(limit - list.len(), limit)))
    };
    if let Some(span) = joined {
        parties.extend(plain_names(text, span, PartyRole::Cooperating, &RULE));
    }
    let end = parties.last()?.span.end;
    Some(clause(Span::new(sentence.start, end), parties))
}

/// The bodies of a sentence that says nothing but who does what: 由县水利局牵头，县财政局配合，各乡政府负责落实。
fn whole_sentence(text: &str, sentence: Span) -> Option<Vec<PartyDraft>> {
    let bare = slice(text, sentence).trim_end_matches(is_sentence_end);
    let span = Span::new(sentence.start, sentence.start + bare.len());
    let ends_with_verb = |part: &str| {
        words::assignments()
            .within(part, 0, part.len())
            .last()
            .is_some_and(|verb| verb.end == part.len())
    };
    if !bare.split(['，', ',']).all(ends_with_verb) {
        return None;
    }
    let parties = verb_content(text, span, &RULE).parties;
    (!parties.is_empty()).then_some(parties)
}

fn clause(span: Span, parties: Vec<PartyDraft>) -> Clause {
    Clause {
        span,
        parties,
        stated_once: None,
        own_line: false,
        closed: true,
        empty: false,
        rule: &RULE,
    }
}

/// The list that `span` begins with: it ends with the first body behind which no other one is joined on.
fn joined(text: &str, span: Span) -> Option<Span> {
    let rest = ahead(slice(text, span), 0, LONGEST_JOINED, |character| {
        is_break(character) && character != '、'
    });
    rest.char_indices()
        .map(|(index, character)| index + character.len_utf8())
        .filter(|&end| {
            let goes_on = rest[end..].starts_with(['、', '和', '与', '及', '等']);
            !goes_on && rest[..end].ends_with(['门', '位', '局', '厅', '委', '办', '构', '府', '会'])
        })
        .map(|end| Span::new(span.start, span.start + end))
        .find(|list| {
            let found = list::names(text, *list);
            let is_body = |name: &Span| {
                let raw = slice(text, *name);
                names::is_generic(raw) && names::is_certain_body(raw) || names::is_known_office(raw)
            };
            !found.is_empty() && found.iter().all(is_body)
        })
}
