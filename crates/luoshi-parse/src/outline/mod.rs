//! From labels and clauses to headings and tasks: which form of number opens a task is settled once for the whole document.
//!
//! The decision rests on the clauses: the form of number that most often has a responsibility clause of its own is the form of the
//! tasks; smaller forms inside it belong to the task, greater ones are headings. What stands inside a task is not read here.

mod checks;
mod ends;
pub(crate) mod front;
mod issue;
pub(crate) mod label;
mod level;
pub(crate) mod report;
pub(crate) mod table;

use luoshi_types::{Diagnostic, Span};

use crate::{
    model::SpanKind,
    outline::{
        label::{Label, Rank},
        level::{Plan, choose},
    },
    parties::clause::Clause,
    rules::{self, Rule},
    scan::{Head, Line, Marks},
    text::{char_at, is_blank, is_sentence_end, slice, trimmed},
};

/// A heading: a section, or a sub-heading between a section and its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub(crate) label: Label,
    /// Its title without the label and without the final mark.
    pub(crate) title: Span,
    /// Whether it is of the highest form in use.
    pub(crate) is_section: bool,
    /// The end of its last task, or of its title.
    pub(crate) end: usize,
    /// A clause that stands with the heading itself and speaks for its tasks.
    pub(crate) clause: Option<usize>,
    /// The clause that its title itself is.
    pub(crate) owner: Option<usize>,
}

/// A task of the outline.
#[derive(Debug, Clone)]
pub(crate) struct TaskNode {
    pub(crate) label: Option<Label>,
    /// From after the label to after the last responsibility clause.
    pub(crate) span: Span,
    /// Indexes of the headings above it, outermost first.
    pub(crate) ancestors: Vec<usize>,
    /// Index of its section among the headings.
    pub(crate) section: Option<usize>,
    /// Indexes of its clauses.
    pub(crate) clauses: Vec<usize>,
    /// What made it a task.
    pub(crate) rule: &'static Rule,
    /// What stands in it and is no sentence, where it is the row of a table.
    pub(crate) cells: Vec<(Span, SpanKind)>,
    /// Merged cells of rows above that state its time.
    pub(crate) borrowed_deadlines: Vec<Span>,
    /// The cell with the value of the indicator that the row names, and the cell with its unit.
    pub(crate) value: Option<(Span, Option<Span>)>,
}

/// The outline of a document.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) headings: Vec<Heading>,
    pub(crate) tasks: Vec<TaskNode>,
    /// Clauses that speak for a whole section, each with the tasks that it governs.
    pub(crate) section_lines: Vec<(usize, Vec<usize>)>,
    /// Where the first heading or task begins; the length of the text where there is none.
    pub(crate) body_start: usize,
    /// Where the last heading or task ends.
    pub(crate) body_end: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether the document is a work report.
    pub(crate) is_report: bool,
    /// What a report says of the past.
    pub(crate) reviews: Vec<Span>,
    /// Labels of the items that speak of the document's own force.
    pub(crate) supplements: Vec<Label>,
}

impl Outline {
    /// Finds where the first heading or task begins and where the last one ends.
    pub(crate) fn find_borders(&mut self, text: &str) {
        self.body_start = self
            .headings
            .iter()
            .map(|heading| heading.label.span.start)
            .chain(
                self.tasks
                    .iter()
                    .map(|task| task.label.map_or(task.span.start, |label| label.span.start)),
            )
            .min()
            .unwrap_or(text.len());
        self.body_end = self
            .headings
            .iter()
            .map(|heading| heading.end)
            .chain(self.tasks.iter().map(|task| task.span.end))
            .max()
            .unwrap_or(0);
    }
}

/// The rule that a label's form belongs to.
pub(crate) fn rule_of(rank: Rank) -> &'static Rule {
    match rank {
        Rank::Part => &rules::numbering::part::RULE,
        Rank::ChineseComma => &rules::numbering::chinese_comma::RULE,
        Rank::Article => &rules::numbering::article::RULE,
        Rank::BracketedChinese => &rules::numbering::bracketed_chinese::RULE,
        Rank::ArabicPoint | Rank::BracketedArabic | Rank::Circled => &rules::numbering::arabic_point::RULE,
    }
}

/// Builds the outline.
pub(crate) fn build(text: &str, marks: &Marks, clauses: &[Clause], has_tables: bool) -> Outline {
    let mut heads = rules::numbering::inline::accepted(text, &outside_clauses(&marks.heads, clauses));
    let is_report = report::is_report(text, &marks.lines, clauses);
    if is_report {
        heads.extend(report::unnumbered_parts(text, &marks.lines, &heads));
        heads.sort_by_key(|head| head.label.span.start);
    }
    let extents = extents(text, &heads, clauses);
    let mut plan = choose(text, &heads, &extents, clauses, has_tables);
    if is_report {
        plan.task_rank = Some(Rank::BracketedChinese);
        plan.by_paragraph = false;
    }
    let mut builder = Builder {
        text,
        lines: &marks.lines,
        clauses,
        heads: &heads,
        extents: &extents,
        plan,
        outline: Outline {
            is_report,
            ..Outline::default()
        },
        open: Vec::new(),
    };
    builder.run();
    let mut outline = builder.outline;
    outline.section_lines = checks::section_lines(&outline, clauses);
    for (clause, tasks) in &outline.section_lines {
        let start = clauses[*clause].span.start;
        for &task in tasks {
            let node = &mut outline.tasks[task];
            node.clauses.clear();
            if node.span.end > start {
                let before = trimmed(text, Span::new(node.span.start, start));
                node.span.end = before.end;
            }
        }
    }
    checks::check_numbers(text, &mut outline);
    outline.find_borders(text);
    outline
}

/// The heads that do not stand inside a clause: a number in a list of bodies opens nothing.
fn outside_clauses(heads: &[Head], clauses: &[Clause]) -> Vec<Head> {
    let mut clause = 0;
    heads
        .iter()
        .copied()
        .filter(|head| {
            let at = head.label.span.start;
            while clauses.get(clause).is_some_and(|candidate| candidate.span.end <= at) {
                clause += 1;
            }
            clauses
                .get(clause)
                .is_none_or(|candidate| candidate.span.start >= head.label.span.end)
        })
        .collect()
}

/// What stands between a label and the next one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Clauses inside, as a range of indexes.
    pub(crate) first_clause: usize,
    pub(crate) last_clause: usize,
}

impl Extent {
    pub(crate) fn clause_count(&self) -> usize {
        self.last_clause - self.first_clause
    }
}

/// The extent before the first head, then one for each head.
fn extents(text: &str, heads: &[Head], clauses: &[Clause]) -> Vec<Extent> {
    let mut found = Vec::with_capacity(heads.len() + 1);
    let mut clause = 0;
    for index in 0..=heads.len() {
        let start = if index == 0 { 0 } else { heads[index - 1].label.body };
        let end = heads
            .get(index)
            .map_or(text.len(), |head| head.label.span.start)
            .max(start);
        let first_clause = clause;
        while clauses.get(clause).is_some_and(|candidate| candidate.span.start < end) {
            clause += 1;
        }
        found.push(Extent {
            start,
            end,
            first_clause,
            last_clause: clause,
        });
    }
    found
}

struct Builder<'a> {
    text: &'a str,
    lines: &'a [Line],
    clauses: &'a [Clause],
    heads: &'a [Head],
    extents: &'a [Extent],
    plan: Plan,
    outline: Outline,
    /// Indexes of the headings that are open, outermost first.
    open: Vec<usize>,
}

impl Builder<'_> {
    fn run(&mut self) {
        self.paragraphs(self.extents[0]);
        let mut index = 0;
        while index < self.heads.len() {
            let label = self.heads[index].label;
            if self.plan.is_dropped(index) {
                index += 1;
                continue;
            }
            if self.outline.is_report && self.looks_back(index) {
                index = self.review(index);
                continue;
            }
            if let Some(next) = self.supplement(index) {
                self.outline.supplements.push(label);
                index = next;
                continue;
            }
            let is_leaf = self
                .heads
                .get(index + 1)
                .is_none_or(|next| next.label.rank <= label.rank);
            let extent = self.extents[index + 1];
            let opens_task = match self.plan.task_rank {
                Some(rank) if !self.plan.by_paragraph => label.rank == rank || (is_leaf && extent.clause_count() > 0),
                _ => false,
            };
            let is_heading = self
                .plan
                .task_rank
                .is_none_or(|rank| label.rank < rank || (self.plan.by_paragraph && label.rank == rank));
            if opens_task {
                index = self.task(index);
            } else if is_heading {
                self.heading(index);
                let mut extent = Extent {
                    start: self.after_title(index),
                    ..extent
                };
                if self.outline.is_report {
                    self.figures(extent);
                    index += 1;
                    continue;
                }
                if let Some(end) = self.heading_clause(&extent) {
                    extent.start = end;
                    extent.first_clause += 1;
                }
                self.paragraphs(extent);
                index += 1;
            } else {
                self.paragraphs(extent);
                index += 1;
            }
        }
    }

    /// Whether the heading at `index` is of a part of a report that looks back.
    fn looks_back(&self, index: usize) -> bool {
        self.heads[index].label.rank <= Rank::ChineseComma && report::looks_back(slice(self.text, self.title_of(index)))
    }

    /// A part of a report that looks back: a heading, and nothing below it is a task.
    fn review(&mut self, index: usize) -> usize {
        self.heading(index);
        let rank = self.heads[index].label.rank;
        let mut next = index + 1;
        while next < self.heads.len() && self.heads[next].label.rank > rank {
            next += 1;
        }
        let span = trimmed(self.text, Span::new(self.after_title(index), self.extents[next].end));
        if let Some(heading) = self.outline.headings.last_mut() {
            heading.end = span.end.max(heading.end);
        }
        self.outline.reviews.push(span);
        next
    }

    /// The head behind an item that speaks of the document's own force, where the one at `index` is such an item.
    fn supplement(&self, index: usize) -> Option<usize> {
        let label = self.heads[index].label;
        let extent = self.extents[index + 1];
        let body = slice(self.text, Span::new(extent.start, extent.end));
        if self.plan.task_rank.is_none() || !rules::numbering::supplementary::is_one(body) {
            return None;
        }
        let next = (index + 1..self.heads.len())
            .find(|&next| self.heads[next].label.rank <= label.rank)
            .unwrap_or(self.heads.len());
        (self.extents[next].last_clause == extent.first_clause).then_some(next)
    }

    /// Paragraphs of a report below a heading or behind its tasks: those that say something countable are tasks without a number.
    fn figures(&mut self, extent: Extent) {
        let first = self.lines.partition_point(|line| line.span.start < extent.start);
        let last = self
            .lines
            .partition_point(|line| line.span.end <= extent.end)
            .max(first);
        let mut behind_address = false;
        let mut index = first;
        while index < last {
            // The items of one list 一是… are all tasks or none of them is.
            let mut next = index + 1;
            if report::is_listed(self.paragraph(index)) {
                while next < last && report::is_listed(self.paragraph(next)) {
                    next += 1;
                }
            }
            behind_address |= report::is_address(self.paragraph(index));
            let is_task = (index..next).any(|item| {
                let paragraph = self.paragraph(item);
                report::has_figures(paragraph) && (!behind_address || report::commits(paragraph))
            });
            for item in (index..next).filter(|_| is_task) {
                let span = self.lines[item].span;
                let start = span.start + report::address_length(self.paragraph(item));
                let span = trimmed(self.text, Span::new(start, span.end));
                self.push_task(None, span, Vec::new(), &rules::numbering::paragraph_task::RULE);
            }
            index = next;
        }
    }

    fn paragraph(&self, line: usize) -> &str {
        slice(self.text, self.lines[line].span)
    }

    /// A task with a label: it takes every following head of a smaller form with it.
    fn task(&mut self, index: usize) -> usize {
        let label = self.heads[index].label;
        let mut next = index + 1;
        while next < self.heads.len() && self.heads[next].label.rank > label.rank && !self.plan.is_dropped(next) {
            next += 1;
        }
        let first_clause = self.extents[index + 1].first_clause;
        let last_clause = self.extents[next].last_clause;
        let limit = self.extents[next].end;
        self.close_headings(label.rank);
        let text_below = level::clause_of_title(self.text, &self.extents[index + 1], last_clause, self.clauses)
            .filter(|_| self.plan.text_below);
        let end = if let Some(clause_end) = text_below {
            self.end_of_text_below(clause_end, index + 1..next, limit)
        } else if last_clause > first_clause {
            self.end_after_clause(last_clause - 1, limit)
        } else {
            self.end_without_clause(label.body, limit, next >= self.heads.len())
        };
        self.push_task(
            Some(label),
            Span::new(label.body, end),
            (first_clause..last_clause).collect(),
            rule_of(label.rank),
        );
        if self.outline.is_report && end < limit {
            self.figures(Extent {
                start: end,
                end: limit,
                first_clause: last_clause,
                last_clause,
            });
        }
        next
    }

    fn push_task(&mut self, label: Option<Label>, span: Span, clauses: Vec<usize>, rule: &'static Rule) {
        let section = self
            .open
            .first()
            .copied()
            .filter(|&heading| self.outline.headings[heading].is_section);
        for &heading in &self.open {
            self.outline.headings[heading].end = span.end;
        }
        self.outline.tasks.push(TaskNode {
            label,
            span,
            ancestors: self.open.clone(),
            section,
            clauses,
            rule,
            cells: Vec::new(),
            borrowed_deadlines: Vec::new(),
            value: None,
        });
    }

    fn close_headings(&mut self, rank: Rank) {
        while self
            .open
            .last()
            .is_some_and(|&heading| self.outline.headings[heading].label.rank >= rank)
        {
            self.open.pop();
        }
    }

    fn heading(&mut self, index: usize) {
        let label = self.heads[index].label;
        self.close_headings(label.rank);
        let title = self.title_of(index);
        let is_section = self.plan.section_rank == Some(label.rank);
        self.open.push(self.outline.headings.len());
        self.outline.headings.push(Heading {
            label,
            title,
            is_section,
            end: title.end.max(label.span.end),
            clause: None,
            owner: None,
        });
    }

    /// Takes the clause that follows the heading's title with nothing between, and says where it ends.
    fn heading_clause(&mut self, extent: &Extent) -> Option<usize> {
        let clause = self
            .clauses
            .get(extent.first_clause)
            .filter(|_| extent.clause_count() > 0)?;
        let between = slice(self.text, Span::new(extent.start, clause.span.start.max(extent.start)));
        if !between.trim_matches(is_blank).is_empty() || self.plan.by_paragraph {
            return None;
        }
        if let Some(heading) = self.outline.headings.last_mut() {
            heading.clause = Some(extent.first_clause);
            heading.end = clause.span.end;
        }
        Some(clause.span.end)
    }

    /// The title of a heading: the rest of its line, to the first sentence end or the next label.
    fn title_of(&self, index: usize) -> Span {
        let extent = self.extents[index + 1];
        let clause = self.clauses[extent.first_clause..extent.last_clause].first();
        let end = clause.map_or(extent.end, |clause| clause.span.start.max(extent.start));
        let rest = slice(self.text, Span::new(extent.start, end));
        let length = rest.find(is_sentence_end).unwrap_or(rest.len());
        let line = rest.find('\n').unwrap_or(rest.len());
        trimmed(self.text, Span::new(extent.start, extent.start + length.min(line)))
    }

    fn after_title(&self, index: usize) -> usize {
        let end = self.title_of(index).end;
        match char_at(self.text, end) {
            Some(mark) if is_sentence_end(mark) && mark != '\n' => end + mark.len_utf8(),
            _ => end,
        }
    }

    /// Tasks without a number: lines that end with a clause of their own, and paragraphs above a label line.
    fn paragraphs(&mut self, extent: Extent) {
        let mut from = extent.start;
        let mut index = extent.first_clause;
        while index < extent.last_clause {
            let mut last = index;
            while last + 1 < extent.last_clause && self.is_same_group(last, last + 1) {
                last += 1;
            }
            let clause = &self.clauses[index];
            let start = if clause.own_line {
                self.paragraph_above(from, clause.span.start)
            } else {
                self.line_start(from, clause.span.start)
            };
            let end = self.end_after_clause(last, extent.end);
            let span = trimmed(self.text, Span::new(start, end));
            if span.start < clause.span.start {
                self.push_task(
                    None,
                    span,
                    (index..=last).collect(),
                    &rules::numbering::paragraph_task::RULE,
                );
            }
            from = end;
            index = last + 1;
        }
    }

    /// Whether two clauses belong to one task: label lines one below the other, or clauses of one line.
    fn is_same_group(&self, first: usize, second: usize) -> bool {
        level::is_same_group(self.text, &self.clauses[first], &self.clauses[second])
    }

    fn line_start(&self, from: usize, at: usize) -> usize {
        let from = from.min(at);
        let line = self.text[from..at].rfind('\n').map_or(from, |index| from + index + 1);
        trimmed(self.text, Span::new(line, at)).start
    }

    /// The first line after `from`: everything down to the label line is one task.
    fn paragraph_above(&self, from: usize, at: usize) -> usize {
        trimmed(self.text, Span::new(from, at)).start
    }
}
