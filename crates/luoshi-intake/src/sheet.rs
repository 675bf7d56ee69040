//! The tasks of a document as a table in the customary order of a ledger, as far as a document alone knows it.
//!
//! It does not write files; `luoshi-export` does. Progress, lights and verification belong to the ledger.

use luoshi_export::{Cell, Column, ColumnKind, Sheet};
use luoshi_parse::{DeadlineDraft, PartyDraft, TargetDraft, TaskDraft, TrackingState};
use luoshi_types::{Language, PartyRole, Span};

use crate::{
    Intake,
    wording::{role, say, scope_reason, word},
};

/// The tasks of a document as a table with the headings of `language`. The words of the document are not translated.
pub fn ledger_sheet(intake: &Intake, language: Language) -> Sheet {
    let column = |key: &str, width: u16, kind: ColumnKind| Column {
        heading: word(key, language),
        width,
        kind,
    };
    let metadata = &intake.parsed.metadata;
    let title = metadata
        .title
        .as_ref()
        .map_or_else(|| intake.file_name.clone(), |title| title.text.clone());
    let mut notes = vec![say("sheet-note-file", &[("file", &intake.file_name)], language)];
    if let Some(number) = &metadata.document_number {
        notes.push(say("sheet-note-number", &[("number", &number.text)], language));
    }
    notes.push(word("sheet-note-draft", language));
    let scalars: Vec<char> = intake.document.text.chars().collect();
    Sheet {
        name: word("sheet-name", language),
        title,
        notes,
        columns: vec![
            column("column-number", 6, ColumnKind::Label),
            column("column-category", 18, ColumnKind::Text),
            column("column-text", 70, ColumnKind::Text),
            column("column-target", 30, ColumnKind::Text),
            column("column-responsible", 28, ColumnKind::Text),
            column("column-cooperating", 28, ColumnKind::Text),
            column("column-deadline", 20, ColumnKind::Text),
            column("column-scope", 22, ColumnKind::Text),
            column("column-source", 20, ColumnKind::Text),
        ],
        frozen_columns: 3,
        rows: intake
            .parsed
            .tasks
            .iter()
            .enumerate()
            .map(|(index, task)| row(intake, &scalars, index + 1, task, language))
            .collect(),
    }
}

fn row(intake: &Intake, scalars: &[char], number: usize, task: &TaskDraft, language: Language) -> Vec<Cell> {
    let show = |span: Span| -> String { scalars.get(span.start..span.end).unwrap_or_default().iter().collect() };
    let category = &task.path[..task.path.len().saturating_sub(usize::from(!task.label.is_empty()))];
    vec![
        Cell::Number(i64::try_from(number).unwrap_or(i64::MAX).into()),
        Cell::from(category.join(" › ")),
        Cell::from(format!("{}{}", task.label, show(task.span).trim())),
        Cell::from(joined(task.targets.iter().map(target))),
        Cell::from(responsible(&task.parties, language)),
        Cell::from(joined(
            task.parties
                .iter()
                .filter(|party| party.role == PartyRole::Cooperating)
                .map(|party| party.raw.clone()),
        )),
        Cell::from(joined(task.deadlines.iter().map(deadline))),
        Cell::from(scope(task, &show, language)),
        Cell::from(place_of(intake, task.span, language)),
    ]
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join("；")
}

fn target(target: &TargetDraft) -> String {
    match &target.subject {
        Some(subject) => format!("{subject}：{}", target.quantity_text),
        None => target.quantity_text.clone(),
    }
}

/// The bodies that answer for the task, those that lead first; a role other than 责任 stands behind the name.
fn responsible(parties: &[PartyDraft], language: Language) -> String {
    let mut listed: Vec<&PartyDraft> = parties
        .iter()
        .filter(|party| party.role != PartyRole::Cooperating)
        .collect();
    listed.sort_by_key(|party| party.role != PartyRole::Lead);
    joined(listed.into_iter().map(|party| match party.role {
        PartyRole::Responsible | PartyRole::Generic => party.raw.clone(),
        other => format!("{}（{}）", party.raw, role(other, language)),
    }))
}

fn deadline(deadline: &DeadlineDraft) -> String {
    match deadline.resolved {
        Some(date) => format!("{}（{date}）", deadline.text),
        None => deadline.text.clone(),
    }
}

fn scope(task: &TaskDraft, show: &impl Fn(Span) -> String, language: Language) -> String {
    match (task.tracking.state, task.tracking.reason) {
        (TrackingState::NotTracked, Some(reason)) => say(
            "tracking-not-tracked",
            &[("reason", &scope_reason(reason, language))],
            language,
        ),
        _ if task.tracking.excluded.is_empty() => word("tracking-tracked", language),
        _ => joined(task.tracking.excluded.iter().map(|exclusion| {
            say(
                "tracking-excluded",
                &[
                    ("reason", &scope_reason(exclusion.reason, language)),
                    ("clause", &show(exclusion.span)),
                ],
                language,
            )
        })),
    }
}

/// Where a span stands, in words: the line or cell of the source, and the characters of the text.
pub(crate) fn place_of(intake: &Intake, span: Span, language: Language) -> String {
    let characters = say(
        "explain-place",
        &[("start", &span.start.to_string()), ("end", &span.end.to_string())],
        language,
    );
    let blocks = &intake.document.blocks;
    let index = blocks.partition_point(|block| block.span.end <= span.start);
    let place = blocks.get(index).map(|block| &block.place);
    let cell = place.and_then(|place| place.cell.clone());
    let line = place
        .and_then(|place| place.line)
        .map(|line| say("explain-line", &[("line", &line.to_string())], language));
    match cell.or(line) {
        Some(place) => format!("{place}，{characters}"),
        None => characters,
    }
}
