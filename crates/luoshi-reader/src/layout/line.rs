//! Gathers characters into lines, and lines into the columns of a page. It joins no lines.

use super::Glyph;

/// A line of text as it stands on the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) base: f32,
    pub(super) size: f32,
}

/// A blank this many times as wide as a character parts two columns, if lines above and below have it too.
const COLUMN_GAP: f32 = 1.8;

/// The lines of a page in reading order: one column after the other.
pub(super) fn lines_of(glyphs: Vec<Glyph>) -> Vec<Line> {
    let rows: Vec<Vec<Vec<Glyph>>> = rows_of(glyphs).into_iter().map(segments_of).collect();
    match gutter(&rows) {
        None => rows
            .into_iter()
            .filter_map(|segments| line_of(&segments.concat()))
            .collect(),
        Some(gutter) => {
            let mut lines = Vec::new();
            let mut left = Vec::new();
            let mut right = Vec::new();
            for segments in rows {
                // A line across both columns ends what stands above it.
                if segments.iter().any(|segment| crosses(segment, gutter)) {
                    lines.append(&mut left);
                    lines.append(&mut right);
                    lines.extend(line_of(&segments.concat()));
                    continue;
                }
                let (before, after): (Vec<_>, Vec<_>) = segments
                    .into_iter()
                    .partition(|segment| segment.first().is_some_and(|glyph| glyph.left < gutter));
                left.extend(line_of(&before.concat()));
                right.extend(line_of(&after.concat()));
            }
            lines.append(&mut left);
            lines.append(&mut right);
            lines
        }
    }
}

/// The lines in a cell, which has no columns.
pub(super) fn lines_in_cell(glyphs: Vec<Glyph>) -> Vec<Line> {
    rows_of(glyphs).iter().filter_map(|row| line_of(row)).collect()
}

/// Characters whose base lines are nearly the same, each row from left to right.
fn rows_of(mut glyphs: Vec<Glyph>) -> Vec<Vec<Glyph>> {
    glyphs.sort_by(|one, other| one.base.total_cmp(&other.base).then(one.left.total_cmp(&other.left)));
    let mut rows: Vec<Vec<Glyph>> = Vec::new();
    let mut base = f32::NEG_INFINITY;
    for glyph in glyphs {
        if glyph.base - base > glyph.size * 0.45 || rows.is_empty() {
            rows.push(Vec::new());
            base = glyph.base;
        }
        if let Some(row) = rows.last_mut() {
            row.push(glyph);
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| one.left.total_cmp(&other.left));
        // Bold that a program imitates is the same character drawn again beside itself.
        row.dedup_by(|again, first| again.character == first.character && again.left - first.left < first.size * 0.2);
    }
    rows
}

fn segments_of(row: Vec<Glyph>) -> Vec<Vec<Glyph>> {
    let mut segments: Vec<Vec<Glyph>> = Vec::new();
    let mut end = f32::NEG_INFINITY;
    for glyph in row {
        if glyph.left - end > glyph.size * COLUMN_GAP || segments.is_empty() {
            segments.push(Vec::new());
        }
        end = glyph.right;
        if let Some(segment) = segments.last_mut() {
            segment.push(glyph);
        }
    }
    segments
}

fn crosses(segment: &[Glyph], x: f32) -> bool {
    segment.first().is_some_and(|glyph| glyph.left < x) && segment.last().is_some_and(|glyph| glyph.right > x)
}

/// Where two columns part: in the middle of the page, with text on both sides in most lines and hardly a line across.
fn gutter(rows: &[Vec<Vec<Glyph>>]) -> Option<f32> {
    const FEWEST_LINES: usize = 8;
    let edges = |glyphs: &[Glyph]| Some((glyphs.first()?.left, glyphs.last()?.right));
    let all: Vec<(f32, f32)> = rows.iter().flatten().filter_map(|segment| edges(segment)).collect();
    let left = all.iter().map(|edge| edge.0).min_by(f32::total_cmp)?;
    let right = all.iter().map(|edge| edge.1).max_by(f32::total_cmp)?;
    let mut gaps: Vec<f32> = rows
        .iter()
        .flat_map(|segments| segments.windows(2))
        .filter_map(|pair| match pair {
            [one, other] => Some((one.last()?.right + other.first()?.left) / 2.0),
            _ => None,
        })
        .filter(|middle| (*middle - left) > (right - left) * 0.35 && (*middle - left) < (right - left) * 0.65)
        .collect();
    gaps.sort_by(f32::total_cmp);
    let middle = *gaps.get(gaps.len() / 2)?;
    let on_both_sides = rows
        .iter()
        .filter(|segments| {
            segments
                .iter()
                .any(|segment| edges(segment).is_some_and(|edge| edge.1 < middle))
                && segments
                    .iter()
                    .any(|segment| edges(segment).is_some_and(|edge| edge.0 > middle))
        })
        .count();
    let across = rows
        .iter()
        .filter(|segments| segments.iter().any(|segment| crosses(segment, middle)))
        .count();
    (on_both_sides >= FEWEST_LINES && across * 4 <= on_both_sides).then_some(middle)
}

/// The text of a row, with a blank where the page shows one.
fn line_of(row: &[Glyph]) -> Option<Line> {
    let first = row.first()?;
    let mut text = String::new();
    let mut end: Option<Glyph> = None;
    for glyph in row {
        if let Some(before) = end {
            let gap = (glyph.left - before.right) / glyph.size.max(before.size);
            let is_latin = |character: char| character.is_ascii();
            // Word processors leave a quarter of a character between Chinese and Latin text, which is no blank.
            let widest = match (is_latin(before.character), is_latin(glyph.character)) {
                (true, true) => 0.15,
                _ => 0.8,
            };
            if gap > widest {
                text.push(' ');
            }
        }
        text.push(glyph.character);
        end = Some(*glyph);
    }
    let mut sizes: Vec<f32> = row.iter().map(|glyph| glyph.size).collect();
    sizes.sort_by(f32::total_cmp);
    Some(Line {
        text,
        left: first.left,
        right: row
            .iter()
            .map(|glyph| glyph.right)
            .max_by(f32::total_cmp)
            .unwrap_or(first.right),
        base: first.base,
        size: sizes.get(sizes.len() / 2).copied().unwrap_or(first.size),
    })
}
