//! Where the cells of an HTML table stand, given that cells above may reach down into a row.
//!
//! It decides on places only; the text of a cell is gathered by the page.

/// Columns beyond this are counted as the last one; browsers stop at a similar number.
const MOST_COLUMNS: u32 = 1024;

/// Rows that one cell may cover, as browsers have it.
const MOST_ROWS: u32 = 65_534;

/// The places of a table that are taken, row by row.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    row: u32,
    column: u32,
    has_row: bool,
    /// By column: the first row that no cell from above reaches.
    free_from: Vec<u32>,
}

/// The upper left corner of a cell and how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) rows: u32,
    pub(crate) columns: u32,
}

impl Grid {
    pub(crate) fn start_row(&mut self) {
        if self.has_row {
            self.row = self.row.saturating_add(1);
        }
        self.has_row = true;
        self.column = 0;
    }

    /// Places the next cell of the row in the first column that is free. `rows` is 0 for a cell that reaches to the end of the table.
    pub(crate) fn place(&mut self, rows: u32, columns: u32) -> Area {
        while self.is_taken(self.column) && self.column < MOST_COLUMNS - 1 {
            self.column += 1;
        }
        let column = self.column;
        let columns = columns.clamp(1, MOST_COLUMNS - column);
        let rows = if rows == 0 { MOST_ROWS } else { rows.min(MOST_ROWS) };
        let end = column + columns;
        if rows > 1 {
            if self.free_from.len() < end as usize {
                self.free_from.resize(end as usize, 0);
            }
            if let Some(taken) = self.free_from.get_mut(column as usize..end as usize) {
                taken.fill(self.row.saturating_add(rows));
            }
        }
        self.column = end.min(MOST_COLUMNS - 1);
        Area {
            row: self.row,
            column,
            rows,
            columns,
        }
    }

    fn is_taken(&self, column: u32) -> bool {
        self.free_from.get(column as usize).is_some_and(|free| *free > self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(row: u32, column: u32, rows: u32, columns: u32) -> Area {
        Area {
            row,
            column,
            rows,
            columns,
        }
    }

    #[test]
    fn goes_round_cells_from_above() {
        let mut grid = Grid::default();
        grid.start_row();
        assert_eq!(grid.place(2, 1), area(0, 0, 2, 1));
        assert_eq!(grid.place(1, 2), area(0, 1, 1, 2));
        assert_eq!(grid.place(3, 1), area(0, 3, 3, 1));
        grid.start_row();
        assert_eq!(grid.place(1, 1), area(1, 1, 1, 1));
        assert_eq!(grid.place(1, 1), area(1, 2, 1, 1));
        assert_eq!(grid.place(1, 1), area(1, 4, 1, 1));
        grid.start_row();
        assert_eq!(grid.place(1, 1), area(2, 0, 1, 1));
    }

    #[test]
    fn is_not_made_large_by_what_a_page_says() {
        let mut grid = Grid::default();
        grid.start_row();
        let cell = grid.place(u32::MAX, u32::MAX);
        assert_eq!((cell.rows, cell.columns), (65_534, 1024));
        assert_eq!(grid.place(1, 5).column, 1023);
        assert!(grid.free_from.len() <= 1024);
    }
}
