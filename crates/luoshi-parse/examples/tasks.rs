//! Prints the tasks of a text file: `cargo run -p luoshi-parse --example tasks -- FILE`.

use std::{env, fs, process::ExitCode};

use luoshi_parse::{ParseSettings, parse};
use luoshi_types::{Document, SourceFormat, Span};

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> ExitCode {
    let Some(path) = env::args().nth(1) else {
        return ExitCode::from(2);
    };
    let Ok(text) = fs::read_to_string(path) else {
        return ExitCode::FAILURE;
    };
    let characters: Vec<char> = text.chars().collect();
    let show = |span: Span| characters[span.start..span.end].iter().collect::<String>();
    let document = Document {
        text: text.clone(),
        blocks: Vec::new(),
        format: SourceFormat::Text,
        diagnostics: Vec::new(),
    };
    let parsed = parse(
        &document,
        &ParseSettings {
            trace: true,
            ..ParseSettings::default()
        },
    );
    println!("{:?}", parsed.metadata);
    for section in &parsed.sections {
        println!("{} {}{}", section.id, section.label, section.title);
    }
    for task in &parsed.tasks {
        println!("{} {} {}", task.id, task.path.join(" > "), task.title);
        for party in &task.parties {
            println!(
                "    {} {} = {}{}",
                party.role.code(),
                party.raw,
                party.name,
                if party.inherited { " (inherited)" } else { "" }
            );
        }
        for target in &task.targets {
            println!(
                "    [{}] {}⟦{}⟧ {} {} {} {:?} {:?} ({}) {}",
                target.rule,
                show(Span::new(
                    target.span.start.saturating_sub(16).max(task.span.start),
                    target.span.start
                )),
                target.quantity_text,
                target.comparator.code(),
                target.value.map(|value| value.to_string()).unwrap_or_default(),
                target.unit.as_deref().unwrap_or_default(),
                target.direction,
                target.strength,
                target.subject.as_deref().unwrap_or_default(),
                target.qualifier.as_deref().unwrap_or_default()
            );
        }
        for deadline in &task.deadlines {
            println!(
                "    {} {} {:?}",
                deadline.kind.code(),
                deadline.text,
                deadline.resolved.map(|date| date.to_string())
            );
        }
        if task.tracking.reason.is_some() || !task.tracking.excluded.is_empty() {
            println!("    {} {:?}", task.tracking.state.code(), task.tracking.reason);
            for exclusion in &task.tracking.excluded {
                println!("      {} {}", exclusion.reason.code(), show(exclusion.span));
            }
        }
    }
    for mention in &parsed.mentions {
        println!(
            "{} {}⟦{}⟧{} {}",
            mention.why.code(),
            show(Span::new(mention.span.start.saturating_sub(12), mention.span.start)),
            mention.text,
            show(Span::new(
                mention.span.end,
                (mention.span.end + 8).min(characters.len())
            )),
            mention.rule
        );
    }
    for diagnostic in &parsed.diagnostics {
        println!(
            "{:?} {} {:?}",
            diagnostic.code,
            show(diagnostic.span),
            diagnostic.arguments
        );
    }
    println!("{:?}", parsed.coverage);
    ExitCode::SUCCESS
}
