//! The form of one draft: what was found, as rows of fields, and back again as a correction.
//!
//! Where a name or number stands in the document is never taken from the form: row by row it is kept from the draft itself.

use std::str::FromStr;

use luoshi_app::review::{ReviewParty, ReviewTarget, ReviewTask, TaskCorrection};
use luoshi_ledger::{
    decide::{LONGEST_ORGANISATION_NAME, LONGEST_TASK_TITLE, is_name},
    view::{OrganisationSummary, organisation_named},
};
use luoshi_types::{Comparator, Decimal, PartyRole};

use crate::{
    form::{FieldErrors, Fields, optional_date},
    magnitude,
};

/// Empty rows for bodies that the document did not name in a way that was found.
const SPARE_PARTIES: usize = 2;
/// Empty rows for targets.
const SPARE_TARGETS: usize = 1;
/// Rows added by the button for more of them.
const MORE_ROWS: usize = 3;
/// Rows of one kind that a form may have: more than any real task, few enough for one page.
const MOST_ROWS: usize = 300;
/// Longest line of free text, in characters.
const LONGEST_LINE: usize = 2000;

/// A body, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PartyRow {
    /// Code of its part.
    pub(crate) role: String,
    /// The name as the document writes it; empty in a row that a person adds.
    pub(crate) raw: String,
    pub(crate) name: String,
    pub(crate) inherited: bool,
    pub(crate) reports: bool,
    pub(crate) removed: bool,
}

/// A target, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TargetRow {
    pub(crate) subject: String,
    pub(crate) value: String,
    pub(crate) value_max: String,
    pub(crate) comparator: String,
    pub(crate) unit: String,
    /// The number with its unit as the document writes it; empty in a row that a person adds.
    pub(crate) quantity_text: String,
    pub(crate) removed: bool,
}

/// One draft, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TaskForm {
    pub(crate) title: String,
    pub(crate) parties: Vec<PartyRow>,
    pub(crate) targets: Vec<TargetRow>,
    pub(crate) deliverable: String,
    pub(crate) due: String,
    pub(crate) not_tracked: bool,
    pub(crate) reason: String,
    pub(crate) checked: bool,
}

impl TaskForm {
    /// The draft as it stands, with a few empty rows.
    pub(crate) fn of(task: &ReviewTask) -> Self {
        let own_reason = task.tracking.not_tracked.clone().filter(|_| !task.tracking.shipped);
        let mut form = Self {
            title: task.title.clone(),
            parties: task
                .parties
                .iter()
                .map(|party| PartyRow::of(party, &task.reporters))
                .collect(),
            targets: task.targets.iter().map(TargetRow::of).collect(),
            deliverable: task.deliverable.clone(),
            due: task.due.map(|due| due.to_string()).unwrap_or_default(),
            not_tracked: own_reason.is_some(),
            reason: own_reason.unwrap_or_default(),
            checked: task.checked,
        };
        form.grow(SPARE_PARTIES, SPARE_TARGETS);
        form
    }

    /// The form as it was sent. What only the draft itself knows is taken from there.
    pub(crate) fn of_fields(fields: &Fields, task: &ReviewTask) -> Self {
        // A task that the shipped policy leaves out has neither targets nor reporters, whatever a form says.
        let is_left_out = task.tracking.shipped;
        let rows = |name: &str, known: usize| fields.raw(name).parse().unwrap_or(0).clamp(known, MOST_ROWS.max(known));
        let parties = (0..rows("parties", task.parties.len()))
            .map(|index| {
                let field = |name: &str| format!("party-{index}-{name}");
                let known = task.parties.get(index);
                PartyRow {
                    role: fields.text(&field("role")),
                    raw: known.map(|party| party.raw.clone()).unwrap_or_default(),
                    name: fields.text(&field("name")),
                    inherited: known.is_some_and(|party| party.inherited),
                    reports: !is_left_out && fields.has(&field("reports")),
                    removed: fields.has(&field("removed")),
                }
            })
            .collect();
        let target_rows = if is_left_out {
            0
        } else {
            rows("targets", task.targets.len())
        };
        let targets = (0..target_rows)
            .map(|index| {
                let field = |name: &str| format!("target-{index}-{name}");
                TargetRow {
                    subject: fields.text(&field("subject")),
                    value: fields.text(&field("value")),
                    value_max: fields.text(&field("value_max")),
                    comparator: fields.text(&field("comparator")),
                    unit: fields.text(&field("unit")),
                    quantity_text: task
                        .targets
                        .get(index)
                        .map(|target| target.quantity_text.clone())
                        .unwrap_or_default(),
                    removed: fields.has(&field("removed")),
                }
            })
            .collect();
        Self {
            title: fields.text("title"),
            parties,
            targets,
            deliverable: fields.text("deliverable"),
            due: fields.text("due"),
            not_tracked: fields.has("not_tracked"),
            reason: fields.text("reason"),
            checked: fields.has("checked"),
        }
    }

    /// Adds empty rows for bodies and targets.
    pub(crate) fn add_rows(&mut self) {
        self.grow(MORE_ROWS, MORE_ROWS);
    }

    fn grow(&mut self, parties: usize, targets: usize) {
        let empty = PartyRow {
            role: PartyRole::Responsible.code().to_owned(),
            ..PartyRow::default()
        };
        self.parties.resize(
            (self.parties.len() + parties).min(MOST_ROWS.max(self.parties.len())),
            empty,
        );
        let empty = TargetRow {
            comparator: Comparator::Equal.code().to_owned(),
            ..TargetRow::default()
        };
        self.targets.resize(
            (self.targets.len() + targets).min(MOST_ROWS.max(self.targets.len())),
            empty,
        );
    }

    /// What the form says, checked; short names of bodies that the ledger knows become their full ones.
    pub(crate) fn correction(
        &self,
        task: &ReviewTask,
        organisations: &[OrganisationSummary],
    ) -> Result<TaskCorrection, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !is_name(&self.title, LONGEST_TASK_TITLE) {
            errors.add("title", "review-error-task-title");
        }
        let mut parties: Vec<ReviewParty> = Vec::new();
        let mut reporters: Vec<String> = Vec::new();
        for (index, row) in self.parties.iter().enumerate() {
            match row.checked(task.parties.get(index), organisations) {
                Ok(Some(party)) => {
                    if row.reports && !reporters.contains(&party.name) {
                        reporters.push(party.name.clone());
                    }
                    parties.push(party);
                }
                Ok(None) => {}
                Err(key) => errors.add(format!("party-{index}-name"), key),
            }
        }
        let mut targets: Vec<ReviewTarget> = Vec::new();
        for (index, row) in self.targets.iter().enumerate() {
            match row.checked(task.targets.get(index)) {
                Ok(Some(target)) => targets.push(target),
                Ok(None) => {}
                Err((field, key)) => errors.add(format!("target-{index}-{field}"), key),
            }
        }
        let due = optional_date(&self.due);
        if due.is_err() {
            errors.add("due", "review-error-date");
        }
        if self.deliverable.chars().count() > LONGEST_LINE {
            errors.add("deliverable", "review-error-too-long");
        }
        let marks_itself = self.not_tracked && !task.tracking.shipped;
        if marks_itself && self.reason.is_empty() {
            errors.add("reason", "review-error-reason");
        }
        if self.reason.chars().count() > LONGEST_ORGANISATION_NAME {
            errors.add("reason", "review-error-too-long");
        }
        match due {
            Ok(due) if errors.is_empty() => Ok(TaskCorrection {
                title: self.title.clone(),
                parties,
                targets,
                deliverable: self.deliverable.clone(),
                due,
                reporters,
                not_tracked: marks_itself.then(|| self.reason.clone()),
                checked: self.checked,
            }),
            _ => Err(errors),
        }
    }
}

impl PartyRow {
    fn of(party: &ReviewParty, reporters: &[String]) -> Self {
        Self {
            role: party.role.code().to_owned(),
            raw: party.raw.clone(),
            name: party.name.clone(),
            inherited: party.inherited,
            reports: !party.name.is_empty() && reporters.contains(&party.name),
            removed: false,
        }
    }

    pub(crate) fn has_role(&self, role: &PartyRole) -> bool {
        self.role == role.code()
    }

    /// The body that the row says; none where it is taken out or was never filled in.
    fn checked(
        &self,
        known: Option<&ReviewParty>,
        organisations: &[OrganisationSummary],
    ) -> Result<Option<ReviewParty>, &'static str> {
        if self.removed || (known.is_none() && self.name.is_empty()) {
            return Ok(None);
        }
        let role = PartyRole::from_code(&self.role).ok_or("review-error-role")?;
        if self.name.chars().count() > LONGEST_ORGANISATION_NAME || self.name.chars().any(char::is_control) {
            return Err("review-error-name");
        }
        let is_body = !matches!(role, PartyRole::Generic | PartyRole::LeaderPerson);
        if is_body && self.name.is_empty() {
            return Err("review-error-name-missing");
        }
        if !is_body && self.reports {
            return Err("review-error-reports");
        }
        let raw = known.map_or(&self.name, |party| &party.raw).clone();
        Ok(Some(ReviewParty {
            role,
            raw,
            name: if is_body {
                organisation_named(organisations, &self.name)
                    .map_or_else(|| self.name.clone(), |known| known.name.clone())
            } else {
                String::new()
            },
            span: known.and_then(|party| party.span),
            inherited: known.is_some_and(|party| party.inherited),
        }))
    }
}

impl TargetRow {
    fn of(target: &ReviewTarget) -> Self {
        let figure = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
        Self {
            subject: target.subject.clone(),
            value: figure(target.value),
            value_max: figure(target.value_max),
            comparator: target.comparator.code().to_owned(),
            unit: target.unit.clone(),
            quantity_text: target.quantity_text.clone(),
            removed: false,
        }
    }

    pub(crate) fn has_comparator(&self, comparator: &Comparator) -> bool {
        self.comparator == comparator.code()
    }

    /// The target that the row says; none where it is taken out or was never filled in. An error names the field.
    fn checked(&self, known: Option<&ReviewTarget>) -> Result<Option<ReviewTarget>, (&'static str, &'static str)> {
        let is_empty = self.subject.is_empty() && self.value.is_empty() && self.value_max.is_empty();
        if self.removed || (known.is_none() && is_empty && self.unit.is_empty()) {
            return Ok(None);
        }
        if self.subject.is_empty() {
            return Err(("subject", "review-error-subject"));
        }
        if [&self.subject, &self.unit]
            .iter()
            .any(|text| text.chars().count() > LONGEST_ORGANISATION_NAME)
        {
            return Err(("subject", "review-error-too-long"));
        }
        let value = figure(&self.value).ok_or(("value", "review-error-value"))?;
        let value_max = figure(&self.value_max).ok_or(("value_max", "review-error-value"))?;
        let comparator = Comparator::from_code(&self.comparator).ok_or(("comparator", "review-error-comparator"))?;
        let value_max = if comparator == Comparator::Range {
            match (value, value_max) {
                (Some(low), Some(high)) if low <= high => Some(high),
                _ => return Err(("value_max", "review-error-range")),
            }
        } else {
            None
        };
        let stands = known.filter(|known| {
            known.value == value
                && known.value_max == value_max
                && known.comparator == comparator
                && known.unit == self.unit
        });
        Ok(Some(ReviewTarget {
            subject: self.subject.clone(),
            // The document's own words hold only as long as the figures are the ones that they say.
            quantity_text: stands.map(|known| known.quantity_text.clone()).unwrap_or_default(),
            value,
            value_max,
            unit: self.unit.clone(),
            comparator,
            direction: known.and_then(|known| known.direction),
            strength: known.and_then(|known| known.strength),
            due: known.and_then(|known| known.due),
            span: known.and_then(|known| known.span),
        }))
    }
}

/// A figure that may be missing. None: it is no figure.
fn figure(text: &str) -> Option<Option<Decimal>> {
    if text.is_empty() {
        return Some(None);
    }
    Decimal::from_str(&magnitude::plain(text)).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use luoshi_app::review::ReviewTracking;
    use luoshi_ledger::{ids::OrganisationId, organisation::OrganisationKind};
    use luoshi_types::Span;
    use uuid::Uuid;

    use super::*;

    fn task() -> ReviewTask {
        ReviewTask {
            number: 3,
            section: None,
            label: "（三）".to_owned(),
            title: "新建学校".to_owned(),
            text: "新建学校10所以上。（责任部门：教育厅、各地）".to_owned(),
            span: Span::new(10, 32),
            parties: vec![
                ReviewParty {
                    role: PartyRole::Responsible,
                    raw: "教育厅".to_owned(),
                    name: "教育厅".to_owned(),
                    span: Some(Span::new(25, 28)),
                    inherited: false,
                },
                ReviewParty {
                    role: PartyRole::Generic,
                    raw: "各地".to_owned(),
                    name: String::new(),
                    span: Some(Span::new(29, 31)),
                    inherited: false,
                },
            ],
            targets: vec![ReviewTarget {
                subject: "新建学校".to_owned(),
                quantity_text: "10所以上".to_owned(),
                value: Some(Decimal::from(10)),
                value_max: None,
                unit: "所".to_owned(),
                comparator: Comparator::AtLeast,
                direction: None,
                strength: None,
                due: None,
                span: Some(Span::new(14, 19)),
            }],
            deliverable: String::new(),
            due: None,
            reporters: vec!["教育厅".to_owned()],
            tracking: ReviewTracking {
                not_tracked: None,
                shipped: false,
                excluded: Vec::new(),
            },
            doubts: Vec::new(),
            checked: false,
        }
    }

    fn organisations() -> Vec<OrganisationSummary> {
        vec![OrganisationSummary {
            id: OrganisationId(Uuid::from_u128(1)),
            name: "省发展和改革委员会".to_owned(),
            short_names: vec!["发改委".to_owned()],
            kind: OrganisationKind::Department,
        }]
    }

    fn sent(pairs: &[(&str, &str)]) -> Fields {
        let form = TaskForm::of(&task());
        let mut fields = vec![
            ("title".to_owned(), form.title.clone()),
            ("parties".to_owned(), form.parties.len().to_string()),
            ("targets".to_owned(), form.targets.len().to_string()),
        ];
        for (index, row) in form.parties.iter().enumerate() {
            fields.push((format!("party-{index}-role"), row.role.clone()));
            fields.push((format!("party-{index}-name"), row.name.clone()));
            if row.reports {
                fields.push((format!("party-{index}-reports"), "yes".to_owned()));
            }
        }
        for (index, row) in form.targets.iter().enumerate() {
            fields.push((format!("target-{index}-subject"), row.subject.clone()));
            fields.push((format!("target-{index}-value"), row.value.clone()));
            fields.push((format!("target-{index}-comparator"), row.comparator.clone()));
            fields.push((format!("target-{index}-unit"), row.unit.clone()));
        }
        for (name, value) in pairs {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        Fields::from_pairs(fields)
    }

    fn correction(pairs: &[(&str, &str)]) -> Result<TaskCorrection, FieldErrors> {
        TaskForm::of_fields(&sent(pairs), &task()).correction(&task(), &organisations())
    }

    #[track_caller]
    fn refused(pairs: &[(&str, &str)], field: &str) {
        let errors = correction(pairs).unwrap_err();
        assert!(errors.iter().any(|(name, _)| name == field), "{errors:?}");
    }

    #[test]
    fn a_form_sent_back_untouched_changes_nothing() {
        let correction = correction(&[]).unwrap();
        assert_eq!(correction.parties, task().parties);
        assert_eq!(correction.targets, task().targets);
        assert_eq!(correction.reporters, task().reporters);
        assert_eq!(correction.title, task().title);
    }

    #[test]
    fn a_body_that_is_added_by_its_short_name_is_the_known_one() {
        let correction = correction(&[
            ("party-2-name", "发改委"),
            ("party-2-role", "lead"),
            ("party-2-reports", "yes"),
        ])
        .unwrap();
        let added = correction.parties.last().unwrap();
        assert_eq!(
            (added.role, added.name.as_str(), added.raw.as_str()),
            (PartyRole::Lead, "省发展和改革委员会", "发改委")
        );
        assert_eq!(added.span, None);
        assert_eq!(correction.reporters, ["教育厅", "省发展和改革委员会"]);
    }

    #[test]
    fn a_corrected_figure_no_longer_wears_the_words_of_the_document() {
        let corrected = &correction(&[("target-0-value", "1,200.5")]).unwrap().targets[0];
        assert_eq!(corrected.value, Some("1200.5".parse().unwrap()));
        assert_eq!(corrected.quantity_text, "");
        assert_eq!(corrected.span, task().targets[0].span);
    }

    #[test]
    fn rows_are_taken_out_only_when_asked() {
        assert!(correction(&[("target-0-removed", "yes")]).unwrap().targets.is_empty());
        assert_eq!(correction(&[("party-1-removed", "yes")]).unwrap().parties.len(), 1);
        refused(&[("party-0-name", "")], "party-0-name");
        refused(&[("target-0-subject", "")], "target-0-subject");
    }

    #[test]
    fn what_cannot_be_is_named_at_its_field() {
        refused(&[("title", "")], "title");
        refused(&[("due", "年底前")], "due");
        refused(&[("party-1-reports", "yes")], "party-1-name");
        refused(&[("target-0-value", "十")], "target-0-value");
        refused(
            &[("target-0-comparator", "range"), ("target-0-value_max", "5")],
            "target-0-value_max",
        );
        refused(&[("not_tracked", "yes")], "reason");
        refused(&[("party-0-role", "boss")], "party-0-name");
    }

    #[test]
    fn a_shipped_mark_needs_no_reason_and_takes_none() {
        let mut shipped = task();
        shipped.tracking = ReviewTracking {
            not_tracked: Some("policing".to_owned()),
            shipped: true,
            excluded: Vec::new(),
        };
        let form = TaskForm::of_fields(&sent(&[("reason", "错标")]), &shipped);
        assert_eq!(form.correction(&shipped, &[]).unwrap().not_tracked, None);
    }

    #[test]
    fn more_rows_are_empty_ones_and_end_somewhere() {
        let mut form = TaskForm::of(&task());
        let before = form.parties.len();
        form.add_rows();
        assert_eq!(form.parties.len(), before + MORE_ROWS);
        assert_eq!(form.correction(&task(), &[]).unwrap().parties, task().parties);
        let many = TaskForm::of_fields(&sent(&[("parties", "4000000000")]), &task());
        assert_eq!(many.parties.len(), MOST_ROWS);
    }
}
