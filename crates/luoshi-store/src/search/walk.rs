//! Walks through the lists of several pairs at once, from the greatest number down, and stops at those that stand in all of them. Blocks are
//! read one by one, so the first numbers cost as little where a pair stands in a million texts.

use crate::{
    engine::{Connection, values},
    error::StoreError,
};

/// Segments do not overlap, so the one with the greater numbers is walked first.
const SEGMENTS: &str = "select id, high from search_segment where state = 'live' order by high desc";

const BLOCK: &str = "
    select low, numbers from search_posting where segment = $1 and term = $2 and low <= $3 order by low desc limit 1";

/// The numbers of a block as they are kept: the differences to the one before, in groups of seven bits, the lowest group first.
pub(super) fn encode(numbers: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len());
    for pair in numbers.windows(2) {
        let mut rest = pair[1].wrapping_sub(pair[0]).cast_unsigned();
        while rest >= 0x80 {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

/// The numbers of a block; none where the bytes are no block.
pub(super) fn decode(low: i64, bytes: &[u8]) -> Option<Vec<i64>> {
    let mut numbers = vec![low];
    let (mut last, mut difference, mut shift) = (low, 0_i64, 0);
    for byte in bytes {
        if shift > 56 {
            return None;
        }
        difference |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            last = last.checked_add(difference)?;
            numbers.push(last);
            (difference, shift) = (0, 0);
        } else {
            shift += 7;
        }
    }
    (shift == 0).then_some(numbers)
}

/// The numbers that stand in the lists of all terms.
pub(super) struct Walk<'c> {
    connection: Connection<'c>,
    /// With the block of each that was read last.
    terms: Vec<(i64, Vec<i64>)>,
    /// Segments that are still to be walked, the next one last.
    segments: Vec<i64>,
    /// The segment under way.
    segment: Option<i64>,
    /// The greatest number that may come next.
    at_most: i64,
}

impl<'c> Walk<'c> {
    /// A walk that begins at `at_most`.
    pub(super) fn new(connection: Connection<'c>, terms: Vec<i64>, at_most: i64) -> Result<Self, StoreError> {
        let live: Vec<(i64, i64)> = connection.all(SEGMENTS, &[])?;
        Ok(Self {
            connection,
            terms: terms.into_iter().map(|term| (term, Vec::new())).collect(),
            segments: live.into_iter().rev().map(|(segment, _)| segment).collect(),
            segment: None,
            at_most,
        })
    }

    /// The next numbers, at most `count` and the greatest first; none at the end.
    pub(super) fn next_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            let Some(segment) = self.segment else {
                match self.segments.pop() {
                    Some(segment) => self.enter(segment)?,
                    None => break,
                }
                continue;
            };
            match self.next_of(segment)? {
                Some(number) => {
                    numbers.push(number);
                    self.at_most = number - 1;
                }
                None => self.segment = None,
            }
        }
        Ok(numbers)
    }

    fn enter(&mut self, segment: i64) -> Result<(), StoreError> {
        for (term, block) in &mut self.terms {
            *block = read_block(self.connection, segment, *term, self.at_most)?;
            if block.is_empty() {
                // A pair that stands nowhere in the segment ends it at once.
                return Ok(());
            }
        }
        // The rarest first: its steps are the longest, and the others follow.
        self.terms.sort_by_key(|(_, block)| {
            let width = block
                .last()
                .zip(block.first())
                .map_or(0, |(last, first)| last - first + 1);
            std::cmp::Reverse(width / i64::try_from(block.len()).unwrap_or(i64::MAX).max(1))
        });
        self.segment = Some(segment);
        Ok(())
    }

    fn next_of(&mut self, segment: i64) -> Result<Option<i64>, StoreError> {
        let mut candidate = self.at_most;
        let mut agreed = 0;
        let count = self.terms.len();
        for place in (0..count).cycle() {
            let Some((term, block)) = self.terms.get_mut(place) else {
                break;
            };
            if block.first().is_none_or(|first| *first > candidate) {
                *block = read_block(self.connection, segment, *term, candidate)?;
            }
            let Some(found) = block
                .partition_point(|number| *number <= candidate)
                .checked_sub(1)
                .and_then(|index| block.get(index))
            else {
                return Ok(None);
            };
            if *found == candidate {
                agreed += 1;
            } else {
                (candidate, agreed) = (*found, 1);
            }
            if agreed == count {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }
}

fn read_block(connection: Connection<'_>, segment: i64, term: i64, at_most: i64) -> Result<Vec<i64>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = connection.optional(BLOCK, values![segment, term, at_most])?;
    match row {
        None => Ok(Vec::new()),
        Some((low, bytes)) => decode(low, &bytes).ok_or_else(|| StoreError::Unreadable {
            column: "search_posting.numbers".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back_as_it_was() {
        for numbers in [
            vec![1],
            vec![1, 2, 3, 130, 131, 20_000, 9_000_000_000],
            (0..256).map(|number| number * 37).collect(),
            vec![i64::MIN / 2, 0, i64::MAX / 2],
        ] {
            assert_eq!(decode(numbers[0], &encode(&numbers)), Some(numbers));
        }
        assert_eq!(encode(&[5, 6, 7]), [1, 1]);
    }

    #[test]
    fn bytes_that_are_no_block_are_none() {
        assert_eq!(decode(1, &[0x80]), None);
        assert_eq!(decode(1, &[0xff; 12]), None);
        assert_eq!(decode(i64::MAX, &[1]), None);
    }
}
