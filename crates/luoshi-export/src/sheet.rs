//! A table with a title, as plain values. It does not know how a file of it looks.

use jiff::{Timestamp, civil::Date};
use luoshi_types::Decimal;

use crate::ExportError;

/// A table to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Name of the worksheet; what Excel forbids in it is replaced.
    pub name: String,
    /// The line above the table.
    pub title: String,
    /// Smaller lines below the title: source, date, a note on the columns.
    pub notes: Vec<String>,
    /// Its columns, from the left.
    pub columns: Vec<Column>,
    /// How many columns stay in sight when the table is moved sideways.
    pub frozen_columns: u16,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its width in digits of the body font; a Chinese character takes two.
    pub width: u16,
    /// What stands in it.
    pub kind: ColumnKind,
}

/// What stands in a column, which decides how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Running text: wrapped, at the left.
    Text,
    /// A word or number that is looked up: in the middle.
    Label,
    /// Figures: at the right.
    Number,
    /// Days: in the middle.
    Date,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words; never taken for a formula, whatever they begin with.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(Date),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text.to_owned())
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl From<Option<Date>> for Cell {
    fn from(date: Option<Date>) -> Self {
        date.map_or(Cell::Empty, Cell::Date)
    }
}

impl From<Option<Decimal>> for Cell {
    fn from(number: Option<Decimal>) -> Self {
        number.map_or(Cell::Empty, Cell::Number)
    }
}

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who made it: the name of the site or program.
    pub author: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The word before the page number at the foot of each printed page, and the one after it (`第`, `页`).
    pub page_words: (String, String),
}

impl Sheet {
    pub(crate) fn check(&self) -> Result<(), ExportError> {
        if self.columns.is_empty() {
            return Err(ExportError::NoColumns);
        }
        for (row, cells) in self.rows.iter().enumerate() {
            if cells.len() != self.columns.len() {
                return Err(ExportError::RaggedRow {
                    row,
                    cells: cells.len(),
                    columns: self.columns.len(),
                });
            }
        }
        Ok(())
    }
}
