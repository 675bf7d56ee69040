//! `luoshi admin`: the supervision office, accounts and upkeep. Erasures and jobs have modules of their own.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ARGUMENTS, HELP_TEMPLATE, OPTIONS, erasures::ErasuresCommand, jobs::JobsCommand};

#[derive(Debug, Subcommand)]
#[command(next_help_heading = OPTIONS)]
pub(crate) enum AdminCommand {
    #[command(about = "设立督查室及其第一个账号\nSet up the supervision office with its first account", help_template = HELP_TEMPLATE)]
    CreateOffice(CreateOfficeArguments),
    #[command(about = "开设一个账号\nOpen one account", help_template = HELP_TEMPLATE)]
    CreateAccount(CreateAccountArguments),
    #[command(about = "为计划的每个报送单位开设填报和审核账号\nOpen a clerk's and a head's account for every reporting body of a plan", help_template = HELP_TEMPLATE)]
    CreateAccounts(CreateAccountsArguments),
    #[command(about = "重设一个账号的密码\nGive an account a new one-time password", help_template = HELP_TEMPLATE)]
    ResetPassword(ResetPasswordArguments),
    #[command(about = "列出单位的账号和计划\nList accounts and plans", help_template = HELP_TEMPLATE)]
    List,
    #[command(about = "列出或清理没有被引用的文件\nList or remove files that nothing refers to", help_template = HELP_TEMPLATE)]
    SweepFiles(SweepFilesArguments),
    #[command(about = "重建检索索引；站点可以照常使用\nMake the index of search again; the site may stay in use", help_template = HELP_TEMPLATE)]
    RebuildSearch,
    #[command(
        about = "依法清除：复核、不同意、随备份保存的清单\nErasures by law: agree, decline, and the list kept beside backups",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Erasures {
        #[command(subcommand)]
        command: ErasuresCommand,
    },
    #[command(
        about = "后台作业：等待的和没有办成的\nBackground work: what waits and what was given up",
        help_template = HELP_TEMPLATE,
        subcommand_help_heading = "命令 Commands",
        subcommand_value_name = "COMMAND",
        arg_required_else_help = true
    )]
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateOfficeArguments {
    #[arg(
        long,
        value_name = "NAME",
        default_value = "督查室",
        hide_default_value = true,
        help = "督查室全称（默认 督查室）\nFull name of the office (default 督查室)"
    )]
    pub(crate) name: String,
    #[arg(
        long,
        value_name = "NAME",
        default_value = "督查",
        hide_default_value = true,
        help = "登录名（默认 督查）\nName to sign in with (default 督查)"
    )]
    pub(crate) sign_in_name: String,
    #[arg(
        long,
        value_name = "NAME",
        help = "显示名（默认同登录名）\nName that pages show (default: the sign-in name)"
    )]
    pub(crate) display_name: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateAccountArguments {
    #[arg(value_name = "NAME", help_heading = ARGUMENTS, help = "登录名，2 至 64 个字，不含空格\nName to sign in with, 2 to 64 characters without spaces")]
    pub(crate) sign_in_name: String,
    #[arg(
        long,
        value_name = "BODY",
        help = "所在单位的全称或简称\nFull or short name of the body"
    )]
    pub(crate) organisation: String,
    #[arg(
        long,
        value_enum,
        required = true,
        value_name = "ROLE",
        help = "岗位，可以有多个\nRole; may be given more than once"
    )]
    pub(crate) role: Vec<RoleName>,
    #[arg(
        long,
        value_name = "NAME",
        help = "显示名（默认同登录名）\nName that pages show (default: the sign-in name)"
    )]
    pub(crate) display_name: Option<String>,
}

/// A role as a flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    #[value(help = "填报 | reports for its body")]
    Clerk,
    #[value(help = "审核 | approves for its body")]
    Head,
    #[value(help = "督查，只设在督查室 | supervises; in the supervision office only")]
    Supervisor,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct CreateAccountsArguments {
    #[arg(
        long,
        value_name = "ID|latest",
        help = "计划编号，或 latest（最近的一份）\nId of the plan, or latest"
    )]
    pub(crate) plan: String,
    #[arg(
        long,
        value_name = "FILE",
        help = "把登录名和一次性密码另存为 csv，不覆盖已有文件\nAlso write names and one-time passwords as csv; never over an existing file"
    )]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct ResetPasswordArguments {
    #[arg(value_name = "NAME", help_heading = ARGUMENTS, help = "登录名\nName to sign in with")]
    pub(crate) sign_in_name: String,
}

#[derive(Debug, Args)]
#[command(next_help_heading = OPTIONS)]
pub(crate) struct SweepFilesArguments {
    #[arg(long, help = "删除，而不只是列出\nRemove them instead of only listing them")]
    pub(crate) remove: bool,
}
