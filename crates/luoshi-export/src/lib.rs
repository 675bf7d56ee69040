//! Sheets as files: a [`Sheet`] becomes an xlsx workbook or a csv file.
//!
//! What it is for: a table that a person keeps, prints and filters. The same sheet and metadata always give the same bytes.
//!
//! What it is not for: it knows no task, no database and no language; headings and words are the caller's. It reads no file and no
//! clock: the instant written into a workbook is an argument.

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
