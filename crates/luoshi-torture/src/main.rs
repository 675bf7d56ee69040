//! The torture of luoshi: kills it, cuts its power and its answers, fills its disk, breaks its system calls, turns its clock and forges its
//! record, and says whether anything that was acknowledged was lost.
//!
//! It is a black box around the real program: it reads pages, fills in forms as people do and keeps a book of its own of what it was
//! promised. It knows nothing of the inside, and of the house only the equipment of tests and `luoshi-tlog`, with which an outsider checks
//! receipts, proofs and checkpoints. Every scenario has a control, in which a safeguard is off and the scenario has to fail.
//!
//! What it is not for: measuring speed, and anything that a test of one crate can show.

mod arguments;
mod audit;
mod balancer;
mod book;
mod disk;
mod forgery;
mod http;
mod insider;
mod load;
mod outsider;
mod person;
mod program;
mod proxy;
mod random;
mod scenario;
mod site;
mod submission;
mod trace;
mod verdict;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use random::Random;
use scenario::Bench;
use verdict::Verdict;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut verdict = Verdict::default();
    let seed = arguments.seed.unwrap_or_else(Random::fresh_seed);
    verdict.say(&format!("seed {seed}"));
    let scenarios = arguments.chosen();
    if let Err(error) = Bench::set_up(&arguments, seed).map(|bench| bench.run(&scenarios, &mut verdict)) {
        verdict.failed("set up", &format!("{error:#}"));
    }
    verdict.close()
}
