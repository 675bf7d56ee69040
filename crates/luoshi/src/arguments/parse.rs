//! `luoshi parse`: which documents are read, and in which form what they say is written.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    ARGUMENTS, OPTIONS,
    document::{DocumentArguments, RegistryArguments},
};

/// In which form `parse` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    #[value(
        help = "每个文件一个 JSON 对象；只有一个文件时分行缩进 | one JSON object a file; indented where there is only one file"
    )]
    Json,
    #[value(help = "一行一项任务 | one task a row")]
    Csv,
    #[value(help = "工作簿，须同时用 --output | a workbook; needs --output")]
    Xlsx,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ParseArguments {
    #[arg(
        required = true,
        value_name = "FILE|FOLDER",
        help_heading = ARGUMENTS,
        help = "文件或文件夹，可以有多个；文件夹按名称顺序读到底，跳过隐藏文件\nFiles and folders; folders are read to the bottom in order of name, hidden files left out"
    )]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = OutputFormat::Json, hide_default_value = true, value_name = "FORMAT", help = "输出格式（默认 json）\nOutput format (default json)")]
    pub(crate) format: OutputFormat,
    #[arg(
        long,
        value_name = "PATH",
        help = "写入文件，不写到屏幕\nWrite to a file instead of the screen"
    )]
    pub(crate) output: Option<PathBuf>,
    #[arg(long, help = "json 中带上全文\nWith the whole text in the json")]
    pub(crate) with_text: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
}
