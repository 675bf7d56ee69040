//! The ledger as a file that a person keeps: the customary columns in their order, words in the reader's language.
//!
//! It hands values to `luoshi-export`; wording is the caller's, who knows the locale files.

use luoshi_export::{Cell, Column, ColumnKind, Metadata, Sheet, csv, xlsx};
use luoshi_ledger::{
    Actor,
    ids::PlanId,
    light::{Colour, Proof},
    report::ReportState,
    task::TaskKind,
    view::{LedgerFilter, LedgerRow, PartyView},
};
use luoshi_types::PartyRole;

use crate::{
    error::AppError,
    ledger::LedgerPage,
    site::App,
    standpoint::{PastDay, Standpoint},
};

/// The file formats of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Office Open XML workbook.
    Xlsx,
    /// Comma-separated values with a byte order mark.
    Csv,
}

/// The words that an export needs, in the reader's language.
pub trait ExportWords {
    /// Headings of the sixteen columns of a ledger, in their customary order.
    fn headings(&self) -> [String; 16];
    /// Name of the worksheet.
    fn sheet_name(&self) -> String;
    /// The line below the title: when the figures were taken, of which past day they are where they are not of today, and the name of the
    /// log whose checkpoint covers them.
    fn note(&self, taken_on: &str, past: Option<PastDay>, checkpoint: &str) -> String;
    /// Where a task came from.
    fn task_kind(&self, kind: TaskKind) -> String;
    /// A light.
    fn colour(&self, colour: Colour) -> String;
    /// The grade of proof of a light.
    fn proof(&self, proof: Proof) -> String;
    /// The state of a report.
    fn report_state(&self, state: &ReportState) -> String;
    /// What stands before and after a page number.
    fn page_words(&self) -> (String, String);
}

impl Standpoint<'_> {
    /// The rows of a ledger that the actor may see, as a file; none where they may not see the plan.
    ///
    /// # Errors
    /// When the store fails or there are more rows than a worksheet holds.
    pub fn export_ledger(
        &self,
        actor: &Actor,
        plan: PlanId,
        filter: &LedgerFilter,
        format: ExportFormat,
        words: &dyn ExportWords,
    ) -> Result<Option<Vec<u8>>, AppError> {
        let whole = LedgerFilter {
            limit: None,
            after_number: None,
            ..filter.clone()
        };
        let Some(page) = self.ledger(actor, plan, &whole)? else {
            return Ok(None);
        };
        let sheet = self.sheet(&page, words);
        let bytes = match format {
            ExportFormat::Csv => csv(&sheet),
            ExportFormat::Xlsx => {
                let metadata = Metadata {
                    author: self.app.log_origin().to_owned(),
                    created_at: self.app.now(),
                    page_words: words.page_words(),
                };
                xlsx(std::slice::from_ref(&sheet), &metadata)
            }
        };
        bytes.map(Some).map_err(AppError::internal)
    }

    fn sheet(&self, page: &LedgerPage, words: &dyn ExportWords) -> Sheet {
        const SETTING: [(u16, ColumnKind); 16] = [
            (6, ColumnKind::Label),
            (16, ColumnKind::Text),
            (56, ColumnKind::Text),
            (26, ColumnKind::Text),
            (22, ColumnKind::Text),
            (18, ColumnKind::Text),
            (10, ColumnKind::Text),
            (12, ColumnKind::Date),
            (14, ColumnKind::Text),
            (36, ColumnKind::Text),
            (8, ColumnKind::Number),
            (8, ColumnKind::Label),
            (24, ColumnKind::Text),
            (24, ColumnKind::Text),
            (14, ColumnKind::Label),
            (14, ColumnKind::Text),
        ];
        let columns = words
            .headings()
            .into_iter()
            .zip(SETTING)
            .map(|(heading, (width, kind))| Column { heading, width, kind })
            .collect();
        let checkpoint = self
            .app
            .checkpoint()
            .map(|note| note.lines().take(3).collect::<Vec<_>>().join(" "))
            .unwrap_or_default();
        Sheet {
            name: words.sheet_name(),
            title: page.plan.title.clone(),
            notes: vec![words.note(&page.today.to_string(), self.past(), &checkpoint)],
            columns,
            frozen_columns: 3,
            rows: page.rows.iter().map(|row| cells(row, words)).collect(),
        }
    }
}

impl App {
    /// [`Standpoint::export_ledger`] as things stand.
    ///
    /// # Errors
    /// As [`Standpoint::export_ledger`].
    pub fn export_ledger(
        &self,
        actor: &Actor,
        plan: PlanId,
        filter: &LedgerFilter,
        format: ExportFormat,
        words: &dyn ExportWords,
    ) -> Result<Option<Vec<u8>>, AppError> {
        self.present().export_ledger(actor, plan, filter, format, words)
    }
}

fn cells(row: &LedgerRow, words: &dyn ExportWords) -> Vec<Cell> {
    let latest = row.latest.as_ref();
    let text = |text: Option<&str>| Cell::from(text.unwrap_or_default());
    vec![
        Cell::Number(i64::from(row.number).into()),
        Cell::from(if row.section.is_empty() {
            words.task_kind(row.kind)
        } else {
            row.section.clone()
        }),
        Cell::from(format!("{}{}", row.label, row.text)),
        Cell::from(goal(row)),
        Cell::from(names(
            &row.parties,
            &[
                PartyRole::Lead,
                PartyRole::Responsible,
                PartyRole::Implementing,
                PartyRole::Generic,
            ],
        )),
        Cell::from(names(&row.parties, &[PartyRole::Cooperating])),
        Cell::from(names(&row.parties, &[PartyRole::LeaderPerson])),
        Cell::Date(row.due),
        Cell::from(milestones(row)),
        text(latest.map(|report| report.done.as_str())),
        row.completion
            .map_or(Cell::Empty, |percent| Cell::Number(i64::from(percent).into())),
        Cell::from(words.colour(row.light.colour)),
        text(latest.map(|report| report.problems.as_str())),
        text(latest.map(|report| report.next_step.as_str())),
        Cell::from(
            latest
                .map(|report| words.report_state(&report.state))
                .unwrap_or_default(),
        ),
        Cell::from(match row.light.proof {
            Proof::None => String::new(),
            proof => words.proof(proof),
        }),
    ]
}

/// 目标值/完成标准: the targets as written, then the deliverable.
fn goal(row: &LedgerRow) -> String {
    row.targets
        .iter()
        .map(|target| format!("{}{}", target.subject, target.quantity_text))
        .chain(row.deliverable.clone())
        .collect::<Vec<_>>()
        .join("；")
}

/// 节点: the days of single targets, in their order.
fn milestones(row: &LedgerRow) -> String {
    let mut days: Vec<_> = row
        .targets
        .iter()
        .filter_map(|target| Some((target.due?, target)))
        .collect();
    days.sort_by_key(|(day, _)| *day);
    days.iter()
        .map(|(day, target)| format!("{day} {}{}", target.subject, target.quantity_text))
        .collect::<Vec<_>>()
        .join("；")
}

fn names(parties: &[PartyView], roles: &[PartyRole]) -> String {
    roles
        .iter()
        .flat_map(|role| parties.iter().filter(move |party| party.role == *role))
        .map(PartyView::name)
        .collect::<Vec<_>>()
        .join("、")
}
