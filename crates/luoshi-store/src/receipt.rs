//! Receipts (回执) that were given, so that a retry with the same key gets the same one. They are not signed here.

use jiff::Timestamp;
use luoshi_ledger::{
    ActorIdentity,
    ids::{CommandId, EventId},
};

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const INSERT: &str = "
    insert into receipt (command_id, event_id, actor, key_hash, request_hash, recorded_at, note)
    values ($1, $2, $3, $4, $5, $6, $7)";

const BY_KEY: &str = "
    select command_id, event_id, actor, key_hash, request_hash, recorded_at, note
    from receipt where actor = $1 and key_hash = $2";

const ONE: &str = "
    select command_id, event_id, actor, key_hash, request_hash, recorded_at, note from receipt where command_id = $1";

pub(crate) const OF_COMMANDS: &str = "
    select command_id, event_id, actor, key_hash, request_hash, recorded_at, note
    from receipt where command_id in ({}) order by command_id";

pub(crate) const COUNT: &str = "select count(*) from receipt";

/// Receipts of commands that no event names.
pub(crate) const ASTRAY: &str = "
    select command_id from receipt
    where not exists (select 1 from event where event.id = receipt.event_id and event.command_id = receipt.command_id)
    order by command_id";

/// A receipt with what is needed to know a repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// The command.
    pub command: CommandId,
    /// The first event that it caused.
    pub event: EventId,
    /// Who gave it.
    pub actor: ActorIdentity,
    /// A hash of the Idempotency-Key, where the request had one.
    pub key_hash: Option<[u8; 32]>,
    /// A hash of the request: the same key with another one is a mistake.
    pub request_hash: [u8; 32],
    /// When the events were recorded.
    pub recorded_at: Timestamp,
    /// The signed note.
    pub note: String,
}

impl FromRow for StoredReceipt {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            command: row.take()?,
            event: row.take()?,
            actor: row.take()?,
            key_hash: row.take()?,
            request_hash: row.take()?,
            recorded_at: row.take()?,
            note: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The receipt that `actor` was given under an Idempotency-Key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_receipt(&self, actor: ActorIdentity, key_hash: &[u8; 32]) -> Result<Option<StoredReceipt>, StoreError> {
        self.connection.optional(BY_KEY, values![&actor, key_hash])
    }

    /// The receipt of a command.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn receipt(&self, command: CommandId) -> Result<Option<StoredReceipt>, StoreError> {
        self.connection.optional(ONE, values![&command])
    }
}

impl Transaction<'_> {
    /// Keeps a receipt.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where the actor has one under that key already. On an engine behind a network the commit finds that,
    /// and work that is run again finds the receipt of the other, or this error.
    pub fn save_receipt(&mut self, receipt: &StoredReceipt) -> Result<(), StoreError> {
        self.connection.send(
            INSERT,
            values![
                &receipt.command,
                &receipt.event,
                &receipt.actor,
                receipt.key_hash.as_ref(),
                &receipt.request_hash,
                receipt.recorded_at,
                &receipt.note,
            ],
        )
    }
}
