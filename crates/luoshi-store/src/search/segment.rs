//! What the index holds: segments of postings, written once, merged later, thrown away as a whole. One worker at a time has them in hand.
//!
//! Each step is small and safe to lose: a segment counts from the moment in which it is declared live, its inputs end in the same moment,
//! and what was written for one that never came to life is swept away.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Range,
    sync::LazyLock,
};

use jiff::Timestamp;
use luoshi_ledger::search::{FORMAT, SearchKind, SearchList, SearchPart, SearchReader, fold, pairs};
use uuid::Uuid;

use super::{
    SearchScope,
    entry::{NumberedEntry, WaitingEntry},
    rows::{Found, Which},
    walk::{decode, encode},
};
use crate::{
    engine::{FromRow, Row, Value, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

/// Numbers of one block.
const BLOCK: usize = 256;
/// Segments of about one size that are merged into one.
const FAN_IN: usize = 4;
/// Numbers of the smallest size of segment.
const SMALLEST: i64 = 256;
/// Rows of one statement.
const ROWS: usize = 16;
/// Blocks that a merge reads ahead from each segment.
const READ_AHEAD: u32 = 500;

const STANDING: &str = "select format, next_number, purge from search_index where id = 1";

/// What the database holds already has no entries yet, so its index is to be made.
const FOUND: &str = "
    insert into search_index (id, format, next_number, next_segment, purge, held_until)
    values (1, case when exists (select 1 from event) then cast(0 as bigint) else $1 end, 1, 1, 0, 0)
    on conflict (id) do nothing";

const HOLD: &str = "
    update search_index set holder = $1, held_until = $3
    where id = 1 and (holder is null or holder = $1 or held_until <= $2)";

const RELEASE: &str = "update search_index set holder = null, held_until = 0 where id = 1 and holder = $1";

/// Changes nothing and keeps everybody else from changing it before this transaction ends.
const HOLDS: &str = "update search_index set holder = $1 where id = 1 and holder = $1";

const COUNT_SEGMENT: &str = "update search_index set next_segment = next_segment + 1 where id = 1";

const LATEST_SEGMENT: &str = "select next_segment - 1 from search_index where id = 1";

const BEGIN: &str = "insert into search_segment (id, state, low, high) values ($1, 'building', 0, 0)";

const REVIVE: &str = "update search_segment set state = 'live', low = $2, high = $3 where id = $1";

const DROP: &str = "update search_segment set state = 'dropped' where id = $1";

const DROP_ALL: &str = "update search_segment set state = 'dropped'";

const GO_ON: &str = "update search_index set next_number = $1 where id = 1";

const SET_FORMAT: &str = "update search_index set format = $1, purge = 0 where id = 1";

const SET_PURGE: &str = "update search_index set purge = $1 where id = 1";

const LIVE: &str = "select id, low, high from search_segment where state = 'live' order by high desc";

const NOT_LIVE: &str = "select id from search_segment where state <> 'live' order by id limit 1";

const SWEEP: &str = "
    delete from search_posting where segment = $1 and term in (
        select term from search_posting where segment = $1 order by term limit $2)";

const FORGET: &str = "delete from search_segment where id = $1";

const ALIVE: &str = "select number from search_entry where number >= $1 and number <= $2";

const READ: &str = "
    select term, low, numbers from search_posting where segment = $1 and (term, low) > ($2, $3)
    order by term, low limit $4";

const OUT_OF_SEGMENTS: &str = "
    select count(*) from search_entry where number is not null and not exists (
        select 1 from search_segment
        where state = 'live' and search_segment.low <= search_entry.number and search_segment.high >= search_entry.number)";

/// A sample of the entries in the index, spread over all of it.
const SAMPLE: &str = "
    select kind, subject, changed_at, revision, number from search_entry
    where number is not null and number % $1 = 0 order by number limit $2";

/// The block of a segment in which a number would stand, of one term. Several are asked for together, each by the key: with a list of terms in
/// one condition an engine goes through every block of a common term.
const HAVE: &str = "
    select * from (
        select term, low, numbers from search_posting
        where segment = $1 and low <= $2 and term = {} order by low desc limit 1) as block";

/// How the index stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchStanding {
    format: u32,
    next_number: i64,
    purge: bool,
}

impl SearchStanding {
    /// Whether the index was made as this program makes it, and wholly.
    pub fn is_current(&self) -> bool {
        self.format == FORMAT
    }

    /// Whether numbers that mean nothing any more are to be taken out of every segment.
    pub fn wants_purge(&self) -> bool {
        self.purge
    }
}

impl FromRow for SearchStanding {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            format: row.take()?,
            next_number: row.take()?,
            purge: row.take()?,
        })
    }
}

/// Terms whose blocks are asked for with one statement.
const TERMS_AT_ONCE: usize = 64;

/// [`HAVE`] for so many terms.
static HAVE_SOME: LazyLock<String> = LazyLock::new(|| {
    let of_each: Vec<String> = (3..3 + TERMS_AT_ONCE)
        .map(|place| HAVE.replace("{}", &format!("${place}")))
        .collect();
    of_each.join(" union all ")
});

/// A block of the numbers of one term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingRow {
    term: i64,
    low: i64,
    numbers: Vec<u8>,
}

/// Appends the numbers of a term, ascending, as blocks.
fn push_blocks(rows: &mut Vec<PostingRow>, term: i64, numbers: &[i64]) {
    for block in numbers.chunks(BLOCK) {
        if let Some(low) = block.first() {
            rows.push(PostingRow {
                term,
                low: *low,
                numbers: encode(block),
            });
        }
    }
}

/// Things on their way into a segment of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchFold {
    /// The rows of the segment, in the order of their key.
    pub rows: Vec<PostingRow>,
    /// The things with their numbers.
    pub entries: Vec<NumberedEntry>,
    numbers: Range<i64>,
}

/// The terms of a thing in every list that it belongs to, without repetition within one.
fn terms_of(kind: SearchKind, found: &Found) -> Vec<i64> {
    let mut terms = Vec::new();
    for reader in &found.readers {
        let words = found.words.clone().for_reader(*reader);
        let mut add = |part, fields: &[(luoshi_ledger::search::SearchField, String)]| {
            let list = SearchList::new(kind, part, *reader);
            for (_, text) in fields {
                terms.extend(pairs(&fold(text)).map(|pair| list.term(pair)));
            }
        };
        add(SearchPart::Heading, &words.heading);
        add(SearchPart::Whole, &words.heading);
        add(SearchPart::Whole, &words.body);
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Segments on their way into one.
pub struct SearchMerge {
    inputs: Vec<Input>,
    low: i64,
    high: i64,
    /// One bit for each number from `low` on: whether something still has it.
    alive: Vec<u64>,
}

struct Input {
    segment: i64,
    blocks: VecDeque<PostingRow>,
    after: Option<(i64, i64)>,
    is_read: bool,
}

impl SearchMerge {
    fn is_alive(&self, number: i64) -> bool {
        usize::try_from(number - self.low)
            .ok()
            .and_then(|place| Some(self.alive.get(place / 64)? >> (place % 64) & 1 == 1))
            .unwrap_or(false)
    }

    /// The next rows of the merged segment, `count` or a few more; none at the end.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_rows(&mut self, snapshot: &Snapshot<'_>, count: usize) -> Result<Vec<PostingRow>, StoreError> {
        let mut rows = Vec::new();
        while rows.len() < count {
            let mut least: Option<i64> = None;
            for input in &mut self.inputs {
                input.fill(snapshot)?;
                if let Some(block) = input.blocks.front() {
                    least = Some(least.map_or(block.term, |term| term.min(block.term)));
                }
            }
            let Some(term) = least else { break };
            let mut numbers = Vec::new();
            for index in 0..self.inputs.len() {
                // The inputs are in ascending order of their numbers, so these stay in order.
                while let Some(block) = self.inputs[index].take(snapshot, term)? {
                    let found = decode(block.low, &block.numbers).ok_or_else(|| StoreError::Unreadable {
                        column: "search_posting.numbers".to_owned(),
                    })?;
                    numbers.extend(found.into_iter().filter(|number| self.is_alive(*number)));
                }
            }
            push_blocks(&mut rows, term, &numbers);
        }
        Ok(rows)
    }
}

impl Input {
    fn fill(&mut self, snapshot: &Snapshot<'_>) -> Result<(), StoreError> {
        if !self.blocks.is_empty() || self.is_read {
            return Ok(());
        }
        // Nothing sorts before this pair: numbers begin with 1.
        let (term, low) = self.after.unwrap_or((i64::MIN, 0));
        let rows: Vec<(i64, i64, Vec<u8>)> = snapshot
            .connection
            .all(READ, values![self.segment, term, low, READ_AHEAD])?;
        self.is_read = rows.len() < READ_AHEAD as usize;
        self.blocks.extend(
            rows.into_iter()
                .map(|(term, low, numbers)| PostingRow { term, low, numbers }),
        );
        self.after = self.blocks.back().map(|block| (block.term, block.low)).or(self.after);
        Ok(())
    }

    /// The next block where it is of this term.
    fn take(&mut self, snapshot: &Snapshot<'_>, term: i64) -> Result<Option<PostingRow>, StoreError> {
        self.fill(snapshot)?;
        if self.blocks.front().is_some_and(|block| block.term == term) {
            Ok(self.blocks.pop_front())
        } else {
            Ok(None)
        }
    }
}

/// The size of a segment as a power of the number of segments that are merged.
fn size(low: i64, high: i64) -> u32 {
    let mut size = 0;
    let mut limit = SMALLEST;
    while high - low >= limit {
        limit *= FAN_IN as i64;
        size += 1;
    }
    size
}

/// Which neighbours are to be merged, by places in a list of segments that begins with the latest.
fn due(segments: &[(i64, i64)]) -> Option<Range<usize>> {
    let mut sizes: Vec<u32> = Vec::new();
    for (low, high) in segments {
        // A small one behind a larger one goes along with it.
        let so_far = sizes.last().copied().unwrap_or(0);
        sizes.push(size(*low, *high).max(so_far));
    }
    let mut start = 0;
    for end in 1..=sizes.len() {
        if sizes.get(end) != sizes.get(start) {
            if end - start >= FAN_IN {
                return Some(start..end);
            }
            start = end;
        }
    }
    None
}

impl Snapshot<'_> {
    /// How the index stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search_standing(&self) -> Result<SearchStanding, StoreError> {
        let found = self.connection.optional(STANDING, &[])?;
        // Without the row there never was an index.
        Ok(found.unwrap_or(SearchStanding {
            format: 0,
            next_number: 1,
            purge: false,
        }))
    }

    /// Whether the database has the row of an index, made or to be made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_search_index(&self) -> Result<bool, StoreError> {
        let found: Option<SearchStanding> = self.connection.optional(STANDING, &[])?;
        Ok(found.is_some())
    }

    /// Makes the rows of a segment for things that wait, and says which numbers they will have.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn fold_search_entries(&self, waiting: Vec<WaitingEntry>) -> Result<SearchFold, StoreError> {
        let first = self.search_standing()?.next_number;
        let mut found: BTreeMap<Uuid, (SearchKind, Found)> = BTreeMap::new();
        for kind in SearchKind::INDEXED {
            let scope = SearchScope {
                reader: SearchReader::Overseer,
                kind,
                plan: None,
            };
            let subjects: Vec<Uuid> = waiting
                .iter()
                .filter(|entry| entry.kind == kind)
                .map(|entry| entry.subject)
                .collect();
            let mut rows = self.search_rows(&scope, &Which::Subjects(&subjects))?;
            self.add_concerned(&mut rows)?;
            found.extend(rows.into_iter().map(|row| (row.subject.id(), (kind, row))));
        }
        let mut postings: Vec<(i64, i64)> = Vec::new();
        let mut entries = Vec::with_capacity(waiting.len());
        let mut number = first;
        for entry in waiting {
            if let Some((kind, found)) = found.get(&entry.subject) {
                let terms = self.connection.masked_terms(terms_of(*kind, found))?;
                postings.extend(terms.into_iter().map(|term| (term, number)));
            }
            entries.push(NumberedEntry { entry, number });
            number += 1;
        }
        postings.sort_unstable();
        let mut rows = Vec::new();
        for group in postings.chunk_by(|left, right| left.0 == right.0) {
            let numbers: Vec<i64> = group.iter().map(|(_, number)| *number).collect();
            if let Some((term, _)) = group.first() {
                push_blocks(&mut rows, *term, &numbers);
            }
        }
        Ok(SearchFold {
            rows,
            entries,
            numbers: first..number,
        })
    }

    /// The segments that are to be merged next: several of about one size, or all of them where a purge is wanted. None: nothing is to be
    /// done.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search_merge_due(&self) -> Result<Option<SearchMerge>, StoreError> {
        let live: Vec<(i64, i64, i64)> = self.connection.all(LIVE, &[])?;
        let ranges: Vec<(i64, i64)> = live.iter().map(|(_, low, high)| (*low, *high)).collect();
        let places = if self.search_standing()?.wants_purge() && !live.is_empty() {
            Some(0..live.len())
        } else {
            due(&ranges)
        };
        let Some(chosen) = places.and_then(|places| live.get(places)) else {
            return Ok(None);
        };
        let low = chosen.iter().map(|(_, low, _)| *low).min().unwrap_or(0);
        let high = chosen.iter().map(|(_, _, high)| *high).max().unwrap_or(0);
        let places = usize::try_from(high - low + 1).unwrap_or(0);
        let mut alive = vec![0_u64; places.div_ceil(64)];
        self.connection.each(ALIVE, values![low, high], &mut |row| {
            let number: i64 = row.take()?;
            let place = usize::try_from(number - low).unwrap_or(usize::MAX);
            if let Some(group) = alive.get_mut(place / 64) {
                *group |= 1 << (place % 64);
            }
            Ok(())
        })?;
        Ok(Some(SearchMerge {
            inputs: chosen
                .iter()
                .rev()
                .map(|(segment, _, _)| Input {
                    segment: *segment,
                    blocks: VecDeque::new(),
                    after: None,
                    is_read: false,
                })
                .collect(),
            low,
            high,
            alive,
        }))
    }

    /// How many things the index gets wrong: such as have no entry or a number that no segment covers, and, of a sample of `sample` entries,
    /// such as the index would not find by each of their pairs. 0 while the index is being made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search_faults(&self, sample: u32) -> Result<u64, StoreError> {
        let standing = self.search_standing()?;
        if !standing.is_current() {
            return Ok(0);
        }
        let (mut faults,): (u64,) = self.connection.one(OUT_OF_SEGMENTS, &[])?;
        for kind in SearchKind::INDEXED {
            let (things,): (i64,) = self
                .connection
                .one(&format!("select count(*) from {}", kind.code()), &[])?;
            let (entries,): (i64,) = self.connection.one(
                "select count(*) from search_entry where kind = $1",
                values![kind.code()],
            )?;
            faults += things.abs_diff(entries);
        }
        let live: Vec<(i64, i64, i64)> = self.connection.all(LIVE, &[])?;
        let step = (standing.next_number / i64::from(sample.max(1))).max(1);
        let mut entries = Vec::new();
        self.connection.each(SAMPLE, values![step, sample], &mut |row| {
            entries.push((WaitingEntry::from_row(row)?, row.take::<i64>()?));
            Ok(())
        })?;
        for (entry, number) in entries {
            let scope = SearchScope {
                reader: SearchReader::Overseer,
                kind: entry.kind,
                plan: None,
            };
            let mut rows = self.search_rows(&scope, &Which::Subjects(&[entry.subject]))?;
            self.add_concerned(&mut rows)?;
            let segment = live.iter().find(|(_, low, high)| (*low..=*high).contains(&number));
            let is_known = match (rows.first(), segment) {
                (Some(found), Some((segment, _, _))) => {
                    let terms = self.connection.masked_terms(terms_of(entry.kind, found))?;
                    self.knows(*segment, &terms, number)?
                }
                _ => false,
            };
            faults += u64::from(!is_known);
        }
        Ok(faults)
    }

    fn knows(&self, segment: i64, terms: &[i64], number: i64) -> Result<bool, StoreError> {
        let mut found = BTreeSet::new();
        for group in terms.chunks(TERMS_AT_ONCE) {
            let last = group.last().copied().unwrap_or_default();
            // The last one is repeated to fill the group, so that the statement has one text and is prepared once.
            let group = group.iter().copied().chain(std::iter::repeat(last)).take(TERMS_AT_ONCE);
            let parameters: Vec<Value<'_>> = [segment, number].into_iter().chain(group).map(Value::from).collect();
            self.connection.each(&HAVE_SOME, &parameters, &mut |row| {
                let (term, low, bytes): (i64, i64, Vec<u8>) = (row.take()?, row.take()?, row.take()?);
                if decode(low, &bytes).is_some_and(|numbers| numbers.binary_search(&number).is_ok()) {
                    found.insert(term);
                }
                Ok(())
            })?;
        }
        Ok(terms.iter().all(|term| found.contains(term)))
    }
}

impl Transaction<'_> {
    /// Begins an index, where there is none: whole in a database without events, to be made in any other.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn found_search_index(&mut self) -> Result<(), StoreError> {
        self.connection.execute(FOUND, values![FORMAT]).map(|_| ())
    }

    /// Takes the index in hand until `until`, or goes on holding it; says whether that is so. Everything that changes segments asks again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn hold_search_index(&mut self, holder: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        if !self.has_search_index()? {
            self.found_search_index()?;
        }
        Ok(self.connection.execute(HOLD, values![&holder, now, until])? == 1)
    }

    /// Lets the index go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn release_search_index(&mut self, holder: Uuid) -> Result<(), StoreError> {
        self.connection.execute(RELEASE, values![&holder]).map(|_| ())
    }

    fn holds_search_index(&self, holder: Uuid) -> Result<bool, StoreError> {
        Ok(self.connection.execute(HOLDS, values![&holder])? == 1)
    }

    /// Begins a segment, which counts for nothing yet. None: the index is in other hands.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn begin_search_segment(&mut self, holder: Uuid) -> Result<Option<i64>, StoreError> {
        if !self.holds_search_index(holder)? {
            return Ok(None);
        }
        self.connection.execute(COUNT_SEGMENT, &[])?;
        let (segment,): (i64,) = self.connection.one(LATEST_SEGMENT, &[])?;
        self.connection.execute(BEGIN, values![segment])?;
        Ok(Some(segment))
    }

    /// Writes rows of a segment that was begun; says whether the index is still in these hands.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn insert_search_postings(
        &mut self,
        holder: Uuid,
        segment: i64,
        rows: &[PostingRow],
    ) -> Result<bool, StoreError> {
        if !self.holds_search_index(holder)? {
            return Ok(false);
        }
        for group in rows.chunks(ROWS) {
            let places: Vec<String> = (0..group.len())
                .map(|row| {
                    let first = row * 4;
                    format!("(${}, ${}, ${}, ${})", first + 1, first + 2, first + 3, first + 4)
                })
                .collect();
            let sql = format!(
                "insert into search_posting (segment, term, low, numbers) values {}",
                places.join(", ")
            );
            let parameters: Vec<Value<'_>> = group
                .iter()
                .flat_map(|row| {
                    [
                        Value::from(segment),
                        Value::from(row.term),
                        Value::from(row.low),
                        Value::from(row.numbers.as_slice()),
                    ]
                })
                .collect();
            self.connection.execute(&sql, &parameters)?;
        }
        Ok(true)
    }

    /// Declares a folded segment live, after its rows; says whether the index is still in these hands and went on as it was read.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_search_fold(&mut self, holder: Uuid, segment: i64, fold: &SearchFold) -> Result<bool, StoreError> {
        let standing = self.search_standing()?;
        if !self.holds_search_index(holder)? || standing.next_number != fold.numbers.start {
            return Ok(false);
        }
        self.connection
            .execute(REVIVE, values![segment, fold.numbers.start, fold.numbers.end - 1])?;
        self.connection.execute(GO_ON, values![fold.numbers.end])?;
        Ok(true)
    }

    /// Gives things the numbers by which a live segment knows them, unless they have changed since; says whether the index is still in these
    /// hands.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn number_search_entries(&mut self, holder: Uuid, entries: &[NumberedEntry]) -> Result<bool, StoreError> {
        if !self.holds_search_index(holder)? {
            return Ok(false);
        }
        for entry in entries {
            self.give_search_number(entry)?;
        }
        Ok(true)
    }

    /// Declares a merged segment live, after its rows, and its inputs dropped, in one; says whether the index is still in these hands.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_search_merge(&mut self, holder: Uuid, segment: i64, merge: &SearchMerge) -> Result<bool, StoreError> {
        if !self.holds_search_index(holder)? {
            return Ok(false);
        }
        for input in &merge.inputs {
            self.connection.execute(DROP, values![input.segment])?;
        }
        self.connection
            .execute(REVIVE, values![segment, merge.low, merge.high])?;
        self.connection.execute(SET_PURGE, values![false])?;
        Ok(true)
    }

    /// Removes rows of segments that do not count, of about `terms` terms; says whether there may be more. While a segment is being written
    /// this must not be called: it would not count yet.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn sweep_search_segments(&mut self, holder: Uuid, terms: u32) -> Result<bool, StoreError> {
        if !self.holds_search_index(holder)? {
            return Ok(false);
        }
        let Some((segment,)) = self.connection.optional::<(i64,)>(NOT_LIVE, &[])? else {
            return Ok(false);
        };
        if self.connection.execute(SWEEP, values![segment, terms])? == 0 {
            self.connection.execute(FORGET, values![segment])?;
        }
        Ok(true)
    }

    /// Wants numbers that mean nothing any more, such as those of words that were erased, out of every segment. The worker does it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn want_search_purge(&mut self) -> Result<(), StoreError> {
        self.connection.execute(SET_PURGE, values![true]).map(|_| ())
    }

    /// Throws the index away. [`Transaction::refill_search_index`] makes everything wait for a new one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn throw_search_index_away(&mut self) -> Result<(), StoreError> {
        self.connection.execute(SET_FORMAT, values![0_u32])?;
        self.connection.execute(DROP_ALL, &[])?;
        Ok(())
    }

    /// One step, of at most `limit` things of a kind, after the index was thrown away; says whether more is to be done.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn refill_search_index(&mut self, limit: u32) -> Result<bool, StoreError> {
        if self.take_search_numbers(limit)? + self.enter_missing(limit)? > 0 {
            return Ok(true);
        }
        self.remove_stray_entries()?;
        self.connection.execute(SET_FORMAT, values![FORMAT])?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_one_size_are_merged_when_there_are_four() {
        let small = |place: i64| (place * 256, place * 256 + 255);
        assert_eq!(due(&[]), None);
        assert_eq!(due(&[small(2), small(1), small(0)]), None);
        assert_eq!(due(&[small(3), small(2), small(1), small(0)]), Some(0..4));
        let large = (0, 4095);
        assert_eq!(due(&[small(18), small(17), small(16), large]), None);
        // A small one that was left behind a larger one does not stay there for ever.
        let behind = [(9000, 13_000), (8000, 8999), (4096, 7999), (0, 4095)];
        assert_eq!(due(&behind), Some(0..4));
    }

    #[test]
    fn a_segment_grows_by_a_power_of_four() {
        assert_eq!(
            [size(1, 1), size(1, 256), size(1, 257), size(1, 1024), size(1, 1025)],
            [0, 0, 1, 1, 2]
        );
    }
}
