//! What follows from a permitted command: events, or a refusal. Pure: the day is an argument, every id comes with the command.
//!
//! It does not ask who may; the [`Permit`] says that this was asked.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    actor::{ActorIdentity, Role},
    command::{
        AddTask, AdoptDrafts, ApproveReport, Command, ConfirmErasure, ContinueLog, DeclineErasure, FoundOrganisation,
        IssuePlan, NameReporter, NewTask, OpenAccount, ProposeErasure, PublishTasks, ReceiveDocument, ReturnReport,
        RotateLogKey, SubmitReport, VerifyReport,
    },
    erasure::{Erasure, MOST_ERASED, TextPlace, Tombstone, each_once},
    event::{
        AccountOpened, ContentErased, DocumentReceived, ErasureDeclined, ErasureProposed, ErasureReapplied, Event,
        LogContinued, LogKeyRotated, OrganisationFounded, PlanAdopted, PlanIssued, ReportApproved, ReportReturned,
        ReportSubmitted, ReportVerified, ReporterNamed, TaskAdopted, TaskPublished,
    },
    evidence::{EvidenceRecord, MOST_EVIDENCE},
    facts::Facts,
    ids::{ErasureId, OrganisationId, PlanId, ReportId, SectionId},
    organisation::OrganisationKind,
    period::Period,
    plan::{LONGEST_PLAN_TITLE, Plan, REPORT_DAYS, SectionRecord, YEARS},
    policy::Permit,
    refusal::Refusal,
    report::{Report, ReportRecord, ReportState, ReturnStage, TargetValue, completion_of},
    task::{Reporting, Task, TaskRecord, Tracking},
    text::{ERASED, Text},
};

/// The longest name of a body, in characters.
pub const LONGEST_ORGANISATION_NAME: usize = 100;
/// The longest title of a task, in characters.
pub const LONGEST_TASK_TITLE: usize = 300;
/// The longest free text of a report or of a hand-made task, in characters.
pub const LONGEST_TEXT: usize = 20_000;

/// The events that `command` causes on `today`, in the order in which they are to be recorded.
///
/// # Errors
/// The first reason why it cannot be; nothing has happened then.
pub fn decide(permit: &Permit, command: &Command, facts: &Facts, today: Date) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::FoundOrganisation(command) => found_organisation(command, facts).map(one),
        Command::OpenAccount(command) => open_account(command, facts).map(one),
        Command::ReceiveDocument(command) => receive_document(command, facts).map(one),
        Command::AdoptDrafts(command) => adopt_drafts(command, facts),
        Command::AddTask(command) => add_task(command, facts).map(one),
        Command::IssuePlan(command) => issue_plan(command, facts, today).map(one),
        Command::NameReporter(command) => name_reporter(command, facts, today).map(one),
        Command::PublishTasks(command) => publish_tasks(command, facts),
        Command::SubmitReport(command) => submit_report(permit, command, facts, today).map(one),
        Command::ApproveReport(command) => approve_report(permit, command, facts).map(one),
        Command::ReturnReport(command) => return_report(permit, command, facts).map(one),
        Command::VerifyReport(command) => verify_report(permit, command, facts).map(one),
        Command::RotateLogKey(command) => rotate_log_key(command, facts).map(one),
        Command::ContinueLog(command) => continue_log(command, facts).map(one),
        Command::ProposeErasure(command) => propose_erasure(command, facts).map(one),
        Command::ConfirmErasure(command) => confirm_erasure(permit, command, facts).map(one),
        Command::DeclineErasure(command) => decline_erasure(command, facts).map(one),
        Command::ReapplyErasure(tombstone) => reapply_erasure(tombstone, facts).map(one),
    }
}

fn one(event: Event) -> Vec<Event> {
    vec![event]
}

/// Whether a name or title can be taken: not empty, without white space at its ends and without control characters, at most `longest`
/// characters long.
pub fn is_name(name: &str, longest: usize) -> bool {
    let length = name.chars().count();
    name.trim() == name && (1..=longest).contains(&length) && !name.chars().any(char::is_control)
}

fn is_text(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && may_stand(text, longest)
}

/// Whether a text that may be empty can be taken. One that bears the mark of erased words would make people believe that the law took them.
fn may_stand(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.contains(ERASED)
}

fn found_organisation(command: &FoundOrganisation, facts: &Facts) -> Result<Event, Refusal> {
    if facts.organisations.contains_key(&command.organisation) {
        return Err(Refusal::AlreadyExists);
    }
    let is_name = |name: &String| is_name(name, LONGEST_ORGANISATION_NAME);
    if !is_name(&command.name) || !command.short_names.iter().all(is_name) {
        return Err(Refusal::InvalidName);
    }
    Ok(Event::OrganisationFounded(OrganisationFounded {
        organisation: command.organisation,
        name: command.name.clone(),
        short_names: command.short_names.clone(),
        kind: command.kind,
    }))
}

fn open_account(command: &OpenAccount, facts: &Facts) -> Result<Event, Refusal> {
    if facts.accounts.contains_key(&command.account) {
        return Err(Refusal::AlreadyExists);
    }
    let sign_in_name_is_valid = is_name(&command.sign_in_name, 64)
        && command.sign_in_name.chars().count() >= 2
        && !command.sign_in_name.contains(char::is_whitespace);
    if !sign_in_name_is_valid || !is_name(&command.display_name, 64) {
        return Err(Refusal::InvalidName);
    }
    let organisation = facts
        .organisations
        .get(&command.organisation)
        .ok_or(Refusal::UnknownOrganisation)?;
    let roles: Vec<Role> = command
        .roles
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if roles.is_empty() {
        return Err(Refusal::NoRole);
    }
    if roles.contains(&Role::Supervisor) && organisation.kind != OrganisationKind::SupervisionOffice {
        return Err(Refusal::SupervisorOutsideOffice);
    }
    Ok(Event::AccountOpened(AccountOpened {
        account: command.account,
        sign_in_name: Text::from(command.sign_in_name.as_str()),
        display_name: Text::from(command.display_name.as_str()),
        roles,
        organisation: command.organisation,
    }))
}

fn receive_document(command: &ReceiveDocument, facts: &Facts) -> Result<Event, Refusal> {
    if facts.documents.contains_key(&command.document) {
        return Err(Refusal::AlreadyExists);
    }
    if command.text.trim().is_empty() {
        return Err(Refusal::InvalidText);
    }
    if facts.erased_files.contains(&command.sha256) {
        return Err(Refusal::FileErased);
    }
    Ok(Event::DocumentReceived(DocumentReceived {
        document: command.document,
        file_name: Text::from(command.file_name.as_str()),
        sha256: command.sha256.clone(),
        byte_count: command.byte_count,
        text: Text::from(command.text.as_str()),
    }))
}

fn adopt_drafts(command: &AdoptDrafts, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    if facts.plans.contains_key(&command.plan) {
        return Err(Refusal::AlreadyExists);
    }
    if command
        .document
        .is_some_and(|document| !facts.documents.contains_key(&document))
    {
        return Err(Refusal::UnknownDocument);
    }
    if !is_name(&command.title, LONGEST_PLAN_TITLE) {
        return Err(Refusal::InvalidText);
    }
    if !YEARS.contains(&command.year) {
        return Err(Refusal::InvalidYear);
    }
    if !REPORT_DAYS.contains(&command.report_day) {
        return Err(Refusal::InvalidReportDay);
    }
    if command.tasks.is_empty() {
        return Err(Refusal::NoTasks);
    }
    let mut events = Vec::with_capacity(command.organisations.len() + 1 + command.tasks.len());
    let mut organisations: BTreeSet<OrganisationId> = facts.organisations.keys().copied().collect();
    for organisation in &command.organisations {
        events.push(found_organisation(organisation, facts)?);
        if !organisations.insert(organisation.organisation) {
            return Err(Refusal::AlreadyExists);
        }
    }
    events.push(Event::PlanAdopted(PlanAdopted {
        plan: command.plan,
        document: command.document,
        title: Text::from(command.title.as_str()),
        document_number: command.document_number.as_deref().map(Text::from),
        issuer: command.issuer.as_deref().map(Text::from),
        document_date: command.document_date,
        year: command.year,
        report_day: command.report_day,
        sections: command
            .sections
            .iter()
            .map(|section| SectionRecord {
                section: section.section,
                label: section.label.clone(),
                title: Text::from(section.title.as_str()),
                span: section.span,
            })
            .collect(),
    }));
    let sections: BTreeSet<SectionId> = command.sections.iter().map(|section| section.section).collect();
    let mut seen = BTreeSet::new();
    for (task, number) in command.tasks.iter().zip(1..) {
        if facts.tasks.contains_key(&task.task) || !seen.insert(task.task) {
            return Err(Refusal::AlreadyExists);
        }
        events.push(adopt_task(command.plan, number, task, &sections, &organisations)?);
    }
    Ok(events)
}

fn add_task(command: &AddTask, facts: &Facts) -> Result<Event, Refusal> {
    let plan = facts.plans.get(&command.plan).ok_or(Refusal::ForeignTask)?;
    if facts.tasks.contains_key(&command.task.task) {
        return Err(Refusal::AlreadyExists);
    }
    let sections = plan.sections.iter().map(|section| section.id).collect();
    let organisations = facts.organisations.keys().copied().collect();
    adopt_task(command.plan, command.number, &command.task, &sections, &organisations)
}

fn adopt_task(
    plan: PlanId,
    number: u32,
    task: &NewTask,
    sections: &BTreeSet<SectionId>,
    organisations: &BTreeSet<OrganisationId>,
) -> Result<Event, Refusal> {
    if !is_name(&task.title, LONGEST_TASK_TITLE) || task.text.trim().is_empty() {
        return Err(Refusal::InvalidText);
    }
    if task.section.is_some_and(|section| !sections.contains(&section)) {
        return Err(Refusal::UnknownSection);
    }
    if task
        .parties
        .iter()
        .filter_map(|party| party.organisation)
        .any(|organisation| !organisations.contains(&organisation))
    {
        return Err(Refusal::UnknownOrganisation);
    }
    let reporting = checked_reporting(&task.reporting, &task.tracking, organisations)?;
    Ok(Event::TaskAdopted(TaskAdopted {
        task: task.task,
        plan,
        record: TaskRecord {
            task: task.task,
            section: task.section,
            number,
            kind: task.kind,
            label: task.label.clone(),
            title: Text::from(task.title.as_str()),
            text: Text::from(task.text.as_str()),
            basis: task.basis.as_deref().map(Text::from),
            source: task.source,
            parties: task.parties.clone(),
            targets: task.targets.clone(),
            deliverable: task.deliverable.as_deref().map(Text::from),
            due: task.due,
            reporting,
            tracking: task.tracking.clone(),
        },
    }))
}

/// The reporting bodies without repetition; a task outside the limits of scope can have none.
fn checked_reporting(
    reporting: &Reporting,
    tracking: &Tracking,
    organisations: &BTreeSet<OrganisationId>,
) -> Result<Reporting, Refusal> {
    let named: BTreeSet<OrganisationId> = reporting.organisations().iter().copied().collect();
    if !named.is_subset(organisations) {
        return Err(Refusal::UnknownOrganisation);
    }
    if matches!(tracking, Tracking::NotTracked { .. }) && !named.is_empty() {
        return Err(Refusal::NotTracked);
    }
    let mut seen = BTreeSet::new();
    let in_order: Vec<OrganisationId> = reporting
        .organisations()
        .iter()
        .copied()
        .filter(|organisation| seen.insert(*organisation))
        .collect();
    Ok(Reporting::by(in_order))
}

fn issue_plan(command: &IssuePlan, facts: &Facts, today: Date) -> Result<Event, Refusal> {
    match facts.plans.get(&command.plan) {
        Some(plan) if plan.issued_at().is_none() => {
            check_effect(command.effective_on, plan, today)?;
            Ok(Event::PlanIssued(PlanIssued { plan: command.plan }))
        }
        _ => Err(Refusal::AlreadyIssued),
    }
}

/// A day since when something is true lies between the date of the plan's document, before which nobody could know of it, and today.
fn check_effect(effective_on: Option<Date>, plan: &Plan, today: Date) -> Result<(), Refusal> {
    let Some(day) = effective_on else { return Ok(()) };
    let earliest = plan.document_date.ok_or(Refusal::EffectWithoutDocumentDate)?;
    if day < earliest {
        Err(Refusal::EffectBeforeDocument)
    } else if day > today {
        Err(Refusal::EffectInFuture)
    } else {
        Ok(())
    }
}

fn name_reporter(command: &NameReporter, facts: &Facts, today: Date) -> Result<Event, Refusal> {
    let task = facts.tasks.get(&command.task).ok_or(Refusal::ForeignTask)?;
    if !task.is_tracked() {
        return Err(Refusal::NotTracked);
    }
    let plan = facts.plans.get(&task.plan).ok_or(Refusal::ForeignTask)?;
    check_effect(command.effective_on, plan, today)?;
    let organisations = facts.organisations.keys().copied().collect();
    Ok(Event::ReporterNamed(ReporterNamed {
        task: command.task,
        reporting: checked_reporting(&command.reporting, &task.tracking, &organisations)?,
        due: command.due,
    }))
}

fn publish_tasks(command: &PublishTasks, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    let wanted: BTreeSet<_> = command.tasks.iter().copied().collect();
    for id in wanted {
        let task = facts
            .tasks
            .get(&id)
            .filter(|task| task.plan == command.plan)
            .ok_or(Refusal::ForeignTask)?;
        if task.publication != command.publication {
            events.push(Event::TaskPublished(TaskPublished {
                task: id,
                publication: command.publication,
            }));
        }
    }
    if events.is_empty() {
        Err(Refusal::NothingToPublish)
    } else {
        Ok(events)
    }
}

fn checked_values(task: &Task, values: &[TargetValue], completion: Option<u8>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for value in values {
        if !task.targets.iter().any(|target| target.id == value.target) {
            return Err(Refusal::UnknownTarget);
        }
        if !seen.insert(value.target) {
            return Err(Refusal::RepeatedTarget);
        }
    }
    if completion.is_some_and(|percent| percent > 100) {
        return Err(Refusal::InvalidCompletion);
    }
    Ok(())
}

fn submit_report(permit: &Permit, command: &SubmitReport, facts: &Facts, today: Date) -> Result<Event, Refusal> {
    let task = facts.tasks.get(&command.task).ok_or(Refusal::ForeignTask)?;
    let plan = facts.plans.get(&task.plan).ok_or(Refusal::NotIssued)?;
    if !task.is_tracked() {
        return Err(Refusal::NotTracked);
    }
    if plan.issued_at().is_none() {
        return Err(Refusal::NotIssued);
    }
    if !task.reporting.organisations().contains(&command.organisation) {
        return Err(Refusal::NotReporter);
    }
    if command.period > Period::of(today) || command.period.year() < plan.year {
        return Err(Refusal::PeriodNotOpen);
    }
    if !is_text(&command.done, LONGEST_TEXT) {
        return Err(Refusal::NothingDone);
    }
    let others = [&command.problems, &command.help_wanted, &command.next_step];
    if !others.iter().all(|text| may_stand(text, LONGEST_TEXT)) {
        return Err(Refusal::InvalidText);
    }
    checked_values(task, &command.values, command.completion)?;
    let report = ReportId::of(command.task, command.organisation, command.period);
    let may_be_handed_in = match facts.reports.get(&report).map(|report| &report.state) {
        None | Some(ReportState::Returned { .. }) => true,
        Some(ReportState::Submitted | ReportState::Approved { .. } | ReportState::Verified { .. }) => false,
    };
    if !may_be_handed_in {
        return Err(Refusal::ReportUnderWay);
    }
    Ok(Event::ReportSubmitted(ReportSubmitted {
        report,
        task: command.task,
        organisation: command.organisation,
        period: command.period,
        record: ReportRecord {
            values: command.values.clone(),
            completion: command
                .completion
                .or_else(|| completion_of(&task.targets, &command.values)),
            done: Text::from(command.done.as_str()),
            problems: Text::from(command.problems.as_str()),
            help_wanted: Text::from(command.help_wanted.as_str()),
            next_step: Text::from(command.next_step.as_str()),
            evidence: checked_evidence(permit, command, facts, report)?,
        },
    }))
}

/// The files of a report. A file of another draft, report or body is as unknown as one that never was.
fn checked_evidence(
    permit: &Permit,
    command: &SubmitReport,
    facts: &Facts,
    report: ReportId,
) -> Result<Vec<EvidenceRecord>, Refusal> {
    if command.evidence.len() > MOST_EVIDENCE {
        return Err(Refusal::TooMuchEvidence);
    }
    let mut seen = BTreeSet::new();
    let mut records = Vec::with_capacity(command.evidence.len());
    for id in &command.evidence {
        let of_author = |author: Option<ActorIdentity>| {
            facts.evidence.iter().find(|offered| {
                offered.evidence.id == *id
                    && offered.report == report
                    && offered.organisation == command.organisation
                    && offered.author == author
            })
        };
        // What the author added now has the name that they gave it now.
        let offered = of_author(Some(permit.actor().identity))
            .or_else(|| of_author(None))
            .filter(|_| seen.insert(*id))
            .ok_or(Refusal::UnknownEvidence)?;
        records.push(EvidenceRecord {
            evidence: *id,
            sha256: offered.evidence.sha256.clone(),
            byte_count: offered.evidence.byte_count,
            media_type: offered.evidence.media_type.clone(),
            name: Text::from(offered.evidence.name.as_str()),
        });
    }
    Ok(records)
}

fn report_of(facts: &Facts, id: ReportId) -> Result<&Report, Refusal> {
    facts.reports.get(&id).ok_or(Refusal::NotSubmitted)
}

fn approve_report(permit: &Permit, command: &ApproveReport, facts: &Facts) -> Result<Event, Refusal> {
    let report = report_of(facts, command.report)?;
    if report.state != ReportState::Submitted {
        return Err(Refusal::NotSubmitted);
    }
    if report.submitted_by == permit.actor().identity {
        return Err(Refusal::SamePerson);
    }
    Ok(Event::ReportApproved(ReportApproved { report: command.report }))
}

fn return_report(permit: &Permit, command: &ReturnReport, facts: &Facts) -> Result<Event, Refusal> {
    let report = report_of(facts, command.report)?;
    let stage = match report.state {
        ReportState::Submitted => ReturnStage::Approval,
        ReportState::Approved { .. } => ReturnStage::Verification,
        ReportState::Verified { .. } | ReportState::Returned { .. } => return Err(Refusal::NotReturnable),
    };
    // A head sends back what is before the head; what has gone on to the supervision office is the office's to return, and the reverse.
    let actor = permit.actor();
    let is_its_head = actor.has(Role::Head) && actor.acts_for(report.organisation);
    match stage {
        ReturnStage::Approval if !is_its_head => return Err(Refusal::NotApproved),
        ReturnStage::Verification if !actor.has(Role::Supervisor) => return Err(Refusal::NotReturnable),
        ReturnStage::Approval | ReturnStage::Verification => {}
    }
    if !is_text(&command.reason, LONGEST_TEXT) {
        return Err(Refusal::NoReason);
    }
    Ok(Event::ReportReturned(ReportReturned {
        report: command.report,
        stage,
        reason: Text::from(command.reason.as_str()),
    }))
}

fn verify_report(permit: &Permit, command: &VerifyReport, facts: &Facts) -> Result<Event, Refusal> {
    let report = report_of(facts, command.report)?;
    let task = facts.tasks.get(&report.task).ok_or(Refusal::ForeignTask)?;
    if !matches!(report.state, ReportState::Approved { .. }) {
        return Err(Refusal::NotApproved);
    }
    if permit.actor().acts_for(report.organisation) {
        return Err(Refusal::OwnHouse);
    }
    if !may_stand(&command.conclusion, LONGEST_TEXT) {
        return Err(Refusal::InvalidText);
    }
    checked_values(task, &command.values, command.completion)?;
    Ok(Event::ReportVerified(ReportVerified {
        report: command.report,
        method: command.method,
        values: command.values.clone(),
        completion: command
            .completion
            .or_else(|| completion_of(&task.targets, &command.values)),
        conclusion: Text::from(command.conclusion.as_str()),
    }))
}

fn rotate_log_key(command: &RotateLogKey, facts: &Facts) -> Result<Event, Refusal> {
    let present = facts.logs.get(&command.log).and_then(|log| log.present_key());
    let is_present = present.is_none_or(|term| term.key == command.previous_key);
    if !is_present || command.key == command.previous_key {
        return Err(Refusal::OtherLogKey);
    }
    Ok(Event::LogKeyRotated(LogKeyRotated {
        log: command.log,
        origin: command.origin.clone(),
        previous_key: command.previous_key.clone(),
        key: command.key.clone(),
        previous_until: command.previous_until,
        statement: command.statement.clone(),
    }))
}

fn continue_log(command: &ContinueLog, facts: &Facts) -> Result<Event, Refusal> {
    if facts.logs.contains_key(&command.log) || command.log == command.previous {
        return Err(Refusal::AlreadyExists);
    }
    if !is_text(&command.reason, LONGEST_TEXT) {
        return Err(Refusal::NoReason);
    }
    Ok(Event::LogContinued(LogContinued {
        log: command.log,
        origin: command.origin.clone(),
        key: command.key.clone(),
        previous: command.previous,
        previous_key: command.previous_key.clone(),
        checkpoint: command.checkpoint.clone(),
        first_place: command.first_place,
        cause: command.cause,
        statement: command.statement.clone(),
        reason: Text::from(command.reason.as_str()),
    }))
}
fn propose_erasure(command: &ProposeErasure, facts: &Facts) -> Result<Event, Refusal> {
    if facts.erasures.contains_key(&command.erasure) {
        return Err(Refusal::AlreadyExists);
    }
    let (texts, files) = (each_once(&command.texts), each_once(&command.files));
    match texts.len() + files.len() {
        0 => return Err(Refusal::NothingToErase),
        1..=MOST_ERASED => {}
        _ => return Err(Refusal::TooMuchToErase),
    }
    if !texts.iter().all(|place| facts.texts.contains_key(place))
        || !files.iter().all(|file| facts.files.contains(file))
    {
        return Err(Refusal::AlreadyErased);
    }
    if !is_text(&command.explanation, LONGEST_TEXT) {
        return Err(Refusal::NoExplanation);
    }
    if takes_promise(&texts, facts) && !command.ground.covers_promises() {
        return Err(Refusal::PromiseStays);
    }
    Ok(Event::ErasureProposed(ErasureProposed {
        erasure: command.erasure,
        ground: command.ground,
        texts,
        files,
        explanation: Text::from(command.explanation.as_str()),
    }))
}

/// Whether words of a promise are among the texts that still exist.
fn takes_promise(texts: &[TextPlace], facts: &Facts) -> bool {
    texts
        .iter()
        .filter_map(|place| facts.texts.get(place))
        .any(|text| text.is_promise())
}

fn open_erasure(facts: &Facts, id: ErasureId) -> Result<&Erasure, Refusal> {
    facts
        .erasures
        .get(&id)
        .filter(|erasure| erasure.is_open())
        .ok_or(Refusal::ErasureDecided)
}

fn confirm_erasure(permit: &Permit, command: &ConfirmErasure, facts: &Facts) -> Result<Event, Refusal> {
    let erasure = open_erasure(facts, command.erasure)?;
    if erasure.proposed_by == permit.actor().identity {
        return Err(Refusal::ProposedBySame);
    }
    if takes_promise(&erasure.texts, facts) && permit.actor().is_console() {
        return Err(Refusal::OfficeAlone);
    }
    Ok(Event::ContentErased(ContentErased {
        erasure: erasure.id,
        ground: erasure.ground,
        proposed_by: erasure.proposed_by,
        texts: erasure.texts.clone(),
        files: erasure.files.clone(),
    }))
}

fn decline_erasure(command: &DeclineErasure, facts: &Facts) -> Result<Event, Refusal> {
    let erasure = open_erasure(facts, command.erasure)?;
    if !is_text(&command.reason, LONGEST_TEXT) {
        return Err(Refusal::NoReason);
    }
    Ok(Event::ErasureDeclined(ErasureDeclined {
        erasure: erasure.id,
        reason: Text::from(command.reason.as_str()),
    }))
}

fn reapply_erasure(tombstone: &Tombstone, facts: &Facts) -> Result<Event, Refusal> {
    let known = facts.erasures.get(&tombstone.erasure).and_then(Erasure::tombstone);
    if known.is_some() {
        return Err(Refusal::ErasureDecided);
    }
    Ok(Event::ErasureReapplied(ErasureReapplied::from(tombstone.clone())))
}
