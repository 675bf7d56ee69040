//! Which known names are near to an unknown one, by the number of characters that would have to change. It never takes one of them.

/// Names longer than this are phrases, and no candidate would help.
const LONGEST: usize = 24;

/// The number of insertions, deletions and replacements between two names, or nothing where it is more than `most`.
pub(super) fn distance(left: &[char], right: &[char], most: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) > most || left.len().max(right.len()) > LONGEST {
        return None;
    }
    let mut previous = [0usize; LONGEST + 1];
    for (column, cost) in previous.iter_mut().enumerate() {
        *cost = column;
    }
    for (row, character) in left.iter().enumerate() {
        let mut diagonal = previous[0];
        previous[0] = row + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(character != other);
            diagonal = previous[column + 1];
            previous[column + 1] = replaced.min(diagonal + 1).min(previous[column] + 1);
        }
    }
    let found = previous[right.len()];
    (found <= most).then_some(found)
}

/// How far a candidate may be from a name of `length` characters: a slip or two, never another name altogether.
pub(super) fn farthest(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(left: &str, right: &str) -> Option<usize> {
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        distance(&characters(left), &characters(right), 3)
    }

    #[test]
    fn counts_what_would_have_to_change() {
        assert_eq!(between("农村农业厅", "农业农村厅"), Some(2));
        assert_eq!(between("水利厅", "水利厅"), Some(0));
        assert_eq!(between("水利厅", "水利"), Some(1));
        assert_eq!(between("", "水利厅"), Some(3));
        assert_eq!(between("水利厅", "人力资源和社会保障厅"), None);
        assert_eq!(between(&"水".repeat(40), &"水".repeat(40)), None);
    }
}
