//! The clock, the randomness and the ids of the site: the only place in the house where any of them is made (law 9).
//!
//! It knows no task and no table. Tests and the demo put their own clock and randomness here.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Somewhere to learn what time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// The time since some moment of this process, which goes on evenly whatever becomes of the clock's setting; none for a clock that only
    /// stands where it is put.
    fn steady(&self) -> Option<Duration> {
        None
    }
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

    fn steady(&self) -> Option<Duration> {
        static BEGUN: OnceLock<Instant> = OnceLock::new();
        Some(BEGUN.get_or_init(Instant::now).elapsed())
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

/// The instant as the database keeps it. A receipt states it as well, and has to say the same.
pub(crate) fn in_whole_microseconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

/// How far the clock may be from where it should be before somebody is told: far more than a clock drifts that is kept.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Reads the clock so that it never runs backwards nor stands still, and makes ids that sort by the time of their making.
pub(crate) struct Moments {
    clock: Box<dyn Clock>,
    randomness: Box<dyn Randomness>,
    latest: Mutex<Latest>,
}

struct Latest {
    instant: Timestamp,
    /// The steady time at which `instant` was given out.
    steady: Option<Duration>,
    /// Whether the clock was found behind and somebody was told.
    is_behind: bool,
    id: u128,
}

impl Latest {
    /// Tells the program's own records when the clock is not where it should be: `gone` after the last instant, where that is known.
    fn tell(&mut self, shown: Timestamp, gone: Option<SignedDuration>) {
        let off = shown.duration_since(self.instant);
        let is_behind = off < -TOLERANCE;
        if is_behind && !self.is_behind {
            tracing::error!(
                %shown, recorded = %self.instant,
                "the clock of this machine is wrong: it is {} s behind what was recorded; set it right and look at what keeps it",
                off.abs().as_secs()
            );
        } else if !is_behind && self.is_behind {
            tracing::info!(%shown, "the clock of this machine has caught up with what was recorded");
        }
        self.is_behind = is_behind;
        if let Some(ahead) = gone.and_then(|gone| off.checked_sub(gone))
            && ahead > TOLERANCE
        {
            tracing::error!(
                %shown, recorded = %self.instant,
                "the clock of this machine was put forward by {} s, or the machine slept; where it is wrong, set it right at once",
                ahead.as_secs()
            );
        }
    }
}

impl Moments {
    /// Starts after `latest`, the last instant that the ledger knows: a clock that was set back must not date a late report early.
    pub(crate) fn new(clock: Box<dyn Clock>, randomness: Box<dyn Randomness>, latest: Timestamp) -> Self {
        Self {
            latest: Mutex::new(Latest {
                instant: latest,
                steady: None,
                is_behind: false,
                id: 0,
            }),
            clock,
            randomness,
        }
    }

    /// The present instant in whole microseconds, as the database keeps them; never before an instant given out earlier.
    ///
    /// A clock that was set back or has stopped is not followed: time goes on from the last instant at half its pace until the clock has
    /// caught up, so that nothing is dated early, no session lasts for ever, and a mistake heals. A clock that was set forward is followed,
    /// since a machine that slept is the usual reason. Either is told.
    pub(crate) fn now(&self) -> Timestamp {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let whole = in_whole_microseconds(now);
        #[cfg(feature = "sabotage")]
        if crate::sabotage::Sabotage::TrustClock.is_on() {
            return whole;
        }
        let steady = self.clock.steady();
        let gone = steady
            .zip(latest.steady)
            .and_then(|(now, before)| SignedDuration::try_from(now.saturating_sub(before)).ok());
        latest.tell(whole, gone);
        let pace = gone
            .and_then(|gone| i64::try_from(gone.as_micros() / 2).ok())
            .unwrap_or(0);
        let due = latest.instant.as_microsecond().saturating_add(pace);
        latest.instant = Timestamp::from_microsecond(due).map_or(whole, |due| due.max(whole));
        latest.steady = steady;
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

    /// A number that nobody can guess.
    pub(crate) fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.randomness.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Thirty-two bytes that nobody can guess.
    pub(crate) fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.randomness.fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A clock and a steady time that are both set by hand.
    #[derive(Clone)]
    struct ByHand(Arc<Mutex<(Timestamp, Duration)>>);

    impl Clock for ByHand {
        fn now(&self) -> Timestamp {
            self.0.lock().unwrap().0
        }

        fn steady(&self) -> Option<Duration> {
            Some(self.0.lock().unwrap().1)
        }
    }

    fn moments(at: i64) -> (ByHand, Moments) {
        let hand = ByHand(Arc::new(Mutex::new((
            Timestamp::from_second(at).unwrap(),
            Duration::ZERO,
        ))));
        let moments = Moments::new(
            Box::new(hand.clone()),
            Box::new(SystemRandomness),
            Timestamp::UNIX_EPOCH,
        );
        (hand, moments)
    }

    #[track_caller]
    fn check(moments: &Moments, hand: &ByHand, shows: i64, steady: u64, expected: i64) {
        *hand.0.lock().unwrap() = (Timestamp::from_second(shows).unwrap(), Duration::from_secs(steady));
        assert_eq!(moments.now().as_second(), expected);
    }

    /// With a clock that was set back by 400 days time stood still, so that sessions lasted for 400 days and reports of all that time were
    /// dated alike.
    #[test]
    fn time_goes_on_while_the_clock_is_behind_and_the_clock_can_catch_up() {
        let (hand, moments) = moments(10_000);
        check(&moments, &hand, 10_000, 0, 10_000);
        check(&moments, &hand, 10_100, 100, 10_100);
        check(&moments, &hand, 9_100, 100, 10_100);
        check(&moments, &hand, 9_300, 300, 10_200);
        // At half the pace an error of a thousand seconds has healed after two thousand.
        check(&moments, &hand, 11_300, 2_300, 11_300);
        // A clock that has stopped.
        check(&moments, &hand, 11_300, 2_500, 11_400);
    }

    #[test]
    fn a_clock_that_was_put_forward_is_followed() {
        let (hand, moments) = moments(10_000);
        check(&moments, &hand, 10_000, 0, 10_000);
        check(&moments, &hand, 20_000, 10, 20_000);
    }
}
