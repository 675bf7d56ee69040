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
    met::{MetEvent, Things, events_after, read_words},
};
use crate::{
    engine::{Connection, for_keys, values},
    error::StoreError,
    event, leaf,
    snapshot::{Snapshot, Transaction},
    sqlite::scratch::Scratch,
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
    let mut after: Vec<u8> = Vec::new();
    let mut done = 0;
    progress(0, total);
    loop {
        let mut events = events_after(stored, &after)?;
        let Some(last) = events.last() else { break };
        after.clone_from(&last.id);
        read_words(stored, &mut events)?;
        done += events.len() as u64;
        scratch.write(|transaction| {
            let mut things = Things::default();
            let mut counted = Vec::new();
            for MetEvent { event, contents, .. } in events {
                let Ok(envelope) = event else { continue };
                let contents: Vec<_> = contents.into_iter().filter_map(Result::ok).collect();
                let Some(recorded) = open(envelope, &contents).ok().filter(counts) else {
                    continue;
                };
                // A stream counts up to its first event that does not, for the next one does not follow on what was folded; so no event stands
                // without those that it rests on.
                if things.of(transaction, &recorded.envelope)?.play(&recorded).is_ok() {
                    counted.push(recorded.envelope);
                }
            }
            things.save(transaction)?;
            keep_history(stored, transaction, &counted)
        })?;
        progress(done.min(total), total);
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
                let light = light(&facts, as_of.day);
                transaction.place_light(task, plan, number, as_of.day, &light, facts.latest())?;
            }
        }
    }
}
