//! How long things took, and how many there were in a second.

use std::time::Duration;

/// What one load came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timings {
    /// How long each took, in microseconds.
    taken: Vec<u64>,
    /// How long all of them took together, from the first beginning to the last end.
    pub(crate) elapsed: Duration,
    /// How many were answered otherwise than they should have been.
    pub(crate) failed: u64,
}

impl Timings {
    /// Notes one.
    pub(crate) fn note(&mut self, taken: Duration) {
        self.taken.push(u64::try_from(taken.as_micros()).unwrap_or(u64::MAX));
    }

    /// Adds what somebody else noted in the same time.
    pub(crate) fn join(&mut self, other: Timings) {
        self.taken.extend(other.taken);
        self.failed += other.failed;
    }

    /// Adds what was noted in a time of its own.
    pub(crate) fn join_later(&mut self, later: Timings) {
        self.elapsed += later.elapsed;
        self.join(later);
    }

    /// How many there were.
    pub(crate) fn count(&self) -> usize {
        self.taken.len()
    }

    /// How many there were in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.taken.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The time, in milliseconds, within which so many of a hundred were done; 0 where there was none.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.taken.sort_unstable();
        let place = (self.taken.len() * percent).div_ceil(100).saturating_sub(1);
        self.taken.get(place).map_or(0.0, |taken| *taken as f64 / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let mut timings = Timings::default();
        assert_eq!(timings.percentile(50), 0.0);
        for milliseconds in (1..=100).rev() {
            timings.note(Duration::from_millis(milliseconds));
        }
        timings.elapsed = Duration::from_secs(4);
        assert_eq!(timings.percentile(50), 50.0);
        assert_eq!(timings.percentile(99), 99.0);
        assert_eq!(timings.percentile(100), 100.0);
        assert_eq!(timings.rate(), 25.0);

        let mut later = Timings::default();
        later.note(Duration::from_millis(300));
        later.elapsed = Duration::from_secs(1);
        timings.join(later.clone());
        assert_eq!((timings.count(), timings.elapsed.as_secs()), (101, 4));
        timings.join_later(later);
        assert_eq!((timings.count(), timings.elapsed.as_secs()), (102, 5));
    }
}
