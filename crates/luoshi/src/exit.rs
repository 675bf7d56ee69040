//! The numbers that the program ends with. They are a contract with scripts; docs/guide/command-line.md explains each.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done and nothing is wrong.
    Done,
    /// A document cannot be used or has no task, or verification found differences.
    Findings,
    /// The command line or a setting is wrong.
    Usage,
    /// A file, the data folder, the database or the network address cannot be used.
    Unavailable,
    /// The ledger refuses what was asked for.
    Refused,
    /// A defect of the program.
    Defect,
    /// A receipt is genuine, and no checkpoint is known to cover it.
    NotYetCovered,
    /// A receipt is of a log whose key is not the one that was given.
    OtherLog,
}

impl Exit {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Unavailable => 3,
            Exit::Refused => 4,
            Exit::Defect => 5,
            Exit::NotYetCovered => 6,
            Exit::OtherLog => 7,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.number())
    }
}
