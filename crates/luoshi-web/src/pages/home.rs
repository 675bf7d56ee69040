//! 首页 and 待办: what needs the reader now, with due dates.

use askama::Template;
use jiff::civil::Date;
use luoshi_ledger::{
    actor::Role,
    light::Colour,
    period::Period,
    view::{Duty, LedgerFilter, LightCounts, PlanSummary, ReportView},
};

use super::{lead_to, show as show_page};
use crate::{
    access::{Anybody, Clerk, Visit},
    failure::{Answer, Failure},
    frame::{Frame, Place},
    urls,
};

/// How many rows of a list the first page shows before it leads to the whole list.
const GLANCE: usize = 8;

/// A plan as the supervision office sees it at a glance.
pub(crate) struct PlanGlance {
    pub(crate) plan: PlanSummary,
    pub(crate) counts: LightCounts,
    pub(crate) missing: Vec<MissingGlance>,
}

/// How many reports of a month have not come in.
pub(crate) struct MissingGlance {
    pub(crate) period: Period,
    pub(crate) count: usize,
}

impl PlanGlance {
    pub(crate) fn lights(&self) -> [(Colour, u32); 5] {
        self.counts.by_colour()
    }

    fn light_address(&self, colour: &Colour) -> String {
        format!("{}?light={}", urls::ledger(&self.plan.id), colour.code())
    }
}

/// A report that is owed, with what it looks like today.
pub(crate) struct Owed {
    pub(crate) duty: Duty,
    /// Days until it is due; negative once it is late.
    pub(crate) days_left: i32,
}

impl Owed {
    pub(crate) fn of(duty: Duty, today: Date) -> Self {
        Self {
            days_left: duty.due.since(today).map_or(0, |span| span.get_days()),
            duty,
        }
    }

    /// Whether the clerk has to do something about it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.duty.state, None | Some("returned"))
    }

    pub(crate) fn is_late(&self) -> bool {
        self.is_open() && self.days_left < 0
    }

    pub(crate) fn days_late(&self) -> u32 {
        self.days_left.unsigned_abs()
    }

    pub(crate) fn state(&self) -> &'static str {
        self.duty.state.unwrap_or("none")
    }

    /// Where the clerk goes: to the form while it is open, to the report once it is in.
    fn address(&self) -> String {
        urls::report_form_for(&self.duty.task, &self.duty.period)
    }
}

#[derive(Template)]
#[template(path = "home/home.html")]
pub(crate) struct HomePage {
    pub(crate) frame: Frame,
    pub(crate) today: Date,
    /// For a clerk: what is still to be done; none for others.
    pub(crate) owed: Option<Vec<Owed>>,
    /// For a clerk: how many of this month's reports are handed in.
    pub(crate) handed_in: usize,
    /// For a head: what waits for approval.
    pub(crate) approvals: Option<Vec<ReportView>>,
    /// For the supervision office: what waits for verification.
    pub(crate) verifications: Option<Vec<ReportView>>,
    pub(crate) plans: Vec<PlanGlance>,
}

impl HomePage {
    fn glance<'a, T>(&self, list: &'a [T]) -> &'a [T] {
        &list[..list.len().min(GLANCE)]
    }

    fn is_cut<T>(&self, list: &[T]) -> bool {
        list.len() > GLANCE
    }
}

/// The first page: the reader's own work. Whoever is not signed in comes to the form for it, which also leads to what is public.
pub(crate) async fn show(visit: Visit<Anybody>) -> Answer {
    let Some(signed_in) = visit.visitor().signed_in.clone() else {
        return Ok(lead_to(urls::SIGN_IN));
    };
    if signed_in.must_change_password {
        return Err(Failure::PasswordFirst);
    }
    let (app, actor) = (visit.app(), &signed_in.actor);
    let today = app.today();
    let mut handed_in = 0;
    let owed = if actor.has(Role::Clerk) {
        let mut owed: Vec<Owed> = app
            .duties(actor)?
            .into_iter()
            .map(|duty| Owed::of(duty, today))
            .collect();
        handed_in = owed.iter().filter(|owed| !owed.is_open()).count();
        owed.retain(Owed::is_open);
        Some(owed)
    } else {
        None
    };
    let approvals = actor
        .has(Role::Head)
        .then(|| app.awaiting_approval(actor))
        .transpose()?;
    let mut plans = Vec::new();
    let mut verifications = None;
    if actor.has(Role::Supervisor) {
        verifications = Some(app.awaiting_verification(actor)?);
        for plan in app.plans(actor)? {
            plans.push(glance_at(&visit, &signed_in.actor, plan)?);
        }
    }
    show_page(&HomePage {
        frame: visit.frame(Place::Home).headed("home"),
        today,
        owed,
        handed_in,
        approvals,
        verifications,
        plans,
    })
}

fn glance_at(
    visit: &Visit<Anybody>,
    actor: &luoshi_ledger::Actor,
    summary: PlanSummary,
) -> Result<PlanGlance, Failure> {
    let app = visit.app();
    // One row is enough: the counts are over the whole plan whatever the page.
    let filter = LedgerFilter {
        limit: Some(1),
        ..LedgerFilter::default()
    };
    let page = app.ledger(actor, summary.id, &filter)?.ok_or(Failure::NotFound)?;
    let mut missing = Vec::new();
    for period in app.periods_of(&page.plan).into_iter().take(2) {
        if let Some(duties) = app.missing(actor, summary.id, period)? {
            missing.push(MissingGlance {
                period,
                count: duties.len(),
            });
        }
    }
    Ok(PlanGlance {
        plan: summary,
        counts: page.counts,
        missing,
    })
}

#[derive(Template)]
#[template(path = "home/to_do.html")]
pub(crate) struct ToDoPage {
    pub(crate) frame: Frame,
    pub(crate) open: Vec<Owed>,
    pub(crate) under_way: Vec<Owed>,
}

/// 待办: everything that the clerk's body owes and what became of it.
pub(crate) async fn show_to_do(visit: Visit<Clerk>) -> Answer {
    let today = visit.app().today();
    let (open, under_way) = visit
        .app()
        .duties(visit.actor())?
        .into_iter()
        .map(|duty| Owed::of(duty, today))
        .partition(Owed::is_open);
    show_page(&ToDoPage {
        frame: visit.frame(Place::ToDo).headed("to-do"),
        open,
        under_way,
    })
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::ids::{OrganisationId, TaskId};
    use uuid::Uuid;

    use super::*;

    fn owed(due: &str, state: Option<&'static str>) -> Owed {
        let duty = Duty {
            task: TaskId(Uuid::nil()),
            number: 1,
            title: String::new(),
            organisation: OrganisationId(Uuid::nil()),
            organisation_name: String::new(),
            period: "2026-03".parse().unwrap(),
            due: due.parse().unwrap(),
            state,
        };
        Owed::of(duty, "2026-04-01".parse().unwrap())
    }

    #[test]
    fn only_what_is_still_to_be_done_is_late() {
        assert!(owed("2026-03-25", None).is_late());
        assert_eq!(owed("2026-03-25", None).days_late(), 7);
        assert!(owed("2026-03-25", Some("returned")).is_late());
        assert!(!owed("2026-03-25", Some("submitted")).is_late());
        assert!(!owed("2026-04-01", None).is_late());
    }
}
