//! A piece of work on its way through an engine: it is run inside a transaction, perhaps more than once, and answered when its fate is known.
//!
//! It does not know what the work does, and opens no transaction itself.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use uuid::Uuid;

use crate::{
    error::{StoreError, WriteError},
    pending::{Answer, PendingWrite, pending},
    snapshot::Transaction,
};

/// A write in a queue.
pub(crate) trait Work: Send {
    /// The one thing that it locks, where it can share a transaction with work about other things.
    fn about(&self) -> Option<Uuid>;
    /// Asks for the lock and for what the work reads with it, so that several are asked for at once. It finds nothing, and nothing comes of it.
    fn announce(&mut self, transaction: &mut Transaction<'_>);
    /// Does the work; says whether its rows are to be kept. What an earlier run left as its outcome is forgotten.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> bool;
    /// Gives the answer, after the commit.
    fn settle(self: Box<Self>, fate: Fate);
}

/// What was committed since a store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupCommits {
    /// Commits, each with one flush.
    pub groups: u64,
    /// Writes that shared them.
    pub writes: u64,
}

/// Counts commits and the writes that shared them.
#[derive(Default)]
pub(crate) struct Commits {
    groups: AtomicU64,
    writes: AtomicU64,
}

impl Commits {
    pub(crate) fn note(&self, writes: usize) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
    }

    pub(crate) fn so_far(&self) -> GroupCommits {
        GroupCommits {
            groups: self.groups.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
        }
    }
}

/// What became of the transaction that a write was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It ended as the work wanted: the commit is durable, or what was refused is undone.
    Durable,
    /// Nothing of it was begun, or all of it is surely undone.
    NotBegun,
    /// It is undone together with its neighbours, or nobody knows what became of it.
    Lost,
}

struct Closure<T, E, F> {
    work: F,
    announcement: Option<Announcement>,
    outcome: Option<Result<T, WriteError<E>>>,
    answer: Answer<T, E>,
}

/// What asks for a lock.
pub(crate) type Question = dyn FnMut(&mut Transaction<'_>) -> Result<(), StoreError> + Send;

/// What a work says of itself before it is run.
pub(crate) struct Announcement {
    /// See [`Work::about`].
    pub(crate) about: Uuid,
    /// See [`Work::announce`].
    pub(crate) ask: Box<Question>,
}

/// Wraps a closure as work, and the place where its answer will be found.
pub(crate) fn work<T, E, F>(work: F, announcement: Option<Announcement>) -> (Box<dyn Work>, PendingWrite<T, E>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
{
    let (answer, write) = pending();
    let closure = Closure {
        work,
        announcement,
        outcome: None,
        answer,
    };
    (Box::new(closure), write)
}

impl<T, E, F> Work for Closure<T, E, F>
where
    T: Send,
    E: Send,
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send,
{
    fn about(&self) -> Option<Uuid> {
        self.announcement.as_ref().map(|announcement| announcement.about)
    }

    fn announce(&mut self, transaction: &mut Transaction<'_>) {
        if let Some(announcement) = &mut self.announcement {
            // Whatever goes wrong does so again when the work is run.
            let _asked = catch_unwind(AssertUnwindSafe(|| (announcement.ask)(transaction)));
        }
    }

    fn run(&mut self, transaction: &mut Transaction<'_>) -> bool {
        let work = &mut self.work;
        // What the work broke in its own values is dropped with it, and its rows are undone, so nothing half done can be seen.
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(transaction))) {
            Ok(outcome) => outcome.map_err(WriteError::Refused),
            Err(panic) => {
                tracing::error!(cause = panic_text(panic.as_ref()), "a write panicked");
                Err(WriteError::Panicked)
            }
        };
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn settle(self: Box<Self>, fate: Fate) {
        let outcome = match (fate, self.outcome) {
            (Fate::Durable, Some(outcome)) => outcome,
            (Fate::NotBegun, _) => Err(WriteError::Busy),
            // Also a refusal: it may rest on what a neighbour wrote that is now undone.
            _ => Err(WriteError::Unavailable),
        };
        self.answer.give(outcome);
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no text)")
}
