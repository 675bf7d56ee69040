//! What a reader meets first in every file. What it says is judged by people; that it is there, by this check.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "module_heads",
    agreement: "every source file begins by saying what it is for, and the head of a crate also what it is not for, so that a newcomer knows which room to enter",
    run,
};

/// Ways to say what a crate leaves to others.
const LIMITS: &[&str] = &[
    "not for",
    "does not",
    "do not",
    "is not",
    "never",
    "knows no",
    "no other",
    "nothing else",
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust_files() {
        let head = head(&file.text);
        if head.trim().is_empty() {
            violations.push(Violation::in_file(&file.path, "does not begin with a `//!` head"));
            continue;
        }
        let is_root = file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs");
        if is_root && !LIMITS.iter().any(|limit| head.contains(limit)) {
            let message = "its head does not say what the crate is not for (\"It is not for …\", \"It does not …\")";
            violations.push(Violation::in_file(&file.path, message));
        }
    }
    violations
}

/// The `//!` lines at the start of a file, joined.
fn head(text: &str) -> String {
    text.lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_missing_and_boundless_heads() {
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-a/src/lib.rs", "//! Reads things.\n"),
                    (
                        "crates/luoshi-b/src/lib.rs",
                        "//! Reads things.\n//!\n//! It does not write.\n"
                    ),
                    ("crates/luoshi-b/src/thing.rs", "use std::fmt;\n"),
                ]
            ),
            [
                "crates/luoshi-a/src/lib.rs: its head does not say what the crate is not for (\"It is not for …\", \"It does not …\")",
                "crates/luoshi-b/src/thing.rs: does not begin with a `//!` head",
            ]
        );
    }
}
