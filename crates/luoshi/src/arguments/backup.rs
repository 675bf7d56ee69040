//! `luoshi backup` and `luoshi restore`: where the archive of a site lies, and who can open it.

use std::path::PathBuf;

use clap::Args;

use super::OPTIONS;

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
