//! The site as browsers meet it: real requests against the real application on a folder of its own, pages read by CSS selectors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of these tests stops the test on the spot; clippy knows only the test functions themselves"
)]

mod document;
mod erasure;
mod evidence;
mod last_good;
mod log;
mod matrix;
mod past;
mod plan;
mod public;
mod review;
mod safety;
mod search;
mod serve;
mod session;
mod site;
mod way;
