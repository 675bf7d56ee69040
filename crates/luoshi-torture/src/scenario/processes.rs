//! Two processes serve one site on one PostgreSQL and one data folder, both under load, and every few seconds one of them is killed, or
//! stands still until its term is over and goes on.
//!
//! What is promised, and looked at here: what either of them acknowledged is there once, whoever is asked, and one key has one receipt also
//! when it came to both at once. One of them at a time signs: every checkpoint is kept by the process that has the lease, and the lease
//! changes hands only when it was given back or its term is over, after which the other one signs on. Readers see one chain: each process
//! reads the checkpoint from the database for every reader, so that somebody who asks the two in turns sees the log never shrink and never
//! differ. A process that cannot reach the database shows the last that it knew; here the database is always there, so that no step back is
//! excused. Tiles lie in the folder that both share, and are durable before the checkpoint over them is kept, so that either process proves
//! what the other one signed.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use luoshi_equipment::postgres;

use super::{Bench, NO_POSTGRES, Sabotage};
use crate::{
    audit::read_back,
    balancer::Balancer,
    book::{Class, Tally},
    insider::Insider,
    load::Load,
    outsider::Outsider,
    program::{Program, Server},
    random::Random,
    site::Site,
    verdict::Verdict,
    watch::Watch,
};

/// Processes of the site.
const PROCESSES: usize = 2;
/// Where blows are many: sites are large and clients hurry. A site that is full makes room for a new one.
const RUSH: Crowd = Crowd {
    tasks: 250,
    clients: 12,
    breath: Duration::from_millis(200),
};
/// Where blows are few: as many reports as such a time needs, for each is read back afterwards.
const TRICKLE: Crowd = Crowd {
    tasks: 40,
    clients: 12,
    breath: Duration::from_millis(600),
};
/// Where nobody is struck and both have to sign for a moment.
const HANDFUL: Crowd = Crowd {
    tasks: 8,
    clients: 12,
    breath: Duration::from_millis(200),
};
/// A blow falls so many milliseconds after both were seen to work.
const MOMENT: std::ops::Range<u64> = 400..2_500;
/// A killed process stays away for so many milliseconds.
const AWAY: std::ops::Range<u64> = 0..1_500;
/// A process that stands still does so for so many milliseconds, which is longer than the term of its lease.
const STILL: std::ops::Range<u64> = 5_500..7_500;
/// The term of the lease (docs/adr/0007) and the turn after which a process looks again, with what a round of the log takes on a slow
/// machine: so long nobody may sign after the death of the process that had the lease.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);
/// Time after which nobody waits any longer for the log to go on.
const MOST_SILENCE: Duration = Duration::from_secs(20);
/// How often the processes are looked at until one of them has the lease, and the pause after each look.
const LOOKS: u32 = 60;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
/// Of how many kills one is followed by another within the start.
const TWICE: u64 = 4;
/// A process is killed within so many milliseconds of its start.
const IN_THE_START: std::ops::Range<u64> = 20..400;
/// What comes after what.
const CYCLE: [Next; 6] = [
    Next::KillTheHolder,
    Next::StandStill,
    Next::Kill,
    Next::Kill,
    Next::KillTheHolder,
    Next::Kill,
];
/// A moment in which nothing is done to anybody.
const CALM: Duration = Duration::from_millis(50);
/// The short form ends after this time, on a slow machine with fewer blows than it would have.
const SHORT: Duration = Duration::from_secs(15);
/// Blows that the short form has on every machine.
const LEAST_ROUNDS: u32 = 3;

/// How much is handed in on one site.
#[derive(Debug, Clone, Copy)]
struct Crowd {
    /// Tasks of the site, and so a twelfth of its reports.
    tasks: usize,
    /// Clients that hand in at once.
    clients: usize,
    /// A client's pause between two reports.
    breath: Duration,
}

/// What a series of blows found.
#[derive(Default)]
struct Found {
    kills: u32,
    kills_of_the_holder: u32,
    in_the_start: u32,
    still: u32,
    sites: u32,
    acknowledged: usize,
    checkpoints_seen: usize,
    tally: Tally,
    /// The longest time without a new checkpoint after a blow: to whoever had the lease, and to the other one.
    silence_of_the_holder: Duration,
    silence: Duration,
    /// The longest time until the next report was acknowledged after a blow.
    wait: Duration,
    changes: u64,
    /// How many checkpoints the processes of each place kept.
    checkpoints: BTreeMap<String, u64>,
    second_signers: Vec<String>,
    forks: Vec<String>,
    findings: Vec<String>,
    compared: u64,
}

impl Found {
    fn rounds(&self) -> u32 {
        self.kills + self.still
    }
}

pub(super) fn run(bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
    let Some(postgres) = bench.server()? else {
        bench.cannot("two processes", NO_POSTGRES, verdict);
        return Ok(());
    };
    let rounds = bench.rounds(8, 200);
    let pace = bench.pace(LEAST_ROUNDS, SHORT);
    let mut found = Found::default();
    while found.rounds() < rounds && !pace.is_over(found.rounds()) {
        let program = bench.program.clone();
        let data = bench.place("processes");
        let crowd = if bench.long { RUSH } else { TRICKLE };
        on_one_site(
            &program,
            data,
            crowd,
            &postgres,
            &mut bench.random,
            &mut found,
            &|found| {
                let number = found.rounds();
                if number >= rounds || pace.is_over(number) {
                    return Next::Over;
                }
                *CYCLE.iter().cycle().nth(number as usize).unwrap_or(&Next::Over)
            },
        )?;
        if bench.long {
            verdict.say(&format!(
                "       {} of {rounds} blows, {} acknowledged: {}",
                found.rounds(),
                found.acknowledged,
                found.tally
            ));
        }
    }
    judge(&found, verdict);
    controls(bench, &postgres, verdict)
}

fn controls(bench: &mut Bench, postgres: &postgres::Server, verdict: &mut Verdict) -> Result<()> {
    if let Some(program) = bench.sabotaged(Sabotage::IgnoreLease, verdict) {
        let control = calmly(bench, &program, postgres)?;
        let first = control.second_signers.first().map_or("", String::as_str);
        verdict.check(
            "control: the lease is not heeded, and a second signer is seen",
            !control.second_signers.is_empty(),
            &format!("{} times: {first}", control.second_signers.len()),
        );
    }
    if let Some(program) = bench.sabotaged(Sabotage::ForgetReceipts, verdict) {
        let control = calmly(bench, &program, postgres)?;
        verdict.check(
            "control: receipts are forgotten, and one key at both is answered twice",
            control.tally.of(Class::Unexpected) > 0,
            &control.tally.to_string(),
        );
    }
    Ok(())
}

/// What two processes do under a handful of reports while nothing is done to them.
fn calmly(bench: &mut Bench, program: &Program, postgres: &postgres::Server) -> Result<Found> {
    let mut found = Found::default();
    let data = bench.place("processes-control");
    let random = &mut bench.random;
    on_one_site(program, data, HANDFUL, postgres, random, &mut found, &|_| Next::Calm)?;
    Ok(found)
}

fn judge(found: &Found, verdict: &mut Verdict) {
    let counts = format!(
        "{} kills of a process, {} while it had the lease, {} in its start; {} stood still; {} sites, {} acknowledged: {}",
        found.kills,
        found.kills_of_the_holder,
        found.in_the_start,
        found.still,
        found.sites,
        found.acknowledged,
        found.tally
    );
    verdict.check("there was something to lose", found.acknowledged > 0, &counts);
    found.tally.judge(verdict);
    let signers: Vec<String> = found
        .checkpoints
        .iter()
        .map(|(place, count)| format!("{count} by {place}"))
        .collect();
    verdict.check(
        "both sign, and one at a time",
        found.second_signers.is_empty() && found.checkpoints.len() == PROCESSES,
        format!(
            "{}, {} changes of hands {}",
            signers.join(", "),
            found.changes,
            found.second_signers.join("; ")
        )
        .trim(),
    );
    verdict.check(
        "the log is signed on within the term of the lease",
        found.silence_of_the_holder.max(found.silence) <= LONGEST_SILENCE,
        &format!(
            "after at most {} ms where the process had the lease, {} ms where it had not; acknowledged again after {} ms",
            found.silence_of_the_holder.as_millis(),
            found.silence.as_millis(),
            found.wait.as_millis()
        ),
    );
    verdict.check(
        "what readers see of both processes is one chain",
        found.forks.is_empty() && found.checkpoints_seen > 0,
        format!("{} checkpoints {}", found.checkpoints_seen, found.forks.join("; ")).trim(),
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
}

/// What is done next on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// One is killed at any moment.
    Kill,
    /// One is killed as soon as it has the lease.
    KillTheHolder,
    /// The one that has the lease stands still.
    StandStill,
    /// Nothing; both hand in what there is.
    Calm,
    /// Nothing any more.
    Over,
}

/// A process of the site, at its place.
struct Process {
    place: usize,
    /// How often it was started; its sessions carry the number, so that the insider knows one life from the next.
    lives: u32,
    server: Option<Server>,
    address: Option<SocketAddr>,
}

/// What is the same for all blows on one site.
struct Stage<'a> {
    program: &'a Program,
    database: &'a str,
    data: PathBuf,
    balancer: &'a Balancer,
    insider: &'a Insider<'a>,
    watch: &'a Watch,
    load: &'a Load,
}

impl Process {
    fn at(place: usize) -> Self {
        Self {
            place,
            lives: 0,
            server: None,
            address: None,
        }
    }

    fn name(&self) -> String {
        format!("process-{}-{}", self.place + 1, self.lives)
    }

    fn launch(&mut self, stage: &Stage<'_>) -> Result<()> {
        self.lives += 1;
        let database = format!("{}?application_name={}", stage.database, self.name());
        self.server = Some(stage.program.on_database(database).start(&stage.data)?);
        Ok(())
    }

    fn open(&mut self, stage: &Stage<'_>) -> Result<()> {
        self.address = Some(self.server()?.address()?);
        stage.balancer.set(self.place, self.address);
        Ok(())
    }

    fn server(&mut self) -> Result<&mut Server> {
        self.server.as_mut().context("the process is down")
    }

    /// It is dead before the balancer knows of it.
    fn kill(&mut self, stage: &Stage<'_>) -> Result<()> {
        let killed = self.server.take().map_or(Ok(()), Server::kill);
        stage.balancer.set(self.place, None);
        killed
    }

    fn has_lease(&self, stage: &Stage<'_>) -> Result<bool> {
        Ok(stage.insider.holder()?.is_some_and(|(holder, _)| holder == self.name()))
    }
}

/// Lets a process stand still that has the lease, and gives its place: only somebody who stands still keeps it for as long as it takes to
/// ask. None where it was not met with within some looks.
fn stop_the_holder(processes: &mut [Process], stage: &Stage<'_>) -> Result<Option<usize>> {
    for _ in 0..LOOKS {
        let holder = stage.insider.holder()?;
        let process = processes
            .iter_mut()
            .find(|process| holder.as_ref().is_some_and(|(holder, _)| *holder == process.name()));
        if let Some(process) = process {
            process.server()?.stand_still();
            if process.has_lease(stage)? {
                return Ok(Some(process.place));
            }
            process.server()?.go_on();
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(None)
}

/// Does on one site what is to be done `next` until that is nothing any more, or its places run out.
fn on_one_site(
    program: &Program,
    data: PathBuf,
    crowd: Crowd,
    postgres: &postgres::Server,
    random: &mut Random,
    found: &mut Found,
    next: &dyn Fn(&Found) -> Next,
) -> Result<()> {
    let database = postgres.database();
    let program = program.on_database(database.clone());
    let mut site = Site::make(&program, data, crowd.tasks)?;
    let insider = Insider::enter(postgres, database.clone())?;
    let submissions = site.next_submissions(site.places_left(), random);
    let (load, balancer, watch) = (Load::of(submissions), Balancer::before(PROCESSES), Watch::default());
    let stage = Stage {
        program: &program,
        database: &database,
        data: site.data.clone(),
        balancer: &balancer,
        insider: &insider,
        watch: &watch,
        load: &load,
    };
    let mut processes: Vec<Process> = (0..PROCESSES).map(Process::at).collect();
    // Both at once, as a machine that starts does it.
    for process in &mut processes {
        process.launch(&stage)?;
    }
    for process in &mut processes {
        process.open(&stage)?;
    }
    found.sites += 1;
    let outsider = &mut site.outsider;
    load.run_through(&site.clerk, &balancer, crowd.clients, crowd.breath, || {
        thread::scope(|scope| {
            let watcher = scope.spawn(|| watch.run(&balancer));
            let mut outcome = Ok(());
            while outcome.is_ok() && !load.is_spent() {
                outcome = match next(found) {
                    Next::Over => break,
                    Next::Calm => {
                        thread::sleep(CALM);
                        Ok(())
                    }
                    blow => one_blow(blow, &stage, &mut processes, outsider, random, found),
                };
            }
            watch.end();
            let _never_panics = watcher.join();
            outcome
        })
    })?;
    let mut told = load.told();
    found.acknowledged += told.acknowledged();
    told.note_found(&mut found.tally);
    site.take_back(std::mem::take(&mut told.unused));

    let addresses: Vec<_> = balancer.up(0).into_iter().map(|(_, address)| address).collect();
    found.tally.add(read_back(&mut site, &addresses, &mut told.entries)?);
    for address in addresses {
        if let Err(error) = site.outsider.look(address) {
            found.forks.push(error.to_string());
        }
        match site.outsider.recompute(address) {
            Ok(tiles) => found.compared += tiles,
            Err(error) => found.forks.push(error.to_string()),
        }
    }
    let seen = watch.seen();
    found.checkpoints_seen += seen.len();
    found.forks.extend(site.outsider.breaks(&seen)?);
    for process in processes {
        if let Some(server) = process.server {
            server.stop()?;
        }
    }
    let signing = insider.signing()?;
    found.changes += signing.changes;
    found.second_signers.extend(signing.faults);
    for (process, count) in signing.checkpoints {
        // The lives of a process count together.
        let place = process.rsplit_once('-').map_or(process.as_str(), |(place, _)| place);
        *found.checkpoints.entry(place.to_owned()).or_default() += count;
    }
    let ran = program.run(&site.data, &["verify"])?;
    if ran.code != Some(0) {
        found.findings.push(format!(
            "after {} blows, {:?}: {}{}",
            found.rounds(),
            ran.code,
            ran.output,
            ran.complaints
        ));
    }
    Ok(())
}

/// Kills one of the processes, or lets it stand still, and sees that the other one goes on; both are up again afterwards.
fn one_blow(
    blow: Next,
    stage: &Stage<'_>,
    processes: &mut [Process],
    outsider: &mut Outsider,
    random: &mut Random,
    found: &mut Found,
) -> Result<()> {
    thread::sleep(random.milliseconds(MOMENT));
    let any = usize::try_from(random.within(0..PROCESSES as u64))?;
    let holder = match blow {
        Next::KillTheHolder | Next::StandStill => stop_the_holder(processes, stage)?,
        Next::Kill | Next::Calm | Next::Over => None,
    };
    let place = holder.unwrap_or(any);
    let process = processes.get_mut(place).context("no process at this place")?;
    if blow == Next::StandStill {
        process.server()?.stand_still();
        found.still += 1;
        // Whoever stands still is not asked any more; what was asked before waits.
        stage.balancer.set(place, None);
        let since = stage.watch.now(stage.load);
        let still = random.milliseconds(STILL);
        let silence = thread::scope(|scope| {
            // Where it stands still inside the transaction that keeps a checkpoint, nobody signs before it goes on.
            let silence = scope.spawn(|| since.wait(stage.watch, stage.load, MOST_SILENCE));
            thread::sleep(still);
            process.server()?.go_on();
            silence.join().map_err(|_| anyhow!("nobody looked"))
        })?;
        found.note_silence(silence, holder.is_some());
        stage.balancer.set(place, process.address);
    } else {
        found.kills += 1;
        process.kill(stage)?;
        let since = stage.watch.now(stage.load);
        // The dead give nothing back, so that it can be asked afterwards.
        let had_lease = process.has_lease(stage)?;
        found.kills_of_the_holder += u32::from(had_lease);
        let back = Instant::now() + random.milliseconds(AWAY);
        let dies_twice = random.within(0..TWICE) == 0;
        let silence = thread::scope(|scope| {
            let silence = scope.spawn(|| since.wait(stage.watch, stage.load, MOST_SILENCE));
            thread::sleep(back.saturating_duration_since(Instant::now()));
            process.launch(stage)?;
            if dies_twice {
                thread::sleep(random.milliseconds(IN_THE_START));
                found.kills += 1;
                found.in_the_start += 1;
                process.kill(stage)?;
                process.launch(stage)?;
            }
            process.open(stage)?;
            silence.join().map_err(|_| anyhow!("nobody looked"))
        })?;
        found.note_silence(silence, had_lease);
    }
    for (_, address) in stage.balancer.up(place) {
        if let Err(error) = outsider.look(address) {
            found.forks.push(format!("blow {}: {error}", found.rounds()));
        }
    }
    Ok(())
}

impl Found {
    fn note_silence(&mut self, (silence, wait): (Duration, Duration), had_lease: bool) {
        let longest = if had_lease {
            &mut self.silence_of_the_holder
        } else {
            &mut self.silence
        };
        *longest = silence.max(*longest);
        self.wait = wait.max(self.wait);
    }
}
