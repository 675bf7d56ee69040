//! Lights as derived rows (亮灯): what they are judged from, and what was judged. The rules are the ledger's and the day is an argument.

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::{
    ids::{OrganisationId, PlanId, ReportId, TaskId},
    light::{Colour, Light, LightFacts, Proof, Reason, ReportFact, owed_since},
    period::{Period, day_in_china},
    plan::deadline,
    task::Task,
    view::LightCounts,
};
use uuid::Uuid;

use crate::{
    engine::{FromRow, Json, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const TASK: &str = "
    select task.tracking = 'tracked', plan.issued_at, task.reporting_since, plan.report_day, task.due, plan.year,
        (select count(*) from task_reporter where task_reporter.task = task.id)
    from task join plan on plan.id = task.plan where task.id = $1";

const REPORTS: &str = "
    select id, version, organisation, period, first_submitted_at, submitted_at, completion, state = 'verified',
        verified_completion
    from report where task = $1 and state <> 'returned'";

const BEGIN: &str = "
    insert into task_light (task, plan, number, task_version, day, colour, proof, reason, since, rule_version)
    values ($1, $2, $3, $4, '', $5, $6, $7, null, 0)
    on conflict (task) do nothing";

const STANDING: &str = "
    select task, plan, day, colour, proof, reason, since, rule_version, latest, latest_organisation, latest_version
    from task_light where task = $1";

const SAVE: &str = "
    update task_light set latest = $2, latest_organisation = $3, latest_version = $4, proof = $5, reason = $6, since = $7,
        rule_version = $8, day = $9, colour = $10
    where task = $1";

/// Day and colour stand in indexes, which a statement that sets them writes anew even where they stay the same.
const SAVE_IN_ITS_PLACE: &str = "
    update task_light set latest = $2, latest_organisation = $3, latest_version = $4, proof = $5, reason = $6, since = $7,
        rule_version = $8
    where task = $1";

const NOTE_TASK_VERSION: &str = "update task_light set task_version = $2 where task = $1";

const BEFORE: &str = "select task from task_light where day < $1 order by day, task limit $2";

const TOTALS: &str = "select colour, task_count from light_total where plan = $1 and organisation = $2";

const OF_TASK: &str = "select plan, colour from task_light where task = $1";

const CONCERNED: &str = "select organisation from task_organisation where task = $1 order by organisation";

const PLACE: &str = "
    insert into task_light
        (task, plan, number, latest, latest_organisation, latest_version, proof, reason, since, rule_version, day, colour,
        task_version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (select version from task where id = $1))";

/// Lights beside their tasks, from one on, with what they repeat of them. The latest report is asked for in the words of the engine and not taken from
/// [`LightFacts::latest`], which it checks.
pub(crate) const BESIDE_TASKS: &str = "
    select task.id, case when task.tracking = 'tracked' then 1 else 0 end, task.plan, task_light.plan, task.number,
        task_light.number, task.version, task_light.task_version,
        (select report.id from report where report.task = task.id and report.state <> 'returned'
            order by report.period desc, report.submitted_at desc, report.id limit 1),
        task_light.latest, noted.organisation, task_light.latest_organisation, noted.version, task_light.latest_version,
        task_light.day, task_light.colour, task_light.proof, task_light.reason, task_light.since, task_light.rule_version
    from task left join task_light on task_light.task = task.id left join report as noted on noted.id = task_light.latest
    where task.id > $1 order by task.id limit $2";

/// Lights of no task.
pub(crate) const ASTRAY: &str = "
    select task from task_light where not exists (select 1 from task where task.id = task_light.task) order by task";

pub(crate) const ALL_TOTALS: &str = "select plan, organisation, colour, task_count from light_total";

/// The totals of plans, counted.
pub(crate) const COUNTED_OF_PLANS: &str = "select plan, colour, count(*) from task_light group by plan, colour";

/// The totals of bodies in plans, counted.
pub(crate) const COUNTED_OF_BODIES: &str = "
    select task_light.plan, task_organisation.organisation, task_light.colour, count(*)
    from task_organisation join task_light on task_light.task = task_organisation.task
    group by task_light.plan, task_organisation.organisation, task_light.colour";

const COUNT: &str = "
    insert into light_total (plan, organisation, colour, task_count) values ($1, $2, $3, $4)
    on conflict (plan, organisation, colour) do update set task_count = light_total.task_count + excluded.task_count";

/// The body under which the total of a whole plan is kept; no body has this id.
pub(crate) const WHOLE_PLAN: OrganisationId = OrganisationId(Uuid::nil());

impl FromRow for Light {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            colour: row.take()?,
            proof: row.take()?,
            reason: row.take::<Json<Reason>>()?.0,
            since: row.take()?,
            rule_version: row.take()?,
        })
    }
}

/// The light of a task as it stands, to be compared with what is judged.
#[derive(Debug)]
pub struct StandingLight {
    task: TaskId,
    plan: PlanId,
    /// Empty before the first time that it was judged.
    day: String,
    light: Light,
    latest: LatestReport,
}

impl FromRow for StandingLight {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            task: row.take()?,
            plan: row.take()?,
            day: row.take()?,
            light: Light::from_row(row)?,
            latest: LatestReport {
                id: row.take()?,
                organisation: row.take()?,
                version: row.take()?,
            },
        })
    }
}

/// What a light notes of the latest report of its task; nothing where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LatestReport {
    id: Option<ReportId>,
    organisation: Option<OrganisationId>,
    version: Option<u64>,
}

impl LatestReport {
    fn of(latest: Option<&ReportFact>) -> Self {
        Self {
            id: latest.map(|report| report.id),
            organisation: latest.map(|report| report.organisation),
            version: latest.map(|report| report.version),
        }
    }
}

/// A task as its light sees it, before the reports.
struct TaskFacts {
    tracked: bool,
    issued_at: Option<Timestamp>,
    reporting_since: Timestamp,
    report_day: u8,
    due: Option<Date>,
    year: i16,
    reporters: u32,
}

impl FromRow for TaskFacts {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tracked: row.take()?,
            issued_at: row.take()?,
            reporting_since: row.take()?,
            report_day: row.take()?,
            due: row.take()?,
            year: row.take()?,
            reporters: row.take()?,
        })
    }
}

impl FromRow for ReportFact {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id = row.take()?;
        let version = row.take()?;
        let organisation = row.take()?;
        let period: Period = row.take()?;
        let first_submitted_at: Timestamp = row.take()?;
        let submitted_at = row.take()?;
        let completion = row.take()?;
        let is_verified: bool = row.take()?;
        let verified_completion = row.take()?;
        Ok(Self {
            id,
            version,
            organisation,
            period,
            submitted_on: day_in_china(first_submitted_at),
            submitted_at,
            completion,
            verified: is_verified.then_some(verified_completion),
        })
    }
}

impl Snapshot<'_> {
    /// What the light of a task is judged from; none where there is no such task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn light_facts(&self, task: TaskId) -> Result<Option<LightFacts>, StoreError> {
        self.connection.rehearse(|| {
            self.connection.optional::<TaskFacts>(TASK, values![&task])?;
            // A light is judged to be kept in the place of the one that stands.
            self.standing_light(task).map(|_| ())
        });
        let Some(facts) = self.connection.optional::<TaskFacts>(TASK, values![&task])? else {
            return Ok(None);
        };
        Ok(Some(LightFacts {
            tracked: facts.tracked,
            owed_since: owed_since(facts.issued_at, facts.reporting_since),
            reporters: facts.reporters,
            report_day: facts.report_day,
            due: deadline(facts.due, facts.year),
            reports: self.report_facts(task)?,
        }))
    }

    /// The reports of a task that are not returned, as its light sees them, in any order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_facts(&self, task: TaskId) -> Result<Vec<ReportFact>, StoreError> {
        self.connection.all(REPORTS, values![&task])
    }

    /// The light of a task as it stands; none where there is no such task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn standing_light(&self, task: TaskId) -> Result<Option<StandingLight>, StoreError> {
        self.connection.rehearse(|| {
            self.connection.optional::<StandingLight>(STANDING, values![&task])?;
            self.report_facts(task).map(|_| ())
        });
        self.connection.optional(STANDING, values![&task])
    }

    /// Tasks whose light was last judged for a day before `day`, or never.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tasks_with_light_before(&self, day: Date, limit: u32) -> Result<Vec<TaskId>, StoreError> {
        let rows: Vec<(TaskId,)> = self.connection.all(BEFORE, values![day, limit])?;
        Ok(rows.into_iter().map(|(task,)| task).collect())
    }

    /// How many tasks of a plan have which light: all of them, or those that concern one body.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn light_counts(&self, plan: PlanId, organisation: Option<OrganisationId>) -> Result<LightCounts, StoreError> {
        let body = organisation.unwrap_or(WHOLE_PLAN);
        let rows: Vec<(Colour, u32)> = self.connection.all(TOTALS, values![&plan, &body])?;
        let mut counts = LightCounts::default();
        for (colour, count) in rows {
            *match colour {
                Colour::Red => &mut counts.red,
                Colour::Yellow => &mut counts.yellow,
                Colour::Green => &mut counts.green,
                Colour::Grey => &mut counts.grey,
                Colour::NotTracked => &mut counts.not_tracked,
            } = count;
        }
        Ok(counts)
    }
}

/// The light of a task that nobody has judged yet.
pub(crate) fn begun_light(is_tracked: bool) -> (Colour, Reason) {
    if is_tracked {
        (Colour::Grey, Reason::NotIssued)
    } else {
        (Colour::NotTracked, Reason::NotTracked)
    }
}

impl Transaction<'_> {
    /// Gives a task that has none the light that it was judged to have on `day`, and notes its latest report.
    pub(crate) fn place_light(
        &mut self,
        task: TaskId,
        plan: PlanId,
        number: u32,
        day: Date,
        light: &Light,
        latest: Option<&ReportFact>,
    ) -> Result<(), StoreError> {
        let latest = LatestReport::of(latest);
        let reason = Json(light.reason).text()?;
        let parameters = values![
            &task,
            &plan,
            number,
            latest.id.as_ref(),
            latest.organisation.as_ref(),
            latest.version,
            light.proof,
            reason,
            light.since,
            light.rule_version,
            day,
            light.colour,
        ];
        self.connection.send(PLACE, parameters)?;
        self.count_light(task, 1)
    }

    /// Gives a new task a light that says nothing yet, so that every task has one and is found by whoever judges them.
    pub(crate) fn begin_light(&mut self, task: &Task) -> Result<(), StoreError> {
        let (colour, reason) = begun_light(task.is_tracked());
        let reason = Json(reason).text()?;
        self.connection.send(
            BEGIN,
            values![
                &task.id,
                &task.plan,
                task.number,
                task.version,
                colour,
                Proof::None,
                reason
            ],
        )?;
        self.count_light(task.id, 1)
    }

    /// Adds a task to the totals of its colour, in its plan and for each body that it concerns, or takes it away. What changes one of
    /// them takes it away before and adds it after.
    pub(crate) fn count_light(&mut self, task: TaskId, difference: i64) -> Result<(), StoreError> {
        match self.connection.optional::<(PlanId, Colour)>(OF_TASK, values![&task])? {
            Some((plan, colour)) => self.change_totals(task, plan, &mut [(colour, difference)]),
            None => Ok(()),
        }
    }

    /// Changes the totals of some colours by a task. Totals are met in one order, by body and then by colour, so that two transactions which
    /// change the same ones never wait for each other.
    fn change_totals(&mut self, task: TaskId, plan: PlanId, changes: &mut [(Colour, i64)]) -> Result<(), StoreError> {
        changes.sort_by_key(|(colour, _)| colour.code());
        let concerned: Vec<(OrganisationId,)> = self.connection.all(CONCERNED, values![&task])?;
        for organisation in [&WHOLE_PLAN]
            .into_iter()
            .chain(concerned.iter().map(|(organisation,)| organisation))
        {
            for (colour, difference) in changes.iter() {
                self.connection
                    .send(COUNT, values![&plan, organisation, *colour, *difference])?;
            }
        }
        Ok(())
    }

    /// Notes the version that a task has now.
    pub(crate) fn note_task_version(&mut self, task: &Task) -> Result<(), StoreError> {
        self.connection.send(NOTE_TASK_VERSION, values![&task.id, task.version])
    }

    /// Keeps the light of a task as it was judged for `day`, and which report of the task is the latest, in place of what stood there when
    /// `before` was read.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn save_light(
        &mut self,
        before: &StandingLight,
        day: Date,
        light: &Light,
        latest: Option<&ReportFact>,
    ) -> Result<(), StoreError> {
        let (day, latest) = (day.to_string(), LatestReport::of(latest));
        if before.day == day && before.light == *light && before.latest == latest {
            return Ok(());
        }
        if before.light.colour != light.colour {
            let changes = &mut [(before.light.colour, -1), (light.colour, 1)];
            self.change_totals(before.task, before.plan, changes)?;
        }
        let mut parameters = vec![
            Value::from(&before.task),
            latest.id.as_ref().into(),
            latest.organisation.as_ref().into(),
            latest.version.into(),
            light.proof.into(),
            Json(light.reason).text()?.into(),
            light.since.into(),
            light.rule_version.into(),
        ];
        if before.light.colour == light.colour && before.day == day {
            return self.connection.send(SAVE_IN_ITS_PLACE, &parameters);
        }
        parameters.extend([Value::from(day), light.colour.into()]);
        self.connection.send(SAVE, &parameters)
    }
}
