//! `luoshi migrate-engine`: moves a whole site into an empty database of another engine, proves the copy by its replay, and closes the old one.
//! Files, log and key stay where they are.

use crate::{
    arguments::migrate_engine::MigrateEngineArguments,
    command::verify::{findings, verified},
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress},
    settings::{Settings, database},
    site::{self, Place},
    words::{Words, text},
};

/// Moves the site of the data folder.
pub(crate) fn run(arguments: &MigrateEngineArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let from = settings.place()?;
    let to = Place {
        data: from.data.clone(),
        database: database(Some(&arguments.to))?,
        files: from.files.clone(),
    };
    let bar = progress(0, words.say("migrate-engine-progress"));
    let copied = site::copy(&from, &to, &mut |table, rows| {
        bar.set_message(table.to_owned());
        bar.set_position(rows);
    });
    bar.finish_and_clear();
    let rows = copied?;
    let copy = site::open(&to)?;
    let verification = verified(&copy, words)?;
    drop(copy);
    if !verification.is_sound() {
        complain(&findings(&verification, words).join("\n"));
        return Err(Failure::CopyDiffers {
            database: to.database_text(),
        });
    }
    // Only now: whoever is told that the site has moved is never sent to something unproven.
    site::close(&from, &to)?;
    print(&words.say_with(
        "migrate-engine-done",
        &[
            ("rows", text(rows)),
            ("events", text(verification.events)),
            ("leaves", text(verification.leaves)),
            ("database", text(to.database_text())),
        ],
    ))?;
    print(&words.say("migrate-engine-next"))?;
    Ok(Exit::Done)
}
