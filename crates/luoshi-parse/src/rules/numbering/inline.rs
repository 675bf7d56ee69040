//! 一、, （一） or 1. in the middle of a line counts only behind a sentence end or a closed bracket and only as the next number.
//!
//! So two tasks that were typed without a line break, and whole documents on one line, are read, and （一） in a reference is not.
//! A first number in the middle of a line counts only in a document that has none of its form at the beginning of a line.

use crate::{outline::label::Rank, rules::rule, scan::Head};

rule!("numbering", "inline", "inline.rs");

/// The heads that count: all that open a line, and those in a line that continue a sequence.
pub(crate) fn accepted(heads: &[Head]) -> Vec<Head> {
    let mut has_line_heads = [false; Rank::COUNT];
    for head in heads.iter().filter(|head| head.opens_line) {
        has_line_heads[head.label.rank.index()] = true;
    }
    let mut last: [Option<u32>; Rank::COUNT] = [None; Rank::COUNT];
    let mut found = Vec::with_capacity(heads.len());
    for head in heads {
        let rank = head.label.rank.index();
        let number = head.label.number;
        let continues = last[rank].is_some_and(|before| number == before + 1);
        let begins = number == 1 && !has_line_heads[rank];
        if head.opens_line || continues || begins {
            last[rank] = Some(number);
            found.push(*head);
        }
    }
    found
}
