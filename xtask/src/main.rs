//! The checkable agreements of the house, and the tasks around building it: `cargo xtask <command>`.
//!
//! It is not for anything that the program does at run time, and it is not shipped.

mod corpus;
mod markdown_text;
mod rust_text;
mod tidy;
mod tree;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use corpus::Board;
use tree::Tree;

const USAGE: &str = "\
Usage: cargo xtask <command>

Commands:
  tidy    check every agreement that can be checked; `cargo test -p xtask` runs the same checks as tests
  corpus  print what the parser finds, misses and misreads in corpus/documents; with --update store the figures
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    match (command.as_deref(), arguments.next().as_deref()) {
        (Some("tidy"), None) => tidy(),
        (Some("corpus"), None) => corpus(false),
        (Some("corpus"), Some("--update")) => corpus(true),
        (None | Some("help" | "-h" | "--help"), None) => say(&mut io::stdout(), USAGE, ExitCode::SUCCESS),
        _ => say(&mut io::stderr(), USAGE, ExitCode::from(2)),
    }
}

/// Prints the scoreboard, and stores its figures where that is asked for.
fn corpus(update: bool) -> ExitCode {
    let outcome = tree::root().and_then(|root| {
        let board = Board::of(&root)?;
        if update {
            board.update(&root)?;
        }
        let falls = board.falls(&root)?;
        Ok((board.table(), falls))
    });
    match outcome {
        Ok((table, falls)) if falls.is_empty() => say(&mut io::stdout(), &table, ExitCode::SUCCESS),
        Ok((table, falls)) => say(
            &mut io::stderr(),
            &format!("{table}{}\n", falls.join("\n")),
            ExitCode::FAILURE,
        ),
        Err(error) => say(&mut io::stderr(), &format!("{error:#}\n"), ExitCode::FAILURE),
    }
}

/// Runs every check and lists what breaks an agreement.
fn tidy() -> ExitCode {
    let tree = match Tree::of_this_repository() {
        Ok(tree) => tree,
        Err(error) => return say(&mut io::stderr(), &format!("{error:#}\n"), ExitCode::FAILURE),
    };
    let mut report = String::new();
    let mut broken = 0;
    for check in tidy::CHECKS {
        let violations = (check.run)(&tree);
        if !violations.is_empty() {
            broken += 1;
            report.push_str(&tidy::describe(check, &violations));
        }
    }
    if broken == 0 {
        let message = format!("tidy: all {} agreements are kept\n", tidy::CHECKS.len());
        return say(&mut io::stdout(), &message, ExitCode::SUCCESS);
    }
    report.push_str(&format!(
        "tidy: {broken} of {} agreements are broken\n",
        tidy::CHECKS.len()
    ));
    say(&mut io::stderr(), &report, ExitCode::FAILURE)
}

/// Writes `text` and answers with `code`; a closed pipe is no reason to fail.
fn say(stream: &mut dyn Write, text: &str, code: ExitCode) -> ExitCode {
    match stream.write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
        Err(_) => ExitCode::FAILURE,
    }
}
