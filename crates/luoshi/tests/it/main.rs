//! The program from outside, as operators and readers meet it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod bad_input;
mod browser;
mod command_line;
mod demo;
mod documents;
mod http;
mod kill_nine;
mod program;
mod research;
mod site;
