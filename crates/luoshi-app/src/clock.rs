//! The clock, the randomness and the ids of the site: the only place in the house where any of them is made (law 9).
//!
//! It knows no task and no table. Tests and the demo put their own clock and randomness here.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

/// Somewhere to learn what time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Somewhere to get bytes that nobody can guess.
pub trait Randomness: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's own randomness: a generator seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the randomness that everything else is given"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// A clock that stands where it is put. The demo writes half a year with it; tests use it throughout.
#[derive(Debug)]
pub struct SetClock {
    now: Mutex<Timestamp>,
}

impl SetClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Puts it to `now`.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the clock so that it never runs backwards, and makes ids that sort by the time of their making.
pub(crate) struct Moments {
    clock: Box<dyn Clock>,
    randomness: Box<dyn Randomness>,
    latest: Mutex<Latest>,
}

struct Latest {
    instant: Timestamp,
    id: u128,
}

impl Moments {
    /// Starts after `latest`, the last instant that the ledger knows: a clock that was set back must not date a late report early.
    pub(crate) fn new(clock: Box<dyn Clock>, randomness: Box<dyn Randomness>, latest: Timestamp) -> Self {
        Self {
            clock,
            randomness,
            latest: Mutex::new(Latest { instant: latest, id: 0 }),
        }
    }

    /// The present instant in whole microseconds, as the database keeps them; never before an instant given out earlier.
    pub(crate) fn now(&self) -> Timestamp {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let whole = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        #[cfg(feature = "sabotage")]
        if crate::sabotage::Sabotage::TrustClock.is_on() {
            return whole;
        }
        latest.instant = latest.instant.max(whole);
        latest.instant
    }

    /// A version 7 UUID (RFC 9562) greater than every one given out earlier by this process.
    pub(crate) fn id(&self) -> Uuid {
        let now = self.now();
        let mut random = [0; 10];
        self.randomness.fill(&mut random);
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let candidate = uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid();
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.id = candidate.as_u128().max(latest.id + 1);
        Uuid::from_u128(latest.id)
    }

    /// Makes every later id greater than `id`, which another process may have made.
    pub(crate) fn continue_after(&self, id: Uuid) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.id = latest.id.max(id.as_u128());
    }

    /// Thirty-two bytes that nobody can guess.
    pub(crate) fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.randomness.fill(&mut bytes);
        bytes
    }
}
