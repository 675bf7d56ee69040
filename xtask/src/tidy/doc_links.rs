//! Links of Markdown documents to files of the repository. It follows no link to the network.

use super::{Check, Violation};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "doc_links",
    agreement: "a link to a file or heading of the repository resolves",
    run,
};

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| file.has_extension("md")) {
        for (line, target) in links(&file.text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let resolved = if path.is_empty() {
                file.path.clone()
            } else {
                resolve(&file.path, path)
            };
            if !tree.has_path(&resolved) {
                violations.push(Violation::at(
                    &file.path,
                    line,
                    format!("links to {target}, which is not there"),
                ));
            } else if !anchor.is_empty()
                && let Some(destination) = tree.file(&resolved)
                && !headings(&destination.text).any(|heading| slug(heading) == anchor)
            {
                violations.push(Violation::at(
                    &file.path,
                    line,
                    format!("links to {target}, a heading that is not there"),
                ));
            }
        }
    }
    violations
}

/// The targets of `[text](target)`, each with its line, outside code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (offset, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (position, opening) in line.match_indices("](") {
            let rest = &line[position + opening.len()..];
            if let Some(end) = rest.find(')') {
                links.push((offset + 1, rest[..end].trim()));
            }
        }
    }
    links
}

/// A path relative to the folder of the file `from`; a slash at the end is dropped.
fn resolve(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn headings(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim())
}

/// The anchor that a heading gets: lower case, punctuation dropped, spaces as hyphens.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_dead_links_and_headings() {
        let guide = "[a](../README.md) [b](missing.md) [c](#two-words) [d](../README.md#luoshi) [e](https://a.example/x.md)\n\n## Two words!\n\n```\n[f](gone.md)\n```\n[g](../README.md#nowhere)\n";
        assert_eq!(
            found_in(&CHECK, &[("docs/guide.md", guide), ("README.md", "# luoshi\n")]),
            [
                "docs/guide.md:1: links to missing.md, which is not there",
                "docs/guide.md:8: links to ../README.md#nowhere, a heading that is not there",
            ]
        );
    }
}
