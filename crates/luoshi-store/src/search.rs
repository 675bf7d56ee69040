//! Search (检索): finds things by the words in their rows, for one reader at a time. What a word is, and when it is found, is the ledger's.
//!
//! `entry` says which things wait for the index and which are in it, `segment` what the index holds of them, `walk` goes through it, `rows`
//! reads the things themselves, cut to what the reader may see. A search first looks through the things that wait, then through the index;
//! so a change is found from its own commit on, and a worker that lags behind costs time and nothing else.
//!
//! A list of the index belongs to one reader. Thus neither the hits nor the work done depend on what somebody else wrote.

mod entry;
mod rows;
mod segment;
mod walk;

use luoshi_ledger::{
    ids::PlanId,
    search::{
        SearchCount, SearchCursor, SearchHit, SearchKind, SearchList, SearchPage, SearchPart, SearchQuery, SearchRank,
        SearchReader, SearchSubject,
    },
};
use uuid::Uuid;

pub(crate) use self::entry::says_the_same;
pub use self::{
    entry::{NumberedEntry, WaitingEntry},
    segment::{PostingRow, SearchFold, SearchMerge, SearchStanding},
};
use self::{
    rows::{Found, Which},
    walk::Walk,
};
use crate::{engine::values, error::StoreError, snapshot::Snapshot};

/// Things that wait for the index and are looked through; more wait only while the index is being made again.
const MOST_WAITING: u32 = 5_000;
/// Texts that are looked into for one page, so that a query which pairs make likely and texts do not bear out ends.
const MOST_EXAMINED: usize = 5_000;
/// Texts that are read at once.
const BATCH: usize = 32;

const NUMBER_OF: &str = "select number from search_entry where kind = $1 and subject = $2";

/// Tasks lie apart in their document; the one that begins last before a place is the only one that can hold it.
const TASK_AT: &str = "
    select id, source_end from task where source_document = $1 and source_start <= $2
    order by source_start desc limit 1";

/// What a search is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchScope {
    /// For whom it is made.
    pub reader: SearchReader,
    /// The kind of thing that is looked for.
    pub kind: SearchKind,
    /// Only what belongs to this plan.
    pub plan: Option<PlanId>,
}

impl SearchScope {
    /// Whether the reader may find things of this kind at all.
    fn is_open(&self) -> bool {
        match (self.kind, self.reader) {
            (SearchKind::Task, _) => true,
            (SearchKind::Report, reader) => reader != SearchReader::Public,
            (SearchKind::Document, reader) => reader == SearchReader::Overseer,
            // These are few and never in the index.
            (SearchKind::Plan | SearchKind::Organisation, _) => false,
        }
    }

    fn parts(&self) -> &'static [(SearchPart, SearchRank)] {
        match self.kind {
            // A report has no name of its own.
            SearchKind::Report => &[(SearchPart::Whole, SearchRank::Body)],
            _ => &[
                (SearchPart::Heading, SearchRank::Heading),
                (SearchPart::Whole, SearchRank::Body),
            ],
        }
    }

    fn list(&self, part: SearchPart) -> SearchList {
        SearchList::new(self.kind, part, self.reader)
    }
}

/// Hits under way, with what may still be looked at.
struct Gathering<'q> {
    query: &'q SearchQuery,
    after: Option<&'q SearchCursor>,
    wanted: usize,
    examined: usize,
    found: Vec<(SearchRank, Found)>,
    /// The last thing that was looked at, whether it was a hit or not.
    last: Option<SearchCursor>,
}

impl Gathering<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.wanted
    }

    fn is_spent(&self) -> bool {
        self.examined >= MOST_EXAMINED
    }

    /// Takes those of `rows` that are hits of this rank, or of any. With `skips` it leaves out what stands before the place where the page
    /// begins.
    fn take(&mut self, rows: Vec<Found>, rank: Option<SearchRank>, skips: bool) {
        for row in rows {
            if self.is_full() {
                return;
            }
            let place = SearchCursor {
                rank: rank.unwrap_or(SearchRank::Body),
                changed_at: row.changed_at,
                subject: row.subject.id(),
            };
            let comes_before = self
                .after
                .is_some_and(|after| !after.is_before(place.rank, place.changed_at, place.subject));
            if skips && comes_before {
                continue;
            }
            self.last = Some(place);
            if let Some(found) = row.words.rank(self.query)
                && rank.is_none_or(|rank| rank == found)
            {
                self.found.push((found, row));
            }
        }
    }
}

impl Snapshot<'_> {
    /// A page of what a reader may see of one kind and where every word of the query stands: those with all words in what names them first,
    /// then by their last change, the latest first.
    ///
    /// Plans and bodies are not in the index and are not found here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search(
        &self,
        query: &SearchQuery,
        scope: &SearchScope,
        after: Option<&SearchCursor>,
        limit: u32,
    ) -> Result<SearchPage, StoreError> {
        let limit = limit as usize;
        let mut gathering = Gathering {
            query,
            after,
            wanted: limit + 1,
            examined: 0,
            found: Vec::new(),
            last: None,
        };
        let mut is_whole = self.gather(scope, &mut gathering, scope.parts())?;
        let is_cut = gathering.is_full();
        gathering.found.truncate(limit);
        let mut hits = Vec::with_capacity(gathering.found.len());
        for (rank, found) in std::mem::take(&mut gathering.found) {
            hits.push(self.hit(query, rank, found)?);
        }
        let next = if is_cut {
            hits.last().map(SearchCursor::of)
        } else if gathering.is_spent() {
            // What was looked at in vain is not looked at again on the next page.
            is_whole = false;
            gathering.last
        } else {
            None
        };
        Ok(SearchPage { hits, next, is_whole })
    }

    /// How many things [`Snapshot::search`] finds on all its pages, counted up to `at_most`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search_count(
        &self,
        query: &SearchQuery,
        scope: &SearchScope,
        at_most: u32,
    ) -> Result<SearchCount, StoreError> {
        let mut gathering = Gathering {
            query,
            after: None,
            wanted: at_most as usize + 1,
            examined: 0,
            found: Vec::new(),
            last: None,
        };
        let is_whole = self.gather_any(scope, &mut gathering)?;
        let count = u32::try_from(gathering.found.len()).unwrap_or(u32::MAX);
        Ok(SearchCount {
            count: count.min(at_most),
            is_more: count > at_most || !is_whole,
        })
    }

    /// Gathers in the order of the list; says whether everything was looked at that had to be.
    fn gather(
        &self,
        scope: &SearchScope,
        gathering: &mut Gathering<'_>,
        parts: &[(SearchPart, SearchRank)],
    ) -> Result<bool, StoreError> {
        if !scope.is_open() {
            return Ok(true);
        }
        let (waiting, mut is_whole) = self.waiting(scope)?;
        let begin = match gathering.after {
            Some(after) => self.number_of(scope.kind, after.subject)?,
            None => None,
        };
        for (part, rank) in parts {
            if gathering.is_full() || gathering.is_spent() || gathering.after.is_some_and(|after| after.rank > *rank) {
                continue;
            }
            gathering.take(waiting.clone(), Some(*rank), true);
            // A page that begins behind something with a number is walked to from there; numbers are the order of the list.
            let begin = begin.filter(|_| gathering.after.is_some_and(|after| after.rank == *rank));
            is_whole &= self.walk(scope, *part, begin, gathering, Some(*rank))?;
        }
        Ok(is_whole)
    }

    fn gather_any(&self, scope: &SearchScope, gathering: &mut Gathering<'_>) -> Result<bool, StoreError> {
        if !scope.is_open() {
            return Ok(true);
        }
        let (waiting, is_whole) = self.waiting(scope)?;
        gathering.take(waiting, None, false);
        Ok(self.walk(scope, SearchPart::Whole, None, gathering, None)? && is_whole)
    }

    /// What waits for the index, the latest change first; and whether that is all, with an index that can be trusted.
    fn waiting(&self, scope: &SearchScope) -> Result<(Vec<Found>, bool), StoreError> {
        let rows = self.search_rows(scope, &Which::Waiting(MOST_WAITING))?;
        let is_all = rows.len() < MOST_WAITING as usize;
        Ok((rows, is_all && self.search_standing()?.is_current()))
    }

    fn walk(
        &self,
        scope: &SearchScope,
        part: SearchPart,
        begin: Option<i64>,
        gathering: &mut Gathering<'_>,
        rank: Option<SearchRank>,
    ) -> Result<bool, StoreError> {
        let list = scope.list(part);
        let terms = gathering
            .query
            .pairs()
            .into_iter()
            .map(|pair| list.term(pair))
            .collect();
        let terms = self.connection.masked_terms(terms)?;
        let mut walk = Walk::new(self.connection, terms, begin.map_or(i64::MAX, |number| number - 1))?;
        while !gathering.is_full() {
            if gathering.is_spent() {
                return Ok(false);
            }
            let numbers = walk.next_numbers(BATCH)?;
            if numbers.is_empty() {
                return Ok(true);
            }
            gathering.examined += numbers.len();
            gathering.take(
                self.search_rows(scope, &Which::Numbers(&numbers))?,
                rank,
                begin.is_none(),
            );
        }
        Ok(true)
    }

    fn number_of(&self, kind: SearchKind, subject: Uuid) -> Result<Option<i64>, StoreError> {
        let found: Option<(Option<i64>,)> = self.connection.optional(NUMBER_OF, values![kind.code(), &subject])?;
        Ok(found.and_then(|(number,)| number))
    }

    fn hit(&self, query: &SearchQuery, rank: SearchRank, found: Found) -> Result<SearchHit, StoreError> {
        let excerpt = found.words.excerpt(query);
        let mut subject = found.subject;
        if let SearchSubject::Document { document, task, .. } = &mut subject
            && let Some((_, passage)) = &excerpt
        {
            let row: Option<(luoshi_ledger::ids::TaskId, Option<usize>)> = self
                .connection
                .optional(TASK_AT, values![&*document, passage.position])?;
            *task = row.and_then(|(task, end)| end.filter(|end| *end > passage.position).map(|_| task));
        }
        Ok(SearchHit {
            rank,
            changed_at: found.changed_at,
            heading: found.words.marked_heading(query),
            excerpt,
            subject,
        })
    }
}
