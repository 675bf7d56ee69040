//! `luoshi ledger`: the ledger of a plan on the screen or in a file, as it stands or as of a past day. It changes nothing.

use std::{fs::OpenOptions, io::Write, path::Path};

use luoshi_app::{
    Standpoint,
    export::{ExportFormat, ExportWords},
};
use luoshi_ledger::{Actor, AsOf, AsOfClock, ids::PlanId, view::LedgerFilter};
use luoshi_web::ledger_words;

use crate::{
    arguments::ledger::{
        ClockName, FileFormat, LedgerArguments, LedgerCommand, LedgerExportArguments, LedgerListArguments, ListFormat,
    },
    command::parse::write_table,
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress, table},
    settings::Settings,
    site,
    words::{Words, text},
};

/// Lists or exports.
pub(crate) fn run(command: &LedgerCommand, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let asked = match command {
        LedgerCommand::List(LedgerListArguments { ledger, .. })
        | LedgerCommand::Export(LedgerExportArguments { ledger, .. }) => ledger,
    };
    let app = site::open(&settings.place()?)?;
    let bar = progress(0, words.say("ledger-progress"));
    let standpoint = app.standpoint_at_once(as_of(asked), &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let standpoint = standpoint?;
    let plan = plan_of(&standpoint, &asked.plan)?;
    match command {
        LedgerCommand::List(arguments) => list(&standpoint, plan, arguments.format, words),
        LedgerCommand::Export(arguments) => export(&standpoint, plan, arguments, words),
    }
}

fn as_of(arguments: &LedgerArguments) -> Option<AsOf> {
    let clock = match arguments.clock {
        None | Some(ClockName::Known) => AsOfClock::Known,
        Some(ClockName::True) => AsOfClock::True,
    };
    arguments.as_of.map(|day| AsOf { day, clock })
}

/// The plan of that id, or the latest one, as far as it was there.
fn plan_of(standpoint: &Standpoint<'_>, name: &str) -> Result<PlanId, Failure> {
    let plans = standpoint.plans(&Actor::console())?;
    let ids = plans.iter().map(|plan| plan.id);
    let found = if name == "latest" {
        // Version 7 ids sort by the time of their making.
        ids.max()
    } else {
        ids.into_iter().find(|plan| plan.to_string() == name)
    };
    found.ok_or_else(|| match standpoint.past() {
        Some(past) => Failure::NoPlanThen { day: past.as_of.day },
        None => Failure::NoSuchPlan { name: name.to_owned() },
    })
}

/// What is said of the day that is shown; empty for the present.
fn day_line(standpoint: &Standpoint<'_>, words: Words) -> Option<String> {
    let past = standpoint.past()?;
    let values = [("day", text(past.as_of.day)), ("known", text(past.known_until()))];
    Some(words.say_with(&format!("ledger-as-of-{}", past.as_of.clock.code()), &values))
}

fn list(standpoint: &Standpoint<'_>, plan: PlanId, format: ListFormat, words: Words) -> Result<Exit, Failure> {
    let everything = LedgerFilter::default();
    match format {
        ListFormat::Json => write_table(&json(standpoint, plan)?, None, words)?,
        ListFormat::Csv => write_table(&file(standpoint, plan, ExportFormat::Csv, words)?, None, words)?,
        ListFormat::Table => {
            let Some(page) = standpoint.ledger(&Actor::console(), plan, &everything)? else {
                return Err(Failure::NoSuchPlan { name: plan.to_string() });
            };
            let said = ledger_words(words.0);
            let heads = ["number", "task", "reporters", "due", "completion", "light"]
                .map(|head| words.say(&format!("ledger-head-{head}")));
            let rows: Vec<Vec<String>> = page
                .rows
                .iter()
                .map(|row| {
                    let reporters: Vec<&str> = row.reporters.iter().map(|(_, name)| name.as_str()).collect();
                    vec![
                        row.number.to_string(),
                        shortened(&row.title),
                        reporters.join(" "),
                        row.due.to_string(),
                        row.completion.map(|percent| format!("{percent}%")).unwrap_or_default(),
                        said.colour(row.light.colour),
                    ]
                })
                .collect();
            let head: Vec<String> = std::iter::once(page.plan.title.clone())
                .chain(day_line(standpoint, words))
                .collect();
            print(&format!("{}\n\n{}", head.join("\n"), table(&heads, &rows)))?;
        }
    }
    Ok(Exit::Done)
}

/// The first words of a title: a line of a terminal holds no more beside the other columns.
fn shortened(title: &str) -> String {
    const LONGEST: usize = 24;
    let mut words: String = title.chars().take(LONGEST).collect();
    if title.chars().nth(LONGEST).is_some() {
        words.push('…');
    }
    words
}

fn export(
    standpoint: &Standpoint<'_>,
    plan: PlanId,
    arguments: &LedgerExportArguments,
    words: Words,
) -> Result<Exit, Failure> {
    let bytes = match arguments.format {
        FileFormat::Xlsx => file(standpoint, plan, ExportFormat::Xlsx, words)?,
        FileFormat::Csv => file(standpoint, plan, ExportFormat::Csv, words)?,
        FileFormat::Json => json(standpoint, plan)?,
    };
    write_new(&arguments.output, &bytes)?;
    let written = words.say_with("ledger-written", &[("path", text(arguments.output.display()))]);
    complain(
        &day_line(standpoint, words)
            .into_iter()
            .chain([written])
            .collect::<Vec<_>>()
            .join("\n"),
    );
    Ok(Exit::Done)
}

fn json(standpoint: &Standpoint<'_>, plan: PlanId) -> Result<Vec<u8>, Failure> {
    let found = standpoint.ledger_json(&Actor::console(), plan, &LedgerFilter::default())?;
    found.ok_or_else(|| Failure::NoSuchPlan { name: plan.to_string() })
}

fn file(standpoint: &Standpoint<'_>, plan: PlanId, format: ExportFormat, words: Words) -> Result<Vec<u8>, Failure> {
    let said = ledger_words(words.0);
    let found = standpoint.export_ledger(&Actor::console(), plan, &LedgerFilter::default(), format, &said)?;
    found.ok_or_else(|| Failure::NoSuchPlan { name: plan.to_string() })
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::FileExists { path: path.to_owned() },
        _ => Failure::WriteFile {
            path: path.to_owned(),
            cause,
        },
    };
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}
