//! What can be typed after `luoshi`: subcommands, flags and their help, Chinese first. It reads no file and does nothing.

use std::{net::SocketAddr, ops::RangeInclusive, path::PathBuf};

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use luoshi_ledger::plan::YEARS;
use luoshi_types::Language;

/// The order of the parts of a help page, with headings in both languages.
const HELP_TEMPLATE: &str = "{before-help}{about-with-newline}\n用法 Usage: {usage}\n\n{all-args}{after-help}";

/// Heading of the flags that every subcommand has.
const EVERYWHERE: &str = "通用选项 Options everywhere";
/// Heading of a subcommand's own flags.
const OPTIONS: &str = "选项 Options";
/// Heading of a subcommand's own words.
const ARGUMENTS: &str = "参数 Arguments";

/// What the numbers mean that the program ends with.
const EXIT_CODES: &str = "\
退出码 Exit codes:
  0  办好了  Done
  1  文件有问题，或核对发现不一致  Something is wrong with a document, or verification found differences
  2  命令或设置有误  The command or a setting is wrong
  3  文件、数据库或网络地址不可用  A file, the database or the address cannot be used
  4  台账不接受这项操作  The ledger refuses what was asked for
  5  程序出错  A defect of the program
  6  回执真实，尚未列入存证点  A receipt is genuine and not yet covered by a checkpoint
  7  回执属于另一本日志  A receipt belongs to another log

设置的先后：默认值 < 设置文件 < 环境变量 LUOSHI_… < 命令行选项。
Settings, later ones win: defaults < settings file < environment LUOSHI_… < flags.";

/// What the numbers mean for a receipt.
const RECEIPT_EXIT_CODES: &str = "\
退出码 Exit codes:
  0  真实，已列入存证点  Genuine and covered by a checkpoint
  6  真实，尚未列入存证点  Genuine and not yet covered
  1  被改动、伪造，或与所给存证点矛盾  Changed, forged, or at odds with the checkpoint given
  7  属于另一本日志  Of another log
  3  不是回执，或文件读不了  No receipt, or the file cannot be read
  2  没有给出验证公钥  No verifier key was given";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "luoshi",
    version,
    about = "落实：从任务分解文件到台账、报送、核验和公开\nFrom a breakdown document to a ledger, reports, verification and publication",
    after_help = EXIT_CODES,
    help_template = HELP_TEMPLATE,
    subcommand_help_heading = "命令 Commands",
    subcommand_value_name = "COMMAND",
    disable_help_flag = true,
    disable_version_flag = true,
    arg_required_else_help = true,
    max_term_width = 110
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) command: Command,
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = EVERYWHERE, help = "显示版本\nShow the version")]
    version: Option<bool>,
}

/// Flags that mean the same with every subcommand.
#[derive(Debug, Args)]
#[command(next_help_heading = EVERYWHERE)]
pub(crate) struct Everywhere {
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "数据文件夹（默认 ./luoshi-data；demo 默认 ./luoshi-data/demo）\nData folder (default ./luoshi-data; of demo ./luoshi-data/demo)"
    )]
    pub(crate) data: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "数据库：sqlite:文件，或 postgres://…（默认用数据文件夹里的 luoshi.db）\nDatabase: sqlite:FILE or postgres://… (default: luoshi.db in the data folder)"
    )]
    pub(crate) database: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        help = "网站的监听地址（默认 127.0.0.1:8080）\nAddress that the site listens on (default 127.0.0.1:8080)"
    )]
    pub(crate) listen: Option<SocketAddr>,
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "设置文件（TOML）\nSettings file (TOML)"
    )]
    pub(crate) config: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "LANG",
        help = "提示所用语言，zh 或 en（默认 zh）\nLanguage of messages, zh or en (default zh)"
    )]
    pub(crate) lang: Option<SpokenLanguage>,
    #[arg(short, long, global = true, action = ArgAction::Help, help = "显示帮助\nShow help")]
    help: Option<bool>,
}

/// A language as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpokenLanguage {
    #[value(name = "zh")]
    Chinese,
    #[value(name = "en")]
    English,
}

impl From<SpokenLanguage> for Language {
    fn from(language: SpokenLanguage) -> Self {
        match language {
            SpokenLanguage::Chinese => Language::Chinese,
            SpokenLanguage::English => Language::English,
        }
    }
}

/// What is to be done.
#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum Command {
    #[command(about = "读取文件，输出任务、责任方、指标和时限\nRead documents: tasks, bodies, targets and deadlines", help_template = HELP_TEMPLATE)]
    Parse(ParseArguments),
    #[command(about = "说明一项任务是按哪些规则读出来的\nShow which rules read a task", help_template = HELP_TEMPLATE)]
    Explain(ExplainArguments),
    #[command(about = "对照两份分解文件：延续、新增、未再列入的任务，指标、时限和单位的变化\nCompare two breakdowns: tasks carried over, new and dropped; targets, deadlines and bodies that changed", help_template = HELP_TEMPLATE)]
    Diff(DiffArguments),
    #[command(about = "统计各单位的任务、指标和各月到期的时限\nCount tasks and targets by body, deadlines by month", help_template = HELP_TEMPLATE)]
    Stats(StatsArguments),
    #[command(
        about = "单位名录：核对名录文件，查一个名称在某日指谁\nRegistry of bodies: check a file, ask what a name means at a date",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Orgs {
        #[command(subcommand)]
        command: OrgsCommand,
    },
    #[command(about = "把分解文件导入数据文件夹，生成待审稿\nTake a breakdown document into a site for review", help_template = HELP_TEMPLATE)]
    Import(ImportArguments),
    #[command(about = "运行网站\nRun the site", help_template = HELP_TEMPLATE)]
    Serve,
    #[command(about = "用虚构的省份或一份文件演示全过程\nShow all of it on a fictional province or on a document", help_template = HELP_TEMPLATE)]
    Demo(DemoArguments),
    #[command(about = "重放全部记录，核对台账、存证和文件\nReplay the record and check ledger, log and files", help_template = HELP_TEMPLATE)]
    Verify,
    #[command(
        about = "台账：列出、导出，也可以看过去某一天的\nThe ledger: list and export it, also as of a past day",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    #[command(
        about = "存证日志：任何人都可以核对；换钥和续接由管理服务器的人办理\nThe transparency log: anybody checks it; its keys are kept by whoever runs the server",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Log {
        #[command(subcommand)]
        command: LogCommand,
    },
    #[command(
        about = "回执：离线核对\nReceipts, checked off-line",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Receipt {
        #[command(subcommand)]
        command: ReceiptCommand,
    },
    #[command(about = "把旧版数据库升级到本程序的版本\nBring an older database up to this program", help_template = HELP_TEMPLATE)]
    Migrate,
    #[command(about = "把整个站点备份成一个文件，并打开核对\nBack the whole site up into one file, proven by opening it", help_template = HELP_TEMPLATE)]
    Backup(BackupArguments),
    #[command(about = "从备份恢复站点\nMake a site of a backup", help_template = HELP_TEMPLATE)]
    Restore(RestoreArguments),
    #[command(about = "把整个站点搬到另一种数据库，逐条重放核对\nMove the whole site to a database of another engine, proven by replay", help_template = HELP_TEMPLATE)]
    MigrateEngine(MigrateEngineArguments),
    #[command(
        about = "测速：在临时站点上测报送的速度，与磁盘和数据库的极限对照\nMeasure submissions on a scratch site beside what disk and database can do",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        args_conflicts_with_subcommands = true
    )]
    Bench(BenchArguments),
    #[command(
        about = "督查室、账号和密码\nSupervision office, accounts and passwords",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
}

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

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum OrgsCommand {
    #[command(about = "核对一个名录文件\nCheck a registry file", help_template = HELP_TEMPLATE)]
    Check(OrgsCheckArguments),
    #[command(about = "查一个名称在某日指哪个单位\nShow which body a name means at a date", help_template = HELP_TEMPLATE)]
    Resolve(OrgsResolveArguments),
}

#[derive(Debug, Args)]
pub(crate) struct OrgsCheckArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "名录文件（TOML）\nThe registry file (TOML)")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct OrgsResolveArguments {
    #[arg(required = true, value_name = "NAME", help_heading = ARGUMENTS, help = "单位名称，可以有多个\nNames of bodies")]
    pub(crate) names: Vec<String>,
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = OPTIONS, help = "日期（默认按现有机构）\nThe date (default: the bodies of today)")]
    pub(crate) at: Option<Date>,
    #[arg(long, help_heading = OPTIONS, help = "每个名称输出一行 JSON\nOne line of JSON a name")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

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

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ExplainArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "文件\nThe document")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "N", help = "任务序号，从 1 起\nNumber of the task, from 1")]
    pub(crate) task: usize,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ImportArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "分解文件\nThe breakdown document")]
    pub(crate) file: PathBuf,
    #[arg(
        long,
        help = "不经审阅，直接按读出的结果采纳为计划\nAdopt what was read as a plan at once, without review"
    )]
    pub(crate) adopt: bool,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct BackupArguments {
    #[arg(
        long,
        value_name = "FILE",
        help = "写到哪里；不覆盖已有文件\nWhere to; an existing file is never overwritten"
    )]
    pub(crate) output: PathBuf,
    #[arg(
        long,
        value_name = "AGE",
        help = "加密给谁：age1 开头的公钥，可以写多次\nWho can open it: a public key that begins with age1; may be given several times"
    )]
    pub(crate) recipient: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct RestoreArguments {
    #[arg(value_name = "FILE", help = "备份文件\nThe backup")]
    pub(crate) archive: PathBuf,
    #[arg(
        long,
        value_name = "FILE",
        help = "备份加密时，age 的私钥文件\nThe file of secret keys of age, where the backup is enciphered"
    )]
    pub(crate) identity: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        help = "站点最后公布的存证点；与备份一致时不停止签署\nThe last checkpoint that the site published; where the backup ends with it, signing goes on"
    )]
    pub(crate) witnessed: Option<PathBuf>,
    #[arg(long, help = "只打开核对，不恢复\nOnly open it and check it")]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct MigrateEngineArguments {
    #[arg(
        long,
        value_name = "URL",
        help = "搬到哪里：空的数据库，postgres://… 或 sqlite:文件\nWhere to: an empty database, postgres://… or sqlite:FILE"
    )]
    pub(crate) to: String,
}

/// By which way submissions come in, as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WayName {
    #[value(help = "程序内部 | inside the program")]
    Execute,
    #[value(help = "网站的表单，经回环地址 | the form of the site, over the loopback")]
    Http,
}

/// In which form `bench` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchFormat {
    #[value(help = "供阅读的表格 | a table for reading")]
    Table,
    #[value(help = "一个 JSON 对象 | one JSON object")]
    Json,
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
        value_parser = clap::value_parser!(u32).range(1..=1_000_000),
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

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct DemoArguments {
    #[arg(
        long,
        value_name = "FILE",
        help = "用这份分解文件，不用虚构省份的文件\nUse this breakdown document instead of the fictional province's"
    )]
    pub(crate) document: Option<PathBuf>,
}

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

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum LogCommand {
    #[command(about = "核对整本日志：签名、每条条目、每个分片和根\nCheck a whole log: signature, every entry, every tile and the root", help_template = HELP_TEMPLATE)]
    Verify(LogPlace),
    #[command(about = "取一条条目的存在证明，或核对公开数据中的条目\nMake a proof of inclusion, or check the entries of public data", help_template = HELP_TEMPLATE)]
    Prove(ProveArguments),
    #[command(about = "核对新的存证点只在旧的之后添加\nShow that a later checkpoint only added to an earlier one", help_template = HELP_TEMPLATE)]
    Consistency(ConsistencyArguments),
    #[command(about = "盯住一本日志：存证点倒退或分叉即报警\nWatch a log: raise the alarm when it goes back or forks", help_template = HELP_TEMPLATE)]
    Watch(WatchArguments),
    #[command(about = "本站日志能否签署，由哪把密钥签署（管理服务器的人用）\nWhether this site can sign, and by which key (for whoever runs the server)", help_template = HELP_TEMPLATE)]
    Status,
    #[command(about = "换钥：新旧两把密钥共同签署一段时间（管理服务器的人用）\nReplace the key; both sign for a while (for whoever runs the server)", help_template = HELP_TEMPLATE)]
    RotateKey(RotateKeyArguments),
    #[command(about = "记录事故并续接新日志：密钥丢失，或恢复了旧备份（管理服务器的人用）\nRecord an incident and continue in a new log: a lost key, an old backup (for whoever runs the server)", help_template = HELP_TEMPLATE)]
    Incident(IncidentArguments),
}

/// Which log, and whom to trust about it.
#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct LogPlace {
    #[arg(value_name = "URL|FOLDER", help_heading = ARGUMENTS, help = "日志的网址（如 https://主机名/log/）或文件夹\nAddress of the log (such as https://host/log/) or a folder")]
    pub(crate) place: String,
    #[arg(
        long,
        value_name = "KEY|FILE",
        help = "事先记下的验证公钥，或存有公钥、密钥沿革的文件；不给则用日志自带的\nThe verifier key noted before, or a file with the key or the key history; without it the one that comes with the log"
    )]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
#[group(skip)]
pub(crate) struct ProveArguments {
    #[command(flatten)]
    pub(crate) log: LogPlace,
    #[command(flatten)]
    pub(crate) subject: ProofSubject,
    #[arg(
        long,
        value_name = "PATH",
        help = "写入文件，不写到屏幕\nWrite to a file instead of the screen"
    )]
    pub(crate) output: Option<PathBuf>,
}

/// What is to be proved.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ProofSubject {
    #[arg(long, value_name = "N", help_heading = OPTIONS, help = "条目的位置，从 0 起\nPlace of the entry, from 0")]
    pub(crate) index: Option<u64>,
    #[arg(long, value_name = "HASH", help_heading = OPTIONS, help = "条目（base64 或十六进制），即回执中 leaf 一行\nThe entry in base64 or hexadecimal, as the line leaf of a receipt has it")]
    pub(crate) entry: Option<String>,
    #[arg(long, value_name = "FILE", help_heading = OPTIONS, help = "回执文件\nA receipt")]
    pub(crate) receipt: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help_heading = OPTIONS, help = "公开任务的 json：逐条核对其中的条目\nThe json of a public task: check each entry in it")]
    pub(crate) opened: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ConsistencyArguments {
    #[command(flatten)]
    pub(crate) log: LogPlace,
    #[arg(value_name = "OLD", help_heading = ARGUMENTS, help = "旧存证点：文件，或条目数\nThe earlier checkpoint: a file, or a number of entries")]
    pub(crate) old: String,
    #[arg(value_name = "NEW", help_heading = ARGUMENTS, help = "新存证点：文件，或条目数（默认取日志现在的）\nThe later checkpoint: a file, or a number of entries (default: the present one)")]
    pub(crate) new: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
#[group(skip)]
pub(crate) struct WatchArguments {
    #[command(flatten)]
    pub(crate) log: LogPlace,
    #[arg(
        long,
        value_name = "FILE",
        help = "保存最近一次核对无误的存证点的文件；报警时不改动\nFile that keeps the last good checkpoint; it is left alone when there is an alarm"
    )]
    pub(crate) kept: PathBuf,
    #[arg(long, conflicts_with = "every", help = "只查一次（默认）\nLook once (default)")]
    pub(crate) once: bool,
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400),
        help = "每隔若干秒查一次，直到报警或被停止\nLook again after so many seconds, until there is an alarm or the program is stopped"
    )]
    pub(crate) every: Option<u64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct RotateKeyArguments {
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(0..=366),
        help = "新旧两把密钥共同签署的天数（默认 30）\nDays for which both keys sign (default 30)"
    )]
    pub(crate) overlap_days: u16,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct IncidentArguments {
    #[arg(
        long,
        value_name = "TEXT",
        help = "发生了什么，将公开\nWhat happened; it is published"
    )]
    pub(crate) reason: String,
    #[arg(
        long,
        help = "日志本身可以签署，仍要另起新日志（如密钥失窃）\nBegin a new log although the present one can be signed (such as after a stolen key)"
    )]
    pub(crate) although_sound: bool,
}

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum ReceiptCommand {
    #[command(
        about = "离线核对一份回执：先核签名，再核是否已列入存证点\nCheck a receipt off-line: its signature, then its proof of inclusion",
        help_template = HELP_TEMPLATE,
        after_help = RECEIPT_EXIT_CODES
    )]
    Check(ReceiptCheckArguments),
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ReceiptCheckArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "回执文件，可以带有存在证明\nThe receipt, with its proof of inclusion or without")]
    pub(crate) file: PathBuf,
    #[arg(
        long,
        value_name = "KEY|FILE",
        help = "验证公钥，或存有公钥、密钥沿革的文件（默认用回执旁边的 luoshi-log-keys.txt）\nThe verifier key, or a file with the key or the key history (default: luoshi-log-keys.txt beside the receipt)"
    )]
    pub(crate) key: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        help = "另存的存在证明（tlog-proof）\nThe proof of inclusion, where it is a file of its own (tlog-proof)"
    )]
    pub(crate) proof: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        help = "从别处得到的存证点，与证明中的比对\nA checkpoint from elsewhere, to be compared with the one of the proof"
    )]
    pub(crate) checkpoint: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum AdminCommand {
    #[command(about = "设立督查室及其第一个账号\nSet up the supervision office with its first account", help_template = HELP_TEMPLATE)]
    CreateOffice(CreateOfficeArguments),
    #[command(about = "开设一个账号\nOpen one account", help_template = HELP_TEMPLATE)]
    CreateAccount(CreateAccountArguments),
    #[command(about = "为计划的每个报送单位开设填报和审核账号\nOpen a clerk's and a head's account for every reporting body of a plan", help_template = HELP_TEMPLATE)]
    CreateAccounts(CreateAccountsArguments),
    #[command(about = "重设一个账号的密码\nGive an account a new one-time password", help_template = HELP_TEMPLATE)]
    ResetPassword(ResetPasswordArguments),
    #[command(about = "列出单位的账号和计划\nList accounts and plans", help_template = HELP_TEMPLATE)]
    List,
    #[command(about = "列出或清理没有被引用的文件\nList or remove files that nothing refers to", help_template = HELP_TEMPLATE)]
    SweepFiles(SweepFilesArguments),
    #[command(about = "重建检索索引；站点可以照常使用\nMake the index of search again; the site may stay in use", help_template = HELP_TEMPLATE)]
    RebuildSearch,
    #[command(
        about = "依法清除：复核、不同意、随备份保存的清单\nErasures by law: agree, decline, and the list kept beside backups",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Erasures {
        #[command(subcommand)]
        command: ErasuresCommand,
    },
    #[command(
        about = "后台作业：等待的和没有办成的\nBackground work: what waits and what was given up",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
}

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum ErasuresCommand {
    #[command(about = "列出清除事项\nList erasures", help_template = HELP_TEMPLATE)]
    List,
    #[command(about = "作为第二人同意清除（承诺原文除外）\nAgree as the second person (not for words of a promise)", help_template = HELP_TEMPLATE)]
    Confirm(ConfirmErasureArguments),
    #[command(about = "不同意清除\nDecline an erasure", help_template = HELP_TEMPLATE)]
    Decline(DeclineErasureArguments),
    #[command(about = "导出清单，随备份保存；不含被清除的文字\nWrite the list that is kept beside backups; it holds no words", help_template = HELP_TEMPLATE)]
    Export(ErasureFileArguments),
    #[command(about = "恢复旧备份后，按清单再次清除\nErase again what the list says, after an older backup was restored", help_template = HELP_TEMPLATE)]
    Reapply(ErasureFileArguments),
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct SweepFilesArguments {
    #[arg(long, help = "删除，而不只是列出\nRemove them instead of only listing them")]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ConfirmErasureArguments {
    #[arg(value_name = "ID", help_heading = ARGUMENTS, help = "清除事项的编号\nId of the erasure")]
    pub(crate) erasure: String,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct DeclineErasureArguments {
    #[arg(value_name = "ID", help_heading = ARGUMENTS, help = "清除事项的编号\nId of the erasure")]
    pub(crate) erasure: String,
    #[arg(long, value_name = "TEXT", help = "理由\nThe reason")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ErasureFileArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "清单文件（JSON）\nFile of the list (JSON)")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum JobsCommand {
    #[command(about = "列出作业，没有办成的在前\nList jobs, those given up first", help_template = HELP_TEMPLATE)]
    List,
    #[command(about = "重办一项没有办成的作业\nTry again what was given up", help_template = HELP_TEMPLATE)]
    Retry(JobArguments),
    #[command(about = "丢弃一项没有办成的作业\nThrow away what was given up", help_template = HELP_TEMPLATE)]
    Discard(JobArguments),
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct JobArguments {
    #[arg(value_name = "ID", help_heading = ARGUMENTS, help = "作业的编号\nNumber of the job")]
    pub(crate) job: i64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateOfficeArguments {
    #[arg(
        long,
        value_name = "NAME",
        default_value = "督查室",
        hide_default_value = true,
        help = "督查室全称（默认 督查室）\nFull name of the office (default 督查室)"
    )]
    pub(crate) name: String,
    #[arg(
        long,
        value_name = "NAME",
        default_value = "督查",
        hide_default_value = true,
        help = "登录名（默认 督查）\nName to sign in with (default 督查)"
    )]
    pub(crate) sign_in_name: String,
    #[arg(
        long,
        value_name = "NAME",
        help = "显示名（默认同登录名）\nName that pages show (default: the sign-in name)"
    )]
    pub(crate) display_name: Option<String>,
}

/// A role as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    #[value(help = "填报 | reports for its body")]
    Clerk,
    #[value(help = "审核 | approves for its body")]
    Head,
    #[value(help = "督查，只设在督查室 | supervises; in the supervision office only")]
    Supervisor,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateAccountArguments {
    #[arg(value_name = "NAME", help_heading = ARGUMENTS, help = "登录名，2 至 64 个字，不含空格\nName to sign in with, 2 to 64 characters without spaces")]
    pub(crate) sign_in_name: String,
    #[arg(
        long,
        value_name = "BODY",
        help = "所在单位的全称或简称\nFull or short name of the body"
    )]
    pub(crate) organisation: String,
    #[arg(
        long,
        value_enum,
        required = true,
        value_name = "ROLE",
        help = "岗位，可以有多个\nRole; may be given more than once"
    )]
    pub(crate) role: Vec<RoleName>,
    #[arg(
        long,
        value_name = "NAME",
        help = "显示名（默认同登录名）\nName that pages show (default: the sign-in name)"
    )]
    pub(crate) display_name: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateAccountsArguments {
    #[arg(
        long,
        value_name = "ID|latest",
        help = "计划编号，或 latest（最近的一份）\nId of the plan, or latest"
    )]
    pub(crate) plan: String,
    #[arg(
        long,
        value_name = "FILE",
        help = "把登录名和一次性密码另存为 csv，不覆盖已有文件\nAlso write names and one-time passwords as csv; never over an existing file"
    )]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ResetPasswordArguments {
    #[arg(value_name = "NAME", help_heading = ARGUMENTS, help = "登录名\nName to sign in with")]
    pub(crate) sign_in_name: String,
}

/// The years of plans, in the numbers in which clap keeps bounds.
fn years() -> RangeInclusive<i64> {
    i64::from(*YEARS.start())..=i64::from(*YEARS.end())
}

/// Reads the command line. The error is a complaint to be printed, or the help or version that was asked for.
pub(crate) fn read() -> Result<CommandLine, clap::Error> {
    CommandLine::from_arg_matches(&described().try_get_matches()?)
}

/// The command line with the words of clap's own subcommand in both languages too.
fn described() -> clap::Command {
    let mut command = CommandLine::command();
    command.build();
    describe_help(command)
}

fn describe_help(mut command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(&name, |inner| {
            if name == "help" {
                inner.about("显示一个命令的帮助\nShow the help of a command")
            } else {
                describe_help(inner)
            }
        });
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        described().debug_assert();
    }

    #[test]
    fn flags_mean_the_same_before_and_after_the_subcommand() {
        for line in [["luoshi", "--lang", "en", "serve"], ["luoshi", "serve", "--lang", "en"]] {
            let read = CommandLine::try_parse_from(line).unwrap();
            assert_eq!(read.everywhere.lang, Some(SpokenLanguage::English));
        }
    }

    #[test]
    fn refuses_what_cannot_be() {
        for line in [
            &["luoshi", "parse"][..],
            &["luoshi", "parse", "a.txt", "--year", "26"],
            &["luoshi", "parse", "a.txt", "--date", "2026-13-01"],
            &["luoshi", "explain", "a.txt"],
            &["luoshi", "diff", "a.txt"],
            &["luoshi", "stats"],
            &["luoshi", "orgs", "resolve", "财政局", "--at", "2026"],
            &["luoshi", "ledger", "list", "--as-of", "2026-6-31"],
            &["luoshi", "ledger", "list", "--clock", "true"],
            &["luoshi", "ledger", "export"],
            &["luoshi", "serve", "--listen", "8080"],
            &["luoshi", "bench", "--writers", "0"],
            &["luoshi", "bench", "--writers", "1", "pages"],
            &["luoshi", "admin", "create-account", "a.b", "--organisation", "c"],
        ] {
            assert_eq!(
                CommandLine::try_parse_from(line).unwrap_err().exit_code(),
                2,
                "{line:?}"
            );
        }
    }
}
