//! The files of the demo: what a body might add to a report to show a figure, written by this program and about nobody.
//!
//! The same report has the same files on every machine.

use luoshi_ledger::{command::SubmitReport, report::value_of, task::Task};

use super::values::amount;

/// A file before it is added.
pub(super) struct DemoFile {
    /// Its name.
    pub(super) name: String,
    /// What stands in it.
    pub(super) text: String,
}

/// The files of one report: the figures as a sheet where there are any, and every other time a note. `turn` is its place among all.
pub(super) fn files_of(task: &Task, submit: &SubmitReport, turn: usize) -> Vec<DemoFile> {
    let month = format!("{}年{}月", submit.period.year(), submit.period.month());
    let mut files = Vec::new();
    if !submit.values.is_empty() {
        // A byte order mark, by which spreadsheets know the encoding.
        let mut text = "\u{feff}指标,目标,累计完成\r\n".to_owned();
        for target in &task.targets {
            if let Some(value) = value_of(&submit.values, target.id) {
                // Some targets are a number alone; the number names them then.
                let subject = if target.subject.is_empty() {
                    &target.quantity_text
                } else {
                    &target.subject
                };
                text.push_str(&format!(
                    "{subject},{},{}{}\r\n",
                    target.quantity_text,
                    amount(value),
                    target.unit
                ));
            }
        }
        files.push(DemoFile {
            name: format!("指标完成情况表（{month}）.csv"),
            text,
        });
    }
    if files.is_empty() || turn.is_multiple_of(2) {
        files.push(DemoFile {
            name: format!("工作情况说明（{month}）.txt"),
            text: format!(
                "第{}项任务{month}工作情况说明\r\n\r\n{}\r\n\r\n本文件由演示程序生成，仅供展示。\r\n",
                task.number, submit.done
            ),
        });
    }
    files
}
