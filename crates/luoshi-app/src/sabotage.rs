//! Safeguards that can be taken away, to see whether `luoshi-torture` notices. It exists behind the feature `sabotage` alone, which no
//! program that serves anybody is built with.
//!
//! Nothing here is a setting: a build without the feature has none of this code and reads none of its variable.

use std::sync::OnceLock;

/// A safeguard that is off in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// A change is acknowledged when it was decided, before it is durable (law 8).
    AcknowledgeEarly,
    /// The receipt of an earlier submission with the same key is not looked for.
    ForgetReceipts,
    /// The clock of the machine is believed, also when it runs backwards.
    TrustClock,
    /// The log is signed also while another process has the lease.
    IgnoreLease,
}

/// What was chosen, once, before anything was opened.
static CHOSEN: OnceLock<Sabotage> = OnceLock::new();

impl Sabotage {
    /// The sabotage of this word; none where there is none of it.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "acknowledge-early" => Some(Sabotage::AcknowledgeEarly),
            "forget-receipts" => Some(Sabotage::ForgetReceipts),
            "trust-clock" => Some(Sabotage::TrustClock),
            "ignore-lease" => Some(Sabotage::IgnoreLease),
            _ => None,
        }
    }

    /// Takes the safeguard away until the process ends. A second choice is not heard.
    pub fn begin(self) {
        let _already_begun = CHOSEN.set(self);
    }

    /// Whether this safeguard is off.
    pub(crate) fn is_on(self) -> bool {
        CHOSEN.get() == Some(&self)
    }
}
