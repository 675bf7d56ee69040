//! Somebody without an account who asks several processes of one site in turns for the published checkpoint, and notes what was seen and
//! how long nothing new came.
//!
//! Whether what was seen is one chain is the business of `outsider`.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use luoshi_tlog::Checkpoint;

use crate::{balancer::Balancer, http::Connection, load::Load, outsider::Outsider};

/// How long the watcher waits for one process, which may stand still, before asking the other one.
const GLANCE: Duration = Duration::from_millis(500);

/// Somebody who reads the published checkpoint of one process after the other, again and again.
#[derive(Default)]
pub(crate) struct Watch {
    over: AtomicBool,
    /// Every note that was not the one before, in order.
    seen: Mutex<Vec<String>>,
    largest: AtomicU64,
}

/// How things stood at a blow.
pub(crate) struct Since {
    at: Instant,
    size: u64,
    acknowledged: usize,
}

impl Watch {
    /// Watches until [`Watch::end`].
    pub(crate) fn run(&self, balancer: &Balancer) {
        let mut connections: BTreeMap<usize, Connection> = BTreeMap::new();
        let mut last = String::new();
        for turn in 0.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            if let Some((place, address)) = balancer.up(turn).first() {
                let connection = connections
                    .entry(*place)
                    .or_insert_with(|| Connection::to(*address, GLANCE));
                if connection.address() != *address {
                    *connection = Connection::to(*address, GLANCE);
                }
                if let Ok(Some(note)) = Outsider::published(connection)
                    && note != last
                {
                    let size = Checkpoint::read_unverified(note.as_bytes()).map_or(0, |checkpoint| checkpoint.size);
                    self.largest.fetch_max(size, Ordering::Relaxed);
                    last.clone_from(&note);
                    self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(note);
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Says that it is over.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// What was seen, in order.
    pub(crate) fn seen(self) -> Vec<String> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// How things stand at this moment.
    pub(crate) fn now(&self, load: &Load) -> Since {
        Since {
            at: Instant::now(),
            size: self.largest.load(Ordering::Relaxed),
            acknowledged: load.acknowledged(),
        }
    }
}

impl Since {
    /// Waits for a larger checkpoint and for a further acknowledgement, at most for `longest`; gives the time that each took. Without
    /// anything to hand in there is nothing to sign, and no time is given.
    pub(crate) fn wait(&self, watch: &Watch, load: &Load, longest: Duration) -> (Duration, Duration) {
        let (mut silence, mut wait) = (None, None);
        loop {
            let passed = self.at.elapsed();
            if watch.largest.load(Ordering::Relaxed) > self.size {
                silence.get_or_insert(passed);
            }
            if load.acknowledged() > self.acknowledged {
                wait.get_or_insert(passed);
            }
            if passed > longest || load.is_spent() {
                let rest = if load.is_spent() { Duration::ZERO } else { passed };
                return (silence.unwrap_or(rest), wait.unwrap_or(rest));
            }
            if let (Some(silence), Some(wait)) = (silence, wait) {
                return (silence, wait);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}
