//! Finds tables by their ruled lines and says which characters stand in which cell.
//!
//! Lines that touch belong to one table. Where no line parts two fields of the grid, they are one merged cell. Tables without lines are
//! not found: their rows are read as text.

use super::{
    Glyph, Page, Rule,
    line::{Line, lines_in_cell},
};

/// How far from each other lines may be that are meant to be one.
const TOLERANCE: f32 = 2.5;

/// Ruled lines of one direction beyond which a page is a drawing and no table.
const MOST_RULES: usize = 400;

/// Fields of a grid beyond which it is a drawing and no table.
const MOST_FIELDS: usize = 40_000;

/// A table on one page.
#[derive(Debug)]
pub(super) struct TableArea {
    pub(super) top: f32,
    /// The vertical lines, from left to right.
    pub(super) columns: Vec<f32>,
    pub(super) rows: u32,
    pub(super) cells: Vec<CellArea>,
}

/// A cell that holds text.
#[derive(Debug)]
pub(super) struct CellArea {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) right: f32,
    pub(super) lines: Vec<Line>,
}

/// A straight line: its place across its direction, and where it begins and ends.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    at: f32,
    from: f32,
    to: f32,
}

/// The tables of a page, and the characters that stand in none.
pub(super) fn tables_of(page: &Page) -> (Vec<TableArea>, Vec<Glyph>) {
    let mut body = page.glyphs.clone();
    let mut tables = Vec::new();
    let (across, down) = strokes(&page.rules);
    if across.len() <= MOST_RULES && down.len() <= MOST_RULES {
        for grid in grids(&across, &down) {
            let (inside, outside): (Vec<_>, Vec<_>) = body.into_iter().partition(|glyph| grid.field(glyph).is_some());
            body = outside;
            tables.extend(grid.fill(inside));
        }
    }
    (tables, body)
}

/// The horizontal and the vertical lines of a page, where pieces of one line have been joined.
fn strokes(rules: &[Rule]) -> (Vec<Stroke>, Vec<Stroke>) {
    let mut across = Vec::new();
    let mut down = Vec::new();
    for rule in rules {
        let (width, height) = (rule.right - rule.left, rule.bottom - rule.top);
        let is_sane = [rule.left, rule.top, rule.right, rule.bottom]
            .iter()
            .all(|place| place.abs() < 1.0e6);
        if !is_sane {
            continue;
        }
        if height <= TOLERANCE && width > height {
            across.push(Stroke {
                at: (rule.top + rule.bottom) / 2.0,
                from: rule.left,
                to: rule.right,
            });
        } else if width <= TOLERANCE && height > width {
            down.push(Stroke {
                at: (rule.left + rule.right) / 2.0,
                from: rule.top,
                to: rule.bottom,
            });
        }
    }
    (joined(across), joined(down))
}

fn joined(mut strokes: Vec<Stroke>) -> Vec<Stroke> {
    strokes.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut joined: Vec<Stroke> = Vec::new();
    let mut start = 0;
    while let Some(first) = strokes.get(start) {
        let at = first.at;
        let end = start
            + strokes
                .iter()
                .skip(start)
                .take_while(|stroke| stroke.at - at <= TOLERANCE)
                .count();
        let mut level: Vec<Stroke> = strokes.get(start..end).unwrap_or_default().to_vec();
        level.sort_by(|one, other| one.from.total_cmp(&other.from));
        let mut current: Option<Stroke> = None;
        for stroke in level {
            match &mut current {
                Some(line) if stroke.from - line.to <= TOLERANCE => line.to = line.to.max(stroke.to),
                _ => joined.extend(current.replace(Stroke { at, ..stroke })),
            }
        }
        joined.extend(current);
        start = end;
    }
    joined
}

/// The ruled lines of one table, cut into fields.
struct Grid {
    /// Horizontal lines from top to bottom, vertical lines from left to right.
    rows: Vec<f32>,
    columns: Vec<f32>,
    /// Which cell each field belongs to, row by row.
    cells: Vec<usize>,
    /// Upper left field and extent of each cell: row, column, rows, columns.
    areas: Vec<(usize, usize, usize, usize)>,
}

fn grids(across: &[Stroke], down: &[Stroke]) -> Vec<Grid> {
    // Number of the group of each line: horizontal lines first, then vertical ones.
    let mut groups: Vec<usize> = (0..across.len() + down.len()).collect();
    for (index, row) in across.iter().enumerate() {
        for (other, column) in down.iter().enumerate() {
            let touches = column.at >= row.from - TOLERANCE
                && column.at <= row.to + TOLERANCE
                && row.at >= column.from - TOLERANCE
                && row.at <= column.to + TOLERANCE;
            if touches {
                let (one, two) = (root(&mut groups, index), root(&mut groups, across.len() + other));
                if let Some(group) = groups.get_mut(one.max(two)) {
                    *group = one.min(two);
                }
            }
        }
    }
    let roots: Vec<usize> = (0..groups.len()).map(|index| root(&mut groups, index)).collect();
    let mut distinct = roots.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let members = |strokes: &[Stroke], offset: usize, group: usize| -> Vec<Stroke> {
        strokes
            .iter()
            .enumerate()
            .filter(|(index, _)| roots.get(offset + index) == Some(&group))
            .map(|(_, stroke)| *stroke)
            .collect()
    };
    distinct
        .into_iter()
        .filter_map(|group| Grid::new(&members(across, 0, group), &members(down, across.len(), group)))
        .collect()
}

fn root(groups: &mut [usize], index: usize) -> usize {
    let mut at = index;
    while let Some(above) = groups.get(at).copied()
        && above != at
    {
        // Half the way is saved each time.
        let further = groups.get(above).copied().unwrap_or(above);
        if let Some(group) = groups.get_mut(at) {
            *group = further;
        }
        at = further;
    }
    at
}

impl Grid {
    fn new(across: &[Stroke], down: &[Stroke]) -> Option<Self> {
        let left = across.iter().map(|stroke| stroke.from).min_by(f32::total_cmp)?;
        let right = across.iter().map(|stroke| stroke.to).max_by(f32::total_cmp)?;
        let top = down.iter().map(|stroke| stroke.from).min_by(f32::total_cmp)?;
        let bottom = down.iter().map(|stroke| stroke.to).max_by(f32::total_cmp)?;
        // The sides may be open, and so is the end of a page that tears a table: Chromium draws the line on the next one.
        let rows = places(across.iter().map(|stroke| stroke.at), [top, bottom]);
        let columns = places(down.iter().map(|stroke| stroke.at), [left, right]);
        if rows.len() < 2 || columns.len() < 3 || (rows.len() - 1) * (columns.len() - 1) > MOST_FIELDS {
            return None;
        }
        let mut grid = Self {
            cells: vec![usize::MAX; (rows.len() - 1) * (columns.len() - 1)],
            rows,
            columns,
            areas: Vec::new(),
        };
        grid.merge(across, down);
        (grid.areas.len() > 1).then_some(grid)
    }

    fn cell(&self, row: usize, column: usize) -> usize {
        let width = self.columns.len() - 1;
        self.cells.get(row * width + column).copied().unwrap_or(usize::MAX)
    }

    /// Joins fields that no line parts into rectangular cells.
    fn merge(&mut self, across: &[Stroke], down: &[Stroke]) {
        let middle = |places: &[f32], index: usize| match (places.get(index), places.get(index + 1)) {
            (Some(one), Some(other)) => (one + other) / 2.0,
            _ => 0.0,
        };
        let is_drawn = |strokes: &[Stroke], at: f32, along: f32| {
            strokes
                .iter()
                .any(|stroke| (stroke.at - at).abs() <= TOLERANCE && stroke.from <= along && along <= stroke.to)
        };
        let (height, width) = (self.rows.len() - 1, self.columns.len() - 1);
        for row in 0..height {
            for column in 0..width {
                if self.cell(row, column) != usize::MAX {
                    continue;
                }
                let mut columns = 1;
                while column + columns < width
                    && self.cell(row, column + columns) == usize::MAX
                    && !is_drawn(
                        down,
                        self.columns.get(column + columns).copied().unwrap_or(0.0),
                        middle(&self.rows, row),
                    )
                {
                    columns += 1;
                }
                let mut rows = 1;
                while row + rows < height
                    && (column..column + columns).all(|column| {
                        let at = self.rows.get(row + rows).copied().unwrap_or(0.0);
                        self.cell(row + rows, column) == usize::MAX
                            && !is_drawn(across, at, middle(&self.columns, column))
                    })
                    && (column + 1..column + columns).all(|column| {
                        let at = self.columns.get(column).copied().unwrap_or(0.0);
                        !is_drawn(down, at, middle(&self.rows, row + rows))
                    })
                {
                    rows += 1;
                }
                for row in row..row + rows {
                    for column in column..column + columns {
                        if let Some(cell) = self.cells.get_mut(row * width + column) {
                            *cell = self.areas.len();
                        }
                    }
                }
                self.areas.push((row, column, rows, columns));
            }
        }
    }

    /// The cell that a character stands in.
    fn field(&self, glyph: &Glyph) -> Option<usize> {
        let x = (glyph.left + glyph.right) / 2.0;
        let y = glyph.base - glyph.size * 0.35;
        let column = self.columns.partition_point(|place| *place <= x).checked_sub(1)?;
        let row = self.rows.partition_point(|place| *place <= y).checked_sub(1)?;
        if column + 1 >= self.columns.len() || row + 1 >= self.rows.len() {
            return None;
        }
        Some(self.cell(row, column))
    }

    fn fill(self, glyphs: Vec<Glyph>) -> Option<TableArea> {
        let mut contents: Vec<Vec<Glyph>> = vec![Vec::new(); self.areas.len()];
        for glyph in glyphs {
            if let Some(content) = self.field(&glyph).and_then(|cell| contents.get_mut(cell)) {
                content.push(glyph);
            }
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let cells: Vec<CellArea> = self
            .areas
            .iter()
            .zip(contents)
            .filter(|(_, content)| !content.is_empty())
            .map(|((row, column, rows, columns), content)| CellArea {
                row: number(*row),
                column: number(*column),
                rows: number(*rows),
                columns: number(*columns),
                right: self.columns.get(column + columns).copied().unwrap_or(0.0),
                lines: lines_in_cell(content),
            })
            .collect();
        (!cells.is_empty()).then_some(TableArea {
            top: self.rows.first().copied().unwrap_or(0.0),
            rows: number(self.rows.len() - 1),
            columns: self.columns,
            cells,
        })
    }
}

/// Distinct places in order; those within the tolerance are one. The ends count where they lie well outside the others.
fn places(places: impl Iterator<Item = f32>, ends: [f32; 2]) -> Vec<f32> {
    const OVERHANG: f32 = 6.0;
    let mut places: Vec<f32> = places.collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|next, first| *next - *first <= TOLERANCE);
    let [start, end] = ends;
    if places.first().is_none_or(|first| first - start > OVERHANG) {
        places.insert(0, start);
    }
    if places.last().is_none_or(|last| end - last > OVERHANG) {
        places.push(end);
    }
    places
}
