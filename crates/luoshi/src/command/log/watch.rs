//! `luoshi log watch`: keeps the last checkpoint that it saw and raises the alarm when the log goes back, forks, or speaks with another
//! name. What was kept is evidence, and is never replaced by something that contradicts it.

use std::{path::Path, thread, time::Duration};

use luoshi_app::folder::write_durably;

use super::{
    Finding, OpenedLog,
    consistency::{State, extends, read_checkpoint_file},
    open, open_checkpoint, say_finding,
};
use crate::{
    arguments::log::WatchArguments,
    exit::Exit,
    failure::Failure,
    output::{complain, print},
    site::beside,
    words::{Words, text},
};

pub(super) fn run(arguments: &WatchArguments, words: Words) -> Result<Exit, Failure> {
    let Some(seconds) = arguments.every else {
        return look(arguments, words);
    };
    loop {
        match look(arguments, words) {
            Ok(Exit::Done) => {}
            Ok(alarm) => return Ok(alarm),
            // A network that is away for a while is no alarm and no reason to stop watching; a wrong flag or file is.
            Err(failure @ (Failure::LogUnreachable { .. } | Failure::NoLog { .. })) => {
                complain(&failure.message(words));
            }
            Err(failure) => return Err(failure),
        }
        thread::sleep(Duration::from_secs(seconds));
    }
}

/// One round.
fn look(arguments: &WatchArguments, words: Words) -> Result<Exit, Failure> {
    let log = match open(&arguments.log, words)? {
        Ok(log) => log,
        Err(finding) => return alarm(&finding, words),
    };
    if !arguments.kept.exists() {
        keep(&arguments.kept, &log.note)?;
        print(&words.say_with(
            "watch-first",
            &[
                ("size", text(log.checkpoint.size)),
                ("path", text(arguments.kept.display())),
            ],
        ))?;
        return Ok(Exit::Done);
    }
    let kept = read_checkpoint_file(&arguments.kept)?;
    match compare(arguments, &log, &kept, words)? {
        Ok(line) => {
            if kept != log.note {
                keep(&arguments.kept, &log.note)?;
            }
            print(&line)?;
            Ok(Exit::Done)
        }
        Err(finding) => {
            // Two signed checkpoints that contradict each other prove what happened; the second one is kept beside the first.
            keep(&beside(&arguments.kept, ".alarm"), &log.note)?;
            alarm(&finding, words)
        }
    }
}

/// What to say of a round without a fault.
fn compare(
    arguments: &WatchArguments,
    log: &OpenedLog,
    kept: &str,
    words: Words,
) -> Result<Result<String, Finding>, Failure> {
    let before = match open_checkpoint(kept, &log.keys, words) {
        Ok(before) => before,
        Err(finding) => return Ok(Err(finding)),
    };
    if before.origin != log.checkpoint.origin {
        return Ok(Err(Finding(words.say_with(
            "watch-other-log",
            &[("old", text(&before.origin)), ("new", text(&log.checkpoint.origin))],
        ))));
    }
    let (old, new) = (State::of(&before), State::of(&log.checkpoint));
    if let Err(finding) = extends(log, &arguments.log, old, new, words)? {
        return Ok(Err(finding));
    }
    if let Some(next) = log.keys.continuation_of(&before.origin) {
        if next.old_size < old.size {
            return Ok(Err(Finding(words.say("log-frozen-elsewhere"))));
        }
        return Ok(Ok(words.say_with(
            "log-is-frozen",
            &[
                ("size", text(next.old_size)),
                ("origin", text(next.origin())),
                ("begins", text(&next.begins_at)),
            ],
        )));
    }
    let key = if new == old { "watch-unchanged" } else { "watch-grown" };
    Ok(Ok(words.say_with(
        key,
        &[
            ("old", text(old.size)),
            ("new", text(new.size)),
            ("root", text(new.root)),
        ],
    )))
}

fn keep(path: &Path, note: &str) -> Result<(), Failure> {
    write_durably(path, note.as_bytes()).map_err(|cause| Failure::WriteFile {
        path: path.to_owned(),
        cause,
    })
}

fn alarm(finding: &Finding, words: Words) -> Result<Exit, Failure> {
    print(&words.say("watch-alarm"))?;
    say_finding(finding, words)
}
