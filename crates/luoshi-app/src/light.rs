//! Lights of tasks as derived rows: judged again in the transaction of each change, and all of them when a new day begins.
//!
//! The rules themselves are the ledger's.

use jiff::civil::Date;
use luoshi_ledger::{ids::TaskId, light::light};
use luoshi_store::Transaction;

use crate::{
    error::AppError,
    execute::{Lights, flatten},
    site::App,
};

/// Lights that are judged in one transaction, so that a large site's new day does not keep writers waiting.
const LIGHTS_AT_ONCE: u32 = 500;

impl App {
    pub(crate) fn refresh_lights_within(
        &self,
        transaction: &mut Transaction<'_>,
        lights: &Lights,
        day: Date,
    ) -> Result<(), AppError> {
        let mut tasks = lights.tasks.clone();
        for plan in &lights.plans {
            tasks.extend(transaction.tasks_of_plan(*plan)?);
        }
        for task in tasks {
            refresh(transaction, task, day)?;
        }
        Ok(())
    }

    /// Judges the lights that were last judged on an earlier day.
    pub(crate) fn refresh_lights_of_new_day(&self) -> Result<(), AppError> {
        let day = self.today();
        loop {
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
                return Ok(());
            }
        }
    }
}

fn refresh(transaction: &mut Transaction<'_>, task: TaskId, day: Date) -> Result<(), AppError> {
    if let Some(facts) = transaction.light_facts(task)? {
        transaction.save_light(task, day, &light(&facts, day))?;
    }
    Ok(())
}
