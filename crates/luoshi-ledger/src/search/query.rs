//! What a person typed, as the words that have to be found. Every sign is a plain character here: no operator, no wildcard, no quotation.

use super::{fold::fold, term::pairs};

/// The longest query, in characters.
pub const LONGEST_QUERY: usize = 100;

/// Words that all have to be found, each as it stands, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    words: Vec<String>,
}

/// Why a query is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SearchRefusal {
    /// There is nothing in it.
    #[error("nothing was asked for")]
    Empty,
    /// No word has two characters. One character stands in most texts, so an index of single ones would be large and tell nothing.
    #[error("no word of the query has two characters")]
    TooShort,
    /// It has more than a hundred characters.
    #[error("the query is too long")]
    TooLong,
}

impl SearchRefusal {
    /// Every refusal.
    pub const ALL: [SearchRefusal; 3] = [SearchRefusal::Empty, SearchRefusal::TooShort, SearchRefusal::TooLong];

    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            SearchRefusal::Empty => "empty",
            SearchRefusal::TooShort => "too_short",
            SearchRefusal::TooLong => "too_long",
        }
    }
}

impl SearchQuery {
    /// Reads what was typed: words set apart by white space. A word of one character counts where another one is longer.
    ///
    /// # Errors
    /// A [`SearchRefusal`], which says what to type instead.
    pub fn read(typed: &str) -> Result<Self, SearchRefusal> {
        if typed.chars().nth(LONGEST_QUERY).is_some() {
            return Err(SearchRefusal::TooLong);
        }
        let mut words: Vec<String> = Vec::new();
        for word in typed.split(|character: char| character.is_whitespace() || character.is_control()) {
            let word = fold(word);
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        if words.is_empty() {
            return Err(SearchRefusal::Empty);
        }
        if words.iter().all(|word| pairs(word).next().is_none()) {
            return Err(SearchRefusal::TooShort);
        }
        Ok(Self { words })
    }

    /// The words, folded.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The pairs of characters that every text has in which the words are found; at least one, without repetition.
    pub fn pairs(&self) -> Vec<[char; 2]> {
        let mut all: Vec<[char; 2]> = self.words.iter().flat_map(|word| pairs(word)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Result<&[&str], SearchRefusal>) {
        let read = SearchQuery::read(typed);
        let words = read
            .as_ref()
            .map(|query| query.words().collect::<Vec<_>>())
            .map_err(|refusal| *refusal);
        assert_eq!(words, expected.map(<[&str]>::to_vec), "{typed:?}");
    }

    #[test]
    fn words_are_set_apart_by_white_space() {
        check("粮食　能耗\n粮食", Ok(&["粮食", "能耗"]));
        check("ＧＤＰ gdp", Ok(&["gdp"]));
        check("水 农田", Ok(&["水", "农田"]));
        check("（一）", Ok(&["(一)"]));
    }

    #[test]
    fn what_cannot_be_carried_out_says_why() {
        check("", Err(SearchRefusal::Empty));
        check(" \u{200b}\u{3000}\0", Err(SearchRefusal::Empty));
        check("水", Err(SearchRefusal::TooShort));
        check("水 电 5", Err(SearchRefusal::TooShort));
        check(&"长".repeat(101), Err(SearchRefusal::TooLong));
        assert!(SearchQuery::read(&"长".repeat(100)).is_ok());
    }

    #[test]
    fn operators_of_other_engines_are_characters() {
        check("粮食 OR \"能耗\"*", Ok(&["粮食", "or", "\"能耗\"*"]));
        check("NEAR(粮食 -能耗 %_'; drop", Ok(&["near(粮食", "-能耗", "%_';", "drop"]));
        check("。，、", Ok(&["。,、"]));
    }

    #[test]
    fn a_long_word_asks_for_all_its_pairs() {
        let query = SearchQuery::read("高标准农田 标准").unwrap();
        assert_eq!(query.pairs(), [['农', '田'], ['准', '农'], ['标', '准'], ['高', '标']]);
    }
}
