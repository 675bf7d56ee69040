//! Which of our crates may import which. Crates of others are the business of `externals`.

use super::{
    Check, Violation,
    crates::{Manifest, ROOMS, room},
};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "imports",
    agreement: "imports among our crates only run downward, as the table in ARCHITECTURE.md allows",
    run,
};

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.manifests() {
        let manifest: Manifest = match toml::from_str(&file.text) {
            Ok(manifest) => manifest,
            Err(error) => {
                violations.push(Violation::in_file(
                    &file.path,
                    format!("is no manifest: {}", error.message()),
                ));
                continue;
            }
        };
        let Some(room) = room(manifest.name()) else {
            let message = format!(
                "crate {:?} is not in the import table; give it a floor first",
                manifest.name()
            );
            violations.push(Violation::in_file(&file.path, message));
            continue;
        };
        for name in manifest.shipped().filter(|name| is_ours(name)) {
            if !room.may_import.contains(&name) {
                violations.push(Violation::in_file(
                    &file.path,
                    format!("{} may not import {name}", room.name),
                ));
            }
        }
        for name in manifest.dev_dependencies.keys().filter(|name| is_ours(name)) {
            // A crate may depend on itself in its tests, to switch on features for them.
            let allowed = room.name == name
                || room.may_import.contains(&name.as_str())
                || room.tests_may_import.contains(&name.as_str());
            if !allowed {
                let message = format!("the tests of {} may not import {name}", room.name);
                violations.push(Violation::in_file(&file.path, message));
            }
        }
    }
    violations
}

fn is_ours(name: &str) -> bool {
    ROOMS.iter().any(|room| room.name == name)
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_an_import_that_runs_upward() {
        let manifest = "[package]\nname = \"luoshi-ledger\"\n[dependencies]\nluoshi-types.workspace = true\nluoshi-parse.workspace = true\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-ledger/Cargo.toml", manifest)]),
            ["crates/luoshi-ledger/Cargo.toml: luoshi-ledger may not import luoshi-parse"]
        );
    }

    #[test]
    fn lets_the_tests_of_a_page_pick_a_database_and_no_more() {
        let manifest = "[package]\nname = \"luoshi-web\"\n[dev-dependencies]\nluoshi-store.workspace = true\nluoshi-parse.workspace = true\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-web/Cargo.toml", manifest)]),
            ["crates/luoshi-web/Cargo.toml: the tests of luoshi-web may not import luoshi-parse"]
        );
    }

    #[test]
    fn asks_a_new_crate_for_its_floor() {
        let manifest = "[package]\nname = \"luoshi-extra\"\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-extra/Cargo.toml", manifest)]),
            [
                "crates/luoshi-extra/Cargo.toml: crate \"luoshi-extra\" is not in the import table; give it a floor first"
            ]
        );
    }

    #[test]
    fn every_room_stands_above_what_it_imports() {
        for (floor, room) in crates::ROOMS.iter().enumerate() {
            for name in room.may_import {
                let below = crates::ROOMS.iter().position(|other| other.name == *name);
                assert!(below.is_some_and(|below| below < floor), "{} imports {name}", room.name);
            }
        }
    }
}
