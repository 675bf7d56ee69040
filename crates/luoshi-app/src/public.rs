//! What anybody may read without signing in: published tasks of issued plans, their figures, never a narrative.

use luoshi_ledger::{
    ids::{PlanId, TaskId},
    report::{Report, ReportState},
    task::{Publication, Task, Tracking},
    view::{LedgerFilter, LedgerRow, PublicPlan, PublicTask, PublicValues, ReportView},
};
use luoshi_types::Span;

use crate::{error::AppError, site::App};

impl App {
    /// Issued plans that have at least one open task, latest year first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plans(&self) -> Result<Vec<PublicPlan>, AppError> {
        let plans = self.store.read(|snapshot| snapshot.plans())?;
        plans
            .iter()
            .filter(|plan| plan.issued_at.is_some() && plan.open_task_count > 0)
            .filter_map(|plan| self.public_plan(plan.id).transpose())
            .collect()
    }

    /// A plan as the public may read it; none while it is not issued or has no open task.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plan(&self, id: PlanId) -> Result<Option<PublicPlan>, AppError> {
        let (plan, summaries) = self
            .store
            .read(|snapshot| Ok((snapshot.plan(id)?, snapshot.plans()?)))?;
        let open = summaries
            .iter()
            .find(|summary| summary.id == id)
            .map_or(0, |summary| summary.open_task_count);
        Ok(plan
            .filter(|plan| plan.issued_at().is_some() && open > 0)
            .map(|plan| PublicPlan {
                id,
                title: plan.title,
                year: plan.year,
                issuer: plan.issuer,
                document_number: plan.document_number,
                open_task_count: open,
            }))
    }

    /// The open tasks of a plan in order of 序号, filtered by section, body and light as the filter says; none for an unpublished plan.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_tasks(&self, plan: PlanId, filter: &LedgerFilter) -> Result<Option<Vec<PublicTask>>, AppError> {
        if self.public_plan(plan)?.is_none() {
            return Ok(None);
        }
        let wanted = LedgerFilter {
            only_open: true,
            visible_to: None,
            ..filter.clone()
        };
        let tasks = self.store.read(|snapshot| {
            let rows = snapshot.ledger(plan, &wanted)?;
            rows.into_iter()
                .filter_map(
                    |row| match (snapshot.task(row.task), snapshot.reports_of_task(row.task)) {
                        (Ok(Some(task)), Ok(reports)) => Some(Ok(public_task(row, &task, &reports))),
                        (Ok(None), _) => None,
                        (Err(error), _) | (_, Err(error)) => Some(Err(error)),
                    },
                )
                .collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Some(tasks))
    }

    /// A task as the public may read it; none unless it is open and its plan is issued.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_task(&self, id: TaskId) -> Result<Option<PublicTask>, AppError> {
        Ok(self.store.read(|snapshot| {
            let Some(task) = snapshot.task(id)?.filter(|task| task.publication == Publication::Open) else {
                return Ok(None);
            };
            if snapshot.plan(task.plan)?.and_then(|plan| plan.issued_at()).is_none() {
                return Ok(None);
            }
            let Some(row) = snapshot.task_row(id)? else {
                return Ok(None);
            };
            Ok(Some(public_task(row, &task, &snapshot.reports_of_task(id)?)))
        })?)
    }
}

fn public_task(row: LedgerRow, task: &Task, reports: &[ReportView]) -> PublicTask {
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
        light: row.light,
        values: reports.iter().filter_map(public_values).collect(),
        not_tracked,
        excluded,
    }
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
