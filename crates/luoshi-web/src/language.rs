//! In which words a page speaks: texts from the locale files, negotiated per request. No text for people stands in Rust code.

use std::{borrow::Cow, cell::RefCell, collections::HashMap, fmt::Display};

use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue, langid, static_loader};
use luoshi_types::Language;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // The isolation marks would stand in copied text and in attributes; both languages run from left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const CHINESE: LanguageIdentifier = langid!("zh-CN");
const ENGLISH: LanguageIdentifier = langid!("en");

type Arguments<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

thread_local! {
    /// Texts without variables that this thread has said before. A ledger says some of them a thousand times a page, and the keys are the
    /// locale files' own, so that the store cannot grow beyond those.
    static SAID: RefCell<[HashMap<String, String>; 2]> = RefCell::default();
}

/// The text of `key` in `language`, if there is one.
pub(crate) fn find(language: Language, key: &str) -> Option<String> {
    let index = usize::from(language == Language::English);
    if let Some(text) = SAID.with_borrow(|said| said[index].get(key).cloned()) {
        return Some(text);
    }
    let text = format(language, key, None)?;
    SAID.with_borrow_mut(|said| said[index].insert(key.to_owned(), text.clone()));
    Some(text)
}

fn format(language: Language, key: &str, arguments: Option<&Arguments<'_>>) -> Option<String> {
    let identifier = match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    };
    LOCALES.lookup_single_language(identifier, key, arguments).ok()
}

/// The text of `key`; a hole shows its key in brackets that a test looks for on every page.
pub(crate) fn say(language: Language, key: &str) -> String {
    find(language, key).unwrap_or_else(|| hole(key))
}

/// The text of `key` with values for its variables.
pub(crate) fn say_with(language: Language, key: &str, values: &[(&'static str, Value)]) -> String {
    let arguments: Arguments<'_> = values
        .iter()
        .map(|(name, value)| (Cow::Borrowed(*name), value.as_fluent()))
        .collect();
    format(language, key, Some(&arguments)).unwrap_or_else(|| hole(key))
}

fn hole(key: &str) -> String {
    format!("⟦{key}⟧")
}

/// A value for a variable of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Words.
    Text(String),
    /// A count, by which a text may choose between singular and plural.
    Count(u64),
}

impl Value {
    pub(crate) fn text(value: impl Display) -> Self {
        Value::Text(value.to_string())
    }

    fn as_fluent(&self) -> FluentValue<'_> {
        match self {
            Value::Text(text) => FluentValue::from(text.as_str()),
            Value::Count(count) => FluentValue::from(*count),
        }
    }
}

/// The first language of an `Accept-Language` header that luoshi speaks, by weight; Chinese where there is none.
pub(crate) fn negotiate(accept_language: Option<&str>) -> Language {
    let mut best: Option<(Language, u32)> = None;
    for part in accept_language.unwrap_or_default().split(',') {
        let mut pieces = part.trim().split(';');
        let Some(language) = pieces.next().map(str::trim).and_then(Language::from_tag) else {
            continue;
        };
        let weight = pieces
            .find_map(|piece| piece.trim().strip_prefix("q="))
            .map_or(Some(1000), thousandths)
            .unwrap_or(0);
        if weight > 0 && best.is_none_or(|(_, highest)| weight > highest) {
            best = Some((language, weight));
        }
    }
    best.map_or(Language::Chinese, |(language, _)| language)
}

/// `0.8` as 800. None: no weight at all.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let whole: u32 = whole.parse().ok()?;
    let fraction: u32 = if fraction.is_empty() {
        0
    } else {
        format!("{fraction:0<3}").get(..3)?.parse().ok()?
    };
    // A weight is at most 1, whatever somebody writes there.
    Some(whole.saturating_mul(1000).saturating_add(fraction).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_chinese_unless_the_browser_asks_for_english_first() {
        for (header, expected) in [
            (None, Language::Chinese),
            (Some(""), Language::Chinese),
            (Some("ug-CN,fr;q=0.9"), Language::Chinese),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (Some("en-GB,en;q=0.9,zh-CN;q=0.8"), Language::English),
            (Some("fr, en;q=0.3, zh;q=0.25"), Language::English),
            (Some("en;q=0, zh;q=0.1"), Language::Chinese),
            (Some("en;q=x,zh"), Language::Chinese),
            (Some("en;q=4294967295.999"), Language::English),
        ] {
            assert_eq!(negotiate(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_text_that_was_said_before_keeps_to_its_language() {
        for _ in 0..2 {
            assert_eq!(say(Language::Chinese, "site-name"), "落实");
            assert_eq!(say(Language::English, "site-name"), "Luoshi");
        }
    }

    #[test]
    fn one_is_not_many() {
        let english = |key, name| {
            let values = [
                (name, Value::Count(1)),
                ("planned", Value::text(41)),
                ("completion", Value::text(40)),
            ];
            say_with(Language::English, key, &values)
        };
        assert!(english("reason-gap", "gap").ends_with("a gap of one point."));
        assert!(english("sign-in-too-many", "count").contains("in about a minute,"));
        assert_eq!(
            english("reason-missed", "count"),
            "One monthly report is owed and missing."
        );
    }

    #[test]
    fn a_missing_text_is_seen() {
        assert_eq!(say(Language::Chinese, "no-such-key"), "⟦no-such-key⟧");
    }
}
