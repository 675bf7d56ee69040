//! The words of the record: each event is opened with its words and folded into the thing that it is about, and things are saved.
//!
//! Events come in the order of their ids, which is the one in which they lie. A thing is saved with every batch that has an event of it, and
//! read back for the next event, as when the ledger was kept. Reading the next events takes as long as folding the last ones, so each has
//! a thread. What is found goes back to the one that reads, for a place in the log is asked of the same snapshot.

use std::{
    collections::BTreeSet,
    panic,
    sync::mpsc::{Receiver, Sender, channel, sync_channel},
    thread,
};

use luoshi_ledger::{
    Envelope, Recorded, Stream,
    erasure::TextPlace,
    event::{DecodeError, open},
    text::HoldsTexts,
};

use super::{
    BATCHES_AHEAD, DifferenceKind, MOST_DIFFERENCES, Phase, Replay, id_text, key_of,
    met::{MetContent, MetEvent, Things, events_after, read_words},
};
use crate::{content, error::StoreError, snapshot::Transaction, sqlite::scratch::Scratch};

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
    /// Folds every event into `scratch`. At the places `erased` a missing row of words is as it should be, and a row is not.
    pub(super) fn play_events(&mut self, scratch: &Scratch, erased: &BTreeSet<TextPlace>) -> Result<(), StoreError> {
        let mut contents = 0;
        self.tell(Phase::Streams, 0, self.total);
        thread::scope(|scope| {
            let (batches, met) = sync_channel(BATCHES_AHEAD);
            let (findings, found) = channel();
            let mut fold = Fold {
                erased,
                broken: BTreeSet::new(),
                findings,
            };
            let folding = scope.spawn(move || fold.run(scratch, &met));
            let mut after: Vec<u8> = Vec::new();
            let mut done = 0;
            loop {
                let mut events = events_after(self.stored, &after)?;
                let Some(last) = events.last() else { break };
                after.clone_from(&last.id);
                read_words(self.stored, &mut events)?;
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
    erased: &'f BTreeSet<TextPlace>,
    /// Streams of which an event could not be played: the ones after it would only repeat that. No more of them are kept than differences are
    /// listed.
    broken: BTreeSet<Stream>,
    findings: Sender<Finding>,
}

impl Fold<'_> {
    /// Folds batches of events in their order, until there are no more.
    fn run(&mut self, scratch: &Scratch, batches: &Receiver<Vec<MetEvent>>) -> Result<(), StoreError> {
        for events in batches {
            scratch.write(|transaction| self.fold(transaction, events))?;
        }
        Ok(())
    }

    fn fold(&mut self, transaction: &mut Transaction<'_>, events: Vec<MetEvent>) -> Result<(), StoreError> {
        let mut things = Things::default();
        for MetEvent { id, event, contents } in events {
            // What cannot be read was noted with the leaves.
            let Ok(envelope) = event else { continue };
            let (stream, key) = (envelope.stream, id_text(&id));
            let Some(recorded) = self.open(envelope, contents, &key) else {
                self.note_broken(stream);
                continue;
            };
            if self.broken.contains(&stream) {
                continue;
            }
            if let Err(kind) = things.of(transaction, &recorded.envelope)?.play(&recorded) {
                self.note_broken(stream);
                let column = (kind == DifferenceKind::Gap).then_some("version");
                self.say(Some(&id), "event", key, column, kind);
            }
        }
        // Two streams say that they are the same thing, or one has two rows under one key.
        for thing in things.save(transaction)? {
            self.say(
                None,
                thing.table(),
                thing.id().to_string(),
                None,
                DifferenceKind::OutOfPlace,
            );
        }
        Ok(())
    }

    fn note_broken(&mut self, stream: Stream) {
        if self.broken.len() < MOST_DIFFERENCES {
            self.broken.insert(stream);
        }
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
