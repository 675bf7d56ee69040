//! `luoshi diff`: what became of the tasks of one document in another, as text, json or a page.

use std::path::Path;

use luoshi_intake::{Intake, IntakeSettings, compare, comparison_lines, comparison_page, intake};
use luoshi_types::{Diagnostic, Severity};

use crate::{
    arguments::diff::{DiffArguments, DiffFormat},
    command::{
        diagnostics,
        explain::{drawn, is_coloured},
        orgs::registry,
        parse::{read, write_table},
    },
    exit::Exit,
    failure::Failure,
    output::complain,
    words::{Words, text},
};

/// Compares two documents.
pub(crate) fn run(arguments: &DiffArguments, words: Words) -> Result<Exit, Failure> {
    let settings = IntakeSettings {
        organisations: registry(&arguments.registry)?,
        ..IntakeSettings::default()
    };
    let (old, old_is_sound) = take(&arguments.old, &settings, words)?;
    let (new, new_is_sound) = take(&arguments.new, &settings, words)?;
    let comparison = compare(&old, &new);
    let drawing = match arguments.format {
        DiffFormat::Text => {
            let coloured = arguments.output.is_none() && is_coloured();
            drawn(&comparison_lines(&comparison, words.0), coloured) + "\n"
        }
        DiffFormat::Json => comparison.to_json() + "\n",
        DiffFormat::Html => comparison_page(&comparison, words.0),
    };
    write_table(drawing.as_bytes(), arguments.output.as_deref(), words)?;
    Ok(if old_is_sound && new_is_sound {
        Exit::Done
    } else {
        Exit::Findings
    })
}

/// Takes in one of the documents and says what is wrong with it as a whole.
fn take(path: &Path, settings: &IntakeSettings, words: Words) -> Result<(Intake, bool), Failure> {
    let bytes = read(path, &settings.limits).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    let found = intake(&bytes, &path.to_string_lossy(), settings);
    let errors: Vec<Diagnostic> = found
        .parsed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .cloned()
        .collect();
    if !errors.is_empty() {
        complain(&words.say_with("parse-file-line", &[("file", text(path.display()))]));
        complain(&diagnostics::lines(&errors, words).join("\n"));
    }
    Ok((found, errors.is_empty()))
}
