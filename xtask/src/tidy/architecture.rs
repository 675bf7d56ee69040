//! That ARCHITECTURE.md speaks of what is there: its steps are numbered and the names in backticks exist. Whether a step is true is judged by people,
//! who find it by its names.

use std::collections::BTreeSet;

use super::{Check, Violation};
use crate::{
    rust_text::{PieceKind, is_test_file, pieces, without_tests},
    tree::Tree,
};

pub(super) const CHECK: Check = Check {
    name: "architecture",
    agreement: "ARCHITECTURE.md tells the lives of a command, a leaf and a file of evidence in numbered steps, and what it names in backticks is there, so that a step can be found in the code",
    run,
};

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Headings that stand over numbered steps.
const LIVES: &[&str] = &[
    "The life of a command",
    "The life of a leaf",
    "The life of an evidence file",
];

fn run(tree: &Tree) -> Vec<Violation> {
    let Some(architecture) = tree.file(ARCHITECTURE) else {
        return vec![Violation::in_file(ARCHITECTURE, "is not there")];
    };
    let mut violations = steps_out_of_order(&architecture.text);
    let words = words_of_code(tree);
    for (offset, line) in architecture.text.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            if !is_there(name, tree, &words) {
                violations.push(Violation::at(
                    ARCHITECTURE,
                    offset + 1,
                    format!("names `{name}`, which is not there"),
                ));
            }
        }
    }
    violations
}

/// Steps that do not count up from 1, and lives without steps.
fn steps_out_of_order(text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut missing: BTreeSet<&str> = LIVES.iter().copied().collect();
    let (mut heading, mut last) = ("", 0);
    for (offset, line) in text.lines().enumerate() {
        if let Some(next) = line.strip_prefix("## ") {
            (heading, last) = (next.trim(), 0);
        }
        let number = line
            .split_once(". ")
            .and_then(|(number, _)| number.parse::<usize>().ok());
        if let Some(number) = number {
            last += 1;
            if number != last {
                let message = format!("is step {last} and calls itself {number}");
                violations.push(Violation::at(ARCHITECTURE, offset + 1, message));
            }
            missing.remove(heading);
        }
    }
    let missing = missing
        .into_iter()
        .map(|life| Violation::in_file(ARCHITECTURE, format!("has no steps under \"{life}\"")));
    violations.extend(missing);
    violations
}

/// Every word of the program outside its comments and tests: names of code, and what its strings hold, such as tables and kinds of jobs.
fn words_of_code(tree: &Tree) -> BTreeSet<&str> {
    let files = tree.files.iter();
    let sources = files.filter(|file| file.has_extension("rs") && !is_test_file(&file.path));
    sources
        .flat_map(|file| pieces(without_tests(&file.text)))
        .filter(|piece| piece.kind != PieceKind::Comment)
        .flat_map(|piece| piece.text.split(|character| !is_of_word(character)))
        .collect()
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether a name is that of a crate, of a file or folder by the end of its path, of a command, or made of words of the code. Paths in a site's folder
/// hold a part in angle brackets or are words of the code as well.
fn is_there(name: &str, tree: &Tree, words: &BTreeSet<&str>) -> bool {
    let path = name.trim_end_matches('/');
    let is_path = |known: &String| known == path || known.strip_suffix(path).is_some_and(|rest| rest.ends_with('/'));
    if tree.paths.iter().any(is_path) {
        return true;
    }
    if let Some(command) = name.strip_prefix("luoshi ") {
        return command.split(' ').all(|word| words.contains(camel_case(word).as_str()));
    }
    let name = name.strip_prefix("cargo ").unwrap_or(name);
    let mut parts = name.split(|character| !is_of_word(character));
    parts.all(|word| words.contains(word)) || name.contains('<') || name.contains('…')
}

/// The name of the variant that is a command: `SweepFiles` for `sweep-files`.
fn camel_case(command: &str) -> String {
    let mut name = String::new();
    for word in command.split('-') {
        let (first, rest) = word.split_at(word.len().min(1));
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{super::*, ARCHITECTURE, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    const CODE: &str = "// The gone ones live here.\nenum Arguments { SweepFiles }\nimpl App { fn execute() { job(\"integrate_log\") } }\n";

    fn found(text: &str) -> Vec<String> {
        let code = ("crates/luoshi-app/src/execute.rs", CODE);
        found_in(&CHECK, &[(ARCHITECTURE, text), code])
    }

    #[test]
    fn finds_names_that_are_gone_and_steps_that_do_not_count_up() {
        let text = "\
## The life of a command

1. `App::execute` in `execute.rs` of `luoshi-app`, by `luoshi sweep-files`.
2. `App::gone`, `luoshi gone-by`, `gone.rs`, and the job `integrate_log` in `files/<body>`.

## The life of a leaf

1. One.
3. Two.

## The life of an evidence file

None.
";
        let line = |line: usize, message: &str| format!("{ARCHITECTURE}:{line}: {message}");
        assert_eq!(
            found(text),
            [
                line(9, "is step 2 and calls itself 3"),
                format!("{ARCHITECTURE}: has no steps under \"The life of an evidence file\""),
                line(4, "names `App::gone`, which is not there"),
                line(4, "names `luoshi gone-by`, which is not there"),
                line(4, "names `gone.rs`, which is not there"),
            ]
        );
    }
}
