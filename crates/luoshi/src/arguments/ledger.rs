//! `luoshi ledger`: which ledger is listed or exported, as of when, and in which form.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{HELP_TEMPLATE, OPTIONS};

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum LedgerCommand {
    #[command(about = "把一份计划的台账列在屏幕上\nShow the ledger of a plan on the screen", help_template = HELP_TEMPLATE)]
    List(LedgerListArguments),
    #[command(about = "把一份计划的台账写入文件\nWrite the ledger of a plan to a file", help_template = HELP_TEMPLATE)]
    Export(LedgerExportArguments),
}

/// Which ledger, and from when it is looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct LedgerArguments {
    #[arg(
        long,
        value_name = "ID|latest",
        default_value = "latest",
        hide_default_value = true,
        help = "计划编号，或 latest（最近的一份，默认）\nId of the plan, or latest (default)"
    )]
    pub(crate) plan: String,
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        help = "截至哪一天（默认现在）\nAs of the end of this day (default: now)"
    )]
    pub(crate) as_of: Option<Date>,
    #[arg(
        long,
        value_enum,
        value_name = "CLOCK",
        requires = "as_of",
        help = "按哪个时间：known 当天已经记录的（默认），true 当天已经生效的（含后来补记）\nBy which clock: known, what was recorded by then (default); true, what was true by then, also where it was recorded later"
    )]
    pub(crate) clock: Option<ClockName>,
}

/// A clock as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClockName {
    #[value(help = "当天已经记录的 | what was recorded by then")]
    Known,
    #[value(help = "当天已经生效的 | what was true by then")]
    True,
}

#[derive(Debug, Args)]
pub(crate) struct LedgerListArguments {
    #[command(flatten)]
    pub(crate) ledger: LedgerArguments,
    #[arg(long, value_enum, default_value_t = ListFormat::Table, hide_default_value = true, value_name = "FORMAT", help_heading = OPTIONS, help = "输出格式（默认 table）\nOutput format (default table)")]
    pub(crate) format: ListFormat,
}

/// In which form `ledger list` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    #[value(help = "供阅读，一行一项任务 | for reading, one task a line")]
    Table,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
    #[value(help = "全部十六列 | all sixteen columns")]
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct LedgerExportArguments {
    #[command(flatten)]
    pub(crate) ledger: LedgerArguments,
    #[arg(long, value_enum, default_value_t = FileFormat::Xlsx, hide_default_value = true, value_name = "FORMAT", help_heading = OPTIONS, help = "文件格式（默认 xlsx）\nFormat of the file (default xlsx)")]
    pub(crate) format: FileFormat,
    #[arg(long, value_name = "PATH", help_heading = OPTIONS, help = "写入的文件，不覆盖已有文件\nThe file to write; never over an existing one")]
    pub(crate) output: PathBuf,
}

/// In which form `ledger export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    #[value(help = "工作簿 | a workbook")]
    Xlsx,
    #[value(help = "全部十六列 | all sixteen columns")]
    Csv,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
}
