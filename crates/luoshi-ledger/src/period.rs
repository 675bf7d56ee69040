//! The month that a report is about. It knows nothing of today.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan, civil::Date, tz::offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar month, written `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first: Date,
}

/// The day in China at `instant`. China has kept one standard time, eight hours ahead of UTC and without summer time, since 1991.
pub fn day_in_china(instant: Timestamp) -> Date {
    offset(8).to_datetime(instant).date()
}

/// A text that is not of the form `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month of the form 2026-03")]
pub struct ParsePeriodError;

impl Period {
    /// The month that `date` falls in.
    pub fn of(date: Date) -> Self {
        Self {
            first: date.first_of_month(),
        }
    }

    /// The first day.
    pub fn first_day(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    /// The day of the month by which its report is due: `report_day`, or the last day of a shorter month.
    pub fn due_day(self, report_day: u8) -> Date {
        let wanted = i8::try_from(report_day)
            .unwrap_or(i8::MAX)
            .clamp(1, self.first.days_in_month());
        self.first.with().day(wanted).build().unwrap_or(self.last_day())
    }

    /// The month after this one; the last month that the calendar knows is followed by itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            first: self.first.saturating_add(1.month()).first_of_month(),
        }
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        Self {
            first: self.first.saturating_sub(1.month()).first_of_month(),
        }
    }

    /// The instant at which the month is over in China.
    pub fn ends_at(self) -> Timestamp {
        let midnight = self.last_day().saturating_add(1.day()).at(0, 0, 0, 0);
        offset(8).to_timestamp(midnight).unwrap_or(Timestamp::MAX)
    }

    /// Year, as in 2026.
    pub fn year(self) -> i16 {
        self.first.year()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> i8 {
        self.first.month()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month) = text.split_once('-').ok_or(ParsePeriodError)?;
        let is_digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(year, 4) || !is_digits(month, 2) {
            return Err(ParsePeriodError);
        }
        let year = year.parse().map_err(|_| ParsePeriodError)?;
        let month = month.parse().map_err(|_| ParsePeriodError)?;
        Date::new(year, month, 1)
            .map(|first| Self { first })
            .map_err(|_| ParsePeriodError)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_day_stays_inside_a_short_month() {
        let february: Period = "2026-02".parse().unwrap();
        assert_eq!(february.due_day(31).to_string(), "2026-02-28");
        assert_eq!(february.due_day(25).to_string(), "2026-02-25");
        assert_eq!(february.due_day(0).to_string(), "2026-02-01");
    }

    #[test]
    fn months_follow_each_other_over_the_year() {
        let december: Period = "2026-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2027-01");
        assert_eq!(december.next().previous(), december);
    }

    #[test]
    fn ends_at_midnight_in_china() {
        let december: Period = "2026-12".parse().unwrap();
        assert_eq!(december.ends_at().to_string(), "2026-12-31T16:00:00Z");
        assert_eq!(day_in_china(december.ends_at()).to_string(), "2027-01-01");
    }

    #[test]
    fn refuses_other_forms() {
        for text in [
            "2026-13", "26-01", "2026-1", "2026", "", "2026-00", "+026-01", "2026-+1",
        ] {
            assert_eq!(text.parse::<Period>(), Err(ParsePeriodError), "{text}");
        }
    }
}
