//! `luoshi migrate`: brings the database of an older release up to this one.

use crate::{
    exit::Exit,
    failure::Failure,
    output::print,
    settings::Settings,
    site,
    words::{Words, text},
};

/// Takes the steps that are missing.
pub(crate) fn run(settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let outcome = site::migrate(&settings.place()?)?;
    let key = if outcome.before == outcome.after {
        "migrate-nothing"
    } else {
        "migrate-done"
    };
    print(&words.say_with(key, &[("before", text(outcome.before)), ("after", text(outcome.after))]))?;
    Ok(Exit::Done)
}
