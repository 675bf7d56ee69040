//! The agreements of the house that a program can check, one module each.
//!
//! There is no list of known offenders: an agreement is kept everywhere, or it is changed here, with its reason.
//! What needs a compiler is not checked here; clippy and rustc do that.

mod architecture;
mod crates;
mod doc_links;
mod emoji;
mod event_catalogue;
mod externals;
mod glossary;
mod imports;
mod locale_keys;
mod machine_paths;
mod manifests;
mod module_heads;
mod open_work;
mod purity;
mod sentences;
mod sql_case;
mod sql_home;
mod test_layout;

use std::fmt::Write;

use crate::tree::Tree;

/// One agreement and the function that finds where it is broken.
#[derive(Debug)]
pub(crate) struct Check {
    /// The name of the check's module.
    pub(crate) name: &'static str,
    /// The agreement in one sentence, with its reason.
    pub(crate) agreement: &'static str,
    /// Finds what breaks it.
    pub(crate) run: fn(&Tree) -> Vec<Violation>,
}

/// One place where an agreement is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The file, from the root of the repository.
    pub(crate) path: String,
    /// The line from 1, where one line is to blame.
    pub(crate) line: Option<usize>,
    /// What is wrong there, and what to do where that is not plain.
    pub(crate) message: String,
}

impl Violation {
    /// A violation by a file as a whole.
    pub(crate) fn in_file(path: &str, message: impl Into<String>) -> Violation {
        Violation {
            path: path.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    /// A violation on one line.
    pub(crate) fn at(path: &str, line: usize, message: impl Into<String>) -> Violation {
        Violation {
            path: path.to_owned(),
            line: Some(line),
            message: message.into(),
        }
    }
}

/// Every check, in the order in which a reader meets the agreements.
pub(crate) const CHECKS: &[&Check] = &[
    &imports::CHECK,
    &externals::CHECK,
    &manifests::CHECK,
    &purity::CHECK,
    &sql_home::CHECK,
    &sql_case::CHECK,
    &module_heads::CHECK,
    &test_layout::CHECK,
    &open_work::CHECK,
    &machine_paths::CHECK,
    &emoji::CHECK,
    &locale_keys::CHECK,
    &event_catalogue::CHECK,
    &glossary::CHECK,
    &doc_links::CHECK,
    &architecture::CHECK,
    &sentences::CHECK,
];

/// What a person reads when an agreement is broken.
pub(crate) fn describe(check: &Check, violations: &[Violation]) -> String {
    let mut text = format!("{}: {}\n", check.name, check.agreement);
    for violation in violations {
        let line = violation.line.map(|line| format!(":{line}")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}{line}: {}", violation.path, violation.message);
    }
    text.push('\n');
    text
}

/// Fails the calling test where this repository breaks the agreement.
#[cfg(test)]
#[track_caller]
fn assert_kept(check: &Check) {
    let tree = Tree::of_this_repository().expect("the repository is readable");
    let violations = (check.run)(&tree);
    assert!(violations.is_empty(), "\n{}", describe(check, &violations));
}

/// The messages of what a check finds in a made-up tree, each with its file and line.
#[cfg(test)]
fn found_in(check: &Check, files: &[(&str, &str)]) -> Vec<String> {
    (check.run)(&Tree::of(files))
        .into_iter()
        .map(|violation| match violation.line {
            Some(line) => format!("{}:{line}: {}", violation.path, violation.message),
            None => format!("{}: {}", violation.path, violation.message),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_named_for_its_module_and_runs_once() {
        let tree = Tree::of_this_repository().expect("the repository is readable");
        let mut names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        let modules: Vec<_> = tree
            .files
            .iter()
            .filter(|file| file.path.starts_with("xtask/src/tidy/"))
            .filter_map(|file| file.name().strip_suffix(".rs"))
            .filter(|module| *module != "crates")
            .collect();
        assert_eq!(names, modules);
    }
}
