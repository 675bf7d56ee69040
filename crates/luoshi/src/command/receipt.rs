//! `luoshi receipt`: checks the receipt that a department keeps, off-line, with no site and no account.

use std::{fs, path::Path};

use luoshi_tlog::{Checkpoint, Coverage, KeyHistory, Receipt, ReceiptFault, ReceiptFile};

use super::log::{read_checkpoint_file, read_keys};
use crate::{
    arguments::receipt::{ReceiptCheckArguments, ReceiptCommand},
    exit::Exit,
    failure::Failure,
    output::print,
    words::{Words, text},
};

/// The file beside a receipt that its key is looked for in; the page of the log offers it under this name.
const KEYS_BESIDE: &str = "luoshi-log-keys.txt";

/// Carries out one of the subcommands.
pub(crate) fn run(command: &ReceiptCommand, words: Words) -> Result<Exit, Failure> {
    match command {
        ReceiptCommand::Check(arguments) => check(arguments, words),
    }
}

fn check(arguments: &ReceiptCheckArguments, words: Words) -> Result<Exit, Failure> {
    let no_receipt = || Failure::NotAReceipt {
        path: arguments.file.clone(),
    };
    let mut file = match ReceiptFile::parse(&read(&arguments.file)?) {
        Ok(file) => file,
        Err(ReceiptFault::NoReceipt) => return Err(no_receipt()),
        Err(fault) => return say_fault(&fault, words),
    };
    if let Some(path) = &arguments.proof {
        file.proof = match ReceiptFile::parse(&read(path)?) {
            Ok(ReceiptFile { proof: Some(proof), .. }) => Some(proof),
            _ => return say_fault(&ReceiptFault::ProofDoesNotHold, words),
        };
    }
    let keys = keys(arguments)?;
    let kept = match &arguments.checkpoint {
        Some(path) => Some(kept_checkpoint(path, &keys)?),
        None => None,
    };
    let checked = match file.check(&keys, kept.as_ref()) {
        Ok(checked) => checked,
        Err(ReceiptFault::NoReceipt) => return Err(no_receipt()),
        Err(fault) => return say_fault(&fault, words),
    };
    print(&words.say("receipt-genuine"))?;
    print(&stated(&checked.receipt, words))?;
    match checked.coverage {
        Coverage::NotYet => {
            print(&words.say("receipt-not-yet"))?;
            Ok(Exit::NotYetCovered)
        }
        Coverage::Covered {
            index,
            checkpoint,
            is_continued,
        } => {
            let key = if is_continued {
                "receipt-carried-over"
            } else {
                "receipt-covered"
            };
            print(&words.say_with(
                key,
                &[
                    ("index", text(index)),
                    ("size", text(checkpoint.size)),
                    ("root", text(checkpoint.root)),
                    ("origin", text(&checkpoint.origin)),
                ],
            ))?;
            if let Some(kept) = kept {
                let key = if kept.origin == checkpoint.origin && kept.size == checkpoint.size {
                    "receipt-checkpoint-agrees"
                } else {
                    "receipt-checkpoint-not-compared"
                };
                print(&words.say_with(key, &[("size", text(kept.size))]))?;
            }
            Ok(Exit::Done)
        }
    }
}

fn stated(receipt: &Receipt, words: Words) -> String {
    words.say_with(
        "receipt-states",
        &[
            ("origin", text(receipt.origin())),
            ("event", text(receipt.event())),
            ("recorded", text(receipt.recorded_at())),
        ],
    )
}

fn keys(arguments: &ReceiptCheckArguments) -> Result<KeyHistory, Failure> {
    if let Some(given) = &arguments.key {
        return read_keys(given);
    }
    let beside = arguments.file.with_file_name(KEYS_BESIDE);
    match beside.to_str() {
        Some(path) if beside.is_file() => read_keys(path),
        _ => Err(Failure::KeyNeeded),
    }
}

/// A checkpoint to compare with has to be genuine itself, or it would accuse an honest log.
fn kept_checkpoint(path: &Path, keys: &KeyHistory) -> Result<Checkpoint, Failure> {
    let note = read_checkpoint_file(path)?;
    let refused = || Failure::NotACheckpoint {
        path: path.display().to_string(),
    };
    let named = Checkpoint::read_unverified(note.as_bytes()).map_err(|_| refused())?;
    let log = keys.log(&named.origin).ok_or_else(refused)?;
    Checkpoint::open_with(note.as_bytes(), log).map_err(|_| refused())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })
}

fn say_fault(fault: &ReceiptFault, words: Words) -> Result<Exit, Failure> {
    let (key, exit) = match fault {
        ReceiptFault::OtherLog(origin) => {
            print(&words.say_with("receipt-other-log", &[("origin", text(origin))]))?;
            return Ok(Exit::OtherLog);
        }
        ReceiptFault::ProofOfOtherLog(origin) => {
            print(&words.say_with("receipt-proof-other-log", &[("origin", text(origin))]))?;
            return Ok(Exit::OtherLog);
        }
        ReceiptFault::NoReceipt | ReceiptFault::Changed => ("receipt-changed", Exit::Findings),
        ReceiptFault::NotSigned => ("receipt-not-signed", Exit::Findings),
        ReceiptFault::KeyOutOfForce => ("receipt-key-out-of-force", Exit::Findings),
        ReceiptFault::ProofCheckpoint(_) => ("receipt-proof-checkpoint", Exit::Findings),
        ReceiptFault::ProofDoesNotHold => ("receipt-proof-does-not-hold", Exit::Findings),
        ReceiptFault::Fork => ("receipt-fork", Exit::Findings),
    };
    print(&words.say(key))?;
    Ok(exit)
}
