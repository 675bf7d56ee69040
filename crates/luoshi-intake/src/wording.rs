//! What a complaint, a reason or a role is called in each language, from the files in `locales/`. It decides nothing.
//!
//! The files are read when the first word is asked for, so that taking in a document without complaint does not pay for them.

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use luoshi_parse::{MentionReason, ScopeReason, SpanKind};
use luoshi_types::{Diagnostic, Language, PartyRole};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // The isolation marks would stand in copied text; both languages run from left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static CHINESE: LanguageIdentifier = langid!("zh-CN");
static ENGLISH: LanguageIdentifier = langid!("en");

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

pub(crate) fn word(key: &str, language: Language) -> String {
    LOCALES.lookup(identifier(language), key)
}

/// The text of `key` with words for its placeholders.
pub(crate) fn say(key: &str, values: &[(&'static str, &str)], language: Language) -> String {
    let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = values
        .iter()
        .map(|&(name, value)| (Cow::Borrowed(name), FluentValue::from(value)))
        .collect();
    LOCALES.lookup_with_args(identifier(language), key, &arguments)
}

fn sentence(key: &str, diagnostic: &Diagnostic, language: Language) -> String {
    let mut arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = HashMap::new();
    for (name, value) in &diagnostic.arguments {
        let value = match name.as_str() {
            // The parser speaks in codes; people read words.
            "reason" => {
                ScopeReason::from_code(value).map_or_else(|| value.clone(), |reason| scope_reason(reason, language))
            }
            _ if value.is_empty() => "none".to_owned(),
            _ => value.clone(),
        };
        arguments.insert(Cow::Owned(name.clone()), FluentValue::from(value));
    }
    LOCALES.lookup_with_args(identifier(language), key, &arguments)
}

/// What is the matter, in one sentence.
pub fn message(diagnostic: &Diagnostic, language: Language) -> String {
    sentence(diagnostic.code.code(), diagnostic, language)
}

/// What to do about it, in one sentence.
pub fn hint(diagnostic: &Diagnostic, language: Language) -> String {
    sentence(&format!("{}-hint", diagnostic.code.code()), diagnostic, language)
}

/// Why a matter is outside the limits of scope.
pub fn scope_reason(reason: ScopeReason, language: Language) -> String {
    word(&format!("scope-{}", reason.code()), language)
}

/// Why a number is no target.
pub fn mention_reason(reason: MentionReason, language: Language) -> String {
    word(&format!("mention-{}", reason.code()), language)
}

/// What a part of the text is.
pub fn span_kind(kind: SpanKind, language: Language) -> String {
    word(&format!("span-{}", kind.code().replace('_', "-")), language)
}

/// The part of a body in a task.
pub fn role(role: PartyRole, language: Language) -> String {
    word(&format!("role-{}", role.code().replace('_', "-")), language)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use luoshi_types::{DiagnosticCode, Span};

    use super::*;

    const FILES: [(&str, &str, &str); 2] = [
        (
            "diagnostics",
            include_str!("../locales/zh-CN/diagnostics.ftl"),
            include_str!("../locales/en/diagnostics.ftl"),
        ),
        (
            "words",
            include_str!("../locales/zh-CN/words.ftl"),
            include_str!("../locales/en/words.ftl"),
        ),
    ];

    fn keys(file: &str) -> BTreeSet<&str> {
        file.lines()
            .filter(|line| line.starts_with(|character: char| character.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        for (name, chinese, english) in FILES {
            assert_eq!(keys(chinese), keys(english), "{name}.ftl");
        }
    }

    #[test]
    fn every_code_and_reason_is_worded() {
        for language in Language::ALL {
            let is_worded = |text: String, code: &str| {
                assert!(!text.starts_with("Unknown") && !text.contains("{$"), "{code}: {text}")
            };
            for &code in DiagnosticCode::ALL {
                let mut diagnostic = Diagnostic::new(code, Span::default());
                for name in [
                    "year",
                    "limit",
                    "size",
                    "format",
                    "count",
                    "encoding",
                    "label",
                    "found",
                    "name",
                    "part",
                    "pages",
                    "candidates",
                    "until",
                    "successors",
                ] {
                    diagnostic = diagnostic.with(name, "7");
                }
                diagnostic = diagnostic.with("reason", "policing");
                is_worded(message(&diagnostic, language), code.code());
                is_worded(hint(&diagnostic, language), code.code());
            }
            ScopeReason::ALL
                .into_iter()
                .for_each(|reason| is_worded(scope_reason(reason, language), reason.code()));
            MentionReason::ALL
                .into_iter()
                .for_each(|reason| is_worded(mention_reason(reason, language), reason.code()));
            SpanKind::ALL
                .into_iter()
                .for_each(|kind| is_worded(span_kind(kind, language), kind.code()));
            PartyRole::ALL
                .into_iter()
                .for_each(|part| is_worded(role(part, language), part.code()));
        }
    }

    #[test]
    fn no_key_is_left_over() {
        let codes: BTreeSet<&str> = DiagnosticCode::ALL.iter().map(|code| code.code()).collect();
        for key in keys(FILES[0].1) {
            assert!(
                codes.contains(key.strip_suffix("-hint").unwrap_or(key)),
                "{key} belongs to no code"
            );
        }
    }

    #[test]
    fn messages_carry_their_figures() {
        let gap = Diagnostic::new(DiagnosticCode::NumberGap, Span::default())
            .with("label", 3)
            .with("found", "（四）");
        assert_eq!(
            message(&gap, Language::Chinese),
            "编号不连续：应为第3项，实为“（四）”。"
        );
        assert_eq!(
            message(&gap, Language::English),
            "The numbering has a gap: number 3 was expected and “（四）” found."
        );
    }
}
