//! `luoshi explain`: which task of which document is explained.

use std::path::PathBuf;

use clap::Args;

use super::{
    ARGUMENTS, OPTIONS,
    document::{DocumentArguments, RegistryArguments},
};

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
