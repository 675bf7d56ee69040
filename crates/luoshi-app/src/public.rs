//! What anybody may read without signing in: published tasks of issued plans, their figures, never a narrative.

use std::collections::BTreeSet;

use jiff::civil::Date;
use luoshi_ledger::{
    ids::{PlanId, TaskId},
    light::{Light, LightFacts, ReportFact, light},
    plan::Plan,
    report::{Report, ReportState},
    task::{Publication, Task, Tracking},
    view::{LedgerFilter, LedgerRow, PlanSummary, PublicPlan, PublicTask, PublicValues, ReportView},
};
use luoshi_types::Span;

use crate::{error::AppError, site::App, standpoint::Standpoint};

impl Standpoint<'_> {
    /// Issued plans that have at least one open task, latest year first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plans(&self) -> Result<Vec<PublicPlan>, AppError> {
        Ok(self.read(|snapshot| {
            let mut plans = Vec::new();
            for summary in snapshot.plans()?.iter().filter(|plan| is_public(plan)) {
                plans.extend(snapshot.plan(summary.id)?.map(|plan| public_plan(plan, summary)));
            }
            Ok(plans)
        })?)
    }

    /// Tasks that the public may read now. What was withheld again is withheld from every past day too; none for the present, where the
    /// state of the task itself says it.
    fn still_open(&self, plan: PlanId) -> Result<Option<BTreeSet<TaskId>>, AppError> {
        if self.past().is_none() {
            return Ok(None);
        }
        let open = LedgerFilter {
            only_open: true,
            ..LedgerFilter::default()
        };
        let rows = self.app.store.read(|snapshot| snapshot.ledger(plan, &open))?;
        Ok(Some(rows.into_iter().map(|row| row.task).collect()))
    }

    /// A plan as the public may read it; none while it is not issued or has no open task.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plan(&self, id: PlanId) -> Result<Option<PublicPlan>, AppError> {
        let still_open = self.still_open(id)?;
        if still_open.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(None);
        }
        Ok(self.read(|snapshot| {
            let summaries = snapshot.plans()?;
            let Some(summary) = summaries.iter().find(|plan| plan.id == id && is_public(plan)) else {
                return Ok(None);
            };
            Ok(snapshot.plan(id)?.map(|plan| public_plan(plan, summary)))
        })?)
    }

    /// The open tasks of a plan in order of 序号; none for an unpublished plan.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_tasks(&self, plan: PlanId) -> Result<Option<Vec<PublicTask>>, AppError> {
        if self.public_plan(plan)?.is_none() {
            return Ok(None);
        }
        let open = LedgerFilter {
            only_open: true,
            ..LedgerFilter::default()
        };
        let today = self.today();
        let still_open = self.still_open(plan)?;
        Ok(self.read(|snapshot| {
            let Some(of) = snapshot.plan(plan)? else {
                return Ok(None);
            };
            let mut rows = snapshot.ledger(plan, &open)?;
            rows.retain(|row| still_open.as_ref().is_none_or(|open| open.contains(&row.task)));
            let ids: Vec<TaskId> = rows.iter().map(|row| row.task).collect();
            let tasks = snapshot.tasks(&ids)?;
            let reports = snapshot.reports_of_tasks(&ids)?;
            let public = rows.into_iter().filter_map(|row| {
                let reports = reports.get(&row.task).map_or(&[][..], Vec::as_slice);
                Some(public_task(tasks.get(&row.task)?, &of, reports, row, today))
            });
            Ok(Some(public.collect()))
        })?)
    }

    /// A task as the public may read it; none unless it is open and its plan is issued.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_task(&self, id: TaskId) -> Result<Option<PublicTask>, AppError> {
        let today = self.today();
        if self.past().is_some() && self.app.present().public_task(id)?.is_none() {
            return Ok(None);
        }
        Ok(self.read(|snapshot| {
            let Some(task) = snapshot.task(id)?.filter(|task| task.publication == Publication::Open) else {
                return Ok(None);
            };
            let Some(plan) = snapshot.plan(task.plan)?.filter(|plan| plan.issued_at().is_some()) else {
                return Ok(None);
            };
            let reports = snapshot.reports_of_task(id, u32::MAX)?;
            let Some(row) = snapshot.task_row(&task, &plan, &reports)? else {
                return Ok(None);
            };
            Ok(Some(public_task(&task, &plan, &reports, row, today)))
        })?)
    }
}

impl App {
    /// [`Standpoint::public_plans`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plans(&self) -> Result<Vec<PublicPlan>, AppError> {
        self.present().public_plans()
    }

    /// [`Standpoint::public_plan`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plan(&self, id: PlanId) -> Result<Option<PublicPlan>, AppError> {
        self.present().public_plan(id)
    }

    /// [`Standpoint::public_tasks`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_tasks(&self, plan: PlanId) -> Result<Option<Vec<PublicTask>>, AppError> {
        self.present().public_tasks(plan)
    }

    /// [`Standpoint::public_task`] as things stand.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_task(&self, id: TaskId) -> Result<Option<PublicTask>, AppError> {
        self.present().public_task(id)
    }
}

fn is_public(plan: &PlanSummary) -> bool {
    plan.issued_at.is_some() && plan.open_task_count > 0
}

fn public_plan(plan: Plan, summary: &PlanSummary) -> PublicPlan {
    PublicPlan {
        id: plan.id,
        title: plan.title,
        year: plan.year,
        issuer: plan.issuer,
        document_number: plan.document_number,
        open_task_count: summary.open_task_count,
    }
}

fn public_task(task: &Task, plan: &Plan, reports: &[ReportView], row: LedgerRow, today: Date) -> PublicTask {
    let (not_tracked, excluded) = match &task.tracking {
        Tracking::NotTracked { reason } => (Some(reason.clone()), Vec::new()),
        Tracking::Tracked { excluded } => (
            None,
            excluded
                .iter()
                .filter_map(|clause| Some((within(task, clause.span)?, clause.reason.clone())))
                .collect(),
        ),
    };
    PublicTask {
        id: row.task,
        plan: row.plan,
        number: row.number,
        section: row.section,
        label: row.label,
        title: row.title,
        text: row.text,
        parties: row.parties,
        targets: row.targets,
        deliverable: row.deliverable,
        due: row.due,
        light: public_light(task, plan, reports, today),
        values: reports.iter().filter_map(public_values).collect(),
        not_tracked,
        excluded,
    }
}

/// The light of a task as the public may see it. That a body has reported is seen from the day on which it did; its figure is its head's to
/// give, and counts from then on.
fn public_light(task: &Task, plan: &Plan, reports: &[ReportView], today: Date) -> Light {
    let facts = reports
        .iter()
        .filter_map(|view| {
            let is_inside = view.report.state == ReportState::Submitted;
            let fact = ReportFact::of(&view.report)?;
            Some(ReportFact {
                completion: fact.completion.filter(|_| !is_inside),
                ..fact
            })
        })
        .collect();
    light(&LightFacts::of(task, plan, facts), today)
}

/// A span of the document as a span of the task's text, which is the passage without the white space at its ends.
fn within(task: &Task, clause: Span) -> Option<Span> {
    let start = task.source?.span.start;
    let length = task.text.chars().count();
    let from = clause.start.checked_sub(start)?;
    (from < length).then(|| Span::new(from, (clause.end - start).min(length)))
}

/// Only what the head approved is the body's word; what is still inside the body, or was returned, is not published.
fn public_values(view: &ReportView) -> Option<PublicValues> {
    let report: &Report = &view.report;
    let (verified, verified_completion) = match &report.state {
        ReportState::Submitted | ReportState::Returned { .. } => return None,
        ReportState::Approved { .. } => (None, None),
        ReportState::Verified { values, completion, .. } => (Some(values.clone()), *completion),
    };
    Some(PublicValues {
        period: report.period,
        organisation_name: view.organisation_name.clone(),
        reported: report.values.clone(),
        reported_completion: report.completion,
        verified,
        verified_completion,
        submitted_at: report.submitted_at,
    })
}
