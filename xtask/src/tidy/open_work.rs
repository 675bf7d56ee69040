//! Marks of unfinished work. What is to be done stands in the issue tracker, where somebody sees it.

use super::{Check, Violation};
use crate::tree::{File, Tree};

pub(super) const CHECK: Check = Check {
    name: "open_work",
    agreement: "nothing is left open in the tree: what is not done is an issue, and what stands here is finished",
    run,
};

/// The marks, cut in two so that this file does not carry them.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
];

const EXTENSIONS: &[&str] = &["rs", "toml", "html", "css", "js", "sql", "ftl", "sh", "md", "spec"];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| is_written_by_us(file)) {
        for (offset, line) in file.text.lines().enumerate() {
            if let Some(mark) = MARKS.iter().find(|mark| stands_in(line, mark)) {
                violations.push(Violation::at(&file.path, offset + 1, format!("{mark} marks open work")));
            }
        }
    }
    violations
}

fn is_written_by_us(file: &File) -> bool {
    EXTENSIONS.iter().any(|extension| file.has_extension(extension)) || file.path == ".ci/run"
}

/// Whether `mark` stands in `line` as a word of its own.
fn stands_in(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(position, _)| {
        let is_word = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let before = line[..position].chars().next_back();
        let after = line[position + mark.len()..].chars().next();
        !is_word(before) && !is_word(after)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_marks_and_leaves_words_alone() {
        let source = format!(
            "// a {} here\nlet mastodon = 1;\n    {}()\n",
            concat!("TO", "DO"),
            concat!("todo", "!")
        );
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-a/src/lib.rs", &source)]),
            [
                format!("crates/luoshi-a/src/lib.rs:1: {} marks open work", concat!("TO", "DO")),
                format!("crates/luoshi-a/src/lib.rs:3: {} marks open work", concat!("todo", "!")),
            ]
        );
    }
}
