//! The command line of the harness.

use std::path::PathBuf;

use clap::Parser;

use crate::scenario::Scenario;

/// Tortures a luoshi program and says whether anything that it acknowledged was lost.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// What to do to it
    #[arg(value_enum, required_unless_present = "all")]
    scenarios: Vec<Scenario>,
    /// Every scenario, one after the other
    #[arg(long)]
    all: bool,
    /// The long form: hours instead of seconds
    #[arg(long)]
    pub(crate) long: bool,
    /// How many rounds, instead of the number of the form
    #[arg(long)]
    pub(crate) rounds: Option<u32>,
    /// The program; without it the one that lies beside this one
    #[arg(long)]
    pub(crate) program: Option<PathBuf>,
    /// A program built with `--features sabotage` for the controls; without it the same program
    #[arg(long)]
    pub(crate) sabotaged_program: Option<PathBuf>,
    /// Leave the controls out; the verdict is then worth less and says so
    #[arg(long)]
    pub(crate) without_controls: bool,
    /// A database for `--database` of the program; `own` starts a PostgreSQL of its own from the installed binaries
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Where sites and disks are made; the usual place of temporary files where it is not given
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
    /// The number from which everything random follows
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// A scenario that cannot run here fails instead of being skipped
    #[arg(long)]
    pub(crate) require_all: bool,
}

impl Arguments {
    /// The scenarios, each once.
    pub(crate) fn chosen(&self) -> Vec<Scenario> {
        if self.all {
            return Scenario::ALL.to_vec();
        }
        let mut chosen: Vec<Scenario> = Vec::new();
        for scenario in &self.scenarios {
            if !chosen.contains(scenario) {
                chosen.push(*scenario);
            }
        }
        chosen
    }
}
