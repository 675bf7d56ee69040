//! That the words of the ledger are decided in docs/glossary.md. Whether they are good words is judged by people.

use std::collections::BTreeMap;

use super::{Check, Violation};
use crate::{markdown_text::cells_of_row, tree::Tree};

pub(super) const CHECK: Check = Check {
    name: "glossary",
    agreement: "docs/glossary.md is the only place where names are decided: every room of the ledger and everything with an id is in it, once, in both languages",
    run,
};

const GLOSSARY: &str = "docs/glossary.md";
const IDS: &str = "crates/luoshi-ledger/src/ids.rs";

fn run(tree: &Tree) -> Vec<Violation> {
    let Some(glossary) = tree.file(GLOSSARY) else {
        return vec![Violation::in_file(GLOSSARY, "is not there")];
    };
    let mut violations = Vec::new();
    let mut lines_of_words: BTreeMap<&str, usize> = BTreeMap::new();
    for (offset, line) in glossary.text.lines().enumerate() {
        let Some(cells) = cells(line) else {
            continue;
        };
        let word = cells[0].trim_matches('`');
        if cells.iter().any(|cell| cell.is_empty()) {
            violations.push(Violation::at(
                GLOSSARY,
                offset + 1,
                format!("{word} has an empty column"),
            ));
        }
        if let Some(first) = lines_of_words.insert(word, offset + 1) {
            violations.push(Violation::at(
                GLOSSARY,
                offset + 1,
                format!("{word} is decided on line {first} already"),
            ));
        }
    }
    for (word, origin) in wanted(tree) {
        if !lines_of_words.contains_key(word.as_str()) {
            violations.push(Violation::in_file(
                &origin,
                format!("uses the noun `{word}`, which {GLOSSARY} does not list"),
            ));
        }
    }
    violations
}

/// The cells of a row whose first cell is a word in backticks: word, Chinese, meaning, source.
fn cells(line: &str) -> Option<Vec<&str>> {
    cells_of_row(line).filter(|cells| cells.len() == 4)
}

/// The nouns that must be decided, each with the file that uses it.
fn wanted(tree: &Tree) -> Vec<(String, String)> {
    let mut wanted = Vec::new();
    for file in tree.rust_files() {
        let module = file
            .path
            .strip_prefix("crates/luoshi-ledger/src/")
            .and_then(|inner| inner.strip_suffix(".rs"))
            .filter(|module| !module.contains('/') && !matches!(*module, "lib" | "ids" | "tests"));
        if let Some(module) = module {
            wanted.push((module.replace('_', " "), file.path.clone()));
        }
    }
    if let Some(ids) = tree.file(IDS) {
        let names = ids.text.lines().filter_map(|line| line.trim().strip_suffix("Id;"));
        wanted.extend(names.map(|name| (words(name), IDS.to_owned())));
    }
    wanted
}

/// `SupervisionLetter` as it stands in the glossary: `supervision letter`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK, GLOSSARY, IDS};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_undecided_repeated_and_half_decided_words() {
        let glossary = "| word | 中文 | meaning | source |\n| --- | --- | --- | --- |\n| `plan` | 年度计划 | a | b |\n| `plan` | 计划 | a | b |\n| `task` | | a | b |\n";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    (GLOSSARY, glossary),
                    (IDS, "ids! {\n    /// A letter.\n    SupervisionLetterId;\n}\n"),
                    ("crates/luoshi-ledger/src/plan.rs", ""),
                    ("crates/luoshi-ledger/src/report.rs", ""),
                ]
            ),
            [
                "docs/glossary.md:4: plan is decided on line 3 already",
                "docs/glossary.md:5: task has an empty column",
                "crates/luoshi-ledger/src/report.rs: uses the noun `report`, which docs/glossary.md does not list",
                "crates/luoshi-ledger/src/ids.rs: uses the noun `supervision letter`, which docs/glossary.md does not list",
            ]
        );
    }
}
