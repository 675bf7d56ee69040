//! The last sentence of a line, without bracket, that begins with a role label and a colon: …。牵头单位：省财政厅；责任单位：省教育厅。
//!
//! Only a label directly behind a sentence end counts, and only in a line that has no responsibility bracket.

use luoshi_types::Span;

use crate::{
    parties::clause::{Clause, labelled_content},
    rules::rule,
    text::{char_before, is_sentence_end, skip_blanks},
    words,
};

rule!("party", "trailing-sentence", "trailing_sentence.rs");

/// Reads a line that has no responsibility bracket.
pub(crate) fn read(text: &str, line: Span) -> Option<Clause> {
    let labels = words::labels().within(text, line.start, line.end);
    let &(start, ..) = labels.iter().find(|(start, ..)| {
        let before = text[..*start].trim_end_matches([' ', '　']);
        skip_blanks(text, before.len()) == *start && char_before(text, before.len()).is_some_and(is_sentence_end)
    })?;
    let span = Span::new(start, line.end);
    let content = labelled_content(text, span, &RULE);
    (!content.parties.is_empty()).then_some(Clause {
        span,
        parties: content.parties,
        stated_once: content.stated_once,
        own_line: false,
        closed: true,
        empty: false,
        rule: &RULE,
    })
}
