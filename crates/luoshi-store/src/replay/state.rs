//! The record in the order of its streams: each event is opened with its words and folded into the thing that it is about, which is saved
//! once, when its stream ends.
//!
//! A stream needs nothing of another one to be folded, so no row is read back, and rows come in the order of their keys. Reading the next
//! events takes as long as folding the last ones, so each has a thread. What is found goes back to the one that reads, for a place in the
//! log is asked of the same snapshot.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic,
    sync::mpsc::{Receiver, Sender, channel, sync_channel},
    thread,
};

use luoshi_ledger::{
    Content, Envelope, Recorded, Stream,
    erasure::TextPlace,
    event::{DecodeError, open},
    ids::EventId,
    text::HoldsTexts,
};

use super::{BATCH, BATCHES_AHEAD, DifferenceKind, Phase, Replay, blob_of, id_text, key_of, text_of};
use crate::{
    content,
    engine::{ColumnValue, Connection, FromRow, for_keys, values},
    error::StoreError,
    event,
    sqlite::scratch::Scratch,
    state::Thing,
};

/// Where the reading of streams has come to: the columns by which they are ordered, as they are stored.
#[derive(Clone, Default)]
pub(super) struct Mark {
    stream_id: Vec<u8>,
    stream_kind: String,
    version: i64,
}

/// A stored event and its words, as far as each can be read.
pub(super) struct MetEvent {
    /// The id as it is stored.
    pub(super) id: Vec<u8>,
    /// The event, or the column that cannot be read.
    pub(super) event: Result<Envelope, String>,
    pub(super) contents: Vec<MetContent>,
}

/// Words as they are stored: the row, or the ordinal as it is and the column that cannot be read.
pub(super) type MetContent = Result<Content, (String, Option<u32>, String)>;

/// The next events in the order of their streams, with their words.
pub(super) fn next_events(stored: Connection<'_>, mark: &mut Mark) -> Result<Vec<MetEvent>, StoreError> {
    let mut events = Vec::new();
    let after = mark.clone();
    let parameters = values![after.stream_id.as_slice(), &after.stream_kind, after.version, BATCH];
    stored.each(event::AFTER_IN_STREAMS, parameters, &mut |row| {
        let id = blob_of(row.raw(0)?);
        if let (ColumnValue::Text(kind), ColumnValue::Blob(stream), ColumnValue::Integer(version)) =
            (row.raw(1)?, row.raw(2)?, row.raw(3)?)
        {
            stream.clone_into(&mut mark.stream_id);
            kind.clone_into(&mut mark.stream_kind);
            mark.version = version;
        }
        let event = match Envelope::from_row(row) {
            Ok(envelope) => Ok(envelope),
            Err(StoreError::Unreadable { column }) => Err(column),
            Err(error) => return Err(error),
        };
        events.push(MetEvent {
            id,
            event,
            contents: Vec::new(),
        });
        Ok(())
    })?;
    let places: BTreeMap<Vec<u8>, usize> = events.iter().map(|event| event.id.clone()).zip(0..).collect();
    let ids: Vec<EventId> = events
        .iter()
        .filter_map(|event| event.event.as_ref().ok())
        .map(|envelope| envelope.id)
        .collect();
    for_keys(content::OF_EVENTS, &ids, |sql, keys| {
        stored.each(sql, keys, &mut |row| {
            let event: Vec<u8> = row.take()?;
            let ordinal = row.raw(1)?;
            let content = match Content::from_row(row) {
                Ok(content) => Ok(content),
                Err(StoreError::Unreadable { column }) => {
                    let number = match ordinal {
                        ColumnValue::Integer(number) => u32::try_from(number).ok(),
                        _ => None,
                    };
                    Err((text_of(ordinal), number, column))
                }
                Err(error) => return Err(error),
            };
            if let Some(event) = places.get(&event).and_then(|place| events.get_mut(*place)) {
                event.contents.push(content);
            }
            Ok(())
        })
    })?;
    Ok(events)
}

/// A stream being folded.
struct Folding {
    stream: Stream,
    thing: Option<Thing>,
    /// An event of it could not be played; the ones after it would only repeat that.
    is_broken: bool,
}

/// Something that does not agree, as the thread that folds says it.
struct Finding {
    /// The id of the event that it is about, as it is stored; none where it is about a thing.
    event: Option<Vec<u8>>,
    table: &'static str,
    key: String,
    column: Option<String>,
    kind: DifferenceKind,
}

impl Replay<'_> {
    /// Folds every stream into `scratch`. At the places `erased` a missing row of words is as it should be, and a row is not.
    pub(super) fn play_streams(&mut self, scratch: &Scratch, erased: &BTreeSet<TextPlace>) -> Result<(), StoreError> {
        let mut contents = 0;
        self.tell(Phase::Streams, 0, self.total);
        thread::scope(|scope| {
            let (batches, met) = sync_channel(BATCHES_AHEAD);
            let (findings, found) = channel();
            let fold = Fold {
                scratch,
                erased,
                findings,
            };
            let folding = scope.spawn(move || fold.run(met));
            let mut mark = Mark::default();
            let mut done = 0;
            loop {
                let events = next_events(self.stored, &mut mark)?;
                if events.is_empty() {
                    break;
                }
                done += events.len() as u64;
                contents += events.iter().map(|event| event.contents.len() as u64).sum::<u64>();
                // Nobody takes it: folding has failed, and says below why.
                if batches.send(events).is_err() {
                    break;
                }
                for finding in found.try_iter() {
                    self.note_finding(finding)?;
                }
                self.tell(Phase::Streams, done, self.total);
            }
            drop(batches);
            for finding in found {
                self.note_finding(finding)?;
            }
            folding.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
        })?;
        self.find_stray_contents(contents)?;
        self.tell(Phase::Streams, self.total, self.total);
        Ok(())
    }

    fn note_finding(&mut self, finding: Finding) -> Result<(), StoreError> {
        let Finding {
            event,
            table,
            key,
            column,
            kind,
        } = finding;
        match event {
            Some(event) => self.note_of_event(&event, table, key, column.as_deref(), kind),
            None => {
                self.note(table, key, column.as_deref(), kind);
                Ok(())
            }
        }
    }

    /// Words that belong to no event; looked for only where there are more words than events have.
    fn find_stray_contents(&mut self, met: u64) -> Result<(), StoreError> {
        let stored = self.stored;
        let (count,): (u64,) = stored.one(content::COUNT, &[])?;
        if count == met {
            return Ok(());
        }
        stored.each(content::ASTRAY, &[], &mut |row| {
            let key = key_of(row, 2)?;
            self.note("content", key, None, DifferenceKind::Surplus);
            Ok(())
        })
    }
}

/// The thread that folds.
struct Fold<'f> {
    scratch: &'f Scratch,
    erased: &'f BTreeSet<TextPlace>,
    findings: Sender<Finding>,
}

impl Fold<'_> {
    /// Folds batches of events in the order of their streams, until there are no more.
    fn run(self, batches: Receiver<Vec<MetEvent>>) -> Result<(), StoreError> {
        let mut folding: Option<Folding> = None;
        for events in batches {
            let mut finished = Vec::new();
            for MetEvent { id, event, contents } in events {
                // What cannot be read was noted with the leaves.
                let Ok(envelope) = event else { continue };
                if folding.as_ref().is_none_or(|folding| folding.stream != envelope.stream) {
                    finished.extend(folding.take().and_then(|folding| folding.thing));
                    folding = Some(Folding {
                        stream: envelope.stream,
                        thing: None,
                        is_broken: false,
                    });
                }
                if let Some(folding) = &mut folding {
                    self.play(folding, envelope, contents, &id);
                }
            }
            self.save(&finished)?;
        }
        let last: Vec<Thing> = folding.and_then(|folding| folding.thing).into_iter().collect();
        self.save(&last)
    }

    fn say(&self, event: Option<&[u8]>, table: &'static str, key: String, column: Option<&str>, kind: DifferenceKind) {
        // Nobody listens any more where reading has failed, which is what will be told.
        let _unheard = self.findings.send(Finding {
            event: event.map(<[u8]>::to_vec),
            table,
            key,
            column: column.map(str::to_owned),
            kind,
        });
    }

    fn play(&self, folding: &mut Folding, envelope: Envelope, contents: Vec<MetContent>, id: &[u8]) {
        let key = id_text(id);
        let Some(recorded) = self.open(envelope, contents, &key) else {
            folding.is_broken = true;
            return;
        };
        if folding.is_broken {
            return;
        }
        let version = folding.thing.as_ref().map_or(0, Thing::version);
        if version.checked_add(1) != Some(recorded.envelope.version) {
            folding.is_broken = true;
            return self.say(Some(id), "event", key, Some("version"), DifferenceKind::Gap);
        }
        match Thing::apply(folding.thing.clone(), &recorded) {
            Ok(thing) => folding.thing = Some(thing),
            Err(_) => {
                folding.is_broken = true;
                self.say(Some(id), "event", key, None, DifferenceKind::OutOfPlace);
            }
        }
    }

    fn save(&self, things: &[Thing]) -> Result<(), StoreError> {
        for thing in things {
            match self.scratch.write(|transaction| transaction.save_new(thing)) {
                Ok(()) => {}
                // Two streams say that they are the same thing, or one has two rows under one key.
                Err(StoreError::Constraint(_)) => {
                    let (table, key) = (thing.table(), thing.id().to_string());
                    self.say(None, table, key, None, DifferenceKind::OutOfPlace);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The event with its words; none where it cannot be read at all. What is wrong with its words is noted.
    fn open(&self, envelope: Envelope, met: Vec<MetContent>, key: &str) -> Option<Recorded> {
        let id = envelope.id;
        let mut doubtful = BTreeSet::new();
        let mut contents = Vec::with_capacity(met.len());
        for content in met {
            match content {
                Ok(content) => contents.push(content),
                Err((ordinal, number, column)) => {
                    doubtful.extend(number);
                    let key = format!("{key},{ordinal}");
                    let kind = DifferenceKind::Unreadable;
                    self.say(Some(id.as_bytes()), "content", key, Some(&column), kind);
                }
            }
        }
        let mut envelope = envelope;
        loop {
            let again = envelope.clone();
            let (ordinal, kind) = match open(envelope, &contents) {
                Ok(mut recorded) => {
                    let mut texts = 0;
                    recorded.event.visit_texts(&mut |_| texts += 1);
                    doubtful.extend(contents.iter().map(|content| content.ordinal));
                    for ordinal in 0..texts {
                        let is_there = doubtful.contains(&ordinal);
                        let is_erased = self.erased.contains(&TextPlace { event: id, ordinal });
                        let kind = match (is_there, is_erased) {
                            (false, false) => DifferenceKind::Missing,
                            (true, true) => DifferenceKind::NotErased,
                            _ => continue,
                        };
                        let key = format!("{key},{ordinal}");
                        self.say(Some(id.as_bytes()), "content", key, None, kind);
                    }
                    return Some(recorded);
                }
                Err(DecodeError::AlteredContent { ordinal }) => (ordinal, DifferenceKind::NotCommittedWords),
                Err(DecodeError::SurplusContent { ordinal }) => (ordinal, DifferenceKind::Surplus),
                Err(cause) => {
                    let column = match cause {
                        DecodeError::UnknownKind { .. } => "kind",
                        DecodeError::ForeignStream => "stream_id",
                        _ => "payload",
                    };
                    let kind = DifferenceKind::Unreadable;
                    self.say(Some(id.as_bytes()), "event", key.to_owned(), Some(column), kind);
                    return None;
                }
            };
            self.say(Some(id.as_bytes()), "content", format!("{key},{ordinal}"), None, kind);
            // The rest of the event is genuine and is played without the words that are not.
            contents.retain(|content| content.ordinal != ordinal);
            doubtful.insert(ordinal);
            envelope = again;
        }
    }
}
