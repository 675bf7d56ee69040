//! The words of the demo's reports: sentences of a data file, filled with clauses of the task's own text. Same task and month, same words.

use anyhow::Context;
use serde::Deserialize;

/// A clause that is quoted in a narrative has at least this many characters.
const SHORTEST_CLAUSE: usize = 6;
/// And at most this many.
const LONGEST_CLAUSE: usize = 22;

/// The sentences, by what they are for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prose {
    pub(crate) opening: Vec<String>,
    pub(crate) progress: Vec<String>,
    pub(crate) behind: Vec<String>,
    pub(crate) catching_up: Vec<String>,
    pub(crate) complete: Vec<String>,
    pub(crate) minor_problems: Vec<String>,
    pub(crate) problems: Vec<String>,
    pub(crate) help_wanted: Vec<String>,
    pub(crate) next_step: Vec<String>,
    pub(crate) next_when_complete: Vec<String>,
    pub(crate) returned_by_head: Vec<String>,
    pub(crate) returned_by_office: Vec<String>,
    pub(crate) conclusion: Vec<String>,
    pub(crate) conclusion_padded: Vec<String>,
    pub(crate) by_hand: ByHand,
}

/// The task that is added by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByHand {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) basis: String,
    pub(crate) deliverable: String,
}

/// What the placeholders of a sentence stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filling<'a> {
    /// A clause of the task.
    pub(crate) measure: &'a str,
    /// Another body of the task.
    pub(crate) body: &'a str,
    /// The figures as a sentence; may be empty.
    pub(crate) figures: &'a str,
}

impl Prose {
    /// The sentences that are shipped with the program.
    pub(crate) fn shipped() -> anyhow::Result<Self> {
        toml::from_str(include_str!("../../demo/prose.toml")).context("the words of the demo cannot be read")
    }
}

/// The sentence at `turn`, going round, filled.
pub(crate) fn say(sentences: &[String], turn: usize, filling: &Filling<'_>) -> String {
    let Some(sentence) = sentences.get(turn % sentences.len().max(1)) else {
        return String::new();
    };
    sentence
        .replace("{measure}", filling.measure)
        .replace("{body}", filling.body)
        .replace("{figures}", filling.figures)
}

/// The clauses of a task that read well in quotation marks: short, without figures, quotations and brackets. The title where none does.
pub(crate) fn clauses<'a>(title: &'a str, text: &'a str) -> Vec<&'a str> {
    let without_bodies = text.rfind(['（', '(']).map_or(text, |bracket| &text[..bracket]);
    let body = without_bodies.split_once('。').map_or(without_bodies, |(_, rest)| rest);
    let reads_well = |clause: &&str| {
        let length = clause.chars().count();
        (SHORTEST_CLAUSE..=LONGEST_CLAUSE).contains(&length)
            && !clause
                .contains(|character: char| character.is_ascii_digit() || "“”‘’（）()《》：:%％".contains(character))
            && !["其中", "并", "以及", "除", "包括"]
                .iter()
                .any(|word| clause.starts_with(word))
    };
    let found: Vec<&str> = body
        .split(['，', '。', '；', '\n'])
        .map(str::trim)
        .filter(reads_well)
        .collect();
    if found.is_empty() {
        vec![title.trim_end_matches('。')]
    } else {
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_filled_whole() {
        let prose = Prose::shipped().unwrap();
        let filling = Filling {
            measure: "完善机制",
            body: "省财政厅",
            figures: "",
        };
        let groups = [
            &prose.opening,
            &prose.progress,
            &prose.behind,
            &prose.catching_up,
            &prose.complete,
            &prose.minor_problems,
            &prose.problems,
            &prose.help_wanted,
            &prose.next_step,
            &prose.next_when_complete,
            &prose.returned_by_head,
            &prose.returned_by_office,
            &prose.conclusion,
            &prose.conclusion_padded,
        ];
        for group in groups {
            assert!(!group.is_empty());
            for turn in 0..group.len() {
                let said = say(group, turn, &filling);
                assert!(!said.contains('{') && said.ends_with('。'), "{said}");
            }
        }
    }

    #[test]
    fn clauses_are_the_tasks_own_and_read_well() {
        let text = "大力提振消费。扎实开展消费品以旧换新，支持汽车、家电、家装等大宗消费。新建城市一刻钟便民生活圈60个，培育一批“老字号”。\
                    （牵头单位：省商务厅）";
        assert_eq!(
            clauses("大力提振消费", text),
            ["扎实开展消费品以旧换新", "支持汽车、家电、家装等大宗消费"]
        );
        assert_eq!(clauses("大力提振消费。", "大力提振消费。"), ["大力提振消费"]);
    }
}
