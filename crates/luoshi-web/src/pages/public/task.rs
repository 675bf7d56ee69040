//! One open task: the promise, who is responsible, what is measured, the light with its reason, and two series of figures.

use askama::Template;
use jiff::civil::Date;
use luoshi_ledger::{
    Stream, TextName,
    erasure::ErasedText,
    ids::TaskId,
    period::Period,
    report::TargetValue,
    view::{PublicPlan, PublicTask},
};
use luoshi_types::PartyRole;

use super::data::{self, Format, Requested};
use crate::{
    access::{Anybody, Visit},
    at::At,
    failure::{Answer, Failure},
    frame::{Frame, Place},
    pages::{
        marked_text::{Mark, Run, runs},
        show,
    },
    urls,
};

/// One open task.
#[derive(Template)]
#[template(path = "public/task.html")]
pub(crate) struct PublicTaskPage {
    pub(crate) frame: Frame,
    pub(crate) task: PublicTask,
    /// The day by which the light stands.
    pub(crate) today: Date,
    /// The promise with its clauses that are not tracked.
    pub(crate) runs: Vec<Run>,
    /// Reasons of those clauses, each once.
    pub(crate) reasons: Vec<String>,
    /// Why the whole task is not tracked; empty where it is.
    pub(crate) not_tracked: String,
    /// Bodies by their part, in the order of a ledger.
    pub(crate) bodies: Vec<(PartyRole, Vec<String>)>,
    /// Figures by month and body, the latest month first.
    pub(crate) months: Vec<Month>,
    /// What of the promise was erased by law.
    pub(crate) erased: Vec<ErasedText>,
}

/// The figures that one body reported of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Month {
    pub(crate) period: Period,
    pub(crate) organisation: String,
    /// At least one.
    pub(crate) figures: Vec<Figure>,
}

/// One figure of one month: what the body reported and what was verified stand apart, whatever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) subject: String,
    pub(crate) reported: String,
    /// Empty while nobody verified it.
    pub(crate) verified: String,
    pub(crate) is_verified: bool,
}

impl PublicTaskPage {
    pub(crate) fn new(frame: Frame, plan: &PublicPlan, task: PublicTask, today: Date) -> Self {
        let marks: Vec<_> = task.excluded.iter().map(|(span, _)| (*span, Mark::Excluded)).collect();
        let mut reasons: Vec<String> = Vec::new();
        for (_, reason) in &task.excluded {
            let words = frame.scope_reason(reason);
            if !reasons.contains(&words) {
                reasons.push(words);
            }
        }
        let bodies = PartyRole::ALL
            .into_iter()
            .map(|role| {
                let names = task
                    .parties
                    .iter()
                    .filter(|party| party.role == role)
                    .map(|party| party.raw.clone())
                    .collect();
                (role, names)
            })
            .filter(|(_, names): &(PartyRole, Vec<String>)| !names.is_empty())
            .collect();
        Self {
            runs: runs(&task.text, &marks),
            erased: Vec::new(),
            reasons,
            not_tracked: task
                .not_tracked
                .as_deref()
                .map(|reason| frame.scope_reason(reason))
                .unwrap_or_default(),
            bodies,
            months: months(&frame, &task),
            frame: frame
                .under("public-plans", urls::PUBLIC)
                .under_named(plan.title.clone(), urls::public_plan(&plan.id))
                .headed_by(format!("{}{}", task.label, task.title), "public-task"),
            task,
            today,
        }
    }
}

/// Every figure of a task by month: one line a target, and one for 完成率 where a body stated it. A report without any has no
/// place among them.
fn months(frame: &Frame, task: &PublicTask) -> Vec<Month> {
    let mut months = Vec::new();
    for report in &task.values {
        let mut figures = Vec::new();
        let figure = |subject: String, reported: String, verified: String| Figure {
            subject,
            reported,
            verified,
            is_verified: report.verified.is_some(),
        };
        for target in &task.targets {
            let in_words = |values: &[TargetValue]| {
                let given = values.iter().find(|value| value.target == target.id)?;
                Some(frame.figure(&given.value, target))
            };
            let reported = in_words(&report.reported);
            let verified = report.verified.as_deref().and_then(in_words);
            if reported.is_some() || verified.is_some() {
                let subject = if target.subject.is_empty() {
                    frame.target(target)
                } else {
                    target.subject.clone()
                };
                figures.push(figure(
                    subject,
                    reported.unwrap_or_default(),
                    verified.unwrap_or_default(),
                ));
            }
        }
        if report.reported_completion.is_some() || report.verified_completion.is_some() {
            let percent = |percent: Option<u8>| percent.map(|percent| format!("{percent}%")).unwrap_or_default();
            figures.push(figure(
                frame.say("public-completion"),
                percent(report.reported_completion),
                percent(report.verified_completion),
            ));
        }
        if !figures.is_empty() {
            months.push(Month {
                period: report.period,
                organisation: report.organisation_name.clone(),
                figures,
            });
        }
    }
    months
}

/// One open task: a page, or data where the address ends so.
pub(crate) async fn show_task(visit: Visit<Anybody>, At(requested): At<Requested<TaskId>>) -> Answer {
    let app = visit.app();
    match requested.format {
        Format::Page => {
            let task = app.public_task(requested.id)?.ok_or(Failure::NotFound)?;
            let plan = app.public_plan(task.plan)?.ok_or(Failure::NotFound)?;
            let mut page = PublicTaskPage::new(visit.frame(Place::Public), &plan, task, app.today());
            page.erased = app.erased_texts(Stream::Task(requested.id))?;
            // What a task rests on is not published, and so is not spoken of here.
            page.erased.retain(|text| text.name != TextName::Basis);
            show(&page)
        }
        Format::Json => app
            .public_task_json(requested.id)?
            .map(data::json)
            .ok_or(Failure::NotFound),
        // The figures of one task are a few lines of its plan's table, which has an address of its own.
        Format::Csv => Err(Failure::NotFound),
    }
}
