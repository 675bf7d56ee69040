//! Prints one line of figures for each text file: `cargo run -p luoshi-parse --example table -- FILE...`.

use std::{env, fs};

use luoshi_parse::{ParseSettings, parse};
use luoshi_types::{Document, SourceFormat};

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() {
    println!("tasks parties inherited targets deadlines mentions diagnostics unresolved context% file");
    for path in env::args().skip(1) {
        let Ok(text) = fs::read_to_string(&path) else {
            println!("cannot be read: {path}");
            continue;
        };
        let document = Document {
            text,
            blocks: Vec::new(),
            format: SourceFormat::Text,
            diagnostics: Vec::new(),
        };
        let parsed = parse(&document, &ParseSettings::default());
        let parties = parsed.tasks.iter().flat_map(|task| &task.parties);
        println!(
            "{:5} {:7} {:9} {:7} {:9} {:8} {:11} {:10} {:8} {}",
            parsed.tasks.len(),
            parties.clone().count(),
            parties.filter(|party| party.inherited).count(),
            parsed.tasks.iter().map(|task| task.targets.len()).sum::<usize>(),
            parsed.tasks.iter().map(|task| task.deadlines.len()).sum::<usize>(),
            parsed.mentions.len(),
            parsed.diagnostics.len(),
            parsed.coverage.unresolved.len(),
            parsed.coverage.context * 100 / parsed.coverage.total.max(1),
            path.rsplit('/').next().unwrap_or(&path),
        );
    }
}
