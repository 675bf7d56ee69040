//! `luoshi migrate-engine`: where a site is moved to. `luoshi migrate` has no flags of its own.

use clap::Args;

use super::OPTIONS;

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
