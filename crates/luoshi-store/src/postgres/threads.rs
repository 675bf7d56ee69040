//! Threads that stand in one line for what is to be done. What they do, and what they keep for it, is not known here.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use crate::error::StoreError;

/// The handles of threads that take what waits, one thing at a time or some that belong together. Dropping them waits until nothing waits any more.
pub(super) struct Threads<Thing> {
    line: Arc<Line<Thing>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Why a thing cannot wait.
pub(super) enum Refused<Thing> {
    /// Too many do.
    Full(Thing),
    /// The threads have ended.
    Ended(Thing),
}

/// What waits, and how much of it may.
pub(super) struct Limits<Thing> {
    /// Things that may wait.
    pub(super) longest_line: usize,
    /// Things that a thread takes at once at most.
    pub(super) most_at_once: usize,
    /// Whether a thing may be taken together with others of which this is true. All others are taken by themselves, so that none of them waits for
    /// another one while a thread has nothing to do.
    pub(super) is_sociable: fn(&Thing) -> bool,
}

struct Line<Thing> {
    limits: Limits<Thing>,
    state: Mutex<LineState<Thing>>,
    changed: Condvar,
}

struct LineState<Thing> {
    waiting: VecDeque<Thing>,
    has_ended: bool,
}

impl<Thing> Line<Thing> {
    fn state(&self) -> MutexGuard<'_, LineState<Thing>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does next; none where nothing waits and nothing will come.
    fn next(&self) -> Option<Vec<Thing>> {
        let mut state = self.state();
        loop {
            if let Some(first) = state.waiting.pop_front() {
                let is_sociable = self.limits.is_sociable;
                let mut things = vec![first];
                while things.len() < self.limits.most_at_once && things.first().is_some_and(is_sociable) {
                    match state.waiting.pop_front_if(|thing| is_sociable(thing)) {
                        Some(thing) => things.push(thing),
                        None => break,
                    }
                }
                return Some(things);
            }
            if state.has_ended {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<Thing: Send + 'static> Threads<Thing> {
    /// Starts a thread for each of `workers`, which are given what waits. None of them may panic: its thread would be gone.
    pub(super) fn start<Worker>(
        name: &str,
        limits: Limits<Thing>,
        workers: impl IntoIterator<Item = Worker>,
    ) -> Result<Self, StoreError>
    where
        Worker: FnMut(Vec<Thing>) + Send + 'static,
    {
        let line = Arc::new(Line {
            limits,
            state: Mutex::new(LineState {
                waiting: VecDeque::new(),
                has_ended: false,
            }),
            changed: Condvar::new(),
        });
        // Made before the threads, so that those which were started end where one more cannot be.
        let mut started = Self {
            line: Arc::clone(&line),
            threads: Mutex::default(),
        };
        for (number, mut worker) in workers.into_iter().enumerate() {
            let line = Arc::clone(&line);
            let thread = thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                while let Some(things) = line.next() {
                    worker(things);
                }
            });
            let threads = started.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
            threads.push(thread.map_err(|error| StoreError::Engine(Box::new(error)))?);
        }
        Ok(started)
    }
}

impl<Thing> Threads<Thing> {
    /// Lets a thing wait, or gives it back where it cannot.
    pub(super) fn take(&self, thing: Thing) -> Result<(), Refused<Thing>> {
        let mut state = self.line.state();
        if state.has_ended {
            return Err(Refused::Ended(thing));
        }
        if state.waiting.len() >= self.line.limits.longest_line {
            return Err(Refused::Full(thing));
        }
        state.waiting.push_back(thing);
        drop(state);
        self.line.changed.notify_one();
        Ok(())
    }
}

impl<Thing> Drop for Threads<Thing> {
    fn drop(&mut self) {
        // The threads finish what waits and end.
        self.line.state().has_ended = true;
        self.line.changed.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last owner of the store may be a thing that waited; a thread cannot wait for itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the store ended with a panic");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn only_what_belongs_together_is_taken_together_and_all_that_waits_is_done() {
        let limits = Limits {
            longest_line: 9,
            most_at_once: 3,
            is_sociable: |number: &u32| number.is_multiple_of(2),
        };
        let (begun, has_begun) = channel();
        let (go_on, goes_on) = channel::<()>();
        let (done, are_done) = channel();
        let worker = move |numbers: Vec<u32>| {
            begun.send(()).unwrap();
            let _goes_on = goes_on.recv();
            done.send(numbers).unwrap();
        };
        let threads = Threads::start("test", limits, [worker]).unwrap();
        // The first holds the thread while the others come.
        assert!(threads.take(1).is_ok());
        has_begun.recv().unwrap();
        for number in [2, 4, 6, 8, 3, 5, 10, 7, 12] {
            assert!(threads.take(number).is_ok());
        }
        assert!(matches!(threads.take(14), Err(Refused::Full(14))));
        drop(go_on);
        drop(threads);
        let done: Vec<Vec<u32>> = are_done.iter().collect();
        let expected: &[&[u32]] = &[&[1], &[2, 4, 6], &[8], &[3], &[5], &[10], &[7], &[12]];
        assert_eq!(done, expected);
    }
}
