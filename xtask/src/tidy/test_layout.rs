//! Where integration tests stand. What they test is judged by people.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "test_layout",
    agreement: "a crate has one integration binary, tests/it/main.rs: each further one links the whole crate once more",
    run,
};

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust_files() {
        let Some(inner) = file.path_in_crate().and_then(|path| path.strip_prefix("tests/")) else {
            continue;
        };
        let is_binary = !inner.contains('/') || (inner.ends_with("/main.rs") && inner.matches('/').count() == 1);
        if is_binary && inner != "it/main.rs" {
            violations.push(Violation::in_file(
                &file.path,
                "is a second binary; make it a module of tests/it/main.rs",
            ));
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
    fn finds_a_second_binary() {
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-a/tests/it/main.rs", ""),
                    ("crates/luoshi-a/tests/it/story.rs", ""),
                    ("crates/luoshi-a/tests/story.rs", ""),
                ]
            ),
            ["crates/luoshi-a/tests/story.rs: is a second binary; make it a module of tests/it/main.rs"]
        );
    }
}
