//! R1: the process is killed at any moment under many clients, and started again on the same data.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use luoshi_equipment::postgres;

use super::{Bench, Sabotage};
use crate::{
    audit::read_back,
    book::{Class, Tally},
    http::Connection,
    load::Load,
    outsider::Outsider,
    person::DEADLINE,
    program::Program,
    random::Random,
    site::Site,
    verdict::Verdict,
};

/// Clients that hand in at once.
const CLIENTS: usize = 64;
/// The process is killed within these milliseconds after its start, or after the first acknowledgement.
const MOMENT: std::ops::Range<u64> = 20..800;
/// Time in which the site has to be there again.
const READY: Duration = Duration::from_secs(3);
/// Reports at hand for one round; a rush hands in fewer before it is killed.
const SUBMISSIONS: usize = 1_500;
/// Tasks of a site in the short form and in the long one, and so a twelfth of its reports. A site that is full makes room for a new one, and
/// making it takes as long as some kills.
const TASKS: [usize; 2] = [250, 900];
/// The short form ends after this time, on a slow machine with fewer kills than it would have.
const SHORT: Duration = Duration::from_secs(50);
/// Kills that the short form has on every machine.
const LEAST_ROUNDS: u32 = 8;
/// Rounds after which a control that has lost nothing is given up.
const MOST_CONTROL_ROUNDS: u32 = 12;
/// Of how many kills one takes the database server down too, where it is the harness's own.
const SERVER_TOO: u64 = 3;
/// A while in which the program has no database, and nothing to acknowledge.
const WITHOUT_DATABASE: Duration = Duration::from_millis(100);
/// Rounds after which the record is verified from inside too.
const VERIFIED_EACH: u32 = 20;

/// What a series of rounds found.
#[derive(Default)]
struct Found {
    rounds: u32,
    acknowledged: usize,
    tally: Tally,
    slowest: Duration,
    forks: Vec<String>,
    findings: Vec<String>,
    compared: u64,
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let rounds = bench.rounds(40, 1_000);
    let pace = bench.pace(LEAST_ROUNDS, SHORT);
    let [few, many] = TASKS;
    let tasks = if bench.long { many } else { few };
    let mut found = Found::default();
    while found.rounds < rounds && !pace.is_over(found.rounds) {
        let program = bench.on_new_database(&bench.program);
        let data = bench.place("kills");
        on_one_site(
            &program,
            Site::make(&program, data, tasks)?,
            rounds - found.rounds,
            bench.postgres.as_deref(),
            &mut bench.random,
            &mut found,
            |found| pace.is_over(found.rounds),
        )?;
        bench.discard_database(&program)?;
        if bench.long {
            verdict.say(&format!(
                "       {} of {rounds} kills, {} acknowledged: {}",
                found.rounds, found.acknowledged, found.tally
            ));
        }
    }
    let counts = format!(
        "{} kills, {} acknowledged: {}",
        found.rounds, found.acknowledged, found.tally
    );
    verdict.check("there was something to lose", found.acknowledged > 0, &counts);
    found.tally.judge(verdict);
    verdict.check(
        "the log extends every checkpoint that was seen",
        found.forks.is_empty(),
        &found.forks.join("; "),
    );
    verdict.check(
        "every tile and the root follow from the published entries",
        found.compared > 0,
        &format!("{} tiles", found.compared),
    );
    verdict.check(
        "luoshi verify finds nothing",
        found.findings.is_empty(),
        &found.findings.join("; "),
    );
    verdict.check(
        "ready again within 3 s",
        found.slowest <= READY,
        &format!("at most {} ms", found.slowest.as_millis()),
    );
    if let Some(program) = bench.sabotaged(Sabotage::AcknowledgeEarly, verdict) {
        let mut control = Found::default();
        let program = bench.on_new_database(&program);
        let data = bench.place("kills-control");
        on_one_site(
            &program,
            Site::make(&program, data, few)?,
            MOST_CONTROL_ROUNDS,
            bench.postgres.as_deref(),
            &mut bench.random,
            &mut control,
            |found| found.tally.of(Class::Lost) > 0,
        )?;
        verdict.check(
            "control: acknowledged before the commit, reports are lost",
            control.tally.of(Class::Lost) > 0,
            &format!(
                "{} kills, {} acknowledged: {}",
                control.rounds, control.acknowledged, control.tally
            ),
        );
    }
    Ok(())
}

/// Kills on one site until the rounds are done, its places run out, or `enough` has been found.
fn on_one_site(
    program: &Program,
    mut site: Site,
    rounds: u32,
    postgres: Option<&postgres::Server>,
    random: &mut Random,
    found: &mut Found,
    enough: impl Fn(&Found) -> bool,
) -> Result<()> {
    let mut here = 0;
    while here < rounds && site.places_left() > SUBMISSIONS && !enough(found) {
        here += 1;
        one_round(program, &mut site, postgres, random, found)?;
        if here.is_multiple_of(VERIFIED_EACH) {
            verify(program, &site, found)?;
        }
    }
    verify(program, &site, found)?;
    let (server, address) = program.serve(&site.data)?;
    site.outsider.look(address)?;
    match site.outsider.recompute(address) {
        Ok(tiles) => found.compared += tiles,
        Err(error) => found.forks.push(error.to_string()),
    }
    server.stop()?;
    Ok(())
}

fn one_round(
    program: &Program,
    site: &mut Site,
    postgres: Option<&postgres::Server>,
    random: &mut Random,
    found: &mut Found,
) -> Result<()> {
    found.rounds += 1;
    let submissions = site.next_submissions(SUBMISSIONS, random);
    let load = Load::of(submissions);
    let delay = random.milliseconds(MOMENT);
    // Some kills fall into the start, when the last run is being taken up; most into the rush.
    let from_start = random.within(0..4) == 0;
    let database = postgres.filter(|_| random.within(0..SERVER_TOO) == 0);

    let mut server = program.start(&site.data)?;
    let ripe = server.begun() + delay;
    let address = if from_start {
        server.address_before(ripe)
    } else {
        Some(server.address()?)
    };
    let mut seen = Vec::new();
    match address {
        None => {
            thread::sleep(ripe.saturating_duration_since(Instant::now()));
            server.kill()?;
        }
        Some(address) => {
            let over = AtomicBool::new(false);
            let killed = load.run(&site.clerk, address, CLIENTS, DEADLINE, || {
                thread::scope(|scope| {
                    let watcher = scope.spawn(|| watch(address, &over));
                    let until = if from_start {
                        ripe
                    } else {
                        while load.acknowledged() == 0 && server.begun().elapsed() < DEADLINE {
                            thread::sleep(Duration::from_millis(1));
                        }
                        Instant::now() + delay
                    };
                    while Instant::now() < until && !load.is_spent() {
                        thread::sleep(Duration::from_millis(1));
                    }
                    let down = database.map_or(Ok(()), postgres::Server::kill);
                    if database.is_some() {
                        thread::sleep(WITHOUT_DATABASE);
                    }
                    let killed = server.kill().and(down.map_err(Into::into));
                    over.store(true, Ordering::Relaxed);
                    seen = watcher.join().unwrap_or_default();
                    killed
                })
            });
            killed?;
            database.map_or(Ok(()), postgres::Server::resume)?;
        }
    }
    let mut told = load.told();
    found.acknowledged += told.acknowledged();
    told.note_found(&mut found.tally);
    site.take_back(std::mem::take(&mut told.unused));
    for note in seen {
        if let Err(error) = site.outsider.keep(&note) {
            found.forks.push(error.to_string());
        }
    }

    let (server, address) = program.serve(&site.data)?;
    let first_page = site.clerk.at(address).page("/ledger").map(|_| ()).or_else(|_| {
        // With one plan the choice of a ledger leads on at once, which is an answer too.
        site.clerk.at(address).get("/ledger").map(|_| ())
    });
    first_page?;
    found.slowest = found.slowest.max(server.begun().elapsed());
    if let Err(error) = site.outsider.look(address) {
        found.forks.push(format!("round {}: {error}", found.rounds));
    }
    let tally = read_back(site, &[address], &mut told.entries)?;
    found.tally.add(tally);
    // Also a quiet process is ended as a lost machine would end it.
    server.kill()
}

/// Reads the published checkpoint again and again and keeps every one.
fn watch(address: SocketAddr, over: &AtomicBool) -> Vec<String> {
    let mut connection = Connection::to(address, DEADLINE);
    let mut seen: Vec<String> = Vec::new();
    while !over.load(Ordering::Relaxed) {
        if let Ok(Some(note)) = Outsider::published(&mut connection)
            && seen.last() != Some(&note)
        {
            seen.push(note);
        }
        thread::sleep(Duration::from_millis(5));
    }
    seen
}

fn verify(program: &Program, site: &Site, found: &mut Found) -> Result<()> {
    let ran = program.run(&site.data, &["verify"])?;
    if ran.code != Some(0) {
        found.findings.push(format!(
            "after {} kills, {:?}: {}{}",
            found.rounds, ran.code, ran.output, ran.complaints
        ));
    }
    Ok(())
}
