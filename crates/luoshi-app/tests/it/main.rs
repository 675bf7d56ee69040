//! Use cases on a real site in a temporary folder: real store, real log, real passwords; only clock and randomness are the tests' own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod import;
mod log;
mod record;
mod session;
mod site;
mod way;
