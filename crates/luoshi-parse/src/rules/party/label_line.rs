//! A line that begins with a role label and a colon names the bodies of the task above it: 责任单位：市财政局、市教育局.
//!
//! Several labels may follow each other in the line, as in a bracket.

use luoshi_types::Span;

use crate::{
    parties::clause::{Clause, labelled_content},
    rules::rule,
    words,
};

rule!("party", "label-line", "label_line.rs");

/// Reads a line.
pub(crate) fn read(text: &str, line: Span) -> Option<Clause> {
    words::labels().opens(text, line.start)?;
    let content = labelled_content(text, line, &RULE);
    Some(Clause {
        span: line,
        empty: content.parties.is_empty() && content.stated_once.is_none(),
        parties: content.parties,
        stated_once: content.stated_once,
        own_line: true,
        closed: true,
        rule: &RULE,
    })
}
