//! The steps that make the schema, one statement a step, the same for every engine. An engine takes those that are missing; it knows how
//! far a database has come, and how it spells the few words in which engines differ.
//!
//! A file, once released, is never edited: what is to change becomes a further file. A step only adds (a table, a column that may be empty,
//! an index), so that a program of the release before goes on working beside it; what nobody uses any more is removed a release later.

use std::sync::LazyLock;

/// The files in order. Their statements are written in the words of SQLite: columns are `integer`, `text` or `blob`, tables `strict`.
const FILES: &[(&str, &str)] = &[
    ("0001_events", include_str!("../migrations/0001_events.sql")),
    ("0002_state", include_str!("../migrations/0002_state.sql")),
    ("0003_derived", include_str!("../migrations/0003_derived.sql")),
    ("0004_outside", include_str!("../migrations/0004_outside.sql")),
    ("0005_log", include_str!("../migrations/0005_log.sql")),
    ("0006_evidence", include_str!("../migrations/0006_evidence.sql")),
    ("0007_search", include_str!("../migrations/0007_search.sql")),
    ("0008_erasure", include_str!("../migrations/0008_erasure.sql")),
    ("0009_words", include_str!("../migrations/0009_words.sql")),
];

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The file that it stands in.
    pub(crate) file: &'static str,
    /// The statement, without comments and without the semicolon.
    pub(crate) statement: String,
}

static STEPS: LazyLock<Vec<Step>> = LazyLock::new(|| {
    let mut steps = Vec::new();
    for (file, text) in FILES {
        steps.extend(statements(text).map(|statement| Step { file, statement }));
    }
    steps
});

/// Every step, in order. A database has the version `n` once the first `n` of them are taken.
pub(crate) fn steps() -> &'static [Step] {
    &STEPS
}

/// The version that this program needs.
pub(crate) fn known() -> u32 {
    version_after(usize::MAX)
}

/// The version of a database that has taken every step of the first `files` files.
pub(crate) fn version_after(files: usize) -> u32 {
    let names: Vec<&str> = FILES.iter().take(files).map(|(name, _)| *name).collect();
    steps().iter().filter(|step| names.contains(&step.file)).count() as u32
}

/// The statements of a file: each ends with a semicolon at the end of a line, and comments have lines of their own.
fn statements(text: &str) -> impl Iterator<Item = String> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--") && !line.trim().is_empty())
        .collect();
    let statements: Vec<String> = code
        .join("\n")
        .split(";\n")
        .map(|statement| statement.trim_end_matches([';', '\n']).to_owned())
        .filter(|statement| !statement.is_empty())
        .collect();
    statements.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_into_its_statements() {
        let text = "-- Why; it is so.\ncreate table thing (\n    -- the key;\n    id  blob\n) strict;\n\ncreate index a on thing (id);\n";
        let found: Vec<String> = statements(text).collect();
        assert_eq!(
            found,
            [
                "create table thing (\n    id  blob\n) strict",
                "create index a on thing (id)"
            ]
        );
    }

    #[test]
    fn every_step_makes_one_table_or_one_index() {
        for step in steps() {
            let words: Vec<&str> = step.statement.split_whitespace().take(2).collect();
            assert!(
                matches!(words[..], ["create", "table" | "index" | "unique"] | ["alter", "table"]),
                "{}: {}",
                step.file,
                step.statement
            );
            assert!(!step.statement.contains(';'), "{}: {}", step.file, step.statement);
        }
        assert_eq!(known() as usize, steps().len());
        assert_eq!(version_after(0), 0);
        assert!(version_after(1) > 1);
    }
}
