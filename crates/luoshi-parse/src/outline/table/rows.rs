//! From the rows of one table to tasks, headings and clauses: what each cell adds, and how long a merged cell speaks.

use luoshi_types::{PartyRole, Span};

use crate::{
    model::SpanKind,
    outline::{
        Heading, Outline, TaskNode,
        label::{Label, Rank, label_at},
        table::{Cell, Column, Table, column_of},
    },
    parties::clause::{self, Clause},
    rules,
    text::{slice, trimmed},
};

/// The rows of one table on their way into the outline.
pub(super) struct Rows<'a> {
    pub(super) text: &'a str,
    pub(super) table: &'a Table,
    pub(super) outline: &'a mut Outline,
    pub(super) clauses: &'a mut Vec<Clause>,
    /// Clauses that stand in tables, in order.
    pub(super) inside: &'a [Clause],
    /// Headings above the table.
    pub(super) above: Vec<usize>,
}

impl Rows<'_> {
    pub(super) fn read(&mut self) {
        let last_row = self.table.cells.iter().map(|cell| cell.row).max().unwrap_or(0);
        let first_row = self.table.header + 1;
        let mut rows: Vec<Vec<Cell>> = vec![Vec::new(); (last_row + 1) as usize];
        for cell in &self.table.cells {
            rows[cell.row as usize].push(*cell);
        }
        // Merged cells speak for the rows below them.
        let mut themes: Vec<(u32, usize)> = Vec::new();
        let mut group: Option<usize> = None;
        let mut parties: Vec<(Cell, usize)> = Vec::new();
        let mut deadlines: Vec<Cell> = Vec::new();
        let mut task_until = 0;
        for row in first_row..=last_row {
            let cells = &rows[row as usize];
            if cells.iter().all(|cell| cell.span.is_empty()) || self.is_header(cells) {
                continue;
            }
            themes.retain(|(until, _)| *until > row);
            parties.retain(|(cell, _)| cell.row + cell.rows > row);
            deadlines.retain(|cell| cell.row + cell.rows > row);
            if let Some(heading) = self.full_row(cells) {
                group = Some(heading);
                continue;
            }
            let mut task_cells: Vec<Cell> = Vec::new();
            let mut label = None;
            let mut holes: Vec<(Span, SpanKind)> = Vec::new();
            let mut own_clauses: Vec<usize> = Vec::new();
            let (mut value, mut unit) = (None, None);
            for cell in cells.iter().filter(|cell| !cell.span.is_empty()) {
                match self.kind_of(*cell) {
                    Some(Column::Number) => label = self.number(*cell),
                    Some(Column::Theme) => {
                        let heading = self.theme(*cell, group);
                        themes.push((cell.row + cell.rows, heading));
                    }
                    Some(Column::Task) if cell.rows > 1 && self.has_finer_task(&rows, *cell) => {
                        let heading = self.theme(*cell, group);
                        themes.push((cell.row + cell.rows, heading));
                    }
                    Some(Column::Task) => {
                        task_until = cell.row + cell.rows;
                        task_cells.push(*cell);
                        for clause in self.clauses_in(cell.span) {
                            holes.push((self.clauses[clause].span, SpanKind::Responsibility));
                            own_clauses.push(clause);
                        }
                    }
                    Some(Column::Value) => {
                        holes.push((cell.span, SpanKind::Measure));
                        value = Some(cell.span);
                    }
                    Some(Column::Unit) => {
                        holes.push((cell.span, SpanKind::Context));
                        unit = Some(cell.span);
                    }
                    Some(Column::Party(role)) => {
                        let clause = self.clause(*cell, role);
                        own_clauses.push(clause);
                        holes.push((cell.span, SpanKind::Responsibility));
                        parties.push((*cell, clause));
                    }
                    Some(Column::Deadline) => {
                        holes.push((cell.span, SpanKind::Deadline));
                        deadlines.push(*cell);
                    }
                    Some(Column::Context) | None => holes.push((cell.span, SpanKind::Context)),
                }
            }
            // The strokes between the cells of a line belong to no sentence.
            for pair in cells.windows(2) {
                let gap = trimmed(
                    self.text,
                    Span::new(pair[0].span.end, pair[1].span.start.max(pair[0].span.end)),
                );
                if !gap.is_empty() && gap.start >= task_cells.first().map_or(usize::MAX, |cell| cell.span.start) {
                    holes.push((gap, SpanKind::Context));
                }
            }
            // A name and its content in cells of their own are two sentences, whatever marks they end with.
            for pair in task_cells.windows(2) {
                holes.push((Span::new(pair[0].span.end, pair[0].span.end), SpanKind::Context));
            }
            let end = cells.iter().map(|cell| cell.span.end).max().unwrap_or(0);
            let Some(first) = task_cells.first() else {
                // A row below a merged task cell holds more bodies, times or details of the same task.
                if row < task_until
                    && let Some(task) = self.outline.tasks.last_mut()
                {
                    task.span.end = task.span.end.max(end);
                    task.clauses.extend(own_clauses);
                    task.cells.extend(holes);
                }
                continue;
            };
            for (cell, clause) in &parties {
                if cell.row < row {
                    own_clauses.push(*clause);
                }
            }
            let mut start = first.span.start;
            let label = label.or_else(|| {
                let found = label_at(self.text, start)?;
                start = found.body.min(first.span.end);
                Some(found)
            });
            let borrowed = deadlines
                .iter()
                .filter(|cell| cell.row < row)
                .map(|cell| cell.span)
                .collect();
            let mut ancestors = self.above.clone();
            ancestors.extend(group);
            ancestors.extend(themes.iter().map(|(_, heading)| *heading));
            for &heading in &ancestors {
                let heading = &mut self.outline.headings[heading];
                heading.end = heading.end.max(end);
            }
            let section = ancestors
                .iter()
                .copied()
                .find(|&heading| self.outline.headings[heading].is_section);
            self.outline.tasks.push(TaskNode {
                label,
                span: Span::new(start, end),
                ancestors,
                section,
                clauses: own_clauses,
                rule: &rules::numbering::table_row::RULE,
                cells: holes,
                borrowed_deadlines: borrowed,
                value: value.map(|value| (value, unit)),
            });
        }
    }

    /// The column that a cell stands in: that of the header cell above its left edge.
    fn kind_of(&self, cell: Cell) -> Option<Column> {
        self.table
            .columns
            .iter()
            .rev()
            .find(|(column, _)| *column <= cell.column)
            .filter(|(column, _)| *column == cell.column || self.is_split_header(*column, cell.column))
            .map(|(_, kind)| *kind)
    }

    /// Whether the header cell at `column` covers the column of a cell to its right.
    fn is_split_header(&self, column: u32, of: u32) -> bool {
        self.table
            .cells
            .iter()
            .any(|cell| cell.row == self.table.header && cell.column == column && cell.column + cell.columns > of)
    }

    /// Whether the row repeats the header, as tables over several pages do.
    fn is_header(&self, cells: &[Cell]) -> bool {
        let named = cells
            .iter()
            .filter(|cell| {
                self.kind_of(**cell).is_some() && self.kind_of(**cell) == column_of(slice(self.text, cell.span))
            })
            .count();
        named >= 2 && named == cells.len()
    }

    /// A row that is one cell over the whole width: a heading for the rows below.
    fn full_row(&mut self, cells: &[Cell]) -> Option<usize> {
        let mut filled = cells.iter().filter(|cell| !cell.span.is_empty());
        let cell = *filled.next()?;
        let is_wide = cell.columns as usize >= self.table.columns.len().max(2) && cell.rows == 1;
        let is_lone_title = cell.column == 0
            && cell.rows == 1
            && cells.len() >= self.table.columns.len()
            && label_at(self.text, cell.span.start).is_some_and(|label| label.body < cell.span.end);
        if filled.next().is_some() || !(is_wide || is_lone_title) {
            return None;
        }
        Some(self.push_heading(cell.span, Rank::ChineseComma))
    }

    fn theme(&mut self, cell: Cell, group: Option<usize>) -> usize {
        let rank = if group.is_some() {
            Rank::BracketedChinese
        } else {
            Rank::ChineseComma
        };
        self.push_heading(cell.span, rank)
    }

    fn push_heading(&mut self, span: Span, rank: Rank) -> usize {
        let found = label_at(self.text, span.start).filter(|label| label.body < span.end);
        let empty = Span::new(span.start, span.start);
        let label = found.unwrap_or(Label {
            rank,
            number: 0,
            span: empty,
            digits: empty,
            body: span.start,
        });
        self.outline.headings.push(Heading {
            label,
            title: Span::new(label.body, span.end),
            is_section: self.above.is_empty(),
            end: span.end,
            clause: None,
            owner: None,
        });
        self.outline.headings.len() - 1
    }

    /// Whether another task cell of the rows that a merged cell covers divides it: then the merged cell is their theme.
    fn has_finer_task(&self, rows: &[Vec<Cell>], merged: Cell) -> bool {
        let last = (merged.row + merged.rows).min(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        (merged.row..last).flat_map(|row| &rows[row as usize]).any(|cell| {
            cell.column > merged.column && cell.rows < merged.rows && self.kind_of(*cell) == Some(Column::Task)
        })
    }

    fn number(&self, cell: Cell) -> Option<Label> {
        if let Some(label) = label_at(self.text, cell.span.start) {
            return Some(label);
        }
        let digits = slice(self.text, cell.span);
        let number = digits
            .parse::<u32>()
            .ok()
            .or_else(|| u32::try_from(crate::numeral::chinese_integer(digits)?).ok())?;
        Some(Label {
            rank: Rank::ArabicPoint,
            number,
            span: cell.span,
            digits: cell.span,
            body: cell.span.end,
        })
    }

    /// Takes the clauses that stand in the cell of a task over: a line 省牵头单位：… or a bracket behind the text.
    fn clauses_in(&mut self, cell: Span) -> std::ops::Range<usize> {
        let from = self.clauses.len();
        let first = self.inside.partition_point(|clause| clause.span.start < cell.start);
        let own = self.inside[first..]
            .iter()
            .take_while(|clause| clause.span.end <= cell.end);
        self.clauses.extend(own.cloned());
        from..self.clauses.len()
    }

    fn clause(&mut self, cell: Cell, role: PartyRole) -> usize {
        let content = clause::column_content(self.text, cell.span, role, &rules::party::table_column::RULE);
        self.clauses.push(Clause {
            span: cell.span,
            parties: content.parties,
            stated_once: content.stated_once,
            own_line: true,
            closed: true,
            empty: false,
            rule: &rules::party::table_column::RULE,
        });
        self.clauses.len() - 1
    }
}
