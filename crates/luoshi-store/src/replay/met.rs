//! Stored events as a replay meets them: in the order of their ids, some at a time, each as far as it can be read; and the things that they
//! are about, as far as they are folded.
//!
//! It judges nothing: what a replay thinks of an event that cannot be read, or that does not follow, is its own business.

use std::collections::{BTreeMap, btree_map::Entry};

use luoshi_ledger::{Content, Envelope, Recorded, Stream, ids::EventId};

use super::{BATCH, DifferenceKind, blob_of, text_of};
use crate::{
    content,
    engine::{ColumnValue, Connection, FromRow, for_keys, values},
    error::StoreError,
    event,
    snapshot::{Snapshot, Transaction},
    state::Thing,
};

/// A stored event and, where they were asked for, its words, as far as each can be read.
pub(super) struct MetEvent {
    /// The id as it is stored.
    pub(super) id: Vec<u8>,
    /// The event, or the column that cannot be read.
    pub(super) event: Result<Envelope, String>,
    pub(super) contents: Vec<MetContent>,
}

/// Words as they are stored: the row, or the ordinal as it is and the column that cannot be read.
pub(super) type MetContent = Result<Content, (String, Option<u32>, String)>;

/// The events that follow the one with the id `after`, without their words; none at the end.
pub(super) fn events_after(stored: Connection<'_>, after: &[u8]) -> Result<Vec<MetEvent>, StoreError> {
    let mut events = Vec::new();
    stored.each(event::AFTER, values![after, BATCH], &mut |row| {
        let id = blob_of(row.raw(0)?);
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
    Ok(events)
}

/// Reads the words of events.
pub(super) fn read_words(stored: Connection<'_>, events: &mut [MetEvent]) -> Result<(), StoreError> {
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
            if let Ok(place) = events.binary_search_by(|met| met.id.cmp(&event))
                && let Some(event) = events.get_mut(place)
            {
                event.contents.push(content);
            }
            Ok(())
        })
    })
}

/// The things that some events are about.
#[derive(Default)]
pub(super) struct Things {
    of_streams: BTreeMap<Stream, Folding>,
}

/// A thing being folded.
pub(super) struct Folding {
    /// As its rows hold it.
    before: Option<Thing>,
    now: Option<Thing>,
}

impl Things {
    /// The thing that an event is about, which is read where no event before it was about it.
    pub(super) fn of(&mut self, folded: &Snapshot<'_>, envelope: &Envelope) -> Result<&mut Folding, StoreError> {
        Ok(match self.of_streams.entry(envelope.stream) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let before = folded.thing_before(envelope)?;
                place.insert(Folding {
                    now: before.clone(),
                    before,
                })
            }
        })
    }

    /// Writes the rows of each, and answers with those whose rows were another one's.
    pub(super) fn save(self, transaction: &mut Transaction<'_>) -> Result<Vec<Thing>, StoreError> {
        let mut refused = Vec::new();
        for Folding { before, now } in self.of_streams.into_values() {
            let Some(thing) = now else { continue };
            match transaction.save(&thing, before.as_ref()) {
                Ok(()) => {}
                Err(StoreError::Constraint(_)) => refused.push(thing),
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }
}

impl Folding {
    /// Folds the next event of the stream; what is wrong with it where it is not the next, or cannot follow.
    pub(super) fn play(&mut self, recorded: &Recorded) -> Result<(), DifferenceKind> {
        let version = self.now.as_ref().map_or(0, Thing::version);
        if version.checked_add(1) != Some(recorded.envelope.version) {
            return Err(DifferenceKind::Gap);
        }
        let thing = Thing::apply(self.now.clone(), recorded).map_err(|_| DifferenceKind::OutOfPlace)?;
        self.now = Some(thing);
        Ok(())
    }
}
