//! How a text is compared: width, case and white space are folded, and nothing else is.
//!
//! - A character is taken apart by its compatibility decomposition (Unicode Standard Annex 15), so that full-width letters, digits and
//!   punctuation equal the narrow ones, `㎡` equals `m2`, and a radical that a PDF holds for a character equals that character. No Chinese
//!   character becomes another one: simplified and traditional forms stay apart.
//! - Letters are made small.
//! - White space counts between two letters or digits that are not Chinese, as one space; elsewhere it vanishes, so that a word that a line
//!   break or a typesetter's space has divided is whole again.
//! - Characters that nobody sees, such as a soft hyphen, vanish.
//! - Punctuation stays: 粮食能耗 is not found in 粮食、能耗.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The text as it is compared.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut |character, _| folded.push(character));
    folded
}

/// Gives each character of the folded text to `emit`, with the index of the character that it came from.
pub(super) fn fold_into(text: &str, emit: &mut dyn FnMut(char, usize)) {
    let mut folding = Folding {
        emit,
        before: None,
        gap: false,
    };
    for (index, character) in text.chars().enumerate() {
        match character {
            // Most of what is folded: nothing has to be looked up for it.
            '\u{4e00}'..='\u{9fff}' => folding.take(character, index),
            _ if is_unseen(character) => {}
            _ if is_space(character) => folding.gap = true,
            '!'..='~' => folding.take(character.to_ascii_lowercase(), index),
            _ => decompose_compatible(character, |part| {
                for small in part.to_lowercase() {
                    if is_space(small) {
                        folding.gap = true;
                    } else {
                        folding.take(small, index);
                    }
                }
            }),
        }
    }
}

struct Folding<'e> {
    emit: &'e mut dyn FnMut(char, usize),
    /// The last letter, digit or sign, whatever accents follow it.
    before: Option<char>,
    /// Whether white space was left out since.
    gap: bool,
}

impl Folding<'_> {
    fn take(&mut self, character: char, index: usize) {
        if std::mem::take(&mut self.gap) && self.before.is_some_and(is_spaced) && is_spaced(character) {
            (self.emit)(' ', index);
        }
        (self.emit)(character, index);
        if !is_combining_mark(character) {
            self.before = Some(character);
        }
    }
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Whether words of this character's script are set apart by spaces.
fn is_spaced(character: char) -> bool {
    character.is_alphanumeric()
        && !matches!(character, '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Characters without a shape of their own: joiners, marks of direction, selectors of variants, soft hyphens.
pub(super) fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected, "{text:?}");
    }

    #[test]
    fn width_and_case_are_folded() {
        check("（一）ＧＤＰ增长８％", "(一)gdp增长8%");
        check("①５Ｇ基站", "15g基站");
        check("60㎡、25℃", "60m2、25°c");
        check("ﬁnal Straße", "final straße");
        check("ｶﾞ", "ガ".nfkd_for_test().as_str());
    }

    #[test]
    fn chinese_characters_stay_what_they_are() {
        check("粮食與糧食", "粮食與糧食");
        check("《政府工作报告》“十四五”", "《政府工作报告》“十四五”");
        // Radicals that a PDF reader left for characters, and a compatibility form.
        check("⼯⽅⽣⾯", "工方生面");
        check("\u{f9d1}", "六");
    }

    #[test]
    fn white_space_counts_between_latin_words_alone() {
        check("高标准\n　农田", "高标准农田");
        check("完成 300 亿元", "完成300亿元");
        check("state \t owned  CO2", "state owned co2");
        check("GB 9704", "gb 9704");
        check("  前 后  ", "前后");
        check("甲。 乙", "甲。乙");
        check("café au", "cafe\u{301} au");
    }

    #[test]
    fn what_nobody_sees_vanishes() {
        check("粮\u{200b}食\u{feff}\u{ad}", "粮食");
        check("a\0b", "a b");
        check("葛\u{e0100}", "葛");
    }

    #[test]
    fn folding_again_changes_nothing() {
        for character in '\0'..=char::MAX {
            let folded = fold(&format!("a{character}b"));
            assert_eq!(fold(&folded), folded, "{character:?}");
        }
    }

    trait Decomposed {
        fn nfkd_for_test(&self) -> String;
    }

    impl Decomposed for str {
        fn nfkd_for_test(&self) -> String {
            unicode_normalization::UnicodeNormalization::nfkd(self).collect()
        }
    }
}
