//! The record in the order of its ids: each event against its leaf, against the time of its neighbours, and with its command against the
//! receipt.
//!
//! What events say and make is the business of `state`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use luoshi_ledger::{Envelope, ids::CommandId};
use luoshi_tlog::{LeafSalt, leaf_matches};
use sha2::{Digest, Sha256};

use super::{
    BATCH, DifferenceKind, GivenReceipt, Phase, Replay, blob_of, id_text, key_of,
    met::{MetEvent, events_after},
    text_of,
};
use crate::{
    engine::{FromRow, for_keys, values},
    error::StoreError,
    leaf::{self, LeafRow},
    receipt::{self, StoredReceipt},
};

/// How far the clocks of machines that write to one database may be apart before their order counts as tampering.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

/// A command whose events are being met. They follow each other, or nearly so where several processes write at once.
struct OpenCommand {
    given: GivenReceipt,
    hash: Sha256,
    /// The batch in which its last event was met.
    batch: u64,
}

impl Replay<'_> {
    /// Goes through every event with its leaf, and through every leaf.
    pub(super) fn check_record(&mut self) -> Result<(), StoreError> {
        let mut after: Vec<u8> = Vec::new();
        let mut latest = Timestamp::MIN;
        let mut commands: BTreeMap<CommandId, OpenCommand> = BTreeMap::new();
        let mut judged = 0;
        let mut batch = 0;
        self.tell(Phase::Record, 0, self.total);
        loop {
            let events = events_after(self.stored, &after)?;
            let Some(last) = events.last() else { break };
            let last = last.id.clone();
            let leaves = self.leaves_between(&after, &last, &events)?;
            for (MetEvent { id, event, .. }, leaf) in events.iter().zip(leaves) {
                let entry = leaf.as_ref().map(|leaf| leaf.entry);
                match event {
                    Ok(envelope) => {
                        self.check_event(envelope, leaf)?;
                        self.check_time(envelope, &mut latest)?;
                        note_command(&mut commands, envelope, entry, batch);
                    }
                    Err(column) => {
                        let kind = DifferenceKind::Unreadable;
                        self.note_of_event(id, "event", id_text(id), Some(column), kind)?;
                    }
                }
            }
            self.outcome.events += events.len() as u64;
            judged += self.close_commands(&mut commands, batch)?;
            self.tell(Phase::Record, self.outcome.events, self.total);
            after = last;
            batch += 1;
        }
        self.note_leaves_beyond(&after)?;
        judged += self.close_commands(&mut commands, batch + 2)?;
        self.find_stray_receipts(judged)?;
        self.tell(Phase::Record, self.total, self.total);
        Ok(())
    }

    /// The leaf of each of the events; none where it is missing or cannot be read, which is noted. Leaves between them that belong to no
    /// event are noted too.
    fn leaves_between(
        &mut self,
        after: &[u8],
        last: &[u8],
        events: &[MetEvent],
    ) -> Result<Vec<Option<LeafRow>>, StoreError> {
        let mut leaves: Vec<Option<LeafRow>> = vec![None; events.len()];
        let mut met = vec![false; events.len()];
        let stored = self.stored;
        stored.each(leaf::BETWEEN, values![after, last], &mut |row| {
            let id = blob_of(row.raw(0)?);
            let key = key_of(row, 1)?;
            let Ok(index) = events.binary_search_by(|event| event.id.cmp(&id)) else {
                return self.note_of_event(&id, "leaf", key, None, DifferenceKind::Surplus);
            };
            if let Some(met) = met.get_mut(index) {
                *met = true;
            }
            match LeafRow::from_row(row) {
                Ok(leaf) => {
                    if let Some(place) = leaves.get_mut(index) {
                        *place = Some(leaf);
                    }
                    Ok(())
                }
                Err(StoreError::Unreadable { column }) => {
                    self.note_of_event(&id, "leaf", key, Some(&column), DifferenceKind::Unreadable)
                }
                Err(error) => Err(error),
            }
        })?;
        for (event, _) in events.iter().zip(met).filter(|(_, met)| !met) {
            self.note("leaf", id_text(&event.id), None, DifferenceKind::Missing);
        }
        Ok(leaves)
    }

    fn note_leaves_beyond(&mut self, last: &[u8]) -> Result<(), StoreError> {
        let stored = self.stored;
        let mut after = last.to_owned();
        loop {
            let mut beyond = Vec::new();
            stored.each(leaf::AFTER, values![after.as_slice(), BATCH], &mut |row| {
                beyond.push(blob_of(row.raw(0)?));
                Ok(())
            })?;
            let Some(last) = beyond.last() else { return Ok(()) };
            after.clone_from(last);
            for id in &beyond {
                self.note_of_event(id, "leaf", id_text(id), None, DifferenceKind::Surplus)?;
            }
        }
    }

    fn check_event(&mut self, envelope: &Envelope, leaf: Option<LeafRow>) -> Result<(), StoreError> {
        if let Some(leaf) = leaf
            // Nobody can tell a changed event from a changed leaf here, so the event is named and the kind says what it may be.
            && !leaf_matches(&LeafSalt::new(leaf.salt), &envelope.bytes(), &leaf.entry)
        {
            let (id, key) = (envelope.id.as_bytes(), envelope.id.to_string());
            self.note_of_event(id, "event", key, None, DifferenceKind::NotCommittedEvent)?;
        }
        Ok(())
    }

    /// Instants go forward with the ids, as far as the clocks of several machines agree; nothing is true later than it is known.
    fn check_time(&mut self, envelope: &Envelope, latest: &mut Timestamp) -> Result<(), StoreError> {
        let recorded_at = envelope.recorded_at;
        let column = if latest.duration_since(recorded_at) > CLOCKS_APART {
            "recorded_at"
        } else if envelope.effective_at > recorded_at {
            "effective_at"
        } else {
            *latest = recorded_at.max(*latest);
            return Ok(());
        };
        let (id, key) = (envelope.id.as_bytes(), envelope.id.to_string());
        self.note_of_event(id, "event", key, Some(column), DifferenceKind::OutOfTime)
    }

    /// Judges the receipts of the commands that can have no further event, and answers with how many receipts there were.
    fn close_commands(
        &mut self,
        commands: &mut BTreeMap<CommandId, OpenCommand>,
        batch: u64,
    ) -> Result<u64, StoreError> {
        if !self.watcher.judges_receipts() {
            commands.clear();
            return Ok(0);
        }
        let closed: Vec<CommandId> = commands
            .iter()
            .filter(|(_, command)| command.batch + 1 < batch)
            .map(|(id, _)| *id)
            .collect();
        let mut receipts: BTreeMap<CommandId, StoredReceipt> = BTreeMap::new();
        let mut unreadable = Vec::new();
        let mut met = 0;
        let stored = self.stored;
        for_keys(receipt::OF_COMMANDS, &closed, |sql, keys| {
            stored.each(sql, keys, &mut |row| {
                met += 1;
                let key = text_of(row.raw(0)?);
                match StoredReceipt::from_row(row) {
                    Ok(receipt) => {
                        receipts.insert(receipt.command, receipt);
                    }
                    Err(StoreError::Unreadable { column }) => unreadable.push((key, column)),
                    Err(error) => return Err(error),
                }
                Ok(())
            })
        })?;
        let mut given: Vec<GivenReceipt> = closed
            .iter()
            .filter_map(|id| commands.remove(id))
            .map(|command| GivenReceipt {
                content_hash: command.hash.finalize().into(),
                receipt: receipts.remove(&command.given.command),
                ..command.given
            })
            .collect();
        for (key, column) in unreadable {
            given.retain(|given| given.command.to_string() != key);
            self.note("receipt", key, Some(&column), DifferenceKind::Unreadable);
        }
        for fault in self.watcher.judge_receipts(&given) {
            let event = given.iter().find(|given| given.command == fault.command);
            let event = event.map_or(&[][..], |given| given.event.as_bytes());
            self.note_of_event(event, "receipt", fault.command.to_string(), fault.column, fault.kind)?;
        }
        Ok(met)
    }

    /// Receipts of commands without an event; looked for only where there are more receipts than commands have.
    fn find_stray_receipts(&mut self, judged: u64) -> Result<(), StoreError> {
        if !self.watcher.judges_receipts() {
            return Ok(());
        }
        let stored = self.stored;
        let (count,): (u64,) = stored.one(receipt::COUNT, &[])?;
        if count == judged {
            return Ok(());
        }
        stored.each(receipt::ASTRAY, &[], &mut |row| {
            let key = key_of(row, 1)?;
            self.note("receipt", key, None, DifferenceKind::Surplus);
            Ok(())
        })
    }
}

fn note_command(
    commands: &mut BTreeMap<CommandId, OpenCommand>,
    envelope: &Envelope,
    entry: Option<[u8; 32]>,
    batch: u64,
) {
    let command = commands.entry(envelope.command).or_insert_with(|| OpenCommand {
        given: GivenReceipt {
            command: envelope.command,
            actor: envelope.actor,
            event: envelope.id,
            entry,
            content_hash: [0; 32],
            recorded_at: envelope.recorded_at,
            receipt: None,
        },
        hash: Sha256::new(),
        batch,
    });
    command.hash.update(Sha256::digest(envelope.bytes()));
    command.batch = batch;
}
