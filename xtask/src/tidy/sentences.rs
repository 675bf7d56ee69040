//! How English prose is broken into lines. It does not judge the prose.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "sentences",
    agreement: "English Markdown has one sentence on a line, so that a change of one sentence is a change of one line",
    run,
};

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| file.has_extension("md")) {
        let mut in_code = false;
        for (offset, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            // A table has one row on a line whatever stands in it.
            if !in_code && !line.starts_with('|') && holds_two_sentences(line) {
                violations.push(Violation::at(
                    &file.path,
                    offset + 1,
                    "holds two sentences; break the line between them",
                ));
            }
        }
    }
    violations
}

/// Whether a sentence ends inside the line: a full stop, question or exclamation mark after a word, a space, a capital.
fn holds_two_sentences(line: &str) -> bool {
    let mut in_code = false;
    let characters: Vec<char> = line.chars().collect();
    characters.windows(4).any(|window| {
        if window[0] == '`' {
            in_code = !in_code;
        }
        let [before, mark, space, after] = *window else {
            return false;
        };
        let ends_a_word = before.is_ascii_lowercase() || matches!(before, ')' | '`' | '"' | '*');
        !in_code && ends_a_word && matches!(mark, '.' | '?' | '!') && space == ' ' && after.is_ascii_uppercase()
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
    fn finds_two_sentences_in_prose_only() {
        let text = "One sentence. Another one.\nOne here.\n\n| a. B | c |\n\n1. Item one of 3. It is `x. Y` here\n\n```\none. Two\n```\n";
        assert_eq!(
            found_in(&CHECK, &[("README.md", text)]),
            ["README.md:1: holds two sentences; break the line between them"]
        );
    }
}
