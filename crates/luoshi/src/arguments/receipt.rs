//! `luoshi receipt`: which receipt is checked, and against what. The log that it speaks of is in [`super::log`].

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS};

/// What the numbers mean for a receipt.
const RECEIPT_EXIT_CODES: &str = "\
退出码 Exit codes:
  0  真实，已列入存证点  Genuine and covered by a checkpoint
  6  真实，尚未列入存证点  Genuine and not yet covered
  1  被改动、伪造，或与所给存证点矛盾  Changed, forged, or at odds with the checkpoint given
  7  属于另一本日志  Of another log
  3  不是回执，或文件读不了  No receipt, or the file cannot be read
  2  没有给出验证公钥  No verifier key was given";

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
