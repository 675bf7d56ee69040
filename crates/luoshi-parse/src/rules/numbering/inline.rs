//! 一、, 第一条, （一） or 1. in the middle of a line counts only behind a sentence end or a closed bracket and only as the next number.
//!
//! So two tasks that were typed without a line break, and whole documents on one line, are read, and （一） in a reference is not.
//! A first number in the middle of a line counts only in a document that has none of its form at the beginning of a line.
//! The title of a heading may run into the first number below it without any mark (一、稳住基本盘（一）抓好春耕。); that number counts if it
//! is of the next smaller form, is the next one, and belongs to no reference (第（一）项).

use crate::{
    outline::label::{Rank, label_at},
    rules::rule,
    scan::Head,
    text::{char_at, char_before, is_sentence_end, slice},
};
use luoshi_types::Span;

rule!("numbering", "inline", "inline.rs");

/// Characters of the longest heading that a number below it may follow without a mark.
const LONGEST_HEADING: usize = 60;

/// Characters of the shortest one.
const SHORTEST_HEADING: usize = 4;

/// The numbers that were accepted so far.
struct Sequence {
    has_line_heads: [bool; Rank::COUNT],
    last: [Option<u32>; Rank::COUNT],
}

impl Sequence {
    fn is_next(&self, rank: Rank, number: u32) -> bool {
        let rank = rank.index();
        let continues = self.last[rank].is_some_and(|before| number == before + 1);
        continues || (number == 1 && !self.has_line_heads[rank])
    }
}

/// The heads that count: all that open a line, those in a line that continue a sequence, and those behind the title of a heading.
pub(crate) fn accepted(text: &str, heads: &[Head]) -> Vec<Head> {
    let mut sequence = Sequence {
        has_line_heads: [false; Rank::COUNT],
        last: [None; Rank::COUNT],
    };
    let has_bare_second = heads
        .iter()
        .any(|head| is_bare_article(text, head) && head.label.number == 2);
    for head in heads.iter().filter(|head| head.opens_line) {
        sequence.has_line_heads[head.label.rank.index()] = true;
    }
    let mut found: Vec<Head> = Vec::with_capacity(heads.len());
    for (index, head) in heads.iter().enumerate() {
        if !head.opens_line && !sequence.is_next(head.label.rank, head.label.number) {
            continue;
        }
        if is_bare_article(text, head) {
            let continues = sequence.last[Rank::Article.index()].is_some_and(|before| head.label.number == before + 1);
            let begins = head.label.number == 1 && has_bare_second;
            if !continues && !begins {
                continue;
            }
        }
        sequence.last[head.label.rank.index()] = Some(head.label.number);
        found.push(*head);
        let limit = heads.get(index + 1).map_or(text.len(), |next| next.label.span.start);
        if let Some(below) = behind_title(text, head, limit, &sequence) {
            sequence.last[below.label.rank.index()] = Some(below.label.number);
            found.push(below);
        }
    }
    found
}

/// Whether nothing stands between 第三条 and its text; it may be an ordinal (第三条高速公路) then.
fn is_bare_article(text: &str, head: &Head) -> bool {
    head.label.rank == Rank::Article && head.opens_line && label_at(text, head.label.span.start).is_none()
}

/// The first number below a heading that stands directly behind its title, in the same line and without a mark between.
fn behind_title(text: &str, head: &Head, limit: usize, sequence: &Sequence) -> Option<Head> {
    if !matches!(head.label.rank, Rank::ChineseComma | Rank::BracketedChinese) {
        return None;
    }
    let start = head.label.body;
    let rest = slice(text, Span::new(start, limit.max(start)));
    for (count, (offset, character)) in rest.char_indices().enumerate() {
        if count > LONGEST_HEADING || is_sentence_end(character) || matches!(character, '：' | ':') {
            return None;
        }
        let may_open = matches!(character, '（' | '(') || character.is_ascii_digit();
        if count < SHORTEST_HEADING || !may_open {
            continue;
        }
        let at = start + offset;
        let Some(label) = label_at(text, at) else { continue };
        let is_below = match head.label.rank {
            Rank::ChineseComma => matches!(label.rank, Rank::BracketedChinese | Rank::ArabicPoint),
            _ => label.rank == Rank::ArabicPoint,
        };
        let before = char_before(text, at);
        // 第（一）项 refers to a number; 3.1. is the end of another one.
        let is_reference = matches!(before, Some('第' | '本' | '、' | '和' | '至' | '.' | '．'))
            || before.is_some_and(|character| character.is_ascii_digit())
            || matches!(
                char_at(text, label.body),
                Some('项' | '款' | '条' | '点' | '目' | '、' | '至' | '和')
            );
        if is_below && !is_reference && sequence.is_next(label.rank, label.number) {
            return Some(Head {
                label,
                opens_line: false,
            });
        }
    }
    None
}
