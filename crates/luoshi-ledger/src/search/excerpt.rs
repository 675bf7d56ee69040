//! The passage of a hit that is shown, with the words of the query marked on whole characters. How a mark looks is the page's part.

use std::cmp::Reverse;

use unicode_normalization::char::is_combining_mark;

use super::{
    fold::{fold_into, is_unseen},
    query::SearchQuery,
};

/// Characters shown before the first word that is found.
const BEFORE: usize = 24;
/// Characters shown after the beginning of that word.
const AFTER: usize = 72;

/// Places of one word that are looked at for the best passage.
const MOST_PLACES: usize = 50;

/// A stretch of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcerptPart {
    /// The text.
    pub text: String,
    /// Whether the query asked for it.
    pub is_match: bool,
}

/// A passage with its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The passage, cut where marks begin and end.
    pub parts: Vec<ExcerptPart>,
    /// Whether the text begins before it.
    pub is_cut_before: bool,
    /// Whether the text goes on after it.
    pub is_cut_after: bool,
    /// Where in the text the first word begins that was found, in characters.
    pub position: usize,
}

/// The passage where most words of the query stand together, the first such; none where no word does.
pub fn excerpt(text: &str, query: &SearchQuery) -> Option<Excerpt> {
    let characters: Vec<char> = text.chars().collect();
    let (marks, places) = marks(text, &characters, query);
    let words_from = |start: usize| {
        let near = places
            .iter()
            .filter(|(place, _)| (start..start + AFTER).contains(place));
        let mut words: Vec<usize> = near.map(|(_, word)| *word).collect();
        words.sort_unstable();
        words.dedup();
        words.len()
    };
    let position = places
        .iter()
        .take(MOST_PLACES)
        .map(|(place, _)| *place)
        .min_by_key(|place| (Reverse(words_from(*place)), *place))?;
    let mut start = position.saturating_sub(BEFORE);
    // A passage begins with a character, not with the accent of one or with the space of a line break.
    while start < position
        && characters
            .get(start)
            .is_some_and(|character| hangs_on(*character) || character.is_whitespace())
    {
        start += 1;
    }
    let mut end = (position + AFTER).min(characters.len());
    while end < characters.len() && (hangs_on(characters[end]) || marks[end] && marks[end - 1]) {
        end += 1;
    }
    Some(Excerpt {
        parts: parts(&characters[start..end], &marks[start..end]),
        is_cut_before: characters[..start].iter().any(|character| !character.is_whitespace()),
        is_cut_after: characters[end..].iter().any(|character| !character.is_whitespace()),
        position,
    })
}

/// The whole text with its marks.
pub fn marked(text: &str, query: &SearchQuery) -> Vec<ExcerptPart> {
    let characters: Vec<char> = text.chars().collect();
    let (marks, _) = marks(text, &characters, query);
    parts(&characters, &marks)
}

/// Whether each character belongs to a word of the query; and where words begin, with the number of the word, a few of each word.
fn marks(text: &str, characters: &[char], query: &SearchQuery) -> (Vec<bool>, Vec<(usize, usize)>) {
    let mut folded = String::with_capacity(text.len());
    // For each byte of the folded text the character that it came from: a word is then found by bytes, which is quick.
    let mut origins: Vec<usize> = Vec::with_capacity(text.len());
    fold_into(text, &mut |character, origin| {
        folded.push(character);
        origins.resize(folded.len(), origin);
    });
    let mut marks = vec![false; characters.len()];
    let mut places = Vec::new();
    for (number, word) in query.words().enumerate() {
        let mut from = 0;
        let mut count = 0;
        while let Some(found) = folded.get(from..).and_then(|rest| rest.find(word)) {
            let begin = from + found;
            let last = origins[begin + word.len() - 1];
            if count < MOST_PLACES {
                places.push((origins[begin], number));
                count += 1;
            }
            marks[origins[begin]..=last].fill(true);
            for (mark, character) in marks.iter_mut().zip(characters).skip(last + 1) {
                if !hangs_on(*character) {
                    break;
                }
                *mark = true;
            }
            // The next place may overlap this one.
            from = begin + folded[begin..].chars().next().map_or(1, char::len_utf8);
        }
    }
    (marks, places)
}

/// Whether a character is part of the one before it.
fn hangs_on(character: char) -> bool {
    is_combining_mark(character) || is_unseen(character)
}

fn parts(characters: &[char], marks: &[bool]) -> Vec<ExcerptPart> {
    let mut parts: Vec<ExcerptPart> = Vec::new();
    for (character, is_match) in characters.iter().zip(marks) {
        match parts.last_mut() {
            Some(part) if part.is_match == *is_match => part.text.push(*character),
            _ => parts.push(ExcerptPart {
                text: character.to_string(),
                is_match: *is_match,
            }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[ExcerptPart]) -> String {
        parts
            .iter()
            .map(|part| {
                if part.is_match {
                    format!("[{}]", part.text)
                } else {
                    part.text.clone()
                }
            })
            .collect()
    }

    #[track_caller]
    fn check(text: &str, typed: &str, expected: &str) {
        let query = SearchQuery::read(typed).unwrap();
        assert_eq!(shown(&marked(text, &query)), expected);
    }

    #[test]
    fn every_place_is_marked_on_whole_characters() {
        check("粮食产量，粮食安全", "粮食", "[粮食]产量，[粮食]安全");
        check("ＧＤＰ增长８％", "gdp 8%", "[ＧＤＰ]增长[８％]");
        check("建设60㎡以上", "0m", "建设6[0㎡]以上");
        check("高标准\n农田", "标准农", "高[标准\n农]田");
        check("哈哈哈", "哈哈", "[哈哈哈]");
        check("cafe\u{301}s", "cafe", "[cafe\u{301}]s");
        check("没有", "粮食", "没有");
    }

    #[test]
    fn marks_hold_the_text_as_it_is() {
        check("a<b>&amp;", "<b", "a[<b]>&amp;");
        check("👩\u{200d}👧在家", "👩\u{200d}👧", "[👩\u{200d}👧]在家");
    }

    #[test]
    fn a_passage_has_its_surroundings() {
        let query = SearchQuery::read("农田").unwrap();
        let text = format!("{}农田{}", "前".repeat(50), "后".repeat(100));
        let passage = excerpt(&text, &query).unwrap();
        assert_eq!(
            shown(&passage.parts),
            format!("{}[农田]{}", "前".repeat(24), "后".repeat(70))
        );
        assert!(passage.is_cut_before && passage.is_cut_after);
        assert_eq!(passage.position, 50);
        let short = excerpt("  农田  ", &query).unwrap();
        assert!(!short.is_cut_before && !short.is_cut_after);
        assert_eq!(excerpt("水利", &query), None);
    }

    #[test]
    fn a_passage_is_where_most_words_stand_together() {
        let query = SearchQuery::read("农田 水利").unwrap();
        let text = format!("水利。{}农田和水利。", "后".repeat(100));
        assert_eq!(excerpt(&text, &query).unwrap().position, 103);
        assert_eq!(excerpt("水利水利", &query).unwrap().position, 0);
    }
}
