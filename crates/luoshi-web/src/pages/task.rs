//! 任务: its page, the passage that it comes from, who reports on it, its publication, and the task that is added by hand.

use std::collections::BTreeSet;

use askama::Template;
use jiff::civil::Date;
use luoshi_app::{Request, task::HandMadeTask};
use luoshi_ledger::{
    Stream,
    actor::Actor,
    command::{Command, NameReporter, PublishTasks},
    erasure::ErasedText,
    ids::{OrganisationId, PlanId, TaskId},
    plan::Plan,
    report::value_of,
    target::Target,
    task::{Publication, Reporting, TaskKind, Tracking},
    view::{Extent, OrganisationSummary, Passage, ReportView, TaskView, TimelineEntry},
};
use luoshi_types::{Decimal, PartyRole};

use super::{lead_to, ledger::Line, show, show_again};
use crate::{
    access::{Member, Supervisor, Visit},
    as_of::absent,
    at::At,
    failure::{Answer, Failure},
    form::{FieldErrors, KEY_FIELD, Submitted, optional_date},
    frame::{Frame, Place},
    urls,
};

/// One report in the table of values: what the body reported and what the verifier found, apart from each other (law 12).
pub(crate) struct Values {
    pub(crate) view: ReportView,
}

impl Values {
    /// The value that the body reported for a target.
    pub(crate) fn reported(&self, target: &Target) -> Option<Decimal> {
        value_of(&self.view.report.values, target.id)
    }

    /// The value that the verifier found for a target.
    pub(crate) fn verified(&self, target: &Target) -> Option<Decimal> {
        value_of(self.view.report.verified_values(), target.id)
    }

    /// 完成率 that the verifier found.
    pub(crate) fn verified_completion(&self) -> Option<u8> {
        self.view.report.verified_completion()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.view.report.is_verified()
    }
}

#[derive(Template)]
#[template(path = "task/task.html")]
pub(crate) struct TaskPage {
    pub(crate) frame: Frame,
    pub(crate) line: Line,
    pub(crate) view: TaskView,
    pub(crate) reports: Vec<Values>,
    /// The day by which the light stands.
    pub(crate) today: Date,
    /// Whether the reader reports on it.
    pub(crate) may_report: bool,
    /// What of it was erased by law.
    pub(crate) erased: Vec<ErasedText>,
    /// Whether the receipt of a change made here is to be shown.
    pub(crate) receipt: Option<String>,
}

impl TaskPage {
    pub(crate) fn of(view: TaskView, actor: &Actor, today: Date, frame: Frame) -> Self {
        let may_report = view.plan_issued
            && view.task.is_tracked()
            && frame.past.is_none()
            && frame.is("clerk")
            && actor
                .organisation
                .is_some_and(|organisation| view.task.reporting.organisations().contains(&organisation));
        Self {
            line: Line::of(view.row.clone(), &frame),
            reports: view.reports.iter().cloned().map(|view| Values { view }).collect(),
            view,
            today,
            may_report,
            erased: Vec::new(),
            receipt: None,
            frame,
        }
    }

    /// Why luoshi does not follow the task; empty where it does.
    fn not_tracked(&self) -> String {
        match &self.view.task.tracking {
            Tracking::NotTracked { reason } => self.frame.scope_reason(reason),
            Tracking::Tracked { .. } => String::new(),
        }
    }

    /// The clauses that luoshi does not follow, in the document's words, each with its reason.
    fn excluded(&self) -> Vec<(String, String)> {
        let (Tracking::Tracked { excluded }, Some(source)) = (&self.view.task.tracking, self.view.task.source) else {
            return Vec::new();
        };
        excluded
            .iter()
            .filter_map(|clause| {
                let from = clause.span.start.checked_sub(source.span.start)?;
                let words: String = self.view.task.text.chars().skip(from).take(clause.span.len()).collect();
                Some((words, self.frame.scope_reason(&clause.reason)))
            })
            .collect()
    }

    fn is_open(&self) -> bool {
        self.view.task.publication == Publication::Open
    }

    /// Whether an event was recorded later than it took effect.
    fn took_effect_earlier(&self, entry: &TimelineEntry) -> bool {
        entry.effective_at < entry.recorded_at
    }

    /// This page with all reports.
    fn whole_address(&self) -> String {
        let address = format!("{}?{REPORTS_FIELD}=all", urls::task(&self.view.task.id));
        self.frame.keep_day(address)
    }

    fn is_joint(&self) -> bool {
        matches!(self.view.task.reporting, Reporting::Jointly { .. })
    }
}

/// The field of an address by which a task is shown with all its reports.
const REPORTS_FIELD: &str = "reports";

/// A task.
pub(crate) async fn show_task(visit: Visit<Member>, At(id): At<TaskId>) -> Answer {
    let standpoint = visit.standpoint().await?;
    let extent = if visit.query().raw(REPORTS_FIELD) == "all" {
        Extent::Whole
    } else {
        Extent::Latest
    };
    let Some(view) = standpoint.task(visit.actor(), id, extent)? else {
        return Err(absent(
            &standpoint,
            visit.app().task_alone(visit.actor(), id)?.is_some(),
        ));
    };
    let frame = visit.frame(Place::Ledger).seen_from(&standpoint);
    let ledger = frame.keep_day(urls::ledger(&view.task.plan));
    let frame = frame
        .under("ledgers", urls::LEDGERS)
        .under_named(view.plan_title.clone(), ledger)
        .headed_by(view.task.title.clone(), "task");
    let mut page = TaskPage::of(view, visit.actor(), standpoint.today(), frame);
    page.receipt = super::receipt::just_given(&visit.query());
    page.erased = visit.app().erased_texts(Stream::Task(id))?;
    show(&page)
}

#[derive(Template)]
#[template(path = "task/passage.html")]
pub(crate) struct PassagePage {
    pub(crate) frame: Frame,
    pub(crate) file_name: String,
    pub(crate) before: String,
    pub(crate) passage: String,
    pub(crate) after: String,
    /// Whether text was left out at either end.
    pub(crate) is_cut: bool,
}

/// Characters shown before and after the passage: several pages of a printed document.
const AROUND_THE_PASSAGE: usize = 6000;

impl PassagePage {
    pub(crate) fn of(passage: &Passage, frame: Frame) -> Self {
        let from = passage.span.start.saturating_sub(AROUND_THE_PASSAGE);
        let mut rest = passage.text.chars().skip(from);
        let mut before: String = rest.by_ref().take(passage.span.start - from).collect();
        let inside = rest.by_ref().take(passage.span.len()).collect();
        let mut after: String = rest.by_ref().take(AROUND_THE_PASSAGE).collect();
        let goes_on = rest.next().is_some();
        // What is left out is left out by whole lines: half a sentence would look as if the document ended there.
        if from > 0
            && let Some(end) = before.find('\n')
        {
            before.drain(..=end);
        }
        if goes_on && let Some(end) = after.rfind('\n') {
            after.truncate(end);
        }
        Self {
            frame,
            file_name: passage.file_name.clone(),
            before,
            passage: inside,
            after,
            is_cut: from > 0 || goes_on,
        }
    }
}

/// The passage of the document that a task's text is.
pub(crate) async fn show_passage(visit: Visit<Member>, At(id): At<TaskId>) -> Answer {
    let view = visit.app().task_alone(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let passage = visit.app().passage(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let frame = under_task(visit.frame(Place::Ledger), &view).headed("passage");
    show(&PassagePage::of(&passage, frame))
}

/// The path back from a page about a task.
pub(crate) fn under_task(frame: Frame, view: &TaskView) -> Frame {
    let name = frame.say2(
        "task-in-path",
        "number",
        view.task.number,
        "title",
        shortened(&view.task.title),
    );
    frame
        .under("ledgers", urls::LEDGERS)
        .under_named(view.plan_title.clone(), urls::ledger(&view.task.plan))
        .under_named(name, urls::task(&view.task.id))
}

/// The first words of a title, for the path back.
fn shortened(title: &str) -> String {
    let mut words: String = title.chars().take(18).collect();
    if title.chars().nth(18).is_some() {
        words.push('…');
    }
    words
}

#[derive(Template)]
#[template(path = "task/reporter.html")]
pub(crate) struct ReporterPage {
    pub(crate) frame: Frame,
    pub(crate) view: TaskView,
    /// Bodies to choose from: those that the task names first.
    pub(crate) named: Vec<OrganisationSummary>,
    pub(crate) others: Vec<OrganisationSummary>,
    pub(crate) chosen: BTreeSet<OrganisationId>,
    pub(crate) due: String,
    /// Since which day, where that is not now.
    pub(crate) effective_on: String,
    pub(crate) errors: FieldErrors,
    pub(crate) version: u64,
}

impl ReporterPage {
    fn is_chosen(&self, organisation: &OrganisationSummary) -> bool {
        self.chosen.contains(&organisation.id)
    }

    fn of(visit: &Visit<Supervisor>, view: TaskView) -> Result<Self, Failure> {
        let organisations = visit.app().organisations(visit.actor())?;
        let (named, others) = organisations.into_iter().partition(|organisation| {
            view.task
                .parties
                .iter()
                .any(|party| party.organisation == Some(organisation.id))
        });
        Ok(Self {
            frame: under_task(visit.frame(Place::Ledger), &view).headed("reporter"),
            named,
            others,
            chosen: view.task.reporting.organisations().iter().copied().collect(),
            due: view.task.due.map(|due| due.to_string()).unwrap_or_default(),
            effective_on: String::new(),
            errors: FieldErrors::default(),
            version: view.task.version,
            view,
        })
    }
}

/// The form that names who reports on a task and by when.
pub(crate) async fn show_reporter(visit: Visit<Supervisor>, At(id): At<TaskId>) -> Answer {
    let view = visit.app().task_alone(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    show(&ReporterPage::of(&visit, view)?)
}

/// Names who reports on a task and by when.
pub(crate) async fn name_reporter(visit: Visit<Supervisor>, At(id): At<TaskId>, form: Submitted) -> Answer {
    let view = visit.app().task_alone(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let fields = form.fields();
    let organisations: Vec<OrganisationId> = fields.all("organisation").filter_map(|id| id.parse().ok()).collect();
    let due = fields.text("due");
    let mut errors = FieldErrors::default();
    let parsed_due = due_of(&due, &mut errors);
    let effective_on = fields.text("effective_on");
    let parsed_effective_on = effective_day(&effective_on, &mut errors);
    if !errors.is_empty() {
        let page = ReporterPage::of(&visit, view)?;
        return show_again(&ReporterPage {
            chosen: organisations.into_iter().collect(),
            due,
            effective_on,
            errors,
            version: fields.seen_version(),
            ..page
        });
    }
    let command = Command::NameReporter(NameReporter {
        task: id,
        reporting: Reporting::by(organisations),
        due: parsed_due,
        effective_on: parsed_effective_on,
    });
    let request = Request {
        command,
        expected: Some((Stream::Task(id), fields.seen_version())),
        idempotency_key: fields.idempotency_key(),
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    Ok(lead_to(&super::receipt::with_receipt(&urls::task(&id), done.command)))
}

/// Opens a task to the public or withholds it.
pub(crate) async fn change_publication(visit: Visit<Supervisor>, At(id): At<TaskId>, form: Submitted) -> Answer {
    let view = visit.app().task_alone(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let publication = Publication::from_code(form.fields().raw("publication")).ok_or(Failure::BadRequest)?;
    let command = Command::PublishTasks(PublishTasks {
        plan: view.task.plan,
        tasks: vec![id],
        publication,
    });
    let request = Request {
        command,
        expected: Some((Stream::Task(id), form.fields().seen_version())),
        idempotency_key: None,
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    visit.forget_public_answers();
    Ok(lead_to(&super::receipt::with_receipt(&urls::task(&id), done.command)))
}

/// The day since when something is true; none where that is now.
pub(crate) fn effective_day(text: &str, errors: &mut FieldErrors) -> Option<Date> {
    optional_date(text).unwrap_or_else(|()| {
        errors.add("effective_on", "error-date");
        None
    })
}

fn due_of(text: &str, errors: &mut FieldErrors) -> Option<Date> {
    optional_date(text).unwrap_or_else(|()| {
        errors.add("due", "error-date");
        None
    })
}

#[derive(Template)]
#[template(path = "task/new.html")]
pub(crate) struct NewTaskPage {
    pub(crate) frame: Frame,
    pub(crate) plan: Plan,
    pub(crate) organisations: Vec<OrganisationSummary>,
    pub(crate) typed: TypedTask,
    pub(crate) errors: FieldErrors,
}

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypedTask {
    pub(crate) kind: String,
    pub(crate) section: String,
    pub(crate) basis: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) lead: String,
    pub(crate) cooperating: Vec<String>,
    pub(crate) deliverable: String,
    pub(crate) due: String,
    pub(crate) key: String,
}

/// The kinds of tasks that people add by hand; those of the report come from its document.
const HAND_MADE: [TaskKind; 2] = [TaskKind::LeaderInstruction, TaskKind::MeetingDecision];

impl NewTaskPage {
    fn kinds(&self) -> [TaskKind; 2] {
        HAND_MADE
    }

    fn is(&self, typed: &str, code: &str) -> bool {
        typed == code
    }

    fn cooperates(&self, organisation: &OrganisationSummary) -> bool {
        self.typed.cooperating.contains(&organisation.id.to_string())
    }

    fn of(visit: &Visit<Supervisor>, plan: Plan, typed: TypedTask, errors: FieldErrors) -> Result<Self, Failure> {
        Ok(Self {
            frame: visit
                .frame(Place::Ledger)
                .under("ledgers", urls::LEDGERS)
                .under_named(plan.title.clone(), urls::ledger(&plan.id))
                .headed("new-task"),
            organisations: visit.app().organisations(visit.actor())?,
            plan,
            typed,
            errors,
        })
    }
}

/// The form for a task of an instruction or a meeting.
pub(crate) async fn show_new_task(visit: Visit<Supervisor>, At(id): At<PlanId>) -> Answer {
    let plan = visit.app().plan(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let typed = TypedTask {
        kind: TaskKind::LeaderInstruction.code().to_owned(),
        key: visit.app().new_id().to_string(),
        ..TypedTask::default()
    };
    show(&NewTaskPage::of(&visit, plan, typed, FieldErrors::default())?)
}

/// Adds a task by hand.
pub(crate) async fn add_task(visit: Visit<Supervisor>, At(id): At<PlanId>, form: Submitted) -> Answer {
    let plan = visit.app().plan(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let fields = form.fields();
    let typed = TypedTask {
        kind: fields.text("kind"),
        section: fields.text("section"),
        basis: fields.text("basis"),
        title: fields.text("title"),
        text: fields.text("text"),
        lead: fields.text("lead"),
        cooperating: fields.all("cooperating").map(str::to_owned).collect(),
        deliverable: fields.text("deliverable"),
        due: fields.text("due"),
        key: fields.text(KEY_FIELD),
    };
    match read(&typed) {
        Ok(task) => {
            let key = fields.idempotency_key();
            let (task, done) = visit.app().add_task(visit.actor(), id, task, key).await?;
            if done.repeated {
                // The task stands under the id that the first submission gave it.
                return Ok(lead_to(&urls::receipt(&done.command)));
            }
            Ok(lead_to(&super::receipt::with_receipt(&urls::task(&task), done.command)))
        }
        Err(errors) => show_again(&NewTaskPage::of(&visit, plan, typed, errors)?),
    }
}

/// The longest title that the ledger takes, in characters.
const LONGEST_TITLE: usize = luoshi_ledger::decide::LONGEST_TASK_TITLE;

fn read(typed: &TypedTask) -> Result<HandMadeTask, FieldErrors> {
    let mut errors = FieldErrors::default();
    let kind = TaskKind::from_code(&typed.kind).filter(|kind| HAND_MADE.contains(kind));
    if kind.is_none() {
        errors.add("kind", "new-task-kind-missing");
    }
    if typed.basis.is_empty() {
        errors.add("basis", "new-task-basis-missing");
    }
    let title = typed.title.replace('\n', " ");
    if title.is_empty() {
        errors.add("title", "new-task-title-missing");
    } else if title.chars().count() > LONGEST_TITLE {
        errors.add("title", "new-task-title-too-long");
    }
    let lead: Option<OrganisationId> = typed.lead.parse().ok();
    if lead.is_none() {
        errors.add("lead", "new-task-lead-missing");
    }
    let due = due_of(&typed.due, &mut errors);
    let (Some(kind), Some(lead)) = (kind, lead) else {
        return Err(errors);
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let cooperating = typed
        .cooperating
        .iter()
        .filter_map(|id| id.parse().ok())
        .filter(|organisation| *organisation != lead)
        .map(|organisation| (organisation, PartyRole::Cooperating));
    let mut parties = vec![(lead, PartyRole::Lead)];
    parties.extend(cooperating);
    Ok(HandMadeTask {
        kind,
        section: typed.section.parse().ok(),
        text: if typed.text.is_empty() {
            title.clone()
        } else {
            typed.text.clone()
        },
        title,
        basis: typed.basis.clone(),
        parties,
        reporting: Reporting::Single { organisation: lead },
        deliverable: typed.deliverable.clone(),
        due,
    })
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::ids::DocumentId;
    use luoshi_types::{Language, Span};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_long_document_is_cut_at_the_ends_of_lines() {
        let line = "一二三四五六七八九\n";
        let text = line.repeat(2001);
        let shown = |start: usize| {
            let passage = Passage {
                document: DocumentId(Uuid::nil()),
                file_name: "分工.txt".to_owned(),
                span: Span::new(start, start + 9),
                text: text.clone(),
            };
            PassagePage::of(&passage, crate::gallery::frame(Language::Chinese, &[], Place::Ledger))
        };
        // Six thousand characters before the seventh letter of a line begin at a seventh letter, too.
        let amid = shown(10_007);
        assert!(amid.before.starts_with("一二三") && amid.after.ends_with("七八九") && amid.is_cut);
        let whole_lines = |text: &str| text.chars().filter(|letter| *letter == '一').count();
        assert_eq!((whole_lines(&amid.before), whole_lines(&amid.after)), (600, 599));
        // The two ends of the document are not cut.
        assert!(shown(0).before.is_empty() && shown(0).is_cut);
        assert!(shown(20_000).after.ends_with('\n'));
    }

    #[test]
    fn a_hand_made_task_needs_what_it_rests_on_and_a_lead() {
        let errors = read(&TypedTask {
            kind: "report_task".to_owned(),
            due: "2026-02-30".to_owned(),
            ..TypedTask::default()
        })
        .unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["kind", "basis", "title", "lead", "due"]);
    }

    #[test]
    fn the_lead_does_not_cooperate_with_itself() {
        let lead = "018f0000-0000-7000-8000-000000000001";
        let other = "018f0000-0000-7000-8000-000000000002";
        let task = read(&TypedTask {
            kind: "meeting_decision".to_owned(),
            basis: "省政府第12次常务会议纪要".to_owned(),
            title: "清理拖欠账款".to_owned(),
            lead: lead.to_owned(),
            cooperating: vec![lead.to_owned(), other.to_owned()],
            ..TypedTask::default()
        })
        .unwrap();
        assert_eq!(task.text, "清理拖欠账款");
        assert_eq!(
            task.parties,
            [
                (lead.parse().unwrap(), PartyRole::Lead),
                (other.parse().unwrap(), PartyRole::Cooperating)
            ]
        );
    }
}
