//! Search (检索) as far as it is a matter of words: how a text is compared, what a query asks for, what an index keeps of a text, and which
//! passage of a hit is shown.
//!
//! A word is found where it stands in the text, character by character, after both were folded: that is the whole meaning of a query, and
//! an index only makes it fast. Nothing here reads a database, and who may see a hit is said by the [`SearchReader`] alone.

mod excerpt;
mod fold;
mod query;
mod term;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use uuid::Uuid;

pub use self::{
    excerpt::{Excerpt, ExcerptPart, excerpt, marked},
    fold::fold,
    query::{LONGEST_QUERY, SearchQuery, SearchRefusal},
    term::{FORMAT, SearchList, SearchPart, pairs},
};
use crate::{
    ids::{DocumentId, OrganisationId, PlanId, ReportId, TaskId},
    organisation::OrganisationKind,
    period::Period,
};

/// For whom a search is made. What this reader may not see takes no part in it: not in hits, counts, order or time taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchReader {
    /// The supervision office and the console, who see everything.
    Overseer,
    /// A body: tasks of issued plans that concern it, and its own reports.
    Body(OrganisationId),
    /// Anybody: the published fields of open tasks of issued plans.
    Public,
}

/// What sort of thing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchKind {
    /// Tasks.
    Task,
    /// Progress reports.
    Report,
    /// Source documents.
    Document,
    /// Plans.
    Plan,
    /// Bodies.
    Organisation,
}

impl SearchKind {
    /// Every kind, in the order in which pages show them.
    pub const ALL: [SearchKind; 5] = [
        SearchKind::Task,
        SearchKind::Report,
        SearchKind::Document,
        SearchKind::Plan,
        SearchKind::Organisation,
    ];

    /// The kinds that are many and therefore indexed; plans and bodies are few and looked through.
    pub const INDEXED: [SearchKind; 3] = [SearchKind::Task, SearchKind::Report, SearchKind::Document];

    /// The stable word of rows, addresses and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            SearchKind::Task => "task",
            SearchKind::Report => "report",
            SearchKind::Document => "document",
            SearchKind::Plan => "plan",
            SearchKind::Organisation => "organisation",
        }
    }

    /// The kind that a stable word names.
    pub fn from_code(code: &str) -> Option<SearchKind> {
        SearchKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where in a thing a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchField {
    /// First sentence of a task, title of a plan.
    Title,
    /// 任务内容(原文), or the text of a document.
    Text,
    /// 完成标准.
    Deliverable,
    /// The name of a body as the document writes it.
    Party,
    /// Number and title of a section.
    Section,
    /// The minutes or instruction of a task added by hand; never published.
    Basis,
    /// 当前进展.
    Done,
    /// 存在问题.
    Problems,
    /// 需协调事项.
    HelpWanted,
    /// 下步打算.
    NextStep,
    /// Why a report was returned.
    ReturnReason,
    /// What a verifier found.
    Conclusion,
    /// Name of a file.
    FileName,
    /// 文号.
    DocumentNumber,
    /// 发文机关.
    Issuer,
    /// Full name of a body.
    Name,
    /// A short name of a body.
    ShortName,
}

impl SearchField {
    /// Every field.
    pub const ALL: [SearchField; 17] = [
        SearchField::Title,
        SearchField::Text,
        SearchField::Deliverable,
        SearchField::Party,
        SearchField::Section,
        SearchField::Basis,
        SearchField::Done,
        SearchField::Problems,
        SearchField::HelpWanted,
        SearchField::NextStep,
        SearchField::ReturnReason,
        SearchField::Conclusion,
        SearchField::FileName,
        SearchField::DocumentNumber,
        SearchField::Issuer,
        SearchField::Name,
        SearchField::ShortName,
    ];

    /// The stable word of locale keys.
    pub fn code(self) -> &'static str {
        match self {
            SearchField::Title => "title",
            SearchField::Text => "text",
            SearchField::Deliverable => "deliverable",
            SearchField::Party => "party",
            SearchField::Section => "section",
            SearchField::Basis => "basis",
            SearchField::Done => "done",
            SearchField::Problems => "problems",
            SearchField::HelpWanted => "help_wanted",
            SearchField::NextStep => "next_step",
            SearchField::ReturnReason => "return_reason",
            SearchField::Conclusion => "conclusion",
            SearchField::FileName => "file_name",
            SearchField::DocumentNumber => "document_number",
            SearchField::Issuer => "issuer",
            SearchField::Name => "name",
            SearchField::ShortName => "short_name",
        }
    }

    /// Whether the public may read the field of an open task.
    pub fn is_published(self) -> bool {
        matches!(
            self,
            SearchField::Title
                | SearchField::Text
                | SearchField::Deliverable
                | SearchField::Party
                | SearchField::Section
        )
    }
}

/// The words of one thing, field by field. What stands in `heading` counts for more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchWords {
    /// What names the thing: its title or file name.
    pub heading: Vec<(SearchField, String)>,
    /// Everything else, in the order in which a passage is looked for.
    pub body: Vec<(SearchField, String)>,
}

impl SearchWords {
    /// The same words without those that `reader` may not read.
    #[must_use]
    pub fn for_reader(mut self, reader: SearchReader) -> Self {
        if reader == SearchReader::Public {
            self.heading.retain(|(field, _)| field.is_published());
            self.body.retain(|(field, _)| field.is_published());
        }
        self
    }

    /// How well a query fits: none where one of its words is nowhere.
    pub fn rank(&self, query: &SearchQuery) -> Option<SearchRank> {
        let heading: Vec<String> = self.heading.iter().map(|(_, text)| fold(text)).collect();
        let is_in = |texts: &[String], word: &str| texts.iter().any(|text| text.contains(word));
        if query.words().all(|word| is_in(&heading, word)) && !heading.is_empty() {
            return Some(SearchRank::Heading);
        }
        let body: Vec<String> = self.body.iter().map(|(_, text)| fold(text)).collect();
        query
            .words()
            .all(|word| is_in(&heading, word) || is_in(&body, word))
            .then_some(SearchRank::Body)
    }

    /// The heading with the words of the query marked.
    pub fn marked_heading(&self, query: &SearchQuery) -> Vec<ExcerptPart> {
        self.heading
            .first()
            .map(|(_, text)| marked(text, query))
            .unwrap_or_default()
    }

    /// The passage outside the heading where most words of the query stand, the first such; none where they stand in the heading alone.
    pub fn excerpt(&self, query: &SearchQuery) -> Option<(SearchField, Excerpt)> {
        let (_, field, text) = self
            .body
            .iter()
            .chain(self.heading.iter().skip(1))
            .map(|(field, text)| {
                let folded = fold(text);
                (query.words().filter(|word| folded.contains(word)).count(), field, text)
            })
            .filter(|(count, _, _)| *count > 0)
            // The first of several: a reversed walk keeps it, since the last of equals is the greatest.
            .rev()
            .max_by_key(|(count, _, _)| *count)?;
        Some((*field, excerpt(text, query)?))
    }
}

/// Where all words of a query were found; the better rank comes first in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchRank {
    /// All of them in what names the thing.
    Heading,
    /// At least one of them elsewhere.
    Body,
}

/// What a hit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchSubject {
    /// A task.
    Task {
        /// The task.
        task: TaskId,
        /// 序号.
        number: u32,
        /// Label as written.
        label: String,
        /// Title of its plan.
        plan_title: String,
    },
    /// A report.
    Report {
        /// The report.
        report: ReportId,
        /// 序号 of its task.
        number: u32,
        /// First sentence of its task.
        task_title: String,
        /// Name of the reporting body.
        organisation_name: String,
        /// The month.
        period: Period,
        /// The stable word of its state.
        state: String,
        /// Title of its plan.
        plan_title: String,
    },
    /// A source document.
    Document {
        /// The document.
        document: DocumentId,
        /// The plan that was adopted from it.
        plan: Option<PlanId>,
        /// The task whose text the passage belongs to.
        task: Option<TaskId>,
    },
    /// A plan.
    Plan {
        /// The plan.
        plan: PlanId,
        /// Its year.
        year: i16,
    },
    /// A body.
    Organisation {
        /// The body.
        organisation: OrganisationId,
        /// What sort of body.
        kind: OrganisationKind,
        /// The latest plan in which the reader sees tasks that name it.
        plan: Option<PlanId>,
    },
}

impl SearchSubject {
    /// The id of the thing.
    pub fn id(&self) -> Uuid {
        match self {
            SearchSubject::Task { task, .. } => task.0,
            SearchSubject::Report { report, .. } => report.0,
            SearchSubject::Document { document, .. } => document.0,
            SearchSubject::Plan { plan, .. } => plan.0,
            SearchSubject::Organisation { organisation, .. } => organisation.0,
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// What it is.
    pub subject: SearchSubject,
    /// Where the words stand.
    pub rank: SearchRank,
    /// When its words, or who may read them, changed last.
    pub changed_at: Timestamp,
    /// What names it, with the words of the query marked.
    pub heading: Vec<ExcerptPart>,
    /// The passage where the words stand; none where they stand in the heading alone.
    pub excerpt: Option<(SearchField, Excerpt)>,
}

/// The place of a hit in a list, after which the next page begins (keyset paging): rank, then the latest change first, then the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCursor {
    /// Its rank.
    pub rank: SearchRank,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Its id.
    pub subject: Uuid,
}

impl SearchCursor {
    /// The place of a hit.
    pub fn of(hit: &SearchHit) -> Self {
        Self {
            rank: hit.rank,
            changed_at: hit.changed_at,
            subject: hit.subject.id(),
        }
    }

    /// Whether something of this rank, change and id comes later in the list.
    pub fn is_before(&self, rank: SearchRank, changed_at: Timestamp, subject: Uuid) -> bool {
        (self.rank, std::cmp::Reverse(self.changed_at), self.subject) < (rank, std::cmp::Reverse(changed_at), subject)
    }
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = match self.rank {
            SearchRank::Heading => 'h',
            SearchRank::Body => 'b',
        };
        write!(
            formatter,
            "{rank}.{}.{}",
            self.changed_at.as_microsecond(),
            self.subject.simple()
        )
    }
}

/// A text is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no place in a list of hits")]
pub struct NoCursor;

impl FromStr for SearchCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut parts = text.splitn(3, '.');
        let rank = match parts.next() {
            Some("h") => SearchRank::Heading,
            Some("b") => SearchRank::Body,
            _ => return Err(NoCursor),
        };
        let instant = parts.next().and_then(|part| part.parse().ok()).ok_or(NoCursor)?;
        let subject = parts.next().and_then(|part| part.parse().ok()).ok_or(NoCursor)?;
        Ok(Self {
            rank,
            changed_at: Timestamp::from_microsecond(instant).map_err(|_| NoCursor)?,
            subject,
        })
    }
}

/// How many things were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchCount {
    /// As many as were counted.
    pub count: u32,
    /// Whether there are more, or may be.
    pub is_more: bool,
}

/// A page of a list of hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// The hits, best rank first, then the latest change.
    pub hits: Vec<SearchHit>,
    /// The place after which the next page begins; none on the last page.
    pub next: Option<SearchCursor>,
    /// Whether everything that could be a hit was looked at. Not so while the index is being made again, and where a query is met by parts in
    /// very many texts and as a whole in none.
    pub is_whole: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_survives_the_way_through_an_address() {
        let cursor = SearchCursor {
            rank: SearchRank::Body,
            changed_at: "2026-03-20T02:00:00.000001Z".parse().unwrap(),
            subject: Uuid::from_u128(0x1234),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in [
            "",
            "b",
            "x.1.2",
            "b.1",
            "b.1.2",
            "b.-9223372036854775808.00000000000000000000000000001234",
        ] {
            assert_eq!(wrong.parse::<SearchCursor>(), Err(NoCursor), "{wrong}");
        }
    }

    #[test]
    fn the_order_of_a_list_is_rank_then_change_then_id() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let cursor = SearchCursor {
            rank: SearchRank::Heading,
            changed_at: at(5),
            subject: Uuid::from_u128(5),
        };
        let id = |number| Uuid::from_u128(number);
        assert!(cursor.is_before(SearchRank::Body, at(9), id(1)));
        assert!(cursor.is_before(SearchRank::Heading, at(4), id(1)));
        assert!(cursor.is_before(SearchRank::Heading, at(5), id(6)));
        assert!(!cursor.is_before(SearchRank::Heading, at(5), id(5)));
        assert!(!cursor.is_before(SearchRank::Heading, at(6), id(6)));
    }

    #[test]
    fn words_may_stand_in_several_fields_and_all_in_the_heading_is_better() {
        let words = SearchWords {
            heading: vec![(SearchField::Title, "推进高标准农田建设".to_owned())],
            body: vec![
                (SearchField::Text, "推进高标准农田建设。新增60万亩。".to_owned()),
                (SearchField::Party, "农业农村厅".to_owned()),
            ],
        };
        let rank = |typed: &str| words.rank(&SearchQuery::read(typed).unwrap());
        assert_eq!(rank("农田 高标准"), Some(SearchRank::Heading));
        assert_eq!(rank("农田 农村厅"), Some(SearchRank::Body));
        assert_eq!(rank("农田 水利厅"), None);
        assert_eq!(rank("农田高标准"), None, "not in this order");
    }

    #[test]
    fn the_passage_is_from_the_field_with_most_words() {
        let words = SearchWords {
            heading: Vec::new(),
            body: vec![
                (SearchField::Done, "农田已建成".to_owned()),
                (SearchField::Problems, "农田缺少水利配套".to_owned()),
                (SearchField::NextStep, "水利和农田一并推进".to_owned()),
            ],
        };
        let field = |typed: &str| {
            words
                .excerpt(&SearchQuery::read(typed).unwrap())
                .map(|(field, _)| field)
        };
        assert_eq!(field("农田"), Some(SearchField::Done));
        assert_eq!(field("农田 水利"), Some(SearchField::Problems));
        assert_eq!(field("没有"), None);
    }

    #[test]
    fn the_public_finds_nothing_in_what_is_not_published() {
        let words = SearchWords {
            heading: vec![(SearchField::Title, "修路".to_owned())],
            body: vec![(SearchField::Basis, "会议纪要".to_owned())],
        };
        let query = SearchQuery::read("纪要").unwrap();
        assert!(words.rank(&query).is_some());
        assert_eq!(words.for_reader(SearchReader::Public).rank(&query), None);
    }
}
