//! 未报清单: which bodies owe a report of a month and have not handed it in, to be printed or rung up.

use std::collections::BTreeMap;

use askama::Template;
use jiff::civil::Date;
use luoshi_ledger::{ids::PlanId, period::Period, plan::Plan};

use super::{home::Owed, show};
use crate::{
    access::{Supervisor, Visit},
    at::At,
    failure::{Answer, Failure},
    frame::{Frame, Place},
    urls,
};

#[derive(Template)]
#[template(path = "missing/missing.html")]
pub(crate) struct MissingPage {
    pub(crate) frame: Frame,
    pub(crate) plan: Plan,
    pub(crate) period: Period,
    pub(crate) periods: Vec<Period>,
    pub(crate) today: Date,
    /// By body, those that owe most first.
    pub(crate) bodies: Vec<(String, Vec<Owed>)>,
    pub(crate) total: usize,
}

impl MissingPage {
    fn is_chosen(&self, period: &Period) -> bool {
        self.period == *period
    }
}

/// Who has not reported for a month.
pub(crate) async fn show_missing(visit: Visit<Supervisor>, At(id): At<PlanId>) -> Answer {
    let app = visit.app();
    let plan = app.plan(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let periods = app.periods_of(&plan);
    let today = app.today();
    let period = match visit.query().raw("period") {
        "" => periods.first().copied().unwrap_or(Period::of(today)),
        text => text.parse().map_err(|_| Failure::NotFound)?,
    };
    let duties = app.missing(visit.actor(), id, period)?.unwrap_or_default();
    let total = duties.len();
    let mut by_body: BTreeMap<String, Vec<Owed>> = BTreeMap::new();
    for duty in duties {
        by_body
            .entry(duty.organisation_name.clone())
            .or_default()
            .push(Owed::of(duty, today));
    }
    let mut bodies: Vec<(String, Vec<Owed>)> = by_body.into_iter().collect();
    bodies.sort_by_key(|(_, owed)| std::cmp::Reverse(owed.len()));
    show(&MissingPage {
        frame: visit
            .frame(Place::Ledger)
            .under("ledgers", urls::LEDGERS)
            .under_named(plan.title.clone(), urls::ledger(&id))
            .headed("missing"),
        plan,
        period,
        periods,
        today,
        bodies,
        total,
    })
}
