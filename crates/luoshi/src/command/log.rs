//! `luoshi log`: the transparency log as anybody checks it, by address or folder, and what only whoever runs the server does with it.
//!
//! The outsider's commands open no site and no database. The mathematics is `luoshi-tlog`'s; here it is fed, worded and given an exit code.

mod consistency;
mod keeper;
mod prove;
mod verify;
mod watch;

use std::{fs, path::Path};

pub(super) use consistency::read_checkpoint_file;

use luoshi_app::log_files;
use luoshi_tlog::{Checkpoint, KeyHistory, TreeError, VerifierKey, VerifyError};

use crate::{
    arguments::log::{LogCommand, LogPlace},
    exit::Exit,
    failure::Failure,
    log_source::{LogSource, SourceError},
    output::{complain, print},
    settings::Settings,
    words::{Words, text},
};

/// Carries out one of the subcommands.
pub(crate) fn run(command: &LogCommand, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    match command {
        LogCommand::Verify(place) => verify::run(place, words),
        LogCommand::Prove(arguments) => prove::run(arguments, words),
        LogCommand::Consistency(arguments) => consistency::run(arguments, words),
        LogCommand::Watch(arguments) => watch::run(arguments, words),
        LogCommand::Status => keeper::status(settings, words),
        LogCommand::RotateKey(arguments) => keeper::rotate_key(arguments, settings, words),
        LogCommand::Incident(arguments) => keeper::incident(arguments, settings, words),
    }
}

/// A log whose checkpoint is signed by a key of its own that is trusted.
struct OpenedLog {
    source: LogSource,
    keys: KeyHistory,
    note: String,
    checkpoint: Checkpoint,
}

/// What was found wrong, in words. It is an outcome and no failure: the check was carried out.
struct Finding(String);

/// Reads keys and checkpoint of the log at `place`.
fn open(place: &LogPlace, words: Words) -> Result<Result<OpenedLog, Finding>, Failure> {
    let source = LogSource::at(&place.place);
    let keys = trusted_keys(place, &source, words)?;
    let note = read_checkpoint(place, &source)?;
    Ok(match open_checkpoint(&note, &keys, words) {
        Ok(checkpoint) => Ok(OpenedLog {
            source,
            keys,
            note,
            checkpoint,
        }),
        Err(finding) => Err(finding),
    })
}

fn read_checkpoint(place: &LogPlace, source: &LogSource) -> Result<String, Failure> {
    source
        .read_text(log_files::CHECKPOINT)
        .map_err(|cause| unreachable(place, cause))?
        .ok_or_else(|| Failure::NoLog {
            place: place.place.clone(),
        })
}

fn unreachable(place: &LogPlace, cause: SourceError) -> Failure {
    Failure::LogUnreachable {
        place: place.place.clone(),
        cause,
    }
}

/// A checkpoint that is signed by the key of its log.
fn open_checkpoint(note: &str, keys: &KeyHistory, words: Words) -> Result<Checkpoint, Finding> {
    let stated = Checkpoint::read_unverified(note.as_bytes())
        .map_err(|cause| Finding(words.say_with("log-checkpoint-unreadable", &[("cause", text(cause))])))?;
    let Some(log) = keys.log(&stated.origin) else {
        return Err(Finding(
            words.say_with("log-other-origin", &[("origin", text(&stated.origin))]),
        ));
    };
    Checkpoint::open_with(note.as_bytes(), log)
        .map_err(|cause| Finding(words.say_with("log-checkpoint-forged", &[("cause", text(cause))])))
}

/// The keys to check with: what follows from the given one, or, where none was given, what the log says of itself.
fn trusted_keys(place: &LogPlace, source: &LogSource, words: Words) -> Result<KeyHistory, Failure> {
    let published = source
        .read_text(log_files::KEYS)
        .map_err(|cause| unreachable(place, cause))?
        .and_then(|history| KeyHistory::parse(&history).ok());
    let Some(given) = &place.key else {
        let published = match published {
            Some(history) => history,
            // A log that somebody else keeps in this format may publish one key and no history.
            None => source
                .read_text("key")
                .map_err(|cause| unreachable(place, cause))?
                .and_then(|key| VerifierKey::parse(&key).ok())
                .map(KeyHistory::of)
                .ok_or(Failure::KeyNeeded)?,
        };
        complain(&words.say("log-key-came-along"));
        return Ok(published);
    };
    let given = read_keys(given)?;
    // What is published goes further than what was noted, as long as each step is signed on both sides.
    let anchor = given
        .logs()
        .last()
        .and_then(|log| log.terms().last())
        .map(|term| &term.key);
    let reached = published
        .zip(anchor)
        .and_then(|(history, anchor)| history.trusting(anchor).ok());
    Ok(reached.unwrap_or(given))
}

/// Keys as the user gives them: a verifier key, or a file with one or with a history.
pub(super) fn read_keys(given: &str) -> Result<KeyHistory, Failure> {
    let path = Path::new(given);
    let content = if path.is_file() {
        fs::read_to_string(path).map_err(|cause| Failure::ReadFile {
            path: path.to_owned(),
            cause,
        })?
    } else {
        given.to_owned()
    };
    let content = content.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let refused = || Failure::NotAKey { key: given.to_owned() };
    if KeyHistory::is_meant_by(&content) {
        KeyHistory::parse(&content).map_err(|_| refused())
    } else {
        VerifierKey::parse(&content).map(KeyHistory::of).map_err(|_| refused())
    }
}

/// Says what was found wrong, with what to do next.
fn say_finding(finding: &Finding, words: Words) -> Result<Exit, Failure> {
    print(&finding.0)?;
    print(&words.say("log-finding-next"))?;
    Ok(Exit::Findings)
}

/// A tree that could not be read is a failure; one that is not as it was signed is a finding.
fn sort_tree_error(error: TreeError<SourceError>, place: &LogPlace, words: Words) -> Result<Finding, Failure> {
    let key = match error {
        TreeError::Source(cause) => return Err(unreachable(place, cause)),
        TreeError::Missing(tile) => return Ok(Finding(words.say_with("log-tile-missing", &[("tile", text(tile))]))),
        TreeError::RootDiffers(_) => "log-tiles-differ",
        TreeError::WrongLength { tile, .. } | TreeError::Bundle { tile, .. } => {
            return Ok(Finding(words.say_with("log-tile-damaged", &[("tile", text(tile))])));
        }
        TreeError::EntryTooLong(_) | TreeError::TooLarge(_) | TreeError::OutOfRange { .. } => "log-tiles-differ",
    };
    Ok(Finding(words.say(key)))
}

fn sort_verify_error(error: VerifyError<SourceError>, place: &LogPlace, words: Words) -> Result<Finding, Failure> {
    Ok(match error {
        VerifyError::Tree(error) => return sort_tree_error(error, place, words),
        VerifyError::Entries(cause) => return Err(unreachable(place, cause)),
        VerifyError::TileDiffers { tile, position } => Finding(words.say_with(
            "log-tile-differs",
            &[("tile", text(tile)), ("position", text(position))],
        )),
        VerifyError::WrongNumber { .. } | VerifyError::RootDiffers { .. } | VerifyError::HistoryDiffers { .. } => {
            Finding(words.say("log-root-differs"))
        }
    })
}
