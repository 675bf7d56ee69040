//! Given events, when a command, then events or a refusal: the ledger's decisions as stories, and its policy as one table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod codec;
mod erasure;
mod evidence;
mod fixture;
mod plan;
mod policy;
mod report;
mod search;
mod task;
