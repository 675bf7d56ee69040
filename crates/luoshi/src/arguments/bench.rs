//! `luoshi bench`: what is measured, how long, and by which way. The scratch site and its load are in [`crate::bench`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{HELP_TEMPLATE, OPTIONS};

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct BenchArguments {
    #[command(subcommand)]
    pub(crate) command: Option<BenchCommand>,
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_values_t = [1, 16, 64, 256],
        hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(1..=1000),
        help = "同时报送的数目（默认 1,16,64,256）\nWriters at once (default 1,16,64,256)"
    )]
    pub(crate) writers: Vec<u16>,
    #[arg(long, value_enum, default_value_t = WayName::Execute, hide_default_value = true, value_name = "WAY", help = "经哪条路报送（默认 execute）\nBy which way submissions come in (default execute)")]
    pub(crate) through: WayName,
    #[command(flatten)]
    pub(crate) settings: BenchSettings,
}

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum BenchCommand {
    #[command(about = "测台账页和任务页的速度，报告由少到多\nMeasure list and task pages with few reports and with many", help_template = HELP_TEMPLATE)]
    Pages(BenchPagesArguments),
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct BenchPagesArguments {
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_values_t = [20_000, 200_000],
        hide_default_value = true,
        help = "报告数，由少到多（默认 20000,200000）\nReports, from few to many (default 20000,200000)"
    )]
    pub(crate) reports: Vec<u64>,
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_values_t = [1, 16],
        hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(1..=1000),
        help = "连接数（默认 1,16）\nConnections (default 1,16)"
    )]
    pub(crate) connections: Vec<u16>,
    #[command(flatten)]
    pub(crate) settings: BenchSettings,
}

/// Where and how long is measured, and in which form it is told.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct BenchSettings {
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        hide_default_value = true,
        value_parser = clap::value_parser!(u64).range(1..=3600),
        help = "每一项测多少秒（默认 5）\nSeconds of each measurement (default 5)"
    )]
    pub(crate) seconds: u64,
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(2..=1_000_000),
        help = "临时站点的任务数（默认 8000；pages 默认 40000）\nTasks of the scratch site (default 8000; of pages 40000)"
    )]
    pub(crate) tasks: Option<u32>,
    #[arg(
        long,
        value_name = "DIR",
        help = "临时站点建在哪个文件夹下，也就是测哪块磁盘（默认系统的临时文件夹）\nFolder below which the scratch site is made, and so the disk that is measured (default: the system's for temporary files)"
    )]
    pub(crate) folder: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = BenchFormat::Table, hide_default_value = true, value_name = "FORMAT", help = "输出格式（默认 table）\nOutput format (default table)")]
    pub(crate) format: BenchFormat,
}

/// In which form `bench` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchFormat {
    #[value(help = "供阅读的表格 | a table for reading")]
    Table,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
}

/// By which way submissions come in, as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WayName {
    #[value(help = "程序内部 | inside the program")]
    Execute,
    #[value(help = "网站的表单，经回环地址 | the form of the site, over the loopback")]
    Http,
}
