//! Lights of tasks as derived rows: judged again in the transaction of each change, and all of them when a new day begins.
//!
//! The rules themselves are the ledger's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    Event, Facts,
    ids::{PlanId, TaskId},
    light::{LightFacts, light},
    report::Report,
};
use luoshi_store::{Snapshot, StandingLight, StoreError, Transaction};

use crate::{error::AppError, execute::flatten, job::Stop, site::App};

/// Lights that are judged in one transaction, so that a large site's new day does not keep writers waiting.
const LIGHTS_AT_ONCE: u32 = 500;

impl App {
    /// Judges the lights that were last judged on an earlier day, until `stop` says so; the rest is judged the next time.
    pub(crate) fn refresh_lights_of_new_day(&self, stop: Stop<'_>) -> Result<(), AppError> {
        let day = self.today();
        while !stop() {
            let judged = self
                .store
                .write(move |transaction| {
                    let tasks = transaction.tasks_with_light_before(day, LIGHTS_AT_ONCE)?;
                    transaction.lock_tasks(&tasks.iter().copied().collect())?;
                    for task in &tasks {
                        refresh(transaction, *task, day)?;
                    }
                    Ok::<_, AppError>(tasks.len())
                })
                .wait()
                .map_err(flatten)?;
            if judged == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// The light of a task as it stands, with what the next one is judged from.
struct TaskLight {
    standing: StandingLight,
    facts: LightFacts,
}

impl TaskLight {
    /// Reads both; none where there is no such task.
    fn read(snapshot: &Snapshot<'_>, task: TaskId) -> Result<Option<Self>, StoreError> {
        let facts = snapshot.light_facts(task)?;
        let standing = snapshot.standing_light(task)?;
        Ok(facts.zip(standing).map(|(facts, standing)| Self { standing, facts }))
    }

    fn save(&self, transaction: &mut Transaction<'_>, day: Date) -> Result<(), StoreError> {
        transaction.save_light(&self.standing, day, &light(&self.facts, day), self.facts.latest())
    }
}

/// Whose lights a command may have changed.
#[derive(Default)]
pub(crate) struct Lights {
    /// Of tasks whose reports it is about, read before anything is written: what a report does to them is known without asking again.
    of_reports: BTreeMap<TaskId, TaskLight>,
    /// Tasks that it changes themselves. They are read when all of it is written, as are those of the plans.
    tasks: Vec<TaskId>,
    plans: Vec<PlanId>,
}

impl Lights {
    /// What `events` may change, before any of them is applied.
    pub(crate) fn before(snapshot: &Snapshot<'_>, events: &[Event], facts: &Facts) -> Result<Self, StoreError> {
        let mut lights = Self::default();
        for event in events {
            let of_report = |report| facts.reports.get(&report).map(|report| report.task);
            match event {
                Event::ReportSubmitted(event) => lights.read_before(snapshot, Some(event.task), facts)?,
                Event::ReportApproved(event) => lights.read_before(snapshot, of_report(event.report), facts)?,
                Event::ReportReturned(event) => lights.read_before(snapshot, of_report(event.report), facts)?,
                Event::ReportVerified(event) => lights.read_before(snapshot, of_report(event.report), facts)?,
                Event::TaskAdopted(event) => lights.tasks.push(event.task),
                Event::ReporterNamed(event) => lights.tasks.push(event.task),
                Event::PlanIssued(event) => lights.plans.push(event.plan),
                Event::OrganisationFounded(_)
                | Event::AccountOpened(_)
                | Event::DocumentReceived(_)
                | Event::PlanAdopted(_)
                | Event::TaskPublished(_)
                | Event::LogKeyRotated(_)
                | Event::LogContinued(_)
                // Lights are judged by figures and days, which no erasure touches.
                | Event::ErasureProposed(_)
                | Event::ErasureDeclined(_)
                | Event::ContentErased(_)
                | Event::ErasureReapplied(_) => {}
            }
        }
        Ok(lights)
    }

    fn read_before(&mut self, snapshot: &Snapshot<'_>, task: Option<TaskId>, facts: &Facts) -> Result<(), StoreError> {
        let Some(task) = task.and_then(|task| facts.tasks.get(&task)) else {
            return Ok(());
        };
        let Some(plan) = facts.plans.get(&task.plan) else {
            return Ok(());
        };
        if let Some(standing) = snapshot.standing_light(task.id)? {
            let facts = LightFacts::of(task, plan, snapshot.report_facts(task.id)?);
            self.of_reports.insert(task.id, TaskLight { standing, facts });
        }
        Ok(())
    }

    /// Notes how a report stands after an event.
    pub(crate) fn note(&mut self, report: &Report) {
        if let Some(light) = self.of_reports.get_mut(&report.task) {
            light.facts.note(report);
        }
    }

    /// Judges all of them again, once everything is applied.
    pub(crate) fn refresh(&self, transaction: &mut Transaction<'_>, day: Date) -> Result<(), StoreError> {
        for light in self.of_reports.values() {
            light.save(transaction, day)?;
        }
        let mut tasks = self.tasks.clone();
        for plan in &self.plans {
            tasks.extend(transaction.tasks_of_plan(*plan)?);
        }
        for task in tasks {
            refresh(transaction, task, day)?;
        }
        Ok(())
    }
}

fn refresh(transaction: &mut Transaction<'_>, task: TaskId, day: Date) -> Result<(), StoreError> {
    match TaskLight::read(transaction, task)? {
        Some(light) => light.save(transaction, day),
        None => Ok(()),
    }
}
