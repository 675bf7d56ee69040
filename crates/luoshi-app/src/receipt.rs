//! Receipts (回执) as a person asks for them later. They are made where the command is carried out.

use std::sync::Arc;

use jiff::Timestamp;
use luoshi_ledger::{
    Actor,
    ids::{CommandId, EventId},
};

use crate::{error::AppError, site::App};

/// A receipt with what has become of its promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    /// The command.
    pub command: CommandId,
    /// Its first event.
    pub event: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The signed note.
    pub note: String,
    /// Place of the event in the log, once it has one.
    pub leaf_index: Option<u64>,
    /// The proof of inclusion, once a checkpoint covers the event.
    pub proof: Option<String>,
}

impl App {
    /// The receipt of `command`, for the one who gave the command and for the supervision office.
    ///
    /// # Errors
    /// When the store fails.
    pub fn receipt(self: &Arc<Self>, actor: &Actor, command: CommandId) -> Result<Option<ReceiptView>, AppError> {
        let Some(stored) = self.store.read(|snapshot| snapshot.receipt(command))? else {
            return Ok(None);
        };
        if stored.actor != actor.identity && !actor.oversees() {
            return Ok(None);
        }
        Ok(Some(ReceiptView {
            command,
            event: stored.event,
            recorded_at: stored.recorded_at,
            leaf_index: self.leaf_index(stored.event)?,
            proof: self.inclusion_proof(command)?,
            note: stored.note,
        }))
    }
}
