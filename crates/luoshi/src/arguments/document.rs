//! What the reader is told about a document, with every command that reads one. What a command does besides is in its own module.

use std::{ops::RangeInclusive, path::PathBuf};

use clap::Args;
use jiff::civil::Date;
use luoshi_ledger::plan::YEARS;

use super::OPTIONS;

/// What the reader is told about a document that its text may not say.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct DocumentArguments {
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        help = "文件日期，用于正文没有写明的文件\nDate of the document, used where its text states none"
    )]
    pub(crate) date: Option<Date>,
    #[arg(
        long,
        value_name = "YYYY",
        value_parser = clap::value_parser!(i16).range(years()),
        help = "计划年度，用于正文没有写明的文件\nYear of the plan, used where the text states none"
    )]
    pub(crate) year: Option<i16>,
}

/// With whose names bodies are resolved.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RegistryArguments {
    #[arg(
        long,
        value_name = "FILE",
        help_heading = OPTIONS,
        help = "本地单位名录（TOML），补充内置名录\nA site's own registry of bodies (TOML), added to the shipped one"
    )]
    pub(crate) organisations: Option<PathBuf>,
}

/// The years of plans, in the numbers in which clap keeps bounds.
fn years() -> RangeInclusive<i64> {
    i64::from(*YEARS.start())..=i64::from(*YEARS.end())
}
