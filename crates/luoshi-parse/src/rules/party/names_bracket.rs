//! A bracket at the end of a line with nothing but names of bodies: （省财政厅、省教育厅）. The bodies are responsible.
//!
//! Every name must certainly be a body and there must be a full stop before the bracket, or two names at least:
//! 市商务局（市粮食局） is one body with its second name.

use luoshi_types::{PartyRole, Span};

use crate::{
    parties::{
        clause::{Clause, plain_names},
        list, names,
    },
    rules::rule,
    scan::Bracket,
    text::{char_before, is_sentence_end, slice},
};

rule!("party", "names-bracket", "names_bracket.rs");

/// Bytes of the longest bracket that is looked into.
const LONGEST: usize = 1_500;

/// Reads a bracket at the end of its line.
pub(crate) fn read(text: &str, bracket: &Bracket, line: Span) -> Option<Clause> {
    if bracket.span.end != line.end || bracket.inner.len() > LONGEST {
        return None;
    }
    let pieces = list::names(text, bracket.inner);
    let all_bodies = !pieces.is_empty() && pieces.iter().all(|piece| names::is_certain_body(slice(text, *piece)));
    let behind_sentence = char_before(text, bracket.span.start).is_some_and(is_sentence_end);
    (all_bodies && (behind_sentence || pieces.len() > 1)).then(|| Clause {
        span: bracket.span,
        parties: plain_names(text, bracket.inner, PartyRole::Responsible, &RULE),
        stated_once: None,
        own_line: bracket.span == line,
        closed: true,
        empty: false,
        rule: &RULE,
    })
}
