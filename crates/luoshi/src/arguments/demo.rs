//! `luoshi demo`: of which document the demonstration is made.

use std::path::PathBuf;

use clap::Args;

use super::OPTIONS;

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
