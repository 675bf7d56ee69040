//! That screens say the same in both languages. How well they say it is judged by people.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Violation};
use crate::{
    rust_text::{PieceKind, is_test_file, pieces, without_tests},
    tree::{File, Tree},
};

pub(super) const CHECK: Check = Check {
    name: "locale_keys",
    agreement: "both languages have the same files, keys, attributes and variables, every key is used and every key asked for is there: a screen with a hole speaks to nobody",
    run,
};

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// The beginnings of the functions that take a key as their first literal: `say("…")`, `say1("…", …)`, `count("…", …)`.
const ASKING: [&str; 2] = ["say", "count"];

/// A message of a locale file: its line, and the attributes and variables that it has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    line: usize,
    attributes: BTreeSet<String>,
    variables: BTreeSet<String>,
}

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let usage = Usage::of(tree);
    for file in tree.files.iter().filter(|file| file.has_extension("ftl")) {
        let Some((folder, language, name)) = place(file) else {
            violations.push(Violation::in_file(
                &file.path,
                "is not in a folder locales/zh-CN or locales/en",
            ));
            continue;
        };
        let messages = messages(&file.text);
        violations.extend(
            messages
                .repeated
                .iter()
                .map(|(line, key)| Violation::at(&file.path, *line, format!("says {key} a second time"))),
        );
        let other = LANGUAGES
            .into_iter()
            .find(|other| *other != language)
            .unwrap_or(language);
        let other_path = format!("{folder}/{other}/{name}");
        match tree.file(&other_path) {
            None => violations.push(Violation::in_file(
                &file.path,
                format!("has no counterpart {other_path}"),
            )),
            Some(counterpart) => violations.extend(compare(file, &messages.by_key, counterpart)),
        }
        // The keys are equal, so that one language tells of both.
        if language == LANGUAGES[0] {
            for (key, message) in &messages.by_key {
                if !usage.has(key) {
                    violations.push(Violation::at(
                        &file.path,
                        message.line,
                        format!("nothing uses the key {key}"),
                    ));
                }
            }
        }
    }
    violations.extend(missing(tree));
    violations
}

/// Keys that a source or template asks for and its crate does not have.
fn missing(tree: &Tree) -> Vec<Violation> {
    let mut keys_of_crates: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.has_extension("ftl")) {
        if let Some(name) = file.crate_name() {
            let keys = keys_of_crates.entry(name).or_default();
            for (key, message) in messages(&file.text).by_key {
                keys.extend(message.attributes.iter().map(|attribute| format!("{key}.{attribute}")));
                keys.insert(key);
            }
        }
    }
    let mut violations = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.has_extension("rs") || file.has_extension("html"))
    {
        let Some(keys) = file.crate_name().and_then(|name| keys_of_crates.get(name)) else {
            continue;
        };
        if is_test_file(&file.path) {
            continue;
        }
        for (offset, line) in without_tests(&file.text).lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for key in asked_for(line).filter(|key| !keys.contains(*key)) {
                violations.push(Violation::at(
                    &file.path,
                    offset + 1,
                    format!("asks for {key}, which no locale file has"),
                ));
            }
        }
    }
    violations
}

/// The keys that a line asks for by a literal. One that is put together at run time is left to the tests of the crate.
fn asked_for(line: &str) -> impl Iterator<Item = &str> {
    let starts = ASKING.iter().flat_map(|name| line.match_indices(name));
    starts.filter_map(|(position, name)| {
        let before = line[..position].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            return None;
        }
        let rest = line[position + name.len()..]
            .trim_start_matches(|character: char| character.is_ascii_alphanumeric() || character == '_');
        let (key, _) = rest.strip_prefix("(\"")?.split_once('"')?;
        (!key.contains('{')).then_some(key)
    })
}

/// The folder `…/locales`, the language and the rest of a locale file's path.
fn place(file: &File) -> Option<(&str, &str, &str)> {
    let at = file.path.find("/locales/")? + "/locales".len();
    let (folder, inner) = file.path.split_at(at);
    let (language, name) = inner.strip_prefix('/')?.split_once('/')?;
    LANGUAGES.contains(&language).then_some((folder, language, name))
}

fn compare(file: &File, ours: &BTreeMap<String, Message>, counterpart: &File) -> Vec<Violation> {
    let theirs = messages(&counterpart.text).by_key;
    let mut violations = Vec::new();
    for (key, message) in ours {
        let Some(other) = theirs.get(key) else {
            violations.push(Violation::at(
                &file.path,
                message.line,
                format!("{key} is missing in {}", counterpart.path),
            ));
            continue;
        };
        if message.attributes != other.attributes {
            let text = format!("{key} has other attributes in {}", counterpart.path);
            violations.push(Violation::at(&file.path, message.line, text));
        }
        // A plural of one language may leave out a variable in one of its branches, never the whole message.
        if message.variables != other.variables {
            let text = format!("{key} has other variables in {}", counterpart.path);
            violations.push(Violation::at(&file.path, message.line, text));
        }
    }
    violations
}

/// The messages of one file.
struct Messages {
    by_key: BTreeMap<String, Message>,
    repeated: Vec<(usize, String)>,
}

fn messages(text: &str) -> Messages {
    let mut found = Messages {
        by_key: BTreeMap::new(),
        repeated: Vec::new(),
    };
    let mut current: Option<String> = None;
    for (offset, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '}']) && !line.is_empty() {
            current = line.split_once('=').map(|(key, _)| key.trim().to_owned());
            if let Some(key) = &current {
                let message = Message {
                    line: offset + 1,
                    ..Message::default()
                };
                if found.by_key.insert(key.clone(), message).is_some() {
                    found.repeated.push((offset + 1, key.clone()));
                }
            }
        }
        let Some(message) = current.as_ref().and_then(|key| found.by_key.get_mut(key)) else {
            continue;
        };
        if let Some((attribute, _)) = line
            .trim_start()
            .strip_prefix('.')
            .and_then(|rest| rest.split_once(" ="))
        {
            message.attributes.insert(attribute.trim().to_owned());
        }
        message.variables.extend(variables(line));
    }
    found
}

/// The `$names` of a line.
fn variables(line: &str) -> impl Iterator<Item = String> {
    line.split('$').skip(1).map(|rest| {
        rest.chars()
            .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
            .collect()
    })
}

/// The words of sources and templates that may be keys, or parts of keys that a program puts together.
struct Usage {
    words: BTreeSet<String>,
    prefixes: BTreeSet<String>,
    suffixes: BTreeSet<String>,
}

impl Usage {
    fn of(tree: &Tree) -> Usage {
        let mut usage = Usage {
            words: BTreeSet::new(),
            prefixes: BTreeSet::new(),
            suffixes: BTreeSet::new(),
        };
        for file in &tree.files {
            if file.has_extension("rs") && file.crate_name().is_some() {
                for piece in pieces(&file.text)
                    .into_iter()
                    .filter(|piece| piece.kind == PieceKind::Literal)
                {
                    usage.add(piece.text);
                }
            } else if file.crate_name().is_some() && ["html", "svg", "toml"].iter().any(|kind| file.has_extension(kind))
            {
                usage.add(&file.text);
            } else if file.has_extension("ftl") {
                // One message may include another: `{ other-key }`.
                for reference in file.text.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                    usage.words.insert(reference.trim().to_owned());
                }
            }
        }
        usage
    }

    fn add(&mut self, text: &str) {
        let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
        let mut rest = text;
        while let Some(start) = rest.find(is_word) {
            let tail = &rest[start..];
            let length = tail.find(|character| !is_word(character)).unwrap_or(tail.len());
            let (word, after) = tail.split_at(length);
            // `light-{}`, or `"light-"` that something is appended to.
            if word.ends_with('-') {
                self.prefixes.insert(word.to_owned());
            }
            // `{}-hint`, or `"-hint"` that something is put before.
            if word.starts_with('-') {
                self.suffixes.insert(word.to_owned());
            }
            self.words.insert(word.to_owned());
            rest = after;
        }
    }

    /// Whether a key is named whole, or as a prefix or suffix of some literal and a word that stands somewhere.
    fn has(&self, key: &str) -> bool {
        let is_word = |rest: &str| self.words.contains(rest) || self.words.contains(&rest.replace('-', "_"));
        let follows = |prefix: &String| key.strip_prefix(prefix.as_str()).is_some_and(is_word);
        let precedes = |suffix: &String| key.strip_suffix(suffix.as_str()).is_some_and(is_word);
        self.words.contains(key) || self.prefixes.iter().any(follows) || self.suffixes.iter().any(precedes)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_holes_between_the_languages() {
        let chinese = "title = 台账\nrows = 共 { $count } 行\n    .hint = 提示\nonly = 只有\n";
        let english = "title = Ledger\nrows = { $number } rows\n";
        let page = "<h1>{{ text(\"title\") }}</h1>{{ text(\"rows\") }}{{ text(\"only\") }}";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-web/locales/zh-CN/page.ftl", chinese),
                    ("crates/luoshi-web/locales/en/page.ftl", english),
                    ("crates/luoshi-web/locales/en/extra.ftl", ""),
                    ("crates/luoshi-web/templates/page.html", page),
                ]
            ),
            [
                "crates/luoshi-web/locales/en/extra.ftl: has no counterpart crates/luoshi-web/locales/zh-CN/extra.ftl",
                "crates/luoshi-web/locales/en/page.ftl:2: rows has other attributes in crates/luoshi-web/locales/zh-CN/page.ftl",
                "crates/luoshi-web/locales/en/page.ftl:2: rows has other variables in crates/luoshi-web/locales/zh-CN/page.ftl",
                "crates/luoshi-web/locales/zh-CN/page.ftl:4: only is missing in crates/luoshi-web/locales/en/page.ftl",
                "crates/luoshi-web/locales/zh-CN/page.ftl:2: rows has other attributes in crates/luoshi-web/locales/en/page.ftl",
                "crates/luoshi-web/locales/zh-CN/page.ftl:2: rows has other variables in crates/luoshi-web/locales/en/page.ftl",
            ]
        );
    }

    #[test]
    fn finds_keys_that_nobody_wrote() {
        let locale = "title = a\nrefused = b\n    .next = c\n";
        let page = "{{ frame.say(\"title\") }}{{ frame.say(\"refused.next\") }}{{ frame.say(\"refused.why\") }}\n{{ frame.say1(\"titel\", \"name\", name) }}\n";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-web/locales/zh-CN/page.ftl", locale),
                    ("crates/luoshi-web/locales/en/page.ftl", locale),
                    ("crates/luoshi-web/templates/page.html", page),
                ]
            ),
            [
                "crates/luoshi-web/templates/page.html:1: asks for refused.why, which no locale file has",
                "crates/luoshi-web/templates/page.html:2: asks for titel, which no locale file has",
            ]
        );
    }

    #[test]
    fn finds_unused_keys_and_follows_composed_ones() {
        let locale = "refusal-no-tasks = a\nrefusal-gone = b\nevent-plan-issued = c\nno-tasks-hint = g\ngone-hint = h\nunused = d\nincluded = e\nshown = { included }\n";
        let source = "fn f() { format!(\"refusal-{}\", code); text(\"event-\"); text(\"shown\"); format!(\"{code}-hint\"); [\"no-tasks\", \"plan_issued\"] }";
        assert_eq!(
            found_in(
                &CHECK,
                &[
                    ("crates/luoshi-web/locales/zh-CN/page.ftl", locale),
                    ("crates/luoshi-web/locales/en/page.ftl", locale),
                    ("crates/luoshi-web/src/lib.rs", source),
                ]
            ),
            [
                "crates/luoshi-web/locales/zh-CN/page.ftl:5: nothing uses the key gone-hint",
                "crates/luoshi-web/locales/zh-CN/page.ftl:2: nothing uses the key refusal-gone",
                "crates/luoshi-web/locales/zh-CN/page.ftl:6: nothing uses the key unused",
            ]
        );
    }
}
