//! What an index keeps of a text: overlapping pairs of characters, each as a number that depends on the list in which it stands.
//!
//! Every pair of adjacent characters counts, of whatever script: a word is in a text only where all its pairs are, and whether they stand
//! side by side is looked up in the text itself. A list belongs to one kind of thing, one part of it and one reader, so that a search of one
//! reader never touches what another one wrote. Numbers instead of the characters keep the index small, and keep the words out of the file.

use super::{SearchKind, SearchReader};

/// The version of all this. An index of another version is made again.
pub const FORMAT: u32 = 1;

/// The pairs of adjacent characters of a folded text, in order, with repetitions. Pairs with a space are left out: no word has one.
pub fn pairs(folded: &str) -> impl Iterator<Item = [char; 2]> {
    folded
        .chars()
        .zip(folded.chars().skip(1))
        .filter(|(first, second)| *first != ' ' && *second != ' ')
        .map(|(first, second)| [first, second])
}

/// Which part of a thing a list knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchPart {
    /// What names it.
    Heading,
    /// All of it.
    Whole,
}

/// One list of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchList {
    seed: u64,
}

impl SearchList {
    /// The list of one part of one kind of thing for one reader.
    pub fn new(kind: SearchKind, part: SearchPart, reader: SearchReader) -> Self {
        let mut name = vec![match part {
            SearchPart::Heading => b'h',
            SearchPart::Whole => b'w',
        }];
        name.extend(kind.code().as_bytes());
        match reader {
            SearchReader::Overseer => name.push(b'o'),
            SearchReader::Public => name.push(b'p'),
            SearchReader::Body(organisation) => {
                name.push(b'b');
                name.extend(organisation.0.as_bytes());
            }
        }
        // FNV-1a, 64 bits: enough to tell a few thousand lists apart.
        let seed = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { seed }
    }

    /// The number of a pair in this list. Two pairs with one number cost a look into a text and nothing else.
    pub fn term(self, pair: [char; 2]) -> i64 {
        let [first, second] = pair.map(u64::from);
        mix(self.seed ^ mix((first << 32) | second)).cast_signed()
    }
}

/// The finishing step of SplitMix64 (Steele, Lea and Flood, 2014): one number for each, and no pattern left.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::OrganisationId;

    #[test]
    fn pairs_overlap_and_leave_spaces_out() {
        let of = |text: &str| pairs(text).map(String::from_iter).collect::<Vec<_>>();
        assert_eq!(of("粮食5g"), ["粮食", "食5", "5g"]);
        assert_eq!(of("ab c d"), ["ab"]);
        assert_eq!(of("水"), Vec::<String>::new());
        assert_eq!(of(""), Vec::<String>::new());
    }

    /// Kept indexes hold these numbers: where they change, `FORMAT` has to change too.
    #[test]
    fn numbers_stay_what_they_are() {
        let body = OrganisationId(Uuid::from_u128(7));
        let numbers: Vec<i64> = [
            (SearchKind::Task, SearchPart::Heading, SearchReader::Overseer),
            (SearchKind::Task, SearchPart::Whole, SearchReader::Public),
            (SearchKind::Report, SearchPart::Whole, SearchReader::Body(body)),
        ]
        .map(|(kind, part, reader)| SearchList::new(kind, part, reader).term(['粮', '食']))
        .to_vec();
        assert_eq!(
            (FORMAT, numbers),
            (
                1,
                vec![
                    701_954_293_059_336_583,
                    -1_664_837_678_413_365_291,
                    -5_505_950_569_000_686_642
                ]
            )
        );
    }

    #[test]
    fn each_list_has_numbers_of_its_own() {
        let mut numbers = Vec::new();
        for kind in SearchKind::INDEXED {
            for part in [SearchPart::Heading, SearchPart::Whole] {
                for reader in (0..500)
                    .map(|number| SearchReader::Body(OrganisationId(Uuid::from_u128(number))))
                    .chain([SearchReader::Overseer, SearchReader::Public])
                {
                    let list = SearchList::new(kind, part, reader);
                    numbers.extend([['粮', '食'], ['食', '粮'], ['a', 'b']].map(|pair| list.term(pair)));
                }
            }
        }
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
    }
}
