//! Locks on what a command rests on, in one order for all commands, so that two of them never wait for each other. Where one transaction writes
//! at a time there is nothing to lock.
//!
//! Which commands touch what, the ledger says; what they decide is not known here.

use std::collections::BTreeSet;

use luoshi_ledger::{
    Facts, Stream, StreamKind,
    facts::Subjects,
    ids::{ErasureId, PlanId, ReportId, TaskId},
};
use uuid::Uuid;

use crate::{
    engine::{for_keys, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
    task,
};

const TASK_OF_REPORT: &str = "select task from report where id = $1";

/// A plan that a command changes: nobody decides anything about its tasks meanwhile.
const LOCK_PLANS: &str = "select id from plan where id in ({}) order by id for update";

const LOCK_REPORTS: &str = "select id from report where id in ({}) order by id for update";

const LOCK_ERASURES: &str = "select id from erasure where id in ({}) order by id for update";

/// What the texts of an erasure belong to.
const STREAMS_OF_ERASURE: &str = "
    select distinct event.stream_kind, event.stream_id
    from erasure_text join event on event.id = erasure_text.event where erasure_text.erasure = $1";

impl Transaction<'_> {
    fn task_of_report(&self, report: ReportId) -> Result<Option<(TaskId,)>, StoreError> {
        self.connection.optional(TASK_OF_REPORT, values![&report])
    }

    /// Locks what `subjects` names until the transaction ends: erasures, then plans, tasks and reports, each by their ids; and answers with their
    /// facts as [`Snapshot::facts`] does, but without the words of tasks and of the plans that are there for these, on which no decision rests. A
    /// command does this before it reads anything that it rests on. `questions` are what it reads next: they go together with the locks, and are
    /// answered after these are held.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where somebody else holds one of them for too long; when the database cannot be read.
    pub fn lock(
        &mut self,
        subjects: &Subjects,
        questions: impl Fn(&Snapshot<'_>) -> Result<(), StoreError>,
    ) -> Result<Facts, StoreError> {
        if self.connection.writes_alone() {
            let (mut facts, tasks) = self.facts_but_tasks(subjects)?;
            let tasks: Vec<TaskId> = tasks.into_iter().collect();
            self.add_tasks(&mut facts, self.tasks_without_words(&tasks)?)?;
            return Ok(facts);
        }
        let erasures: Vec<ErasureId> = subjects.erasures.iter().copied().collect();
        for_keys(LOCK_ERASURES, &erasures, |sql, keys| self.connection.send(sql, keys))?;
        let (mut plans, mut tasks, mut reports) =
            (subjects.plans.clone(), subjects.tasks.clone(), subjects.reports.clone());
        for erasure in &erasures {
            let streams: Vec<(StreamKind, Uuid)> = self.connection.all(STREAMS_OF_ERASURE, values![erasure])?;
            for (kind, id) in streams {
                match Stream::new(kind, id) {
                    Stream::Plan(plan) => plans.extend([plan]),
                    Stream::Task(task) => tasks.extend([task]),
                    Stream::Report(report) => {
                        reports.extend([report]);
                        // All tasks are locked at once, by their ids.
                        tasks.extend(self.task_of_report(report)?.map(|(task,)| task));
                    }
                    // Nothing is added to these once they are there.
                    Stream::Organisation(_)
                    | Stream::Account(_)
                    | Stream::Document(_)
                    | Stream::Log(_)
                    | Stream::Erasure(_) => {}
                }
            }
        }
        let plans: Vec<PlanId> = plans.into_iter().collect();
        for_keys(LOCK_PLANS, &plans, |sql, keys| self.connection.send(sql, keys))?;
        let holds_plans = subjects.reports.is_empty() || self.connection.runs_again();
        let lock = match (holds_plans, self.connection.shares_transaction()) {
            (true, _) => task::LOCK_WITH_PLANS,
            (false, false) => task::LOCK,
            (false, true) => task::LOCK_UNHELD,
        };
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        let mut facts = Facts::default();
        // Where tasks are named, those of the reports are among them. So nothing more is to be locked for a report that is made now.
        if reports.is_empty() || !tasks.is_empty() {
            self.connection.rehearse(|| {
                self.tasks_by(lock, &tasks)?;
                self.facts_but_tasks(subjects)?;
                Snapshot::latest_event_id(self)?;
                questions(self)
            });
            let locked = self.tasks_by(lock, &tasks)?;
            if locked.len() < tasks.len() {
                // Somebody else holds it, or there is no such task.
                self.connection.leave_shared_transaction();
            }
            (facts, _) = self.facts_but_tasks(subjects)?;
            self.add_tasks(&mut facts, locked)?;
            if !holds_plans && facts.plans.values().any(|plan| plan.issued_at().is_none()) {
                // Plans are locked before tasks, so it is too late for that now.
                self.connection.came_second();
                return Err(StoreError::VersionClash);
            }
            let is_new = |report: &ReportId| subjects.reports.contains(report) && !facts.reports.contains_key(report);
            if reports.iter().all(is_new) {
                // Nobody begins them while their tasks are locked.
                let mut streams = self.ends.streams.borrow_mut();
                streams.extend(reports.iter().map(|report| (Stream::Report(*report), None)));
                drop(streams);
                return Ok(facts);
            }
        }
        let (mut tasks_of_reports, mut reports_that_are_there) = (BTreeSet::new(), Vec::new());
        let mut unknown = reports.clone();
        unknown.retain(|report| !facts.reports.contains_key(report));
        self.connection.rehearse(|| {
            unknown
                .iter()
                .try_for_each(|report| self.task_of_report(*report).map(|_| ()))
        });
        for report in &reports {
            let task = match facts.reports.get(report) {
                Some(report) => Some(report.task),
                None => self.task_of_report(*report)?.map(|(task,)| task),
            };
            if let Some(task) = task {
                tasks_of_reports.insert(task);
                reports_that_are_there.push(*report);
            }
        }
        let tasks_of_reports: Vec<TaskId> = tasks_of_reports
            .into_iter()
            .filter(|task| !tasks.contains(task))
            .collect();
        // Nothing counts that was answered before the locks.
        self.connection.forget_answers();
        self.connection.rehearse(|| {
            self.tasks_by(task::LOCK, &tasks_of_reports)?;
            self.lock_reports(&reports_that_are_there)?;
            self.facts_but_tasks(subjects)?;
            Snapshot::latest_event_id(self)?;
            for report in &reports_that_are_there {
                Snapshot::stream_version(self, Stream::Report(*report))?;
            }
            questions(self)
        });
        let mut locked = facts.tasks;
        locked.extend(self.tasks_by(task::LOCK, &tasks_of_reports)?);
        self.lock_reports(&reports_that_are_there)?;
        let (mut facts, _) = self.facts_but_tasks(subjects)?;
        // One that was made in this moment came too late, for its task is not locked.
        facts.reports.retain(|_, report| locked.contains_key(&report.task));
        self.add_tasks(&mut facts, locked)?;
        Ok(facts)
    }

    /// Locks tasks whose derived rows are made again, and holds their plans as they are.
    ///
    /// # Errors
    /// As [`Transaction::lock`].
    pub fn lock_tasks(&mut self, tasks: &BTreeSet<TaskId>) -> Result<(), StoreError> {
        if self.connection.writes_alone() {
            return Ok(());
        }
        let tasks: Vec<TaskId> = tasks.iter().copied().collect();
        for_keys(task::LOCK_WITH_PLANS, &tasks, |sql, keys| {
            self.connection.send(sql, keys)
        })
    }

    fn lock_reports(&self, reports: &[ReportId]) -> Result<(), StoreError> {
        for_keys(LOCK_REPORTS, reports, |sql, keys| {
            self.connection.each(sql, keys, &mut |_| Ok(()))
        })
    }
}
