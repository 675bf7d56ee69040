//! Open data: what anybody may read of a plan, as JSON and as comma-separated values, for programs and for people with a spreadsheet.
//!
//! Names of fields are stable words of the program, never translated. It opens nothing that the pages for the public do not show.

use luoshi_export::{Cell, Column, ColumnKind, Sheet, csv};
use luoshi_ledger::{
    ids::{PlanId, TaskId},
    period::day_in_china,
    report::{TargetValue, value_of},
    target::Target,
    view::{PartyView, PublicPlan, PublicTask, PublicValues},
};
use luoshi_types::{Decimal, PartyRole};
use serde::Serialize;

use crate::{error::AppError, opened::OpenedEntry, site::App};

/// Name and version of the JSON form.
const SCHEMA: &str = "luoshi.public/1";
/// What stands between several things in one cell.
const JOINT: &str = "；";

/// The tables of a plan's open data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicTable {
    /// One line a task.
    Tasks,
    /// One line a figure: a target, or 完成率, of one body in one month.
    Values,
}

#[derive(Serialize)]
struct OpenData<'a> {
    schema: &'static str,
    taken_at: String,
    log: OpenLog,
    plan: OpenPlan<'a>,
    tasks: Vec<OpenTask<'a>>,
}

#[derive(Serialize)]
struct OpenLog {
    origin: String,
    checkpoint: Option<String>,
}

#[derive(Serialize)]
struct OpenPlan<'a> {
    id: String,
    title: &'a str,
    year: i16,
    issuer: Option<&'a str>,
    document_number: Option<&'a str>,
}

#[derive(Serialize)]
struct OpenTask<'a> {
    id: String,
    number: u32,
    section: &'a str,
    label: &'a str,
    title: &'a str,
    text: &'a str,
    parties: Vec<OpenParty<'a>>,
    targets: Vec<OpenTarget<'a>>,
    deliverable: Option<&'a str>,
    due: String,
    light: OpenLight,
    not_tracked: Option<&'a str>,
    excluded: Vec<OpenClause<'a>>,
    values: Vec<OpenValues<'a>>,
    /// Only where one task is asked for: the entries of a whole plan would be larger than its data.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Vec<OpenedEntry>>,
}

#[derive(Serialize)]
struct OpenParty<'a> {
    role: &'static str,
    raw: &'a str,
    name: Option<&'a str>,
    inherited: bool,
}

#[derive(Serialize)]
struct OpenTarget<'a> {
    id: String,
    subject: &'a str,
    quantity_text: &'a str,
    value: Option<Decimal>,
    value_max: Option<Decimal>,
    unit: &'a str,
    comparator: &'static str,
    direction: Option<&'static str>,
    strength: Option<&'static str>,
    due: Option<String>,
}

#[derive(Serialize)]
struct OpenLight {
    colour: &'static str,
    proof: &'static str,
    reason: &'static str,
    rule: u8,
    rule_version: u16,
    since: Option<String>,
}

#[derive(Serialize)]
struct OpenClause<'a> {
    start: usize,
    end: usize,
    reason: &'a str,
}

#[derive(Serialize)]
struct OpenValues<'a> {
    period: String,
    organisation: &'a str,
    submitted_on: String,
    reported: OpenFigures,
    verified: Option<OpenFigures>,
}

#[derive(Serialize)]
struct OpenFigures {
    completion: Option<u8>,
    targets: Vec<OpenFigure>,
}

#[derive(Serialize)]
struct OpenFigure {
    target: String,
    value: Decimal,
}

impl App {
    /// The open data of a plan as JSON; none while it is not issued or has no open task.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_plan_json(&self, id: PlanId) -> Result<Option<Vec<u8>>, AppError> {
        let Some(plan) = self.public_plan(id)? else {
            return Ok(None);
        };
        let Some(tasks) = self.public_tasks(id)? else {
            return Ok(None);
        };
        self.open_data(&plan, tasks.iter().map(OpenTask::of).collect())
            .map(Some)
    }

    /// The open data of one task, in the same form with one task in it, and with its entries of the log opened; none unless it is open and
    /// its plan is issued.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_task_json(&self, id: TaskId) -> Result<Option<Vec<u8>>, AppError> {
        let Some(task) = self.public_task(id)? else {
            return Ok(None);
        };
        let Some(plan) = self.public_plan(task.plan)? else {
            return Ok(None);
        };
        let opened = OpenTask {
            record: Some(self.opened_task(id)?),
            ..OpenTask::of(&task)
        };
        self.open_data(&plan, vec![opened]).map(Some)
    }

    /// One table of the open data of a plan as comma-separated values; none while it is not issued or has no open task.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_csv(&self, id: PlanId, table: PublicTable) -> Result<Option<Vec<u8>>, AppError> {
        let Some(tasks) = self.public_tasks(id)? else {
            return Ok(None);
        };
        let sheet = match table {
            PublicTable::Tasks => sheet(&TASK_COLUMNS, tasks.iter().map(task_row).collect()),
            PublicTable::Values => sheet(&VALUE_COLUMNS, tasks.iter().flat_map(value_rows).collect()),
        };
        csv(&sheet).map(Some).map_err(AppError::internal)
    }

    fn open_data(&self, plan: &PublicPlan, tasks: Vec<OpenTask<'_>>) -> Result<Vec<u8>, AppError> {
        let data = OpenData {
            schema: SCHEMA,
            taken_at: self.now().to_string(),
            log: OpenLog {
                origin: self.log_origin(),
                checkpoint: self.checkpoint(),
            },
            plan: OpenPlan {
                id: plan.id.to_string(),
                title: &plan.title,
                year: plan.year,
                issuer: plan.issuer.as_deref(),
                document_number: plan.document_number.as_deref(),
            },
            tasks,
        };
        serde_json::to_vec_pretty(&data).map_err(AppError::internal)
    }
}

impl<'a> OpenTask<'a> {
    fn of(task: &'a PublicTask) -> Self {
        Self {
            id: task.id.to_string(),
            number: task.number,
            section: &task.section,
            label: &task.label,
            title: &task.title,
            text: &task.text,
            parties: task.parties.iter().map(OpenParty::of).collect(),
            targets: task.targets.iter().map(OpenTarget::of).collect(),
            deliverable: task.deliverable.as_deref(),
            due: task.due.to_string(),
            light: OpenLight {
                colour: task.light.colour.code(),
                proof: task.light.proof.code(),
                reason: task.light.reason.code(),
                rule: task.light.reason.rule(),
                rule_version: task.light.rule_version,
                since: task.light.since.map(|day| day.to_string()),
            },
            not_tracked: task.not_tracked.as_deref(),
            excluded: task
                .excluded
                .iter()
                .map(|(span, reason)| OpenClause {
                    start: span.start,
                    end: span.end,
                    reason,
                })
                .collect(),
            values: task.values.iter().map(OpenValues::of).collect(),
            record: None,
        }
    }
}

impl<'a> OpenParty<'a> {
    fn of(party: &'a PartyView) -> Self {
        Self {
            role: party.role.code(),
            raw: &party.raw,
            name: party.organisation.as_ref().map(|(_, name)| name.as_str()),
            inherited: party.inherited,
        }
    }
}

impl<'a> OpenTarget<'a> {
    fn of(target: &'a Target) -> Self {
        Self {
            id: target.id.to_string(),
            subject: &target.subject,
            quantity_text: &target.quantity_text,
            value: target.value,
            value_max: target.value_max,
            unit: &target.unit,
            comparator: target.comparator.code(),
            direction: target.direction.map(|direction| direction.code()),
            strength: target.strength.map(|strength| strength.code()),
            due: target.due.map(|day| day.to_string()),
        }
    }
}

impl<'a> OpenValues<'a> {
    fn of(values: &'a PublicValues) -> Self {
        Self {
            period: values.period.to_string(),
            organisation: &values.organisation_name,
            submitted_on: day_in_china(values.submitted_at).to_string(),
            reported: OpenFigures::of(&values.reported, values.reported_completion),
            verified: values
                .verified
                .as_deref()
                .map(|verified| OpenFigures::of(verified, values.verified_completion)),
        }
    }
}

impl OpenFigures {
    fn of(values: &[TargetValue], completion: Option<u8>) -> Self {
        Self {
            completion,
            targets: values
                .iter()
                .map(|value| OpenFigure {
                    target: value.target.to_string(),
                    value: value.value,
                })
                .collect(),
        }
    }
}

/// Columns of the table of tasks, in their order. A published name keeps its meaning.
pub const TASK_COLUMNS: [&str; 22] = [
    "number",
    "section",
    "label",
    "title",
    "text",
    "lead",
    "responsible",
    "cooperating",
    "targets",
    "deliverable",
    "due",
    "light",
    "light_reason",
    "light_rule_version",
    "light_since",
    "proof",
    "not_tracked",
    "excluded",
    "latest_period",
    "reported_completion",
    "verified_completion",
    "task_id",
];

/// Columns of the table of figures, in their order. A published name keeps its meaning.
pub const VALUE_COLUMNS: [&str; 10] = [
    "number",
    "task_id",
    "period",
    "organisation",
    "subject",
    "unit",
    "reported",
    "verified",
    "is_verified",
    "submitted_on",
];

fn sheet(columns: &[&str], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet {
        name: String::new(),
        title: String::new(),
        notes: Vec::new(),
        columns: columns
            .iter()
            .map(|heading| Column {
                heading: (*heading).to_owned(),
                width: 16,
                kind: ColumnKind::Text,
            })
            .collect(),
        frozen_columns: 0,
        rows,
    }
}

fn task_row(task: &PublicTask) -> Vec<Cell> {
    let bodies = |roles: &[PartyRole]| {
        let names: Vec<&str> = roles
            .iter()
            .flat_map(|role| task.parties.iter().filter(move |party| party.role == *role))
            .map(PartyView::name)
            .collect();
        Cell::from(names.join(JOINT))
    };
    let targets: Vec<String> = task
        .targets
        .iter()
        .map(|target| format!("{}{}", target.subject, quantity(target)))
        .collect();
    let excluded: Vec<String> = task
        .excluded
        .iter()
        .map(|(span, reason)| format!("{}-{} {reason}", span.start, span.end))
        .collect();
    let latest = task.values.first();
    let verified = task.values.iter().find(|values| values.verified.is_some());
    vec![
        number(i64::from(task.number)),
        Cell::from(task.section.as_str()),
        Cell::from(task.label.as_str()),
        Cell::from(task.title.as_str()),
        Cell::from(task.text.as_str()),
        bodies(&[PartyRole::Lead]),
        bodies(&[PartyRole::Responsible, PartyRole::Implementing, PartyRole::Generic]),
        bodies(&[PartyRole::Cooperating]),
        Cell::from(targets.join(JOINT)),
        Cell::from(task.deliverable.as_deref().unwrap_or_default()),
        Cell::Date(task.due),
        Cell::from(task.light.colour.code()),
        Cell::from(task.light.reason.code()),
        number(i64::from(task.light.rule_version)),
        task.light.since.map_or(Cell::Empty, Cell::Date),
        Cell::from(task.light.proof.code()),
        Cell::from(task.not_tracked.as_deref().unwrap_or_default()),
        Cell::from(excluded.join(JOINT)),
        Cell::from(latest.map(|values| values.period.to_string()).unwrap_or_default()),
        percent(latest.and_then(|values| values.reported_completion)),
        percent(verified.and_then(|values| values.verified_completion)),
        Cell::from(task.id.to_string()),
    ]
}

fn value_rows(task: &PublicTask) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for values in &task.values {
        let row = |subject: &str, unit: &str, reported: Cell, verified: Cell| {
            vec![
                number(i64::from(task.number)),
                Cell::from(task.id.to_string()),
                Cell::from(values.period.to_string()),
                Cell::from(values.organisation_name.as_str()),
                Cell::from(subject),
                Cell::from(unit),
                reported,
                verified,
                Cell::from(if values.verified.is_some() { "yes" } else { "no" }),
                Cell::Date(day_in_china(values.submitted_at)),
            ]
        };
        for target in &task.targets {
            let given = |figures: &[TargetValue]| value_of(figures, target.id);
            let reported = given(&values.reported);
            let verified = values.verified.as_deref().and_then(given);
            if reported.is_some() || verified.is_some() {
                let cell = |value: Option<Decimal>| value.map_or(Cell::Empty, Cell::Number);
                rows.push(row(&target.subject, &target.unit, cell(reported), cell(verified)));
            }
        }
        if values.reported_completion.is_some() || values.verified_completion.is_some() {
            rows.push(row(
                "completion",
                "%",
                percent(values.reported_completion),
                percent(values.verified_completion),
            ));
        }
    }
    rows
}

fn quantity(target: &Target) -> String {
    if !target.quantity_text.is_empty() {
        return target.quantity_text.clone();
    }
    match (target.value, target.value_max) {
        (Some(low), Some(high)) => format!("{low}-{high}{}", target.unit),
        (Some(value), None) => format!("{}{value}{}", target.comparator.code(), target.unit),
        (None, _) => String::new(),
    }
}

fn number(value: i64) -> Cell {
    Cell::Number(value.into())
}

fn percent(percent: Option<u8>) -> Cell {
    percent.map_or(Cell::Empty, |percent| number(i64::from(percent)))
}
