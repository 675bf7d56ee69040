//! R4: the disk is full to the last byte. Nothing is acknowledged that is not kept, readers are not disturbed, and writing goes on by
//! itself when there is room again.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use super::{Bench, Sabotage};
use crate::{
    audit::read_back,
    book::{Class, Entry, Outcome, Tally},
    disk::{self, Disk, FileSystem},
    load::{attempt, outcome_of},
    program::Program,
    site::Site,
    verdict::Verdict,
};

/// Mebibytes of the disk.
const MEBIBYTES: u64 = 64;
/// Tasks of the site.
const TASKS: usize = 60;
/// Reports that are handed in before the disk is full.
const BEFORE: usize = 20;
/// Time in which a submission is refused on a full disk.
const PROMPT: Duration = Duration::from_secs(1);
/// Time after which writing goes on when there is room again.
const RESUMED: Duration = Duration::from_secs(5);
/// Refusals after which the full disk is believed.
const REFUSALS: usize = 20;

/// What happened on a full disk.
#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    refused: usize,
    wrong: Vec<String>,
    slowest: Duration,
    unread: Vec<String>,
    resumed: Option<Duration>,
    tally: Tally,
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    if let Some(why) = disk::missing(&[FileSystem::Ext4]) {
        bench.cannot("a full disk", &why, verdict);
        return Ok(());
    }
    for round in 0..bench.rounds(1, 20) {
        let disk = Disk::make(bench.place("full"), FileSystem::Ext4, MEBIBYTES)?;
        let mut site = Site::make(&bench.program, disk.folder().join("site"), TASKS)?;
        let program = bench.program.clone();
        let found = fill(&program, &disk, &mut site, bench)?;
        let round = round + 1;
        verdict.check(
            &format!("disk {round}: refusals are 507 or 503 with Retry-After"),
            found.refused >= REFUSALS && found.wrong.is_empty(),
            &format!("{} refused {}", found.refused, found.wrong.join("; ")),
        );
        verdict.check(
            &format!("disk {round}: refused within 1 s"),
            found.slowest <= PROMPT,
            &format!("at most {} ms", found.slowest.as_millis()),
        );
        verdict.check(
            &format!("disk {round}: reading goes on"),
            found.unread.is_empty(),
            &found.unread.join("; "),
        );
        verdict.check(
            &format!("disk {round}: writing resumes within 5 s without a restart"),
            found.resumed.is_some_and(|after| after <= RESUMED),
            &found.resumed.map_or("not at all".to_owned(), |after| {
                format!("after {} ms", after.as_millis())
            }),
        );
        verdict.check(
            &format!("disk {round}: nothing acknowledged is lost, nothing is half"),
            found.tally.forbidden() == 0,
            &format!("{} {}", found.tally, found.tally.examples()),
        );
        let ran = bench.program.run(&site.data, &["verify"])?;
        verdict.check(
            &format!("disk {round}: luoshi verify finds nothing"),
            ran.code == Some(0),
            &ran.complaints,
        );
    }
    if let Some(program) = bench.sabotaged(Sabotage::AcknowledgeEarly, verdict) {
        let disk = Disk::make(bench.place("full-control"), FileSystem::Ext4, MEBIBYTES)?;
        let mut site = Site::make(&bench.program, disk.folder().join("site"), TASKS)?;
        let found = fill(&program, &disk, &mut site, bench)?;
        verdict.check(
            "control: acknowledged before the commit, reports are lost",
            found.tally.of(Class::Lost) > 0,
            &format!("{} lost", found.tally.of(Class::Lost)),
        );
    }
    Ok(())
}

fn fill(program: &Program, disk: &Disk, site: &mut Site, bench: &mut Bench) -> Result<Found> {
    let mut found = Found::default();
    let (server, address) = program.serve(&site.data)?;
    let mut clerk = site.clerk.at(address);
    let mut submit = |found: &mut Found, site: &mut Site, bench: &mut Bench| -> bool {
        let Some(submission) = site.next_submissions(1, &mut bench.random).pop() else {
            return false;
        };
        let asked = Instant::now();
        let answer = attempt(&mut clerk, &submission);
        let took = asked.elapsed();
        if let Ok(answer) = &answer
            && answer.status != 303
        {
            found.refused += 1;
            found.slowest = found.slowest.max(took);
            if !matches!(answer.status, 503 | 507) || answer.header("retry-after").is_none() {
                found.wrong.push(format!(
                    "{} with Retry-After {:?}",
                    answer.status,
                    answer.header("retry-after")
                ));
            }
        }
        if let Err(trouble) = &answer {
            found.wrong.push(trouble.to_string());
        }
        let outcome = outcome_of(answer);
        let acknowledged = matches!(outcome, Outcome::Acknowledged { .. });
        found.entries.push(Entry {
            submission,
            outcome,
            note: None,
        });
        acknowledged
    };
    for _ in 0..BEFORE {
        submit(&mut found, site, bench);
    }
    let filling = disk.fill()?;
    // The write-ahead log still has room inside itself; a full disk is met after some more reports.
    while found.refused < REFUSALS && site.places_left() > 50 {
        submit(&mut found, site, bench);
    }
    let mut reader = site.clerk.at(address);
    let first = found
        .entries
        .first()
        .map(|entry| entry.submission.place())
        .unwrap_or_default();
    for path in ["/ledger", "/log/checkpoint", "/to-do", "/settings", first.as_str()] {
        match reader.get(path) {
            Ok(answer) if matches!(answer.status, 200 | 303) => {}
            Ok(answer) => found.unread.push(format!("{path}: {}", answer.status)),
            Err(trouble) => found.unread.push(format!("{path}: {trouble}")),
        }
    }
    drop(filling);
    let freed = Instant::now();
    while found.resumed.is_none() && freed.elapsed() < 2 * RESUMED && site.places_left() > 0 {
        if submit(&mut found, site, bench) {
            found.resumed = Some(freed.elapsed());
        } else {
            thread::sleep(Duration::from_millis(100));
        }
    }
    let mut entries = std::mem::take(&mut found.entries);
    let tally = read_back(site, &[address], &mut entries)?;
    found.tally.add(tally);
    server.stop()?;
    Ok(found)
}
