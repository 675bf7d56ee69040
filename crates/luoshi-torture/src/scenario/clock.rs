//! R6: the clock of the machine jumps and stops, while the program runs and while it does not.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use jiff::{SignedDuration, Timestamp};

use super::{Bench, Sabotage};
use crate::{
    audit::read_back,
    book::{Entry, Outcome, Tally},
    load::hand_in,
    program::{Program, Server},
    site::Site,
    verdict::Verdict,
};

/// What is done to the clock, as libfaketime reads it; empty where it stops.
const JUMPS: [(&str, &str); 5] = [
    ("one hour back", "-1h"),
    ("one hour forward", "+1h"),
    ("400 days back", "-400d"),
    ("five years forward", "+5y"),
    ("stopped", ""),
];
/// How long time is watched to go on.
const WHILE: Duration = Duration::from_millis(1_500);
/// Time in which the program has to have said that the clock is wrong.
const ALARM: Duration = Duration::from_secs(60);
/// Reports of one case.
const REPORTS: usize = 5;

/// When the clock jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    AtRunTime,
    AcrossRestart,
}

/// What a case found.
#[derive(Debug, Default)]
struct Found {
    wrong: Vec<String>,
    tally: Tally,
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let Some(library) = library() else {
        bench.cannot("clock jumps", "needs libfaketime (Debian: faketime)", verdict);
        return Ok(());
    };
    let site = bench.site("clock", 8)?;
    let program = bench.program.clone();
    for _ in 0..bench.rounds(1, 20) {
        for (name, jump) in JUMPS {
            for when in [When::AtRunTime, When::AcrossRestart] {
                let found = case(bench, &program, &library, &site, (jump, when), ALARM)?;
                let what = match when {
                    When::AtRunTime => "at run time",
                    When::AcrossRestart => "across a restart",
                };
                verdict.check(
                    &format!("{name}, {what}"),
                    found.wrong.is_empty() && found.tally.forbidden() == 0,
                    format!("{} {}", found.wrong.join("; "), found.tally.examples()).trim(),
                );
            }
        }
    }
    if let Some(sabotaged) = bench.sabotaged(Sabotage::TrustClock, verdict) {
        let noticed = match case(
            bench,
            &sabotaged,
            &library,
            &site,
            ("-1h", When::AtRunTime),
            Duration::ZERO,
        ) {
            Ok(found) => found.wrong,
            // Without its safeguard the program may refuse what does not ascend.
            Err(error) => vec![error.to_string()],
        };
        verdict.check(
            "control: the clock is believed, and times decrease",
            // Either the reader of the receipts notices it, or `luoshi verify`, which names the column.
            noticed
                .iter()
                .any(|wrong| wrong.contains("earlier") || wrong.contains("recorded_at")),
            &noticed.join("; "),
        );
    }
    Ok(())
}

/// The library that shows a program another time, and leaves what measures time without the clock alone.
fn library() -> Option<PathBuf> {
    let places = fs::read_dir("/usr/lib").ok()?;
    places
        .filter_map(|place| Some(place.ok()?.path().join("faketime").join("libfaketimeMT.so.1")))
        .find(|library| library.is_file())
}

fn under(program: &Program, library: &Path, clock: &Path) -> Program {
    program
        .with("LD_PRELOAD", library)
        .with("FAKETIME_TIMESTAMP_FILE", clock)
        .with("FAKETIME_NO_CACHE", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .with("DONT_FAKE_MONOTONIC", "1")
        .with("TZ", "UTC")
}

/// Reports before, under and after a jump of the clock.
fn case(
    bench: &mut Bench,
    program: &Program,
    library: &Path,
    site: &Site,
    (jump, when): (&str, When),
    alarm: Duration,
) -> Result<Found> {
    let mut site = site.copy_to(bench.place("clock-case"))?;
    let clock = bench.place("clock-file");
    set(&clock, "+0")?;
    let program = under(program, library, &clock);
    let mut found = Found::default();
    let mut entries = Vec::new();
    let (server, address) = program.serve(&site.data)?;
    let mut reports = site.next_submissions(REPORTS, &mut bench.random).into_iter();
    let mut next = || reports.next().context("no place");

    let first = Dated::hand_in(&site, address, next()?)?;
    let setting = if jump.is_empty() {
        // A time without a sign stands still; the second that just was, so that nothing jumps.
        first.at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    } else {
        jump.to_owned()
    };
    let (server, address) = turn(server, address, &program, &site, &clock, &setting, when)?;
    if Dated::is_signed_out(&site, address, &next()?)? {
        site.sign_in_again(address)?;
    } else if jump == "+5y" {
        found
            .wrong
            .push("a session from before five years is still open".to_owned());
    }
    let second = Dated::hand_in(&site, address, next()?)?;
    found.compare(&first, &second, "under the jump");
    thread::sleep(WHILE);
    let third = Dated::hand_in(&site, address, next()?)?;
    found.compare(&second, &third, "later under the jump");
    let least = SignedDuration::try_from(WHILE / 3)?;
    if third.at.duration_since(second.at) < least {
        found.wrong.push("time stands still, and sessions never end".to_owned());
    }
    // A clock that was ahead before a start is like one of a site that was not used for a while.
    let is_noticeable = when == When::AtRunTime || !jump.starts_with('+');
    let is_told = !jump.is_empty() && is_noticeable;
    if is_told && !is_said(&server, alarm) {
        found
            .wrong
            .push("the program does not say that the clock is wrong".to_owned());
    }
    server.stop()?;

    set(&clock, "+0")?;
    let (server, address) = program.serve(&site.data)?;
    let fourth = Dated::hand_in(&site, address, next()?)?;
    found.compare(&third, &fourth, "after the jump");
    for dated in [first, second, third, fourth] {
        entries.push(dated.entry);
    }
    found.tally = read_back(&mut site, &[address], &mut entries)?;
    server.stop()?;
    bench.program.done(&site.data, &["verify"])?;
    Ok(found)
}

/// Turns the clock, with a restart or without.
fn turn(
    server: Server,
    address: SocketAddr,
    program: &Program,
    site: &Site,
    clock: &Path,
    setting: &str,
    when: When,
) -> Result<(Server, SocketAddr)> {
    match when {
        When::AtRunTime => {
            set(clock, setting)?;
            Ok((server, address))
        }
        When::AcrossRestart => {
            server.stop()?;
            set(clock, setting)?;
            program.serve(&site.data)
        }
    }
}

fn set(clock: &Path, setting: &str) -> Result<()> {
    // Moved to its place, for the library may read it at any moment.
    let part = clock.with_extension("part");
    fs::write(&part, format!("{setting}\n"))?;
    Ok(fs::rename(&part, clock)?)
}

fn is_said(server: &Server, longest: Duration) -> bool {
    let mut waited = Duration::ZERO;
    while waited <= longest {
        if server.said().contains("the clock of this machine") {
            return true;
        }
        thread::sleep(Duration::from_millis(100));
        waited += Duration::from_millis(100);
    }
    false
}

/// A report with the time of its receipt and the days by which its page says it was late.
struct Dated {
    entry: Entry,
    at: Timestamp,
    days_late: u64,
}

impl Dated {
    fn hand_in(site: &Site, address: SocketAddr, submission: crate::submission::Submission) -> Result<Self> {
        let mut clerk = site.clerk.at(address);
        let outcome = hand_in(&mut clerk, &submission);
        let Outcome::Acknowledged { receipt } = &outcome else {
            bail!("report {} was answered with {outcome:?}", submission.number);
        };
        let text = clerk.page(&format!("{receipt}/receipt.txt"))?;
        let (note, promise, _) = site.outsider.read_receipt(&text)?;
        let at = promise.recorded_at().parse()?;
        let place = clerk.get(&submission.place())?;
        let report = place.location().context("the report is not there")?.to_owned();
        let days_late = days_late(&clerk.page(&report)?);
        Ok(Self {
            entry: Entry {
                submission,
                outcome,
                note: Some(note),
            },
            at,
            days_late,
        })
    }

    /// Whether the clerk is led to the form for signing in.
    fn is_signed_out(site: &Site, address: SocketAddr, submission: &crate::submission::Submission) -> Result<bool> {
        let answer = site.clerk.at(address).get(&submission.form())?;
        Ok(answer
            .location()
            .is_some_and(|location| location.starts_with("/sign-in")))
    }
}

impl Found {
    /// The later one is dated later, and is late by as many days or more.
    fn compare(&mut self, before: &Dated, after: &Dated, what: &str) {
        if after.at < before.at {
            self.wrong
                .push(format!("{what}: recorded at {}, earlier than {}", after.at, before.at));
        }
        if after.days_late < before.days_late {
            self.wrong.push(format!(
                "{what}: late by {} days where the one before was late by {}",
                after.days_late, before.days_late
            ));
        }
    }
}

/// The days that stand beside 迟报 on the page of a report; 0 where it was in time.
fn days_late(page: &str) -> u64 {
    let Some((_, rest)) = page.split_once("迟报") else {
        return 0;
    };
    let digits: String = rest
        .chars()
        .take_while(|character| *character != '天')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::days_late;

    #[test]
    fn reads_how_late_a_report_was() {
        assert_eq!(days_late("省财政厅 · 迟报 1,307 天</dd>"), 1_307);
        assert_eq!(days_late("省财政厅</dd>"), 0);
    }
}
