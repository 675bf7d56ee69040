//! A bracket that begins with a role label and a colon names the bodies of the task before it.
//!
//! Brackets of every kind count: （） () 〔〕 [] 【】. Several labels may follow each other inside, each with its own list; a verb
//! behind a list (按职责分工负责) adds nothing, 牵头 and 配合 override the label. The labels stand in `words/labels.txt`.
//! A bracket that is not closed in its line ends with the line and is reported.

use luoshi_types::Span;

use crate::{
    parties::clause::{Clause, labelled_content},
    rules::rule,
    scan::Bracket,
};

rule!("party", "label-bracket", "label_bracket.rs");

/// Reads a bracket whose inside begins with a label.
pub(crate) fn read(text: &str, bracket: &Bracket, line: Span) -> Option<Clause> {
    let content = labelled_content(text, bracket.inner, &RULE);
    Some(Clause {
        span: bracket.span,
        empty: content.parties.is_empty() && content.stated_once.is_none(),
        parties: content.parties,
        stated_once: content.stated_once,
        own_line: bracket.span == line,
        closed: bracket.closed,
        rule: &RULE,
    })
}
