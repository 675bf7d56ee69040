//! R8: the network between client and site is bad. The worst of it is a connection that ends after the commit and before the answer.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use super::{Bench, Sabotage};
use crate::{
    audit::read_back,
    book::{Class, Tally},
    load::Load,
    program::Program,
    proxy::{Fault, Proxy},
    site::Site,
    verdict::Verdict,
};

/// Clients that hand in at once.
const CLIENTS: usize = 8;
/// Time that a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seconds that the site gives a request, by its own setting.
const REQUEST_SECONDS: u64 = 3;
/// What may be added to that until a request that never becomes whole is over.
const GRACE: Duration = Duration::from_secs(2);
/// Time in which somebody else's question is answered meanwhile.
const OTHERS: Duration = Duration::from_secs(2);
/// Tasks of the site.
const TASKS: usize = 40;

/// The faults with the reports that are handed in under each.
const FAULTS: [(&str, Fault, usize); 8] = [
    ("late", Fault::Late(Duration::from_millis(50)), 24),
    ("cut after the commit, before the answer", Fault::CutBeforeAnswer, 40),
    ("answer cut after 40 bytes", Fault::CutAnswerAfter(40), 24),
    ("question cut after 700 bytes", Fault::CutQuestionAfter(700), 24),
    ("half-open", Fault::HalfOpen, 8),
    ("black hole", Fault::BlackHole, 8),
    ("slow", Fault::Slow(64), 16),
    ("reset", Fault::Reset, 24),
];

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let program = bench
        .program
        .with("LUOSHI_REQUEST_TIMEOUT_SECONDS", REQUEST_SECONDS.to_string());
    let rounds = bench.rounds(1, 200);
    let mut sums: Vec<Tally> = vec![Tally::default(); FAULTS.len()];
    let mut others = Duration::ZERO;
    let mut unfinished = Vec::new();
    let mut findings = Vec::new();
    for round in 0..rounds {
        let mut site = bench.site("answers", TASKS)?;
        let (server, address) = program.serve(&site.data)?;
        for ((_, fault, reports), sum) in FAULTS.iter().zip(&mut sums) {
            let slowest = under(&mut site, address, *fault, *reports, bench, sum)?;
            others = others.max(slowest);
        }
        if round == 0 {
            unfinished = unfinished_requests(address)?;
        }
        server.stop()?;
        let ran = program.run(&site.data, &["verify"])?;
        if ran.code != Some(0) {
            findings.push(ran.output);
        }
    }
    for ((name, fault, _), sum) in FAULTS.iter().zip(&sums) {
        // The critical fault must really have hit after the commit.
        let hit = *fault != Fault::CutBeforeAnswer || sum.of(Class::Recovered) > 0;
        verdict.check(name, sum.forbidden() == 0 && hit, &format!("{sum} {}", sum.examples()));
    }
    verdict.check(
        "others are answered meanwhile",
        others <= OTHERS,
        &format!("after at most {} ms", others.as_millis()),
    );
    for (name, took) in unfinished {
        let longest = Duration::from_secs(REQUEST_SECONDS) + GRACE;
        verdict.check(
            &format!("{name} is over in time"),
            took.is_some_and(|took| took <= longest),
            &took.map_or("never".to_owned(), |took| format!("after {} ms", took.as_millis())),
        );
    }
    verdict.check("luoshi verify finds nothing", findings.is_empty(), &findings.join("; "));
    if let Some(sabotaged) = bench.sabotaged(Sabotage::ForgetReceipts, verdict) {
        control(bench, &sabotaged, verdict)?;
    }
    Ok(())
}

/// Without the memory of receipts a retry is refused though its report is there.
fn control(bench: &mut Bench, program: &Program, verdict: &mut Verdict) -> Result<()> {
    let mut site = bench.site("answers-control", 2)?;
    let (server, address) = program.serve(&site.data)?;
    let mut tally = Tally::default();
    under(&mut site, address, Fault::CutBeforeAnswer, 8, bench, &mut tally)?;
    server.stop()?;
    verdict.check(
        "control: receipts are forgotten, retries do not find theirs",
        tally.of(Class::HalfWritten) > 0,
        &tally.to_string(),
    );
    Ok(())
}

/// Hands in under a fault and reads back without it; gives how long somebody else had to wait meanwhile.
fn under(
    site: &mut Site,
    address: SocketAddr,
    fault: Fault,
    reports: usize,
    bench: &mut Bench,
    sum: &mut Tally,
) -> Result<Duration> {
    let submissions = site.next_submissions(reports, &mut bench.random);
    ensure!(submissions.len() == reports, "the plan has too few places");
    let proxy = Proxy::before(address)?;
    proxy.set(fault);
    let load = Load::of(submissions);
    let other = load.run(
        &site.clerk,
        proxy.address(),
        CLIENTS,
        PATIENCE,
        || -> Result<Duration> {
            let asked = Instant::now();
            site.office.at(address).page("/settings")?;
            let waited = asked.elapsed();
            while !load.is_spent() {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(waited)
        },
    )?;
    drop(proxy);
    let mut told = load.told();
    told.note_found(sum);
    site.take_back(std::mem::take(&mut told.unused));
    sum.add(read_back(site, &[address], &mut told.entries)?);
    Ok(other)
}

/// Requests that never become whole, and after what time the site ended each.
fn unfinished_requests(address: SocketAddr) -> Result<Vec<(&'static str, Option<Duration>)>> {
    let head = "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 900\r\n\r\n";
    let mut outcomes = Vec::new();
    for (name, sent) in [
        ("a request whose body never comes", head.to_owned()),
        ("a request whose body ends in the middle", format!("{head}name=a")),
    ] {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(sent.as_bytes())?;
        stream.set_read_timeout(Some(Duration::from_secs(REQUEST_SECONDS) + 4 * GRACE))?;
        let begun = Instant::now();
        // An answer that says that the time is over is an end as well.
        let ended = stream.read(&mut [0; 64]).is_ok();
        outcomes.push((name, ended.then(|| begun.elapsed())));
    }
    Ok(outcomes)
}
