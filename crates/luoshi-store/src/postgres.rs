//! Everything that only PostgreSQL is asked for: connections and what they must be set to, who shares a transaction, its migrations. It knows
//! no noun.
//!
//! Any server that speaks the protocol can be tried; docs/guide/postgresql.md says what is used of it.

pub(crate) mod address;
mod ahead;
pub(crate) mod answer;
pub(crate) mod migration;
mod pipeline;
pub(crate) mod query;
mod readers;
pub(crate) mod session;
mod threads;
mod together;
pub(crate) mod words;
pub(crate) mod writers;

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{
    error::StoreError,
    pending::PendingWrite,
    snapshot::Transaction,
    work::{Announcement, GroupCommits, work},
};
use address::Address;
use readers::Readers;
use session::{Access, Opener, Session};
use words::SharedVault;
use writers::Writers;

/// Reading sessions that are open at most. A reader holds one for a few round trips; the server spends memory on each.
const MOST_READERS: usize = 16;
/// Readers that wait for a session at most. Each of them holds a thread, of which an executor makes five hundred: if a server that hangs could take
/// them all, pages that ask it nothing would stand still with the others.
const MOST_WAITING: usize = 256;
/// How long a reader waits for a session of others. One that is not cut short answers a page in milliseconds.
const PATIENCE_FOR_A_SESSION: Duration = Duration::from_secs(5);

/// A database of PostgreSQL that is open.
pub(crate) struct Postgres {
    writers: Writers,
    readers: Readers,
    pool: Arc<Pool>,
    opener: Arc<Opener>,
}

impl Postgres {
    /// Opens the database at `address`.
    pub(crate) fn open(address: &Address, vault: &SharedVault) -> Result<Self, StoreError> {
        let opener = Arc::new(Opener::new(address, vault)?);
        let pool = Arc::new(Pool::new(Arc::clone(&opener)));
        // Whether the server is there and is what it has to be is found out now and not at the first request.
        off_the_executor(|| pool.read(migration::refuse_newer))?;
        Ok(Self {
            writers: Writers::start(&opener)?,
            readers: Readers::start(&pool)?,
            pool,
            opener,
        })
    }

    /// A session of the caller's own, beside those that write and read for the store.
    pub(crate) fn session(&self) -> Result<Session, StoreError> {
        self.opener.open()
    }

    /// Refuses a database of this schema whose words no key that is kept can open.
    pub(crate) fn refuse_lost_keys(&self) -> Result<(), StoreError> {
        off_the_executor(|| self.pool.read(Session::refuse_lost_keys))
    }

    /// The version of the schema; 0 for an empty database.
    pub(crate) fn schema_version(&self) -> Result<u32, StoreError> {
        off_the_executor(|| self.pool.read(migration::version))
    }

    /// Brings the schema up to the program's.
    pub(crate) fn migrate(&self) -> Result<u32, StoreError> {
        off_the_executor(|| migration::run(&self.opener.open()?))
    }

    /// Hands work to a writer.
    pub(crate) fn write<T, E, Work>(&self, closure: Work, announcement: Option<Announcement>) -> PendingWrite<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        Work: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (work, write) = work(closure, announcement);
        self.writers.take(work);
        write
    }

    /// What it has committed for others so far.
    pub(crate) fn group_commits(&self) -> GroupCommits {
        self.writers.group_commits()
    }

    /// Makes what a server keeps of destroyed keys useless: every other key is wrapped with the key of a new epoch, and those of the epochs
    /// before are destroyed. It can be broken off and begun again.
    pub(crate) fn renew_epoch(&self) -> Result<(), StoreError> {
        off_the_executor(|| {
            let session = self.opener.open()?;
            let epoch = in_transaction(&session, || session.begin_next_epoch())?;
            session.believe_in_epoch(epoch);
            let mut wrapped = Some(Vec::new());
            while let Some(last) = wrapped {
                wrapped = in_transaction(&session, || session.rewrap_some(epoch, &last))?;
            }
            in_transaction(&session, || session.end_epochs_before(epoch))?;
            session.destroy_epochs_before(epoch)
        })
    }

    /// Awaits what `work` reads on a reading session, inside one transaction.
    pub(crate) async fn read_async<T: Send + 'static>(
        &self,
        work: impl FnMut(&Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(work).await
    }

    /// Runs `work` on a reading session, inside one transaction.
    pub(crate) fn read<T>(&self, work: impl FnMut(&Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        off_the_executor(|| self.pool.read(work))
    }
}

/// Runs `work` inside a transaction of a session of its own.
fn in_transaction<T>(session: &Session, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    session.begin(Access::Write)?;
    let outcome = work();
    match &outcome {
        Ok(_) => session.commit()?,
        Err(_) => session.roll_back()?,
    }
    outcome
}

/// Runs something that waits for the server. On a thread of an executor the other tasks of that thread are first handed to another one, or
/// a server that hangs would stop pages that ask it nothing.
fn off_the_executor<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// Sessions that read.
struct Pool {
    opener: Arc<Opener>,
    most_waiting: usize,
    patience: Duration,
    state: Mutex<PoolState>,
    returned: Condvar,
}

#[derive(Default)]
struct PoolState {
    idle: Vec<Session>,
    open: usize,
    waiting: usize,
}

impl PoolState {
    fn has_place(&self) -> bool {
        !self.idle.is_empty() || self.open < MOST_READERS
    }
}

impl Pool {
    fn new(opener: Arc<Opener>) -> Self {
        Self {
            opener,
            most_waiting: MOST_WAITING,
            patience: PATIENCE_FOR_A_SESSION,
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Runs `work` inside a transaction that sees one state of the database.
    fn read<T>(&self, mut work: impl FnMut(&Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lent = Lent {
            pool: self,
            session: self.take()?,
            has_ended: false,
        };
        if let Some(session) = &lent.session {
            let outcome = session.begin(Access::Read).and_then(|()| work(session));
            // A session that lay idle may have been cut in the meantime, which shows with the first question: nothing is known by then, and the work
            // begins anew on another session.
            if !session.was_lost_before() {
                return lent.end(outcome);
            }
        }
        lent.session = None;
        let session = lent.session.insert(self.opener.open()?);
        let outcome = session.begin(Access::Read).and_then(|()| work(session));
        lent.end(outcome)
    }

    /// A session that lies idle, or none where one more may be opened.
    fn take(&self) -> Result<Option<Session>, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.has_place() {
            if state.waiting >= self.most_waiting {
                tracing::warn!("too many readers wait for the database server");
                return Err(StoreError::Unavailable);
            }
            state.waiting += 1;
            let waited = self
                .returned
                .wait_timeout_while(state, self.patience, |state| !state.has_place());
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        if let Some(session) = state.idle.pop() {
            return Ok(Some(session));
        }
        if state.open < MOST_READERS {
            state.open += 1;
            return Ok(None);
        }
        tracing::warn!("no reader has given its session back in time");
        Err(StoreError::Unavailable)
    }
}

/// A place among the reading sessions that finds its way back, also when the reader panics.
struct Lent<'p> {
    pool: &'p Pool,
    session: Option<Session>,
    /// Whether the transaction of the session has ended; where the reader has panicked it has not.
    has_ended: bool,
}

impl Lent<'_> {
    /// Ends the transaction of its session. A reader has nothing to commit; a session that cannot end its transaction is not used again.
    fn end<T>(mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        self.has_ended = self.session.as_ref().is_some_and(|session| session.end().is_ok());
        outcome
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        match self.session.take() {
            Some(session) if self.has_ended && session.is_clean() => state.idle.push(session),
            // It may still be inside a transaction, so it is closed, and another one is opened when it is needed.
            _ => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc::channel, thread};

    use luoshi_equipment::postgres::Server;

    use super::{ahead::tests::NoVault, *};

    /// Were they not refused, readers of a server that hangs would take the threads of pages that ask it nothing.
    #[test]
    fn readers_wait_in_a_short_line_and_not_for_ever() {
        let Some(server) = Server::shared("readers that wait for PostgreSQL") else {
            return;
        };
        let address = server.database().parse().unwrap();
        let opener = Opener::new(&address, &SharedVault(Arc::new(NoVault))).unwrap();
        let pool = Pool {
            most_waiting: 1,
            patience: Duration::from_secs(60),
            ..Pool::new(Arc::new(opener))
        };
        let version = || pool.read(migration::version);
        let waiting = || pool.state.lock().unwrap().waiting;
        thread::scope(|scope| {
            let (tell, told) = channel();
            let mut gates = Vec::new();
            for _ in 0..MOST_READERS {
                let (gate, closed) = channel::<()>();
                let (pool, tell) = (&pool, tell.clone());
                gates.push(gate);
                scope.spawn(move || {
                    pool.read(|_| {
                        tell.send(()).unwrap();
                        let _opened = closed.recv();
                        Ok(())
                    })
                });
            }
            (0..MOST_READERS).for_each(|_| told.recv().unwrap());

            let first = scope.spawn(version);
            while waiting() == 0 {
                thread::yield_now();
            }
            let second = scope.spawn(version);
            while !second.is_finished() && waiting() == 1 {
                thread::yield_now();
            }
            let most = waiting();
            gates.pop();
            assert_eq!(first.join().unwrap().unwrap(), 0, "a session came back");
            let second = second.join().unwrap();
            assert_eq!(most, 1, "the line was full");
            assert!(matches!(second, Err(StoreError::Unavailable)), "{second:?}");
        });
        assert_eq!(version().unwrap(), 0);
        let state = pool.state.lock().unwrap();
        assert_eq!(
            (state.idle.len(), state.open, state.waiting),
            (MOST_READERS, MOST_READERS, 0)
        );
    }
}
