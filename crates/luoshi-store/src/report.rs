//! Rows of progress reports (进展报告) with their values, reported and verified.

use std::collections::BTreeMap;

use jiff::Timestamp;
use luoshi_ledger::{
    ActorIdentity,
    ids::{OrganisationId, PlanId, ReportId, TaskId},
    report::{Report, ReportState, ReturnStage, TargetValue, VerificationMethod},
    view::ReportView,
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, Value, for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

/// The columns of a report, in the order in which they are read, for a `report` that may stand in a join.
macro_rules! columns {
    () => {
        "report.id, report.version, report.task, report.organisation, report.period, report.completion, report.done, \
         report.problems, report.help_wanted, report.next_step, report.submitted_by, report.first_submitted_at, \
         report.submitted_at, report.state, report.decided_by, report.decided_at, report.method, \
         report.verified_completion, report.conclusion, report.return_stage, report.return_reason"
    };
}

const OF_IDS: &str = concat!("select ", columns!(), " from report where report.id in ({})");

const VALUES: &str = "
    select report, series, target, value from report_value where report in ({}) order by report, series, ordinal";

/// The latest report of each task, as it is noted beside the task's light.
const LATEST: &str = concat!(
    "select ",
    columns!(),
    " from task_light join report on report.id = task_light.latest where task_light.task in ({})"
);

/// The names of a view stand after the report, in the order of [`ViewRow`].
macro_rules! views {
    ($condition:literal) => {
        concat!(
            "select ",
            columns!(),
            ", organisation.name, coalesce(account.display_name, ''), task.number, task.title, task.plan
            from report
            join task on task.id = report.task
            join organisation on organisation.id = report.organisation
            left join account on account.id = report.submitted_by
            where ",
            $condition
        )
    };
}

const VIEW: &str = views!("report.id = $1");

const VIEWS_OF_TASK: &str =
    views!("report.task = $1 order by report.period desc, organisation.name, report.id limit $2");

const VIEWS_OF_TASKS: &str = views!("report.task in ({}) order by report.period desc, organisation.name, report.id");

const VIEWS_IN_STATE: &str = views!("report.state = $1 order by report.submitted_at, report.id");

const VIEWS_IN_STATE_OF_ORGANISATION: &str =
    views!("report.state = $1 and report.organisation = $2 order by report.submitted_at, report.id");

/// Writes a new report. The statement that may change one as well looks for it first.
macro_rules! insert {
    () => {
        "
        insert into report
            (id, version, task, organisation, period, completion, done, problems, help_wanted, next_step, submitted_by,
            first_submitted_at, submitted_at, state, decided_by, decided_at, method, verified_completion, conclusion,
            return_stage, return_reason)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"
    };
}

const INSERT: &str = insert!();

const SAVE: &str = concat!(
    insert!(),
    "
    on conflict (id) do update set
        version = excluded.version, task = excluded.task, organisation = excluded.organisation,
        period = excluded.period, completion = excluded.completion, done = excluded.done,
        problems = excluded.problems, help_wanted = excluded.help_wanted, next_step = excluded.next_step,
        submitted_by = excluded.submitted_by, first_submitted_at = excluded.first_submitted_at,
        submitted_at = excluded.submitted_at, state = excluded.state, decided_by = excluded.decided_by,
        decided_at = excluded.decided_at, method = excluded.method,
        verified_completion = excluded.verified_completion, conclusion = excluded.conclusion,
        return_stage = excluded.return_stage, return_reason = excluded.return_reason"
);

const DELETE_VALUES: &str = "delete from report_value where report = $1";

const INSERT_VALUE: &str = "
    insert into report_value (report, series, ordinal, target, value) values ($1, $2, $3, $4, $5)";

/// Whose values a row of values holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Series {
    Reported,
    Verified,
}

impl FromColumn for Series {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text("reported") => Some(Series::Reported),
            ColumnValue::Text("verified") => Some(Series::Verified),
            _ => None,
        }
    }
}

/// The stable words of [`ReportState`].
#[derive(Clone, Copy)]
enum StateWord {
    Submitted,
    Approved,
    Verified,
    Returned,
}

impl FromColumn for StateWord {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text("submitted") => Some(StateWord::Submitted),
            ColumnValue::Text("approved") => Some(StateWord::Approved),
            ColumnValue::Text("verified") => Some(StateWord::Verified),
            ColumnValue::Text("returned") => Some(StateWord::Returned),
            _ => None,
        }
    }
}

/// The columns that depend on the state, filled where it has them.
struct StateColumns<'r> {
    by: Option<&'r ActorIdentity>,
    at: Option<Timestamp>,
    method: Option<VerificationMethod>,
    completion: Option<u8>,
    conclusion: Option<&'r String>,
    stage: Option<ReturnStage>,
    reason: Option<&'r String>,
}

impl<'r> StateColumns<'r> {
    fn of(state: &'r ReportState) -> Self {
        let (by, at) = match state {
            ReportState::Submitted => (None, None),
            ReportState::Approved { by, at }
            | ReportState::Verified { by, at, .. }
            | ReportState::Returned { by, at, .. } => (Some(by), Some(*at)),
        };
        let plain = Self {
            by,
            at,
            method: None,
            completion: None,
            conclusion: None,
            stage: None,
            reason: None,
        };
        match state {
            ReportState::Submitted | ReportState::Approved { .. } => plain,
            ReportState::Verified {
                method,
                completion,
                conclusion,
                ..
            } => Self {
                method: Some(*method),
                completion: *completion,
                conclusion: Some(conclusion),
                ..plain
            },
            ReportState::Returned { stage, reason, .. } => Self {
                stage: Some(*stage),
                reason: Some(reason),
                ..plain
            },
        }
    }
}

impl FromRow for Report {
    /// Values and evidence stand in rows of their own and are added afterwards.
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let mut report = Self {
            id: row.take()?,
            version: row.take()?,
            task: row.take()?,
            organisation: row.take()?,
            period: row.take()?,
            values: Vec::new(),
            completion: row.take()?,
            done: row.take()?,
            problems: row.take()?,
            help_wanted: row.take()?,
            next_step: row.take()?,
            evidence: Vec::new(),
            former_evidence: Vec::new(),
            submitted_by: row.take()?,
            first_submitted_at: row.take()?,
            submitted_at: row.take()?,
            state: ReportState::Submitted,
        };
        let word = row.take()?;
        let by: Option<ActorIdentity> = row.take()?;
        let at: Option<Timestamp> = row.take()?;
        let method: Option<VerificationMethod> = row.take()?;
        let completion = row.take()?;
        let conclusion: Option<String> = row.take()?;
        let stage: Option<ReturnStage> = row.take()?;
        let reason: Option<String> = row.take()?;
        let incomplete = || StoreError::Unreadable {
            column: "report.state".to_owned(),
        };
        let decided = || by.zip(at).ok_or_else(incomplete);
        report.state = match word {
            StateWord::Submitted => ReportState::Submitted,
            StateWord::Approved => {
                let (by, at) = decided()?;
                ReportState::Approved { by, at }
            }
            StateWord::Verified => {
                let (by, at) = decided()?;
                ReportState::Verified {
                    by,
                    at,
                    method: method.ok_or_else(incomplete)?,
                    values: Vec::new(),
                    completion,
                    conclusion: conclusion.unwrap_or_default(),
                }
            }
            StateWord::Returned => {
                let (by, at) = decided()?;
                ReportState::Returned {
                    by,
                    at,
                    stage: stage.ok_or_else(incomplete)?,
                    reason: reason.unwrap_or_default(),
                }
            }
        };
        Ok(report)
    }
}

/// A report with the names of a view.
struct ViewRow {
    report: Report,
    organisation_name: String,
    submitted_by_name: String,
    task_number: u32,
    task_title: String,
    plan: PlanId,
}

impl FromRow for ViewRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            report: Report::from_row(row)?,
            organisation_name: row.take()?,
            submitted_by_name: row.take()?,
            task_number: row.take()?,
            task_title: row.take()?,
            plan: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// A report with its values and its evidence.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report(&self, id: ReportId) -> Result<Option<Report>, StoreError> {
        let mut reports = Vec::new();
        for_keys(OF_IDS, &[id], |sql, keys| {
            reports.extend(self.connection.all::<Report>(sql, keys)?);
            Ok(())
        })?;
        self.fill(reports.iter_mut())?;
        Ok(reports.pop())
    }

    /// For each of the tasks its latest report that is not returned.
    pub(crate) fn latest_reports_of(&self, tasks: &[TaskId]) -> Result<BTreeMap<TaskId, Report>, StoreError> {
        let mut latest: BTreeMap<TaskId, Report> = BTreeMap::new();
        for_keys(LATEST, tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let report = Report::from_row(row)?;
                latest.insert(report.task, report);
                Ok(())
            })
        })?;
        self.fill(latest.values_mut())?;
        Ok(latest)
    }

    /// A report with the names that its page shows, and which of its files are kept no longer; lists leave the latter out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_view(&self, id: ReportId) -> Result<Option<ReportView>, StoreError> {
        let rows = self.connection.all(VIEW, values![&id])?;
        let Some(mut view) = self.report_views(rows)?.pop() else {
            return Ok(None);
        };
        view.destroyed_evidence = self.destroyed_evidence_of(id)?;
        Ok(Some(view))
    }

    /// The reports on a task, the latest month first, at most so many.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reports_of_task(&self, task: TaskId, most: u32) -> Result<Vec<ReportView>, StoreError> {
        self.report_views(self.connection.all(VIEWS_OF_TASK, values![&task, most])?)
    }

    /// The reports on each of the tasks, the latest month first; tasks without one are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reports_of_tasks(&self, tasks: &[TaskId]) -> Result<BTreeMap<TaskId, Vec<ReportView>>, StoreError> {
        let mut rows = Vec::new();
        for_keys(VIEWS_OF_TASKS, tasks, |sql, keys| {
            rows.extend(self.connection.all::<ViewRow>(sql, keys)?);
            Ok(())
        })?;
        let mut reports: BTreeMap<TaskId, Vec<ReportView>> = BTreeMap::new();
        for view in self.report_views(rows)? {
            reports.entry(view.report.task).or_default().push(view);
        }
        Ok(reports)
    }

    /// Reports in a state, by its stable word, of one body or of all; the one handed in first comes first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reports_in_state(
        &self,
        state: &str,
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<ReportView>, StoreError> {
        let rows = match &organisation {
            Some(organisation) => self
                .connection
                .all(VIEWS_IN_STATE_OF_ORGANISATION, values![state, organisation])?,
            None => self.connection.all(VIEWS_IN_STATE, values![state])?,
        };
        self.report_views(rows)
    }

    fn report_views(&self, mut rows: Vec<ViewRow>) -> Result<Vec<ReportView>, StoreError> {
        self.fill(rows.iter_mut().map(|row| &mut row.report))?;
        let mut tasks: Vec<TaskId> = rows.iter().map(|row| row.report.task).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let targets = self.targets_of(&tasks)?;
        Ok(rows
            .into_iter()
            .map(|row| ReportView {
                targets: targets.get(&row.report.task).cloned().unwrap_or_default(),
                report: row.report,
                organisation_name: row.organisation_name,
                submitted_by_name: row.submitted_by_name,
                task_number: row.task_number,
                task_title: row.task_title,
                plan: row.plan,
                destroyed_evidence: Vec::new(),
            })
            .collect())
    }

    /// Reads the values and the evidence of many reports at once.
    fn fill<'r>(&self, reports: impl Iterator<Item = &'r mut Report>) -> Result<(), StoreError> {
        let mut reports: BTreeMap<ReportId, &mut Report> = reports.map(|report| (report.id, report)).collect();
        self.fill_evidence(&mut reports)?;
        let ids: Vec<ReportId> = reports.keys().copied().collect();
        for_keys(VALUES, &ids, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let id: ReportId = row.take()?;
                let series = row.take()?;
                let value = TargetValue {
                    target: row.take()?,
                    value: row.take()?,
                };
                match (reports.get_mut(&id), series) {
                    (Some(report), Series::Reported) => report.values.push(value),
                    (
                        Some(Report {
                            state: ReportState::Verified { values, .. },
                            ..
                        }),
                        Series::Verified,
                    ) => {
                        values.push(value);
                    }
                    _ => {}
                }
                Ok(())
            })
        })
    }
}

impl Transaction<'_> {
    /// Writes a report; its values and its evidence only where they differ from `before`. The light of its task is left as it is.
    pub(crate) fn save_report(&mut self, report: &Report, before: Option<&Report>) -> Result<(), StoreError> {
        let state = StateColumns::of(&report.state);
        self.connection.send(
            if before.is_some() { SAVE } else { INSERT },
            values![
                &report.id,
                report.version,
                &report.task,
                &report.organisation,
                report.period,
                report.completion,
                Value::words(report.id.0, &report.done),
                Value::words(report.id.0, &report.problems),
                Value::words(report.id.0, &report.help_wanted),
                Value::words(report.id.0, &report.next_step),
                &report.submitted_by,
                report.first_submitted_at,
                report.submitted_at,
                report.state.code(),
                state.by,
                state.at,
                state.method,
                state.completion,
                Value::some_words(report.id.0, state.conclusion),
                state.stage,
                Value::some_words(report.id.0, state.reason),
            ],
        )?;
        self.save_evidence(report, before)?;
        let verified = report.verified_values();
        if before.is_some_and(|before| before.values == report.values && before.verified_values() == verified) {
            return Ok(());
        }
        if before.is_some() {
            self.connection.send(DELETE_VALUES, values![&report.id])?;
        }
        for (series, values) in [("reported", report.values.as_slice()), ("verified", verified)] {
            for (ordinal, value) in (0_u32..).zip(values) {
                self.connection.send(
                    INSERT_VALUE,
                    values![&report.id, series, ordinal, &value.target, value.value],
                )?;
            }
        }
        Ok(())
    }
}
