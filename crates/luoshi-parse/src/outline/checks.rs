//! What the finished outline shows as a whole: clauses that speak for a section, and numbers that are missing or doubled.

use std::collections::HashSet;

use luoshi_types::{Diagnostic, DiagnosticCode};

use crate::{
    outline::{Outline, label::Label},
    parties::clause::Clause,
    text::slice,
};

/// Clauses that speak for their whole section; see the rule's manual page.
pub(super) fn section_lines(outline: &Outline, clauses: &[Clause]) -> Vec<(usize, Vec<usize>)> {
    let mut found: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut candidates = 0;
    let mut start = 0;
    while start < outline.tasks.len() {
        let section = outline.tasks[start].section;
        let mut end = start + 1;
        while end < outline.tasks.len() && outline.tasks[end].section == section {
            end += 1;
        }
        let tasks = &outline.tasks[start..end];
        if section.is_some() && tasks.len() > 1 {
            candidates += 1;
            let only_last = tasks[..tasks.len() - 1].iter().all(|task| task.clauses.is_empty());
            if let (true, [clause]) = (only_last, tasks[tasks.len() - 1].clauses.as_slice())
                && clauses[*clause].own_line
            {
                found.push((*clause, (start..end).collect()));
            }
        }
        // A section with a single task may have the same form without being proof of it.
        if section.is_some()
            && tasks.len() == 1
            && let [clause] = tasks[0].clauses.as_slice()
            && clauses[*clause].own_line
            && !found.is_empty()
        {
            found.push((*clause, (start..end).collect()));
            candidates += 1;
        }
        start = end;
    }
    if found.len() >= 2 && found.len() * 5 >= candidates * 4 {
        found
    } else {
        Vec::new()
    }
}

pub(super) fn check_numbers(text: &str, outline: &mut Outline) {
    let mut diagnostics = Vec::new();
    // A section that has no items below it is a task, and its number is one of the sections all the same.
    let mut sections: Vec<(Label, Option<usize>)> = outline
        .headings
        .iter()
        .filter(|heading| heading.is_section)
        .map(|heading| (heading.label, None))
        .collect();
    if let Some(rank) = sections.first().map(|(label, _)| label.rank) {
        let labels = outline.tasks.iter().filter_map(|task| task.label);
        sections.extend(
            labels
                .chain(outline.supplements.iter().copied())
                .filter(|label| label.rank == rank)
                .map(|label| (label, None)),
        );
        sections.sort_by_key(|(label, _)| label.span.start);
    }
    check_sequence(text, sections.into_iter(), &mut diagnostics);
    let tasks = outline
        .tasks
        .iter()
        .filter_map(|task| task.label.map(|label| (label, task.ancestors.last().copied())));
    check_sequence(text, tasks, &mut diagnostics);
    outline.diagnostics = diagnostics;
}

fn check_sequence(text: &str, labels: impl Iterator<Item = (Label, Option<usize>)>, diagnostics: &mut Vec<Diagnostic>) {
    let mut previous: Option<(u32, Option<usize>)> = None;
    let mut seen = HashSet::new();
    let mut rank = None;
    for (label, parent) in labels {
        // Leaf headings that are tasks have numbers of another form.
        if *rank.get_or_insert(label.rank) != label.rank {
            continue;
        }
        let number = label.number;
        let restarts = number == 1 && previous.is_none_or(|(last, last_parent)| last != 1 || last_parent != parent);
        if restarts {
            seen.clear();
        } else if seen.contains(&number) {
            diagnostics.push(
                Diagnostic::new(DiagnosticCode::DuplicateNumber, label.span).with("label", slice(text, label.span)),
            );
        } else if let Some((last, _)) = previous.filter(|(last, _)| number > last + 1) {
            diagnostics.push(
                Diagnostic::new(DiagnosticCode::NumberGap, label.span)
                    .with("label", last + 1)
                    .with("found", slice(text, label.span)),
            );
        }
        seen.insert(number);
        previous = Some((number, parent));
    }
}
