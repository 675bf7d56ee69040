//! What every manifest has in common. Which crates it may name is the business of `imports` and `externals`.

use super::{Check, Violation, crates::readable_manifests};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "manifests",
    agreement: "a crate's folder bears its name, it obeys the lints of the workspace, and versions stand in the root manifest only, so that no crate is built twice",
    run,
};

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, manifest) in readable_manifests(tree) {
        let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
        if folder != manifest.name() {
            let message = format!("the folder is {folder:?} and the crate is {:?}", manifest.name());
            violations.push(Violation::in_file(&file.path, message));
        }
        if manifest.lints.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
            violations.push(Violation::in_file(&file.path, "needs [lints] workspace = true"));
        }
        let sections = [
            &manifest.dependencies,
            &manifest.dev_dependencies,
            &manifest.build_dependencies,
        ];
        for (name, value) in sections.into_iter().flatten() {
            let inherits = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            if !inherits && name != manifest.name() {
                let message = format!("{name} has a version of its own; name it in the root manifest and inherit it");
                violations.push(Violation::in_file(&file.path, message));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_a_wrong_folder_missing_lints_and_an_own_version() {
        let manifest = "[package]\nname = \"luoshi-types\"\n[dependencies]\nserde = \"1\"\njiff.workspace = true\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/types/Cargo.toml", manifest)]),
            [
                "crates/types/Cargo.toml: the folder is \"types\" and the crate is \"luoshi-types\"",
                "crates/types/Cargo.toml: needs [lints] workspace = true",
                "crates/types/Cargo.toml: serde has a version of its own; name it in the root manifest and inherit it",
            ]
        );
    }
}
