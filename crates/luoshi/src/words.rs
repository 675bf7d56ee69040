//! What the program says, from the locale files, in the language asked for. No message stands in Rust code except the help of the command
//! line, which is needed before the language is known.

use std::{borrow::Cow, collections::HashMap, fmt::Display};

use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue, langid, static_loader};
use luoshi_types::Language;

static_loader! {
    // Read when the first message is said, so that a command that says nothing does not pay for it.
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // The isolation marks would stand in copied names and paths; both languages run from left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const CHINESE: LanguageIdentifier = langid!("zh-CN");
const ENGLISH: LanguageIdentifier = langid!("en");

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

/// A value for a placeholder of a message.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Words, as they are.
    Text(String),
    /// A count, by which a message may choose between singular and plural.
    Count(u64),
}

/// Words for a placeholder.
pub(crate) fn text(value: impl Display) -> Value {
    Value::Text(value.to_string())
}

/// A count for a placeholder.
pub(crate) fn count(value: impl TryInto<u64>) -> Value {
    Value::Count(value.try_into().unwrap_or(u64::MAX))
}

impl Words {
    /// The message of `key`.
    pub(crate) fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The message of `key` with values for its placeholders. A hole shows its key in brackets.
    pub(crate) fn say_with(self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.find(key, values).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// The message of `key` where there is one.
    pub(crate) fn find(self, key: &str, values: &[(&'static str, Value)]) -> Option<String> {
        let language = match self.0 {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        };
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = values
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => FluentValue::from(text.as_str()),
                    Value::Count(count) => FluentValue::from(*count),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        LOCALES.lookup_single_language(language, key, Some(&arguments)).ok()
    }
}
