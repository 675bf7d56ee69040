//! The ledger as JSON, for programs of those who may see it. Names of fields are stable words of the program, never translated.
//!
//! What anybody may read is in `public_data`.

use luoshi_ledger::{
    Actor,
    ids::PlanId,
    view::{LedgerFilter, LedgerRow, PartyView},
};
use serde::Serialize;

use crate::{
    error::AppError,
    standpoint::{OpenAsOf, Standpoint},
};

/// Name and version of the form.
const SCHEMA: &str = "luoshi.ledger/1";

#[derive(Serialize)]
struct LedgerData<'a> {
    schema: &'static str,
    taken_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<OpenAsOf>,
    plan: PlanData<'a>,
    tasks: Vec<TaskData<'a>>,
}

#[derive(Serialize)]
struct PlanData<'a> {
    id: String,
    title: &'a str,
    year: i16,
    issued_at: Option<String>,
}

#[derive(Serialize)]
struct TaskData<'a> {
    id: String,
    number: u32,
    section: &'a str,
    label: &'a str,
    title: &'a str,
    text: &'a str,
    parties: Vec<&'a str>,
    reporters: Vec<&'a str>,
    deliverable: Option<&'a str>,
    due: String,
    completion: Option<u8>,
    light: LightData,
    publication: &'static str,
    latest: Option<LatestData<'a>>,
}

#[derive(Serialize)]
struct LightData {
    colour: &'static str,
    proof: &'static str,
    reason: &'static str,
    rule: u8,
    rule_version: u16,
    since: Option<String>,
}

#[derive(Serialize)]
struct LatestData<'a> {
    period: String,
    state: &'static str,
    first_submitted_at: String,
    submitted_at: String,
    done: &'a str,
    problems: &'a str,
    next_step: &'a str,
}

impl Standpoint<'_> {
    /// The rows of a ledger that the actor may see, as JSON; none where they may not see the plan.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger_json(&self, actor: &Actor, plan: PlanId, filter: &LedgerFilter) -> Result<Option<Vec<u8>>, AppError> {
        let whole = LedgerFilter {
            limit: None,
            after_number: None,
            ..filter.clone()
        };
        let Some(page) = self.ledger(actor, plan, &whole)? else {
            return Ok(None);
        };
        let data = LedgerData {
            schema: SCHEMA,
            taken_at: self.app.now().to_string(),
            as_of: self.past().map(OpenAsOf::of),
            plan: PlanData {
                id: page.plan.id.to_string(),
                title: &page.plan.title,
                year: page.plan.year,
                issued_at: page.plan.issued_at().map(|at| at.to_string()),
            },
            tasks: page.rows.iter().map(TaskData::of).collect(),
        };
        serde_json::to_vec_pretty(&data).map(Some).map_err(AppError::internal)
    }
}

impl<'a> TaskData<'a> {
    fn of(row: &'a LedgerRow) -> Self {
        Self {
            id: row.task.to_string(),
            number: row.number,
            section: &row.section,
            label: &row.label,
            title: &row.title,
            text: &row.text,
            parties: row.parties.iter().map(PartyView::name).collect(),
            reporters: row.reporters.iter().map(|(_, name)| name.as_str()).collect(),
            deliverable: row.deliverable.as_deref(),
            due: row.due.to_string(),
            completion: row.completion,
            light: LightData {
                colour: row.light.colour.code(),
                proof: row.light.proof.code(),
                reason: row.light.reason.code(),
                rule: row.light.reason.rule(),
                rule_version: row.light.rule_version,
                since: row.light.since.map(|day| day.to_string()),
            },
            publication: row.publication.code(),
            latest: row.latest.as_ref().map(|report| LatestData {
                period: report.period.to_string(),
                state: report.state.code(),
                first_submitted_at: report.first_submitted_at.to_string(),
                submitted_at: report.submitted_at.to_string(),
                done: &report.done,
                problems: &report.problems,
                next_step: &report.next_step,
            }),
        }
    }
}
