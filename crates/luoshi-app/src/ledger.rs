//! The ledger (台账) as pages and exports ask for it, cut to what the reader may see.
//!
//! Queries only; changes go through `execute`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    Actor,
    ids::{OrganisationId, PlanId, TaskId},
    period::{Period, day_in_china},
    plan::Plan,
    policy::{may_see_report, may_see_reports_of},
    view::{Duty, LedgerFilter, LedgerRow, LightCounts, LineVersion, OrganisationSummary, PlanSummary},
};
use luoshi_store::{Snapshot, StoreError};

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

/// One page of a ledger for whoever keeps the lines of a list that were made before, and needs the rows of the others only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerList {
    /// The plan.
    pub plan: Plan,
    /// The day whose lights the lines show.
    pub today: Date,
    /// How many erasures by law were carried out on the site. A line that was made when it was another number may hold words that are gone.
    pub erasures: u32,
    /// The lines, in order of 序号.
    pub lines: Vec<ListedLine>,
    /// Lights over everything that the reader may see of the plan, whatever the filter.
    pub counts: LightCounts,
    /// Bodies that the reader may filter by.
    pub organisations: Vec<OrganisationSummary>,
    /// The 序号 after which the next page begins; none on the last page.
    pub next_after: Option<u32>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLine {
    /// What its words depend on.
    pub version: LineVersion,
    /// Whether the reader may see what the latest report says.
    pub shows_report: bool,
    /// The row, cut to what the reader may see; none for a line that is known.
    pub row: Option<LedgerRow>,
}

/// What stands around the rows of a ledger.
struct Head {
    plan: Plan,
    counts: LightCounts,
    organisations: Vec<OrganisationSummary>,
}

impl Head {
    /// None where the actor may not see the plan.
    fn read(snapshot: &Snapshot<'_>, actor: &Actor, plan: PlanId) -> Result<Option<Self>, StoreError> {
        let Some(plan) = visible_plan(snapshot, actor, plan)? else {
            return Ok(None);
        };
        let own = only_of(actor);
        Ok(Some(Self {
            counts: snapshot.light_counts(plan.id, own)?,
            organisations: snapshot.organisations_of_plan(plan.id, own)?,
            plan,
        }))
    }
}

/// The body whose tasks alone the actor sees; none for whoever oversees.
fn only_of(actor: &Actor) -> Option<OrganisationId> {
    if actor.oversees() { None } else { actor.organisation }
}

fn visible_plans(snapshot: &Snapshot<'_>, actor: &Actor) -> Result<Vec<PlanSummary>, StoreError> {
    if actor.oversees() {
        return snapshot.plans();
    }
    match actor.organisation {
        Some(organisation) => snapshot.plans_of(organisation),
        None => Ok(Vec::new()),
    }
}

fn visible_plan(snapshot: &Snapshot<'_>, actor: &Actor, plan: PlanId) -> Result<Option<Plan>, StoreError> {
    let is_visible = actor.oversees() || visible_plans(snapshot, actor)?.iter().any(|summary| summary.id == plan);
    if is_visible { snapshot.plan(plan) } else { Ok(None) }
}

/// What the actor asks for within what they may see, with one row more than fit, by which it is known whether there is a next page.
fn wanted(actor: &Actor, filter: &LedgerFilter) -> LedgerFilter {
    LedgerFilter {
        visible_to: only_of(actor),
        limit: filter.limit.map(|limit| limit.saturating_add(1)),
        ..filter.clone()
    }
}

/// Cuts the row that is one too many, and says after which number the next page begins.
fn cut<T>(rows: &mut Vec<T>, filter: &LedgerFilter, number: impl Fn(&T) -> u32) -> Option<u32> {
    let limit = filter.limit? as usize;
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(number)
}

/// Whom a task concerns is not who may read what a body wrote about it.
fn cut_report(actor: &Actor, row: &mut LedgerRow) {
    row.latest = row.latest.take().filter(|report| may_see_report(actor, report));
}

impl Standpoint<'_> {
    /// The plans that the actor may see: all for whoever oversees, for a body the issued ones that concern it. Latest year first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plans(&self, actor: &Actor) -> Result<Vec<PlanSummary>, AppError> {
        Ok(self.read(|snapshot| visible_plans(snapshot, actor))?)
    }

    /// A plan that the actor may see.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(&self, actor: &Actor, plan: PlanId) -> Result<Option<Plan>, AppError> {
        Ok(self.read(|snapshot| visible_plan(snapshot, actor, plan))?)
    }

    /// A page of the ledger. A body sees the tasks that concern it, whatever organisation it asks for.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger(&self, actor: &Actor, plan: PlanId, filter: &LedgerFilter) -> Result<Option<LedgerPage>, AppError> {
        let read = self.read(|snapshot| {
            let Some(head) = Head::read(snapshot, actor, plan)? else {
                return Ok(None);
            };
            Ok(Some((head, snapshot.ledger(plan, &wanted(actor, filter))?)))
        })?;
        let Some((head, mut rows)) = read else {
            return Ok(None);
        };
        let next_after = cut(&mut rows, filter, |row| row.number);
        for row in &mut rows {
            cut_report(actor, row);
        }
        Ok(Some(LedgerPage {
            today: self.today(),
            plan: head.plan,
            rows,
            counts: head.counts,
            organisations: head.organisations,
            next_after,
        }))
    }

    /// The same page as a list. `is_known` is asked once for each line, with the number of erasures and whether the line shows the report.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger_list(
        &self,
        actor: &Actor,
        plan: PlanId,
        filter: &LedgerFilter,
        mut is_known: impl FnMut(u32, &LineVersion, bool) -> bool,
    ) -> Result<Option<LedgerList>, AppError> {
        let list = self.read(|snapshot| {
            let Some(head) = Head::read(snapshot, actor, plan)? else {
                return Ok(None);
            };
            let erasures = snapshot.erasure_counts()?.iter().map(|count| count.erasures).sum();
            let mut versions = snapshot.line_versions(plan, &wanted(actor, filter))?;
            let next_after = cut(&mut versions, filter, |version| version.number);
            let mut unknown = Vec::new();
            let mut lines: Vec<ListedLine> = versions
                .into_iter()
                .map(|version| {
                    let shows_report = version
                        .latest
                        .is_some_and(|latest| may_see_reports_of(actor, latest.organisation));
                    if !is_known(erasures, &version, shows_report) {
                        unknown.push(version.task);
                    }
                    ListedLine {
                        version,
                        shows_report,
                        row: None,
                    }
                })
                .collect();
            let mut rows: BTreeMap<TaskId, LedgerRow> = snapshot
                .rows_of_tasks(&unknown)?
                .into_iter()
                .map(|row| (row.task, row))
                .collect();
            for line in &mut lines {
                line.row = rows.remove(&line.version.task);
                if let Some(row) = &mut line.row {
                    cut_report(actor, row);
                }
            }
            Ok(Some(LedgerList {
                plan: head.plan,
                today: self.today(),
                erasures,
                lines,
                counts: head.counts,
                organisations: head.organisations,
                next_after,
            }))
        })?;
        Ok(list)
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
