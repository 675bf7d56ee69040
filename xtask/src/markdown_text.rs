//! Tables in Markdown, as far as checks read them. What a column means is the check's to know.

/// The cells of a table's row that begins with a word in backticks; none for any other line, such as the head of the table.
pub(crate) fn cells_of_row(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<&str> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .map(str::trim)
        .collect();
    cells.first()?.starts_with('`').then_some(cells)
}
