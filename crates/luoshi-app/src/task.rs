//! A task as its page asks for it, and the task that is added by hand.

use std::sync::Arc;

use jiff::civil::Date;
use luoshi_ledger::{
    Actor, Command, Facts,
    command::{AddTask, NewTask},
    facts::Subjects,
    ids::{OrganisationId, PlanId, ReportId, SectionId, TaskId},
    period::Period,
    plan::Plan,
    policy::{may_see_report, may_see_task},
    task::{Party, Reporting, Task, TaskKind, Tracking},
    view::{Extent, TaskView},
};
use luoshi_types::PartyRole;

use crate::{
    error::AppError,
    execute::{Done, Request, flatten},
    site::App,
    standpoint::Standpoint,
};

/// A task to be added by hand (批示、会议交办).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandMadeTask {
    /// Where it came from.
    pub kind: TaskKind,
    /// Its section, if any.
    pub section: Option<SectionId>,
    /// Its first sentence.
    pub title: String,
    /// The task in full.
    pub text: String,
    /// The minutes or instruction that it rests on.
    pub basis: String,
    /// Bodies with their part, lead first.
    pub parties: Vec<(OrganisationId, PartyRole)>,
    /// Who reports.
    pub reporting: Reporting,
    /// 完成标准.
    pub deliverable: String,
    /// 完成时限.
    pub due: Option<Date>,
}

impl App {
    pub(crate) fn may_see_task(&self, actor: &Actor, task: TaskId) -> Result<bool, AppError> {
        let facts = self.task_facts(task)?;
        Ok(facts
            .tasks
            .get(&task)
            .is_some_and(|task| may_see_task(actor, task, &facts)))
    }

    pub(crate) fn task_facts(&self, task: TaskId) -> Result<Facts, AppError> {
        self.present().task_facts(task)
    }

    /// [`Standpoint::task`] as things stand, with all its reports.
    ///
    /// # Errors
    /// When the store fails.
    pub fn task(&self, actor: &Actor, id: TaskId) -> Result<Option<TaskView>, AppError> {
        self.present().task(actor, id, Extent::Whole)
    }

    /// [`Standpoint::task`] as things stand, without reports and history.
    ///
    /// # Errors
    /// When the store fails.
    pub fn task_alone(&self, actor: &Actor, id: TaskId) -> Result<Option<TaskView>, AppError> {
        self.present().task(actor, id, Extent::Alone)
    }
}

fn about(task: TaskId) -> Subjects {
    Subjects {
        tasks: [task].into(),
        ..Subjects::default()
    }
}

/// The task and its plan out of the facts about it; none where the actor may not see it.
pub(crate) fn seen(actor: &Actor, id: TaskId, mut facts: Facts) -> Option<(Task, Plan)> {
    let is_seen = facts
        .tasks
        .get(&id)
        .is_some_and(|task| may_see_task(actor, task, &facts));
    let task = facts.tasks.remove(&id).filter(|_| is_seen)?;
    let plan = facts.plans.remove(&task.plan)?;
    Some((task, plan))
}

impl Standpoint<'_> {
    fn task_facts(&self, task: TaskId) -> Result<Facts, AppError> {
        Ok(self.read(|snapshot| snapshot.facts(&about(task)))?)
    }

    /// A task with its reports and history, as far back as `extent` goes, cut to what the actor may see; none where they may not see the task at all.
    ///
    /// # Errors
    /// When the store fails.
    pub fn task(&self, actor: &Actor, id: TaskId, extent: Extent) -> Result<Option<TaskView>, AppError> {
        let most = extent.most_reports();
        let found = self.read(|snapshot| {
            let Some((task, plan)) = seen(actor, id, snapshot.facts(&about(id))?) else {
                return Ok(None);
            };
            let mut reports = match extent {
                Extent::Alone => Vec::new(),
                Extent::Latest | Extent::Whole => snapshot.reports_of_task(id, most.saturating_add(1))?,
            };
            let Some(row) = snapshot.task_row(&task, &plan, &reports)? else {
                return Ok(None);
            };
            if extent == Extent::Alone {
                return Ok(Some((task, plan, row, reports, Vec::new(), false)));
            }
            let leaves_out = reports.len() > most as usize;
            reports.truncate(most as usize);
            // Who reads nothing of a report reads nothing of its history either.
            reports.retain(|view| may_see_report(actor, &view.report));
            let months: Vec<(ReportId, Period)> = reports
                .iter()
                .map(|view| (view.report.id, view.report.period))
                .collect();
            let timeline = snapshot.timeline(id, &months)?;
            Ok(Some((task, plan, row, reports, timeline, leaves_out)))
        })?;
        let Some((task, plan, mut row, reports, timeline, leaves_out)) = found else {
            return Ok(None);
        };
        row.latest = row.latest.filter(|report| may_see_report(actor, report));
        Ok(Some(TaskView {
            task,
            row,
            plan_issued: plan.issued_at().is_some(),
            plan_title: plan.title,
            reports,
            timeline,
            leaves_out,
        }))
    }
}

impl App {
    /// Adds a task by hand to a plan, with the next 序号. Of a repetition only the receipt counts: the id is a fresh one that nothing has.
    ///
    /// # Errors
    /// As [`App::execute`].
    pub async fn add_task(
        self: &Arc<Self>,
        actor: &Actor,
        plan: PlanId,
        task: HandMadeTask,
        idempotency_key: Option<String>,
    ) -> Result<(TaskId, Done), AppError> {
        let names = self.store.read(|snapshot| snapshot.organisations())?;
        let id = TaskId(self.new_id());
        let parties = task
            .parties
            .iter()
            .map(|(organisation, role)| Party {
                role: *role,
                raw: names
                    .iter()
                    .find(|name| name.id == *organisation)
                    .map(|name| name.name.clone())
                    .unwrap_or_default(),
                organisation: Some(*organisation),
                span: None,
                inherited: false,
            })
            .collect();
        let some_text = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let task = NewTask {
            task: id,
            section: task.section,
            kind: task.kind,
            label: String::new(),
            title: task.title.trim().to_owned(),
            text: task.text.trim().to_owned(),
            basis: some_text(task.basis),
            source: None,
            parties,
            targets: Vec::new(),
            deliverable: some_text(task.deliverable),
            due: task.due,
            reporting: task.reporting,
            tracking: Tracking::Tracked { excluded: Vec::new() },
        };
        let (app, actor) = (Arc::clone(self), actor.clone());
        let done = self
            .store
            .write(move |transaction| {
                let number = transaction.next_task_number(plan)?;
                let task = task.clone();
                let command = Command::AddTask(AddTask { plan, number, task });
                let request = Request {
                    command,
                    expected: None,
                    idempotency_key: idempotency_key.clone(),
                };
                app.execute_within(transaction, &actor, &request, app.now())
            })
            .await
            .map_err(flatten)?;
        self.wake_jobs();
        Ok((id, done))
    }
}
