//! R3: while one report is handed in, one system call after the other fails, finds the disk full, or is the last thing that the process does.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Bench, Sabotage};
use crate::{
    audit::read_back,
    book::{Class, Entry, Outcome, Tally},
    load::hand_in,
    outsider::Outsider,
    program::Program,
    site::Site,
    submission::Submission,
    trace::{self, Trace},
    verdict::Verdict,
};

/// The calls that make something last.
const CALLS: [&str; 5] = ["fsync", "fdatasync", "pwrite64", "rename", "ftruncate"];
/// What is done to them.
const ACTIONS: [(&str, &str); 3] = [
    ("EIO", "error=EIO"),
    ("ENOSPC", "error=ENOSPC"),
    ("SIGKILL", "signal=KILL"),
];
/// Points of the short form.
const SHORT: usize = 24;
/// Writes that the control spoils, one after the other, before it is given up.
const MOST_CONTROL_POINTS: usize = 12;
/// Time in which the log has followed a report, or the process has ended.
const SETTLED: Duration = Duration::from_millis(700);
/// Time in which a process that met a failed flush has to be gone.
const GONE: Duration = Duration::from_secs(5);
/// Time that a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One call to be spoilt.
#[derive(Debug, Clone, Copy)]
struct Point {
    call: &'static str,
    number: usize,
    name: &'static str,
    action: &'static str,
}

impl Point {
    fn is_failed_flush(self) -> bool {
        self.name == "EIO" && matches!(self.call, "fsync" | "fdatasync")
    }
}

/// What was found at all points together.
#[derive(Default)]
struct Found {
    points: usize,
    hit: usize,
    tally: Tally,
    wrong: Vec<String>,
    acknowledged_after_failed_flush: Vec<String>,
    stayed_after_failed_flush: Vec<String>,
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    if let Some(why) = trace::missing() {
        bench.cannot("failing system calls", &why, verdict);
        return Ok(());
    }
    let site = bench.site("syscalls", 1)?;
    let counts = observe(bench, &site)?;
    let all = points(&counts);
    verdict.check(
        "a report makes calls that can fail",
        counts.get("fsync").is_some_and(|count| *count > 0) && !all.is_empty(),
        &format!("{counts:?}"),
    );
    let chosen = if bench.long { all } else { sample(all, SHORT) };
    let mut found = Found::default();
    let program = bench.program.clone();
    for point in chosen {
        at_point(bench, &program, &site, point, &mut found).with_context(|| format!("{point:?}"))?;
    }
    verdict.check(
        "nothing acknowledged is lost, nothing is half",
        found.tally.forbidden() == 0,
        &format!(
            "{} of {} points hit: {} {}",
            found.hit,
            found.points,
            found.tally,
            found.tally.examples()
        ),
    );
    verdict.check(
        "a restart heals, and luoshi verify finds nothing",
        found.wrong.is_empty(),
        &found.wrong.join("; "),
    );
    verdict.check(
        "after a failed flush nothing is acknowledged",
        found.acknowledged_after_failed_flush.is_empty(),
        &found.acknowledged_after_failed_flush.join("; "),
    );
    verdict.check(
        "after a failed flush the process ends with a number other than 0",
        found.stayed_after_failed_flush.is_empty(),
        &found.stayed_after_failed_flush.join("; "),
    );
    if let Some(sabotaged) = bench.sabotaged(Sabotage::AcknowledgeEarly, verdict) {
        let mut control = Found::default();
        // A failed flush would not do: what was written before it is there after the restart all the same.
        let [(name, action), ..] = ACTIONS;
        // Each thread counts for itself, and what else the committer writes may come before the report.
        for number in 1..=MOST_CONTROL_POINTS {
            let point = Point {
                call: "pwrite64",
                number,
                name,
                action,
            };
            at_point(bench, &sabotaged, &site, point, &mut control)?;
            if control.tally.of(Class::Lost) > 0 {
                break;
            }
        }
        verdict.check(
            "control: acknowledged before the commit, reports are lost",
            control.tally.of(Class::Lost) > 0,
            &control.tally.to_string(),
        );
    }
    Ok(())
}

/// Which calls one report makes, and how many of each.
fn observe(bench: &mut Bench, site: &Site) -> Result<BTreeMap<&'static str, usize>> {
    let mut copy = site.copy_to(bench.place("syscalls-observed"))?;
    let (server, address) = bench.program.serve(&copy.data)?;
    warm_up(bench, &mut copy, address)?;
    let submission = copy.next_submissions(1, &mut bench.random).pop().context("no place")?;
    let output = bench.place("trace");
    let trace = Trace::attach(server.number().context("no process")?, &CALLS.join(","), None, &output)?;
    hand_in(&mut copy.clerk.at(address), &submission);
    std::thread::sleep(SETTLED);
    let lines = trace.release();
    server.stop()?;
    // strace counts the calls of each thread for itself, and so does this.
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in &lines {
        let mut words = line.split_whitespace();
        let (thread, call) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if let Some(call) = CALLS.into_iter().find(|name| call.starts_with(&format!("{name}("))) {
            *counts.entry((call, thread)).or_default() += 1;
        }
    }
    let most = |call| {
        let of_call = counts.iter().filter(|((name, _), _)| *name == call);
        of_call.map(|(_, count)| *count).max().unwrap_or(0)
    };
    Ok(CALLS.into_iter().map(|call| (call, most(call))).collect())
}

/// A report that is handed in before anything fails. The first one after a start has the engine make its write-ahead log and flush the
/// folder, and it does not tell when that fails; the program flushes the folder itself when it starts.
fn warm_up(bench: &mut Bench, site: &mut Site, address: SocketAddr) -> Result<Entry> {
    let submission = site.next_submissions(1, &mut bench.random).pop().context("no place")?;
    let entry = entry(&mut site.clerk.at(address), submission);
    if let Outcome::Acknowledged { receipt } = &entry.outcome {
        site.wait_for_proof(address, receipt)?;
    }
    Ok(entry)
}

/// Every call with every action, the flushes first.
fn points(counts: &BTreeMap<&'static str, usize>) -> Vec<Point> {
    let mut points = Vec::new();
    for (name, action) in ACTIONS {
        for call in CALLS {
            for number in 1..=counts.get(call).copied().unwrap_or(0) {
                points.push(Point {
                    call,
                    number,
                    name,
                    action,
                });
            }
        }
    }
    points
}

/// So many of the points, spread evenly over all of them, with every failed flush of the first commit among them.
fn sample(points: Vec<Point>, count: usize) -> Vec<Point> {
    let step = points.len().div_ceil(count).max(1);
    let is_first_flush = |point: &Point| point.is_failed_flush() && point.number <= 2;
    points
        .into_iter()
        .enumerate()
        .filter(|(index, point)| index % step == 0 || is_first_flush(point))
        .map(|(_, point)| point)
        .collect()
}

fn at_point(bench: &mut Bench, program: &Program, site: &Site, point: Point, found: &mut Found) -> Result<()> {
    found.points += 1;
    let mut site = site.copy_to(bench.place("syscalls-point"))?;
    let (mut server, address) = program.serve(&site.data)?;
    let mut entries = vec![warm_up(bench, &mut site, address)?];
    let mut submissions = site.next_submissions(2, &mut bench.random).into_iter();
    let (first, second) = submissions.next().zip(submissions.next()).context("no place")?;
    let output = bench.place("trace");
    let action = format!("{}:when={}", point.action, point.number);
    let trace = Trace::attach(
        server.number().context("no process")?,
        point.call,
        Some(&action),
        &output,
    )?;
    let mut clerk = site.clerk.at_within(address, PATIENCE);
    entries.push(entry(&mut clerk, first));
    // The log follows within this time, and its calls are spoilt too.
    let until = Instant::now() + SETTLED;
    while Instant::now() < until && server.ended()?.is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let seen = Outsider::published(&mut crate::http::Connection::to(address, PATIENCE))
        .ok()
        .flatten();
    let lines = trace.release();
    let is_hit = lines
        .iter()
        .any(|line| line.contains("INJECTED") || line.contains("killed by SIGKILL"));
    found.hit += usize::from(is_hit);
    let mut clerk = site.clerk.at_within(address, PATIENCE);
    let later = entry(&mut clerk, second);
    if is_hit && point.is_failed_flush() {
        if matches!(later.outcome, Outcome::Acknowledged { .. }) {
            found
                .acknowledged_after_failed_flush
                .push(format!("{} {}", point.call, described(point, &lines)));
        }
        let until = Instant::now() + GONE;
        let mut status = server.ended()?;
        while status.is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
            status = server.ended()?;
        }
        if status.is_none_or(|status| status.success()) {
            found
                .stayed_after_failed_flush
                .push(format!("{} {}: {status:?}", point.call, described(point, &lines)));
        }
    }
    entries.push(later);
    drop(server);
    if let Some(note) = seen {
        site.outsider.keep(&note)?;
    }
    match healed(bench, &mut site, &mut entries) {
        Ok(tally) => found.tally.add(tally),
        Err(error) => found.wrong.push(format!("{point:?}: {error:#}")),
    }
    Ok(())
}

/// What the site is like after a start without anything that fails.
fn healed(bench: &Bench, site: &mut Site, entries: &mut [Entry]) -> Result<Tally> {
    let (server, address) = bench.program.serve(&site.data)?;
    site.outsider.look(address)?;
    let tally = read_back(site, &[address], entries)?;
    server.stop()?;
    bench.program.done(&site.data, &["verify"])?;
    Ok(tally)
}

fn entry(clerk: &mut crate::person::Person, submission: Submission) -> Entry {
    let outcome = hand_in(clerk, &submission);
    Entry {
        submission,
        outcome,
        note: None,
    }
}

/// Which file the spoilt call was about.
fn described(point: Point, lines: &[String]) -> String {
    let line = lines
        .iter()
        .find(|line| line.contains("INJECTED"))
        .map_or("", String::as_str);
    let file = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(path, _)| path);
    let name: Vec<&str> = file.rsplit('/').take(3).collect();
    format!(
        "{} of …/{}",
        point.number,
        name.into_iter().rev().collect::<Vec<_>>().join("/")
    )
}
