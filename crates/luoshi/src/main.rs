//! The program `luoshi`: reads documents, runs a site, checks a record. It reads flags and settings, picks the database, and wires the
//! crates together.
//!
//! What it is not for: any rule of parsing or of the ledger, and any page.

mod arguments;
mod bench;
mod command;
mod demo;
mod exit;
mod failure;
mod log_source;
mod output;
#[cfg(feature = "sabotage")]
mod sabotage;
mod settings;
mod site;
mod words;

use std::process::ExitCode;

use arguments::{Command, CommandLine};
use exit::Exit;
use failure::Failure;
use luoshi_types::Language;
use settings::Settings;
use words::Words;

fn main() -> ExitCode {
    let line = match arguments::read() {
        Ok(line) => line,
        Err(complaint) => {
            // Help and version are asked for and go to the standard output; nobody is left to tell where that is closed.
            let _nobody_reads = complaint.print();
            return if complaint.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            }
            .into();
        }
    };
    #[cfg(feature = "sabotage")]
    sabotage::begin();
    let (words, outcome) = run(&line);
    let exit = match outcome {
        Ok(exit) => exit,
        Err(failure) if failure.is_closed_pipe() => Exit::Done,
        Err(failure) => {
            output::complain(&failure.message(words));
            failure.exit()
        }
    };
    exit.into()
}

/// Carries out the command. The words are given back as well, for a failure has to be told in the language that the settings name.
fn run(line: &CommandLine) -> (Words, Result<Exit, Failure>) {
    let settings = match Settings::read(&line.everywhere) {
        Ok(settings) => settings,
        Err(failure) => {
            let language = line.everywhere.lang.map_or(Language::Chinese, Language::from);
            return (Words(language), Err(failure));
        }
    };
    let words = Words(settings.lang);
    let outcome = match &line.command {
        Command::Parse(arguments) => command::parse::run(arguments, words),
        Command::Explain(arguments) => command::explain::run(arguments, words),
        Command::Diff(arguments) => command::diff::run(arguments, words),
        Command::Stats(arguments) => command::stats::run(arguments, words),
        Command::Orgs { command } => command::orgs::run(command, words),
        Command::Import(arguments) => command::import::run(arguments, &settings, words),
        Command::Serve => command::serve::run(&settings, words),
        Command::Demo(arguments) => command::demo::run(arguments, &settings, words),
        Command::Verify => command::verify::run(&settings, words),
        Command::Ledger { command } => command::ledger::run(command, &settings, words),
        Command::Log { command } => command::log::run(command, &settings, words),
        Command::Receipt { command } => command::receipt::run(command, words),
        Command::Migrate => command::migrate::run(&settings, words),
        Command::Backup(arguments) => command::backup::run(arguments, &settings, words),
        Command::Restore(arguments) => command::backup::restore(arguments, &settings, words),
        Command::MigrateEngine(arguments) => command::migrate_engine::run(arguments, &settings, words),
        Command::Bench(arguments) => command::bench::run(arguments, &settings, words),
        Command::Admin { command } => command::admin::run(command, &settings, words),
    };
    (words, outcome)
}
