//! Source text cut into runs that look alike, so that a page can show what was read where. Not one character is added or lost.
//!
//! It finds nothing itself; the marks are the caller's.

use luoshi_types::Span;

/// What a stretch of source text was read as. A later one covers an earlier one where both stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// Nothing in particular.
    Plain,
    /// The name of a body.
    Party,
    /// A target.
    Target,
    /// A clause that is not tracked.
    Excluded,
    /// Something that could be read in more than one way.
    Unresolved,
}

impl Mark {
    /// The word of it in class names and keys of texts.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Mark::Plain => "plain",
            Mark::Party => "party",
            Mark::Target => "target",
            Mark::Excluded => "excluded",
            Mark::Unresolved => "unresolved",
        }
    }
}

/// A run of text with one mark throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

/// A stretch of the source that belongs to one task, or to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// 序号 of the task.
    pub(crate) task: Option<u32>,
    pub(crate) runs: Vec<Run>,
}

/// The whole text in order, cut at the edges of tasks and marks. Spans that reach beyond the text end with it.
pub(crate) fn stretches(text: &str, tasks: &[(Span, u32)], marks: &[(Span, Mark)]) -> Vec<Stretch> {
    let scalars: Vec<char> = text.chars().collect();
    let mut owners: Vec<Option<u32>> = vec![None; scalars.len()];
    for (span, number) in tasks {
        paint(&mut owners, *span, Some(*number));
    }
    let looks = looks(scalars.len(), marks);
    let mut stretches: Vec<Stretch> = Vec::new();
    for ((character, owner), mark) in scalars.into_iter().zip(owners).zip(looks) {
        match stretches.last_mut() {
            Some(stretch) if stretch.task == owner => extend(&mut stretch.runs, character, mark),
            _ => stretches.push(Stretch {
                task: owner,
                runs: vec![Run {
                    mark,
                    text: character.to_string(),
                }],
            }),
        }
    }
    stretches
}

/// One passage, cut at the edges of marks; `marks` count from its own beginning.
pub(crate) fn runs(text: &str, marks: &[(Span, Mark)]) -> Vec<Run> {
    let looks = looks(text.chars().count(), marks);
    let mut runs = Vec::new();
    for (character, mark) in text.chars().zip(looks) {
        extend(&mut runs, character, mark);
    }
    runs
}

fn looks(length: usize, marks: &[(Span, Mark)]) -> Vec<Mark> {
    let mut looks = vec![Mark::Plain; length];
    let mut in_order: Vec<&(Span, Mark)> = marks.iter().collect();
    in_order.sort_by_key(|(_, mark)| *mark);
    for (span, mark) in in_order {
        paint(&mut looks, *span, *mark);
    }
    looks
}

fn paint<T: Copy>(scalars: &mut [T], span: Span, value: T) {
    let end = span.end.min(scalars.len());
    if let Some(part) = scalars.get_mut(span.start..end) {
        part.fill(value);
    }
}

fn extend(runs: &mut Vec<Run>, character: char, mark: Mark) {
    match runs.last_mut() {
        Some(run) if run.mark == mark => run.text.push(character),
        _ => runs.push(Run {
            mark,
            text: character.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_added_or_lost() {
        let text = "一、总则\n（一）新建学校10所。（责任部门：教育厅）\n结尾";
        let tasks = [(Span::new(8, 26), 1)];
        let marks = [
            (Span::new(12, 15), Mark::Target),
            (Span::new(22, 25), Mark::Party),
            (Span::new(24, 90), Mark::Excluded),
        ];
        let cut = stretches(text, &tasks, &marks);
        let whole: String = cut
            .iter()
            .flat_map(|stretch| &stretch.runs)
            .map(|run| run.text.as_str())
            .collect();
        assert_eq!(whole, text);
        assert_eq!(
            cut.iter().map(|stretch| stretch.task).collect::<Vec<_>>(),
            [None, Some(1), None]
        );
    }

    #[test]
    fn the_stronger_mark_covers_the_weaker_whatever_their_order() {
        for marks in [
            [(Span::new(1, 3), Mark::Excluded), (Span::new(0, 2), Mark::Target)],
            [(Span::new(0, 2), Mark::Target), (Span::new(1, 3), Mark::Excluded)],
        ] {
            let cut: Vec<(Mark, String)> = runs("甲乙丙丁", &marks)
                .into_iter()
                .map(|run| (run.mark, run.text))
                .collect();
            let expected = [(Mark::Target, "甲"), (Mark::Excluded, "乙丙"), (Mark::Plain, "丁")];
            assert_eq!(cut, expected.map(|(mark, text)| (mark, text.to_owned())));
        }
    }

    #[test]
    fn spans_beyond_the_text_are_no_fault() {
        assert_eq!(
            runs("甲", &[(Span::new(5, 9), Mark::Target), (Span::new(0, 9), Mark::Party)]).len(),
            1
        );
        assert!(stretches("", &[(Span::new(0, 1), 1)], &[]).is_empty());
    }
}
