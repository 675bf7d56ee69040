//! Tables of tasks: which rows are tasks and what their columns hold, by the words of the header row.
//!
//! Cells come from the reader's blocks, or from lines of text whose cells are parted by tabs or strokes. A table whose header row says
//! neither what the tasks are nor who is responsible is left to the other rooms as running text.

use luoshi_types::{Block, BlockKind, PartyRole, Span};

use crate::{
    model::SpanKind,
    outline::{
        Heading, Outline, TaskNode,
        label::{Label, Rank, label_at},
    },
    parties::clause::{self, Clause},
    rules,
    scan::{Line, Marks},
    text::{is_blank, slice, trimmed},
    words,
};

/// Rows from the top among which the header row is looked for; a sheet may hold its covering notice above the table.
const HEADER_ROWS: u32 = 16;

/// Characters of the longest cell of a header row.
const LONGEST_HEADER: usize = 10;

/// One cell, in bytes of the text.
#[derive(Debug, Clone, Copy)]
struct Cell {
    span: Span,
    row: u32,
    column: u32,
    rows: u32,
    columns: u32,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Number,
    Theme,
    Task,
    Party(PartyRole),
    Deadline,
    Context,
}

/// One table with the places of its cells.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) region: Span,
    cells: Vec<Cell>,
    header: u32,
    columns: Vec<(u32, Column)>,
}

/// The tables of tasks in a document.
pub(crate) fn find(text: &str, blocks: &[Block], lines: &[Line]) -> Vec<Table> {
    let mut tables = from_blocks(text, blocks);
    if tables.is_empty() {
        tables = from_lines(text, lines);
    }
    tables
}

fn from_blocks(text: &str, blocks: &[Block]) -> Vec<Table> {
    if !blocks.iter().any(|block| matches!(block.kind, BlockKind::Cell { .. })) {
        return Vec::new();
    }
    let mut groups: Vec<(u32, Vec<Cell>)> = Vec::new();
    // Blocks stand in reading order, so one walk over the text turns scalars into bytes.
    let mut characters = text.char_indices();
    let (mut scalar, mut byte) = (0, 0);
    let mut byte_of = |target: usize| {
        while scalar < target {
            byte = match characters.next() {
                Some((at, character)) => at + character.len_utf8(),
                None => text.len(),
            };
            scalar += 1;
        }
        byte
    };
    for block in blocks {
        let BlockKind::Cell {
            table,
            row,
            column,
            rows,
            columns,
        } = block.kind
        else {
            continue;
        };
        let start = byte_of(block.span.start);
        let end = byte_of(block.span.end);
        let cell = Cell {
            span: trimmed(text, Span::new(start, end)),
            row,
            column,
            rows,
            columns,
        };
        match groups.last_mut() {
            Some((last, cells)) if *last == table => cells.push(cell),
            _ => groups.push((table, vec![cell])),
        }
    }
    groups
        .into_iter()
        .filter_map(|(_, cells)| table_of(text, cells))
        .collect()
}

/// Lines whose cells are parted by tabs or strokes, below a header row of the same form.
fn from_lines(text: &str, lines: &[Line]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    let mut mark = '\t';
    let mut row = 0;
    for line in lines {
        let content = slice(text, line.span);
        let found = ['\t', '|', '｜']
            .into_iter()
            .find(|mark| content.matches(*mark).count() >= 2);
        if found.is_none() || (!cells.is_empty() && found != Some(mark)) {
            tables.extend(table_of(text, std::mem::take(&mut cells)));
            row = 0;
        }
        let Some(found) = found else { continue };
        mark = found;
        let framed = content.strip_prefix(found).unwrap_or(content);
        let mut at = line.span.start + content.len() - framed.len();
        for (column, part) in framed.strip_suffix(found).unwrap_or(framed).split(found).enumerate() {
            let span = trimmed(text, Span::new(at, at + part.len()));
            at += part.len() + found.len_utf8();
            let Ok(column) = u32::try_from(column) else { break };
            cells.push(Cell {
                span,
                row,
                column,
                rows: 1,
                columns: 1,
            });
        }
        row += 1;
    }
    tables.extend(table_of(text, cells));
    tables
}

/// Runs of lines that are a header row with one cell a line: the table was flattened and its rows cannot be told for certain.
pub(crate) fn flattened(text: &str, lines: &[Line]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut run: Vec<(Span, Column)> = Vec::new();
    for line in lines {
        if let Some(column) = column_of(slice(text, line.span)) {
            run.push((line.span, column));
            continue;
        }
        found.extend(header_of(&run));
        run.clear();
    }
    found.extend(header_of(&run));
    found
}

fn header_of(run: &[(Span, Column)]) -> Option<Span> {
    let (first, last) = (run.first()?, run.last()?);
    let has_task = run.iter().any(|(_, column)| *column == Column::Task);
    let has_more = run
        .iter()
        .any(|(_, column)| matches!(column, Column::Party(_) | Column::Deadline));
    (run.len() >= 3 && run.len() <= 12 && has_task && has_more).then(|| Span::new(first.0.start, last.0.end))
}

/// The table, if one of its first rows is a header that names tasks and says who or by when.
fn table_of(text: &str, cells: Vec<Cell>) -> Option<Table> {
    let region = Span::new(cells.first()?.span.start, cells.iter().map(|cell| cell.span.end).max()?);
    let last_header = cells.iter().map(|cell| cell.row).max()?.min(HEADER_ROWS);
    for header in 0..=last_header {
        let columns: Vec<(u32, Column)> = cells
            .iter()
            .filter(|cell| cell.row == header)
            .filter_map(|cell| Some((cell.column, column_of(slice(text, cell.span))?)))
            .collect();
        let has_task = columns.iter().any(|(_, column)| *column == Column::Task);
        let has_more = columns
            .iter()
            .any(|(_, column)| matches!(column, Column::Party(_) | Column::Deadline));
        if has_task && has_more {
            return Some(Table {
                region,
                cells,
                header,
                columns,
            });
        }
    }
    None
}

/// What a header cell says of its column.
fn column_of(header: &str) -> Option<Column> {
    let word: String = header.chars().filter(|character| !is_blank(*character)).collect();
    // 责任单位（排在第一位的为牵头单位）: what the bracket adds is no part of the header's word.
    let word = word.split(['（', '(']).next().unwrap_or_default().to_owned();
    let is_prose = word.contains(['：', ':', '。', '，', ',', '；']);
    if word.is_empty() || is_prose || word.chars().count() > LONGEST_HEADER {
        return None;
    }
    if let Some(role) = words::labels().exactly(&word) {
        return Some(Column::Party(role));
    }
    let has = |words: &[&str]| words.iter().any(|part| word.contains(part));
    Some(if has(&["序号", "编号"]) {
        Column::Number
    } else if has(&["领导", "责任人", "包联", "负责人"]) {
        Column::Party(PartyRole::LeaderPerson)
    } else if has(&["牵头", "主办"]) {
        Column::Party(PartyRole::Lead)
    } else if has(&["配合", "协办", "协同", "参与", "参加"]) {
        Column::Party(PartyRole::Cooperating)
    } else if has(&["落实单位", "属地"]) {
        Column::Party(PartyRole::Implementing)
    } else if has(&["责任", "承办", "负责单位", "实施单位", "部门", "单位名称"]) {
        Column::Party(PartyRole::Responsible)
    } else if has(&["时限", "期限", "完成时间", "时间节点", "时间安排", "完成日期"]) || word == "时间"
    {
        Column::Deadline
    } else if has(&[
        "进展",
        "完成情况",
        "推进情况",
        "落实情况",
        "备注",
        "联系",
        "电话",
        "依据",
    ]) {
        Column::Context
    } else if has(&["类别", "分类", "板块", "领域", "主题", "部分"]) {
        Column::Theme
    } else if has(&[
        "任务", "内容", "事项", "项目", "措施", "举措", "实事", "工作", "目标", "指标", "要求", "要点", "计划",
    ]) {
        Column::Task
    } else {
        return None;
    })
}

/// Takes what stands in tables out of the lists of running text.
pub(crate) fn clear(text: &str, tables: &[Table], marks: &mut Marks, clauses: &mut Vec<Clause>) {
    let outside = |at: usize| {
        let index = tables.partition_point(|table| table.region.end <= at);
        tables.get(index).is_none_or(|table| at < table.region.start)
    };
    clauses.retain(|clause| outside(clause.span.start));
    let has_clauses = !clauses.is_empty();
    marks.heads.retain(|head| {
        let at = head.label.span.start;
        // Without clauses outside, the numbers of a covering notice are no headings; what stands directly above a table is.
        outside(at)
            && (has_clauses || {
                let index = tables.partition_point(|table| table.region.end <= at);
                tables.get(index).is_some_and(|table| {
                    slice(text, Span::new(at, table.region.start))
                        .lines()
                        .all(|line| !line.contains('。') && line.chars().count() <= 40)
                })
            })
    });
}

/// Adds the rows of the tables to the outline, and their cells with bodies to the clauses.
pub(crate) fn join(text: &str, tables: &[Table], outline: &mut Outline, clauses: &mut Vec<Clause>) {
    for table in tables {
        for task in &mut outline.tasks {
            if task.span.start < table.region.start && task.span.end > table.region.start {
                task.span.end = trimmed(text, Span::new(task.span.start, table.region.start)).end;
            }
        }
        let above: Vec<usize> = ancestors_of(outline, table.region.start);
        Rows {
            text,
            table,
            outline,
            clauses,
            above,
        }
        .read();
    }
    outline.tasks.sort_by_key(|task| task.span.start);
    sort_headings(outline);
}

/// The headings that are open at `at`.
fn ancestors_of(outline: &Outline, at: usize) -> Vec<usize> {
    let mut open: Vec<usize> = Vec::new();
    for (index, heading) in outline.headings.iter().enumerate() {
        if heading.label.span.start >= at {
            continue;
        }
        while open
            .last()
            .is_some_and(|&last| outline.headings[last].label.rank >= heading.label.rank)
        {
            open.pop();
        }
        open.push(index);
    }
    open
}

/// Puts the headings into document order and corrects what points to them.
fn sort_headings(outline: &mut Outline) {
    let mut order: Vec<usize> = (0..outline.headings.len()).collect();
    order.sort_by_key(|&index| outline.headings[index].label.span.start);
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    outline.headings = order.iter().map(|&old| outline.headings[old].clone()).collect();
    for task in &mut outline.tasks {
        task.ancestors
            .iter_mut()
            .for_each(|ancestor| *ancestor = place[*ancestor]);
        task.section = task.section.map(|section| place[section]);
    }
}

struct Rows<'a> {
    text: &'a str,
    table: &'a Table,
    outline: &'a mut Outline,
    clauses: &'a mut Vec<Clause>,
    above: Vec<usize>,
}

impl Rows<'_> {
    fn read(&mut self) {
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
