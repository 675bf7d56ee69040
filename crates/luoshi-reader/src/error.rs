//! Why reading stopped early, and the diagnostic that says so. It holds no wording; the locale files do.

use luoshi_types::{Diagnostic, DiagnosticCode, Span};

/// One cause for which a container or a page could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// The container or the XML of `part` is cut off or broken.
    #[error("damaged: {part}")]
    Damaged {
        /// Name of the part inside the container, or of the format.
        part: String,
    },
    /// A limit on size, entries, ratio or count was reached.
    #[error("more than {limit} {what}")]
    Expansion {
        /// The limit.
        limit: u64,
        /// What was counted.
        what: &'static str,
    },
    /// Elements are nested deeper than the limit.
    #[error("nested deeper than {limit}")]
    Nesting {
        /// The limit.
        limit: usize,
    },
    /// The content is protected by a password.
    #[error("encrypted")]
    Encrypted,
}

impl ReadError {
    pub(crate) fn damaged(part: impl Into<String>) -> Self {
        ReadError::Damaged { part: part.into() }
    }

    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let about = |code| Diagnostic::new(code, Span::default());
        match self {
            ReadError::Damaged { part } => about(DiagnosticCode::DamagedFile).with("part", part),
            ReadError::Expansion { limit, what } => about(DiagnosticCode::ExpansionLimit)
                .with("limit", limit)
                .with("what", what),
            ReadError::Nesting { limit } => about(DiagnosticCode::NestingLimit).with("limit", limit),
            ReadError::Encrypted => about(DiagnosticCode::EncryptedFile),
        }
    }
}
