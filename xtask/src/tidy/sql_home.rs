//! Where SQL may stand. How it is written there is the business of `sql_case`.

use super::{Check, Violation};
use crate::{
    rust_text::{PieceKind, is_test_file, pieces, without_tests},
    tree::Tree,
};

pub(super) const CHECK: Check = Check {
    name: "sql_home",
    agreement: "SQL stands in luoshi-store and nowhere else, so that a second database is one crate's work; the forger and the insider of the torture go behind the store's back on purpose",
    run,
};

/// Two words that, one after the other in a string, make it a statement.
const STATEMENTS: &[(&str, &str)] = &[
    ("select ", " from "),
    ("insert into ", ""),
    ("insert or ", " into "),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("create unique index ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
    ("pragma ", ""),
];

/// The harness's forger, who has the rights of root, and its insider, who watches the database; neither asks a store.
const BEHIND_THE_STORE: &[&str] = &[
    "crates/luoshi-torture/src/forgery.rs",
    "crates/luoshi-torture/src/insider.rs",
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &tree.files {
        if file.path.starts_with("crates/luoshi-store/")
            || BEHIND_THE_STORE.contains(&file.path.as_str())
            || is_test_file(&file.path)
        {
            continue;
        }
        if file.has_extension("sql") {
            violations.push(Violation::in_file(&file.path, "is a file of SQL outside the store"));
        }
        if !file.has_extension("rs") || file.crate_name().is_none() {
            continue;
        }
        for piece in pieces(without_tests(&file.text)) {
            if piece.kind == PieceKind::Literal && is_statement(piece.text) {
                violations.push(Violation::at(&file.path, piece.line, "is a statement of SQL"));
            }
        }
    }
    violations
}

/// Whether a string begins as a statement. A sentence such as "select a file" lacks the second word.
fn is_statement(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
    STATEMENTS.iter().any(|(first, second)| {
        text.strip_prefix(first)
            .is_some_and(|rest| format!(" {rest}").contains(second))
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
    fn finds_statements_outside_the_store() {
        let source = "const A: &str = \"select id\n  from task\";\nconst B: &str = \"select a file\"; // insert into\n";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-app/src/lib.rs", source),
                    ("crates/luoshi-store/src/lib.rs", source),
                    ("crates/luoshi-torture/src/forgery.rs", source),
                    ("crates/luoshi-torture/src/insider.rs", source),
                    ("crates/luoshi-torture/src/site.rs", source),
                    ("crates/luoshi-web/src/a.sql", "-- empty"),
                ]
            ),
            [
                "crates/luoshi-app/src/lib.rs:1: is a statement of SQL",
                "crates/luoshi-torture/src/site.rs:1: is a statement of SQL",
                "crates/luoshi-web/src/a.sql: is a file of SQL outside the store",
            ]
        );
    }
}
