//! Reading everything back once the site is up again: each submission of the book, the log, and the numbers that have to agree.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};

use crate::{
    book::{Class, Entry, Outcome, Tally},
    load::hand_in,
    outsider::Outsider,
    person::{Person, links},
    site::Site,
};

/// Readers at once.
const READERS: usize = 8;
/// How often a question is asked again that was answered with 503 or cut off.
const PATIENCE: usize = 200;

/// Reads every entry back and sorts it, retries what is unknown, and counts what has to be in the log. Entries leave as acknowledged ones,
/// with their receipts. Where several processes serve the site each of them is asked for a share, whoever took the reports in.
pub(crate) fn read_back(site: &mut Site, addresses: &[SocketAddr], entries: &mut [Entry]) -> Result<Tally> {
    let first = *addresses.first().context("nobody serves the site")?;
    let tally = Mutex::new(Tally::default());
    let present = AtomicUsize::new(0);
    let share = entries.len().div_ceil(READERS).max(1);
    let (clerk, outsider) = (&site.clerk, &site.outsider);
    thread::scope(|scope| {
        let (tally, present) = (&tally, &present);
        for (part, address) in entries.chunks_mut(share).zip(addresses.iter().cycle()) {
            scope.spawn(move || {
                let mut reader = Reader {
                    clerk: clerk.at(*address),
                    outsider,
                    tally: Tally::default(),
                };
                for entry in part {
                    if reader.entry(entry) {
                        present.fetch_add(1, Ordering::Relaxed);
                    }
                }
                tally.lock().unwrap_or_else(PoisonError::into_inner).add(reader.tally);
            });
        }
    });
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    site.entries += present.load(Ordering::Relaxed) as u64;
    let size = site.log_covers(first)?;
    if size > site.entries {
        tally.note(
            Class::Duplicated,
            format!(
                "the log has {size} entries where {} reports and the rest of the site account for fewer",
                site.entries
            ),
        );
        // Told once.
        site.entries = size;
    }
    let positions = site.outsider.positions();
    for entry in entries.iter() {
        let Some(note) = &entry.note else { continue };
        match site.outsider.read_receipt(note) {
            Ok((_, receipt, _)) if positions.contains_key(receipt.leaf().as_slice()) => {}
            Ok(_) => tally.note(
                Class::HalfWritten,
                format!(
                    "report {} has a receipt and no entry in the log",
                    entry.submission.number
                ),
            ),
            Err(error) => tally.note(
                Class::HalfWritten,
                format!("report {}: {error}", entry.submission.number),
            ),
        }
    }
    Ok(tally)
}

struct Reader<'a> {
    clerk: Person,
    outsider: &'a Outsider,
    tally: Tally,
}

impl Reader<'_> {
    /// Sorts one entry; says whether its report is there in the end.
    fn entry(&mut self, entry: &mut Entry) -> bool {
        let number = entry.submission.number;
        let before = match self.place(entry) {
            Ok(before) => before,
            Err(why) => {
                self.tally.note(Class::Unexpected, format!("report {number}: {why}"));
                return false;
            }
        };
        match entry.outcome.clone() {
            Outcome::Acknowledged { receipt } => match before {
                None => {
                    self.tally.note(
                        Class::Lost,
                        format!("report {number} was acknowledged as {receipt} and is not there"),
                    );
                    false
                }
                Some(report) => {
                    if self.is_whole(entry, &report) && self.retry_gives(entry, &receipt) {
                        self.tally.note(Class::Ok, "");
                    }
                    true
                }
            },
            Outcome::Refused(status) => {
                if before.is_some() {
                    self.tally.note(
                        Class::Unexpected,
                        format!("report {number} was refused with {status} and is there"),
                    );
                }
                before.is_some()
            }
            Outcome::NotSent => {
                if before.is_some() {
                    self.tally.note(
                        Class::Unexpected,
                        format!("report {number} was never sent and is there"),
                    );
                }
                before.is_some()
            }
            Outcome::Unknown(why) => self.settle(entry, before, &why),
        }
    }

    /// The address of the report at the entry's place; none where there is no report.
    fn place(&mut self, entry: &Entry) -> Result<Option<String>, String> {
        let answer = self.ask(&entry.submission.place())?;
        match (answer.status, answer.location()) {
            (303, Some(report)) if report.starts_with("/reports/") => Ok(Some(report.to_owned())),
            (200, _) => Ok(None),
            (status, location) => Err(format!("its place was answered with {status} {location:?}")),
        }
    }

    /// An unknown submission has to be there whole or not at all, and the retry has to give a receipt.
    fn settle(&mut self, entry: &mut Entry, before: Option<String>, why: &str) -> bool {
        let number = entry.submission.number;
        let was_there = before.is_some();
        if let Some(report) = before
            && !self.is_whole(entry, &report)
        {
            return true;
        }
        match self.retry(entry) {
            Outcome::Acknowledged { receipt } => {
                if self.retry_gives(entry, &receipt) {
                    let class = if was_there { Class::Recovered } else { Class::Absent };
                    self.tally.note(class, "");
                }
                entry.outcome = Outcome::Acknowledged { receipt };
                true
            }
            other => {
                let class = if was_there { Class::HalfWritten } else { Class::Lost };
                self.tally.note(
                    class,
                    format!("report {number} ({why}) was there: {was_there}; its retry was answered with {other:?}"),
                );
                was_there
            }
        }
    }

    /// Whether the page of the report shows all of it.
    fn is_whole(&mut self, entry: &Entry, report: &str) -> bool {
        let number = entry.submission.number;
        let missing = match self.ask(report) {
            Ok(answer) if answer.status == 200 => {
                let page = answer.text();
                let mut missing: Vec<String> = entry
                    .submission
                    .missing_on(&page)
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
                missing.extend(self.missing_files(entry, &page));
                if missing.is_empty() {
                    return true;
                }
                missing.join(", ")
            }
            Ok(answer) => format!("its page, which was answered with {}", answer.status),
            Err(why) => format!("its page: {why}"),
        };
        self.tally.note(
            Class::HalfWritten,
            format!("report {number} is there without {missing}"),
        );
        false
    }

    /// The files that the page of a report does not lead to with the bytes that were sent.
    fn missing_files(&mut self, entry: &Entry, page: &str) -> Vec<String> {
        let addresses = links(page, "/evidence/");
        let sent = entry.submission.files();
        let mut missing = Vec::new();
        if addresses.len() != sent.len() {
            missing.push(format!(
                "{} of its {} files",
                sent.len().abs_diff(addresses.len()),
                sent.len()
            ));
        }
        for ((name, text), address) in sent.iter().zip(addresses) {
            match self.ask(&address) {
                Ok(answer) if answer.status == 200 && answer.text() == *text => {}
                Ok(answer) => missing.push(format!(
                    "the bytes of {name}, which was answered with {}",
                    answer.status
                )),
                Err(why) => missing.push(format!("the bytes of {name}: {why}")),
            }
        }
        missing
    }

    /// Whether the same form again leads to the same receipt, and the receipt is signed and is the one that was read before.
    fn retry_gives(&mut self, entry: &mut Entry, receipt: &str) -> bool {
        let number = entry.submission.number;
        let again = self.retry(entry);
        let same = Outcome::Acknowledged {
            receipt: receipt.to_owned(),
        };
        if again != same {
            self.tally.note(
                Class::Duplicated,
                format!("report {number} had the receipt {receipt}; the same form again was answered with {again:?}"),
            );
            return false;
        }
        let text = match self.ask(&format!("{receipt}/receipt.txt")) {
            Ok(answer) if answer.status == 200 => answer.text(),
            Ok(answer) => {
                self.tally.note(
                    Class::HalfWritten,
                    format!(
                        "report {number} is there and its receipt was answered with {}",
                        answer.status
                    ),
                );
                return false;
            }
            Err(why) => {
                self.tally.note(Class::HalfWritten, format!("report {number}: {why}"));
                return false;
            }
        };
        match self.outsider.read_receipt(&text) {
            Ok((note, _, _)) => {
                let first = entry.note.as_deref().map(|first| self.outsider.read_receipt(first));
                if let Some(Ok((first, _, _))) = first
                    && first != note
                {
                    self.tally
                        .note(Class::Duplicated, format!("the receipt of report {number} has changed"));
                    return false;
                }
                entry.note = Some(note);
                true
            }
            Err(error) => {
                self.tally
                    .note(Class::HalfWritten, format!("the receipt of report {number}: {error}"));
                false
            }
        }
    }

    fn retry(&mut self, entry: &Entry) -> Outcome {
        let mut outcome = Outcome::NotSent;
        for _ in 0..PATIENCE {
            outcome = hand_in(&mut self.clerk, &entry.submission);
            if !matches!(outcome, Outcome::Unknown(_) | Outcome::NotSent) {
                break;
            }
            thread::sleep(std::time::Duration::from_millis(20));
        }
        outcome
    }

    fn ask(&mut self, path: &str) -> Result<crate::http::Answer, String> {
        let mut why = String::new();
        for _ in 0..PATIENCE {
            match self.clerk.get(path) {
                Ok(answer) if answer.status == 503 => "503".clone_into(&mut why),
                Ok(answer) => return Ok(answer),
                Err(trouble) => why = trouble.to_string(),
            }
            thread::sleep(std::time::Duration::from_millis(20));
        }
        Err(format!("{path}: {why}"))
    }
}
