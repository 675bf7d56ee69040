//! The subcommands, one room each. What they do is the crates' below; here it is read from flags, wired and said.

pub(crate) mod admin;
pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod erasures;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod log;
pub(crate) mod migrate;
pub(crate) mod migrate_engine;
pub(crate) mod orgs;
pub(crate) mod parse;
pub(crate) mod receipt;
pub(crate) mod serve;
pub(crate) mod stats;
pub(crate) mod verify;
