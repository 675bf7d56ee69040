//! Use cases on a real site in a temporary folder: real store, real log, real passwords; only clock and randomness are the tests' own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod backup;
#[cfg(feature = "s3")]
mod bucket;
mod erasure;
mod evidence;
mod import;
mod job;
mod log;
mod past;
mod readings;
mod record;
mod scanner;
mod search;
mod session;
mod signing;
mod simulation;
mod site;
mod sweep;
mod tampering;
mod way;

/// Says past the test runner, which keeps back what a passing test prints, that something was not tested.
pub(crate) fn skipped(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {what}\n").as_bytes());
}
