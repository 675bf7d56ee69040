//! The languages of screens and messages. Documents are Chinese whatever the screen speaks.

use serde::{Deserialize, Serialize};

/// A language that luoshi speaks to its user. Chinese is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    #[serde(rename = "zh")]
    Chinese,
    /// English, `en`.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Every language, Chinese first.
    pub const ALL: [Language; 2] = [Language::Chinese, Language::English];

    /// The short code of command line flags, cookies and addresses: `zh` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Language::Chinese => "zh",
            Language::English => "en",
        }
    }

    /// The BCP 47 tag for the `lang` attribute of a page and for locale folders: `zh-CN` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// Reads `zh`, `zh-CN`, `en`, `en-GB` and the like; anything else is `None`.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        }
    }
}
