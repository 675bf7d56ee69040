//! What the pure crates may not touch. Clippy forbids single calls such as `Timestamp::now`; this check forbids whole doors.

use super::{Check, Violation, crates::room};
use crate::{
    rust_text::{PieceKind, is_test_file, pieces, without_tests},
    tree::Tree,
};

pub(super) const CHECK: Check = Check {
    name: "purity",
    agreement: "below the store everything is a function of its arguments: no files, sockets, threads, processes, environment or clock, so that a document gives the same ledger everywhere",
    run,
};

/// Paths that open a door to the outside.
const DOORS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "tokio::",
];

/// Names that `use std::{…}` brings in under the same doors.
const NAMES_OF_STD: &[&str] = &["fs", "net", "env", "process", "thread", "os"];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust_files() {
        let in_pure_source = file.crate_name().and_then(room).is_some_and(|room| room.pure)
            && file.path_in_crate().is_some_and(|path| path.starts_with("src/"))
            && !is_test_file(&file.path);
        if !in_pure_source {
            continue;
        }
        for piece in pieces(without_tests(&file.text)) {
            if piece.kind != PieceKind::Code {
                continue;
            }
            for (offset, line) in piece.text.lines().enumerate() {
                if let Some(door) = DOORS.iter().find(|door| names(line, door)) {
                    violations.push(Violation::at(&file.path, piece.line + offset, format!("opens {door}")));
                }
            }
            violations
                .extend(grouped_import(piece.text).map(|(offset, name)| {
                    Violation::at(&file.path, piece.line + offset, format!("opens std::{name}"))
                }));
        }
    }
    violations
}

/// Whether `line` names `door` as a whole path, not as the tail of a longer word.
fn names(line: &str, door: &str) -> bool {
    line.match_indices(door).any(|(position, _)| {
        let before = line[..position].chars().next_back();
        let after = line[position + door.len()..].chars().next();
        let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_word(before) && (door.ends_with(':') || !is_word(after))
    })
}

/// The forbidden names of `use std::{…}` groups, each with the number of lines before it.
fn grouped_import(code: &str) -> impl Iterator<Item = (usize, &'static str)> {
    let mut found = Vec::new();
    for (position, opening) in code.match_indices("std::{") {
        let group = &code[position + opening.len()..];
        let group = &group[..group.find(';').unwrap_or(group.len())];
        let mut depth = 0usize;
        let mut word = String::new();
        for (offset, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if character.is_alphanumeric() || character == '_' {
                word.push(character);
                continue;
            }
            if depth == 0
                && let Some(name) = NAMES_OF_STD.iter().find(|name| **name == word)
            {
                found.push((code[..position + opening.len() + offset].matches('\n').count(), *name));
            }
            word.clear();
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_doors_in_plain_and_grouped_imports() {
        let source = "//! Head.\nuse std::{\n    fmt,\n    fs,\n};\nfn f() { std::net::lookup(); }\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-parse/src/lib.rs", source)]),
            [
                "crates/luoshi-parse/src/lib.rs:6: opens std::net",
                "crates/luoshi-parse/src/lib.rs:4: opens std::fs",
            ]
        );
    }

    #[test]
    fn leaves_comments_tests_and_upper_floors_alone() {
        let pure = "// std::fs is for others\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-parse/src/lib.rs", pure),
                    ("crates/luoshi-app/src/lib.rs", "use std::fs;\n")
                ]
            ),
            Vec::<String>::new()
        );
    }
}
