//! Given events, when a command, then events or a refusal: the ledger's decisions as stories, and its policy as one table.

mod codec;
mod fixture;
mod plan;
mod policy;
mod report;
mod task;
