//! Lines of ledgers as they were written for the last readers, so that a page of fifty of them need not read and word anew what has not
//! changed.
//!
//! Each is kept under everything that its words depend on, versions of task and report among them, so none is ever older than the ledger, and
//! none has to be thrown away when something changes: it is not asked for again, and goes when room is needed. It keeps no whole pages, and
//! nothing of past days. Where several processes serve one site, each keeps its own.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use luoshi_app::ledger::ListedLine;
use luoshi_ledger::view::LineVersion;
use luoshi_types::Language;
use quick_cache::{Weighter, sync::Cache};

/// All lines together, in bytes: those of some eighty pages.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// About how long a line is, in bytes.
const USUAL_BYTES: usize = 2 * 1024;

/// Everything that the words of a line depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LineKey {
    language: Language,
    erasures: u32,
    version: LineVersion,
    shows_report: bool,
}

impl LineKey {
    pub(crate) fn new(language: Language, erasures: u32, version: LineVersion, shows_report: bool) -> Self {
        Self {
            language,
            erasures,
            version,
            shows_report,
        }
    }

    /// The key of a line of a list.
    pub(crate) fn of(language: Language, erasures: u32, line: &ListedLine) -> Self {
        Self::new(language, erasures, line.version, line.shows_report)
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<LineKey, Arc<str>> for Bytes {
    fn weight(&self, _: &LineKey, line: &Arc<str>) -> u64 {
        (size_of::<LineKey>() + line.len()) as u64
    }
}

/// The lines.
pub(crate) struct WrittenLines {
    lines: Cache<LineKey, Arc<str>, Bytes>,
    /// How many erasures by law had been carried out when the latest line was kept.
    erasures: AtomicU32,
}

impl Default for WrittenLines {
    fn default() -> Self {
        Self {
            lines: Cache::with_weighter(MOST_BYTES as usize / USUAL_BYTES, MOST_BYTES, Bytes),
            erasures: AtomicU32::new(0),
        }
    }
}

impl WrittenLines {
    /// The line that was kept under `key`.
    pub(crate) fn find(&self, key: &LineKey) -> Option<Arc<str>> {
        self.lines.get(key)
    }

    /// Keeps a line. After an erasure by law nothing from before it is kept, be it asked for or not.
    pub(crate) fn keep(&self, key: LineKey, line: Arc<str>) {
        if self.erasures.swap(key.erasures, Ordering::Relaxed) != key.erasures {
            self.lines.clear();
        }
        self.lines.insert(key, line);
    }
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::{
        ids::{OrganisationId, ReportId, TaskId},
        light::{Colour, Proof},
        view::LatestReport,
    };
    use uuid::Uuid;

    use super::*;

    fn key() -> LineKey {
        let version = LineVersion {
            task: TaskId(Uuid::nil()),
            number: 1,
            task_version: 3,
            colour: Colour::Green,
            proof: Proof::SelfReported,
            latest: Some(LatestReport {
                report: ReportId(Uuid::nil()),
                organisation: OrganisationId(Uuid::nil()),
                version: 1,
            }),
        };
        LineKey::new(Language::Chinese, 0, version, true)
    }

    #[test]
    fn a_line_is_found_under_all_that_it_depends_on_and_under_nothing_less() {
        let kept = WrittenLines::default();
        kept.keep(key(), "一行".into());
        assert_eq!(kept.find(&key()).as_deref(), Some("一行"));
        let changed = |change: fn(&mut LineKey)| {
            let mut key = key();
            change(&mut key);
            kept.find(&key)
        };
        assert_eq!(changed(|key| key.language = Language::English), None);
        assert_eq!(changed(|key| key.erasures = 1), None);
        assert_eq!(changed(|key| key.shows_report = false), None);
        assert_eq!(changed(|key| key.version.task_version = 4), None);
        assert_eq!(changed(|key| key.version.colour = Colour::Red), None);
        assert_eq!(changed(|key| key.version.latest = None), None);
    }

    #[test]
    fn after_an_erasure_nothing_from_before_it_is_kept() {
        let kept = WrittenLines::default();
        kept.keep(key(), "有姓名的一行".into());
        let mut after = key();
        after.erasures = 1;
        kept.keep(after.clone(), "一行".into());
        assert_eq!(kept.find(&key()), None);
        assert_eq!(kept.find(&after).as_deref(), Some("一行"));
    }

    #[test]
    fn lines_do_not_grow_beyond_their_bytes() {
        let kept = WrittenLines::default();
        let line: Arc<str> = "字".repeat(2_000).into();
        for number in 0..5_000 {
            let mut key = key();
            key.version.number = number;
            kept.keep(key, Arc::clone(&line));
        }
        assert!(kept.lines.weight() <= MOST_BYTES);
        assert!(kept.lines.len() > 500);
    }
}
