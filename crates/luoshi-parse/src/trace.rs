//! Records which rules fired, when the caller asked for it. It decides nothing and costs nothing when it is off.

use luoshi_types::Span;

use crate::{model::TraceEntry, rules::Rule};

/// The recorder of one parse.
pub(crate) struct Tracer {
    is_on: bool,
    /// The task that is being read.
    pub(crate) task: Option<usize>,
    pub(crate) entries: Vec<TraceEntry>,
}

impl Tracer {
    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            task: None,
            entries: Vec::new(),
        }
    }

    /// Takes back the entries behind `start` for which `is_moot` holds.
    pub(crate) fn forget(&mut self, start: usize, is_moot: impl Fn(&TraceEntry) -> bool) {
        // Only the tail is looked at: the entries of earlier tasks are settled.
        let tail = self.entries.split_off(start.min(self.entries.len()));
        self.entries.extend(tail.into_iter().filter(|entry| !is_moot(entry)));
    }

    /// Notes that `rule` took `span`; the result is worded only when somebody listens.
    pub(crate) fn fired(&mut self, rule: &'static Rule, span: Span, result: impl FnOnce() -> String) {
        if self.is_on {
            self.entries.push(TraceEntry {
                rule: rule.code,
                span,
                task: self.task,
                result: result(),
            });
        }
    }
}
