//! The days of the demo: when its plan was issued and which months it has reports for, whatever day it is today.
//!
//! It asks no clock; the present instant is an argument.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday, date},
};
use luoshi_ledger::period::Period;
use luoshi_ledger::period::day_in_china;

/// Days from the adoption of the plan to its issue.
const DAYS_TO_ISSUE: i32 = 5;
/// Days that a plan has been under way where its year has hardly begun.
const SHORTEST_HISTORY: i32 = 35;

/// When what happens in the demo.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    /// The present instant; nothing in the history is later.
    pub(crate) now: Timestamp,
    /// The day in China.
    pub(crate) today: Date,
    /// The year of the plan.
    pub(crate) year: i16,
    /// The day on which the document came in.
    pub(crate) begin: Date,
    /// The day on which the plan was issued.
    pub(crate) issued: Date,
}

/// The year of a plan that has some months of history now: this year's from June on, else last year's.
pub(crate) fn year_with_history(now: Timestamp) -> i16 {
    let today = day_in_china(now);
    if today.month() >= 6 {
        today.year()
    } else {
        today.year() - 1
    }
}

impl Calendar {
    /// The days of a plan for `year`: issued at the beginning of March where that has passed, else as early as the year allows.
    pub(crate) fn new(now: Timestamp, year: i16) -> Self {
        let today = day_in_china(now);
        let usual = date(year, 2, 24);
        let begin = if today >= usual.saturating_add(SHORTEST_HISTORY.days()) {
            usual
        } else if today.year() == year {
            today.saturating_sub(SHORTEST_HISTORY.days()).max(date(year, 1, 1))
        } else {
            // A plan for a year that has not begun is issued and nothing more: no month of its year can be reported on.
            today.saturating_sub((DAYS_TO_ISSUE + 2).days())
        };
        let room = begin.until(today).map_or(0, |span| span.get_days());
        let issued = begin.saturating_add(room.min(DAYS_TO_ISSUE).days());
        Self {
            now,
            today,
            year,
            begin,
            issued,
        }
    }

    /// The instant of a time of day in China, or the present one where that is earlier.
    pub(crate) fn at(&self, day: Date, hour: i8, minute: i8) -> Timestamp {
        let wanted = jiff::tz::offset(8)
            .to_timestamp(day.at(hour, minute, 0, 0))
            .unwrap_or(self.now);
        wanted.min(self.now)
    }

    /// The months that reports are owed for: from the issue to the present one, at most to the end of the plan's year.
    pub(crate) fn periods(&self) -> Vec<Period> {
        let last = Period::of(self.today.min(date(self.year, 12, 31)));
        let mut period = Period::of(self.issued.max(date(self.year, 1, 1)));
        let mut periods = Vec::new();
        while period <= last {
            periods.push(period);
            period = period.next();
        }
        periods
    }

    /// How far a task is planned to be on `day`, in whole percent: spread evenly from the issue of the plan to the deadline, as the light
    /// does it.
    pub(crate) fn planned(&self, due: Date, day: Date) -> u8 {
        let days = |from: Date, to: Date| from.until(to).map_or(0, |span| i64::from(span.get_days()));
        let percent = days(self.issued, day).max(0) * 100 / days(self.issued, due).max(1);
        u8::try_from(percent.clamp(0, 100)).unwrap_or(100)
    }
}

/// The working day at or near `day`: people do not file reports on Saturdays and Sundays.
pub(crate) fn working_day(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day.saturating_sub(1.day()),
        Weekday::Sunday => day.saturating_add(1.day()),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> Timestamp {
        format!("{day}T03:00:00Z").parse().unwrap()
    }

    #[test]
    fn the_fictional_plan_always_has_months_of_history() {
        let mut day = date(2026, 1, 1);
        while day < date(2029, 1, 1) {
            let now = on(&day.to_string());
            let calendar = Calendar::new(now, year_with_history(now));
            let months = calendar.periods().len();
            assert!((3..=11).contains(&months), "{day}: {months}");
            day = day.saturating_add(1.day());
        }
    }

    #[test]
    fn nothing_happens_in_the_future() {
        for (today, year) in [
            ("2026-11-23", 2026),
            ("2026-01-01", 2026),
            ("2026-02-10", 2026),
            ("2026-11-23", 2019),
            ("2026-11-23", 2030),
        ] {
            let calendar = Calendar::new(on(today), year);
            assert!(calendar.begin <= calendar.issued, "{today} {year}");
            assert!(calendar.issued <= calendar.today, "{today} {year}");
            assert!(calendar.at(calendar.today, 23, 59) <= calendar.now);
        }
        assert!(Calendar::new(on("2026-11-23"), 2030).periods().is_empty());
    }

    #[test]
    fn planned_progress_runs_from_the_issue_to_the_deadline() {
        let calendar = Calendar::new(on("2026-11-23"), 2026);
        assert_eq!(calendar.issued, date(2026, 3, 1));
        assert_eq!(calendar.planned(date(2026, 12, 31), date(2026, 3, 1)), 0);
        assert_eq!(calendar.planned(date(2026, 12, 31), date(2026, 8, 1)), 50);
        assert_eq!(calendar.planned(date(2026, 6, 30), date(2026, 8, 1)), 100);
    }
}
