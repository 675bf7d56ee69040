//! Intake from outside: the documents of the corpus against their golden results, and what no document may do.

#![expect(clippy::expect_used, reason = "helpers of tests stop on the spot")]

mod compare;
mod corpus;
mod honesty;
mod hostile;
mod outputs;
mod same_plan;
mod schema;

use luoshi_intake::{Intake, IntakeSettings, intake};

/// Takes in a text file with the year 2024 and a trace.
fn take(text: &str) -> Intake {
    let settings = IntakeSettings {
        year: Some(2024),
        trace: true,
        ..IntakeSettings::default()
    };
    intake(text.as_bytes(), "任务分解.txt", &settings)
}

/// Says past the test runner, which keeps back what a passing test prints, that something was not tested.
pub(crate) fn skipped(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {what}\n").as_bytes());
}
