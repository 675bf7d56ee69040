//! The scenarios, and the bench on which all of them work.

mod answers;
mod clock;
mod disk_full;
mod kills;
mod power;
mod processes;
mod syscalls;
mod tampering;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use luoshi_equipment::postgres;
use tempfile::TempDir;

use crate::{
    arguments::Arguments,
    program::{Program, SABOTAGE},
    random::Random,
    site::Site,
    verdict::Verdict,
};

/// The word for a PostgreSQL of the harness's own.
const OWN: &str = "own";
/// What is said where there is none.
const NO_POSTGRES: &str = "no PostgreSQL is installed (Debian: postgresql)";

/// What is done to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Kill it in the middle of its work
    Kills,
    /// Kill one of two processes on one PostgreSQL, again and again
    Processes,
    /// Cut its connections, most of all after the commit and before the answer
    Answers,
    /// Fill its disk to the last byte (root)
    DiskFull,
    /// Cut the power of its disk (root)
    Power,
    /// Let its system calls fail one after the other (strace)
    Syscalls,
    /// Turn its clock (libfaketime)
    Clock,
    /// Forge its record behind its back
    Tampering,
}

impl Scenario {
    /// All of them, the quickest first.
    pub(crate) const ALL: [Scenario; 8] = [
        Scenario::Kills,
        Scenario::Processes,
        Scenario::Answers,
        Scenario::DiskFull,
        Scenario::Power,
        Scenario::Syscalls,
        Scenario::Clock,
        Scenario::Tampering,
    ];

    fn name(self) -> &'static str {
        match self {
            Scenario::Kills => "kills",
            Scenario::Processes => "processes",
            Scenario::Answers => "answers",
            Scenario::DiskFull => "disk-full",
            Scenario::Power => "power",
            Scenario::Syscalls => "syscalls",
            Scenario::Clock => "clock",
            Scenario::Tampering => "tampering",
        }
    }

    /// Whether it works on a database that is not in the data folder.
    fn knows_other_databases(self) -> bool {
        matches!(self, Scenario::Kills | Scenario::Processes)
    }

    fn run(self, bench: &mut Bench, verdict: &mut Verdict) -> Result<()> {
        match self {
            Scenario::Kills => kills::run(bench, verdict),
            Scenario::Processes => processes::run(bench, verdict),
            Scenario::Answers => answers::run(bench, verdict),
            Scenario::DiskFull => disk_full::run(bench, verdict),
            Scenario::Power => power::run(bench, verdict),
            Scenario::Syscalls => syscalls::run(bench, verdict),
            Scenario::Clock => clock::run(bench, verdict),
            Scenario::Tampering => tampering::run(bench, verdict),
        }
    }
}

/// How a safeguard of a program that was built for it is taken away; the names are those of `luoshi_app::sabotage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Acknowledges before the commit.
    AcknowledgeEarly,
    /// Does not look for the receipt of an earlier submission with the same key.
    ForgetReceipts,
    /// Believes the clock of the machine.
    TrustClock,
    /// Signs the log also while another process has the lease.
    IgnoreLease,
}

impl Sabotage {
    /// The word for the variable.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Sabotage::AcknowledgeEarly => "acknowledge-early",
            Sabotage::ForgetReceipts => "forget-receipts",
            Sabotage::TrustClock => "trust-clock",
            Sabotage::IgnoreLease => "ignore-lease",
        }
    }
}

/// How long a form goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    until: Option<Instant>,
    least: u32,
}

impl Pace {
    /// Whether so many rounds are enough by now.
    pub(crate) fn is_over(self, rounds: u32) -> bool {
        rounds >= self.least && self.until.is_some_and(|until| Instant::now() > until)
    }
}

/// What every scenario works with.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The program under torture.
    pub(crate) program: Program,
    sabotaged: Option<Program>,
    /// A database server of its own, where one was asked for.
    pub(crate) postgres: Option<Arc<postgres::Server>>,
    has_database: bool,
    folder: TempDir,
    /// Where that folder was asked to be.
    parent: Option<PathBuf>,
    /// Whether this is the long form.
    pub(crate) long: bool,
    rounds: Option<u32>,
    require_all: bool,
    /// Where chance comes from.
    pub(crate) random: Random,
    made: u32,
}

impl Bench {
    /// Finds the program and makes a folder to work in.
    pub(crate) fn set_up(arguments: &Arguments, seed: u64) -> Result<Self> {
        let file = match &arguments.program {
            Some(file) => file.clone(),
            None => std::env::current_exe()?.with_file_name("luoshi"),
        };
        if !file.is_file() {
            bail!("there is no program {}; name it with --program", file.display());
        }
        let database = arguments.database.clone().filter(|database| database != OWN);
        let program = Program::new(file, database.clone());
        let sabotaged = match &arguments.sabotaged_program {
            Some(file) => Program::new(file.clone(), database),
            None => program.clone(),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix("luoshi-torture-");
        let folder = match &arguments.folder {
            Some(folder) => builder.tempdir_in(folder),
            None => builder.tempdir(),
        }
        .context("no folder to work in")?;
        let postgres = match arguments.database.as_deref() {
            Some(OWN) => Some(own_postgres(arguments.folder.as_deref())?.context(NO_POSTGRES)?),
            _ => None,
        };
        Ok(Self {
            postgres,
            has_database: arguments.database.is_some(),
            program,
            sabotaged: (!arguments.without_controls).then_some(sabotaged),
            folder,
            parent: arguments.folder.clone(),
            long: arguments.long,
            rounds: arguments.rounds,
            require_all: arguments.require_all,
            random: Random::of(seed),
            made: 0,
        })
    }

    /// Runs scenarios one after the other; one that breaks off is a failed check and does not stop the others.
    pub(crate) fn run(mut self, scenarios: &[Scenario], verdict: &mut Verdict) {
        for scenario in scenarios {
            verdict.open(scenario.name());
            if self.has_database && !scenario.knows_other_databases() {
                self.cannot(
                    "another database",
                    "this scenario copies data folders and knows SQLite alone",
                    verdict,
                );
                verdict.shut();
                continue;
            }
            if let Err(error) = scenario.run(&mut self, verdict) {
                verdict.failed("broke off", &format!("{error:#}"));
            }
            verdict.shut();
        }
    }

    /// The number of rounds: as the command line says, else as the form has it.
    pub(crate) fn rounds(&self, short: u32, long: u32) -> u32 {
        self.rounds.unwrap_or(if self.long { long } else { short })
    }

    /// When a form ends before its rounds are done: the short one after so long, where at least so many of them are; the long one and one
    /// with a number of its own never.
    pub(crate) fn pace(&self, least: u32, longest: Duration) -> Pace {
        let is_short = !self.long && self.rounds.is_none();
        Pace {
            until: is_short.then(|| Instant::now() + longest),
            least,
        }
    }

    /// A name for a new site or disk in the folder.
    pub(crate) fn place(&mut self, name: &str) -> PathBuf {
        self.made += 1;
        self.folder.path().join(format!("{name}-{}", self.made))
    }

    /// A new site in the folder, made by the program as it is.
    pub(crate) fn site(&mut self, name: &str, tasks: usize) -> Result<Site> {
        let data = self.place(name);
        Site::make(&self.program, data, tasks)
    }

    /// The same program on a new, empty database, where databases are not part of the data folder.
    pub(crate) fn on_new_database(&self, program: &Program) -> Program {
        match &self.postgres {
            Some(postgres) => program.on_database(postgres.database()),
            None => program.clone(),
        }
    }

    /// Removes the database that [`Bench::on_new_database`] made for a program. A server that was killed goes through every file that it has
    /// when it starts again.
    pub(crate) fn discard_database(&self, program: &Program) -> Result<()> {
        match (&self.postgres, program.database()) {
            (Some(postgres), Some(database)) => Ok(postgres.discard(database)?),
            _ => Ok(()),
        }
    }

    /// The database server of the harness's own, started now where the command line asked for none, and stopped when the last one lets it
    /// go; none where no PostgreSQL is installed.
    pub(crate) fn server(&mut self) -> Result<Option<Arc<postgres::Server>>> {
        match &self.postgres {
            Some(postgres) => Ok(Some(Arc::clone(postgres))),
            None => own_postgres(self.parent.as_deref()),
        }
    }

    /// The program without a safeguard; none where controls are left out, which the verdict is told.
    pub(crate) fn sabotaged(&self, sabotage: Sabotage, verdict: &mut Verdict) -> Option<Program> {
        let name = format!("control {}", sabotage.code());
        let Some(program) = &self.sabotaged else {
            verdict.skipped(&name, "left out");
            return None;
        };
        let program = program.with(SABOTAGE, sabotage.code());
        // A program that knows no sabotage would pass, which is no control.
        match program.run(&self.folder.path().join("nowhere"), &["verify"]) {
            Ok(ran) if ran.complaints.contains(sabotage.code()) => Some(program),
            _ => {
                verdict.failed(
                    &name,
                    "this program takes no sabotage; build it with --features sabotage",
                );
                None
            }
        }
    }

    /// Whether controls run that need no sabotaged program.
    pub(crate) fn controls(&self) -> bool {
        self.sabotaged.is_some()
    }

    /// Notes that something cannot run here.
    pub(crate) fn cannot(&self, what: &str, why: &str, verdict: &mut Verdict) {
        if self.require_all {
            verdict.failed(what, why);
        } else {
            verdict.skipped(what, why);
        }
    }
}

/// A database server of the harness's own; none where no PostgreSQL is installed. Not in the bench's own folder, which nobody else may enter.
fn own_postgres(parent: Option<&Path>) -> Result<Option<Arc<postgres::Server>>> {
    let Some(programs) = postgres::programs() else {
        return Ok(None);
    };
    let server = postgres::Server::start(&programs, parent).context("a PostgreSQL of its own")?;
    Ok(Some(Arc::new(server)))
}
