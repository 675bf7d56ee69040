//! R12: somebody with root and the database password, and in some cases the key of the log, changes the record. `luoshi verify` finds it, or
//! a checkpoint or a receipt does that an outsider kept.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::Bench;
use crate::{
    audit::read_back,
    book::{Entry, Outcome},
    forgery::Forgery,
    load::hand_in,
    program::Program,
    site::Site,
    verdict::Verdict,
};

/// Reports that the site holds.
const REPORTS: usize = 12;
/// Time in which a forgery has to be named.
const NAMED: Duration = Duration::from_secs(60);
/// Who has to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finder {
    /// `luoshi verify`, on the machine itself.
    Verify,
    /// An outsider with the last checkpoint, for the key was used too.
    Outsider,
}

type Forge = fn(&Forgery) -> Result<()>;

/// The forgeries of one site on its own, with who has to notice.
const FORGERIES: [(&str, Finder, Forge); 11] = [
    ("a row is edited", Finder::Verify, Forgery::edit_report),
    ("a row is deleted", Finder::Verify, Forgery::delete_report),
    ("the bytes of a file are edited", Finder::Verify, Forgery::edit_file),
    ("two files change places", Finder::Verify, Forgery::swap_files),
    ("a report is dated back", Finder::Verify, Forgery::date_report_back),
    ("an old event is inserted", Finder::Verify, Forgery::insert_old_event),
    (
        "a figure is changed after publication",
        Finder::Verify,
        Forgery::change_figure,
    ),
    (
        "the text of a commitment is edited",
        Finder::Verify,
        Forgery::edit_commitment,
    ),
    (
        "the record of an act of the office is deleted",
        Finder::Verify,
        Forgery::delete_act_of_office,
    ),
    (
        "the last events are cut off, and the log is signed again",
        Finder::Outsider,
        Forgery::cut_off_end,
    ),
    (
        "the beginning is rewritten, and the log is signed again",
        Finder::Outsider,
        Forgery::rewrite_beginning,
    ),
];

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let (site, entries, backup) = set_up(bench)?;
    let program = bench.program.clone();
    for round in 0..bench.rounds(1, 20) {
        for (name, finder, forge) in FORGERIES {
            let site = site.copy_to(bench.place("tampering"))?;
            forge(&Forgery::of(site.data.clone())?).context(name)?;
            let found = match finder {
                Finder::Verify => verified(&program, &site.data)?,
                Finder::Outsider => seen_from_outside(&program, site, &entries)?,
            };
            tell(verdict, name, found);
        }
        let rolled_back = roll_back(bench, &program, &site, &backup, &entries)?;
        tell(verdict, "the folder is rolled back to a backup", rolled_back);
        let replaced = site.copy_to(bench.place("tampering-key"))?;
        Forgery::of(replaced.data.clone())?.replace_key()?;
        tell(
            verdict,
            "the key is replaced, and the log is signed again",
            seen_from_outside(&program, replaced, &entries)?,
        );
        let split = split_view(bench, &program, &site)?;
        tell(verdict, "two clients are shown two logs", split);
        if round == 0 {
            controls(bench, &program, &site, &entries, verdict)?;
        }
    }
    Ok(())
}

/// What was found, and after what time.
struct Find {
    what: Option<String>,
    took: Duration,
}

fn tell(verdict: &mut Verdict, name: &str, find: Find) {
    let detail = find.what.as_deref().unwrap_or("nobody notices");
    verdict.check(name, find.what.is_some() && find.took <= NAMED, detail);
}

/// A site with reports, what was promised for each, and a copy of its folder from before the last of them.
fn set_up(bench: &mut Bench) -> Result<(Site, Vec<Entry>, Site)> {
    let mut site = bench.site("tampered", 2)?;
    // A second received file, so that two can change places.
    let letter = site.data.with_extension("second.txt");
    fs::write(
        &letter,
        "一、其他工作\n1.抓好第1项工作，完成项目20个。（责任单位：省财政厅）\n",
    )?;
    let path = letter.to_str().context("the folder has no readable name")?;
    bench.program.done(&site.data, &["import", path, "--year", "2025"])?;
    let mut entries = Vec::new();
    let mut backup = None;
    for part in 0..2 {
        let (server, address) = bench.program.serve(&site.data)?;
        // The import has brought events that this book does not know; a command brings the log up to date before it ends.
        site.entries = site.outsider.look(address)?;
        let mut fresh: Vec<Entry> = site
            .next_submissions(REPORTS / 2, &mut bench.random)
            .into_iter()
            .map(|submission| Entry {
                outcome: hand_in(&mut site.clerk.at(address), &submission),
                submission,
                note: None,
            })
            .collect();
        let tally = read_back(&mut site, &[address], &mut fresh)?;
        ensure!(
            tally.forbidden() == 0,
            "the site is not sound to begin with: {}",
            tally.examples()
        );
        entries.extend(fresh);
        server.stop()?;
        if part == 0 {
            backup = Some(site.copy_to(bench.place("tampered-backup"))?);
        }
    }
    Ok((site, entries, backup.context("no backup")?))
}

/// What `luoshi verify` says; none where it finds nothing.
fn verified(program: &Program, data: &Path) -> Result<Find> {
    let begun = Instant::now();
    let ran = program.run(data, &["verify", "--lang", "en"])?;
    let what = (ran.code != Some(0)).then(|| {
        let lines: Vec<&str> = ran.output.lines().chain(ran.complaints.lines()).collect();
        let first = lines.iter().position(|line| line.starts_with("Places that disagree"));
        let named = first.and_then(|first| lines.get(first + 1)).or(lines.first());
        format!("luoshi verify: {}", named.copied().unwrap_or("(nothing)"))
    });
    Ok(Find {
        what,
        took: begun.elapsed(),
    })
}

/// What somebody notices who kept the last checkpoint and the receipts; none where the log and they agree.
fn seen_from_outside(program: &Program, mut site: Site, entries: &[Entry]) -> Result<Find> {
    let begun = Instant::now();
    let find = |what: Option<String>| Find {
        what,
        took: begun.elapsed(),
    };
    let (server, address) = match program.serve(&site.data) {
        Ok(served) => served,
        Err(error) => return Ok(find(Some(format!("the program does not serve it: {error}")))),
    };
    if let Err(error) = site.outsider.look(address) {
        return Ok(find(Some(format!("a kept checkpoint: {error}"))));
    }
    for entry in entries {
        let (Some(note), Outcome::Acknowledged { receipt }) = (&entry.note, &entry.outcome) else {
            continue;
        };
        let (_, promise, _) = site.outsider.read_receipt(note)?;
        if !site.outsider.holds(promise.leaf()) {
            return Ok(find(Some(format!(
                "a kept receipt: the entry of {receipt} is not in the log"
            ))));
        }
    }
    server.stop()?;
    Ok(find(None))
}

/// The whole folder, key and log included, is put back to an earlier state, in which everything agrees with itself.
fn roll_back(bench: &mut Bench, program: &Program, site: &Site, backup: &Site, entries: &[Entry]) -> Result<Find> {
    let mut old = site.copy_to(bench.place("tampering-back"))?;
    old.data = backup.copy_to(bench.place("tampering-backup"))?.data;
    seen_from_outside(program, old, entries)
}

/// The same site is served twice and grows in two ways; whoever has seen the one is shown the other.
fn split_view(bench: &mut Bench, program: &Program, site: &Site) -> Result<Find> {
    let begun = Instant::now();
    let mut seen = None;
    for _ in 0..2 {
        let mut view = site.copy_to(bench.place("tampering-view"))?;
        if let Some(outsider) = seen.take() {
            view.outsider = outsider;
        }
        let (server, address) = program.serve(&view.data)?;
        let submission = view.next_submissions(1, &mut bench.random).pop().context("no place")?;
        let outcome = hand_in(&mut view.clerk.at(address), &submission);
        let Outcome::Acknowledged { receipt } = outcome else {
            anyhow::bail!("a report was answered with {outcome:?}");
        };
        view.entries = 1 + view.wait_for_proof(address, &receipt)?;
        let looked = view.log_covers(address);
        server.stop()?;
        if let Err(error) = looked {
            let error = error.to_string();
            ensure!(error.contains("REWRITTEN"), "the log was not looked at: {error}");
            return Ok(Find {
                what: Some(format!("a kept checkpoint: {error}")),
                took: begun.elapsed(),
            });
        }
        seen = Some(view.outsider);
    }
    Ok(Find {
        what: None,
        took: begun.elapsed(),
    })
}

/// No alarm where nobody forged anything; and without a kept checkpoint a forger with the key goes unnoticed, which is why one is kept.
fn controls(bench: &mut Bench, program: &Program, site: &Site, entries: &[Entry], verdict: &mut Verdict) -> Result<()> {
    let runs = if bench.long { 100 } else { 3 };
    let mut alarms = Vec::new();
    for _ in 0..runs {
        let clean = site.copy_to(bench.place("clean"))?;
        alarms.extend(verified(program, &clean.data)?.what);
        alarms.extend(seen_from_outside(program, clean, entries)?.what);
    }
    verdict.check(
        &format!("no false alarm in {runs} clean runs"),
        alarms.is_empty(),
        &alarms.join("; "),
    );
    if !bench.controls() {
        verdict.skipped("control: nobody kept anything", "left out");
        return Ok(());
    }
    let forged = site.copy_to(bench.place("tampering-control"))?;
    Forgery::of(forged.data.clone())?.cut_off_end()?;
    let (server, address) = program.serve(&forged.data)?;
    let newcomer = crate::outsider::Outsider::at(address)?.look(address);
    server.stop()?;
    verdict.check(
        "control: who kept nothing does not notice a log that was cut off and signed again",
        newcomer.is_ok(),
        &newcomer.map_or_else(|error| error.to_string(), |size| format!("{size} entries believed")),
    );
    Ok(())
}
