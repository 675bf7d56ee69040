//! A plan (年度计划) between its review and its ledger: issuing it, opening its tasks to the public, and what is still missing.
//!
//! The ledger of a plan has a page of its own.

use askama::Template;
use luoshi_app::{Request, ledger::LedgerPage};
use luoshi_ledger::{
    Command, Stream,
    command::{IssuePlan, PublishTasks},
    ids::{PlanId, TaskId},
    light::Colour,
    plan::Plan,
    task::Publication,
    view::{LedgerFilter, LedgerRow},
};

use super::{lead_to, receipt, show, show_again};
use crate::{
    access::{Supervisor, Visit},
    at::At,
    failure::{Answer, Failure},
    form::{FieldErrors, Submitted},
    frame::{Frame, Place},
    urls,
};

/// A plan and what the supervision office can do with it.
#[derive(Template)]
#[template(path = "plan/plan.html")]
pub(crate) struct PlanPage {
    pub(crate) frame: Frame,
    pub(crate) plan: Plan,
    pub(crate) rows: Vec<LedgerRow>,
    /// The address of the receipt of what was just done.
    pub(crate) receipt: Option<String>,
    pub(crate) errors: FieldErrors,
    pub(crate) issue_key: String,
    pub(crate) publication_key: String,
}

impl PlanPage {
    pub(crate) fn new(frame: Frame, page: LedgerPage, issue_key: String, publication_key: String) -> Self {
        Self {
            frame: frame
                .under("ledgers", urls::LEDGERS)
                .headed_by(page.plan.title.clone(), "plan"),
            plan: page.plan,
            rows: page.rows,
            receipt: None,
            errors: FieldErrors::default(),
            issue_key,
            publication_key,
        }
    }

    fn is_issued(&self) -> bool {
        self.plan.issued_at().is_some()
    }

    fn tracked(&self) -> impl Iterator<Item = &LedgerRow> {
        self.rows.iter().filter(|row| is_tracked(row))
    }

    fn tracked_count(&self) -> usize {
        self.tracked().count()
    }

    fn not_tracked_count(&self) -> usize {
        self.rows.len() - self.tracked_count()
    }

    /// Tracked tasks that nobody reports on yet.
    fn unnamed(&self) -> Vec<&LedgerRow> {
        self.tracked().filter(|row| row.reporters.is_empty()).collect()
    }

    /// Number of bodies that report.
    fn reporter_count(&self) -> usize {
        let mut bodies: Vec<_> = self
            .tracked()
            .flat_map(|row| &row.reporters)
            .map(|(id, _)| *id)
            .collect();
        bodies.sort_unstable();
        bodies.dedup();
        bodies.len()
    }

    fn open_count(&self) -> usize {
        self.rows.iter().filter(|row| is_open(row)).count()
    }

    /// Tracked tasks that the public cannot read yet.
    fn withheld_tracked_count(&self) -> usize {
        self.tracked().filter(|row| !is_open(row)).count()
    }

    fn is_tracked(&self, row: &LedgerRow) -> bool {
        is_tracked(row)
    }

    fn state_word(&self) -> String {
        match self.plan.issued_at() {
            Some(at) => self.frame.say1("plan-state-issued", "time", self.frame.time(&at)),
            None => self.frame.say("plan-state-adopted"),
        }
    }
}

fn is_tracked(row: &LedgerRow) -> bool {
    row.light.colour != Colour::NotTracked
}

fn is_open(row: &LedgerRow) -> bool {
    row.publication == Publication::Open
}

fn page_of(visit: &Visit<Supervisor>, plan: PlanId) -> Result<PlanPage, Failure> {
    let app = visit.app();
    let page = app
        .ledger(visit.actor(), plan, &LedgerFilter::default())?
        .ok_or(Failure::NotFound)?;
    let (issue_key, publication_key) = (app.new_id().to_string(), app.new_id().to_string());
    let mut page = PlanPage::new(visit.frame(Place::Ledger), page, issue_key, publication_key);
    page.receipt = receipt::just_given(&visit.query());
    Ok(page)
}

/// A plan and what the supervision office can do with it.
pub(crate) async fn show_plan(visit: Visit<Supervisor>, At(plan): At<PlanId>) -> Answer {
    show(&page_of(&visit, plan)?)
}

/// Issues the plan (印发).
pub(crate) async fn issue(visit: Visit<Supervisor>, At(plan): At<PlanId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let request = Request {
        command: Command::IssuePlan(IssuePlan { plan }),
        expected: Some((Stream::Plan(plan), fields.seen_version())),
        idempotency_key: fields.idempotency_key(),
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    Ok(lead_to(&receipt::with_receipt(&urls::plan(&plan), done.command)))
}

/// Opens tasks to the public or withholds them: the chosen ones, or all that are tracked.
pub(crate) async fn publish(visit: Visit<Supervisor>, At(plan): At<PlanId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let mut page = page_of(&visit, plan)?;
    let (publication, tasks) = match fields.raw("publication") {
        "open-tracked" => (Publication::Open, page.tracked().map(|row| row.task).collect()),
        word => (
            Publication::from_code(word).ok_or(Failure::BadRequest)?,
            fields
                .all("task")
                .map(|task| task.parse().map_err(|_| Failure::NotFound))
                .collect::<Result<Vec<TaskId>, Failure>>()?,
        ),
    };
    if tasks.is_empty() {
        page.errors.add("tasks", "plan-error-no-task");
        return show_again(&page);
    }
    if !tasks.iter().all(|task| page.rows.iter().any(|row| row.task == *task)) {
        return Err(Failure::NotFound);
    }
    let request = Request {
        command: Command::PublishTasks(PublishTasks {
            plan,
            tasks,
            publication,
        }),
        expected: None,
        idempotency_key: fields.idempotency_key(),
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    visit.forget_public_answers();
    Ok(lead_to(&receipt::with_receipt(&urls::plan(&plan), done.command)))
}
