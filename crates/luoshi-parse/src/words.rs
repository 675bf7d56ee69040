//! The word tables of `words/`, compiled into automata once. It does not say what a word means for a sentence; the rules do.

use std::{collections::HashSet, sync::LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, StartKind};
use daachorse::charwise::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use luoshi_types::PartyRole;

use crate::text::{char_at, skip_blanks};

/// Words of a table from which on it is searched by characters: the automaton that does so is two to three times as fast on Chinese and
/// three hundred kilobytes larger, which small tables never pay back.
const MANY: usize = 48;

/// Words with a value each, found at a place (longest first) or searched for from left to right.
pub(crate) struct WordTable<T> {
    /// Goes from byte to byte, and can be asked at one place only.
    bytes: Option<AhoCorasick>,
    /// Goes from character to character; searches only.
    characters: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    values: Vec<T>,
}

/// A word of a table in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit<T> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: T,
}

impl<T: Copy> WordTable<T> {
    /// A table that is looked up at places and searched for.
    pub(crate) fn new(entries: Vec<(&str, T)>) -> Self {
        Self {
            bytes: by_bytes(&entries),
            characters: (entries.len() >= MANY).then(|| by_characters(&entries)).flatten(),
            values: values(&entries),
        }
    }

    /// A table that is only looked up at places.
    pub(crate) fn for_lookup(entries: Vec<(&str, T)>) -> Self {
        Self {
            bytes: by_bytes(&entries),
            characters: None,
            values: values(&entries),
        }
    }

    /// A table that is only searched for.
    pub(crate) fn for_search(entries: Vec<(&str, T)>) -> Self {
        if entries.len() < MANY {
            return Self::for_lookup(entries);
        }
        Self {
            bytes: None,
            characters: by_characters(&entries),
            values: values(&entries),
        }
    }

    /// The longest word that starts at byte `at`.
    pub(crate) fn at(&self, text: &str, at: usize) -> Option<Hit<T>> {
        let automaton = self.bytes.as_ref()?;
        if at > text.len() {
            return None;
        }
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        let found = automaton.try_find(input).ok().flatten()?;
        Some(Hit {
            start: found.start(),
            end: found.end(),
            value: self.values[found.pattern().as_usize()],
        })
    }

    /// The words inside `start..end`, leftmost first and longest among those that start together.
    pub(crate) fn within<'a>(&'a self, text: &'a str, start: usize, end: usize) -> impl Iterator<Item = Hit<T>> + 'a {
        let part = text.get(start..end.min(text.len())).unwrap_or_default();
        let hit = move |from: usize, to: usize, index: usize| Hit {
            start: start + from,
            end: start + to,
            value: self.values[index],
        };
        let bytes = self.bytes.iter().filter(|_| self.characters.is_none());
        bytes
            .flat_map(move |automaton| automaton.find_iter(part))
            .map(move |found| hit(found.start(), found.end(), found.pattern().as_usize()))
            .chain(
                self.characters
                    .iter()
                    .flat_map(move |automaton| automaton.leftmost_find_iter(part))
                    .map(move |found| hit(found.start(), found.end(), found.value() as usize)),
            )
    }

    #[cfg(test)]
    pub(crate) fn is_compiled(&self) -> bool {
        (self.bytes.is_some() || self.characters.is_some()) && !self.values.is_empty()
    }
}

fn values<T: Copy>(entries: &[(&str, T)]) -> Vec<T> {
    entries.iter().map(|entry| entry.1).collect()
}

// A table that cannot be compiled finds nothing; a test compiles each of them.

fn by_bytes<T>(entries: &[(&str, T)]) -> Option<AhoCorasick> {
    // The table of states in full would be thirty times as large and a fifth faster.
    AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostLongest)
        .start_kind(StartKind::Both)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(entries.iter().map(|entry| entry.0))
        .ok()
}

fn by_characters<T>(entries: &[(&str, T)]) -> Option<CharwiseDoubleArrayAhoCorasick<u32>> {
    // The library refuses a word that comes twice; the first of them holds, as it does in the other automaton.
    let mut seen = HashSet::new();
    let words = (0..)
        .zip(entries)
        .filter(|(_, entry)| seen.insert(entry.0))
        .map(|(index, entry)| (entry.0, index));
    CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(daachorse::MatchKind::LeftmostLongest)
        .build_with_values(words)
        .ok()
}

/// The lines of a table file that are neither blank nor comments, cut at the last white space into word and value.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once(' '))
}

/// Whether a character is a colon, or the sign of ratio that is typed for one.
fn is_colon(character: char) -> bool {
    matches!(character, '：' | ':' | '∶' | '︰' | '﹕')
}

/// Labels of responsible bodies (责任单位 and the like).
pub(crate) struct Labels(WordTable<PartyRole>);

impl Labels {
    /// The role that a label at `at` gives and the byte after its colon.
    pub(crate) fn opens(&self, text: &str, at: usize) -> Option<(PartyRole, usize)> {
        let hit = self.0.at(text, at)?;
        let colon = skip_blanks(text, hit.end);
        let mark = char_at(text, colon).filter(|&mark| is_colon(mark))?;
        Some((hit.value, colon + mark.len_utf8()))
    }

    /// The role that the label at the head of `text` gives, colon or not, and its bytes.
    pub(crate) fn begins(&self, text: &str) -> Option<(PartyRole, usize)> {
        self.0.at(text, 0).map(|hit| (hit.value, hit.end))
    }

    /// The role that `word` gives where it is a label and nothing else.
    pub(crate) fn exactly(&self, word: &str) -> Option<PartyRole> {
        self.0
            .at(word, 0)
            .filter(|hit| hit.end == word.len())
            .map(|hit| hit.value)
    }

    /// Every label with its colon inside `start..end`: where it starts, its role, and the byte after its colon.
    pub(crate) fn within(&self, text: &str, start: usize, end: usize) -> Vec<(usize, PartyRole, usize)> {
        self.0
            .within(text, start, end)
            .filter_map(|hit| {
                let colon = skip_blanks(text, hit.end);
                let mark = char_at(text, colon).filter(|&mark| is_colon(mark))?;
                Some((hit.start, hit.value, colon + mark.len_utf8()))
            })
            .filter(|found| found.2 <= end)
            .collect()
    }
}

/// What a labelled line that names no body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineLabel {
    Deadline,
    Context,
}

static LABELS: LazyLock<Labels> = LazyLock::new(|| {
    Labels(WordTable::new(
        rows(include_str!("../words/labels.txt"))
            .filter_map(|(word, role)| Some((word, PartyRole::from_code(role)?)))
            .collect(),
    ))
});

/// The labels of responsible bodies.
pub(crate) fn labels() -> &'static Labels {
    &LABELS
}

static LINE_LABELS: LazyLock<WordTable<LineLabel>> = LazyLock::new(|| {
    WordTable::for_lookup(
        rows(include_str!("../words/line-labels.txt"))
            .map(|(word, kind)| {
                (
                    word,
                    if kind == "deadline" {
                        LineLabel::Deadline
                    } else {
                        LineLabel::Context
                    },
                )
            })
            .collect(),
    )
});

/// The label with its colon that opens a line and names no body, and the byte after its colon.
pub(crate) fn line_label(text: &str, at: usize) -> Option<(LineLabel, usize)> {
    let hit = LINE_LABELS.at(text, at)?;
    let colon = skip_blanks(text, hit.end);
    let mark = char_at(text, colon).filter(|&mark| is_colon(mark))?;
    Some((hit.value, colon + mark.len_utf8()))
}

static ASSIGNMENTS: LazyLock<WordTable<PartyRole>> = LazyLock::new(|| {
    WordTable::for_search(
        rows(include_str!("../words/assignments.txt"))
            .filter_map(|(word, role)| Some((word, PartyRole::from_code(role)?)))
            .collect(),
    )
});

/// Verbs behind a list of bodies (牵头, 按职责分工负责).
pub(crate) fn assignments() -> &'static WordTable<PartyRole> {
    &ASSIGNMENTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_compiles() {
        assert!(LABELS.0.is_compiled());
        assert!(LINE_LABELS.is_compiled());
        assert!(ASSIGNMENTS.is_compiled());
    }

    #[test]
    fn a_label_needs_its_colon() {
        assert!(labels().opens("责任单位 ：财政厅", 0).is_some());
        assert!(labels().opens("责任单位要落实", 0).is_none());
    }

    #[test]
    fn the_longest_label_wins() {
        assert_eq!(
            labels().opens("牵头责任单位:财政厅", 0).map(|found| found.0),
            Some(PartyRole::Lead)
        );
    }
}
