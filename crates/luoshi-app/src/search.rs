//! Search as pages ask for it, each for the reader that the actor is; and the worker's part, which puts changed things into the index.
//!
//! A change is found from its commit on, since what the index does not know yet is looked through. So the worker may take its time: it lets
//! changes gather, and pauses between its writes for those of people.

use std::{
    sync::{Arc, PoisonError},
    thread,
    time::Duration,
};

use jiff::{Timestamp, ToSpan};
use luoshi_ledger::{
    Actor,
    ids::PlanId,
    policy::search_reader,
    search::{
        SearchCount, SearchCursor, SearchField, SearchHit, SearchKind, SearchPage, SearchQuery, SearchReader,
        SearchSubject, SearchWords,
    },
    view::{OrganisationSummary, PlanSummary},
};
use luoshi_store::{PostingRow, SearchScope, StoreError, Transaction, WriteError};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{error::AppError, execute::flatten, job::Stop, site::App};

/// Hits of one kind are counted up to this number; beyond it they are said to be more.
pub const MOST_COUNTED: u32 = 200;
/// Changed things that are let gather before they are put into the index; so many are looked through quickly.
const GATHERED: u32 = 256;
/// Things that are put into the index at once.
const LARGEST_FOLD: u32 = 2_048;
/// Rows of the index that are written in one transaction, so that nobody waits long behind it.
const ROWS_AT_ONCE: usize = 1_000;
/// Entries that are changed in one transaction.
const ENTRIES_AT_ONCE: usize = 500;
/// Entries that are reset in one transaction when the index is made again.
const REFILLED_AT_ONCE: u32 = 5_000;
/// How long the worker lets changes gather after it was woken.
const GATHERING: Duration = Duration::from_millis(500);
/// How long the worker lets others write between two transactions of its own.
const PAUSE: Duration = Duration::from_millis(10);
/// How long the index stays in the hands of a worker that is heard of no more.
const HOLD_MINUTES: i64 = 1;
/// How long few changes wait before they are put into the index as well.
const PATIENCE_MINUTES: i64 = 10;
/// How long the worker sleeps when nobody wakes it.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Entries of the index that are compared with their texts when the record is verified.
const SAMPLE: u32 = 1_000;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// The words.
    pub query: SearchQuery,
    /// Of which kind.
    pub kind: SearchKind,
    /// Only in this plan.
    pub plan: Option<PlanId>,
    /// The place after which the page begins.
    pub after: Option<SearchCursor>,
    /// Hits on a page.
    pub limit: u32,
}

/// How the worker behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Beside people: it lets changes gather and pauses.
    Patient,
    /// At a person's command: everything anew and at once.
    Eager,
}

impl App {
    /// A page of hits of one kind, for whoever is signed in.
    ///
    /// # Errors
    /// When the store fails.
    pub fn search(&self, actor: &Actor, request: &SearchRequest) -> Result<SearchPage, AppError> {
        match (request.kind, search_reader(actor)) {
            (_, None) => Ok(SearchPage::default()),
            (SearchKind::Plan, _) => Ok(cut(self.found_plans(actor, request)?, request)),
            (SearchKind::Organisation, _) => Ok(cut(self.found_organisations(actor, request)?, request)),
            (_, Some(reader)) => self.search_for(reader, request),
        }
    }

    /// How many hits of one kind there are, counted up to [`MOST_COUNTED`].
    ///
    /// # Errors
    /// When the store fails.
    pub fn search_count(&self, actor: &Actor, request: &SearchRequest) -> Result<SearchCount, AppError> {
        let all = match (request.kind, search_reader(actor)) {
            (_, None) => return Ok(SearchCount::default()),
            (SearchKind::Plan, _) => self.found_plans(actor, request)?,
            (SearchKind::Organisation, _) => self.found_organisations(actor, request)?,
            (_, Some(reader)) => return self.count_for(reader, request),
        };
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        Ok(SearchCount {
            count: count.min(MOST_COUNTED),
            is_more: count > MOST_COUNTED,
        })
    }

    /// A page of open tasks, for anybody.
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_search(&self, request: &SearchRequest) -> Result<SearchPage, AppError> {
        self.search_for(SearchReader::Public, request)
    }

    /// How many open tasks there are for [`App::public_search`], counted up to [`MOST_COUNTED`].
    ///
    /// # Errors
    /// When the store fails.
    pub fn public_search_count(&self, request: &SearchRequest) -> Result<SearchCount, AppError> {
        self.count_for(SearchReader::Public, request)
    }

    fn search_for(&self, reader: SearchReader, request: &SearchRequest) -> Result<SearchPage, AppError> {
        let scope = scope(reader, request);
        Ok(self
            .store
            .read(|snapshot| snapshot.search(&request.query, &scope, request.after.as_ref(), request.limit))?)
    }

    fn count_for(&self, reader: SearchReader, request: &SearchRequest) -> Result<SearchCount, AppError> {
        let scope = scope(reader, request);
        Ok(self
            .store
            .read(|snapshot| snapshot.search_count(&request.query, &scope, MOST_COUNTED))?)
    }

    /// Plans are few: every one that the actor may see is looked at.
    fn found_plans(&self, actor: &Actor, request: &SearchRequest) -> Result<Vec<SearchHit>, AppError> {
        let mut hits = Vec::new();
        for summary in self.plans(actor)? {
            let Some(plan) = self.store.read(|snapshot| snapshot.plan(summary.id))? else {
                continue;
            };
            if request.plan.is_some_and(|wanted| wanted != plan.id) {
                continue;
            }
            let mut body = Vec::new();
            body.extend(
                plan.document_number
                    .clone()
                    .map(|text| (SearchField::DocumentNumber, text)),
            );
            body.extend(plan.issuer.clone().map(|text| (SearchField::Issuer, text)));
            body.extend(
                plan.sections
                    .iter()
                    .map(|section| (SearchField::Section, format!("{}{}", section.label, section.title))),
            );
            let words = SearchWords {
                heading: vec![(SearchField::Title, plan.title.clone())],
                body,
            };
            let subject = SearchSubject::Plan {
                plan: plan.id,
                year: plan.year,
            };
            hits.extend(hit(&words, subject, &request.query));
        }
        Ok(hits)
    }

    /// Bodies are few as well: whoever oversees finds all, others those that tasks of theirs name.
    fn found_organisations(&self, actor: &Actor, request: &SearchRequest) -> Result<Vec<SearchHit>, AppError> {
        let own = if actor.oversees() { None } else { actor.organisation };
        let mut known: Vec<(OrganisationSummary, Option<PlanId>)> = Vec::new();
        let plans: Vec<PlanSummary> = self.plans(actor)?;
        let everyone = if actor.oversees() && request.plan.is_none() {
            self.store.read(|snapshot| snapshot.organisations())?
        } else {
            Vec::new()
        };
        for plan in plans
            .iter()
            .filter(|plan| request.plan.is_none_or(|wanted| wanted == plan.id))
        {
            let bodies = self
                .store
                .read(|snapshot| snapshot.organisations_of_plan(plan.id, own))?;
            for body in bodies {
                if !known.iter().any(|(seen, _)| seen.id == body.id) {
                    known.push((body, Some(plan.id)));
                }
            }
        }
        for body in everyone {
            if !known.iter().any(|(seen, _)| seen.id == body.id) {
                known.push((body, None));
            }
        }
        known.sort_by(|(left, _), (right, _)| (&left.name, left.id).cmp(&(&right.name, right.id)));
        Ok(known
            .into_iter()
            .filter_map(|(body, plan)| {
                let words = SearchWords {
                    heading: vec![(SearchField::Name, body.name)],
                    body: body
                        .short_names
                        .into_iter()
                        .map(|name| (SearchField::ShortName, name))
                        .collect(),
                };
                let subject = SearchSubject::Organisation {
                    organisation: body.id,
                    kind: body.kind,
                    plan,
                };
                hit(&words, subject, &request.query)
            })
            .collect())
    }

    /// Makes the index again from the rows of the ledger, and waits until it is whole. People may go on working meanwhile.
    ///
    /// # Errors
    /// [`AppError::Busy`] while another process works on the index; when the store fails.
    pub fn rebuild_search(&self) -> Result<(), AppError> {
        self.index(Manner::Eager, &|| false)
    }

    /// Begins the index of a new site, which is whole from then on; that of an older site the worker makes.
    pub(crate) fn found_search(&self) -> Result<(), StoreError> {
        if self.store.read(|snapshot| snapshot.has_search_index())? {
            return Ok(());
        }
        self.store
            .write(|transaction| transaction.found_search_index())
            .wait()
            .map_err(|error| match error {
                WriteError::Refused(cause) => cause,
                WriteError::Busy => StoreError::Locked,
                WriteError::Unavailable | WriteError::Panicked => StoreError::Unavailable,
            })
    }

    /// Puts changed things into the index where enough have gathered, merges what is to be merged, and makes an index of an older kind again.
    pub(crate) fn index_search(&self, stop: Stop<'_>) -> Result<(), AppError> {
        self.index(Manner::Patient, stop)
    }

    /// Tends the index until `stop` says so: apart from the jobs, since nothing waits for it and a merge takes its time.
    pub(crate) async fn run_search_index(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            let (app, ending) = (Arc::clone(&self), stop.clone());
            let outcome = tokio::task::spawn_blocking(move || app.index_search(&|| *ending.borrow())).await;
            if let Err(error) = outcome.map_err(AppError::internal).flatten() {
                tracing::error!(%error, "the index of search is behind and will be tended again");
            }
            if *stop.borrow() {
                return;
            }
            tokio::select! {
                () = self.wake_index.notified() => tokio::time::sleep(GATHERING).await,
                () = tokio::time::sleep(LONGEST_SLEEP) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// How many things the index gets wrong; of most it looks at a sample.
    ///
    /// # Errors
    /// When the store fails.
    pub fn search_faults(&self) -> Result<u64, AppError> {
        Ok(self.store.read(|snapshot| snapshot.search_faults(SAMPLE))?)
    }

    fn index(&self, manner: Manner, stop: Stop<'_>) -> Result<(), AppError> {
        // One worker at a time in this process; the hold keeps those of other processes apart.
        let _turn = self.indexing.lock().unwrap_or_else(PoisonError::into_inner);
        if manner == Manner::Patient && !self.index_has_work()? {
            return Ok(());
        }
        let holder = self.new_id();
        let outcome = self.index_as(holder, manner, stop);
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.release_search_index(holder)?))
            .wait()
            .map_err(flatten)?;
        outcome
    }

    fn index_has_work(&self) -> Result<bool, AppError> {
        let standing = self.store.read(|snapshot| snapshot.search_standing())?;
        Ok(!standing.is_current() || standing.wants_purge() || self.fold_is_due(Manner::Patient)?)
    }

    /// Whether changes are to be put into the index: enough of them, or such as have waited long.
    fn fold_is_due(&self, manner: Manner) -> Result<bool, AppError> {
        let least = if manner == Manner::Eager { 1 } else { GATHERED };
        let (count, oldest) = self.store.read(|snapshot| {
            Ok((
                snapshot.waiting_search_count(least)?,
                snapshot.waiting_search_entries(1)?.pop(),
            ))
        })?;
        let limit = self
            .now()
            .checked_sub(PATIENCE_MINUTES.minutes())
            .map_err(AppError::internal)?;
        Ok(count >= least || oldest.is_some_and(|entry| entry.changed_at < limit))
    }

    fn index_as(&self, holder: Uuid, manner: Manner, stop: Stop<'_>) -> Result<(), AppError> {
        if !self.hold_index(holder)? {
            return match manner {
                Manner::Patient => Ok(()),
                Manner::Eager => Err(AppError::Busy),
            };
        }
        if manner == Manner::Eager {
            self.index_write(manner, |transaction| transaction.throw_search_index_away())?;
        }
        // Before anything is written: what a worker left behind that was stopped.
        self.sweep_index(holder, manner, stop)?;
        while !stop() && !self.store.read(|snapshot| snapshot.search_standing())?.is_current() {
            self.index_write(manner, move |transaction| {
                transaction.refill_search_index(REFILLED_AT_ONCE)
            })?;
        }
        while !stop() && self.fold_is_due(manner)? {
            if !self.hold_index(holder)? || !self.fold_waiting(holder, manner, stop)? {
                return Ok(());
            }
            while self.merge_due(holder, manner, stop)? {}
        }
        while self.merge_due(holder, manner, stop)? {}
        Ok(())
    }

    fn hold_index(&self, holder: Uuid) -> Result<bool, AppError> {
        let now = self.now();
        let until = now.checked_add(HOLD_MINUTES.minutes()).map_err(AppError::internal)?;
        self.index_write(Manner::Eager, move |transaction| {
            transaction.hold_search_index(holder, now, until)
        })
    }

    /// Puts the things that have waited longest into a segment of their own; says whether it did, which it does not where the index is in other
    /// hands or the worker is to end.
    fn fold_waiting(&self, holder: Uuid, manner: Manner, stop: Stop<'_>) -> Result<bool, AppError> {
        let mut fold = self.store.read(|snapshot| {
            let waiting = snapshot.waiting_search_entries(LARGEST_FOLD)?;
            snapshot.fold_search_entries(waiting)
        })?;
        let Some(segment) = self.index_write(manner, move |transaction| transaction.begin_search_segment(holder))?
        else {
            return Ok(false);
        };
        for rows in chunks(std::mem::take(&mut fold.rows)) {
            // What was written so far is swept away by the next worker.
            if stop() || !self.write_postings(holder, segment, rows, manner)? {
                return Ok(false);
            }
        }
        let entries = std::mem::take(&mut fold.entries);
        if !self.index_write(manner, move |transaction| {
            transaction.finish_search_fold(holder, segment, &fold)
        })? {
            return Ok(false);
        }
        for entries in entries.chunks(ENTRIES_AT_ONCE) {
            let entries = entries.to_vec();
            if !self.index_write(manner, move |transaction| {
                transaction.number_search_entries(holder, &entries)
            })? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Merges segments where some are due; says whether it did.
    fn merge_due(&self, holder: Uuid, manner: Manner, stop: Stop<'_>) -> Result<bool, AppError> {
        if stop() {
            return Ok(false);
        }
        let Some(mut merge) = self.store.read(|snapshot| snapshot.search_merge_due())? else {
            return Ok(false);
        };
        let Some(segment) = self.index_write(manner, move |transaction| transaction.begin_search_segment(holder))?
        else {
            return Ok(false);
        };
        loop {
            // As in a fold.
            if stop() {
                return Ok(false);
            }
            let rows = self.store.read(|snapshot| merge.next_rows(snapshot, ROWS_AT_ONCE))?;
            if rows.is_empty() {
                break;
            }
            if !self.hold_index(holder)? || !self.write_postings(holder, segment, rows, manner)? {
                return Ok(false);
            }
        }
        if !self.index_write(manner, move |transaction| {
            transaction.finish_search_merge(holder, segment, &merge)
        })? {
            return Ok(false);
        }
        self.sweep_index(holder, manner, stop)?;
        Ok(true)
    }

    fn write_postings(
        &self,
        holder: Uuid,
        segment: i64,
        rows: Vec<PostingRow>,
        manner: Manner,
    ) -> Result<bool, AppError> {
        self.index_write(manner, move |transaction| {
            transaction.insert_search_postings(holder, segment, &rows)
        })
    }

    fn sweep_index(&self, holder: Uuid, manner: Manner, stop: Stop<'_>) -> Result<(), AppError> {
        let terms = u32::try_from(ROWS_AT_ONCE).unwrap_or(u32::MAX);
        while !stop()
            && self.index_write(manner, move |transaction| {
                transaction.sweep_search_segments(holder, terms)
            })?
        {}
        Ok(())
    }

    fn index_write<T: Send + 'static>(
        &self,
        manner: Manner,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, AppError> {
        let written = self
            .store
            .write(move |transaction| work(transaction).map_err(AppError::from))
            .wait()
            .map_err(flatten)?;
        if manner == Manner::Patient {
            thread::sleep(PAUSE);
        }
        Ok(written)
    }
}

fn scope(reader: SearchReader, request: &SearchRequest) -> SearchScope {
    SearchScope {
        reader,
        kind: request.kind,
        plan: request.plan,
    }
}

/// Rows in groups of one transaction each.
fn chunks(rows: Vec<PostingRow>) -> impl Iterator<Item = Vec<PostingRow>> {
    let mut rest = rows.into_iter();
    std::iter::from_fn(move || {
        let group: Vec<PostingRow> = rest.by_ref().take(ROWS_AT_ONCE).collect();
        (!group.is_empty()).then_some(group)
    })
}

/// A hit among things that are looked through. They have no last change: they are listed in the order in which they come.
fn hit(words: &SearchWords, subject: SearchSubject, query: &SearchQuery) -> Option<SearchHit> {
    Some(SearchHit {
        rank: words.rank(query)?,
        subject,
        changed_at: Timestamp::UNIX_EPOCH,
        heading: words.marked_heading(query),
        excerpt: words.excerpt(query),
    })
}

/// The page of a list that is at hand as a whole.
fn cut(mut hits: Vec<SearchHit>, request: &SearchRequest) -> SearchPage {
    hits.sort_by_key(|hit| hit.rank);
    if let Some(after) = &request.after
        && let Some(place) = hits.iter().position(|hit| hit.subject.id() == after.subject)
    {
        hits.drain(..=place);
    }
    let limit = request.limit as usize;
    let is_cut = hits.len() > limit;
    hits.truncate(limit);
    SearchPage {
        next: hits.last().filter(|_| is_cut).map(SearchCursor::of),
        hits,
        is_whole: true,
    }
}
