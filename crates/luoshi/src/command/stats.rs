//! `luoshi stats`: counts over documents, file after file, so that none is kept.

use luoshi_export::{Cell, Sheet, csv};
use luoshi_intake::{Counting, IntakeSettings, intake};
use luoshi_types::Severity;

use crate::{
    arguments::stats::{StatsArguments, StatsFormat},
    command::{
        diagnostics,
        orgs::registry,
        parse::{list, read, write_table},
    },
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress, table},
    words::{Words, text},
};

/// Counts what the documents ask of whom and by when.
pub(crate) fn run(arguments: &StatsArguments, words: Words) -> Result<Exit, Failure> {
    let settings = IntakeSettings {
        date: arguments.document.date,
        year: arguments.document.year,
        organisations: registry(&arguments.registry)?,
        ..IntakeSettings::default()
    };
    let (paths, mut tally) = list(&arguments.paths, words);
    if paths.is_empty() && tally.unreadable == 0 {
        return Err(Failure::NothingToRead);
    }
    let bar = (paths.len() > 1).then(|| progress(paths.len() as u64, words.say("parse-progress")));
    let say = |lines: &str| match &bar {
        Some(bar) => bar.suspend(|| complain(lines)),
        None => complain(lines),
    };
    let mut counting = Counting::default();
    for path in &paths {
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        let bytes = match read(path, &settings.limits) {
            Ok(bytes) => bytes,
            Err(cause) => {
                tally.unreadable += 1;
                let path = path.clone();
                say(&Failure::ReadFile { path, cause }.message(words));
                continue;
            }
        };
        let found = intake(&bytes, &path.to_string_lossy(), &settings);
        let errors: Vec<_> = found
            .parsed
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .cloned()
            .collect();
        if !errors.is_empty() {
            tally.failed += 1;
            say(&words.say_with("parse-file-line", &[("file", text(path.display()))]));
            say(&diagnostics::lines(&errors, words).join("\n"));
        }
        counting.add(&found);
    }
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let found = counting.finish();
    match arguments.format {
        StatsFormat::Json => print(&found.to_json())?,
        StatsFormat::Csv => {
            let bytes = csv(&found.body_sheet(words.0)).map_err(|error| Failure::Defect(error.into()))?;
            write_table(&bytes, None, words)?;
        }
        StatsFormat::Text => {
            let totals: Vec<String> = found
                .totals(words.0)
                .into_iter()
                .map(|(name, figure)| format!("{name}  {figure}"))
                .collect();
            let tables = [found.body_sheet(words.0), found.month_sheet(words.0)];
            let drawn: Vec<String> = std::iter::once(totals.join("\n"))
                .chain(tables.iter().filter(|sheet| !sheet.rows.is_empty()).map(draw))
                .collect();
            print(&drawn.join("\n\n"))?;
        }
    }
    Ok(tally.exit())
}

fn draw(sheet: &Sheet) -> String {
    let heads: Vec<String> = sheet.columns.iter().map(|column| column.heading.clone()).collect();
    let rows: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| match cell {
                    Cell::Empty => String::new(),
                    Cell::Text(text) => text.clone(),
                    Cell::Number(number) => number.to_string(),
                    Cell::Date(date) => date.to_string(),
                })
                .collect()
        })
        .collect();
    format!("{}\n{}", sheet.title, table(&heads, &rows))
}
