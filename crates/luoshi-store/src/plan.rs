//! Rows of plans (年度计划) with their sections (部分).

use std::collections::BTreeMap;

use luoshi_ledger::{
    ids::{OrganisationId, PlanId, TaskId},
    plan::{Plan, PlanState, Section},
    view::PlanSummary,
};

use crate::{
    engine::{ColumnValue, FromColumn, FromRow, Row, Value, for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

macro_rules! plans {
    ($title:literal, $document_number:literal, $issuer:literal, $condition:literal) => {
        concat!(
            "select id, version, document, ",
            $title,
            ", ",
            $document_number,
            ", ",
            $issuer,
            ", document_date, year,
                report_day, state, issued_at
            from plan where ",
            $condition
        )
    };
}

const ONE: &str = plans!("title", "document_number", "issuer", "id = $1");

const OF_TASKS: &str = plans!(
    "title",
    "document_number",
    "issuer",
    "id in (select plan from task where id in ({}))"
);

/// With nothing where words stand that can be erased by law.
const WITHOUT_WORDS: &str = plans!("''", "null", "null", "id in ({})");

const SECTIONS: &str = "select id, label, title, span_start, span_end from section where plan = $1 order by ordinal";

/// A plan without a task has no total.
macro_rules! summaries {
    ($condition:literal) => {
        concat!(
            "select plan.id, plan.title, plan.year, plan.issued_at,
                coalesce(plan_total.task_count, 0), coalesce(plan_total.open_task_count, 0)
            from plan left join plan_total on plan_total.plan = plan.id
            ",
            $condition,
            " order by plan.year desc, plan.id desc"
        )
    };
}

const ALL: &str = summaries!("");

const OF_ORGANISATION: &str = summaries!(
    "where plan.issued_at is not null and exists (
        select 1 from task_organisation
        where task_organisation.plan = plan.id and task_organisation.organisation = $1)"
);

const NEXT_NUMBER: &str = "select coalesce(max(number), 0) + 1 from task where plan = $1";

const SAVE: &str = "
    insert into plan
        (id, version, document, title, document_number, issuer, document_date, year, report_day, state, issued_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (id) do update set
        version = excluded.version, document = excluded.document, title = excluded.title,
        document_number = excluded.document_number, issuer = excluded.issuer, document_date = excluded.document_date,
        year = excluded.year, report_day = excluded.report_day, state = excluded.state, issued_at = excluded.issued_at";

const COUNT: &str = "
    insert into plan_total (plan, task_count, open_task_count) values ($1, $2, $3)
    on conflict (plan) do update set
        task_count = plan_total.task_count + excluded.task_count,
        open_task_count = plan_total.open_task_count + excluded.open_task_count";

/// Tasks refer to their sections, so the rows stay and only their words change.
const RENAME_SECTION: &str = "update section set title = $3 where plan = $1 and ordinal = $2";

const DELETE_SECTIONS: &str = "delete from section where plan = $1";

const INSERT_SECTION: &str = "
    insert into section (plan, ordinal, id, label, title, span_start, span_end) values ($1, $2, $3, $4, $5, $6, $7)";

/// The stable words of [`PlanState`]; the instant has a column of its own.
#[derive(Clone, Copy)]
enum StateWord {
    Adopted,
    Issued,
}

impl FromColumn for StateWord {
    fn from_column(value: ColumnValue<'_>) -> Option<Self> {
        match value {
            ColumnValue::Text("adopted") => Some(StateWord::Adopted),
            ColumnValue::Text("issued") => Some(StateWord::Issued),
            _ => None,
        }
    }
}

impl FromRow for Plan {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            version: row.take()?,
            document: row.take()?,
            title: row.take()?,
            document_number: row.take()?,
            issuer: row.take()?,
            document_date: row.take()?,
            year: row.take()?,
            report_day: row.take()?,
            sections: Vec::new(),
            state: match row.take()? {
                StateWord::Adopted => PlanState::Adopted,
                StateWord::Issued => PlanState::Issued { at: row.take()? },
            },
        })
    }
}

impl FromRow for Section {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            label: row.take()?,
            title: row.take()?,
            span: row.take_span()?,
        })
    }
}

impl FromRow for PlanSummary {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            title: row.take()?,
            year: row.take()?,
            issued_at: row.take()?,
            task_count: row.take()?,
            open_task_count: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// A plan with its sections.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn plan(&self, id: PlanId) -> Result<Option<Plan>, StoreError> {
        let Some(mut plan) = self.connection.optional::<Plan>(ONE, values![&id])? else {
            return Ok(None);
        };
        plan.sections = self.connection.all(SECTIONS, values![&id])?;
        Ok(Some(plan))
    }

    /// The plans of tasks as far as their own rows tell.
    pub(crate) fn plans_of_tasks(&self, tasks: &[TaskId]) -> Result<BTreeMap<PlanId, Plan>, StoreError> {
        self.plans_by(OF_TASKS, tasks)
    }

    /// Plans as far as their own rows tell, with nothing where their words stand; what is decided about a task needs no more.
    pub(crate) fn plans_without_words(&self, ids: &[PlanId]) -> Result<BTreeMap<PlanId, Plan>, StoreError> {
        self.plans_by(WITHOUT_WORDS, ids)
    }

    fn plans_by<'k, K>(&self, sql: &str, keys: &'k [K]) -> Result<BTreeMap<PlanId, Plan>, StoreError>
    where
        Value<'k>: From<&'k K>,
    {
        let mut plans: BTreeMap<PlanId, Plan> = BTreeMap::new();
        for_keys(sql, keys, |sql, keys| {
            let found = self.connection.all::<Plan>(sql, keys)?;
            plans.extend(found.into_iter().map(|plan| (plan.id, plan)));
            Ok(())
        })?;
        Ok(plans)
    }

    /// Every plan, the latest year first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn plans(&self) -> Result<Vec<PlanSummary>, StoreError> {
        self.connection.all(ALL, &[])
    }

    /// The issued plans that have a task which concerns a body, the latest year first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn plans_of(&self, organisation: OrganisationId) -> Result<Vec<PlanSummary>, StoreError> {
        self.connection.all(OF_ORGANISATION, values![&organisation])
    }

    /// 序号 for the next task of a plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_task_number(&self, plan: PlanId) -> Result<u32, StoreError> {
        let (number,) = self.connection.one(NEXT_NUMBER, values![&plan])?;
        Ok(number)
    }
}

impl Transaction<'_> {
    /// Counts tasks that came to a plan, and such as were opened to the public or, below zero, withheld again.
    pub(crate) fn count_tasks(&mut self, plan: PlanId, tasks: i64, open_tasks: i64) -> Result<(), StoreError> {
        self.connection.send(COUNT, values![&plan, tasks, open_tasks])
    }

    /// Writes a plan of which only words have changed.
    pub(crate) fn rename_plan(&mut self, plan: &Plan, before: &[Section]) -> Result<(), StoreError> {
        self.save_plan(plan, Some(&plan.sections))?;
        for ((ordinal, section), before) in (0_u32..).zip(&plan.sections).zip(before) {
            if section.title != before.title {
                self.connection.send(
                    RENAME_SECTION,
                    values![&plan.id, ordinal, Value::words(plan.id.0, &section.title)],
                )?;
            }
        }
        Ok(())
    }

    /// Writes a plan; its sections only where they differ from `before`.
    pub(crate) fn save_plan(&mut self, plan: &Plan, before: Option<&[Section]>) -> Result<(), StoreError> {
        let (state, issued_at) = match plan.state {
            PlanState::Adopted => ("adopted", None),
            PlanState::Issued { at } => ("issued", Some(at)),
        };
        self.connection.send(
            SAVE,
            values![
                &plan.id,
                plan.version,
                plan.document.as_ref(),
                Value::words(plan.id.0, &plan.title),
                Value::some_words(plan.id.0, plan.document_number.as_ref()),
                Value::some_words(plan.id.0, plan.issuer.as_ref()),
                plan.document_date,
                plan.year,
                plan.report_day,
                state,
                issued_at,
            ],
        )?;
        if before == Some(&plan.sections) {
            return Ok(());
        }
        if before.is_some() {
            self.connection.send(DELETE_SECTIONS, values![&plan.id])?;
        }
        for (ordinal, section) in (0_u32..).zip(&plan.sections) {
            self.connection.send(
                INSERT_SECTION,
                values![
                    &plan.id,
                    ordinal,
                    &section.id,
                    &section.label,
                    Value::words(plan.id.0, &section.title),
                    section.span.map(|span| span.start),
                    section.span.map(|span| span.end),
                ],
            )?;
        }
        Ok(())
    }
}
