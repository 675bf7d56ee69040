//! Reports as pages ask for them, drafts of reports, and the lists of what is owed and what waits.
//!
//! A draft is its author's until it is handed in, and stands outside the ledger (law 4).

use std::sync::Arc;

use luoshi_ledger::{
    Actor, Refusal, Role,
    facts::Subjects,
    ids::{EvidenceId, OrganisationId, ReportId, TaskId},
    period::{Period, day_in_china},
    plan::Plan,
    policy::{may_see_report, may_see_task},
    report::Report,
    task::Task,
    view::{Duty, ReportView},
};
use luoshi_store::DraftRow;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, execute::flatten, site::App, task::seen};

/// A report being written: what the form holds, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDraft {
    /// Values as typed, by target id.
    pub values: Vec<(String, String)>,
    /// 完成率 as typed.
    pub completion: String,
    /// What was done.
    pub done: String,
    /// Problems.
    pub problems: String,
    /// Help wanted.
    pub help_wanted: String,
    /// Next step.
    pub next_step: String,
    /// Files of the report that came back and that it is not to carry again.
    #[serde(default)]
    pub left_out: Vec<EvidenceId>,
}

/// What the form of a report rests on, all of one moment.
#[derive(Debug, Clone)]
pub struct ReportDesk {
    /// The task.
    pub task: Task,
    /// Its plan, without the sections.
    pub plan: Plan,
    /// The report, once it was handed in.
    pub report: Option<Report>,
    /// The actor's own draft, if they left one.
    pub draft: Option<ReportDraft>,
}

impl App {
    /// What the form rests on by which a body reports on a task for a month; none where the actor may not see the task.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report_desk(
        &self,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
    ) -> Result<Option<ReportDesk>, AppError> {
        let id = ReportId::of(task, organisation, period);
        let subjects = Subjects {
            tasks: [task].into(),
            reports: [id].into(),
            ..Subjects::default()
        };
        let author = actor.identity;
        let read = self.store.read_async(move |snapshot| {
            let ask = || Ok((snapshot.facts(&subjects)?, snapshot.report_draft(author, id)?));
            snapshot.rehearse(|| ask().map(|_| ()));
            ask()
        });
        let (mut facts, draft) = read.await?;
        let report = facts.reports.remove(&id);
        let Some((task, plan)) = seen(actor, task, facts) else {
            return Ok(None);
        };
        Ok(Some(ReportDesk {
            task,
            plan,
            report: report.filter(|report| may_see_report(actor, report)),
            draft: draft.as_deref().map(draft_from).transpose()?,
        }))
    }

    /// What the actor's body owes (待办): this month's reports, and last month's that were never handed in or came back. Ordered by due day.
    ///
    /// # Errors
    /// When the store fails.
    pub fn duties(&self, actor: &Actor) -> Result<Vec<Duty>, AppError> {
        let Some(organisation) = actor.organisation else {
            return Ok(Vec::new());
        };
        let present = Period::of(self.today());
        let mut duties = self.store.read(|snapshot| {
            let mut duties = snapshot.duties(None, Some(organisation), present.previous())?;
            duties.retain(|duty| matches!(duty.state, None | Some("returned")));
            duties.extend(snapshot.duties(None, Some(organisation), present)?);
            Ok(duties)
        })?;
        duties.sort_by_key(|duty| (duty.due, duty.number));
        Ok(duties)
    }

    /// A report that the actor may read.
    ///
    /// # Errors
    /// When the store fails.
    pub fn report(&self, actor: &Actor, id: ReportId) -> Result<Option<ReportView>, AppError> {
        let found = self.store.read(|snapshot| snapshot.report_view(id))?;
        Ok(found.filter(|view| may_see_report(actor, &view.report)))
    }

    /// Reports of the actor's body that wait for its head (待审核); none for others than heads.
    ///
    /// # Errors
    /// When the store fails.
    pub fn awaiting_approval(&self, actor: &Actor) -> Result<Vec<ReportView>, AppError> {
        match actor.organisation {
            Some(organisation) if actor.has(Role::Head) => Ok(self
                .store
                .read(|snapshot| snapshot.reports_in_state("submitted", Some(organisation)))?),
            _ => Ok(Vec::new()),
        }
    }

    /// Reports that wait for the supervision office (待核验); none for others.
    ///
    /// # Errors
    /// When the store fails.
    pub fn awaiting_verification(&self, actor: &Actor) -> Result<Vec<ReportView>, AppError> {
        if !actor.has(Role::Supervisor) {
            return Ok(Vec::new());
        }
        Ok(self
            .store
            .read(|snapshot| snapshot.reports_in_state("approved", None))?)
    }

    /// The month that a clerk is asked for when they open the form: the earliest of last and this month that the body still owes.
    ///
    /// # Errors
    /// When the store fails.
    pub fn period_owed(&self, task: TaskId, organisation: OrganisationId) -> Result<Period, AppError> {
        let present = Period::of(self.today());
        let last = present.previous();
        let owed = self
            .store
            .read(|snapshot| snapshot.duties(None, Some(organisation), last))?;
        let owes_last = owed
            .iter()
            .any(|duty| duty.task == task && matches!(duty.state, None | Some("returned")));
        Ok(if owes_last { last } else { present })
    }

    /// By how many days a report was late when it was first handed in; 0 where it was in time.
    ///
    /// # Errors
    /// When the store fails.
    pub fn days_late(&self, view: &ReportView) -> Result<i32, AppError> {
        let Some(plan) = self.store.read(|snapshot| snapshot.plan(view.plan))? else {
            return Ok(0);
        };
        let due = view.report.period.due_day(plan.report_day);
        let handed_in = day_in_china(view.report.first_submitted_at);
        Ok(handed_in.since(due).map_or(0, |span| span.get_days()).max(0))
    }

    /// The actor's own draft for a report, if they left one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn report_draft(
        &self,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
    ) -> Result<Option<ReportDraft>, AppError> {
        self.report_draft_of(actor, ReportId::of(task, organisation, period))
    }

    pub(crate) fn report_draft_of(&self, actor: &Actor, report: ReportId) -> Result<Option<ReportDraft>, AppError> {
        let body = self
            .store
            .read(|snapshot| snapshot.report_draft(actor.identity, report))?;
        body.as_deref().map(draft_from).transpose()
    }

    /// Keeps a draft; it replaces the actor's earlier one for the same report.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the actor may not see the task, [`AppError::Forbidden`] where the report is not theirs to write,
    /// [`Refusal::PeriodNotOpen`] where it could not be handed in: drafts of all months that there are would fill the disk.
    pub async fn save_report_draft(
        self: &Arc<Self>,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
        draft: &ReportDraft,
    ) -> Result<(), AppError> {
        self.may_write_report(actor, task, organisation, period)?;
        let row = DraftRow {
            author: actor.identity,
            report: ReportId::of(task, organisation, period),
            body: serde_json::to_string(draft).map_err(AppError::internal)?,
            updated_at: self.now(),
        };
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.save_report_draft(&row)?))
            .await
            .map_err(flatten)
    }

    /// Whether the actor may keep a draft, and files for it, of a report.
    pub(crate) fn may_write_report(
        &self,
        actor: &Actor,
        task: TaskId,
        organisation: OrganisationId,
        period: Period,
    ) -> Result<(), AppError> {
        let facts = self.task_facts(task)?;
        let plan = facts
            .tasks
            .get(&task)
            .filter(|task| may_see_task(actor, task, &facts))
            .and_then(|task| facts.plans.get(&task.plan))
            .ok_or(AppError::NotFound)?;
        if period > Period::of(self.today()) || period.year() < plan.year {
            return Err(Refusal::PeriodNotOpen.into());
        }
        if !actor.has(Role::Clerk) || !actor.acts_for(organisation) {
            return Err(AppError::Forbidden);
        }
        Ok(())
    }
}

/// A draft as it was kept.
fn draft_from(body: &str) -> Result<ReportDraft, AppError> {
    serde_json::from_str(body).map_err(AppError::internal)
}
