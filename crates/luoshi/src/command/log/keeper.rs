//! `luoshi log status`, `rotate-key` and `incident`: what only whoever runs the server does with the log of its site.

use luoshi_ledger::Actor;

use crate::{
    arguments::log::{IncidentArguments, RotateKeyArguments},
    command::serve::runtime,
    exit::Exit,
    failure::Failure,
    output::print,
    settings::Settings,
    site,
    words::{Words, text},
};

/// Says how the log stands. A log that cannot be signed is a finding.
pub(super) fn status(settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let standing = site::open(&settings.place()?)?.log_standing()?;
    print(&words.say_with(
        "log-status",
        &[
            ("origin", text(&standing.origin)),
            ("number", text(standing.number)),
            ("size", text(standing.size)),
            ("key", text(&standing.verifier_key)),
            ("keys", text(standing.key_count)),
        ],
    ))?;
    match standing.halt {
        None => {
            print(&words.say("log-status-sound"))?;
            Ok(Exit::Done)
        }
        Some(cause) => {
            print(&words.say(&format!("log-halt-{}", cause.code())))?;
            print(&words.say("log-halt-next"))?;
            Ok(Exit::Findings)
        }
    }
}

/// Lets a new key take over.
pub(super) fn rotate_key(arguments: &RotateKeyArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    runtime()?.block_on(async {
        let app = site::open(&settings.place()?)?;
        app.rotate_log_key(&Actor::console(), arguments.overlap_days).await?;
        app.drain_jobs().await?;
        print(&words.say_with(
            "log-key-rotated",
            &[
                ("key", text(app.log_verifier_key())),
                ("days", text(arguments.overlap_days)),
            ],
        ))?;
        Ok(Exit::Done)
    })
}

/// Records an incident and continues in a new log.
pub(super) fn incident(arguments: &IncidentArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    runtime()?.block_on(async {
        let app = site::open(&settings.place()?)?;
        app.continue_log(&Actor::console(), &arguments.reason, arguments.although_sound)
            .await?;
        app.drain_jobs().await?;
        let standing = app.log_standing()?;
        print(&words.say_with(
            "log-continued",
            &[
                ("origin", text(&standing.origin)),
                ("number", text(standing.number)),
                ("key", text(&standing.verifier_key)),
            ],
        ))?;
        Ok(Exit::Done)
    })
}
