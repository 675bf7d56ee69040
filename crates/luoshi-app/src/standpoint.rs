//! From where the ledger is looked at: as it stands, or from the end of a past day (截至). Queries are asked of a standpoint, so a page, an
//! export and the open data of a past day are made by the same code as those of today.
//!
//! A past day is played from the events into a ledger of its own. That takes as long as the record is long, so it is done once for all who
//! ask, one at a time, on a thread that answers no request; a few of them are kept for a few minutes. It decides no permission: the
//! queries do, for whoever asks now.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use luoshi_ledger::{Actor, AsOf, AsOfClock, erasure::ErasureCount};
use luoshi_store::{Scratch, Snapshot, StoreError};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::{error::AppError, site::App};

/// Past days that are kept. Each takes about as much of the disk as the database.
const MOST_KEPT: usize = 4;
/// How long a past day is kept after it was made. By the clock of truth it knows nothing that was recorded since.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(10);
/// Past days that wait for their turn, the one that is being made included; further ones are asked to come back.
const MOST_WAITING: usize = 16;
/// Past days that people who are not signed in may have made in the time for which one is kept: making one takes a processor for as long as
/// the record is long, and strangers must not keep it busy for ever.
const MOST_OF_STRANGERS: usize = 6;
/// How long a request waits for a past day before it is asked to come back. The day is made meanwhile.
const PATIENCE: Duration = Duration::from_secs(8);

/// From where the ledger is looked at.
pub struct Standpoint<'a> {
    pub(crate) app: &'a App,
    past: Option<Arc<Past>>,
}

/// A past day that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastDay {
    /// Which day, by which clock.
    pub as_of: AsOf,
    /// When it was made from the record.
    pub made_at: Timestamp,
}

impl PastDay {
    /// Until when what is shown had become true.
    pub fn true_until(self) -> Timestamp {
        self.as_of.instant()
    }

    /// Until when what is shown had become known.
    pub fn known_until(self) -> Timestamp {
        match self.as_of.clock {
            AsOfClock::Known => self.as_of.instant(),
            AsOfClock::True => self.made_at,
        }
    }
}

/// Which past day is shown, as data say it: the day, its clock, and the instants up to which anything counts.
#[derive(Serialize)]
pub(crate) struct OpenAsOf {
    day: String,
    clock: &'static str,
    true_until: String,
    known_until: String,
}

impl OpenAsOf {
    pub(crate) fn of(past: PastDay) -> Self {
        Self {
            day: past.as_of.day.to_string(),
            clock: past.as_of.clock.code(),
            true_until: past.true_until().to_string(),
            known_until: past.known_until().to_string(),
        }
    }
}

struct Past {
    day: PastDay,
    /// What had been erased before it was made: whatever was erased since may still be in it.
    erasures: Vec<ErasureCount>,
    scratch: Scratch,
}

/// The past days that are kept, and the turn in which new ones are made.
pub(crate) struct Pasts {
    kept: Mutex<Vec<Arc<Past>>>,
    turn: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// When days were made for people who are not signed in.
    of_strangers: Mutex<Vec<Timestamp>>,
}

impl Pasts {
    pub(crate) fn new() -> Self {
        Self {
            kept: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
            waiting: Arc::default(),
            of_strangers: Mutex::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Past>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of what is too old or holds words that were erased since, and finds a past day.
    fn find(&self, as_of: AsOf, now: Timestamp, erasures: &[ErasureCount]) -> Option<Arc<Past>> {
        let mut kept = self.kept();
        kept.retain(|past| now.duration_since(past.day.made_at) <= KEPT_FOR && past.erasures == erasures);
        kept.iter().find(|past| past.day.as_of == as_of).cloned()
    }

    /// Whether one more day may be made for a stranger; it is counted then.
    fn admit_stranger(&self, now: Timestamp) -> bool {
        let mut made = self.of_strangers.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|at| now.duration_since(*at) <= KEPT_FOR);
        let admitted = made.len() < MOST_OF_STRANGERS;
        if admitted {
            made.push(now);
        }
        admitted
    }

    fn keep(&self, past: &Arc<Past>) {
        let mut kept = self.kept();
        // In the order in which they were made; whoever reads the oldest one still has it.
        while kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(past));
    }
}

/// A place among those who wait, given back however the waiting ends.
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl App {
    /// The ledger as it stands.
    pub fn present(&self) -> Standpoint<'_> {
        Standpoint { app: self, past: None }
    }

    /// The ledger as it stands, or at the end of a past day, for a person or for anybody. The day that is not over yet is the present.
    ///
    /// # Errors
    /// [`AppError::FutureDay`] for a day to come; [`AppError::Preparing`] while the day is made for longer than a request waits, or too
    /// many wait already; and when the store fails.
    pub async fn standpoint(
        self: &Arc<Self>,
        as_of: Option<AsOf>,
        actor: Option<&Actor>,
    ) -> Result<Standpoint<'_>, AppError> {
        let Some(as_of) = self.past_day(as_of)? else {
            return Ok(self.present());
        };
        if let Some(past) = self.kept_past(as_of)? {
            return Ok(Standpoint {
                app: self,
                past: Some(past),
            });
        }
        let waiting = Waiting(Arc::clone(&self.pasts.waiting));
        if waiting.0.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            return Err(AppError::Preparing);
        }
        if actor.is_none() && !self.pasts.admit_stranger(self.now()) {
            return Err(AppError::Preparing);
        }
        let app = Arc::clone(self);
        // A task of its own: a visitor who goes away, or whose patience ends, does not undo the work of those who stay.
        let making = tokio::spawn(async move {
            // Held until the day is made, also when nobody waits for it any more, so that the work that waits is bounded and not the requests.
            let _waiting = waiting;
            let _turn = Arc::clone(&app.pasts.turn)
                .acquire_owned()
                .await
                .map_err(AppError::internal)?;
            if let Some(past) = app.kept_past(as_of)? {
                return Ok(past);
            }
            let maker = Arc::clone(&app);
            let past = tokio::task::spawn_blocking(move || maker.make_past(as_of, &mut |_, _| {}))
                .await
                .map_err(AppError::internal)??;
            app.pasts.keep(&past);
            // Words may have been erased while it was made.
            app.kept_past(as_of)?.ok_or(AppError::Preparing)
        });
        let past = match tokio::time::timeout(PATIENCE, making).await {
            Ok(made) => made.map_err(AppError::internal)??,
            Err(_) => return Err(AppError::Preparing),
        };
        Ok(Standpoint {
            app: self,
            past: Some(past),
        })
    }

    /// The same for a command line, which waits as long as it takes and keeps nothing. `progress` hears how many of how many events are
    /// done.
    ///
    /// # Errors
    /// [`AppError::FutureDay`] for a day to come, and when the store fails.
    pub fn standpoint_at_once(
        &self,
        as_of: Option<AsOf>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Standpoint<'_>, AppError> {
        let past = match self.past_day(as_of)? {
            Some(as_of) => Some(self.make_past(as_of, progress)?),
            None => None,
        };
        Ok(Standpoint { app: self, past })
    }

    /// A past day that was made before and is still good.
    fn kept_past(&self, as_of: AsOf) -> Result<Option<Arc<Past>>, AppError> {
        // Another process may have erased words, so the store is asked and not this one's memory.
        let erasures = self.store.read(|snapshot| snapshot.erasure_counts())?;
        Ok(self.pasts.find(as_of, self.now(), &erasures))
    }

    fn past_day(&self, as_of: Option<AsOf>) -> Result<Option<AsOf>, AppError> {
        let today = self.today();
        match as_of {
            Some(as_of) if as_of.day > today => Err(AppError::FutureDay),
            Some(as_of) if as_of.day < today => Ok(Some(as_of)),
            _ => Ok(None),
        }
    }

    fn make_past(&self, as_of: AsOf, progress: &mut dyn FnMut(u64, u64)) -> Result<Arc<Past>, AppError> {
        // Taken before the record is read: what is recorded or erased meanwhile may or may not be in it.
        let made_at = self.now();
        let erasures = self.store.read(|snapshot| snapshot.erasure_counts())?;
        let scratch = self.store.past(&self.folder.scratch(), as_of, progress)?;
        Ok(Arc::new(Past {
            day: PastDay { as_of, made_at },
            erasures,
            scratch,
        }))
    }
}

impl Standpoint<'_> {
    /// The day whose lights are shown.
    pub fn today(&self) -> Date {
        self.past().map_or_else(|| self.app.today(), |past| past.as_of.day)
    }

    /// The past day that is shown; none for the present.
    pub fn past(&self) -> Option<PastDay> {
        self.past.as_ref().map(|past| past.day)
    }

    pub(crate) fn read<T>(&self, work: impl FnMut(&Snapshot<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.past {
            Some(past) => past.scratch.read(work),
            None => self.app.store.read(work),
        }
    }
}
