//! A past day to look at the ledger from (截至), and by which of the two clocks. It knows neither today nor any event.

use jiff::{Timestamp, ToSpan, civil::Date, tz::offset};

/// Which instant of an event decides whether it had happened by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AsOfClock {
    /// 按当时所知: what the ledger had been told by the end of that day (`recorded_at`). Nothing that is recorded later changes it.
    #[default]
    Known,
    /// 按事实时间: what is known today to have been true by the end of that day (`effective_at`).
    True,
}

impl AsOfClock {
    /// Both clocks.
    pub const ALL: [AsOfClock; 2] = [AsOfClock::Known, AsOfClock::True];

    /// The stable word of addresses, flags and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            AsOfClock::Known => "known",
            AsOfClock::True => "true",
        }
    }

    /// The clock that a stable word names.
    pub fn from_code(code: &str) -> Option<AsOfClock> {
        AsOfClock::ALL.into_iter().find(|clock| clock.code() == code)
    }
}

/// The end of a day, by one of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AsOf {
    /// The day, which is looked at from its end.
    pub day: Date,
    /// By which clock.
    pub clock: AsOfClock,
}

impl AsOf {
    /// The last instant of the day in China, to the microsecond, as instants are recorded.
    pub fn instant(self) -> Timestamp {
        let midnight = start_in_china(self.day.saturating_add(1.day()));
        midnight.saturating_sub(1.microsecond()).unwrap_or(midnight)
    }
}

/// The first instant of a day in China.
pub fn start_in_china(day: Date) -> Timestamp {
    offset(8).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::period::day_in_china;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        let day = date(2026, 6, 30);
        let as_of = AsOf {
            day,
            clock: AsOfClock::Known,
        };
        assert_eq!(as_of.instant().to_string(), "2026-06-30T15:59:59.999999Z");
        assert_eq!(day_in_china(as_of.instant()), day);
        assert_eq!(day_in_china(start_in_china(day)), day);
    }

    #[test]
    fn the_calendar_has_ends() {
        for day in [Date::MIN, Date::MAX] {
            let as_of = AsOf {
                day,
                clock: AsOfClock::True,
            };
            let _no_panic = as_of.instant();
        }
    }

    #[test]
    fn clocks_are_found_by_their_words() {
        for clock in AsOfClock::ALL {
            assert_eq!(AsOfClock::from_code(clock.code()), Some(clock));
        }
        assert_eq!(AsOfClock::from_code(""), None);
    }
}
