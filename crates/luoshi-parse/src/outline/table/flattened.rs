//! Tables that lost their borders: one cell a line, or the cells of a row parted by blanks.
//!
//! A row begins with its running number. Its cells are told apart by what the columns of the header can hold: bodies, persons and times
//! stand behind the text. A table in which one row can be read in two ways is not read at all; its header is reported instead.

use luoshi_types::{PartyRole, Span};

use crate::{
    outline::{
        label::{Rank, label_at},
        table::{Cell, Column, Table, column_of},
    },
    parties::{list, names},
    scan::Line,
    text::{is_blank, is_sentence_end, slice, trimmed},
};

/// Columns of the widest table.
const MOST_COLUMNS: usize = 12;

/// Pieces of the longest row.
const MOST_PIECES: usize = 120;

/// Characters of the longest theme line.
const LONGEST_THEME: usize = 40;

/// Characters of the longest cell with a time.
const LONGEST_TIME: usize = 30;

/// Words that begin the remarks below a table.
const REMARKS: &[&str] = &["注：", "注:", "备注", "说明：", "说明:", "附件", "填表说明"];

/// A header row and where its rows begin.
struct Header {
    cells: Vec<(Span, Column)>,
    /// Whether it is one line.
    in_line: bool,
    /// Index of the line behind it.
    next: usize,
}

/// The tables whose rows can be told apart for certain.
pub(super) fn find(text: &str, lines: &[Line]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let Some(header) = header_at(text, lines, index) else {
            index += 1;
            continue;
        };
        match read(text, lines, &header) {
            Some((table, next)) => {
                tables.push(table);
                index = next;
            }
            None => index = header.next,
        }
    }
    tables
}

/// Headers with one cell a line whose rows may stand below them.
pub(super) fn headers(text: &str, lines: &[Line]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut run: Vec<(Span, Column)> = Vec::new();
    for line in lines {
        if let Some(column) = column_of(slice(text, line.span)) {
            run.push((line.span, column));
            continue;
        }
        found.extend(span_of(&run));
        run.clear();
    }
    found.extend(span_of(&run));
    found
}

fn span_of(run: &[(Span, Column)]) -> Option<Span> {
    let (first, last) = (run.first()?, run.last()?);
    is_header(run).then(|| Span::new(first.0.start, last.0.end))
}

fn is_header(cells: &[(Span, Column)]) -> bool {
    let has = |wanted: &dyn Fn(Column) -> bool| cells.iter().any(|(_, column)| wanted(*column));
    (3..=MOST_COLUMNS).contains(&cells.len())
        && has(&|column| column == Column::Task)
        && has(&|column| matches!(column, Column::Party(_) | Column::Deadline))
}

/// The header that begins with the number column in line `index`.
fn header_at(text: &str, lines: &[Line], index: usize) -> Option<Header> {
    let line = lines[index].span;
    let first = slice(text, line).split(is_blank).next()?;
    if column_of(first) != Some(Column::Number) {
        return None;
    }
    let in_line = first.len() < line.len();
    let cells: Vec<(Span, Column)> = if in_line {
        let pieces = pieces_of(text, line);
        let named: Option<Vec<(Span, Column)>> = pieces
            .into_iter()
            .take(MOST_COLUMNS + 1)
            .map(|piece| Some((piece, column_of(slice(text, piece))?)))
            .collect();
        named?
    } else {
        lines[index..]
            .iter()
            .take(MOST_COLUMNS + 1)
            .map_while(|line| Some((line.span, column_of(slice(text, line.span))?)))
            .collect()
    };
    let next = if in_line { index + 1 } else { index + cells.len() };
    is_header(&cells).then_some(Header { cells, in_line, next })
}

fn pieces_of(text: &str, line: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut at = line.start;
    for part in slice(text, line).split(is_blank) {
        if !part.is_empty() {
            pieces.push(Span::new(at, at + part.len()));
        }
        at += part.len();
        at += slice(text, Span::new(at, line.end))
            .chars()
            .next()
            .map_or(0, char::len_utf8);
    }
    pieces
}

/// The running number that a line begins a row with, and where it ends. In a table with one cell a line it stands alone.
fn number_of(text: &str, line: Span, in_line: bool) -> Option<(u32, Span)> {
    let content = slice(text, line);
    let first = content.split(is_blank).next()?;
    let digits = first.trim_end_matches(['.', '．', '、', '*', '＊']);
    let number = digits.parse().ok().filter(|_| digits.len() <= 3)?;
    (in_line == (first.len() < content.len())).then(|| (number, Span::new(line.start, line.start + first.len())))
}

/// A theme line between two rows, and not the first words of a row.
fn is_theme(text: &str, line: Span) -> bool {
    let content = slice(text, line);
    let is_numbered = label_at(text, line.start)
        .is_some_and(|label| matches!(label.rank, Rank::ChineseComma | Rank::BracketedChinese | Rank::Part));
    is_numbered
        && !content.contains(is_sentence_end)
        && content.chars().take(LONGEST_THEME + 1).count() <= LONGEST_THEME
}

/// Reads the rows below a header: the table, and the index of the first line behind it.
fn read(text: &str, lines: &[Line], header: &Header) -> Option<(Table, usize)> {
    let columns: Vec<Column> = header.cells.iter().map(|cell| cell.1).collect();
    let width = u32::try_from(columns.len()).ok()?;
    let mut cells: Vec<Cell> = Vec::new();
    let push = |cells: &mut Vec<Cell>, span: Span, row: u32, column: u32, columns: u32| {
        cells.push(Cell {
            span,
            row,
            column,
            rows: 1,
            columns,
        });
    };
    for (column, cell) in (0..).zip(&header.cells) {
        push(&mut cells, cell.0, 0, column, 1);
    }
    let (mut index, mut row, mut expected) = (header.next, 1, 1);
    loop {
        let next_number = |at: usize| {
            lines
                .get(at)
                .and_then(|line| number_of(text, line.span, header.in_line))
                .filter(|(number, _)| *number == expected)
        };
        if let Some(line) = lines.get(index)
            && is_theme(text, line.span)
            && next_number(index + 1).is_some()
        {
            push(&mut cells, line.span, row, 0, width);
            row += 1;
            index += 1;
        }
        let Some((_, number)) = next_number(index) else { break };
        let (pieces, last, next) = row_pieces(text, lines, index, number, expected + 1, header.in_line);
        let taken = assign(text, &pieces, &columns, last)?;
        let end = taken.last().map_or(number.end, |cell| cell.1.end);
        push(&mut cells, number, row, 0, 1);
        for (column, span) in taken {
            push(&mut cells, span, row, u32::try_from(column).ok()?, 1);
        }
        row += 1;
        expected += 1;
        index = next;
        if last {
            // What follows the cells of the last row stands outside the table.
            index = lines.partition_point(|line| line.span.start < end);
            break;
        }
    }
    if expected < 3 {
        return None;
    }
    let region = Span::new(
        header.cells.first()?.0.start,
        cells.iter().map(|cell| cell.span.end).max()?,
    );
    let columns = (0..).zip(columns).collect();
    Some((
        Table {
            region,
            cells,
            header: 0,
            columns,
        },
        index,
    ))
}

/// The pieces of the row that begins in line `index`, whether no row follows it, and the index of the line behind it.
fn row_pieces(
    text: &str,
    lines: &[Line],
    index: usize,
    number: Span,
    following: u32,
    in_line: bool,
) -> (Vec<Span>, bool, usize) {
    let mut pieces = Vec::new();
    if in_line {
        pieces.extend(pieces_of(text, Span::new(number.end, lines[index].span.end)));
    }
    let mut at = index + 1;
    while let Some(line) = lines.get(at).filter(|_| pieces.len() < MOST_PIECES) {
        let begins_row = |at: usize| {
            lines
                .get(at)
                .and_then(|line| number_of(text, line.span, in_line))
                .is_some_and(|(number, _)| number == following)
        };
        if begins_row(at) || (is_theme(text, line.span) && begins_row(at + 1)) {
            return (pieces, false, at);
        }
        if REMARKS.iter().any(|word| slice(text, line.span).starts_with(word)) {
            break;
        }
        if in_line {
            pieces.extend(pieces_of(text, line.span));
        } else {
            pieces.push(line.span);
        }
        at += 1;
    }
    (pieces, true, at)
}

/// What a cell behind the text of a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Bodies,
    Person,
    Time,
}

fn class_of(column: Column) -> Option<Class> {
    match column {
        Column::Party(PartyRole::LeaderPerson) => Some(Class::Person),
        Column::Party(_) => Some(Class::Bodies),
        Column::Deadline => Some(Class::Time),
        _ => None,
    }
}

fn fits(text: &str, piece: Span, class: Class) -> bool {
    let content = slice(text, piece);
    if matches!(content, "无" | "/" | "-" | "—" | "——") {
        return true;
    }
    if content.contains(['。', '！', '？']) {
        return false;
    }
    let are_bodies = || {
        let found = list::names(text, piece);
        !found.is_empty() && found.iter().all(|name| names::is_possible_body(slice(text, *name)))
    };
    let characters = content.chars().filter(|character| !is_blank(*character)).count();
    match class {
        Class::Bodies => are_bodies(),
        Class::Person => {
            content.split(['、', '，', ',']).all(|name| {
                let length = name.chars().filter(|character| !is_blank(*character)).count();
                (2..=4).contains(&length)
                    && name
                        .chars()
                        .all(|character| is_blank(character) || !character.is_ascii())
            }) && !are_bodies()
        }
        Class::Time => {
            characters <= LONGEST_TIME
                && [
                    "年", "月", "季度", "长期", "持续", "常态", "适时", "日前", "立即", "按时",
                ]
                .iter()
                .any(|word| content.contains(word))
                && !are_bodies()
        }
    }
}

/// Gives the pieces of a row to its columns, the number column aside: each column with its span. `None` where they can be given in several
/// ways or in none; behind the last row pieces may be left.
fn assign(text: &str, pieces: &[Span], columns: &[Column], last: bool) -> Option<Vec<(usize, Span)>> {
    let texts = columns[1..]
        .iter()
        .take_while(|column| **column == Column::Task)
        .count();
    let tail: Vec<(usize, Class)> = columns
        .iter()
        .enumerate()
        .skip(1 + texts)
        .map(|(index, column)| Some((index, class_of(*column)?)))
        .collect::<Option<_>>()?;
    if texts == 0 || tail.is_empty() {
        return None;
    }
    let pieces = &joined_names(text, pieces, &tail)[..];
    (texts..pieces.len()).find_map(|first| {
        let (mut taken, used) = assign_tail(text, &pieces[first..], &tail)?;
        // A body at the end of the text might as well be the first of the bodies behind it.
        let is_torn = first > texts && fits(text, pieces[first - 1], tail[0].1);
        if is_torn {
            return None;
        }
        if !last && first + used != pieces.len() {
            return None;
        }
        for column in 0..texts {
            let end = if column + 1 == texts { first - 1 } else { column };
            taken.push((column + 1, Span::new(pieces[column].start, pieces[end].end)));
        }
        taken.sort_unstable_by_key(|cell| cell.0);
        Some(taken)
    })
}

/// Pieces whose blanks stand inside a name: 王 某 is one person.
fn joined_names(text: &str, pieces: &[Span], tail: &[(usize, Class)]) -> Vec<Span> {
    let has_persons = tail.iter().any(|(_, class)| *class == Class::Person);
    let mut joined: Vec<Span> = Vec::with_capacity(pieces.len());
    let length = |span: Span| slice(text, span).chars().take(3).count();
    let mut is_open = false;
    for &piece in pieces {
        match joined.last_mut() {
            Some(before) if is_open && has_persons && length(piece) <= 2 => {
                before.end = piece.end;
                is_open = false;
            }
            _ => {
                is_open = length(piece) == 1;
                joined.push(piece);
            }
        }
    }
    joined
}

/// Gives pieces to the columns behind the text. Neighbouring columns of one class take one piece each, a single one takes all that fit.
fn assign_tail(text: &str, pieces: &[Span], tail: &[(usize, Class)]) -> Option<(Vec<(usize, Span)>, usize)> {
    let mut taken = Vec::with_capacity(tail.len());
    let mut used = 0;
    let mut column = 0;
    while column < tail.len() {
        let class = tail[column].1;
        let group = tail[column..].iter().take_while(|(_, other)| *other == class).count();
        let run = pieces[used..]
            .iter()
            .take_while(|piece| fits(text, **piece, class))
            .count();
        if run == 0 || (group > 1 && run != group) {
            return None;
        }
        for offset in 0..group {
            let (from, to) = if group == 1 { (0, run - 1) } else { (offset, offset) };
            let span = Span::new(pieces[used + from].start, pieces[used + to].end);
            taken.push((tail[column + offset].0, trimmed(text, span)));
        }
        used += run;
        column += group;
    }
    Some((taken, used))
}
