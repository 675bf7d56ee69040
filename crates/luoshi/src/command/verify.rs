//! `luoshi verify`: replays the record and names every place that disagrees. It repairs nothing.

use std::{panic, thread};

use indicatif::ProgressBar;
use luoshi_app::{
    App,
    verify::{Fault, Phase, Verification},
};
use luoshi_store::Difference;

use crate::{
    exit::Exit,
    failure::Failure,
    output::{print, progress_among, progress_side_by_side},
    settings::Settings,
    site,
    words::{Words, count, text},
};

/// Faults of log and files that are named one by one; a clock that was wrong for a day makes as many as there were events.
const MOST_FAULTS: usize = 1_000;

/// Checks the site of the data folder.
pub(crate) fn run(settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let app = site::open(&settings.place()?)?;
    let (verification, stale) = thread::scope(|scope| {
        let stale = scope.spawn(|| app.search_faults());
        let verification = verified(&app, words);
        (
            verification,
            stale.join().unwrap_or_else(|panic| panic::resume_unwind(panic)),
        )
    });
    let (verification, stale) = (verification?, stale?);
    print(&words.say_with(
        "verify-counts",
        &[
            ("events", text(verification.events)),
            ("leaves", text(verification.leaves)),
            ("checkpoints", text(verification.checkpoints)),
            ("files", text(verification.files)),
        ],
    ))?;
    // The index is made from the record and is no part of it: whoever changed it has changed nothing that counts.
    if stale > 0 {
        print(&words.say_with("verify-search-stale", &[("count", count(stale))]))?;
    }
    if verification.lost_entries > 0 {
        print(&words.say_with("verify-lost", &[("count", text(verification.lost_entries))]))?;
    }
    if verification.is_sound() {
        print(&words.say("verify-sound"))?;
        return Ok(Exit::Done);
    }
    print(&findings(&verification, words).join("\n"))?;
    print(&words.say("verify-next"))?;
    Ok(Exit::Findings)
}

/// What a check of everything finds, with its phases shown while it runs.
pub(super) fn verified(app: &App, words: Words) -> Result<Verification, Failure> {
    // Phases run side by side, so each has a bar of its own as long as it runs.
    let bars = progress_side_by_side();
    let mut running: Vec<(Phase, ProgressBar)> = Vec::new();
    let outcome = app.verify_by_phases(&mut |phase, done, total| {
        let known = running.iter().position(|(running, _)| *running == phase);
        let index = known.unwrap_or_else(|| {
            let label = words.say(&format!("verify-phase-{}", phase.code()));
            running.push((phase, progress_among(&bars, total, label)));
            running.len() - 1
        });
        let Some((_, bar)) = running.get(index) else { return };
        bar.set_length(total);
        bar.set_position(done);
        if done == total {
            bar.finish_and_clear();
        }
    });
    for (_, bar) in running {
        bar.finish_and_clear();
    }
    Ok(outcome?)
}

/// Everything that is wrong, a line each.
pub(super) fn findings(verification: &Verification, words: Words) -> Vec<String> {
    let mut lines = vec![words.say_with("verify-unsound", &[("count", count(verification.finding_count()))])];
    // A list of a thousand places is read from its beginning, so what began it stands before it.
    if let Some(entry) = verification.first_bad_entry() {
        lines.push(words.say_with("verify-first-entry", &[("entry", text(entry))]));
    }
    if let Some(first) = &verification.first_difference {
        lines.push(words.say_with("verify-first", &[("difference", text(difference_line(first, words)))]));
    } else if let Some(first) = verification.faults.first() {
        lines.push(words.say_with("verify-first", &[("difference", text(fault_line(first, words)))]));
    }
    lines.extend(
        verification
            .differences
            .iter()
            .map(|difference| difference_line(difference, words)),
    );
    let faults = verification.faults.iter().take(MOST_FAULTS);
    lines.extend(faults.map(|fault| fault_line(fault, words)));
    if let Some(further) = verification
        .faults
        .len()
        .checked_sub(MOST_FAULTS)
        .filter(|further| *further > 0)
    {
        lines.push(words.say_with("verify-further", &[("count", count(further))]));
    }
    lines
}

fn difference_line(difference: &Difference, words: Words) -> String {
    let kind = words.say(&format!("difference-{}", difference.kind.code()));
    let mut values = vec![
        ("table", text(&difference.table)),
        ("key", text(&difference.key)),
        ("kind", text(kind)),
    ];
    let line = match &difference.column {
        Some(column) => {
            values.push(("column", text(column)));
            words.say_with("verify-difference", &values)
        }
        None => words.say_with("verify-difference-row", &values),
    };
    match difference.entry {
        Some(entry) => words.say_with(
            "verify-difference-entry",
            &[("line", text(line)), ("entry", text(entry))],
        ),
        None => line,
    }
}

fn fault_line(fault: &Fault, words: Words) -> String {
    match fault {
        Fault::CheckpointSignature(size) => words.say_with("fault-checkpoint-signature", &[("size", text(size))]),
        Fault::CheckpointTime(size) => words.say_with("fault-checkpoint-time", &[("size", text(size))]),
        Fault::PublishedCheckpoint => words.say("fault-published-checkpoint"),
        Fault::Tree { detail, .. } => words.say_with("fault-tree", &[("detail", text(detail))]),
        Fault::EntryTime(entry) => words.say_with("fault-entry-time", &[("entry", text(entry))]),
        Fault::OtherLogKey => words.say("fault-other-log-key"),
        Fault::ErasedFile(file) => words.say_with("fault-erased-file", &[("file", text(file))]),
        Fault::File(file) => words.say_with("fault-file", &[("file", text(file))]),
    }
}

#[cfg(test)]
mod tests {
    use luoshi_types::Language;

    use super::*;

    #[test]
    fn a_wrong_clock_does_not_fill_the_screen_with_every_entry() {
        let verification = Verification {
            events: 5_000,
            leaves: 5_000,
            checkpoints: 1,
            lost_entries: 0,
            files: 0,
            differences: Vec::new(),
            difference_count: 0,
            first_difference: None,
            faults: (0..3_000).map(Fault::EntryTime).collect(),
        };
        let lines = findings(&verification, Words(Language::Chinese));
        assert!(lines[0].contains("3000"));
        assert_eq!(lines.len(), 3 + MOST_FAULTS + 1);
        assert_eq!(lines.last().map(String::as_str), Some("另有 2000 处同类问题未列出。"));
    }
}
