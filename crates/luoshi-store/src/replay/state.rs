//! The record in the order of its streams: each event is opened with its words and folded into the thing that it is about, which is saved
//! once, when its stream ends.
//!
//! A stream needs nothing of another one to be folded, so no row is read back, and rows come in the order of their keys.

use std::collections::{BTreeMap, BTreeSet};

use luoshi_ledger::{
    Content, Envelope, Recorded, Stream,
    erasure::TextPlace,
    event::{DecodeError, open},
    ids::EventId,
    text::HoldsTexts,
};

use super::{BATCH, DifferenceKind, Phase, Replay, blob_of, id_text, key_of, text_of};
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

impl Replay<'_> {
    /// Folds every stream into `scratch`.
    pub(super) fn play_streams(&mut self, scratch: &Scratch) -> Result<(), StoreError> {
        let mut mark = Mark::default();
        let mut done = 0;
        let mut contents = 0;
        let mut folding: Option<Folding> = None;
        self.tell(Phase::Streams, 0, self.total);
        loop {
            let events = next_events(self.stored, &mut mark)?;
            if events.is_empty() {
                break;
            }
            let mut finished = Vec::new();
            for MetEvent {
                id,
                event,
                contents: words,
            } in events
            {
                done += 1;
                contents += words.len() as u64;
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
                    self.play(folding, envelope, words, &id)?;
                }
            }
            self.save(scratch, &finished)?;
            self.tell(Phase::Streams, done, self.total);
        }
        let last: Vec<Thing> = folding.and_then(|folding| folding.thing).into_iter().collect();
        self.save(scratch, &last)?;
        self.find_stray_contents(contents)?;
        self.tell(Phase::Streams, self.total, self.total);
        Ok(())
    }

    fn play(
        &mut self,
        folding: &mut Folding,
        envelope: Envelope,
        contents: Vec<MetContent>,
        id: &[u8],
    ) -> Result<(), StoreError> {
        let key = id_text(id);
        let Some(recorded) = self.open(envelope, contents, &key)? else {
            folding.is_broken = true;
            return Ok(());
        };
        if folding.is_broken {
            return Ok(());
        }
        let version = folding.thing.as_ref().map_or(0, Thing::version);
        if version.checked_add(1) != Some(recorded.envelope.version) {
            folding.is_broken = true;
            return self.note_of_event(id, "event", key, Some("version"), DifferenceKind::Gap);
        }
        match Thing::apply(folding.thing.clone(), &recorded) {
            Ok(thing) => {
                folding.thing = Some(thing);
                Ok(())
            }
            Err(_) => {
                folding.is_broken = true;
                self.note_of_event(id, "event", key, None, DifferenceKind::OutOfPlace)
            }
        }
    }

    fn save(&mut self, scratch: &Scratch, things: &[Thing]) -> Result<(), StoreError> {
        for thing in things {
            match scratch.write(|transaction| transaction.save_new(thing)) {
                Ok(()) => {}
                // Two streams say that they are the same thing, or one has two rows under one key.
                Err(StoreError::Constraint(_)) => {
                    let (table, key) = (thing.table(), thing.id().to_string());
                    self.note(table, key, None, DifferenceKind::OutOfPlace);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The event with its words; none where it cannot be read at all. What is wrong with its words is noted.
    fn open(&mut self, envelope: Envelope, met: Vec<MetContent>, key: &str) -> Result<Option<Recorded>, StoreError> {
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
                    self.note_of_event(id.as_bytes(), "content", key, Some(&column), kind)?;
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
                        self.note_of_event(id.as_bytes(), "content", key, None, kind)?;
                    }
                    return Ok(Some(recorded));
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
                    self.note_of_event(id.as_bytes(), "event", key.to_owned(), Some(column), kind)?;
                    return Ok(None);
                }
            };
            self.note_of_event(id.as_bytes(), "content", format!("{key},{ordinal}"), None, kind)?;
            // The rest of the event is genuine and is played without the words that are not.
            contents.retain(|content| content.ordinal != ordinal);
            doubtful.insert(ordinal);
            envelope = again;
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
