//! Reviews: drafts beside their source, to be corrected and accepted by a person (law 3). A review is a draft and stands outside the
//! ledger; accepting it is a command.
//!
//! It does not find tasks, and it never changes the words of a promise: they are copied from the document.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use jiff::{Timestamp, civil::Date};
use luoshi_intake::{
    Intake,
    parse::{DeadlineKind, TaskDraft, TrackingState},
};
use luoshi_ledger::{
    Actor, ActorIdentity, Command,
    command::{AdoptDrafts, FoundOrganisation, NewParty, NewSection, NewTask},
    ids::{DocumentId, OrganisationId, PlanId, SectionId, TargetId, TaskId},
    organisation::OrganisationKind,
    target::Target,
    task::{ExcludedClause, Reporting, Source, TaskKind, Tracking},
    view::OrganisationSummary,
};
use luoshi_store::ReviewRow;
use luoshi_types::{Comparator, Decimal, Diagnostic, DiagnosticCode, Direction, PartyRole, Span, Strength};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::AppError,
    execute::{Request, flatten},
    site::App,
};

/// Day of the month by which reports are due, unless the reviewer says otherwise.
const USUAL_REPORT_DAY: u8 = 25;

/// The identity of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(pub Uuid);

impl fmt::Display for ReviewId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for ReviewId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The drafts of one document while a person goes through them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// How often it was changed; a page that saw an older one is told.
    pub version: u64,
    /// The document.
    pub document: DocumentId,
    /// Name of the file.
    pub file_name: String,
    /// The plan that was adopted from it; a review that has one cannot be changed.
    pub plan: Option<PlanId>,
    /// Title of the plan to be.
    pub title: String,
    /// 文号.
    pub document_number: Option<String>,
    /// Who issued the document.
    pub issuer: Option<String>,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// The year of the plan.
    pub year: i16,
    /// Whether the year is a guess (the present one) that a person should confirm.
    pub year_is_guess: bool,
    /// Day of the month by which reports are due.
    pub report_day: u8,
    /// Sections.
    pub sections: Vec<ReviewSection>,
    /// Tasks, in the order of the document.
    pub tasks: Vec<ReviewTask>,
    /// Complaints of reader and parser about the document.
    pub diagnostics: Vec<Diagnostic>,
    /// Stretches of text that no rule settles.
    pub unresolved: Vec<Span>,
    /// Scalars of the document, and how many of them belong to exactly one span: the coverage proof.
    pub coverage: (usize, usize),
}

/// A section under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSection {
    /// Its label as written.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub span: Span,
}

/// A task under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTask {
    /// 序号, from 1.
    pub number: u32,
    /// Index of its section.
    pub section: Option<usize>,
    /// Its label as written.
    pub label: String,
    /// Its first sentence.
    pub title: String,
    /// The promise, verbatim.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Named bodies.
    pub parties: Vec<ReviewParty>,
    /// Targets.
    pub targets: Vec<ReviewTarget>,
    /// 完成标准.
    pub deliverable: String,
    /// 完成时限.
    pub due: Option<Date>,
    /// Names of the bodies that report: one, several jointly, or none yet.
    pub reporters: Vec<String>,
    /// Whether luoshi follows it.
    pub tracking: ReviewTracking,
    /// What a person should look at first.
    pub doubts: Vec<Doubt>,
    /// Whether a person has looked at it and said that it is right.
    pub checked: bool,
}

impl ReviewTask {
    /// Whether it belongs at the head of the review page.
    pub fn is_unresolved(&self) -> bool {
        !self.checked && !self.doubts.is_empty()
    }
}

/// A named body under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewParty {
    /// Its part.
    pub role: PartyRole,
    /// The name as the document writes it.
    pub raw: String,
    /// The full name; empty for a class of bodies and for persons, who are no body of the ledger.
    pub name: String,
    /// Where the name stands; none where a reviewer added it.
    pub span: Option<Span>,
    /// Whether it was stated once for several tasks.
    pub inherited: bool,
}

/// A target under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTarget {
    /// What is measured.
    pub subject: String,
    /// The number with its unit as written.
    pub quantity_text: String,
    /// The value.
    pub value: Option<Decimal>,
    /// The upper end of a range.
    pub value_max: Option<Decimal>,
    /// The unit.
    pub unit: String,
    /// How a value compares.
    pub comparator: Comparator,
    /// What is to happen.
    pub direction: Option<Direction>,
    /// How strongly it is promised.
    pub strength: Option<Strength>,
    /// Its own deadline, where its sentence names one before it.
    pub due: Option<Date>,
    /// Where it stands; none where a reviewer added it.
    pub span: Option<Span>,
}

/// Whether luoshi will follow a task under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTracking {
    /// The reason code where the whole task is outside the limits of scope.
    pub not_tracked: Option<String>,
    /// Whether the mark is the shipped policy's, which a reviewer cannot remove.
    pub shipped: bool,
    /// Clauses outside the limits of scope, with their reason codes.
    pub excluded: Vec<(Span, String)>,
}

/// Why a person should look at a task first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No body is named.
    NoParty,
    /// Only a class of bodies is named, so nobody owes a report.
    NobodyReports,
    /// A part of it could be read in more than one way.
    Unresolved,
    /// Its number is borne by another task as well.
    DuplicateNumber,
    /// A target does not say what it measures.
    TargetWithoutSubject,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Doubt; 5] = [
        Doubt::NoParty,
        Doubt::NobodyReports,
        Doubt::Unresolved,
        Doubt::DuplicateNumber,
        Doubt::TargetWithoutSubject,
    ];

    /// The key of its wording in the locale files.
    pub fn code(self) -> &'static str {
        match self {
            Doubt::NoParty => "no-party",
            Doubt::NobodyReports => "nobody-reports",
            Doubt::Unresolved => "unresolved",
            Doubt::DuplicateNumber => "duplicate-number",
            Doubt::TargetWithoutSubject => "target-without-subject",
        }
    }
}

/// A review in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSummary {
    /// Its id.
    pub id: ReviewId,
    /// Title of the plan to be.
    pub title: String,
    /// Name of the file.
    pub file_name: String,
    /// Number of its tasks.
    pub task_count: usize,
    /// How many of them a person should still look at.
    pub unresolved_count: usize,
    /// The plan that was adopted from it.
    pub plan: Option<PlanId>,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// What a reviewer says about the plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanCorrection {
    /// Title.
    pub title: String,
    /// Year.
    pub year: i16,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// Day of the month by which reports are due.
    pub report_day: u8,
}

/// What a reviewer says about one task: all that can be corrected, replaced at once. The promise's words are not among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCorrection {
    /// Its first sentence.
    pub title: String,
    /// Named bodies.
    pub parties: Vec<ReviewParty>,
    /// Targets.
    pub targets: Vec<ReviewTarget>,
    /// 完成标准.
    pub deliverable: String,
    /// 完成时限.
    pub due: Option<Date>,
    /// Names of the bodies that report.
    pub reporters: Vec<String>,
    /// A reason of the reviewer's own to leave the task untracked; a shipped mark stays whatever is said here.
    pub not_tracked: Option<String>,
    /// Whether the reviewer says that it is right.
    pub checked: bool,
}

/// Why a correction was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Somebody else changed the review since.
    #[error("the review was changed since")]
    Changed,
    /// The plan is adopted; corrections go through the ledger now.
    #[error("the review is adopted")]
    Adopted,
    /// A body reports that is not named as a party of the task.
    #[error("a reporter is no party")]
    ReporterNotParty,
    /// A value is missing or out of range.
    #[error("invalid value")]
    Invalid,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl Review {
    /// Lays out what was read as a review: reporters proposed (the lead; where none is named, the first body), doubts noted.
    pub fn lay_out(
        id: ReviewId,
        document: DocumentId,
        file_name: &str,
        intake: &Intake,
        organisations: &[OrganisationSummary],
        today: Date,
    ) -> Self {
        let parsed = &intake.parsed;
        let scalars: Vec<char> = intake.document.text.chars().collect();
        let words = |span: Span| -> String {
            scalars
                .get(span.start..span.end.min(scalars.len()))
                .unwrap_or_default()
                .iter()
                .collect()
        };
        let known = known_names(organisations);
        let section_index: BTreeMap<&str, usize> = parsed
            .sections
            .iter()
            .enumerate()
            .map(|(index, section)| (section.id.as_str(), index))
            .collect();
        let mut labels = BTreeMap::new();
        for task in parsed.tasks.iter().filter(|task| !task.label.is_empty()) {
            *labels
                .entry((task.section.as_deref(), task.label.as_str()))
                .or_insert(0_u32) += 1;
        }
        let tasks = parsed
            .tasks
            .iter()
            .zip(1..)
            .map(|(draft, number)| {
                let parties: Vec<ReviewParty> = draft
                    .parties
                    .iter()
                    .map(|party| ReviewParty {
                        role: party.role,
                        raw: party.raw.clone(),
                        name: match party.role {
                            PartyRole::Generic | PartyRole::LeaderPerson => String::new(),
                            _ => known
                                .get(party.raw.as_str())
                                .map_or(party.name.as_str(), |name| *name)
                                .to_owned(),
                        },
                        span: (!party.inherited).then_some(party.span),
                        inherited: party.inherited,
                    })
                    .collect();
                let tracked = draft.tracking.state == TrackingState::Tracked;
                let reporters = if tracked {
                    proposed_reporter(&parties)
                } else {
                    Vec::new()
                };
                let targets = if tracked { targets_of(draft) } else { Vec::new() };
                let year = parsed.metadata.year.unwrap_or(today.year());
                let mut task = ReviewTask {
                    number,
                    section: draft
                        .section
                        .as_deref()
                        .and_then(|section| section_index.get(section).copied()),
                    label: draft.label.clone(),
                    title: first_characters(&draft.title),
                    text: words(draft.span).trim().to_owned(),
                    span: draft.span,
                    due: due_of(draft, &targets, year),
                    targets,
                    deliverable: String::new(),
                    tracking: ReviewTracking {
                        not_tracked: draft.tracking.reason.map(|reason| reason.code().to_owned()),
                        shipped: !tracked,
                        excluded: draft
                            .tracking
                            .excluded
                            .iter()
                            .map(|clause| (clause.span, clause.reason.code().to_owned()))
                            .collect(),
                    },
                    parties,
                    reporters,
                    doubts: Vec::new(),
                    checked: false,
                };
                let repeated = labels
                    .get(&(draft.section.as_deref(), draft.label.as_str()))
                    .is_some_and(|count| *count > 1);
                let unsettled = parsed
                    .coverage
                    .unresolved
                    .iter()
                    .any(|unresolved| draft.span.contains(unresolved.span));
                task.doubts = doubts(&task);
                task.doubts.extend(repeated.then_some(Doubt::DuplicateNumber));
                task.doubts.extend(unsettled.then_some(Doubt::Unresolved));
                task
            })
            .collect();
        let metadata = &parsed.metadata;
        Self {
            id,
            version: 1,
            document,
            file_name: file_name.to_owned(),
            plan: None,
            title: metadata
                .title
                .as_ref()
                .map_or_else(|| stem(file_name), |title| title.text.clone()),
            document_number: metadata.document_number.as_ref().map(|number| number.text.clone()),
            issuer: metadata.issuer.as_ref().map(|issuer| issuer.text.clone()),
            document_date: metadata.date,
            year: metadata.year.unwrap_or(today.year()),
            year_is_guess: metadata.year.is_none(),
            report_day: USUAL_REPORT_DAY,
            sections: parsed
                .sections
                .iter()
                .map(|section| ReviewSection {
                    label: section.label.clone(),
                    title: section.title.clone(),
                    span: section.span,
                })
                .collect(),
            tasks,
            diagnostics: parsed
                .diagnostics
                .iter()
                .filter(|diagnostic| {
                    // What a task's own line says on the page is not said again above it.
                    !matches!(
                        diagnostic.code,
                        DiagnosticCode::NotTracked | DiagnosticCode::UnknownOrganisation
                    )
                })
                .cloned()
                .collect(),
            unresolved: parsed
                .coverage
                .unresolved
                .iter()
                .map(|unresolved| unresolved.span)
                .collect(),
            coverage: (parsed.coverage.total, parsed.coverage.accounted),
        }
    }

    /// Tasks in the order of the page: the ones in doubt first, each group in the order of the document.
    pub fn in_page_order(&self) -> Vec<&ReviewTask> {
        let (unresolved, settled): (Vec<&ReviewTask>, Vec<&ReviewTask>) =
            self.tasks.iter().partition(|task| task.is_unresolved());
        unresolved.into_iter().chain(settled).collect()
    }

    /// Names of bodies that the plan names, each once, in the order of first mention.
    pub fn body_names(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.tasks
            .iter()
            .flat_map(|task| task.parties.iter())
            .map(|party| party.name.as_str())
            .filter(|name| !name.is_empty() && seen.insert(*name))
            .collect()
    }

    pub(crate) fn to_row(&self, by: ActorIdentity, now: Timestamp) -> Result<ReviewRow, AppError> {
        Ok(ReviewRow {
            id: self.id.0,
            document: self.document,
            version: self.version,
            body: serde_json::to_string(self).map_err(AppError::internal)?,
            updated_by: by,
            updated_at: now,
        })
    }

    fn from_row(row: &ReviewRow) -> Result<Self, AppError> {
        let mut review: Self = serde_json::from_str(&row.body).map_err(AppError::internal)?;
        review.version = row.version;
        Ok(review)
    }

    fn correct_task(&mut self, number: u32, correction: TaskCorrection) -> Result<(), ReviewError> {
        let task = self
            .tasks
            .iter_mut()
            .find(|task| task.number == number)
            .ok_or(ReviewError::App(AppError::NotFound))?;
        let is_party = |name: &String| correction.parties.iter().any(|party| party.name == *name);
        if !correction.reporters.iter().all(is_party) {
            return Err(ReviewError::ReporterNotParty);
        }
        let title = correction.title.trim();
        if title.is_empty() || title.chars().count() > luoshi_ledger::decide::LONGEST_TASK_TITLE {
            return Err(ReviewError::Invalid);
        }
        task.title = title.to_owned();
        task.parties = correction.parties;
        task.deliverable = correction.deliverable.trim().to_owned();
        task.due = correction.due;
        if !task.tracking.shipped {
            task.tracking.not_tracked = correction
                .not_tracked
                .map(|reason| reason.trim().to_owned())
                .filter(|reason| !reason.is_empty());
        }
        let tracked = task.tracking.not_tracked.is_none();
        task.targets = if tracked { correction.targets } else { Vec::new() };
        task.reporters = if tracked { correction.reporters } else { Vec::new() };
        task.checked = correction.checked;
        let lasting: Vec<Doubt> = task
            .doubts
            .iter()
            .copied()
            .filter(|doubt| matches!(doubt, Doubt::DuplicateNumber | Doubt::Unresolved))
            .collect();
        task.doubts = doubts(task);
        task.doubts.extend(lasting);
        Ok(())
    }

    fn correct_plan(&mut self, correction: PlanCorrection) -> Result<(), ReviewError> {
        let title = correction.title.trim();
        let is_valid = !title.is_empty()
            && title.chars().count() <= 200
            && (1949..=2100).contains(&correction.year)
            && (1..=31).contains(&correction.report_day);
        if !is_valid {
            return Err(ReviewError::Invalid);
        }
        self.title = title.to_owned();
        self.year = correction.year;
        self.year_is_guess = false;
        self.document_date = correction.document_date;
        self.report_day = correction.report_day;
        Ok(())
    }
}

impl App {
    /// Reviews, latest first, for whoever oversees; others see none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn reviews(&self, actor: &Actor) -> Result<Vec<ReviewSummary>, AppError> {
        if !actor.oversees() {
            return Ok(Vec::new());
        }
        let rows = self.store.read(|snapshot| snapshot.reviews())?;
        rows.iter()
            .map(|row| {
                let review = Review::from_row(row)?;
                Ok(ReviewSummary {
                    id: review.id,
                    task_count: review.tasks.len(),
                    unresolved_count: review.tasks.iter().filter(|task| task.is_unresolved()).count(),
                    title: review.title,
                    file_name: review.file_name,
                    plan: review.plan,
                    updated_at: row.updated_at,
                })
            })
            .collect()
    }

    /// A review; none for whoever does not oversee.
    ///
    /// # Errors
    /// When the store fails.
    pub fn review(&self, actor: &Actor, id: ReviewId) -> Result<Option<Review>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        self.store
            .read(|snapshot| snapshot.review(id.0))?
            .map(|row| Review::from_row(&row))
            .transpose()
    }

    /// The normalised text of a received document; none for whoever does not oversee.
    ///
    /// # Errors
    /// When the store fails.
    pub fn document_text(&self, actor: &Actor, document: DocumentId) -> Result<Option<String>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        Ok(self
            .store
            .read(|snapshot| snapshot.document(document))?
            .map(|document| document.text))
    }

    /// Corrects one task of a review. `version` is the one that the reviewer saw.
    ///
    /// # Errors
    /// See [`ReviewError`].
    pub async fn correct_review_task(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        number: u32,
        correction: TaskCorrection,
    ) -> Result<(), ReviewError> {
        self.change_review(actor, id, version, move |review| {
            review.correct_task(number, correction)
        })
        .await
    }

    /// Corrects what a review says of the plan as a whole.
    ///
    /// # Errors
    /// See [`ReviewError`].
    pub async fn correct_review_plan(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        correction: PlanCorrection,
    ) -> Result<(), ReviewError> {
        self.change_review(actor, id, version, move |review| review.correct_plan(correction))
            .await
    }

    async fn change_review(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        change: impl FnOnce(&mut Review) -> Result<(), ReviewError> + Send + 'static,
    ) -> Result<(), ReviewError> {
        let Some(mut review) = self.review(actor, id)? else {
            return Err(AppError::NotFound.into());
        };
        if review.plan.is_some() {
            return Err(ReviewError::Adopted);
        }
        if review.version != version {
            return Err(ReviewError::Changed);
        }
        change(&mut review)?;
        review.version += 1;
        let row = review.to_row(actor.identity, self.now())?;
        let saved = self
            .store
            .write(move |transaction| Ok::<_, AppError>(transaction.update_review(&row, version)?))
            .await
            .map_err(flatten)?;
        if saved { Ok(()) } else { Err(ReviewError::Changed) }
    }

    /// Accepts a review: founds the bodies that are new and adopts plan, sections and tasks, all in one command (采纳).
    ///
    /// # Errors
    /// See [`ReviewError`].
    pub async fn adopt_review(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        idempotency_key: Option<String>,
    ) -> Result<PlanId, ReviewError> {
        let Some(mut review) = self.review(actor, id)? else {
            return Err(AppError::NotFound.into());
        };
        if let Some(plan) = review.plan {
            return Ok(plan);
        }
        if review.version != version {
            return Err(ReviewError::Changed);
        }
        let organisations = self
            .store
            .read(|snapshot| snapshot.organisations())
            .map_err(AppError::from)?;
        let command = self.adoption_of(&review, &organisations);
        let plan = command.plan;
        review.plan = Some(plan);
        review.version += 1;
        let now = self.now();
        let row = review.to_row(actor.identity, now)?;
        let (app, actor) = (Arc::clone(self), actor.clone());
        let request = Request {
            command: Command::AdoptDrafts(command),
            expected: None,
            idempotency_key,
        };
        self.store
            .write(move |transaction| {
                if !transaction.update_review(&row, version)? {
                    return Err(AppError::Conflict);
                }
                app.execute_within(transaction, &actor, &request, now).map(|_| ())
            })
            .await
            .map_err(|error| match flatten(error) {
                AppError::Conflict => ReviewError::Changed,
                other => ReviewError::App(other),
            })?;
        self.wake_jobs();
        Ok(plan)
    }

    fn adoption_of(&self, review: &Review, organisations: &[OrganisationSummary]) -> AdoptDrafts {
        let mut ids: BTreeMap<String, OrganisationId> = organisations
            .iter()
            .map(|organisation| (organisation.name.clone(), organisation.id))
            .collect();
        let mut founded: Vec<FoundOrganisation> = Vec::new();
        for party in review
            .tasks
            .iter()
            .flat_map(|task| &task.parties)
            .filter(|party| !party.name.is_empty())
        {
            let id = *ids.entry(party.name.clone()).or_insert_with(|| {
                let organisation = OrganisationId(self.new_id());
                founded.push(FoundOrganisation {
                    organisation,
                    name: party.name.clone(),
                    short_names: Vec::new(),
                    kind: kind_of(&party.name),
                });
                organisation
            });
            if let Some(new) = founded.iter_mut().find(|new| new.organisation == id)
                && party.raw != new.name
                && !new.short_names.contains(&party.raw)
            {
                new.short_names.push(party.raw.clone());
            }
        }
        let sections: Vec<NewSection> = review
            .sections
            .iter()
            .map(|section| NewSection {
                section: SectionId(self.new_id()),
                label: section.label.clone(),
                title: section.title.clone(),
                span: Some(section.span),
            })
            .collect();
        let tasks = review
            .tasks
            .iter()
            .map(|task| NewTask {
                task: TaskId(self.new_id()),
                section: task
                    .section
                    .and_then(|index| sections.get(index))
                    .map(|section| section.section),
                kind: TaskKind::ReportTask,
                label: task.label.clone(),
                title: task.title.clone(),
                text: task.text.clone(),
                basis: None,
                source: Some(Source {
                    document: review.document,
                    span: task.span,
                }),
                parties: task
                    .parties
                    .iter()
                    .map(|party| NewParty {
                        role: party.role,
                        raw: party.raw.clone(),
                        organisation: ids.get(&party.name).copied(),
                        span: party.span,
                        inherited: party.inherited,
                    })
                    .collect(),
                targets: task
                    .targets
                    .iter()
                    .map(|target| target.to_target(TargetId(self.new_id())))
                    .collect(),
                deliverable: Some(task.deliverable.clone()).filter(|text| !text.is_empty()),
                due: task.due,
                reporting: reporting_of(
                    task.reporters
                        .iter()
                        .filter_map(|name| ids.get(name).copied())
                        .collect(),
                ),
                tracking: match &task.tracking.not_tracked {
                    Some(reason) => Tracking::NotTracked { reason: reason.clone() },
                    None => Tracking::Tracked {
                        excluded: task
                            .tracking
                            .excluded
                            .iter()
                            .map(|(span, reason)| ExcludedClause {
                                span: *span,
                                reason: reason.clone(),
                            })
                            .collect(),
                    },
                },
            })
            .collect();
        AdoptDrafts {
            plan: PlanId(self.new_id()),
            document: Some(review.document),
            title: review.title.clone(),
            document_number: review.document_number.clone(),
            issuer: review.issuer.clone(),
            document_date: review.document_date,
            year: review.year,
            report_day: review.report_day,
            organisations: founded,
            sections,
            tasks,
        }
    }
}

impl ReviewTarget {
    pub(crate) fn to_target(&self, id: TargetId) -> Target {
        Target {
            id,
            subject: self.subject.clone(),
            quantity_text: self.quantity_text.clone(),
            value: self.value,
            value_max: self.value_max,
            unit: self.unit.clone(),
            comparator: self.comparator,
            direction: self.direction,
            strength: self.strength,
            due: self.due,
            span: self.span,
        }
    }
}

/// Who reports, from the bodies chosen.
pub fn reporting_of(organisations: Vec<OrganisationId>) -> Reporting {
    match organisations.as_slice() {
        [] => Reporting::Unnamed,
        [organisation] => Reporting::Single {
            organisation: *organisation,
        },
        _ => Reporting::Jointly { organisations },
    }
}

/// A guess at the sort of a new body from the end of its name; it only orders lists.
fn kind_of(name: &str) -> OrganisationKind {
    const LOCALITY_ENDINGS: [&str; 9] = [
        "人民政府",
        "行政公署",
        "管委会",
        "管理委员会",
        "自治州",
        "地区",
        "市",
        "县",
        "州",
    ];
    const DEPARTMENT_ENDINGS: [&str; 9] = ["厅", "局", "委", "委员会", "办", "办公室", "部", "院", "署"];
    if name.ends_with("督查室") {
        OrganisationKind::SupervisionOffice
    } else if name.ends_with("监督管理委员会") {
        // 国有资产监督管理委员会 is a department, 开发区管理委员会 the government of a place.
        OrganisationKind::Department
    } else if LOCALITY_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        OrganisationKind::Locality
    } else if DEPARTMENT_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        OrganisationKind::Department
    } else {
        OrganisationKind::Other
    }
}

fn known_names(organisations: &[OrganisationSummary]) -> BTreeMap<&str, &str> {
    let mut known = BTreeMap::new();
    for organisation in organisations {
        for short_name in &organisation.short_names {
            known.insert(short_name.as_str(), organisation.name.as_str());
        }
    }
    // A full name is stronger than another body's short one.
    for organisation in organisations {
        known.insert(organisation.name.as_str(), organisation.name.as_str());
    }
    known
}

fn proposed_reporter(parties: &[ReviewParty]) -> Vec<String> {
    let named = |role| {
        parties
            .iter()
            .find(move |party| party.role == role && !party.name.is_empty())
    };
    named(PartyRole::Lead)
        .or_else(|| named(PartyRole::Responsible))
        .or_else(|| named(PartyRole::Implementing))
        .map(|party| party.name.clone())
        .into_iter()
        .collect()
}

fn doubts(task: &ReviewTask) -> Vec<Doubt> {
    if task.tracking.not_tracked.is_some() {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    if task.parties.is_empty() {
        doubts.push(Doubt::NoParty);
    } else if task.reporters.is_empty() {
        doubts.push(Doubt::NobodyReports);
    }
    if task.targets.iter().any(|target| target.subject.is_empty()) {
        doubts.push(Doubt::TargetWithoutSubject);
    }
    doubts
}

fn targets_of(draft: &TaskDraft) -> Vec<ReviewTarget> {
    draft
        .targets
        .iter()
        .filter(|target| {
            !draft
                .tracking
                .excluded
                .iter()
                .any(|clause| clause.span.contains(target.span))
        })
        .map(|target| ReviewTarget {
            subject: target.subject.clone().unwrap_or_default(),
            quantity_text: target.quantity_text.clone(),
            value: target.value,
            value_max: target.value_maximum,
            unit: target.unit.clone().unwrap_or_default(),
            comparator: target.comparator,
            direction: Some(target.direction),
            strength: target.strength,
            due: due_of_target(draft, target.span),
            span: Some(target.span),
        })
        .collect()
}

/// The days that end something; a beginning (开工) and continuous work do not.
fn ends(draft: &TaskDraft) -> impl DoubleEndedIterator<Item = (Span, Date)> {
    draft
        .deadlines
        .iter()
        .filter(|deadline| !matches!(deadline.kind, DeadlineKind::StartBy | DeadlineKind::Continuous))
        .filter_map(|deadline| Some((deadline.span, deadline.resolved?)))
}

/// The day that stands last before a target in its own sentence: 6月底前开工率达到70%以上.
fn due_of_target(draft: &TaskDraft, target: Span) -> Option<Date> {
    let sentence = draft.measures.iter().find(|sentence| sentence.contains(target))?;
    ends(draft)
        .filter(|(span, _)| sentence.contains(*span) && span.end <= target.start)
        .max_by_key(|(span, _)| span.start)
        .map(|(_, day)| day)
}

/// By when the whole task is due: the latest day that it names. A target without a day of its own is due at the end of the plan's year,
/// which is what none means, so an earlier day of another target does not end the task.
fn due_of(draft: &TaskDraft, targets: &[ReviewTarget], year: i16) -> Option<Date> {
    let latest = ends(draft).map(|(_, day)| day).max()?;
    let all_year = targets.iter().any(|target| target.due.is_none());
    (!all_year || latest.year() > year).then_some(latest)
}

fn first_characters(title: &str) -> String {
    title
        .trim()
        .chars()
        .take(luoshi_ledger::decide::LONGEST_TASK_TITLE)
        .filter(|character| !character.is_control())
        .collect()
}

fn stem(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
    if stem.is_empty() {
        name.to_owned()
    } else {
        stem.to_owned()
    }
}
