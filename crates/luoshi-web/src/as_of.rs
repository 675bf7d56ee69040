//! A past day in an address: `?as_of=2026-06-30&clock=known`. Which pages can show one, their handlers say by asking for a standpoint.

use luoshi_app::Standpoint;
use luoshi_ledger::{AsOf, AsOfClock};

use crate::{
    access::{Anybody, Policy, Visit},
    failure::Failure,
    form::Fields,
};
use luoshi_app::session::SignedIn;

/// The field of the day.
pub(crate) const DAY_FIELD: &str = "as_of";
/// The field of the clock.
pub(crate) const CLOCK_FIELD: &str = "clock";

/// The past day that an address asks for; none where it names none.
fn as_of(fields: &Fields) -> Result<Option<AsOf>, Failure> {
    let day = fields.text(DAY_FIELD);
    if day.is_empty() {
        return Ok(None);
    }
    let clock = match fields.raw(CLOCK_FIELD) {
        "" => AsOfClock::default(),
        word => AsOfClock::from_code(word).ok_or(Failure::NoSuchDay)?,
    };
    let day = day.parse().map_err(|_| Failure::NoSuchDay)?;
    Ok(Some(AsOf { day, clock }))
}

impl<P: Policy<Pass = SignedIn>> Visit<P> {
    /// From where this page is to be made: the present, or the past day of the address.
    pub(crate) async fn standpoint(&self) -> Result<Standpoint<'_>, Failure> {
        Ok(self.app().standpoint(as_of(&self.query())?, Some(self.actor())).await?)
    }
}

impl Visit<Anybody> {
    /// The same for a page that anybody may open.
    pub(crate) async fn public_standpoint(&self) -> Result<Standpoint<'_>, Failure> {
        Ok(self.app().standpoint(as_of(&self.query())?, None).await?)
    }
}

/// Why a thing is not shown: it was not there yet on that day, where there is one now, or there is none.
pub(crate) fn absent(standpoint: &Standpoint<'_>, is_there_now: bool) -> Failure {
    if standpoint.past().is_some() && is_there_now {
        Failure::NotYet
    } else {
        Failure::NotFound
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_and_a_clock_are_read_or_complained_about() {
        let read = |query: &str| as_of(&Fields::of_query(Some(query)));
        let day = |clock| {
            Ok(Some(AsOf {
                day: date(2026, 6, 30),
                clock,
            }))
        };
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("as_of=&clock=true"), Ok(None));
        assert_eq!(read("as_of=2026-06-30"), day(AsOfClock::Known));
        assert_eq!(read("as_of=2026-06-30&clock=known"), day(AsOfClock::Known));
        assert_eq!(read("as_of=2026-06-30&clock=true"), day(AsOfClock::True));
        for query in ["as_of=2026-06-31", "as_of=yesterday", "as_of=2026-06-30&clock=sun"] {
            assert_eq!(read(query), Err(Failure::NoSuchDay), "{query}");
        }
    }
}
