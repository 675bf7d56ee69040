//! How a review becomes a plan: bodies that are new are founded, and plan, sections and tasks are adopted, all in one command (采纳).
//!
//! It decides nothing of its own: what may be adopted is the ledger's to say.

use std::{collections::BTreeMap, sync::Arc};

use luoshi_ledger::{
    Actor, Command,
    command::{AdoptDrafts, FoundOrganisation, NewSection, NewTask},
    ids::{DocumentId, OrganisationId, PlanId, SectionId, TargetId, TaskId},
    organisation::OrganisationKind,
    target::Target,
    task::{ExcludedClause, Party, Reporting, Source, TaskKind, Tracking},
    view::OrganisationSummary,
};

use super::{Review, ReviewError, ReviewId, ReviewTarget, ReviewTask, ReviewTracking};
use crate::{
    error::AppError,
    execute::{Request, flatten},
    site::App,
};

impl App {
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
        let row = review.to_row(actor.identity, self.now())?;
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
                app.execute_within(transaction, &actor, &request, app.now()).map(|_| ())
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
            .map(|task| self.new_task(task, review.document, &sections, &ids))
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

    fn new_task(
        &self,
        task: &ReviewTask,
        document: DocumentId,
        sections: &[NewSection],
        organisations: &BTreeMap<String, OrganisationId>,
    ) -> NewTask {
        NewTask {
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
                document,
                span: task.span,
            }),
            parties: task
                .parties
                .iter()
                .map(|party| Party {
                    role: party.role,
                    raw: party.raw.clone(),
                    organisation: organisations.get(&party.name).copied(),
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
            reporting: Reporting::by(
                task.reporters
                    .iter()
                    .filter_map(|name| organisations.get(name).copied())
                    .collect(),
            ),
            tracking: task.tracking.to_tracking(),
        }
    }
}

impl ReviewTarget {
    /// The target as the ledger will have it.
    pub fn to_target(&self, id: TargetId) -> Target {
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

impl ReviewTracking {
    fn to_tracking(&self) -> Tracking {
        match &self.not_tracked {
            Some(reason) => Tracking::NotTracked { reason: reason.clone() },
            None => Tracking::Tracked {
                excluded: self
                    .excluded
                    .iter()
                    .map(|(span, reason)| ExcludedClause {
                        span: *span,
                        reason: reason.clone(),
                    })
                    .collect(),
            },
        }
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
