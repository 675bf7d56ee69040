//! The answer to a write that is still on its way: to be awaited or waited for.
//!
//! It is a value that one thread leaves and another one takes, on any executor or none; it runs nothing.

use std::{
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::error::WriteError;

enum State<T, E> {
    Waiting(Option<Waker>),
    Answered(Result<T, WriteError<E>>),
    Taken,
}

struct Shared<T, E> {
    state: Mutex<State<T, E>>,
    answered: Condvar,
}

impl<T, E> Shared<T, E> {
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A write that was handed to the store. It happens whether or not anybody awaits this.
#[must_use = "the outcome of a write is known only by awaiting it"]
pub struct PendingWrite<T, E> {
    shared: Arc<Shared<T, E>>,
}

/// Whoever owes the answer. Dropped without one, it answers that the fate of the write is unknown.
pub(crate) struct Answer<T, E> {
    shared: Arc<Shared<T, E>>,
}

/// A question and its answer's place.
pub(crate) fn pending<T, E>() -> (Answer<T, E>, PendingWrite<T, E>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State::Waiting(None)),
        answered: Condvar::new(),
    });
    (
        Answer {
            shared: Arc::clone(&shared),
        },
        PendingWrite { shared },
    )
}

impl<T, E> Answer<T, E> {
    /// Gives the answer.
    pub(crate) fn give(self, outcome: Result<T, WriteError<E>>) {
        self.settle(outcome);
    }

    fn settle(&self, outcome: Result<T, WriteError<E>>) {
        let mut state = self.shared.lock();
        if let State::Waiting(waker) = &mut *state {
            let waker = waker.take();
            *state = State::Answered(outcome);
            drop(state);
            self.shared.answered.notify_all();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl<T, E> Drop for Answer<T, E> {
    fn drop(&mut self) {
        self.settle(Err(WriteError::Unavailable));
    }
}

impl<T, E> PendingWrite<T, E> {
    /// A write that was answered at once.
    pub(crate) fn answered(outcome: Result<T, WriteError<E>>) -> Self {
        let (answer, pending) = pending();
        answer.give(outcome);
        pending
    }

    /// Blocks the thread until the write is durable or refused. Not for the threads of an executor.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn wait(self) -> Result<T, WriteError<E>> {
        let mut state = self.shared.lock();
        loop {
            match std::mem::replace(&mut *state, State::Taken) {
                State::Answered(outcome) => return outcome,
                State::Taken => return Err(WriteError::Unavailable),
                waiting @ State::Waiting(_) => {
                    *state = waiting;
                    state = self.shared.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl<T, E> Future for PendingWrite<T, E> {
    type Output = Result<T, WriteError<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.shared.lock();
        match std::mem::replace(&mut *state, State::Taken) {
            State::Answered(outcome) => Poll::Ready(outcome),
            State::Taken => Poll::Ready(Err(WriteError::Unavailable)),
            State::Waiting(_) => {
                *state = State::Waiting(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::atomic::AtomicUsize, task::Wake};

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }

    #[test]
    fn wakes_whoever_awaits_it() {
        let (answer, write) = pending::<u8, ()>();
        let counter = Arc::new(Counter::default());
        let waker = Waker::from(Arc::clone(&counter));
        let mut write = pin!(write);
        assert!(write.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        answer.give(Ok(7));
        assert_eq!(counter.0.load(std::sync::atomic::Ordering::SeqCst), 1);
        assert!(matches!(
            write.as_mut().poll(&mut Context::from_waker(&waker)),
            Poll::Ready(Ok(7))
        ));
    }

    #[test]
    fn an_answer_that_never_comes_is_unavailable() {
        let (answer, write) = pending::<u8, ()>();
        let waiting = std::thread::spawn(move || write.wait());
        drop(answer);
        assert!(matches!(waiting.join().unwrap(), Err(WriteError::Unavailable)));
    }
}
