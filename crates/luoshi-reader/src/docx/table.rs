//! A table while it is read: where its cells stand, which of them are merged, and what text each has gathered.
//!
//! A merged cell stands once, at its upper left corner. How many rows it covers shows only in later rows, so its blocks are amended
//! when those come. It does not read XML.

use std::collections::BTreeMap;

use luoshi_types::{BlockKind, Place};

use crate::{
    assembly::{Assembly, cell_name},
    error::ReadError,
};

/// Columns beyond this are counted as the last one. Word knows 63.
pub(crate) const MOST_COLUMNS: u32 = 1024;

/// A table from its first row to its last.
#[derive(Debug)]
pub(crate) struct Table {
    index: u32,
    row: u32,
    column: u32,
    row_is_deleted: bool,
    cell: Option<Cell>,
    /// Every cell so far that stands for itself.
    origins: Vec<Origin>,
    /// The cells of the row above that may go on downwards: the index of their origin, by column.
    reaching_down: BTreeMap<u32, usize>,
    /// The same for the row being read.
    reaching_on: BTreeMap<u32, usize>,
    /// The cell before, which a cell merged sideways in the old manner belongs to.
    previous: Option<usize>,
}

/// How a cell takes part in a merge in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Merge {
    /// Not at all.
    #[default]
    None,
    /// As the first.
    Restart,
    /// As one of the others.
    Continue,
}

/// The upper left corner of a cell, and how far the cell reaches.
#[derive(Debug)]
struct Origin {
    row: u32,
    column: u32,
    rows: u32,
    columns: u32,
    blocks: Vec<usize>,
    /// Whether the cell has grown since its blocks were put in place.
    has_grown: bool,
}

impl Origin {
    fn kind(&self, table: u32) -> BlockKind {
        BlockKind::Cell {
            table,
            row: self.row,
            column: self.column,
            rows: self.rows,
            columns: self.columns,
        }
    }
}

/// The cell being read.
#[derive(Debug, Default)]
struct Cell {
    columns: u32,
    down: Merge,
    sideways: Merge,
    is_deleted: bool,
    /// Index of the origin, known once the cell's properties are over.
    origin: Option<usize>,
    text: String,
    label_bytes: Option<usize>,
    line: Option<u32>,
}

impl Table {
    pub(crate) fn new(index: u32) -> Self {
        Self {
            index,
            row: 0,
            column: 0,
            row_is_deleted: false,
            cell: None,
            origins: Vec::new(),
            reaching_down: BTreeMap::new(),
            reaching_on: BTreeMap::new(),
            previous: None,
        }
    }

    /// Whether a cell is open, so that a paragraph belongs to it.
    pub(crate) fn has_open_cell(&self) -> bool {
        self.cell.is_some()
    }

    pub(crate) fn start_row(&mut self) {
        self.column = 0;
        self.row_is_deleted = false;
        self.previous = None;
        self.reaching_on = BTreeMap::new();
    }

    /// Leaves columns free before the first cell of the row.
    pub(crate) fn skip_columns(&mut self, count: i64) {
        let count = u32::try_from(count).unwrap_or(0);
        self.column = self.column.saturating_add(count).min(MOST_COLUMNS);
    }

    pub(crate) fn delete_row(&mut self) {
        self.row_is_deleted = true;
    }

    pub(crate) fn row_is_deleted(&self) -> bool {
        self.row_is_deleted
    }

    pub(crate) fn end_row(&mut self) {
        if !self.row_is_deleted {
            self.row = self.row.saturating_add(1);
            self.reaching_down = std::mem::take(&mut self.reaching_on);
        }
    }

    pub(crate) fn start_cell(&mut self) {
        self.cell = Some(Cell {
            columns: 1,
            ..Cell::default()
        });
    }

    pub(crate) fn span_columns(&mut self, count: i64) {
        if let Some(cell) = &mut self.cell {
            cell.columns = u32::try_from(count).unwrap_or(1).clamp(1, MOST_COLUMNS);
        }
    }

    pub(crate) fn merge_down(&mut self, merge: Merge) {
        if let Some(cell) = &mut self.cell {
            cell.down = merge;
        }
    }

    pub(crate) fn merge_sideways(&mut self, merge: Merge) {
        if let Some(cell) = &mut self.cell {
            cell.sideways = merge;
        }
    }

    pub(crate) fn delete_cell(&mut self) {
        if let Some(cell) = &mut self.cell {
            cell.is_deleted = true;
        }
    }

    /// Adds a paragraph to the open cell.
    pub(crate) fn add_paragraph(&mut self, text: &str, label_bytes: Option<usize>, line: u32) {
        let Some(cell) = &mut self.cell else { return };
        if cell.is_deleted || text.is_empty() {
            return;
        }
        if cell.text.is_empty() {
            cell.label_bytes = label_bytes;
            cell.line = Some(line);
        } else {
            cell.text.push('\n');
        }
        cell.text.push_str(text);
    }

    /// Puts the text that the open cell has gathered so far in place, because the cell ends or a table begins inside it.
    pub(crate) fn flush_cell(&mut self, out: &mut Assembly) -> Result<(), ReadError> {
        self.settle();
        let Some(cell) = &mut self.cell else { return Ok(()) };
        let Some(origin) = cell.origin.and_then(|index| self.origins.get_mut(index)) else {
            return Ok(());
        };
        if cell.text.is_empty() {
            return Ok(());
        }
        let place = Place {
            line: cell.line.take(),
            cell: Some(cell_name(origin.row, origin.column)),
            ..Place::default()
        };
        let text = std::mem::take(&mut cell.text);
        let block = out.push(&text, cell.label_bytes.take(), origin.kind(self.index), place)?;
        origin.blocks.push(block);
        Ok(())
    }

    pub(crate) fn end_cell(&mut self, out: &mut Assembly) -> Result<(), ReadError> {
        self.flush_cell(out)?;
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let Some(origin) = cell.origin else { return Ok(()) };
        if cell.down != Merge::None {
            self.reaching_on.insert(self.column, origin);
        }
        self.previous = Some(origin);
        self.column = self.column.saturating_add(cell.columns).min(MOST_COLUMNS);
        Ok(())
    }

    /// Ends the table and tells the blocks of merged cells how far their cells reach.
    ///
    /// That is done once here and not row by row, since a cell may go on through any number of rows with text in each.
    pub(crate) fn finish(mut self, out: &mut Assembly) -> Result<(), ReadError> {
        let outcome = self.end_cell(out);
        for origin in self.origins.iter().filter(|origin| origin.has_grown) {
            for block in &origin.blocks {
                out.amend(*block, |kind| *kind = origin.kind(self.index));
            }
        }
        outcome
    }

    /// Decides where the open cell stands, once, when its properties are known.
    fn settle(&mut self) {
        let Some(cell) = &mut self.cell else { return };
        if cell.origin.is_some() || cell.is_deleted {
            return;
        }
        let from_above = (cell.down == Merge::Continue)
            .then(|| self.reaching_down.get(&self.column).copied())
            .flatten();
        let from_before = (cell.sideways == Merge::Continue).then_some(self.previous).flatten();
        let known = from_above.or(from_before);
        if let Some(origin) = known.and_then(|index| self.origins.get_mut(index)) {
            origin.has_grown = true;
            if from_above.is_some() {
                origin.rows = self.row.saturating_sub(origin.row).saturating_add(1);
            } else {
                origin.columns = origin.columns.saturating_add(cell.columns);
            }
            cell.origin = known;
        } else {
            cell.origin = Some(self.origins.len());
            self.origins.push(Origin {
                row: self.row,
                column: self.column,
                rows: 1,
                columns: cell.columns,
                blocks: Vec::new(),
                has_grown: false,
            });
        }
    }
}
