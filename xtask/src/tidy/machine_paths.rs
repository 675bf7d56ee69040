//! Paths that exist on somebody's machine only.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "machine_paths",
    agreement: "no file names a path of one machine: the tree works wherever it is cloned",
    run,
};

/// The beginnings of such paths, cut in two so that this file does not carry them.
const BEGINNINGS: &[&str] = &[
    concat!("/", "work/"),
    concat!("/", "farm/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("/", "tmp/"),
    concat!("C:", "\\Users\\"),
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &tree.files {
        for (offset, line) in file.text.lines().enumerate() {
            if let Some(beginning) = BEGINNINGS.iter().find(|beginning| begins_a_path(line, beginning)) {
                violations.push(Violation::at(
                    &file.path,
                    offset + 1,
                    format!("names a path under {beginning}"),
                ));
            }
        }
    }
    violations
}

/// Whether a path begins with `beginning` somewhere in `line`; the same folder inside another path is none.
fn begins_a_path(line: &str, beginning: &str) -> bool {
    line.match_indices(beginning).any(|(position, _)| {
        let before = line[..position].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | '*' | '~'))
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
    fn finds_absolute_paths_only() {
        let text = format!(
            "see {}me/notes\nsee docs{}page\n",
            concat!("/", "home/"),
            concat!("/", "home/")
        );
        assert_eq!(
            found_in(&CHECK, &[("README.md", &text)]),
            [format!("README.md:1: names a path under {}", concat!("/", "home/"))]
        );
    }
}
