//! `luoshi diff`: which two documents are compared, and in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ARGUMENTS, OPTIONS, document::RegistryArguments};

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    #[arg(value_name = "OLD", help_heading = ARGUMENTS, help = "原文件：上一年的，或草案\nThe earlier document: last year's, or the draft")]
    pub(crate) old: PathBuf,
    #[arg(value_name = "NEW", help_heading = ARGUMENTS, help = "新文件：本年的，或定稿\nThe later document: this year's, or the final text")]
    pub(crate) new: PathBuf,
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, hide_default_value = true, value_name = "FORMAT", help_heading = OPTIONS, help = "输出格式（默认 text）\nOutput format (default text)")]
    pub(crate) format: DiffFormat,
    #[arg(long, value_name = "PATH", help_heading = OPTIONS, help = "写入文件，不写到屏幕\nWrite to a file instead of the screen")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

/// In which form `diff` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    #[value(help = "供阅读，终端上带颜色 | for reading, in colour on a terminal")]
    Text,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
    #[value(help = "一个自成一体的网页 | one page that needs nothing else")]
    Html,
}
