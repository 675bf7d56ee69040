//! R2: the power is cut in the middle of the work, and what had not reached the disk is gone.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use super::Bench;
use crate::{
    audit::read_back,
    book::{Class, Tally},
    disk::{self, Disk, FileSystem},
    load::Load,
    person::DEADLINE,
    program::Program,
    random::Random,
    site::Site,
    trace,
    verdict::Verdict,
};

/// Clients that hand in at once.
const CLIENTS: usize = 16;
/// The power is cut so many milliseconds after the first acknowledgement.
const MOMENT: std::ops::Range<u64> = 100..600;
/// Reports at hand for one round.
const SUBMISSIONS: usize = 600;
/// Tasks of a site.
const TASKS: usize = 120;
/// Mebibytes of a disk; xfs takes no less than three hundred.
const MEBIBYTES: u64 = 400;
/// The short form ends after this time on each file system.
const SHORT: Duration = Duration::from_secs(15);
/// Cuts that the short form has on every machine, on each file system.
const LEAST_CUTS: u32 = 2;
/// Rounds after which a control that has lost nothing is given up.
const MOST_CONTROL_ROUNDS: u32 = 8;

#[derive(Default)]
struct Found {
    cuts: u32,
    acknowledged: usize,
    tally: Tally,
    forks: Vec<String>,
    findings: Vec<String>,
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let systems = [FileSystem::Ext4, FileSystem::Xfs];
    if let Some(why) = disk::missing(&systems) {
        bench.cannot("power cuts", &why, verdict);
        return Ok(());
    }
    let cuts = bench.rounds(16, 400);
    // Three of four on ext4, which most machines have.
    let of_xfs = cuts.div_ceil(4).min(cuts.saturating_sub(1));
    for (system, cuts) in [(FileSystem::Ext4, cuts - of_xfs), (FileSystem::Xfs, of_xfs)] {
        if cuts == 0 {
            continue;
        }
        let pace = bench.pace(LEAST_CUTS, SHORT);
        let mut found = Found::default();
        while found.cuts < cuts && !pace.is_over(found.cuts) {
            let program = bench.program.clone();
            on_one_disk(&program, bench, system, cuts - found.cuts, &mut found, |found| {
                pace.is_over(found.cuts)
            })?;
        }
        let name = system.name();
        verdict.check(
            &format!("{name}: nothing acknowledged is lost, nothing is half"),
            found.tally.forbidden() == 0 && found.acknowledged > 0,
            &format!(
                "{} cuts, {} acknowledged: {}{}{}",
                found.cuts,
                found.acknowledged,
                found.tally,
                if found.tally.forbidden() == 0 { "" } else { "; " },
                found.tally.examples()
            ),
        );
        verdict.check(
            &format!("{name}: the log extends every checkpoint that was seen"),
            found.forks.is_empty(),
            &found.forks.join("; "),
        );
        verdict.check(
            &format!("{name}: luoshi verify finds nothing"),
            found.findings.is_empty(),
            &found.findings.join("; "),
        );
    }
    control(bench, verdict)
}

/// Without real flushes the same cuts have to lose something.
fn control(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let name = "control: flushes that do nothing";
    if !bench.controls() {
        verdict.skipped(name, "left out");
        return Ok(());
    }
    if let Some(why) = trace::missing() {
        bench.cannot(name, &why, verdict);
        return Ok(());
    }
    let program = bench.program.inside(trace::without_flushes());
    let mut found = Found::default();
    let outcome = on_one_disk(
        &program,
        bench,
        FileSystem::Ext4,
        MOST_CONTROL_ROUNDS,
        &mut found,
        |found| found.tally.of(Class::Lost) > 0 || !found.forks.is_empty(),
    );
    let broken = outcome.err().map(|error| error.to_string());
    let noticed = found.tally.of(Class::Lost) > 0 || !found.forks.is_empty() || broken.is_some();
    verdict.check(
        &format!("{name}, and the harness notices"),
        noticed,
        &format!(
            "{} lost in {} cuts{}",
            found.tally.of(Class::Lost),
            found.cuts,
            broken.map(|why| format!("; then {why}")).unwrap_or_default()
        ),
    );
    Ok(())
}

fn on_one_disk(
    program: &Program,
    bench: &mut Bench,
    system: FileSystem,
    cuts: u32,
    found: &mut Found,
    enough: impl Fn(&Found) -> bool,
) -> Result<()> {
    let mut disk = Disk::make(bench.place(system.name()), system, MEBIBYTES)?;
    // What makes the site is not under test here, and a control would not survive it.
    let mut site = Site::make(&bench.program, disk.folder().join("site"), TASKS)?;
    let mut here = 0;
    while here < cuts && site.places_left() > SUBMISSIONS && !enough(found) {
        here += 1;
        one_cut(program, &mut disk, &mut site, &mut bench.random, found)?;
    }
    let ran = bench.program.run(&site.data, &["verify"])?;
    if ran.code != Some(0) {
        found
            .findings
            .push(format!("{:?}: {}{}", ran.code, ran.output, ran.complaints));
    }
    Ok(())
}

fn one_cut(program: &Program, disk: &mut Disk, site: &mut Site, random: &mut Random, found: &mut Found) -> Result<()> {
    found.cuts += 1;
    let load = Load::of(site.next_submissions(SUBMISSIONS, random));
    let delay = random.milliseconds(MOMENT);
    let (server, address) = program.serve(&site.data)?;
    let seen = load.run(&site.clerk, address, CLIENTS, DEADLINE, || -> Result<Option<String>> {
        let begun = Instant::now();
        while load.acknowledged() == 0 && begun.elapsed() < DEADLINE {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(delay);
        // The checkpoint of this moment is out in the world, whatever becomes of the machine.
        let mut connection = crate::http::Connection::to(address, DEADLINE);
        let seen = crate::outsider::Outsider::published(&mut connection).ok().flatten();
        // The process goes with the machine, an instant before its disk: while a disk is shut down, a flush of ext4 that is under way answers
        // that all is well and its data are gone (seen with plain writes in one of ten cuts). What a flush that fails leads to is held by R3.
        server.kill()?;
        disk.cut_power()?;
        Ok(seen)
    })?;
    let mut told = load.told();
    found.acknowledged += told.acknowledged();
    told.note_found(&mut found.tally);
    site.take_back(std::mem::take(&mut told.unused));
    if let Some(note) = seen
        && let Err(error) = site.outsider.keep(&note)
    {
        found.forks.push(error.to_string());
    }
    disk.unmount()?;
    disk.mount()?;
    let (server, address) = program.serve(&site.data)?;
    if let Err(error) = site.outsider.look(address) {
        found.forks.push(format!("cut {}: {error}", found.cuts));
    }
    let tally = read_back(site, &[address], &mut told.entries);
    server.kill()?;
    found.tally.add(tally?);
    Ok(())
}
