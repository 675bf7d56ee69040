//! `luoshi admin jobs`: background work that is looked at, tried again or thrown away.

use clap::{Args, Subcommand};

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS};

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
