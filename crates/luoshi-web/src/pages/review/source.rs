//! The text of a document under review with everything that was read in it.

use luoshi_app::review::{Review, ReviewTask};
use luoshi_types::Span;

use crate::pages::marked_text::{Mark, Run, Stretch, runs, stretches};

/// The whole text, cut at the edges of tasks.
pub(super) fn of(review: &Review, text: &str) -> Vec<Stretch> {
    let tasks: Vec<(Span, u32)> = review.tasks.iter().map(|task| (task.span, task.number)).collect();
    let mut marks: Vec<(Span, Mark)> = review.tasks.iter().flat_map(marks_of).collect();
    marks.extend(review.unresolved.iter().map(|span| (*span, Mark::Unresolved)));
    stretches(text, &tasks, &marks)
}

/// The passage of one task. `scalars` are those of the whole document.
pub(super) fn passage(review: &Review, task: &ReviewTask, scalars: &[char]) -> Vec<Run> {
    let end = task.span.end.min(scalars.len());
    let text: String = scalars.get(task.span.start..end).unwrap_or_default().iter().collect();
    let unresolved = review.unresolved.iter().map(|span| (*span, Mark::Unresolved));
    let marks: Vec<(Span, Mark)> = marks_of(task)
        .chain(unresolved)
        .filter_map(|(span, mark)| {
            let start = span.start.max(task.span.start);
            let end = span.end.min(end);
            (start < end).then(|| (Span::new(start - task.span.start, end - task.span.start), mark))
        })
        .collect();
    runs(&text, &marks)
}

fn marks_of(task: &ReviewTask) -> impl Iterator<Item = (Span, Mark)> {
    let parties = task
        .parties
        .iter()
        .filter_map(|party| party.span)
        .map(|span| (span, Mark::Party));
    let targets = task
        .targets
        .iter()
        .filter_map(|target| target.span)
        .map(|span| (span, Mark::Target));
    let excluded = task.tracking.excluded.iter().map(|(span, _)| (*span, Mark::Excluded));
    parties.chain(targets).chain(excluded)
}
