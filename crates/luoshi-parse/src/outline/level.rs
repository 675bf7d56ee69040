//! Which form of number opens the tasks of a document. One decision a document; the ground for it are the responsibility clauses.

use luoshi_types::Span;

use crate::{
    outline::{Extent, label::Rank},
    parties::clause::Clause,
    scan::Head,
    text::{is_blank, is_sentence_end, slice},
    words,
};

/// Words that a document of tasks without responsible bodies has in its head.
const PLAN_WORDS: &[&str] = &[
    "分工",
    "分解",
    "任务",
    "措施",
    "方案",
    "要点",
    "计划",
    "清单",
    "行动",
    "安排",
    "工作报告",
    "意见",
];

/// The decision.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// The form of number that opens a task.
    pub(crate) task_rank: Option<Rank>,
    /// The highest form above the tasks.
    pub(crate) section_rank: Option<Rank>,
    /// Whether the tasks are the unnumbered paragraphs below `task_rank`.
    pub(crate) by_paragraph: bool,
    /// Whether the clauses stand with the titles, above the text of their tasks.
    pub(crate) text_below: bool,
    /// Heads before this one belong to the covering notice.
    dropped_before: usize,
}

impl Plan {
    /// Whether the head is one of the covering notice, whose numbers are no sections.
    pub(crate) fn is_dropped(&self, head: usize) -> bool {
        head < self.dropped_before
    }
}

/// Whether two clauses belong to one task: label lines with nothing but label lines between, or clauses of one line.
pub(crate) fn is_same_group(text: &str, first: &Clause, second: &Clause) -> bool {
    let between = slice(text, Span::new(first.span.end, second.span.start));
    if !between.contains('\n') {
        return true;
    }
    second.own_line
        && between.lines().all(|line| {
            let line = line.trim_matches(is_blank);
            line.is_empty() || words::line_label(line, 0).is_some()
        })
}

/// Decides.
pub(crate) fn choose(text: &str, heads: &[Head], extents: &[Extent], clauses: &[Clause], has_tables: bool) -> Plan {
    let mut with_clause = [0usize; Rank::COUNT];
    let mut with_several = [0usize; Rank::COUNT];
    let mut count = [0usize; Rank::COUNT];
    for (head, extent) in heads.iter().zip(&extents[1..]) {
        let rank = head.label.rank.index();
        count[rank] += 1;
        if extent.clause_count() > 0 {
            with_clause[rank] += 1;
            let groups = 1
                + (extent.first_clause + 1..extent.last_clause)
                    .filter(|&index| !is_same_group(text, &clauses[index - 1], &clauses[index]))
                    .count();
            let title_only = is_title_only(text, extent, clauses);
            with_several[rank] += usize::from(groups > 1 && title_only);
        }
    }
    let dropped_before = covering_notice(heads, extents);
    let best = Rank::ALL
        .into_iter()
        .filter(|rank| with_clause[rank.index()] > 0)
        .max_by_key(|rank| (with_clause[rank.index()], *rank));
    let best = best.map(|rank| parent_if_shared(rank, heads, extents, clauses, &with_clause));
    let mut plan = Plan {
        dropped_before,
        ..Plan::default()
    };
    match best {
        Some(rank) => {
            plan.task_rank = Some(rank);
            plan.by_paragraph = with_several[rank.index()] * 10 >= with_clause[rank.index()] * 3;
        }
        None if clauses.is_empty() && !has_tables && has_plan_words(text, heads) => {
            plan.task_rank = [
                Rank::BracketedChinese,
                Rank::ArabicPoint,
                Rank::Article,
                Rank::ChineseComma,
            ]
            .into_iter()
            .find(|rank| count[rank.index()] >= 2);
        }
        None => {}
    }
    plan.text_below = plan
        .task_rank
        .is_some_and(|rank| has_text_below(text, rank, heads, extents, clauses));
    plan.section_rank = heads
        .iter()
        .enumerate()
        .filter(|(index, _)| *index >= dropped_before)
        .map(|(_, head)| head.label.rank)
        .filter(|rank| match plan.task_rank {
            Some(task) => *rank < task || (plan.by_paragraph && *rank == task),
            None => true,
        })
        .min();
    plan
}

/// Where the clause of the task whose head is `head` ends, if it stands with the title and is the only one before `last_clause`.
pub(crate) fn clause_of_title(text: &str, extent: &Extent, last_clause: usize, clauses: &[Clause]) -> Option<usize> {
    let clause = clauses
        .get(extent.first_clause)
        .filter(|_| last_clause == extent.first_clause + 1)?;
    let title = slice(text, Span::new(extent.start, clause.span.start.max(extent.start))).trim_matches(is_blank);
    let is_title = !title.is_empty() && title.len() <= LONGEST_TITLE && !title.contains(is_sentence_end);
    is_title.then_some(clause.span.end)
}

/// Bytes of the longest title that a clause may follow.
const LONGEST_TITLE: usize = 180;

/// Bytes of the shortest text below a title with its clause.
const SHORTEST_TEXT: usize = 45;

/// Whether most tasks have their clause with the title and their text below it: （一）抓好春耕（责任单位：农业农村局）, then paragraphs or items.
fn has_text_below(text: &str, rank: Rank, heads: &[Head], extents: &[Extent], clauses: &[Clause]) -> bool {
    let (mut all, mut below) = (0, 0);
    let mut index = 0;
    while index < heads.len() {
        let mut next = index + 1;
        while next < heads.len() && heads[next].label.rank > heads[index].label.rank {
            next += 1;
        }
        if heads[index].label.rank != rank {
            index += 1;
            continue;
        }
        let (extent, last) = (extents[index + 1], extents[next]);
        if last.last_clause > extent.first_clause {
            all += 1;
            let end = clause_of_title(text, &extent, last.last_clause, clauses);
            let rest = end.map_or("", |end| slice(text, Span::new(end, last.end)));
            let length: usize = rest
                .lines()
                .map(|line| line.trim_matches(is_blank))
                .filter(|line| words::line_label(line, 0).is_none())
                .map(str::len)
                .sum();
            below += usize::from(length >= SHORTEST_TEXT);
        }
        index = next;
    }
    all >= 2 && below * 5 >= all * 3
}

/// The rank above `rank`, where the clauses stand behind the last item of each group and so speak for the group: （一） with 1. to 3. and one
/// clause behind 3. Label lines are left to the rule of section lines.
fn parent_if_shared(
    rank: Rank,
    heads: &[Head],
    extents: &[Extent],
    clauses: &[Clause],
    with_clause: &[usize; Rank::COUNT],
) -> Rank {
    let mut parent: Option<Rank> = None;
    let mut parents = [0usize; Rank::COUNT];
    let (mut groups, mut without) = (0, 0);
    for (index, (head, extent)) in heads.iter().zip(&extents[1..]).enumerate() {
        if head.label.rank < rank {
            parent = Some(head.label.rank);
        } else if head.label.rank == rank {
            let is_last = heads.get(index + 1).is_none_or(|next| next.label.rank < rank);
            let own_line = clauses.get(extent.first_clause).is_some_and(|clause| clause.own_line);
            match (extent.clause_count() > 0, parent) {
                (true, Some(parent)) if is_last && !own_line => {
                    groups += 1;
                    parents[parent.index()] += 1;
                }
                (true, _) => return rank,
                (false, _) => without += 1,
            }
        }
    }
    let above = Rank::ALL
        .into_iter()
        .filter(|candidate| parents[candidate.index()] * 2 > groups)
        .max();
    match above {
        Some(above) if without > 0 && (groups > 1 || with_clause[above.index()] > 0) => above,
        _ => rank,
    }
}

/// Whether the line of the head holds a title and no text: it is short and its first clause stands in a later line.
fn is_title_only(text: &str, extent: &Extent, clauses: &[Clause]) -> bool {
    let part = slice(text, Span::new(extent.start, extent.end));
    let line = part.lines().next().unwrap_or_default().trim_matches(is_blank);
    let clause_is_below = clauses
        .get(extent.first_clause)
        .is_some_and(|clause| clause.span.start > extent.start + line.len());
    clause_is_below && line.chars().take(61).count() <= 60 && !line.trim_end_matches(['。', '；', '：']).contains('。')
}

/// The number of heads that belong to a covering notice: its 一、二、三、 without any clause, before the annex begins again at 一、.
fn covering_notice(heads: &[Head], extents: &[Extent]) -> usize {
    let Some(top) = heads.iter().map(|head| head.label.rank).min() else {
        return 0;
    };
    let is_restart = |index: usize| {
        let label = heads[index].label;
        label.rank == top && label.number == 1
    };
    let Some(first) = (0..heads.len()).find(|&index| heads[index].label.rank == top) else {
        return 0;
    };
    let Some(restart) = (first + 1..heads.len()).find(|&index| is_restart(index)) else {
        return 0;
    };
    let notice_has_clauses = extents[..=restart].iter().any(|extent| extent.clause_count() > 0);
    let annex_has_clauses = extents[restart + 1..].iter().any(|extent| extent.clause_count() > 0);
    if !notice_has_clauses && annex_has_clauses {
        restart
    } else {
        0
    }
}

/// Whether the lines above the first number say that a plan follows.
fn has_plan_words(text: &str, heads: &[Head]) -> bool {
    let Some(first) = heads.first() else { return false };
    let front = slice(text, Span::new(0, first.label.span.start));
    let has_levels = heads.iter().any(|head| head.label.rank != first.label.rank);
    has_levels || PLAN_WORDS.iter().any(|word| front.contains(word))
}
