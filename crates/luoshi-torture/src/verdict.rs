//! What was found, line by line, and the count at the end.
//!
//! It prints; it judges nothing itself.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

/// The checks so far.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    passed: u32,
    failed: u32,
    skipped: u32,
    scenario: Option<(String, Instant, u32, u32)>,
}

impl Verdict {
    /// A line that is no check.
    pub(crate) fn say(&mut self, line: &str) {
        // Nobody who closed the output wants to be told.
        let _nobody_reads = writeln!(io::stdout().lock(), "{line}");
    }

    /// Begins a scenario.
    pub(crate) fn open(&mut self, scenario: &str) {
        self.say(&format!("\n{scenario}"));
        self.scenario = Some((scenario.to_owned(), Instant::now(), self.passed, self.failed));
    }

    /// Ends it with its own count.
    pub(crate) fn shut(&mut self) {
        if let Some((scenario, since, passed, failed)) = self.scenario.take() {
            let line = format!(
                "{scenario}: {} passed, {} failed, {} s",
                self.passed - passed,
                self.failed - failed,
                since.elapsed().as_secs()
            );
            self.say(&line);
        }
    }

    /// One check.
    pub(crate) fn check(&mut self, what: &str, holds: bool, detail: &str) {
        if holds {
            self.passed(what, detail);
        } else {
            self.failed(what, detail);
        }
    }

    /// A check that held.
    pub(crate) fn passed(&mut self, what: &str, detail: &str) {
        self.passed += 1;
        self.line("  ok  ", what, detail);
    }

    /// A check that did not.
    pub(crate) fn failed(&mut self, what: &str, detail: &str) {
        self.failed += 1;
        self.line("  FAIL", what, detail);
    }

    /// Something that could not be looked at here.
    pub(crate) fn skipped(&mut self, what: &str, why: &str) {
        self.skipped += 1;
        self.line("  skip", what, why);
    }

    fn line(&mut self, mark: &str, what: &str, detail: &str) {
        if detail.is_empty() {
            self.say(&format!("{mark} {what}"));
        } else {
            self.say(&format!("{mark} {what}: {detail}"));
        }
    }

    /// The last line, and the number that the harness ends with.
    pub(crate) fn close(mut self) -> ExitCode {
        let skipped = match self.skipped {
            0 => String::new(),
            number => format!(", {number} skipped"),
        };
        self.say(&format!("\n{} passed, {} failed{skipped}", self.passed, self.failed));
        // Nothing that was looked at is nothing that was found sound.
        if self.failed == 0 && self.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
