//! Opened entries (公开条目): what an outsider needs to compute a leaf of the log again and to prove it, for what the office has published.
//! The exact bytes of the event, the salt of its leaf, its place, and the words that are public with the salts of their commitments.
//!
//! # What is opened
//!
//! Of an open task its own events: how it was adopted, who reports on it and by when, and when it was opened or withheld. Its basis stays
//! a commitment. Events of reports are never opened, although approved figures are published: the number that each bears in its stream
//! would tell how often a report was returned, and leaving out those of returned reports would tell it as well.
//! A stream is opened as a whole or not at all, for a gap in its numbers would tell of an event that is withheld.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use luoshi_ledger::{
    Commitment, Content, Envelope, Event, EventKind, Stream, Text,
    event::{LogContinued, TaskAdopted, open},
    ids::{LogId, TaskId},
};
use luoshi_store::{LeafRow, Snapshot, StoreError};
use serde::Serialize;

use crate::{digest::hexadecimal, error::AppError, signing::SiteLog, site::App};

/// The kinds that tell nothing of a task which its public page does not.
const OF_AN_OPEN_TASK: [EventKind; 3] = [
    EventKind::TaskAdopted,
    EventKind::ReporterNamed,
    EventKind::TaskPublished,
];

/// The form of what is opened outside of a task's data.
const SCHEMA: &str = "luoshi.opened/1";

/// One entry of the log, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenedEntry {
    /// The log that holds it, or will.
    log: Option<String>,
    /// Its place there, once it has one.
    index: Option<u64>,
    /// The salt of the leaf, 64 hexadecimal digits.
    salt: String,
    /// The bytes that the leaf commits to, in base64.
    event: String,
    /// The words that are public.
    texts: Vec<OpenedText>,
}

/// Words that an event commits to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct OpenedText {
    ordinal: u32,
    salt: String,
    body: String,
}

#[derive(Serialize)]
struct OpenedRecord {
    schema: &'static str,
    record: Vec<OpenedEntry>,
}

impl App {
    /// The entries of a task, which the caller knows to be open; none where its stream holds something that is not public.
    pub(crate) fn opened_task(&self, task: TaskId) -> Result<Vec<OpenedEntry>, AppError> {
        let log = self.refreshed_log()?;
        Ok(self.store.read(|snapshot| {
            let events = snapshot.stream_events(Stream::Task(task))?;
            let is_public = |envelope: &Envelope| OF_AN_OPEN_TASK.iter().any(|kind| kind.code() == envelope.kind);
            if !events.iter().all(is_public) {
                return Ok(Vec::new());
            }
            let mut opened = Vec::new();
            for envelope in events {
                opened.extend(open_entry(snapshot, &log, envelope, &|event| match event {
                    Event::TaskAdopted(TaskAdopted { record, .. }) => {
                        [Some(&record.title), Some(&record.text), record.deliverable.as_ref()]
                            .into_iter()
                            .flatten()
                            .filter_map(Text::commitment)
                            .collect()
                    }
                    _ => Vec::new(),
                })?);
            }
            Ok(opened)
        })?)
    }

    /// The first entry of the site's log with this number, from 2, as JSON: the event that cites the last checkpoint of the log before it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn log_beginning(&self, number: usize) -> Result<Option<Vec<u8>>, AppError> {
        let log = self.refreshed_log()?;
        let Some(epoch) = number.checked_sub(1).and_then(|place| log.epochs.get(place)) else {
            return Ok(None);
        };
        let stream = Stream::Log(LogId::of_origin(epoch.origin.as_str()));
        let record = self.store.read(|snapshot| {
            let first = snapshot.stream_events(stream)?.into_iter().next();
            let Some(first) = first.filter(|envelope| envelope.kind == EventKind::LogContinued.code()) else {
                return Ok(None);
            };
            open_entry(snapshot, &log, first, &|event| match event {
                Event::LogContinued(LogContinued { reason, .. }) => reason.commitment().into_iter().collect(),
                _ => Vec::new(),
            })
        })?;
        let Some(entry) = record else { return Ok(None) };
        let record = OpenedRecord {
            schema: SCHEMA,
            record: vec![entry],
        };
        serde_json::to_vec_pretty(&record).map(Some).map_err(AppError::internal)
    }
}

/// The entry of an event; none where the record is damaged, which `luoshi verify` tells.
fn open_entry(
    snapshot: &Snapshot<'_>,
    log: &SiteLog,
    envelope: Envelope,
    public: &dyn Fn(&Event) -> Vec<Commitment>,
) -> Result<Option<OpenedEntry>, StoreError> {
    let contents = snapshot.contents(envelope.id)?;
    let Some(LeafRow { salt, index, .. }) = snapshot.leaf(envelope.id)? else {
        return Ok(None);
    };
    let bytes = envelope.bytes();
    let Ok(recorded) = open(envelope, &contents) else {
        return Ok(None);
    };
    let public = public(&recorded.event);
    let texts = contents
        .iter()
        .filter(|content| public.contains(&Commitment::to(&content.salt, &content.body)))
        .map(|Content { ordinal, salt, body }| OpenedText {
            ordinal: *ordinal,
            salt: hexadecimal(&salt.0),
            body: body.clone(),
        });
    let epoch = match index {
        Some(place) => log.epoch_of(place),
        None => log.epochs.last(),
    };
    Ok(Some(OpenedEntry {
        log: epoch.map(|epoch| epoch.origin.to_string()),
        index: index.zip(epoch).map(|(place, epoch)| place - epoch.first_place),
        salt: hexadecimal(&salt),
        event: STANDARD.encode(&bytes),
        texts: texts.collect(),
    }))
}
