//! Threads that stand in one line for what is to be done. What they do, and what they keep for it, is not known here.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use crate::error::StoreError;

/// The handles of threads that take what waits, each one thing at a time. Dropping them waits until nothing waits any more.
pub(super) struct Threads<Thing> {
    queue: Option<SyncSender<Thing>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl<Thing: Send + 'static> Threads<Thing> {
    /// Starts a thread for each of `workers`, which are given what waits; `longest_queue` things may. None of them may panic: its thread would be gone.
    pub(super) fn start<Worker>(
        name: &str,
        longest_queue: usize,
        workers: impl IntoIterator<Item = Worker>,
    ) -> Result<Self, StoreError>
    where
        Worker: FnMut(Thing) + Send + 'static,
    {
        let (sender, receiver) = sync_channel(longest_queue);
        let queue = Arc::new(Mutex::new(receiver));
        let threads = workers
            .into_iter()
            .enumerate()
            .map(|(number, mut worker)| {
                let queue = Arc::clone(&queue);
                thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                    loop {
                        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(thing) = next else { return };
                        worker(thing);
                    }
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| StoreError::Engine(Box::new(error)))?;
        Ok(Self {
            queue: Some(sender),
            threads: Mutex::new(threads),
        })
    }

    /// Puts a thing into the queue, or gives it back where there is no place.
    pub(super) fn take(&self, thing: Thing) -> Result<(), TrySendError<Thing>> {
        match &self.queue {
            Some(queue) => queue.try_send(thing),
            None => Err(TrySendError::Disconnected(thing)),
        }
    }
}

impl<Thing> Drop for Threads<Thing> {
    fn drop(&mut self) {
        // Without a sender the threads finish what waits and end.
        drop(self.queue.take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last owner of the store may be a thing that waited; a thread cannot wait for itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the store ended with a panic");
            }
        }
    }
}
