//! Complaints about a document, as data. Their wording lives in the locale files of `luoshi-intake`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Span;

/// One complaint: what, how bad, where, and the figures that its message needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What is the matter.
    pub code: DiagnosticCode,
    /// How bad it is.
    pub severity: Severity,
    /// Where; an empty span at 0 where it concerns the whole document.
    pub span: Span,
    /// Values for the placeholders of the message (`count`, `name`, `limit` …).
    pub arguments: BTreeMap<String, String>,
}

impl Diagnostic {
    /// A complaint about `span` with the severity that its code always has.
    pub fn new(code: DiagnosticCode, span: Span) -> Self {
        Self {
            code,
            severity: code.severity(),
            span,
            arguments: BTreeMap::new(),
        }
    }

    /// The same complaint with one more value for its message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.arguments.insert(name.to_owned(), value.to_string());
        self
    }
}

/// How bad a complaint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is in doubt.
    Info,
    /// Something is in doubt and a person should look.
    Warning,
    /// The document, or this part of it, could not be used.
    Error,
}

macro_rules! diagnostic_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident;)*) => {
        /// What a complaint is about. A released code keeps its meaning for ever; its text may improve.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum DiagnosticCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl DiagnosticCode {
            /// Every code.
            pub const ALL: &'static [DiagnosticCode] = &[$(DiagnosticCode::$variant),*];

            /// The stable word of the parse contract, which is also the key of its text in the locale files.
            pub fn code(self) -> &'static str {
                match self { $(DiagnosticCode::$variant => $code,)* }
            }

            /// The severity that this code always has.
            pub fn severity(self) -> Severity {
                match self { $(DiagnosticCode::$variant => Severity::$severity,)* }
            }
        }
    };
}

diagnostic_codes! {
    // The reader's.
    /// The file has no bytes or only white space.
    EmptyFile = "empty-file", Error;
    /// The file is larger than the limit (`limit`, `size`, in bytes).
    FileTooLarge = "file-too-large", Error;
    /// The bytes are none of the formats that can be read (`format` where it was recognised).
    UnknownFormat = "unknown-format", Error;
    /// The file is a picture or scan; there is no text in it (`format`).
    PictureFile = "picture-file", Error;
    /// The file is an archive that is no document (`format`).
    ArchiveFile = "archive-file", Error;
    /// A legacy or paged format that this version cannot read (`format`).
    UnsupportedFormat = "unsupported-format", Error;
    /// The container or its XML is cut off or broken.
    DamagedFile = "damaged-file", Error;
    /// The document is protected by a password.
    EncryptedFile = "encrypted-file", Error;
    /// Unpacking would exceed the limits on size, entries or ratio (`limit`).
    ExpansionLimit = "expansion-limit", Error;
    /// Elements are nested deeper than the limit (`limit`).
    NestingLimit = "nesting-limit", Error;
    /// Bytes that are no text in the detected encoding were replaced (`count`, `encoding`).
    UndecodableBytes = "undecodable-bytes", Warning;
    /// The text looks like mojibake: decoded once too often, or wrongly (`encoding`, or `font` where a font hides what its codes mean).
    Mojibake = "mojibake", Warning;
    /// A number seems to have lost its digits here (`name` is the place as it reads, `count` of such places).
    LostDigits = "lost-digits", Warning;
    /// Deleted text of tracked changes was left out, inserted text was kept (`count` of changes).
    TrackedChanges = "tracked-changes", Info;
    /// The document's pages hold pictures and no text (`format`, `pages`).
    ScannedFile = "scanned-file", Error;
    /// Some pages hold pictures and no text, and are missing here (`count`, `pages`).
    ScannedPages = "scanned-pages", Warning;
    /// Sheets that the file hides were left out (`count`).
    HiddenSheets = "hidden-sheets", Info;
    // The parser's.
    /// No task was found.
    NoTasks = "no-tasks", Error;
    /// Two items bear the same number (`label`).
    DuplicateNumber = "duplicate-number", Warning;
    /// A number is missing in the sequence (`label` expected, `found`).
    NumberGap = "number-gap", Warning;
    /// A task names no responsible body (`label`).
    NoParty = "no-party", Warning;
    /// A responsible body was named that the registry does not know (`name`, and the nearest known names in `candidates`, empty where none is near).
    UnknownOrganisation = "unknown-organisation", Info;
    /// A body is called by a name that it no longer bore at the document's date (`name`, `until`, `successors`).
    SupersededOrganisation = "superseded-organisation", Info;
    /// More than one body was called so at the document's date (`name`, `candidates`).
    AmbiguousOrganisation = "ambiguous-organisation", Info;
    /// A responsibility bracket is not closed.
    UnclosedBracket = "unclosed-bracket", Warning;
    /// A stretch of text could be read in more than one way (`count` of alternatives).
    Unresolved = "unresolved", Warning;
    /// The document states no date or year; what depends on them is empty.
    NoDate = "no-date", Info;
    /// The document states no date or year of its own; the year is that of which its tasks speak (`year`).
    InferredYear = "inferred-year", Info;
    /// A task, or a clause of it, is outside the limits of scope (`reason`).
    NotTracked = "not-tracked", Info;
    /// The document has too many tasks to be a breakdown (`count`, `limit`).
    TooManyTasks = "too-many-tasks", Error;
}
