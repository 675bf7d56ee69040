//! The book that the harness keeps of what it handed in and was told, and the classes into which it sorts what it finds afterwards.
//!
//! The classes are those of the tests of Jepsen, where "info" is what is called unknown here.

use std::{collections::BTreeMap, fmt};

use crate::{submission::Submission, verdict::Verdict};

/// What a client was told about a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nobody took the connection: it cannot be there.
    NotSent,
    /// 303 with the address of a receipt: it is promised.
    Acknowledged {
        /// The address of the receipt.
        receipt: String,
    },
    /// A no for a reason that a clerk can do something about: it must not be there.
    Refused(u16),
    /// Anything else: it may be there or not, and never by half.
    Unknown(String),
}

/// A submission with what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) submission: Submission,
    pub(crate) outcome: Outcome,
    /// The receipt as it was first read.
    pub(crate) note: Option<String>,
}

/// What was found of a submission afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Promised and there.
    Ok,
    /// Promised and not there.
    Lost,
    /// Its fate was unknown, it is there, and the retry gave its receipt.
    Recovered,
    /// Its fate was unknown and it was not there; the retry handed it in.
    Absent,
    /// There although it was refused, or something that nobody handed in.
    Unexpected,
    /// There twice: a second receipt for one key, or more entries in the log than reports.
    Duplicated,
    /// Promised and not shown to a reader right afterwards.
    Stale,
    /// There in part: a report without its words, its figure, its receipt or its entry in the log.
    HalfWritten,
}

impl Class {
    /// What the machine is tortured for: none of these may ever occur.
    pub(crate) const FORBIDDEN: [Class; 5] = [
        Class::Lost,
        Class::Unexpected,
        Class::Duplicated,
        Class::Stale,
        Class::HalfWritten,
    ];
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Class::Ok => "ok",
            Class::Lost => "lost",
            Class::Recovered => "recovered",
            Class::Absent => "absent",
            Class::Unexpected => "unexpected",
            Class::Duplicated => "duplicated",
            Class::Stale => "stale",
            Class::HalfWritten => "half-written",
        })
    }
}

/// How many of each class, with the first of the forbidden ones told in full.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<Class, u64>,
    examples: Vec<String>,
}

/// How many forbidden finds are told in full.
const MOST_EXAMPLES: usize = 5;

impl Tally {
    /// Counts a find.
    pub(crate) fn note(&mut self, class: Class, detail: impl Into<String>) {
        *self.counts.entry(class).or_default() += 1;
        if Class::FORBIDDEN.contains(&class) && self.examples.len() < MOST_EXAMPLES {
            self.examples.push(format!("{class}: {}", detail.into()));
        }
    }

    /// Takes the finds of another one.
    pub(crate) fn add(&mut self, other: Tally) {
        for (class, count) in other.counts {
            *self.counts.entry(class).or_default() += count;
        }
        let room = MOST_EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }

    /// How many of a class.
    pub(crate) fn of(&self, class: Class) -> u64 {
        self.counts.get(&class).copied().unwrap_or(0)
    }

    /// How many that may never occur.
    pub(crate) fn forbidden(&self) -> u64 {
        Class::FORBIDDEN.iter().map(|class| self.of(*class)).sum()
    }

    /// A check for each class that there must be none of.
    pub(crate) fn judge(&self, verdict: &mut Verdict) {
        for class in Class::FORBIDDEN {
            let count = self.of(class);
            let detail = if count == 0 { String::new() } else { self.examples() };
            verdict.check(&format!("{count} {class}"), count == 0, &detail);
        }
    }

    /// The first forbidden finds.
    pub(crate) fn examples(&self) -> String {
        self.examples.join("; ")
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [Class::Ok, Class::Recovered, Class::Absent]
            .into_iter()
            .chain(Class::FORBIDDEN)
            .map(|class| format!("{} {class}", self.of(class)));
        formatter.write_str(&all.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_never_occur_is_held_against_the_program() {
        let mut tally = Tally::default();
        for class in [Class::Ok, Class::Recovered, Class::Absent] {
            tally.note(class, "");
        }
        assert_eq!(tally.forbidden(), 0);
        let mut other = Tally::default();
        other.note(Class::Lost, "number 7");
        tally.add(other);
        assert_eq!(tally.forbidden(), 1);
        assert_eq!(tally.examples(), "lost: number 7");
        assert_eq!(
            tally.to_string(),
            "1 ok, 1 recovered, 1 absent, 1 lost, 0 unexpected, 0 duplicated, 0 stale, 0 half-written"
        );
    }
}
