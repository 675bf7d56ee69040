//! Who answers for what in a breakdown: a table of bodies with the number of their tasks and targets, from any file that luoshi reads.
//!
//! ```text
//! cargo run -p luoshi-intake --example departments -- plan.docx
//! ```
//!
//! It shows the way of a researcher: take the file in, look at the complaints first, then use the drafts. Nothing of the platform is
//! needed, and `Contract::to_json` gives the same values to any other language.

use std::{collections::BTreeMap, env, fs, path::Path, process::ExitCode};

use luoshi_intake::{IntakeSettings, hint, intake, message, parse::TrackingState};
use luoshi_types::{Language, Severity};

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this example is for"
)]
fn main() -> ExitCode {
    let Some(path) = env::args_os().nth(1) else {
        eprintln!("usage: departments FILE");
        return ExitCode::from(2);
    };
    let path = Path::new(&path);
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    };
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let found = intake(&bytes, &name, &IntakeSettings::default());
    for diagnostic in found
        .parsed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity >= Severity::Warning)
    {
        eprintln!("{}", message(diagnostic, Language::English));
        eprintln!("    {}", hint(diagnostic, Language::English));
    }
    let mut bodies: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for task in found
        .parsed
        .tasks
        .iter()
        .filter(|task| task.tracking.state == TrackingState::Tracked)
    {
        for party in &task.parties {
            let (tasks, targets) = bodies.entry(party.name.as_str()).or_default();
            *tasks += 1;
            *targets += task.targets.len();
        }
    }
    let mut bodies: Vec<_> = bodies.into_iter().collect();
    bodies.sort_by_key(|(_, (tasks, _))| std::cmp::Reverse(*tasks));
    println!("tasks\ttargets\tbody");
    for (body, (tasks, targets)) in bodies {
        println!("{tasks}\t{targets}\t{body}");
    }
    let coverage = &found.parsed.coverage;
    println!(
        "{} of {} characters accounted for, {} of them outside any task",
        coverage.accounted, coverage.total, coverage.context
    );
    ExitCode::SUCCESS
}
