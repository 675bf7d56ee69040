//! 进展报告: the form of a clerk, the report's own page, and the gates it passes: approval (审核), return (退回), verification (核验).

use askama::Template;
use axum::http::StatusCode;
use luoshi_app::{
    AppError, Request,
    files::FileError,
    report::{ReportDesk, ReportDraft},
};
use luoshi_ledger::{
    Refusal, Stream,
    actor::Role,
    command::{ApproveReport, Command, ReturnReport, SubmitReport, VerifyReport},
    decide::LONGEST_TEXT,
    erasure::ErasedText,
    evidence::{Evidence, LARGEST_EVIDENCE, MOST_EVIDENCE},
    ids::{EvidenceId, OrganisationId, ReportId, TaskId},
    period::Period,
    report::{Report, ReportState, ReturnStage, TargetValue, VerificationMethod, value_of},
    target::Target,
    task::Task,
    view::{ReportView, TaskView},
};
use luoshi_types::Decimal;

use super::{
    evidence::{self, SentFile, SubmittedReport},
    lead_to, receipt, show, show_again, show_with,
    task::under_task,
};
use crate::{
    access::{Clerk, Head, Member, Supervisor, Visit},
    at::At,
    failure::{Answer, Failure},
    form::{FieldErrors, Fields, Submitted},
    frame::{Frame, Place},
    magnitude, urls,
};

#[derive(Template)]
#[template(path = "report/form.html")]
pub(crate) struct FormPage {
    pub(crate) frame: Frame,
    pub(crate) view: TaskView,
    pub(crate) period: Period,
    /// Months that may still be chosen instead.
    pub(crate) other_periods: Vec<Period>,
    pub(crate) typed: ReportDraft,
    pub(crate) errors: FieldErrors,
    /// The report that came back, with its reason.
    pub(crate) returned: Option<Report>,
    /// The report of an earlier month, for comparison.
    pub(crate) earlier: Option<Report>,
    pub(crate) version: u64,
    pub(crate) key: String,
    /// Whether a draft was saved just now.
    pub(crate) is_saved: bool,
    /// The files that the report would carry.
    pub(crate) evidence: Vec<Evidence>,
    /// Files that were not taken just now, with why and what to do.
    pub(crate) refused_files: Vec<(String, String)>,
}

impl FormPage {
    fn field(&self, target: &Target) -> String {
        value_field(target)
    }

    fn typed_value(&self, target: &Target) -> String {
        typed_for(&self.typed.values, target)
    }

    fn earlier_value(&self, target: &Target) -> Option<Decimal> {
        value_of(&self.earlier.as_ref()?.values, target.id)
    }

    fn value_error(&self, target: &Target) -> String {
        self.frame.field_error(&self.errors, &value_field(target))
    }

    fn accepted_files(&self) -> String {
        evidence::accepted()
    }

    fn most_files(&self) -> usize {
        MOST_EVIDENCE
    }

    fn largest_file(&self) -> u64 {
        LARGEST_EVIDENCE / (1024 * 1024)
    }

    fn reason(&self) -> &str {
        match self.returned.as_ref().map(|report| &report.state) {
            Some(ReportState::Returned { reason, .. }) => reason,
            _ => "",
        }
    }

    fn stage(&self) -> &'static str {
        match self.returned.as_ref().map(|report| &report.state) {
            Some(ReportState::Returned { stage, .. }) => stage.code(),
            _ => ReturnStage::Approval.code(),
        }
    }
}

fn value_field(target: &Target) -> String {
    format!("value-{}", target.id)
}

/// The figures of a form as typed, by target; boxes that were left empty are left out.
fn typed_values(targets: &[Target], fields: &Fields) -> Vec<(String, String)> {
    targets
        .iter()
        .map(|target| (target.id.to_string(), fields.text(&value_field(target))))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// What was typed for one target.
fn typed_for(values: &[(String, String)], target: &Target) -> String {
    let id = target.id.to_string();
    values
        .iter()
        .find(|(target, _)| *target == id)
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

/// What a clerk's form rests on.
struct Desk {
    task: Task,
    organisation: OrganisationId,
    period: Period,
    present: Option<Report>,
    draft: Option<ReportDraft>,
}

impl Desk {
    async fn of(visit: &Visit<Clerk>, id: TaskId, fields: &Fields) -> Result<Self, Failure> {
        let organisation = visit.actor().organisation.ok_or(Failure::Forbidden)?;
        let period = match fields.raw("period") {
            "" => visit.app().period_owed(id, organisation)?,
            text => text.parse().map_err(|_| Failure::NotFound)?,
        };
        let desk = visit.app().report_desk(visit.actor(), id, organisation, period).await?;
        let ReportDesk {
            task,
            plan,
            report,
            draft,
        } = desk.ok_or(Failure::NotFound)?;
        if !task.is_tracked() {
            return Err(Failure::Refused(Refusal::NotTracked));
        }
        if plan.issued_at().is_none() {
            return Err(Failure::Refused(Refusal::NotIssued));
        }
        if !task.reporting.organisations().contains(&organisation) {
            return Err(Failure::Refused(Refusal::NotReporter));
        }
        Ok(Self {
            task,
            organisation,
            period,
            present: report,
            draft,
        })
    }

    fn report(&self) -> ReportId {
        ReportId::of(self.task.id, self.organisation, self.period)
    }

    /// The page with what was typed.
    fn page(
        self,
        visit: &Visit<Clerk>,
        typed: ReportDraft,
        key: String,
        errors: FieldErrors,
    ) -> Result<FormPage, Failure> {
        let view = visit.app().task(visit.actor(), self.task.id)?;
        let view = view.ok_or(Failure::NotFound)?;
        let earlier = view
            .reports
            .iter()
            .map(|entry| &entry.report)
            .filter(|report| report.organisation == self.organisation && report.period < self.period)
            .max_by_key(|report| report.period)
            .cloned();
        let other_periods = match visit.app().plan(visit.actor(), self.task.plan)? {
            Some(plan) => visit.app().periods_of(&plan),
            None => Vec::new(),
        };
        Ok(FormPage {
            evidence: visit.app().draft_evidence(visit.actor(), self.report())?,
            refused_files: Vec::new(),
            frame: under_task(visit.frame(Place::ToDo), &view).headed("report-form"),
            other_periods: other_periods
                .into_iter()
                .filter(|period| *period != self.period)
                .collect(),
            period: self.period,
            typed,
            errors,
            earlier,
            version: self.present.as_ref().map_or(0, |report| report.version),
            returned: self
                .present
                .filter(|report| matches!(report.state, ReportState::Returned { .. })),
            view,
            key,
            is_saved: false,
        })
    }
}

/// The form of a report, with the draft or the returned report in it.
pub(crate) async fn show_form(visit: Visit<Clerk>, At(task): At<TaskId>) -> Answer {
    let query = visit.query();
    let desk = Desk::of(&visit, task, &query).await?;
    if let Some(report) = &desk.present
        && !matches!(report.state, ReportState::Returned { .. })
    {
        // It is on its way; its page says where.
        return Ok(lead_to(&urls::report(&report.id)));
    }
    let typed = desk
        .draft
        .clone()
        .or_else(|| Some(draft_of(desk.present.as_ref()?, &desk.task.targets)))
        .unwrap_or_default();
    let key = visit.app().new_id().to_string();
    let mut page = desk.page(&visit, typed, key, FieldErrors::default())?;
    page.is_saved = query.has("saved");
    show(&page)
}

/// A report as the form would have been filled in for it.
fn draft_of(report: &Report, targets: &[Target]) -> ReportDraft {
    ReportDraft {
        values: targets
            .iter()
            .filter_map(|target| {
                let value = value_of(&report.values, target.id)?;
                Some((target.id.to_string(), magnitude::number(&value, target).to_string()))
            })
            .collect(),
        completion: report.completion.map(|percent| percent.to_string()).unwrap_or_default(),
        done: report.done.clone(),
        problems: report.problems.clone(),
        help_wanted: report.help_wanted.clone(),
        next_step: report.next_step.clone(),
        left_out: Vec::new(),
    }
}

/// Keeps the draft, adds or removes files, or hands the report in, as the button says. Whatever the button, files that came with the form
/// are taken first, and what was typed is not lost.
pub(crate) async fn take_form(visit: Visit<Clerk>, At(task): At<TaskId>, form: SubmittedReport) -> Answer {
    let SubmittedReport { fields, files } = form;
    let fields = &fields;
    let desk = Desk::of(&visit, task, fields).await?;
    let typed = ReportDraft {
        left_out: desk
            .draft
            .as_ref()
            .map(|draft| draft.left_out.clone())
            .unwrap_or_default(),
        values: typed_values(&desk.task.targets, fields),
        completion: fields.text("completion"),
        done: fields.text("done"),
        problems: fields.text("problems"),
        help_wanted: fields.text("help_wanted"),
        next_step: fields.text("next_step"),
    };
    let save = || {
        visit
            .app()
            .save_report_draft(visit.actor(), task, desk.organisation, desk.period, &typed)
    };
    let came_with_files = !files.is_empty();
    let taken = take_files(&visit, &desk, files).await?;
    if let Some(status) = taken.status {
        save().await?;
        let mut errors = FieldErrors::default();
        errors.add(evidence::FILE_FIELD, "evidence-refused");
        let key = fields.idempotency_key().unwrap_or_default();
        let mut page = desk.page(&visit, typed, key, errors)?;
        page.refused_files = taken.refused;
        return show_with(status, &page);
    }
    let address = urls::report_form_for(&task, &desk.period);
    if let Ok(id) = fields.raw("remove").parse() {
        save().await?;
        visit
            .app()
            .remove_evidence(visit.actor(), task, desk.organisation, desk.period, id)
            .await?;
        return Ok(lead_to(&format!("{address}#evidence")));
    }
    match fields.raw("action") {
        "save" => {
            save().await?;
            return Ok(lead_to(&format!("{address}&saved=1")));
        }
        "add" => {
            save().await?;
            if came_with_files {
                return Ok(lead_to(&format!("{address}#evidence")));
            }
            let mut errors = FieldErrors::default();
            errors.add(evidence::FILE_FIELD, "evidence-none-chosen");
            let key = fields.idempotency_key().unwrap_or_default();
            return show_again(&desk.page(&visit, typed, key, errors)?);
        }
        _ => {}
    }
    let mut errors = FieldErrors::default();
    let values = read_values(&desk.task.targets, fields, &mut errors);
    let completion = read_completion(&typed.completion, &mut errors);
    if typed.done.is_empty() {
        errors.add("done", "report-done-missing");
    }
    for (field, text) in [
        ("done", &typed.done),
        ("problems", &typed.problems),
        ("help_wanted", &typed.help_wanted),
        ("next_step", &typed.next_step),
    ] {
        if text.chars().count() > LONGEST_TEXT {
            errors.add(field, "report-too-long");
        }
    }
    if !errors.is_empty() {
        let key = fields.idempotency_key().unwrap_or_default();
        return show_again(&desk.page(&visit, typed, key, errors)?);
    }
    let report = desk.report();
    // What the form showed, and what came with it: nothing that another window added meanwhile is handed in unseen.
    let mut evidence: Vec<EvidenceId> = fields.all("evidence").filter_map(|id| id.parse().ok()).collect();
    for id in taken.ids {
        if !evidence.contains(&id) {
            evidence.push(id);
        }
    }
    let command = Command::SubmitReport(SubmitReport {
        task,
        organisation: desk.organisation,
        period: desk.period,
        values,
        completion,
        done: typed.done,
        problems: typed.problems,
        help_wanted: typed.help_wanted,
        next_step: typed.next_step,
        evidence,
    });
    let done = visit
        .app()
        .execute(visit.actor(), request(fields, report, command))
        .await?;
    Ok(lead_to(&urls::receipt(&done.command)))
}

/// What became of the files that came with a form.
#[derive(Default)]
struct TakenFiles {
    /// Those that the draft has now.
    ids: Vec<EvidenceId>,
    /// The others, with why.
    refused: Vec<(String, String)>,
    /// With what the form is answered where there are others: the gravest of their reasons.
    status: Option<StatusCode>,
}

async fn take_files(visit: &Visit<Clerk>, desk: &Desk, files: Vec<SentFile>) -> Result<TakenFiles, Failure> {
    let mut taken = TakenFiles::default();
    if files.is_empty() {
        return Ok(taken);
    }
    let frame = visit.frame(Place::ToDo);
    let (task, report) = (desk.task.id, desk.report());
    for SentFile { name, received } in files {
        let added = match received {
            Ok(file) => match visit
                .app()
                .add_evidence(visit.actor(), task, desk.organisation, desk.period, &name, &file)
                .await
            {
                // The form was sent twice and the first one is in; it will get the same receipt.
                Err(FileError::App(AppError::Refused(Refusal::ReportUnderWay))) => {
                    Ok(EvidenceId::of(report, &file.sha256))
                }
                added => added,
            },
            Err(error) => Err(error),
        };
        match added {
            Ok(id) => taken.ids.push(id),
            Err(error) => {
                let (why, status) = evidence::explain(&frame, error)?;
                taken.refused.push((name, why));
                taken.status = taken.status.max(Some(status));
            }
        }
    }
    Ok(taken)
}

/// The figures of a form.
fn read_values(targets: &[Target], fields: &Fields, errors: &mut FieldErrors) -> Vec<TargetValue> {
    let mut values = Vec::new();
    for target in targets {
        let field = value_field(target);
        let typed = fields.text(&field);
        if typed.trim().is_empty() {
            continue;
        }
        match magnitude::value(&typed, target) {
            Some(value) => values.push(TargetValue {
                target: target.id,
                value,
            }),
            None => errors.add(field, "report-value-no-number"),
        }
    }
    values
}

fn read_completion(text: &str, errors: &mut FieldErrors) -> Option<u8> {
    let text = magnitude::plain(text);
    let digits = text.trim_end_matches('%');
    if digits.is_empty() {
        return None;
    }
    match digits.parse() {
        Ok(percent) if percent <= 100 => Some(percent),
        _ => {
            errors.add("completion", "report-completion-wrong");
            None
        }
    }
}

#[derive(Template)]
#[template(path = "report/report.html")]
pub(crate) struct ReportPage {
    pub(crate) frame: Frame,
    pub(crate) view: ReportView,
    pub(crate) days_late: i32,
    /// Whether the reader approves it, as the head of the body.
    pub(crate) may_approve: bool,
    /// Whether the reader verifies it.
    pub(crate) may_verify: bool,
    /// Whether the reader corrects it.
    pub(crate) may_correct: bool,
    /// What of it was erased by law.
    pub(crate) erased: Vec<ErasedText>,
    /// Why the reader cannot do what their role does; empty where they can or it is not their turn.
    pub(crate) obstacle: String,
    pub(crate) typed: TypedVerdict,
    pub(crate) errors: FieldErrors,
    /// The Idempotency-Key of what is decided here.
    pub(crate) key: String,
    pub(crate) receipt: Option<String>,
}

/// The forms of approval, return and verification as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypedVerdict {
    pub(crate) reason: String,
    pub(crate) method: String,
    pub(crate) values: Vec<(String, String)>,
    pub(crate) completion: String,
    pub(crate) conclusion: String,
}

impl ReportPage {
    pub(crate) fn of(
        view: ReportView,
        signed_in: &luoshi_app::session::SignedIn,
        days_late: i32,
        frame: Frame,
    ) -> Self {
        let report = &view.report;
        let actor = &signed_in.actor;
        let own = actor.acts_for(report.organisation);
        let wrote_it = report.submitted_by == actor.identity;
        let is_submitted = matches!(report.state, ReportState::Submitted);
        let is_approved = matches!(report.state, ReportState::Approved { .. });
        let approves = actor.has(Role::Head) && own && is_submitted;
        let verifies = actor.has(Role::Supervisor) && is_approved;
        let obstacle = if approves && wrote_it {
            frame.say("refusal-same-person")
        } else if verifies && own {
            frame.say("refusal-own-house")
        } else {
            String::new()
        };
        Self {
            may_approve: approves,
            may_verify: verifies,
            may_correct: actor.has(Role::Clerk) && own && matches!(report.state, ReportState::Returned { .. }),
            erased: Vec::new(),
            obstacle,
            days_late,
            typed: TypedVerdict::default(),
            errors: FieldErrors::default(),
            key: String::new(),
            receipt: None,
            frame,
            view,
        }
    }

    fn reported(&self, target: &Target) -> Option<Decimal> {
        value_of(&self.view.report.values, target.id)
    }

    fn verified(&self, target: &Target) -> Option<Decimal> {
        value_of(self.view.report.verified_values(), target.id)
    }

    fn verified_completion(&self) -> Option<u8> {
        self.view.report.verified_completion()
    }

    fn is_destroyed(&self, file: &Evidence) -> bool {
        self.view.destroyed_evidence.contains(&file.id)
    }

    fn methods(&self) -> [VerificationMethod; 4] {
        VerificationMethod::ALL
    }

    fn is_method(&self, method: &VerificationMethod) -> bool {
        self.typed.method == method.code()
    }

    fn field(&self, target: &Target) -> String {
        value_field(target)
    }

    fn typed_value(&self, target: &Target) -> String {
        typed_for(&self.typed.values, target)
    }

    fn value_error(&self, target: &Target) -> String {
        self.frame.field_error(&self.errors, &value_field(target))
    }
}

fn page_of<P: crate::access::Policy<Pass = luoshi_app::session::SignedIn>>(
    visit: &Visit<P>,
    id: ReportId,
) -> Result<ReportPage, Failure> {
    let view = visit.app().report(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let days_late = visit.app().days_late(&view)?;
    let place = if visit.actor().has(Role::Supervisor) {
        Place::Verifications
    } else if visit.actor().has(Role::Head) {
        Place::Approvals
    } else {
        Place::ToDo
    };
    let frame = visit.frame(place);
    let title = frame.say2(
        "report-of-month",
        "organisation",
        &view.organisation_name,
        "month",
        frame.month(&view.report.period),
    );
    let task = frame.say2("task-in-path", "number", view.task_number, "title", &view.task_title);
    let list = match place {
        Place::Verifications => ("verifications", urls::VERIFICATIONS),
        Place::Approvals => ("approvals", urls::APPROVALS),
        _ => ("to-do", urls::TO_DO),
    };
    let frame = frame
        .under(list.0, list.1)
        .under_named(task, urls::task(&view.report.task))
        .headed_by(title, "report");
    let erased = visit.app().erased_texts(Stream::Report(id))?;
    Ok(ReportPage {
        erased,
        key: visit.app().new_id().to_string(),
        ..ReportPage::of(view, visit.signed_in(), days_late, frame)
    })
}

/// A report.
pub(crate) async fn show_report(visit: Visit<Member>, At(id): At<ReportId>) -> Answer {
    let mut page = page_of(&visit, id)?;
    page.receipt = receipt::just_given(&visit.query());
    show(&page)
}

fn request(fields: &Fields, id: ReportId, command: Command) -> Request {
    Request {
        command,
        expected: Some((Stream::Report(id), fields.seen_version())),
        idempotency_key: fields.idempotency_key(),
    }
}

/// Approves a report of the own body.
pub(crate) async fn approve(visit: Visit<Head>, At(id): At<ReportId>, form: Submitted) -> Answer {
    let command = Command::ApproveReport(ApproveReport { report: id });
    let done = visit
        .app()
        .execute(visit.actor(), request(form.fields(), id, command))
        .await?;
    Ok(lead_to(&receipt::with_receipt(urls::APPROVALS, done.command)))
}

/// Returns a report of the own body for a reason.
pub(crate) async fn return_at_approval(visit: Visit<Head>, At(id): At<ReportId>, form: Submitted) -> Answer {
    give_back(&visit, id, form.fields(), urls::APPROVALS).await
}

/// Returns a report for a reason, as the supervision office.
pub(crate) async fn return_at_verification(visit: Visit<Supervisor>, At(id): At<ReportId>, form: Submitted) -> Answer {
    give_back(&visit, id, form.fields(), urls::VERIFICATIONS).await
}

async fn give_back<P: crate::access::Policy<Pass = luoshi_app::session::SignedIn>>(
    visit: &Visit<P>,
    id: ReportId,
    fields: &Fields,
    next: &str,
) -> Answer {
    let reason = fields.text("reason");
    let mut errors = FieldErrors::default();
    if reason.is_empty() {
        errors.add("reason", "return-reason-missing");
    } else if reason.chars().count() > LONGEST_TEXT {
        errors.add("reason", "report-too-long");
    }
    if !errors.is_empty() {
        let page = page_of(visit, id)?;
        return show_again(&ReportPage {
            typed: TypedVerdict {
                reason,
                ..TypedVerdict::default()
            },
            errors,
            ..page
        });
    }
    let command = Command::ReturnReport(ReturnReport { report: id, reason });
    let done = visit.app().execute(visit.actor(), request(fields, id, command)).await?;
    Ok(lead_to(&receipt::with_receipt(next, done.command)))
}

/// Records what the verifier found.
pub(crate) async fn verify(visit: Visit<Supervisor>, At(id): At<ReportId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let page = page_of(&visit, id)?;
    let typed = TypedVerdict {
        reason: String::new(),
        method: fields.text("method"),
        values: typed_values(&page.view.targets, fields),
        completion: fields.text("completion"),
        conclusion: fields.text("conclusion"),
    };
    let mut errors = FieldErrors::default();
    let method = VerificationMethod::from_code(&typed.method);
    if method.is_none() {
        errors.add("method", "verify-method-missing");
    }
    let values = read_values(&page.view.targets, fields, &mut errors);
    let completion = read_completion(&typed.completion, &mut errors);
    if typed.conclusion.chars().count() > LONGEST_TEXT {
        errors.add("conclusion", "report-too-long");
    }
    let (Some(method), true) = (method, errors.is_empty()) else {
        return show_again(&ReportPage { typed, errors, ..page });
    };
    let command = Command::VerifyReport(VerifyReport {
        report: id,
        method,
        values,
        completion,
        conclusion: typed.conclusion,
    });
    let done = visit.app().execute(visit.actor(), request(fields, id, command)).await?;
    Ok(lead_to(&receipt::with_receipt(urls::VERIFICATIONS, done.command)))
}

#[derive(Template)]
#[template(path = "report/list.html")]
pub(crate) struct ReportsPage {
    pub(crate) frame: Frame,
    pub(crate) reports: Vec<ReportView>,
    /// The key of what stands where there are none.
    pub(crate) empty: &'static str,
    pub(crate) receipt: Option<String>,
}

/// 审核: the reports that wait for the head.
pub(crate) async fn show_approvals(visit: Visit<Head>) -> Answer {
    show(&ReportsPage {
        frame: visit.frame(Place::Approvals).headed("approvals"),
        reports: visit.app().awaiting_approval(visit.actor())?,
        empty: "approvals-empty",
        receipt: receipt::just_given(&visit.query()),
    })
}

/// 核验: the reports that wait for the supervision office.
pub(crate) async fn show_verifications(visit: Visit<Supervisor>) -> Answer {
    show(&ReportsPage {
        frame: visit.frame(Place::Verifications).headed("verifications"),
        reports: visit.app().awaiting_verification(visit.actor())?,
        empty: "verifications-empty",
        receipt: receipt::just_given(&visit.query()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_as_people_write_it() {
        let mut errors = FieldErrors::default();
        assert_eq!(read_completion("62", &mut errors), Some(62));
        assert_eq!(read_completion("62%", &mut errors), Some(62));
        assert_eq!(read_completion("62 ％", &mut errors), Some(62));
        assert_eq!(read_completion("６２％", &mut errors), Some(62));
        assert_eq!(read_completion("", &mut errors), None);
        assert!(errors.is_empty());
        assert_eq!(read_completion("101", &mut errors), None);
        assert_eq!(errors.of("completion"), "report-completion-wrong");
    }
}
