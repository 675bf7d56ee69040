//! `luoshi orgs`: questions to the registry of bodies. The flag by which other commands take a registry is in [`super::document`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS, document::RegistryArguments};

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum OrgsCommand {
    #[command(about = "核对一个名录文件\nCheck a registry file", help_template = HELP_TEMPLATE)]
    Check(OrgsCheckArguments),
    #[command(about = "查一个名称在某日指哪个单位\nShow which body a name means at a date", help_template = HELP_TEMPLATE)]
    Resolve(OrgsResolveArguments),
}

#[derive(Debug, Args)]
pub(crate) struct OrgsCheckArguments {
    #[arg(value_name = "FILE", help_heading = ARGUMENTS, help = "名录文件（TOML）\nThe registry file (TOML)")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct OrgsResolveArguments {
    #[arg(required = true, value_name = "NAME", help_heading = ARGUMENTS, help = "单位名称，可以有多个\nNames of bodies")]
    pub(crate) names: Vec<String>,
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = OPTIONS, help = "日期（默认按现有机构）\nThe date (default: the bodies of today)")]
    pub(crate) at: Option<Date>,
    #[arg(long, help_heading = OPTIONS, help = "每个名称输出一行 JSON\nOne line of JSON a name")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}
