//! How SQL is written in the store. Where it may stand is the business of `sql_home`.

use super::{Check, Violation};
use crate::{
    rust_text::{PieceKind, pieces},
    tree::Tree,
};

pub(super) const CHECK: Check = Check {
    name: "sql_case",
    agreement: "SQL is written in lower case: names and keywords are told apart by their place, and nothing shouts",
    run,
};

/// Keywords that no other text in the store has in capitals.
const KEYWORDS: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "FROM",
    "WHERE",
    "VALUES",
    "CREATE",
    "TABLE",
    "INDEX",
    "PRAGMA",
    "ALTER",
    "DROP",
    "RETURNING",
    "CONFLICT",
    "PRIMARY",
    "REFERENCES",
    "UNIQUE",
    "LIMIT",
    "OFFSET",
    "GROUP",
    "ORDER",
    "HAVING",
    "JOIN",
    "UNION",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "VACUUM",
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &tree.files {
        if !file.path.starts_with("crates/luoshi-store/") {
            continue;
        }
        if file.has_extension("sql") {
            for (offset, line) in file.text.lines().enumerate() {
                let statement = line.split("--").next().unwrap_or_default();
                violations.extend(shouts(statement).map(|word| Violation::at(&file.path, offset + 1, message(word))));
            }
        }
        if file.has_extension("rs") {
            for piece in pieces(&file.text)
                .into_iter()
                .filter(|piece| piece.kind == PieceKind::Literal)
            {
                for (offset, line) in piece.text.lines().enumerate() {
                    let found = shouts(line).map(|word| Violation::at(&file.path, piece.line + offset, message(word)));
                    violations.extend(found);
                }
            }
        }
    }
    violations
}

fn message(word: &str) -> String {
    format!("{word} is in capitals")
}

fn shouts(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| KEYWORDS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_capitals_in_files_and_strings() {
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    (
                        "crates/luoshi-store/migrations/1.sql",
                        "-- CREATE means make\ncreate table a (id);\nDROP table b;\n"
                    ),
                    (
                        "crates/luoshi-store/src/lib.rs",
                        "// SELECT\nconst A: &str = \"\nselect 1 FROM a\";\n"
                    ),
                ]
            ),
            [
                "crates/luoshi-store/migrations/1.sql:3: DROP is in capitals",
                "crates/luoshi-store/src/lib.rs:3: FROM is in capitals",
            ]
        );
    }
}
