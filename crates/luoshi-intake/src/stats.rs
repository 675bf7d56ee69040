//! Counts over documents: tasks and targets for each body, deadlines for each month.
//!
//! It counts what was asked of whom and ranks nobody: how much a body has to do says nothing of how well it does it. Persons are not
//! counted, and neither is what is outside the limits of scope.

use std::collections::{BTreeMap, HashMap};

use luoshi_export::{Cell, Column, ColumnKind, Sheet};
use luoshi_parse::{DeadlineKind, TrackingState};
use luoshi_types::{Language, PartyRole};
use serde::{Deserialize, Serialize};

use crate::{Intake, wording::word};

/// Counts over any number of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// `luoshi.stats/1`.
    pub schema: String,
    /// Documents that were counted.
    pub files: usize,
    /// Their tasks, those that are not tracked included.
    pub tasks: usize,
    /// Tasks outside the limits of scope, which nothing below counts.
    pub not_tracked: usize,
    /// Tasks that name no body.
    pub without_body: usize,
    /// Tasks that promise no number and no checkable state.
    pub without_target: usize,
    /// Tasks without a deadline of their own.
    pub without_deadline: usize,
    /// Targets.
    pub targets: usize,
    /// Targets without a number (全覆盖).
    pub targets_without_number: usize,
    /// Deadlines.
    pub deadlines: usize,
    /// Deadlines without an end (持续推进).
    pub continuous: usize,
    /// Deadlines that cannot be put into a month, for the document states no year.
    pub undated: usize,
    /// The bodies, those with most tasks first.
    pub bodies: Vec<BodyCount>,
    /// The months that deadlines fall into, in order.
    pub months: Vec<MonthCount>,
}

/// What is asked of one body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyCount {
    /// Its full name.
    pub name: String,
    /// Whether it is a class of bodies (各县), which owes nothing until somebody names its members.
    pub generic: bool,
    /// Tasks that name it, each once.
    pub tasks: usize,
    /// Tasks that it leads.
    pub lead: usize,
    /// Tasks that it is responsible for.
    pub responsible: usize,
    /// Tasks in which it cooperates.
    pub cooperating: usize,
    /// Tasks that it implements.
    pub implementing: usize,
    /// Targets of the tasks that it leads, is responsible for or implements.
    pub targets: usize,
}

/// The deadlines of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCount {
    /// `2025-06`.
    pub month: String,
    /// Deadlines that fall into it.
    pub deadlines: usize,
    /// Tasks that they belong to.
    pub tasks: usize,
}

/// Counts documents one after the other, so that none has to be kept.
#[derive(Debug, Default)]
pub struct Counting {
    files: usize,
    tasks: usize,
    not_tracked: usize,
    without_body: usize,
    without_target: usize,
    without_deadline: usize,
    targets: usize,
    targets_without_number: usize,
    deadlines: usize,
    continuous: usize,
    undated: usize,
    bodies: HashMap<String, BodyCount>,
    months: BTreeMap<(i16, i8), (usize, usize)>,
}

impl Counting {
    /// Counts one document more.
    pub fn add(&mut self, intake: &Intake) {
        self.files += 1;
        for task in &intake.parsed.tasks {
            self.tasks += 1;
            if task.tracking.state == TrackingState::NotTracked {
                self.not_tracked += 1;
                continue;
            }
            self.without_body += usize::from(task.parties.is_empty());
            self.without_target += usize::from(task.targets.is_empty());
            self.without_deadline += usize::from(task.deadlines.is_empty());
            self.targets += task.targets.len();
            self.targets_without_number += task.targets.iter().filter(|target| target.value.is_none()).count();
            let mut months = Vec::new();
            for deadline in &task.deadlines {
                self.deadlines += 1;
                match deadline.resolved {
                    Some(date) => {
                        let month = (date.year(), date.month());
                        let counts = self.months.entry(month).or_default();
                        counts.0 += 1;
                        counts.1 += usize::from(!months.contains(&month));
                        months.push(month);
                    }
                    None if deadline.kind == DeadlineKind::Continuous => self.continuous += 1,
                    None => self.undated += 1,
                }
            }
            let mut counted: Vec<&str> = Vec::new();
            let mut answering: Vec<&str> = Vec::new();
            for party in &task.parties {
                if party.role == PartyRole::LeaderPerson {
                    continue;
                }
                let body = self.bodies.entry(party.name.clone()).or_insert_with(|| BodyCount {
                    name: party.name.clone(),
                    ..BodyCount::default()
                });
                if !counted.contains(&party.name.as_str()) {
                    counted.push(&party.name);
                    body.tasks += 1;
                }
                match party.role {
                    PartyRole::Lead => body.lead += 1,
                    PartyRole::Responsible => body.responsible += 1,
                    PartyRole::Cooperating => body.cooperating += 1,
                    PartyRole::Implementing => body.implementing += 1,
                    PartyRole::Generic => body.generic = true,
                    PartyRole::LeaderPerson => {}
                }
                let answers = matches!(
                    party.role,
                    PartyRole::Lead | PartyRole::Responsible | PartyRole::Implementing
                );
                if answers && !answering.contains(&party.name.as_str()) {
                    answering.push(&party.name);
                    body.targets += task.targets.len();
                }
            }
        }
    }

    /// The counts so far.
    pub fn finish(self) -> Statistics {
        let mut bodies: Vec<BodyCount> = self.bodies.into_values().collect();
        bodies.sort_by(|left, right| right.tasks.cmp(&left.tasks).then_with(|| left.name.cmp(&right.name)));
        Statistics {
            schema: "luoshi.stats/1".to_owned(),
            files: self.files,
            tasks: self.tasks,
            not_tracked: self.not_tracked,
            without_body: self.without_body,
            without_target: self.without_target,
            without_deadline: self.without_deadline,
            targets: self.targets,
            targets_without_number: self.targets_without_number,
            deadlines: self.deadlines,
            continuous: self.continuous,
            undated: self.undated,
            bodies,
            months: self
                .months
                .into_iter()
                .map(|((year, month), (deadlines, tasks))| MonthCount {
                    month: format!("{year:04}-{month:02}"),
                    deadlines,
                    tasks,
                })
                .collect(),
        }
    }
}

impl Statistics {
    /// Indented JSON, without a line end behind it.
    pub fn to_json(&self) -> String {
        // Strings, integers and truth values only: there is no value that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The bodies as a table with the headings of `language`.
    pub fn body_sheet(&self, language: Language) -> Sheet {
        let count = |number: usize| Cell::Number(i64::try_from(number).unwrap_or(i64::MAX).into());
        let number = |key: &str| (key.to_owned(), 10, ColumnKind::Number);
        sheet(
            "stats-bodies",
            &[
                ("stats-body".to_owned(), 36, ColumnKind::Text),
                number("stats-tasks"),
                number("role-lead"),
                number("role-responsible"),
                number("role-cooperating"),
                number("role-implementing"),
                number("stats-targets"),
            ],
            self.bodies
                .iter()
                .map(|body| {
                    vec![
                        Cell::from(body.name.clone()),
                        count(body.tasks),
                        count(body.lead),
                        count(body.responsible),
                        count(body.cooperating),
                        count(body.implementing),
                        count(body.targets),
                    ]
                })
                .collect(),
            language,
        )
    }

    /// The months as a table with the headings of `language`.
    pub fn month_sheet(&self, language: Language) -> Sheet {
        let count = |number: usize| Cell::Number(i64::try_from(number).unwrap_or(i64::MAX).into());
        sheet(
            "stats-months",
            &[
                ("stats-month".to_owned(), 12, ColumnKind::Text),
                ("stats-deadlines".to_owned(), 10, ColumnKind::Number),
                ("stats-tasks".to_owned(), 10, ColumnKind::Number),
            ],
            self.months
                .iter()
                .map(|month| {
                    vec![
                        Cell::from(month.month.clone()),
                        count(month.deadlines),
                        count(month.tasks),
                    ]
                })
                .collect(),
            language,
        )
    }

    /// The figures of all documents together, each with its word.
    pub fn totals(&self, language: Language) -> Vec<(String, usize)> {
        [
            ("stats-files", self.files),
            ("stats-tasks", self.tasks),
            ("stats-not-tracked", self.not_tracked),
            ("stats-without-body", self.without_body),
            ("stats-without-target", self.without_target),
            ("stats-without-deadline", self.without_deadline),
            ("stats-targets", self.targets),
            ("stats-targets-without-number", self.targets_without_number),
            ("stats-deadlines", self.deadlines),
            ("stats-continuous", self.continuous),
            ("stats-undated", self.undated),
        ]
        .into_iter()
        .map(|(key, figure)| (word(key, language), figure))
        .collect()
    }
}

fn sheet(name: &str, columns: &[(String, u16, ColumnKind)], rows: Vec<Vec<Cell>>, language: Language) -> Sheet {
    Sheet {
        name: word(name, language),
        title: word(name, language),
        notes: Vec::new(),
        columns: columns
            .iter()
            .map(|(key, width, kind)| Column {
                heading: word(key, language),
                width: *width,
                kind: *kind,
            })
            .collect(),
        frozen_columns: 1,
        rows,
    }
}
