//! The real things that tests ask for: a PostgreSQL server of their own, a search of raw files, and whether a machine has what a test needs.
//!
//! Tests and the harness of failures use it. It is not for shipped crates, and it tests nothing itself.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "equipment that does not work ends the test that asked for it, and what is skipped is said on the standard error output"
)]

pub mod postgres;
pub mod raw_files;

use std::{env, ffi::OsString, path::PathBuf};

/// Whether a variable switches something on.
pub fn is_on(name: &str) -> bool {
    variable(name).is_some_and(|value| value == "1")
}

/// A variable of the environment that is not empty.
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Says past the test runner, which keeps back what a passing test prints, that something was not tested.
///
/// # Panics
/// Where `LUOSHI_TEST_REQUIRE_ALL=1` says that nothing may be skipped.
#[track_caller]
pub fn skip<T>(test: &str, reason: &str) -> Option<T> {
    assert!(!is_on("LUOSHI_TEST_REQUIRE_ALL"), "{test} may not be skipped: {reason}");
    let line = format!("skipped: {test}: {reason}\n");
    let _nobody_reads = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    None
}

/// The program of that name in the search path.
pub fn in_search_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&variable("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
