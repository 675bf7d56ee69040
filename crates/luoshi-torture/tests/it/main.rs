//! The harness itself: that it fails where it should. What it does to luoshi is run by `.ci/run`, since it takes minutes.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::process::{Command, Output};

fn torture(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_luoshi-torture"))
        .args(arguments)
        .output()
        .unwrap()
}

fn last_line(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_program_that_does_nothing_does_not_pass() {
    for program in ["/bin/true", "/bin/false", "/nowhere/luoshi"] {
        let output = torture(&["kills", "--rounds", "1", "--program", program]);
        assert_eq!(output.status.code(), Some(1), "{program}");
        assert_eq!(last_line(&output), "0 passed, 1 failed", "{program}");
    }
}

#[test]
fn nothing_asked_for_is_an_error_of_usage() {
    for arguments in [&[][..], &["drowning"]] {
        assert_eq!(torture(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
