//! Rows of targets (指标), which belong to their tasks and are read for many tasks at once.

use std::collections::BTreeMap;

use luoshi_ledger::{ids::TaskId, target::Target};

use crate::{
    engine::{FromRow, Row, for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const OF_TASKS: &str = "
    select task, id, subject, quantity_text, value, value_max, unit, comparator, direction, strength, due, span_start, span_end
    from target where task in ({}) order by task, ordinal";

const INSERT: &str = "
    insert into target
        (task, ordinal, id, subject, quantity_text, value, value_max, unit, comparator, direction, strength, due,
        span_start, span_end)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

const DELETE: &str = "delete from target where task = $1";

impl FromRow for Target {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            subject: row.take()?,
            quantity_text: row.take()?,
            value: row.take()?,
            value_max: row.take()?,
            unit: row.take()?,
            comparator: row.take()?,
            direction: row.take()?,
            strength: row.take()?,
            due: row.take()?,
            span: row.take_span()?,
        })
    }
}

impl Snapshot<'_> {
    /// The targets of many tasks, in the order of each text.
    pub(crate) fn targets_of(&self, tasks: &[TaskId]) -> Result<BTreeMap<TaskId, Vec<Target>>, StoreError> {
        let mut targets: BTreeMap<TaskId, Vec<Target>> = BTreeMap::new();
        for_keys(OF_TASKS, tasks, |sql, keys| {
            self.connection.each(sql, keys, &mut |row| {
                let task = row.take()?;
                targets.entry(task).or_default().push(Target::from_row(row)?);
                Ok(())
            })
        })?;
        Ok(targets)
    }
}

impl Transaction<'_> {
    pub(crate) fn save_targets(
        &mut self,
        task: TaskId,
        targets: &[Target],
        before: Option<&[Target]>,
    ) -> Result<(), StoreError> {
        if before == Some(targets) {
            return Ok(());
        }
        if before.is_some() {
            self.connection.send(DELETE, values![&task])?;
        }
        for (ordinal, target) in (0_u32..).zip(targets) {
            self.connection.send(
                INSERT,
                values![
                    &task,
                    ordinal,
                    &target.id,
                    &target.subject,
                    &target.quantity_text,
                    target.value,
                    target.value_max,
                    &target.unit,
                    target.comparator,
                    target.direction,
                    target.strength,
                    target.due,
                    target.span.map(|span| span.start),
                    target.span.map(|span| span.end),
                ],
            )?;
        }
        Ok(())
    }
}
