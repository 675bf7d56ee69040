//! The ledger as it stood at the end of a past day: the events that had happened by then, by one of the two clocks, folded into a ledger
//! of their own, with the lights of that day.
//!
//! It compares nothing and complains about nothing; what is wrong with a record `luoshi verify` says. Words that were erased since are
//! not there, whatever day is asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use luoshi_ledger::{
    AsOf, AsOfClock, Envelope, Event, Recorded, Stream,
    event::open,
    ids::{EventId, PlanId, TaskId},
    light::light,
};

use super::{
    BATCH, blob_of,
    state::{Mark, MetEvent, next_events},
};
use crate::{
    engine::{Connection, for_keys, values},
    error::StoreError,
    event, leaf,
    snapshot::{Snapshot, Transaction},
    sqlite::scratch::Scratch,
    state::Thing,
};

/// What decides, by the clock of truth, since when an event counts: the few that were recorded later than they took effect.
#[derive(Default)]
struct BackDated {
    /// Version and instant of the back-dated events of a stream.
    of_streams: BTreeMap<Stream, Vec<(u64, Timestamp)>>,
    /// Plans that were issued with effect from an earlier instant, with the event that says so.
    issues: BTreeMap<PlanId, (EventId, Timestamp)>,
}

impl BackDated {
    fn read(stored: Connection<'_>) -> Result<Self, StoreError> {
        let mut found = Self::default();
        let mut after: Vec<u8> = Vec::new();
        loop {
            let mut last = None;
            stored.each(event::BACK_DATED, values![after.as_slice(), BATCH], &mut |row| {
                last = Some(blob_of(row.raw(0)?));
                let id = row.take()?;
                let stream = Stream::new(row.take()?, row.take()?);
                let version = row.take()?;
                let is_issue: bool = row.take()?;
                let effective_at = row.take()?;
                found
                    .of_streams
                    .entry(stream)
                    .or_default()
                    .push((version, effective_at));
                if let (Stream::Plan(plan), true) = (stream, is_issue) {
                    found.issues.insert(plan, (id, effective_at));
                }
                Ok(())
            })?;
            match last {
                Some(last) => after = last,
                None => return Ok(found),
            }
        }
    }

    /// Since when an event counts. What takes effect on a day presupposes what was recorded before it in its stream; and a plan in force
    /// consists of the tasks that were adopted before it was issued.
    fn true_since(&self, recorded: &Recorded) -> Timestamp {
        let Envelope {
            stream,
            version,
            effective_at,
            id,
            ..
        } = &recorded.envelope;
        // A body, a person or a document is not there only since somebody entered it; the entry does not say since when.
        if let Event::OrganisationFounded(_) | Event::AccountOpened(_) | Event::DocumentReceived(_) = recorded.event {
            return Timestamp::MIN;
        }
        let later = self.of_streams.get(stream).into_iter().flatten();
        let later = later.filter(|(later, _)| later > version).map(|(_, instant)| *instant);
        let issue = match &recorded.event {
            Event::TaskAdopted(event) => self.issues.get(&event.plan),
            _ => None,
        };
        let issue = issue.filter(|(issue, _)| issue > id).map(|(_, instant)| *instant);
        later.chain(issue).fold(*effective_at, Timestamp::min)
    }
}

/// Fills `scratch` with the ledger of `as_of` and seals it. `progress` is told how many of how many events were looked at.
pub(crate) fn play_past(
    stored: &Snapshot<'_>,
    scratch: &Scratch,
    as_of: AsOf,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let stored = stored.connection;
    let (total,): (u64,) = stored.one(event::COUNT, &[])?;
    let back_dated = match as_of.clock {
        AsOfClock::Known => BackDated::default(),
        AsOfClock::True => BackDated::read(stored)?,
    };
    let until = as_of.instant();
    let counts = |recorded: &Recorded| match as_of.clock {
        AsOfClock::Known => recorded.envelope.recorded_at <= until,
        AsOfClock::True => back_dated.true_since(recorded) <= until,
    };
    let mut mark = Mark::default();
    let mut done = 0;
    // A stream counts up to its first event that does not, so that no event stands without those that it rests on.
    let mut current: Option<(Stream, Option<Thing>, bool)> = None;
    progress(0, total);
    loop {
        let events = next_events(stored, &mut mark)?;
        if events.is_empty() {
            break;
        }
        done += events.len() as u64;
        let mut finished = Vec::new();
        let mut counted = Vec::new();
        for MetEvent { event, contents, .. } in events {
            let Ok(envelope) = event else { continue };
            let stream = envelope.stream;
            if current.as_ref().is_none_or(|(open, _, _)| *open != stream) {
                finished.extend(current.take().and_then(|(_, thing, _)| thing));
                current = Some((stream, None, false));
            }
            let Some((_, thing, has_ended)) = &mut current else {
                continue;
            };
            if *has_ended {
                continue;
            }
            let contents: Vec<_> = contents.into_iter().filter_map(Result::ok).collect();
            let played = open(envelope, &contents)
                .ok()
                .filter(counts)
                .and_then(|recorded| Some((Thing::apply(thing.clone(), &recorded).ok()?, recorded.envelope)));
            match played {
                Some((after, envelope)) => {
                    *thing = Some(after);
                    counted.push(envelope);
                }
                None => *has_ended = true,
            }
        }
        scratch.write(|transaction| {
            for thing in &finished {
                transaction.save_new(thing)?;
            }
            keep_history(stored, transaction, &counted)
        })?;
        progress(done.min(total), total);
    }
    if let Some((_, Some(thing), _)) = current {
        scratch.write(|transaction| transaction.save_new(&thing))?;
    }
    scratch.index()?;
    scratch.write(|transaction| judge(transaction, as_of))?;
    scratch.seal()
}

/// Keeps what the history of a task shows: its events and those of its reports, without payloads, and their places in the log.
fn keep_history(
    stored: Connection<'_>,
    transaction: &mut Transaction<'_>,
    events: &[Envelope],
) -> Result<(), StoreError> {
    let shown: Vec<&Envelope> = events
        .iter()
        .filter(|envelope| matches!(envelope.stream, Stream::Task(_) | Stream::Report(_)))
        .collect();
    let ids: Vec<EventId> = shown.iter().map(|envelope| envelope.id).collect();
    let mut places: BTreeMap<EventId, u64> = BTreeMap::new();
    for_keys(leaf::PLACES, &ids, |sql, keys| {
        stored.each(sql, keys, &mut |row| {
            let event = row.take()?;
            let place: Option<u64> = row.take()?;
            places.extend(place.map(|place| (event, place)));
            Ok(())
        })
    })?;
    for envelope in shown {
        transaction.insert_bare_event(envelope)?;
        transaction.insert_bare_leaf(envelope.id, places.get(&envelope.id).copied())?;
    }
    Ok(())
}

/// Gives every task the light of that day.
fn judge(transaction: &mut Transaction<'_>, as_of: AsOf) -> Result<(), StoreError> {
    let mut after: Vec<u8> = Vec::new();
    loop {
        let tasks: Vec<(TaskId, PlanId, u32)> = transaction.connection.all(
            "select id, plan, number from task where id > $1 order by id limit $2",
            values![after.as_slice(), BATCH],
        )?;
        let Some((last, _, _)) = tasks.last() else {
            return Ok(());
        };
        after = last.as_bytes().to_vec();
        for (task, plan, number) in tasks {
            // A task whose plan was not there yet is in no ledger.
            if let Some(facts) = transaction.light_facts(task)? {
                transaction.place_light(task, plan, number, as_of.day, &light(&facts, as_of.day))?;
            }
        }
    }
}
