//! A bracket without a label whose list of bodies is followed by a verb of responsibility: （省商务厅牵头，省财政厅配合）.
//!
//! The verbs and the roles that they give stand in `words/assignments.txt`. At least one name must certainly be a body (厅, 局, 委 …),
//! so that （由企业自行负责） is not taken.

use luoshi_types::Span;

use crate::{
    parties::{
        clause::{Clause, verb_content},
        names,
    },
    rules::rule,
    scan::Bracket,
};

rule!("party", "verb-bracket", "verb_bracket.rs");

/// Reads a bracket that has no label.
pub(crate) fn read(text: &str, bracket: &Bracket, line: Span) -> Option<Clause> {
    let content = verb_content(text, bracket.inner, &RULE);
    let certain = content
        .parties
        .iter()
        .any(|party| names::is_certain_body(&party.raw) || names::is_generic(&party.raw) || names::is_post(&party.raw));
    certain.then(|| Clause {
        span: bracket.span,
        parties: content.parties,
        stated_once: content.stated_once,
        own_line: bracket.span == line,
        closed: true,
        empty: false,
        rule: &RULE,
    })
}
