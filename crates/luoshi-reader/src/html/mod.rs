//! Pages of HTML, as sites publish them and as word processors save them.
//!
//! Read is what a browser shows in the page itself: paragraphs, headings, lists with their numbers, tables. Navigation, scripts, forms,
//! hidden parts and what a site puts around its article are left out. Style sheets are not applied: only what stands in the element itself counts.

mod charset;
mod furniture;
mod grid;
mod list;
mod page;
mod tree;

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use self::{page::Page, tree::Tree};
use crate::{Limits, assembly::Assembly, error::ReadError, unreadable};

/// Attributes of one element are compared with each other while they are read, so that very many of them cost their square.
const MOST_ATTRIBUTES: usize = 4096;

/// Reads a page.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Document {
    let decoded = charset::decode(bytes);
    let mut out = Assembly::new(limits);
    let mut errors = Vec::new();
    let mut deletions = 0;
    if has_overlong_tag(&decoded.text) {
        errors.push(ReadError::Expansion {
            limit: MOST_ATTRIBUTES as u64,
            what: "attributes",
        });
    } else {
        let (tree, outcome) = Tree::parse(&decoded.text, limits);
        errors.extend(outcome.err());
        let mut page = Page::new(&tree, &mut out);
        errors.extend(page.read().err());
        deletions = page.deletions;
    }
    if out.is_empty() && errors.is_empty() {
        return unreadable(SourceFormat::Html, DiagnosticCode::EmptyFile);
    }
    for error in errors {
        out.diagnose(error.diagnostic());
    }
    for diagnostic in decoded.diagnostics() {
        out.diagnose(diagnostic);
    }
    if deletions > 0 {
        out.diagnose(Diagnostic::new(DiagnosticCode::TrackedChanges, Span::default()).with("count", deletions));
    }
    out.finish(SourceFormat::Html)
}

/// Whether a start tag has more attributes than any honest page.
fn has_overlong_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut index = 0;
    while let Some(offset) = bytes
        .get(index..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'<'))
    {
        index += offset + 1;
        if !bytes.get(index).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut quote = None;
        let mut gaps = 0;
        let mut after_equals = false;
        while let Some(byte) = bytes.get(index) {
            index += 1;
            match (quote, byte) {
                (Some(open), close) if open == close => quote = None,
                (Some(_), _) => {}
                (None, b'>') => break,
                (None, b'"' | b'\'') if after_equals => quote = Some(byte),
                (None, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' | b'"' | b'\'') => gaps += 1,
                (None, _) => {}
            }
            after_equals = *byte == b'=' || (after_equals && byte.is_ascii_whitespace());
            if gaps > MOST_ATTRIBUTES {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_overlong_tags_only() {
        let many: String = (0..5000).map(|index| format!(" a{index}")).collect();
        assert!(has_overlong_tag(&format!("<p{many}>")));
        assert!(has_overlong_tag(&format!("<p{}>", many.replace(' ', "/"))));
        assert!(has_overlong_tag(&format!("<p{many}")));
        assert!(!has_overlong_tag(&format!("<p>{many}</p><p title='{many}'>")));
        assert!(!has_overlong_tag(&format!("< {many}")));
    }
}
