//! `luoshi explain`: the rules behind one task, coloured where somebody looks on.

use std::io::{self, IsTerminal};

use luoshi_intake::{ExplainLine, IntakeSettings, SegmentStyle, explain, intake};
use luoshi_types::{Diagnostic, Severity};

use crate::{
    arguments::explain::ExplainArguments,
    command::{diagnostics, orgs::registry, parse::read},
    exit::Exit,
    failure::Failure,
    output::{complain, print},
    words::{Words, text},
};

/// Ends a colour.
const PLAIN: &str = "\u{1b}[0m";

/// Explains a task of a document.
pub(crate) fn run(arguments: &ExplainArguments, words: Words) -> Result<Exit, Failure> {
    let settings = IntakeSettings {
        date: arguments.document.date,
        year: arguments.document.year,
        trace: true,
        organisations: registry(&arguments.registry)?,
        ..IntakeSettings::default()
    };
    let bytes = read(&arguments.file, &settings.limits).map_err(|cause| Failure::ReadFile {
        path: arguments.file.clone(),
        cause,
    })?;
    let found = intake(&bytes, &arguments.file.to_string_lossy(), &settings);
    let Some(lines) = explain(&found, arguments.task, words.0) else {
        let errors: Vec<Diagnostic> = found
            .parsed
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .cloned()
            .collect();
        if errors.is_empty() {
            return Err(Failure::NoSuchTask {
                number: arguments.task,
                tasks: found.parsed.tasks.len(),
            });
        }
        complain(&words.say_with("parse-file-line", &[("file", text(arguments.file.display()))]));
        complain(&diagnostics::lines(&errors, words).join("\n"));
        return Ok(Exit::Findings);
    };
    print(&drawn(&lines, is_coloured()))?;
    Ok(Exit::Done)
}

/// Whether somebody looks on who wants colour.
pub(super) fn is_coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Lines as they are written.
pub(super) fn drawn(lines: &[ExplainLine], coloured: bool) -> String {
    let drawn: Vec<String> = lines.iter().map(|line| draw(line, coloured)).collect();
    drawn.join("\n")
}

fn draw(line: &ExplainLine, coloured: bool) -> String {
    line.iter()
        .map(|segment| match colour(segment.style) {
            Some(colour) if coloured => format!("{colour}{}{PLAIN}", segment.text),
            // Without colour a mark in the text would be lost.
            _ => match marks(segment.style) {
                Some((before, after)) if !coloured => format!("{before}{}{after}", segment.text),
                _ => segment.text.clone(),
            },
        })
        .collect()
}

/// The colour of a style: one of the sixteen that every terminal has, so that the user's own scheme decides how it looks.
fn colour(style: SegmentStyle) -> Option<&'static str> {
    match style {
        SegmentStyle::Plain => None,
        SegmentStyle::Heading => Some("\u{1b}[1m"),
        SegmentStyle::Faint => Some("\u{1b}[2m"),
        SegmentStyle::Party => Some("\u{1b}[34m"),
        SegmentStyle::Target => Some("\u{1b}[1;32m"),
        SegmentStyle::Mention => Some("\u{1b}[36m"),
        SegmentStyle::Deadline => Some("\u{1b}[33m"),
        SegmentStyle::Excluded => Some("\u{1b}[9;31m"),
        SegmentStyle::Rule => Some("\u{1b}[35m"),
        SegmentStyle::Result | SegmentStyle::Added => Some("\u{1b}[32m"),
        SegmentStyle::Dropped => Some("\u{1b}[31m"),
        SegmentStyle::Changed => Some("\u{1b}[33m"),
    }
}

/// What stands around a segment where there is no colour: only things found in the text are marked.
fn marks(style: SegmentStyle) -> Option<(&'static str, &'static str)> {
    match style {
        SegmentStyle::Party => Some(("⟦", "|party⟧")),
        SegmentStyle::Target => Some(("⟦", "|target⟧")),
        SegmentStyle::Mention => Some(("⟦", "|mention⟧")),
        SegmentStyle::Deadline => Some(("⟦", "|deadline⟧")),
        SegmentStyle::Excluded => Some(("⟦", "|excluded⟧")),
        SegmentStyle::Plain
        | SegmentStyle::Heading
        | SegmentStyle::Faint
        | SegmentStyle::Rule
        | SegmentStyle::Result
        | SegmentStyle::Added
        | SegmentStyle::Dropped
        | SegmentStyle::Changed => None,
    }
}

#[cfg(test)]
mod tests {
    use luoshi_intake::Segment;

    use super::*;

    #[test]
    fn what_was_found_is_marked_with_and_without_colour() {
        let segment = |text: &str, style| Segment {
            text: text.to_owned(),
            style,
        };
        let line = vec![
            segment("力争", SegmentStyle::Plain),
            segment("增长8%", SegmentStyle::Target),
        ];
        assert_eq!(draw(&line, false), "力争⟦增长8%|target⟧");
        assert_eq!(draw(&line, true), "力争\u{1b}[1;32m增长8%\u{1b}[0m");
    }
}
