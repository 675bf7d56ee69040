//! Tables of tasks: which rows are tasks and what their columns hold, by the words of the header row.
//!
//! Cells come from the reader's blocks, or from lines of text: `lines` reads cells parted by marks, `flattened` those that lost their marks,
//! `rows` makes tasks of them. A table whose header row says
//! neither what the tasks are nor who is responsible is left to the other rooms as running text.

mod flattened;
mod lines;
mod rows;

use luoshi_types::{Block, BlockKind, PartyRole, Span};

use crate::{
    outline::{Outline, label::Rank, table::rows::Rows},
    parties::clause::Clause,
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
    /// The value of the indicator that the task column names.
    Value,
    /// The unit of that value; without a value column it is the body that is called 单位.
    Unit,
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
        tables = lines::find(text, lines);
        let marked = tables.len();
        for table in flattened::find(text, lines) {
            if tables[..marked]
                .iter()
                .all(|other| !other.region.overlaps(table.region))
            {
                tables.push(table);
            }
        }
        tables.sort_by_key(|table| table.region);
    }
    tables
}

/// Headers with one cell a line below which no table was read: its rows cannot be told for certain.
pub(crate) fn unread(text: &str, lines: &[Line]) -> Vec<Span> {
    flattened::headers(text, lines)
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

/// The table, if one of its first rows is a header that names tasks and says who or by when.
fn table_of(text: &str, cells: Vec<Cell>) -> Option<Table> {
    let region = Span::new(cells.first()?.span.start, cells.iter().map(|cell| cell.span.end).max()?);
    let last_header = cells.iter().map(|cell| cell.row).max()?.min(HEADER_ROWS);
    for header in 0..=last_header {
        let mut columns: Vec<(u32, Column)> = cells
            .iter()
            .filter(|cell| cell.row == header)
            .filter_map(|cell| Some((cell.column, column_of(slice(text, cell.span))?)))
            .collect();
        let has_values = columns.iter().any(|(_, column)| *column == Column::Value);
        for (_, column) in columns.iter_mut().filter(|(_, column)| *column == Column::Unit) {
            if !has_values {
                *column = Column::Party(PartyRole::Responsible);
            }
        }
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
    // 责任单位（排在第一位的为牵头单位）: what the bracket adds is no part of the header's word. Every line of a document is asked, so
    // that no more is read than shows it to be too long.
    let word: String = header
        .chars()
        .filter(|character| !is_blank(*character))
        .take_while(|character| !matches!(character, '（' | '('))
        .take(LONGEST_HEADER + 1)
        .collect();
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
    } else if matches!(word.as_str(), "单位" | "计量单位") {
        Column::Unit
    } else if has(&["目标值", "目标数", "指标值", "计划数"]) {
        Column::Value
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

/// Takes what stands in tables out of the lists of running text, and gives back the clauses among it.
pub(crate) fn clear(text: &str, tables: &[Table], marks: &mut Marks, clauses: &mut Vec<Clause>) -> Vec<Clause> {
    let outside = |at: usize| {
        let index = tables.partition_point(|table| table.region.end <= at);
        tables.get(index).is_none_or(|table| at < table.region.start)
    };
    let (kept, inside) = std::mem::take(clauses)
        .into_iter()
        .partition(|clause| outside(clause.span.start));
    *clauses = kept;
    for table in tables {
        drop_remarks(text, table.region.end, marks);
    }
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
    inside
}

/// Takes the numbers of the remarks below a table (说明：1.… 2.…) out of the heads.
fn drop_remarks(text: &str, from: usize, marks: &mut Marks) {
    let first = marks.heads.partition_point(|head| head.label.span.start < from);
    let Some(head) = marks.heads.get(first).map(|head| head.label) else {
        return;
    };
    let between = slice(text, Span::new(from, head.span.start)).trim_matches(is_blank);
    let opens = ["说明", "注：", "注:", "备注", "填表说明"]
        .iter()
        .any(|word| between.starts_with(word));
    if !opens || head.rank < Rank::ArabicPoint || between.contains('\n') {
        return;
    }
    let count = marks.heads[first..]
        .iter()
        .zip(head.number..)
        .take_while(|(other, number)| other.label.rank == head.rank && other.label.number == *number)
        .count();
    marks.heads.drain(first..first + count);
}

/// Adds the rows of the tables to the outline, and their cells with bodies to the clauses.
///
/// `inside` are the clauses of the tables' own text: those in the cell of a task belong to it.
pub(crate) fn join(text: &str, tables: &[Table], outline: &mut Outline, clauses: &mut Vec<Clause>, inside: &[Clause]) {
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
            inside,
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
