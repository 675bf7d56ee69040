//! The ledger (台账) as pages and exports ask for it, cut to what the reader may see.
//!
//! Queries only; changes go through `execute`.

use jiff::civil::Date;
use luoshi_ledger::{
    Actor,
    ids::PlanId,
    period::{Period, day_in_china},
    plan::Plan,
    policy::may_see_report,
    view::{Duty, LedgerFilter, LedgerRow, LightCounts, OrganisationSummary, PlanSummary},
};

use crate::{error::AppError, site::App, standpoint::Standpoint};

/// One page of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// The plan.
    pub plan: Plan,
    /// The day whose lights the rows show.
    pub today: Date,
    /// The rows, in order of 序号.
    pub rows: Vec<LedgerRow>,
    /// Lights over everything that the reader may see of the plan, whatever the filter.
    pub counts: LightCounts,
    /// Bodies that the reader may filter by.
    pub organisations: Vec<OrganisationSummary>,
    /// The 序号 after which the next page begins; none on the last page.
    pub next_after: Option<u32>,
}

impl Standpoint<'_> {
    /// The plans that the actor may see: all for whoever oversees, for a body the issued ones that concern it. Latest year first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plans(&self, actor: &Actor) -> Result<Vec<PlanSummary>, AppError> {
        let plans = self.read(|snapshot| {
            if actor.oversees() {
                return snapshot.plans();
            }
            match actor.organisation {
                Some(organisation) => snapshot.plans_of(organisation),
                None => Ok(Vec::new()),
            }
        })?;
        Ok(plans)
    }

    /// A plan that the actor may see.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(&self, actor: &Actor, plan: PlanId) -> Result<Option<Plan>, AppError> {
        if !self.plans(actor)?.iter().any(|summary| summary.id == plan) {
            return Ok(None);
        }
        Ok(self.read(|snapshot| snapshot.plan(plan))?)
    }

    /// A page of the ledger. A body sees the tasks that concern it, whatever organisation it asks for.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger(&self, actor: &Actor, plan: PlanId, filter: &LedgerFilter) -> Result<Option<LedgerPage>, AppError> {
        let Some(plan) = self.plan(actor, plan)? else {
            return Ok(None);
        };
        let own = if actor.oversees() { None } else { actor.organisation };
        let mut wanted = filter.clone();
        wanted.visible_to = own;
        wanted.limit = filter.limit.map(|limit| limit.saturating_add(1));
        let (mut rows, counts, organisations) = self.read(|snapshot| {
            Ok((
                snapshot.ledger(plan.id, &wanted)?,
                snapshot.light_counts(plan.id, own)?,
                snapshot.organisations_of_plan(plan.id, own)?,
            ))
        })?;
        for row in &mut rows {
            // Whom a task concerns is not who may read what a body wrote about it.
            row.latest = row.latest.take().filter(|report| may_see_report(actor, report));
        }
        let mut next_after = None;
        if let Some(limit) = filter.limit
            && rows.len() > limit as usize
        {
            rows.truncate(limit as usize);
            next_after = rows.last().map(|row| row.number);
        }
        Ok(Some(LedgerPage {
            today: self.today(),
            plan,
            rows,
            counts,
            organisations,
            next_after,
        }))
    }
}

impl App {
    /// [`Standpoint::plans`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plans(&self, actor: &Actor) -> Result<Vec<PlanSummary>, AppError> {
        self.present().plans(actor)
    }

    /// [`Standpoint::plan`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(&self, actor: &Actor, plan: PlanId) -> Result<Option<Plan>, AppError> {
        self.present().plan(actor, plan)
    }

    /// [`Standpoint::ledger`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger(&self, actor: &Actor, plan: PlanId, filter: &LedgerFilter) -> Result<Option<LedgerPage>, AppError> {
        self.present().ledger(actor, plan, filter)
    }

    /// Who has not reported for `period` (未报清单), for whoever oversees; none for others and for a plan that is not issued.
    ///
    /// # Errors
    /// When the store fails.
    pub fn missing(&self, actor: &Actor, plan: PlanId, period: Period) -> Result<Option<Vec<Duty>>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        let Some(plan) = self.plan(actor, plan)? else {
            return Ok(None);
        };
        let Some(issued_at) = plan.issued_at() else {
            return Ok(None);
        };
        if period < Period::of(day_in_china(issued_at)) || period > Period::of(self.today()) {
            return Ok(Some(Vec::new()));
        }
        let mut duties = self
            .store
            .read(|snapshot| snapshot.duties(Some(plan.id), None, period))?;
        duties.retain(|duty| matches!(duty.state, None | Some("returned")));
        Ok(Some(duties))
    }

    /// The months for which reports of a plan can be owed: from its issue to the present one, latest first.
    pub fn periods_of(&self, plan: &Plan) -> Vec<Period> {
        let Some(issued_at) = plan.issued_at() else {
            return Vec::new();
        };
        let first = Period::of(day_in_china(issued_at));
        let mut period = Period::of(self.today());
        let mut periods = Vec::new();
        while period >= first && periods.len() < 120 {
            periods.push(period);
            period = period.previous();
        }
        periods
    }
}
