//! A multiple in words: 翻一番, 翻番, 减半. It has no value of its own, because the base is not in the sentence.

use crate::rules::rule;

rule!("target", "fold", "fold.rs");

/// Whether a phrase of `words/states.txt` is a multiple.
pub(crate) fn is_fold(phrase: &str) -> bool {
    phrase.starts_with('翻') || phrase == "减半"
}
