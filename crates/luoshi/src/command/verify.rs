//! `luoshi verify`: replays the record and names every place that disagrees. It repairs nothing.

use luoshi_app::verify::{Fault, Verification};
use luoshi_store::Difference;

use crate::{
    exit::Exit,
    failure::Failure,
    output::{print, progress},
    settings::Settings,
    site,
    words::{Words, count, text},
};

/// Checks the site of the data folder.
pub(crate) fn run(settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let app = site::open(&settings.place()?)?;
    let bar = progress(0, words.say("verify-progress"));
    let outcome = app.verify(&mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let verification = outcome?;
    print(&words.say_with(
        "verify-counts",
        &[
            ("events", text(verification.events)),
            ("leaves", text(verification.leaves)),
            ("files", text(verification.files)),
        ],
    ))?;
    // The index is made from the record and is no part of it: whoever changed it has changed nothing that counts.
    let stale = app.search_faults()?;
    if stale > 0 {
        print(&words.say_with("verify-search-stale", &[("count", count(stale))]))?;
    }
    if verification.is_sound() {
        print(&words.say("verify-sound"))?;
        return Ok(Exit::Done);
    }
    print(&findings(&verification, words).join("\n"))?;
    print(&words.say("verify-next"))?;
    Ok(Exit::Findings)
}

/// Everything that is wrong, a line each.
pub(super) fn findings(verification: &Verification, words: Words) -> Vec<String> {
    let mut lines = vec![words.say_with("verify-unsound", &[("count", count(verification.finding_count()))])];
    lines.extend(
        verification
            .differences
            .iter()
            .map(|difference| difference_line(difference, words)),
    );
    lines.extend(verification.faults.iter().map(|fault| fault_line(fault, words)));
    lines
}

fn difference_line(difference: &Difference, words: Words) -> String {
    let kind = words.say(&format!("difference-{}", difference.kind.code()));
    let mut values = vec![
        ("table", text(&difference.table)),
        ("key", text(&difference.key)),
        ("kind", text(kind)),
    ];
    match &difference.column {
        Some(column) => {
            values.push(("column", text(column)));
            words.say_with("verify-difference", &values)
        }
        None => words.say_with("verify-difference-row", &values),
    }
}

fn fault_line(fault: &Fault, words: Words) -> String {
    match fault {
        Fault::CheckpointSignature => words.say("fault-checkpoint-signature"),
        Fault::PublishedCheckpoint => words.say("fault-published-checkpoint"),
        Fault::Tree(detail) => words.say_with("fault-tree", &[("detail", text(detail))]),
        Fault::OtherLogKey => words.say("fault-other-log-key"),
        Fault::ErasedFile(file) => words.say_with("fault-erased-file", &[("file", text(file))]),
        Fault::File(file) => words.say_with("fault-file", &[("file", text(file))]),
    }
}
