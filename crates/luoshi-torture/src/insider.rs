//! Somebody who sits inside the database and writes down, in the same transactions, who takes the lease of the log and who keeps a
//! checkpoint, so that "one signer at a time" is seen and not believed.
//!
//! Beside the forger it is the only one of the harness who knows tables. It watches and changes nothing that is the site's.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result};
use luoshi_equipment::postgres;

/// Each process is known by the name that its sessions carry. Rows of one lease are changed one after the other, so their numbers ascend in
/// the order in which they count; what a checkpoint is compared with is read in the moment in which it is kept.
const ENTER: &str = "
    create schema torture;
    create table torture.note (
        number  bigint generated always as identity primary key,
        at      bigint not null default (extract(epoch from clock_timestamp()) * 1000000)::bigint,
        process text   not null default current_setting('application_name'),
        size    bigint,
        holder  bytea,
        until   bigint
    );
    create function torture.note_lease() returns trigger language plpgsql as $$ begin
        insert into torture.note (holder, until) values (new.holder, new.until);
        return null;
    end $$;
    create function torture.note_checkpoint() returns trigger language plpgsql as $$ begin
        insert into torture.note (size, holder, until) values (
            new.size,
            (select holder from lease where name = 'sign_log'),
            (select until from lease where name = 'sign_log'));
        return null;
    end $$;
    create trigger note_lease after insert or update on lease
        for each row when (new.name = 'sign_log') execute function torture.note_lease();
    create trigger note_checkpoint after insert on checkpoint
        for each row execute function torture.note_checkpoint();";

/// One line a note: process, time, holder and end of the lease, and the size of a checkpoint where it is about one.
const NOTES: &str = "
    select process, at, encode(holder, 'hex'), until, size from torture.note order by number";

/// Who took the lease last, and for how many microseconds it still runs.
const PRESENT: &str = "
    select process, until - (extract(epoch from clock_timestamp()) * 1000000)::bigint
    from torture.note where size is null order by number desc limit 1";

/// Somebody inside one database.
pub(crate) struct Insider<'a> {
    server: &'a postgres::Server,
    database: String,
}

/// What one note says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    /// Who did it.
    process: String,
    /// When, in microseconds.
    at: i64,
    /// Whose lease it was then; the one who took it now where it is a note of a lease.
    holder: String,
    /// When the lease ends.
    until: i64,
    /// How much the checkpoint covers; none where it is a note of a lease.
    size: Option<u64>,
}

/// What the notes say together.
#[derive(Debug, Default)]
pub(crate) struct Signing {
    /// How many checkpoints each process kept.
    pub(crate) checkpoints: BTreeMap<String, u64>,
    /// How often the lease went from one process to another.
    pub(crate) changes: u64,
    /// Where two had it at a time, or one signed who did not have it.
    pub(crate) faults: Vec<String>,
}

impl<'a> Insider<'a> {
    /// Enters the database of a site that exists.
    pub(crate) fn enter(server: &'a postgres::Server, database: String) -> Result<Self> {
        server.ask(&database, ENTER)?;
        Ok(Self { server, database })
    }

    /// Who has the lease at this moment, and for how long.
    pub(crate) fn holder(&self) -> Result<Option<(String, Duration)>> {
        let said = self.server.ask(&self.database, PRESENT)?;
        let Some((process, rest)) = said.trim().split_once('|') else {
            return Ok(None);
        };
        let rest = u64::try_from(rest.parse::<i64>()?).unwrap_or(0);
        Ok((rest > 0).then(|| (process.to_owned(), Duration::from_micros(rest))))
    }

    /// What was noted so far.
    pub(crate) fn signing(&self) -> Result<Signing> {
        let said = self.server.ask(&self.database, NOTES)?;
        let notes = said
            .lines()
            .map(|line| note(line).with_context(|| format!("a note of the insider reads {line}")))
            .collect::<Result<Vec<_>>>()?;
        Ok(judge(&notes))
    }
}

fn note(line: &str) -> Option<Note> {
    let cells: Vec<&str> = line.split('|').collect();
    let [process, at, holder, until, size] = cells.as_slice() else {
        return None;
    };
    Some(Note {
        process: (*process).to_owned(),
        at: at.parse().ok()?,
        holder: (*holder).to_owned(),
        // Before anybody took the lease there is none to compare with.
        until: if until.is_empty() { 0 } else { until.parse().ok()? },
        size: if size.is_empty() {
            None
        } else {
            Some(size.parse().ok()?)
        },
    })
}

/// Whether one process at a time had the lease, and nobody else signed.
fn judge(notes: &[Note]) -> Signing {
    let mut signing = Signing::default();
    let mut holders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut last: Option<&Note> = None;
    let mut largest = 0;
    for note in notes {
        let Some(size) = note.size else {
            holders.entry(&note.process).or_default().insert(&note.holder);
            if let Some(last) = last.filter(|last| last.holder != note.holder) {
                signing.changes += 1;
                if last.until > note.at {
                    signing.faults.push(format!(
                        "{} took the lease {} ms before the term of {} was over",
                        note.process,
                        (last.until - note.at) / 1_000,
                        last.process
                    ));
                }
            }
            last = Some(note);
            continue;
        };
        *signing.checkpoints.entry(note.process.clone()).or_default() += 1;
        if !holders
            .get(note.process.as_str())
            .is_some_and(|known| known.contains(note.holder.as_str()))
        {
            let holder = last.map_or("nobody", |last| last.process.as_str());
            signing.faults.push(format!(
                "{} signed {size} entries while {holder} had the lease",
                note.process
            ));
        }
        if size <= largest {
            signing
                .faults
                .push(format!("{} signed {size} entries after {largest}", note.process));
        }
        largest = largest.max(size);
    }
    signing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], faults: &[&str]) {
        let notes: Vec<Note> = lines.iter().map(|line| note(line).unwrap()).collect();
        assert_eq!(judge(&notes).faults, faults);
    }

    #[test]
    fn a_lease_that_was_given_back_or_ran_out_goes_to_another_process() {
        check(
            &[
                "one|1000|aa|6000|",
                "one|1500|aa|6000|7",
                // Given back.
                "one|1500|aa|1500|",
                "two|1600|bb|6600|",
                // Ran out.
                "one|6600|aa|9000|",
                "one|6700|aa|9000|9",
            ],
            &[],
        );
    }

    #[test]
    fn a_second_signer_is_seen() {
        check(
            &["one|1000|aa|9000|", "two|2000|bb|7000|"],
            &["two took the lease 7 ms before the term of one was over"],
        );
        check(
            &["one|1000|aa|9000|", "two|2000|aa|9000|7"],
            &["two signed 7 entries while one had the lease"],
        );
        check(&["two|2000|||7"], &["two signed 7 entries while nobody had the lease"]);
        check(
            &["one|1000|aa|9000|", "one|2000|aa|9000|7", "one|3000|aa|9000|6"],
            &["one signed 6 entries after 7"],
        );
    }
}
