//! `luoshi log prove`: the proof of one entry as C2SP tlog-proof, or the check of every opened entry in the data of a public task.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use luoshi_ledger::{Content, Envelope, event};
use luoshi_tlog::{
    LeafSalt, LogProof, Receipt, ReceiptFile, entry_hash, inclusion_proof, leaf_entry, verify_inclusion,
};
use serde::Deserialize;

use super::{
    Finding, OpenedLog, open, say_finding, sort_tree_error,
    verify::{bundles, read_bundle},
};
use crate::{
    arguments::log::{LogPlace, ProveArguments},
    exit::Exit,
    failure::Failure,
    output::{print, progress},
    words::{Words, count, text},
};

pub(super) fn run(arguments: &ProveArguments, words: Words) -> Result<Exit, Failure> {
    let log = match open(&arguments.log, words)? {
        Ok(log) => log,
        Err(finding) => return say_finding(&finding, words),
    };
    if let Some(path) = &arguments.subject.opened {
        return check_opened(&log, &arguments.log, path, words);
    }
    let index = match (
        arguments.subject.index,
        &arguments.subject.entry,
        &arguments.subject.receipt,
    ) {
        (Some(index), _, _) => index,
        (_, Some(entry), _) => {
            let wanted = parse_entry(entry).ok_or_else(|| Failure::NotAnEntry { entry: entry.clone() })?;
            match find(&log, &arguments.log, &wanted, words)? {
                Ok(index) => index,
                Err(finding) => return say_finding(&finding, words),
            }
        }
        (_, _, Some(path)) => match find(&log, &arguments.log, &leaf_of_receipt(path)?, words)? {
            Ok(index) => index,
            Err(finding) => return say_finding(&finding, words),
        },
        (None, None, None) => return Err(Failure::EntryNotFound),
    };
    if index >= log.checkpoint.size {
        return Err(Failure::NoSuchEntry {
            index,
            size: log.checkpoint.size,
        });
    }
    let proof = match prove(&log, &arguments.log, index, words)? {
        Ok(proof) => proof.to_text(),
        Err(finding) => return say_finding(&finding, words),
    };
    match &arguments.output {
        None => print(proof.trim_end_matches('\n'))?,
        Some(path) => {
            fs::write(path, proof).map_err(|cause| Failure::WriteFile {
                path: path.clone(),
                cause,
            })?;
            print(&words.say_with(
                "log-proof-written",
                &[("index", text(index)), ("path", text(path.display()))],
            ))?;
        }
    }
    Ok(Exit::Done)
}

fn prove(log: &OpenedLog, place: &LogPlace, index: u64, words: Words) -> Result<Result<LogProof, Finding>, Failure> {
    match inclusion_proof(&log.source, log.checkpoint.size, log.checkpoint.root, index) {
        Ok(hashes) => Ok(Ok(LogProof {
            index,
            hashes,
            checkpoint: log.note.clone(),
        })),
        Err(error) => Ok(Err(sort_tree_error(error, place, words)?)),
    }
}

/// Thirty-two bytes in base64 or in hexadecimal digits.
fn parse_entry(entry: &str) -> Option<Vec<u8>> {
    let from_hexadecimal = || {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let pairs = entry.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
            _ => None,
        });
        pairs.collect::<Option<Vec<u8>>>()
    };
    let bytes = if entry.len() == 64 {
        from_hexadecimal()
    } else {
        STANDARD.decode(entry).ok()
    };
    bytes.filter(|bytes| bytes.len() == 32)
}

fn leaf_of_receipt(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    let no_receipt = || Failure::NotAReceipt { path: path.to_owned() };
    let note = ReceiptFile::parse(&bytes)
        .ok()
        .and_then(|file| file.receipt)
        .ok_or_else(no_receipt)?;
    let receipt = Receipt::read_unverified(note.as_bytes()).map_err(|_| no_receipt())?;
    Ok(receipt.leaf().to_vec())
}

/// The place of an entry, given as it stands in the log or as its leaf hash. The log is read from its end, where a fresh receipt's entry is.
fn find(log: &OpenedLog, place: &LogPlace, wanted: &[u8], words: Words) -> Result<Result<u64, Finding>, Failure> {
    let bar = progress(log.checkpoint.size, words.say("log-search-progress"));
    let mut all: Vec<_> = bundles(log.checkpoint.size).collect();
    all.reverse();
    for bundle in all {
        let entries = match read_bundle(log, bundle) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(sort_tree_error(error, place, words)?)),
        };
        let within = entries
            .iter()
            .position(|entry| entry == wanted || entry_hash(entry).0 == *wanted);
        if let Some(within) = within {
            bar.finish_and_clear();
            return Ok(Ok(bundle.index() * u64::from(luoshi_tlog::TILE_WIDTH) + within as u64));
        }
        bar.inc(entries.len() as u64);
    }
    bar.finish_and_clear();
    Err(Failure::EntryNotFound)
}

/// What of the data of a public task is needed here.
#[derive(Deserialize)]
struct OpenData {
    tasks: Vec<OpenTask>,
}

#[derive(Deserialize)]
struct OpenTask {
    number: u32,
    #[serde(default)]
    record: Vec<OpenedEntry>,
}

/// An entry of the log with what it commits to.
#[derive(Deserialize)]
struct OpenedEntry {
    log: Option<String>,
    index: Option<u64>,
    salt: String,
    event: String,
    #[serde(default)]
    texts: Vec<OpenedText>,
}

#[derive(Deserialize)]
struct OpenedText {
    ordinal: u32,
    salt: String,
    body: String,
}

fn check_opened(log: &OpenedLog, place: &LogPlace, path: &Path, words: Words) -> Result<Exit, Failure> {
    let bytes = fs::read(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    let nothing = || Failure::NothingOpened { path: path.to_owned() };
    let data: OpenData = serde_json::from_slice(&bytes).map_err(|_| nothing())?;
    let opened: Vec<(u32, &OpenedEntry)> = data
        .tasks
        .iter()
        .flat_map(|task| task.record.iter().map(|entry| (task.number, entry)))
        .collect();
    if opened.is_empty() {
        return Err(nothing());
    }
    let (mut proved, mut elsewhere) = (0_u64, 0_u64);
    for (number, entry) in opened {
        let Some((envelope, bytes)) = decode(entry) else {
            return say_finding(
                &Finding(words.say_with("log-opened-damaged", &[("number", text(number))])),
                words,
            );
        };
        let said = [
            ("number", text(number)),
            ("kind", text(&envelope.kind)),
            ("version", text(envelope.version)),
            ("recorded", text(envelope.recorded_at)),
        ];
        // Another log of the site holds it, or none does yet.
        let is_here = entry.log.as_deref() == Some(log.checkpoint.origin.as_str());
        let Some(index) = entry.index.filter(|index| is_here && *index < log.checkpoint.size) else {
            elsewhere += 1;
            print(&words.say_with("log-opened-not-covered", &said))?;
            continue;
        };
        let Some(salt) = parse_entry(&entry.salt).and_then(|salt| <[u8; 32]>::try_from(salt).ok()) else {
            return say_finding(&Finding(words.say_with("log-opened-damaged", &said)), words);
        };
        let leaf = leaf_entry(&LeafSalt::new(salt), &bytes);
        let proof = match prove(log, place, index, words)? {
            Ok(proof) => proof,
            Err(finding) => return say_finding(&finding, words),
        };
        let stands = verify_inclusion(&proof.hashes, log.checkpoint.size, log.checkpoint.root, index, &leaf);
        if stands.is_err() {
            return say_finding(&Finding(words.say_with("log-opened-not-in-log", &said)), words);
        }
        if !texts_are_committed(envelope.clone(), &entry.texts) {
            return say_finding(&Finding(words.say_with("log-opened-other-words", &said)), words);
        }
        proved += 1;
        let mut said = said.to_vec();
        said.push(("index", text(index)));
        print(&words.say_with("log-opened-proved", &said))?;
    }
    print(&words.say_with(
        "log-opened-counts",
        &[("proved", count(proved)), ("elsewhere", count(elsewhere))],
    ))?;
    Ok(Exit::Done)
}

/// The envelope of an opened entry and the exact bytes that its leaf commits to.
fn decode(entry: &OpenedEntry) -> Option<(Envelope, Vec<u8>)> {
    let bytes = STANDARD.decode(&entry.event).ok()?;
    Some((Envelope::from_bytes(&bytes)?, bytes))
}

/// Whether the words that are shown are those that the event commits to.
fn texts_are_committed(envelope: Envelope, texts: &[OpenedText]) -> bool {
    let contents: Option<Vec<Content>> = texts
        .iter()
        .map(|opened| {
            let salt = parse_entry(&opened.salt).and_then(|salt| salt.try_into().ok())?;
            Some(Content {
                ordinal: opened.ordinal,
                salt: luoshi_ledger::Salt(salt),
                body: opened.body.clone(),
            })
        })
        .collect();
    contents.is_some_and(|contents| event::open(envelope, &contents).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_in_both_spellings() {
        assert_eq!(parse_entry(&"0b".repeat(32)), Some(vec![11; 32]));
        assert_eq!(parse_entry(&STANDARD.encode([11; 32])), Some(vec![11; 32]));
        for wrong in ["", "0b", "not an entry", &"0g".repeat(32), &"é".repeat(32)] {
            assert_eq!(parse_entry(wrong), None, "{wrong}");
        }
    }
}
