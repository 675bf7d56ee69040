//! Sheets as files: a [`Sheet`] becomes an xlsx workbook or a csv file.
//!
//! What it is for: a table that a person keeps, prints and filters. The same sheet and metadata always give the same bytes.
//!
//! What it is not for: it knows no task, no database and no language; headings and words are the caller's. It reads no file and no
//! clock: the instant written into a workbook is an argument.
//!
//! ```
//! use luoshi_export::{Cell, Column, ColumnKind, Sheet, csv};
//!
//! let sheet = Sheet {
//!     name: "台账".to_owned(),
//!     title: "重点工作台账".to_owned(),
//!     notes: Vec::new(),
//!     columns: vec![Column { heading: "目标值".to_owned(), width: 12, kind: ColumnKind::Number }],
//!     frozen_columns: 0,
//!     rows: vec![vec![Cell::Number(27_100.into())], vec![Cell::from("=1+1")]],
//! };
//! let bytes = csv(&sheet)?;
//! assert_eq!(String::from_utf8_lossy(&bytes), "\u{feff}目标值\r\n27100\r\n'=1+1\r\n");
//! # Ok::<(), luoshi_export::ExportError>(())
//! ```

mod csv_file;
mod sheet;
mod workbook;

pub use csv_file::csv;
pub use sheet::{Cell, Column, ColumnKind, Metadata, Sheet};
pub use workbook::xlsx;

/// Why a sheet cannot become a file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// More rows than a worksheet can hold (1,048,576 with title and heading; ECMA-376 as Excel implements it).
    #[error("{rows} rows are more than a worksheet holds")]
    TooManyRows {
        /// How many there are.
        rows: usize,
    },
    /// More columns than a worksheet can hold (16,384; likewise).
    #[error("{columns} columns are more than a worksheet holds")]
    TooManyColumns {
        /// How many there are.
        columns: usize,
    },
    /// A row has more or fewer cells than there are columns.
    #[error("row {row} has {cells} cells for {columns} columns")]
    RaggedRow {
        /// Which row, from 0.
        row: usize,
        /// Its cells.
        cells: usize,
        /// Columns of the sheet.
        columns: usize,
    },
    /// A sheet without columns.
    #[error("a sheet needs at least one column")]
    NoColumns,
    /// The writer of workbooks failed.
    #[error("the workbook cannot be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The writer of csv failed.
    #[error("the csv file cannot be written")]
    Csv(#[from] ::csv::Error),
}
