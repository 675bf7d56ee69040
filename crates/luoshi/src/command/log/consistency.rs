//! `luoshi log consistency`: that a later checkpoint only added to an earlier one. Each may be a signed file or a number of entries.

use std::{fs, path::Path};

use luoshi_tlog::{Checkpoint, LogHash, consistency_proof, root_at, verify_consistency};

use super::{Finding, OpenedLog, open, open_checkpoint, say_finding, sort_tree_error};
use crate::{
    arguments::log::{ConsistencyArguments, LogPlace},
    exit::Exit,
    failure::Failure,
    output::print,
    words::{Words, text},
};

/// A state of the log: its size, and its root where somebody signed or computed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) size: u64,
    pub(super) root: LogHash,
}

impl State {
    pub(super) fn of(checkpoint: &Checkpoint) -> Self {
        Self {
            size: checkpoint.size,
            root: checkpoint.root,
        }
    }
}

pub(super) fn run(arguments: &ConsistencyArguments, words: Words) -> Result<Exit, Failure> {
    let log = match open(&arguments.log, words)? {
        Ok(log) => log,
        Err(finding) => return say_finding(&finding, words),
    };
    let present = State::of(&log.checkpoint);
    let mut states = [present, present];
    for (state, given) in states.iter_mut().zip([Some(&arguments.old), arguments.new.as_ref()]) {
        if let Some(given) = given {
            *state = match read_state(&log, &arguments.log, given, words)? {
                Ok(state) => state,
                Err(finding) => return say_finding(&finding, words),
            };
        }
    }
    let [old, new] = states;
    // Each is compared with the log as it is now, which is signed; so both are beginnings of one history.
    for (earlier, later) in [(old, new), (new, present)] {
        if let Err(finding) = extends(&log, &arguments.log, earlier, later, words)? {
            return say_finding(&finding, words);
        }
    }
    print(&words.say_with(
        "log-consistent",
        &[
            ("old", text(old.size)),
            ("new", text(new.size)),
            ("added", text(new.size - old.size)),
            ("old_root", text(old.root)),
            ("new_root", text(new.root)),
        ],
    ))?;
    Ok(Exit::Done)
}

fn read_state(log: &OpenedLog, place: &LogPlace, given: &str, words: Words) -> Result<Result<State, Finding>, Failure> {
    if let Ok(size) = given.parse::<u64>() {
        if size > log.checkpoint.size {
            return Err(Failure::NoSuchEntry {
                index: size,
                size: log.checkpoint.size,
            });
        }
        return match root_at(&log.source, log.checkpoint.size, log.checkpoint.root, size) {
            Ok(root) => Ok(Ok(State { size, root })),
            Err(error) => Ok(Err(sort_tree_error(error, place, words)?)),
        };
    }
    let checkpoint = read_checkpoint_file(Path::new(given))?;
    Ok(open_checkpoint(&checkpoint, &log.keys, words).map(|checkpoint| State::of(&checkpoint)))
}

/// The text of a file that holds a checkpoint.
pub(in crate::command) fn read_checkpoint_file(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    let refused = || Failure::NotACheckpoint {
        path: path.display().to_string(),
    };
    let note = String::from_utf8(bytes).map_err(|_| refused())?;
    let note = note.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    Checkpoint::read_unverified(note.as_bytes()).map_err(|_| refused())?;
    Ok(note)
}

/// Whether the log shows by its tiles that it grew from `old` to `new` by adding alone.
pub(super) fn extends(
    log: &OpenedLog,
    place: &LogPlace,
    old: State,
    new: State,
    words: Words,
) -> Result<Result<(), Finding>, Failure> {
    if new.size < old.size {
        return Ok(Err(Finding(words.say_with(
            "log-went-back",
            &[("old", text(old.size)), ("new", text(new.size))],
        ))));
    }
    let forked = || Finding(words.say_with("log-forked", &[("old", text(old.size)), ("new", text(new.size))]));
    if new.size == old.size {
        return Ok(if new.root == old.root { Ok(()) } else { Err(forked()) });
    }
    match consistency_proof(&log.source, new.size, new.root, old.size) {
        Ok(proof) => Ok(verify_consistency(&proof, new.size, new.root, old.size, old.root).map_err(|_| forked())),
        Err(error) => Ok(Err(sort_tree_error(error, place, words)?)),
    }
}
