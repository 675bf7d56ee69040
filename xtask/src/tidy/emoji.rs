//! Characters that a browser draws as coloured pictures.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "emoji",
    agreement: "no emoji on a page, in a message or in a document: they differ from system to system and a screen reader reads their names aloud",
    run,
};

const EXTENSIONS: &[&str] = &["html", "css", "js", "svg", "ftl", "md"];

/// Crates whose sources write to a screen. Those of the parser have to know what documents carry.
const SCREENS: &[&str] = &["luoshi-web", "luoshi"];

/// Blocks of pictures, and the single characters elsewhere that are drawn as pictures by default.
const PICTURES: &[(char, char)] = &[
    ('\u{231a}', '\u{231b}'),
    ('\u{23e9}', '\u{23f3}'),
    ('\u{25fd}', '\u{25fe}'),
    ('\u{2600}', '\u{2604}'),
    ('\u{2607}', '\u{26ff}'),
    ('\u{2705}', '\u{2705}'),
    ('\u{270a}', '\u{270b}'),
    ('\u{2728}', '\u{2728}'),
    ('\u{274c}', '\u{274e}'),
    ('\u{2753}', '\u{2757}'),
    ('\u{2763}', '\u{2764}'),
    ('\u{2795}', '\u{2797}'),
    ('\u{27b0}', '\u{27bf}'),
    ('\u{2b1b}', '\u{2b1c}'),
    ('\u{2b50}', '\u{2b55}'),
    ('\u{fe0f}', '\u{fe0f}'),
    ('\u{1f000}', '\u{1faff}'),
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &tree.files {
        let writes_to_a_screen =
            file.has_extension("rs") && file.crate_name().is_some_and(|name| SCREENS.contains(&name));
        if !writes_to_a_screen && !EXTENSIONS.iter().any(|extension| file.has_extension(extension)) {
            continue;
        }
        for (offset, line) in file.text.lines().enumerate() {
            if let Some(picture) = line.chars().find(|character| is_picture(*character)) {
                let message = format!("carries the emoji U+{:04X}", u32::from(picture));
                violations.push(Violation::at(&file.path, offset + 1, message));
            }
        }
    }
    violations
}

fn is_picture(character: char) -> bool {
    PICTURES
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&character))
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn tells_pictures_from_shapes() {
        assert_eq!(
            found_in(
                &CHECK,
                &[("crates/luoshi-web/templates/a.html", "▲ 红灯\n\u{1f534} 红灯\n")]
            ),
            ["crates/luoshi-web/templates/a.html:2: carries the emoji U+1F534"]
        );
    }
}
