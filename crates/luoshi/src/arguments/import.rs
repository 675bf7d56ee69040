//! `luoshi import`: which document a site takes in, and whether somebody looks at it first.

use std::path::PathBuf;

use clap::Args;

use super::{ARGUMENTS, OPTIONS, document::DocumentArguments};

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
