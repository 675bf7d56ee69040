//! The program from outside, as operators and readers meet it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod backup;
mod bad_input;
mod bench;
mod browser;
mod command_line;
mod demo;
mod documents;
mod http;
mod log;
mod postgres;
mod program;
mod research;
mod site;

/// Says past the test runner, which keeps back what a passing test prints, that something was not tested.
pub(crate) fn skipped(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {what}\n").as_bytes());
}
