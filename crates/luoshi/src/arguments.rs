//! What can be typed after `luoshi`: subcommands, flags and their help, Chinese first. It reads no file and does nothing.
//!
//! Here is what all commands share. What one command takes is in the module that has the name of its module in [`crate::command`], and what
//! all take that read a document is in [`document`].

pub(crate) mod admin;
pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod document;
pub(crate) mod erasures;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod log;
pub(crate) mod migrate_engine;
pub(crate) mod orgs;
pub(crate) mod parse;
pub(crate) mod receipt;
pub(crate) mod stats;

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use luoshi_types::Language;

use self::{
    admin::AdminCommand,
    backup::{BackupArguments, RestoreArguments},
    bench::BenchArguments,
    demo::DemoArguments,
    diff::DiffArguments,
    explain::ExplainArguments,
    import::ImportArguments,
    ledger::LedgerCommand,
    log::LogCommand,
    migrate_engine::MigrateEngineArguments,
    orgs::OrgsCommand,
    parse::ParseArguments,
    receipt::ReceiptCommand,
    stats::StatsArguments,
};

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
