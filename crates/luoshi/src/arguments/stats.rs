//! `luoshi stats`: what is counted, and in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    ARGUMENTS, OPTIONS,
    document::{DocumentArguments, RegistryArguments},
};

#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    #[arg(required = true, value_name = "FILE|FOLDER", help_heading = ARGUMENTS, help = "文件或文件夹，可以有多个\nFiles and folders")]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = StatsFormat::Text, hide_default_value = true, value_name = "FORMAT", help_heading = OPTIONS, help = "输出格式（默认 text）\nOutput format (default text)")]
    pub(crate) format: StatsFormat,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

/// In which form `stats` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsFormat {
    #[value(help = "供阅读的表格 | tables for reading")]
    Text,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
    #[value(help = "各单位一行 | one body a row")]
    Csv,
}
