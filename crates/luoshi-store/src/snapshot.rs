//! What reads and writes are done with: a snapshot sees one state of the database, a transaction changes it. The nouns add their own
//! queries to both, each in its own room.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::Deref,
};

use luoshi_ledger::{Stream, ids::EventId};

use crate::{engine::Connection, error::StoreError, known_plan::KnownPlans};

/// One consistent state of the database, to be read.
pub struct Snapshot<'s> {
    pub(crate) connection: Connection<'s>,
}

impl<'s> Snapshot<'s> {
    pub(crate) fn on(connection: Connection<'s>) -> Self {
        Self { connection }
    }

    /// Goes through `questions` that are asked next, so that an engine behind a network is asked all that do not rest on each other at once. They find
    /// nothing, and what comes of them is thrown away.
    pub fn rehearse(&self, questions: impl FnOnce() -> Result<(), StoreError>) {
        self.connection.rehearse(questions);
    }
}

/// A change under way. Everything that a [`Snapshot`] can be asked it can be asked as well, and it answers with its own changes in sight.
pub struct Transaction<'t> {
    snapshot: Snapshot<'t>,
    pub(crate) ends: KnownEnds,
    /// Plans that need not be read again, where that is worth it.
    pub(crate) known_plans: Option<&'t KnownPlans>,
}

/// Where the record ended when this transaction looked, and what it added since.
#[derive(Default)]
pub(crate) struct KnownEnds {
    /// Version and last event of streams, none for one that has no event.
    pub(crate) streams: RefCell<BTreeMap<Stream, Option<(u64, EventId)>>>,
    /// The event with the greatest id.
    pub(crate) latest: Cell<Option<EventId>>,
    /// Whether this transaction has added to it.
    pub(crate) has_grown: Cell<bool>,
}

impl<'t> Transaction<'t> {
    pub(crate) fn on(connection: Connection<'t>) -> Self {
        Self {
            snapshot: Snapshot::on(connection),
            ends: KnownEnds::default(),
            known_plans: None,
        }
    }

    /// One that need not read again what is among `known_plans`.
    pub(crate) fn knowing(self, known_plans: &'t KnownPlans) -> Self {
        Self {
            known_plans: Some(known_plans),
            ..self
        }
    }
}

impl<'t> Deref for Transaction<'t> {
    type Target = Snapshot<'t>;

    fn deref(&self) -> &Self::Target {
        &self.snapshot
    }
}
