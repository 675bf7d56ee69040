//! Rows that jobs derive, made again from the state and compared: lights of tasks, and how many there are of each.
//!
//! What disagrees here is no tampering with the record: the rows prove nothing and can be made again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_ledger::{
    ids::{OrganisationId, PlanId, ReportId, TaskId},
    light::{Light, Proof, light},
};

use super::{BATCH, DifferenceKind, Phase, Replay, key_of, text_of};
use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    light::{self, begun_light},
    snapshot::Snapshot,
};

/// The light of a task as it is stored, beside what of the task it repeats.
struct StoredLight {
    task: TaskId,
    is_tracked: bool,
    /// Of the task, then of the light.
    plan: [Option<PlanId>; 2],
    number: [Option<u32>; 2],
    task_version: [Option<u64>; 2],
    /// The latest report that there is, then the one that is noted beside the light.
    latest: [Option<ReportId>; 2],
    /// Of the report that is noted, then what is noted of it.
    latest_organisation: [Option<OrganisationId>; 2],
    latest_version: [Option<u64>; 2],
    /// None: the task has no light. An empty day: nobody has judged it yet.
    judged: Option<(String, Light)>,
}

impl FromRow for StoredLight {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let task = row.take()?;
        let is_tracked = row.take()?;
        let plan = [row.take()?, row.take()?];
        let number = [row.take()?, row.take()?];
        let task_version = [row.take()?, row.take()?];
        let latest = [row.take()?, row.take()?];
        let latest_organisation = [row.take()?, row.take()?];
        let latest_version = [row.take()?, row.take()?];
        let day: Option<String> = row.take()?;
        let judged = match day {
            Some(day) => Some((day, Light::from_row(row)?)),
            None => None,
        };
        Ok(Self {
            task,
            is_tracked,
            plan,
            number,
            task_version,
            latest,
            latest_organisation,
            latest_version,
            judged,
        })
    }
}

impl Replay<'_> {
    /// Judges every light again for the day that it was judged for, and counts them.
    pub(super) fn check_derived(&mut self, stored: &Snapshot<'_>) -> Result<(), StoreError> {
        let (total,): (u64,) = self.stored.one("select count(*) from task", &[])?;
        let mut after: Vec<u8> = Vec::new();
        let mut done = 0;
        self.tell(Phase::Derived, 0, total);
        loop {
            let mut lights = Vec::new();
            let mut last = None;
            let connection = self.stored;
            connection.each(light::BESIDE_TASKS, values![after.as_slice(), BATCH], &mut |row| {
                last = Some(super::blob_of(row.raw(0)?));
                let key = text_of(row.raw(0)?);
                match StoredLight::from_row(row) {
                    Ok(light) => lights.push(light),
                    Err(StoreError::Unreadable { column }) => {
                        self.note("task_light", key, Some(&column), DifferenceKind::Stale);
                    }
                    Err(error) => return Err(error),
                }
                Ok(())
            })?;
            let Some(last) = last else { break };
            after = last;
            done += lights.len() as u64;
            for light in lights {
                self.check_light(stored, &light)?;
            }
            self.tell(Phase::Derived, done, total);
        }
        let connection = self.stored;
        connection.each(light::ASTRAY, &[], &mut |row| {
            let key = key_of(row, 1)?;
            self.note("task_light", key, None, DifferenceKind::Stale);
            Ok(())
        })?;
        self.check_totals()?;
        self.tell(Phase::Derived, total, total);
        Ok(())
    }

    fn check_light(&mut self, stored: &Snapshot<'_>, met: &StoredLight) -> Result<(), StoreError> {
        let key = met.task.to_string();
        let Some((day, found)) = &met.judged else {
            self.note("task_light", key, None, DifferenceKind::Stale);
            return Ok(());
        };
        let expected = if day.is_empty() {
            let (colour, reason) = begun_light(met.is_tracked);
            Light {
                colour,
                proof: Proof::None,
                reason,
                since: None,
                rule_version: 0,
            }
        } else {
            let Ok(day) = day.parse::<Date>() else {
                self.note("task_light", key, Some("day"), DifferenceKind::Stale);
                return Ok(());
            };
            match stored.light_facts(met.task) {
                Ok(Some(facts)) => light(&facts, day),
                // What its light is judged from cannot be read, which the comparison of the tables has named.
                Ok(None) | Err(StoreError::Unreadable { .. }) => return Ok(()),
                Err(error) => return Err(error),
            }
        };
        // A light that was judged by another version of the rules stays until its next day.
        let is_comparable = found.rule_version == expected.rule_version || day.is_empty();
        let columns = [
            ("plan", met.plan[0] == met.plan[1]),
            ("number", met.number[0] == met.number[1]),
            ("task_version", met.task_version[0] == met.task_version[1]),
            ("latest", met.latest[0] == met.latest[1]),
            (
                "latest_organisation",
                met.latest_organisation[0] == met.latest_organisation[1],
            ),
            ("latest_version", met.latest_version[0] == met.latest_version[1]),
            ("colour", !is_comparable || found.colour == expected.colour),
            ("proof", !is_comparable || found.proof == expected.proof),
            ("reason", !is_comparable || found.reason == expected.reason),
            ("since", !is_comparable || found.since == expected.since),
            ("rule_version", !day.is_empty() || found.rule_version == 0),
        ];
        for (column, _) in columns.into_iter().filter(|(_, agrees)| !agrees) {
            self.note("task_light", key.clone(), Some(column), DifferenceKind::Stale);
        }
        Ok(())
    }

    fn check_totals(&mut self) -> Result<(), StoreError> {
        type Totals = BTreeMap<(PlanId, OrganisationId, String), i64>;
        let connection = self.stored;
        let totals = |sql: &str| -> Result<Totals, StoreError> {
            let rows: Vec<(PlanId, OrganisationId, String, i64)> = connection.all(sql, &[])?;
            Ok(rows
                .into_iter()
                // A colour that no task has any more keeps its row.
                .filter(|(_, _, _, count)| *count != 0)
                .map(|(plan, organisation, colour, count)| ((plan, organisation, colour), count))
                .collect())
        };
        let (stored, mut counted) = match (totals(light::ALL_TOTALS), totals(light::COUNTED_OF_BODIES)) {
            (Ok(stored), Ok(counted)) => (stored, counted),
            (Err(StoreError::Unreadable { column }), _) | (_, Err(StoreError::Unreadable { column })) => {
                self.note(
                    "light_total",
                    "(nothing)".to_owned(),
                    Some(&column),
                    DifferenceKind::Stale,
                );
                return Ok(());
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let of_plans: Vec<(PlanId, String, i64)> = connection.all(light::COUNTED_OF_PLANS, &[])?;
        counted.extend(
            of_plans
                .into_iter()
                .map(|(plan, colour, count)| ((plan, light::WHOLE_PLAN, colour), count)),
        );
        let mut keys: Vec<_> = stored.keys().chain(counted.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            if stored.get(key) != counted.get(key) {
                let (plan, organisation, colour) = key;
                let key = format!("{plan},{organisation},{colour}");
                self.note("light_total", key, Some("task_count"), DifferenceKind::Stale);
            }
        }
        Ok(())
    }
}
