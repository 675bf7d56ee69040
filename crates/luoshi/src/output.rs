//! Writing to the screen: lines, tables whose columns stand straight under Chinese text, progress bars. It words nothing.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;

/// Writes a line, or several, to the standard output.
///
/// # Errors
/// When nobody takes it.
pub(crate) fn print(lines: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    writeln!(output, "{lines}")
        .and_then(|()| output.flush())
        .map_err(Failure::Output)
}

/// Writes a line, or several, to the standard error output, where complaints go. A lost complaint is no second failure.
pub(crate) fn complain(lines: &str) {
    let _lost = writeln!(io::stderr().lock(), "{lines}");
}

/// A table as lines, without a mark between its columns but space.
pub(crate) fn table(heads: &[String], rows: &[Vec<String>]) -> String {
    let columns = heads.len();
    let width_of = |column: usize| {
        rows.iter()
            .chain([&heads.to_vec()])
            .filter_map(|row| row.get(column))
            .map(|cell| width(cell))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (cell, column_width) in cells.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', column_width - width(cell) + 2));
        }
        line.trim_end().to_owned()
    };
    let rule: String = std::iter::repeat_n('-', widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1)).collect();
    let mut lines = vec![line(heads), rule];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// How many cells of a terminal a text takes. East Asian wide characters take two; nothing else that names bodies and people does.
fn width(text: &str) -> usize {
    text.chars()
        .map(|character| if is_wide(character) { 2 } else { 1 })
        .sum()
}

fn is_wide(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}')
}

/// A bar for work of `length` steps, on the standard error output; hidden where that is no terminal.
pub(crate) fn progress(length: u64, label: String) -> ProgressBar {
    dressed(ProgressBar::with_draw_target(Some(length), progress_target()), label)
}

/// A further bar among those of work that goes on at the same time. It is dressed once it is among them: before that it would draw a line of
/// its own over theirs.
pub(crate) fn progress_among(bars: &MultiProgress, length: u64, label: String) -> ProgressBar {
    dressed(bars.add(ProgressBar::new(length)), label)
}

fn dressed(bar: ProgressBar, label: String) -> ProgressBar {
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(label);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Where bars of work that goes on at the same time are added, so that they stand below each other.
pub(crate) fn progress_side_by_side() -> MultiProgress {
    MultiProgress::with_draw_target(progress_target())
}

fn progress_target() -> ProgressDrawTarget {
    if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_straight_under_chinese_text() {
        let heads = ["单位".to_owned(), "登录名".to_owned()];
        let rows = [
            vec!["省财政厅".to_owned(), "a".to_owned()],
            vec!["abc".to_owned(), "省财政厅.填报".to_owned()],
        ];
        let drawn = table(&heads, &rows);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(
            lines,
            [
                "单位      登录名",
                "-----------------------",
                "省财政厅  a",
                "abc       省财政厅.填报"
            ]
        );
    }

    #[test]
    fn width_counts_cells() {
        assert_eq!(width("（一）a-1"), 9);
        assert_eq!(width(""), 0);
    }
}
