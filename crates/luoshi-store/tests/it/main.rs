//! The store from outside: the story that every engine has to tell alike, the committer under strain, and tampering that has to be found.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of these tests stops the test on the spot; clippy knows only the test functions themselves"
)]

mod committer;
mod opening;
mod postgres;
mod scene;
mod scrubbing;
mod story;
mod tampering;
mod vault;
mod words;
