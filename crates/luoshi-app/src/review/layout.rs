//! How a review is laid out from what reader and parser made of a document: bodies by their known names, reporters and days proposed.
//!
//! It only proposes; whatever a person says to it stands in `correction`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_intake::{
    Intake,
    parse::{DeadlineKind, TaskDraft, TrackingState},
};
use luoshi_ledger::{decide::LONGEST_TASK_TITLE, ids::DocumentId, plan::LONGEST_PLAN_TITLE, view::OrganisationSummary};
use luoshi_types::{DiagnosticCode, PartyRole, Span};

use super::{
    Doubt, Review, ReviewId, ReviewParty, ReviewSection, ReviewTarget, ReviewTask, ReviewTracking, doubt::doubts,
};

/// Day of the month by which reports are due, unless the reviewer says otherwise.
const USUAL_REPORT_DAY: u8 = 25;

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
                    title: first_characters(&draft.title, LONGEST_TASK_TITLE),
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
            title: metadata.title.as_ref().map_or_else(
                || stem(file_name),
                |title| first_characters(&title.text, LONGEST_PLAN_TITLE),
            ),
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
}

/// What `organisation_named` says, for the many names of a document at once.
fn known_names(organisations: &[OrganisationSummary]) -> BTreeMap<&str, &str> {
    let mut known = BTreeMap::new();
    for organisation in organisations {
        known.insert(organisation.name.as_str(), organisation.name.as_str());
    }
    for organisation in organisations {
        for short_name in &organisation.short_names {
            known.entry(short_name.as_str()).or_insert(organisation.name.as_str());
        }
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

/// As much of a title as the ledger takes.
fn first_characters(title: &str, longest: usize) -> String {
    let kept: String = title
        .trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(longest)
        .collect();
    kept.trim().to_owned()
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

#[cfg(test)]
mod tests {
    use luoshi_ledger::{
        decide::is_name, ids::OrganisationId, organisation::OrganisationKind, view::organisation_named,
    };
    use uuid::Uuid;

    use super::*;

    /// A title that was cut in front of a space could not be adopted, and no page said why.
    #[test]
    fn a_long_title_is_cut_to_one_that_the_ledger_takes() {
        let title = format!("{} {}", "字".repeat(9), "字".repeat(9));
        for (longest, kept) in [(9, 9), (10, 9), (11, 11), (30, 19)] {
            let cut = first_characters(&title, longest);
            assert_eq!(cut.chars().count(), kept, "{longest}");
            assert!(is_name(&cut, longest), "{cut}");
        }
    }

    #[test]
    fn a_name_means_the_same_body_in_a_document_as_on_a_form() {
        let organisations: Vec<OrganisationSummary> = [("财政厅", &["省财政"][..]), ("交通厅", &["省财政", "财政厅"])]
            .into_iter()
            .map(|(name, short_names)| OrganisationSummary {
                id: OrganisationId(Uuid::nil()),
                name: name.to_owned(),
                short_names: short_names.iter().map(|name| (*name).to_owned()).collect(),
                kind: OrganisationKind::Department,
            })
            .collect();
        let known = known_names(&organisations);
        for name in ["财政厅", "省财政", "交通厅", "水利厅"] {
            let named = organisation_named(&organisations, name).map(|organisation| organisation.name.as_str());
            assert_eq!(known.get(name).copied(), named, "{name}");
        }
        assert_eq!(
            known.get("省财政"),
            Some(&"财政厅"),
            "the first of two that documents call so"
        );
    }
}
