//! `luoshi log`: the transparency log, for whoever checks it from outside and for whoever keeps its keys. Receipts are in
//! [`super::receipt`].

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS};

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
