//! `luoshi admin erasures`: what the console does about erasures by law. They are proposed on the site and not here.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS};

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
