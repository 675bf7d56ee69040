//! A bracket that begins with a role label and a colon names the bodies of the task before it.
//!
//! Brackets of every kind count: （） () 〔〕 [] 【】. Several labels may follow each other inside, each with its own list; a verb
//! behind a list (按职责分工负责) adds nothing, 牵头 and 配合 override the label. The labels stand in `words/labels.txt`.
//! A bracket that is not closed in its line goes on below where its end stands there before any sentence ends; otherwise it ends with the line
//! and is reported. A label without its colon counts where a known office follows it: （责任单位县财政局）.

use luoshi_types::Span;

use crate::{
    parties::{
        clause::{Clause, Content, content_behind, labelled_content},
        list, names,
    },
    rules::rule,
    scan::Bracket,
    text::slice,
    words,
};

rule!("party", "label-bracket", "label_bracket.rs");

/// Reads a bracket whose inside begins with a label.
pub(crate) fn read(text: &str, bracket: &Bracket, line: Span) -> Option<Clause> {
    let content = match bracket.broken_label {
        Some((role, body)) => content_behind(text, Span::new(body, bracket.inner.end), role, &RULE),
        None => labelled_content(text, bracket.inner, &RULE),
    };
    Some(clause(bracket, line, content))
}

/// Reads a bracket whose label lacks its colon.
pub(crate) fn read_without_colon(text: &str, bracket: &Bracket, line: Span) -> Option<Clause> {
    let inner = slice(text, bracket.inner);
    let (role, width) = words::labels().begins(inner)?;
    let body = Span::new(bracket.inner.start + width, bracket.inner.end);
    let first = *list::names(text, body).first()?;
    if first.start != body.start || !names::is_known_office(slice(text, first)) {
        return None;
    }
    Some(clause(bracket, line, content_behind(text, body, role, &RULE)))
}

fn clause(bracket: &Bracket, line: Span, content: Content) -> Clause {
    Clause {
        span: bracket.span,
        empty: content.parties.is_empty() && content.stated_once.is_none(),
        parties: content.parties,
        stated_once: content.stated_once,
        own_line: bracket.span == line,
        closed: bracket.closed,
        rule: &RULE,
    }
}
