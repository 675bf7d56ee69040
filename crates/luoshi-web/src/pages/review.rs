//! 审阅: the drafts of a document beside its text, corrected by a person, then adopted as a ledger.
//!
//! What is in doubt, and what a correction may change, is decided by the application.

mod source;
mod task_form;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, rejection::PathRejection};
use jiff::civil::Date;
use luoshi_app::{
    document::{WordedDiagnostic, word_diagnostics},
    review::{PlanCorrection, Review, ReviewError, ReviewId, ReviewTask},
};
use luoshi_ledger::{
    decide::is_name,
    ids::TargetId,
    plan::{LONGEST_PLAN_TITLE, REPORT_DAYS, YEARS},
    view::OrganisationSummary,
};
use luoshi_types::{Comparator, PartyRole};
use uuid::Uuid;

pub(crate) use self::task_form::TaskForm;
use super::{
    lead_to,
    marked_text::{Run, Stretch},
    show, show_again,
};
use crate::{
    access::{Supervisor, Visit},
    at::At,
    failure::{Answer, Failure},
    form::{FieldErrors, Submitted, optional_date},
    frame::{Frame, Place},
    language::{self, Value},
    urls,
};

/// A target under review has no id yet; its wording, which is the ledger's, needs one.
const NOBODYS_TARGET: TargetId = TargetId(Uuid::nil());

/// The review of one document.
#[derive(Template)]
#[template(path = "review/review.html")]
pub(crate) struct ReviewPage {
    pub(crate) frame: Frame,
    pub(crate) review: Review,
    pub(crate) stretches: Vec<Stretch>,
    /// Drafts that a person should look at first.
    pub(crate) unresolved: Vec<Line>,
    /// The other drafts.
    pub(crate) settled: Vec<Line>,
    /// The proof that every character of the document has its place.
    pub(crate) coverage: String,
    pub(crate) counts: Counts,
    pub(crate) complaints: Vec<WordedDiagnostic>,
    pub(crate) plan: PlanForm,
    pub(crate) errors: FieldErrors,
    pub(crate) adoption: Adoption,
    pub(crate) key: String,
}

/// One draft in the list.
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) label: String,
    pub(crate) title: String,
    /// Codes of what is in doubt.
    pub(crate) doubts: Vec<&'static str>,
    /// Names as the document writes them, the lead first.
    pub(crate) parties: String,
    pub(crate) targets: Vec<String>,
    pub(crate) due: Option<Date>,
    pub(crate) reporters: Vec<String>,
    /// Why it is not tracked, in words; empty where it is.
    pub(crate) not_tracked: String,
    /// Number of its clauses that are not tracked.
    pub(crate) excluded: usize,
    pub(crate) checked: bool,
}

/// What was found in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) sections: usize,
    pub(crate) tasks: usize,
    pub(crate) targets: usize,
    pub(crate) bodies: usize,
}

/// What adopting the review would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adoption {
    pub(crate) tasks: usize,
    /// Names of bodies that the ledger does not know yet.
    pub(crate) new_bodies: Vec<String>,
    pub(crate) not_tracked: usize,
    /// Tracked tasks that nobody would report on.
    pub(crate) unreported: usize,
    pub(crate) unresolved: usize,
}

/// The fields about the plan as a whole, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PlanForm {
    pub(crate) title: String,
    pub(crate) year: String,
    pub(crate) document_date: String,
    pub(crate) report_day: String,
}

impl PlanForm {
    fn of(review: &Review) -> Self {
        Self {
            title: review.title.clone(),
            year: review.year.to_string(),
            document_date: review.document_date.map(|date| date.to_string()).unwrap_or_default(),
            report_day: review.report_day.to_string(),
        }
    }

    fn correction(&self) -> Result<PlanCorrection, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !is_name(&self.title, LONGEST_PLAN_TITLE) {
            errors.add("title", "review-error-title");
        }
        let year = self.year.parse().ok().filter(|year| YEARS.contains(year));
        if year.is_none() {
            errors.add("year", "review-error-year");
        }
        let document_date = optional_date(&self.document_date);
        if document_date.is_err() {
            errors.add("document_date", "review-error-date");
        }
        let report_day = self.report_day.parse().ok().filter(|day| REPORT_DAYS.contains(day));
        if report_day.is_none() {
            errors.add("report_day", "review-error-report-day");
        }
        match (year, document_date, report_day) {
            (Some(year), Ok(document_date), Some(report_day)) if errors.is_empty() => Ok(PlanCorrection {
                title: self.title.clone(),
                year,
                document_date,
                report_day,
            }),
            _ => Err(errors),
        }
    }
}

impl ReviewPage {
    pub(crate) fn new(
        frame: Frame,
        review: Review,
        text: &str,
        organisations: &[OrganisationSummary],
        key: String,
    ) -> Self {
        let frame = frame
            .under("place-documents", urls::DOCUMENTS)
            .headed_by(review.title.clone(), "review");
        // Adopting confirmed what was still in doubt.
        let is_open = review.plan.is_none();
        let lines = |wanted: bool| -> Vec<Line> {
            review
                .tasks
                .iter()
                .filter(|task| (is_open && task.is_unresolved()) == wanted)
                .map(|task| Line::of(task, &frame))
                .collect()
        };
        let (unresolved, settled) = (lines(true), lines(false));
        let bodies = review.body_names();
        let known: BTreeSet<&str> = organisations
            .iter()
            .map(|organisation| organisation.name.as_str())
            .collect();
        let (total, accounted) = review.coverage;
        let coverage_key = if accounted < total {
            "review-coverage-incomplete"
        } else {
            "review-coverage"
        };
        Self {
            stretches: source::of(&review, text),
            coverage: language::say_with(
                frame.language,
                coverage_key,
                &[
                    ("total", Value::text(total)),
                    ("accounted", Value::text(accounted)),
                    ("unresolved", Value::Count(unresolved.len() as u64)),
                ],
            ),
            counts: Counts {
                sections: review.sections.len(),
                tasks: review.tasks.len(),
                targets: review.tasks.iter().map(|task| task.targets.len()).sum(),
                bodies: bodies.len(),
            },
            complaints: word_diagnostics(&review.diagnostics, frame.language),
            plan: PlanForm::of(&review),
            errors: FieldErrors::default(),
            adoption: Adoption {
                tasks: review.tasks.len(),
                new_bodies: bodies
                    .iter()
                    .filter(|name| !known.contains(*name))
                    .map(|name| (*name).to_owned())
                    .collect(),
                not_tracked: review
                    .tasks
                    .iter()
                    .filter(|task| task.tracking.not_tracked.is_some())
                    .count(),
                unreported: review
                    .tasks
                    .iter()
                    .filter(|task| task.tracking.not_tracked.is_none() && task.reporters.is_empty())
                    .count(),
                unresolved: unresolved.len(),
            },
            unresolved,
            settled,
            key,
            review,
            frame,
        }
    }

    /// The first draft in doubt.
    fn first_unresolved(&self) -> Option<u32> {
        self.unresolved.first().map(|line| line.number)
    }
}

impl Line {
    fn of(task: &ReviewTask, frame: &Frame) -> Self {
        let names: Vec<String> = PartyRole::ALL
            .iter()
            .flat_map(|role| task.parties.iter().filter(move |party| party.role == *role))
            .map(|party| match party.role {
                PartyRole::Responsible | PartyRole::Generic => party.raw.clone(),
                role => frame.say2(
                    "review-party",
                    "role",
                    frame.word("party-", role.code()),
                    "name",
                    &party.raw,
                ),
            })
            .collect();
        Self {
            number: task.number,
            label: task.label.clone(),
            title: task.title.clone(),
            doubts: task.doubts.iter().map(|doubt| doubt.code()).collect(),
            parties: names.join(&frame.say("review-name-joint")),
            targets: task
                .targets
                .iter()
                .map(|target| frame.target(&target.to_target(NOBODYS_TARGET)))
                .collect(),
            due: task.due,
            reporters: task.reporters.clone(),
            not_tracked: task
                .tracking
                .not_tracked
                .as_deref()
                .map(|reason| frame.scope_reason(reason))
                .unwrap_or_default(),
            excluded: task.tracking.excluded.len(),
            checked: task.checked,
        }
    }
}

async fn page_of(visit: &Visit<Supervisor>, id: ReviewId) -> Result<ReviewPage, Failure> {
    let app = visit.app();
    let review = app.review(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let text = app.document_text(visit.actor(), review.document)?.unwrap_or_default();
    let organisations = app.organisations(visit.actor())?;
    let key = app.new_id().to_string();
    Ok(ReviewPage::new(
        visit.frame(Place::Documents),
        review,
        &text,
        &organisations,
        key,
    ))
}

/// The review of one document.
pub(crate) async fn show_review(visit: Visit<Supervisor>, At(id): At<ReviewId>) -> Answer {
    show(&page_of(&visit, id).await?)
}

/// Corrects what the review says of the plan as a whole.
pub(crate) async fn correct_plan(visit: Visit<Supervisor>, At(id): At<ReviewId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let typed = PlanForm {
        title: fields.text("title"),
        year: fields.text("year"),
        document_date: fields.text("document_date"),
        report_day: fields.text("report_day"),
    };
    let errors = match typed.correction() {
        Ok(correction) => {
            let version = fields.seen_version();
            match visit
                .app()
                .correct_review_plan(visit.actor(), id, version, correction)
                .await
            {
                Ok(()) => return Ok(lead_to(&format!("{}#plan", urls::review(&id)))),
                Err(error) => errors_of(error, "title", "review-error-title")?,
            }
        }
        Err(errors) => errors,
    };
    let mut page = page_of(&visit, id).await?;
    page.plan = typed;
    page.errors = errors;
    show_again(&page)
}

/// Accepts the review: the plan is in the ledger afterwards.
pub(crate) async fn adopt(visit: Visit<Supervisor>, At(id): At<ReviewId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let version = fields.seen_version();
    match visit
        .app()
        .adopt_review(visit.actor(), id, version, fields.idempotency_key())
        .await
    {
        Ok(plan) => Ok(lead_to(&urls::plan(&plan))),
        Err(error) => Err(failure_of(error)),
    }
}

/// The page on which one draft is corrected.
#[derive(Template)]
#[template(path = "review/task.html")]
pub(crate) struct ReviewTaskPage {
    pub(crate) frame: Frame,
    pub(crate) review: ReviewId,
    pub(crate) version: u64,
    pub(crate) number: u32,
    pub(crate) label: String,
    /// The promise, verbatim, with what was found in it.
    pub(crate) runs: Vec<Run>,
    pub(crate) doubts: Vec<&'static str>,
    /// Why the shipped policy leaves the task out, in words; empty where it does not.
    pub(crate) shipped: String,
    /// Clauses that are not tracked, each with the reason in words.
    pub(crate) excluded: Vec<(String, String)>,
    pub(crate) form: TaskForm,
    pub(crate) errors: FieldErrors,
    /// Names of bodies to choose from.
    pub(crate) names: Vec<String>,
    /// 序号 of the task before and of the one after.
    pub(crate) previous: Option<u32>,
    pub(crate) next: Option<u32>,
}

impl ReviewTaskPage {
    pub(crate) fn new(
        frame: Frame,
        review: &Review,
        task: &ReviewTask,
        text: &str,
        names: Vec<String>,
        form: TaskForm,
    ) -> Self {
        let scalars: Vec<char> = text.chars().collect();
        let place = review.tasks.iter().position(|other| other.number == task.number);
        let neighbour = |at: Option<usize>| at.and_then(|at| review.tasks.get(at)).map(|task| task.number);
        Self {
            review: review.id,
            version: review.version,
            number: task.number,
            label: task.label.clone(),
            runs: source::passage(review, task, &scalars),
            doubts: task.doubts.iter().map(|doubt| doubt.code()).collect(),
            shipped: match (&task.tracking.not_tracked, task.tracking.shipped) {
                (Some(reason), true) => frame.scope_reason(reason),
                _ => String::new(),
            },
            excluded: task
                .tracking
                .excluded
                .iter()
                .map(|(span, reason)| {
                    let clause = scalars.get(span.start..span.end.min(scalars.len())).unwrap_or_default();
                    (clause.iter().collect(), frame.scope_reason(reason))
                })
                .collect(),
            form,
            errors: FieldErrors::default(),
            names,
            previous: neighbour(place.and_then(|place| place.checked_sub(1))),
            next: neighbour(place.map(|place| place + 1)),
            frame: frame
                .under("place-documents", urls::DOCUMENTS)
                .under_named(
                    review.title.clone(),
                    format!("{}#task-{}", urls::review(&review.id), task.number),
                )
                .headed("review-task"),
        }
    }

    fn review_address(&self) -> String {
        format!("{}#task-{}", urls::review(&self.review), self.number)
    }

    fn address_of(&self, number: &u32) -> String {
        urls::review_task(&self.review, number)
    }

    /// What is wrong with one field of one row, in words; empty where nothing is.
    fn complaint(&self, kind: &str, row: &usize, field: &str) -> String {
        self.frame.field_error(&self.errors, &format!("{kind}-{row}-{field}"))
    }

    fn comparator_word(&self, comparator: &Comparator) -> String {
        self.frame.say(match comparator {
            Comparator::AtLeast => "comparator-at-least",
            Comparator::AtMost => "comparator-at-most",
            Comparator::About => "comparator-about",
            Comparator::Equal => "comparator-equal",
            Comparator::MoreThan => "comparator-more-than",
            Comparator::LessThan => "comparator-less-than",
            Comparator::Range => "comparator-range",
        })
    }
}

/// Which draft an address names; one that is none is answered as an unknown one.
type AtTask = Result<Path<(ReviewId, u32)>, PathRejection>;

struct Found {
    review: Review,
    number: u32,
    text: String,
    organisations: Vec<OrganisationSummary>,
}

impl Found {
    fn find(visit: &Visit<Supervisor>, at: AtTask) -> Result<Self, Failure> {
        let Path((id, number)) = at.map_err(|_| Failure::NotFound)?;
        let app = visit.app();
        let review = app.review(visit.actor(), id)?.ok_or(Failure::NotFound)?;
        let text = app.document_text(visit.actor(), review.document)?.unwrap_or_default();
        Ok(Self {
            review,
            number,
            text,
            organisations: app.organisations(visit.actor())?,
        })
    }

    fn task(&self) -> Result<&ReviewTask, Failure> {
        self.review
            .tasks
            .iter()
            .find(|task| task.number == self.number)
            .ok_or(Failure::NotFound)
    }

    fn page(&self, visit: &Visit<Supervisor>, form: TaskForm) -> Result<ReviewTaskPage, Failure> {
        let mut names: BTreeSet<&str> = self.review.body_names().into_iter().collect();
        names.extend(self.organisations.iter().map(|organisation| organisation.name.as_str()));
        let names = names.into_iter().map(str::to_owned).collect();
        Ok(ReviewTaskPage::new(
            visit.frame(Place::Documents),
            &self.review,
            self.task()?,
            &self.text,
            names,
            form,
        ))
    }
}

/// The page on which one draft is corrected.
pub(crate) async fn show_task(visit: Visit<Supervisor>, at: AtTask) -> Answer {
    let found = Found::find(&visit, at)?;
    if found.review.plan.is_some() {
        return Ok(lead_to(&urls::review(&found.review.id)));
    }
    let form = TaskForm::of(found.task()?);
    show(&found.page(&visit, form)?)
}

/// Corrects one draft and leads to the next one in doubt, or back to the list.
pub(crate) async fn correct_task(visit: Visit<Supervisor>, at: AtTask, sent: Submitted) -> Answer {
    let found = Found::find(&visit, at)?;
    let fields = sent.fields();
    let version = fields.seen_version();
    if version != found.review.version || found.review.plan.is_some() {
        return Err(Failure::Conflict);
    }
    let task = found.task()?;
    let mut form = TaskForm::of_fields(fields, task);
    if fields.raw("then") == "more" {
        form.add_rows();
        return show(&found.page(&visit, form)?);
    }
    let errors = match form.correction(task, &found.organisations) {
        Ok(correction) => {
            let id = found.review.id;
            match visit
                .app()
                .correct_review_task(visit.actor(), id, version, found.number, correction)
                .await
            {
                Ok(()) => return Ok(lead_to(&after_task(&visit, id, found.number, fields.raw("then"))?)),
                Err(error) => errors_of(error, "title", "review-error-task-title")?,
            }
        }
        Err(errors) => errors,
    };
    let mut page = found.page(&visit, form)?;
    page.errors = errors;
    show_again(&page)
}

/// Where to go after one draft: to the next one in doubt, counted on from here, or to its line in the list.
fn after_task(visit: &Visit<Supervisor>, id: ReviewId, number: u32, then: &str) -> Result<String, Failure> {
    let review = visit.app().review(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let in_doubt = |task: &&ReviewTask| task.is_unresolved() && task.number != number;
    let behind = review.tasks.iter().filter(in_doubt).find(|task| task.number > number);
    let next = behind.or_else(|| review.tasks.iter().find(in_doubt));
    Ok(match next {
        Some(task) if then != "back" => urls::review_task(&id, &task.number),
        _ => format!("{}#task-{number}", urls::review(&id)),
    })
}

fn failure_of(error: ReviewError) -> Failure {
    match error {
        ReviewError::Changed | ReviewError::Adopted => Failure::Conflict,
        ReviewError::ReporterNotParty | ReviewError::Invalid => Failure::BadRequest,
        ReviewError::App(error) => error.into(),
    }
}

/// A correction that was not taken for its values comes back to its form; anything else has a page of its own.
fn errors_of(error: ReviewError, field: &str, key: &'static str) -> Result<FieldErrors, Failure> {
    match error {
        ReviewError::Invalid => {
            let mut errors = FieldErrors::default();
            errors.add(field, key);
            Ok(errors)
        }
        ReviewError::ReporterNotParty => {
            let mut errors = FieldErrors::default();
            errors.add("parties", "review-error-reporter");
            Ok(errors)
        }
        other => Err(failure_of(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(title: &str, year: &str, date: &str, day: &str) -> PlanForm {
        PlanForm {
            title: title.to_owned(),
            year: year.to_owned(),
            document_date: date.to_owned(),
            report_day: day.to_owned(),
        }
    }

    #[test]
    fn every_wrong_field_of_a_plan_is_named() {
        let errors = form("", "26", "3月1日", "32").correction().unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["title", "year", "document_date", "report_day"]);
        assert!(form(&"长".repeat(201), "2026", "", "25").correction().is_err());
    }

    #[test]
    fn a_plan_needs_no_date() {
        let correction = form("2026年重点工作", "2026", "", "25").correction().unwrap();
        assert_eq!(
            (correction.year, correction.document_date, correction.report_day),
            (2026, None, 25)
        );
    }
}
