//! Reviews: drafts beside their source, to be corrected and accepted by a person (law 3). A review is a draft and stands outside the
//! ledger; accepting it is a command. Here is what a review holds and who may read it; how it comes to be stands in `layout`, what a
//! reviewer says to it in `correction`, and how it becomes a plan in `adoption`.
//!
//! It does not find tasks, and it never changes the words of a promise: they are copied from the document.

mod adoption;
mod correction;
mod doubt;
mod layout;

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::{
    Actor, ActorIdentity,
    ids::{DocumentId, PlanId},
};
use luoshi_store::ReviewRow;
use luoshi_types::{Comparator, Decimal, Diagnostic, Direction, PartyRole, Span, Strength};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    correction::{PlanCorrection, ReviewError, TaskCorrection},
    doubt::Doubt,
};
use crate::{error::AppError, site::App};

/// The identity of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(pub Uuid);

impl fmt::Display for ReviewId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for ReviewId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The drafts of one document while a person goes through them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// How often it was changed; a page that saw an older one is told.
    pub version: u64,
    /// The document.
    pub document: DocumentId,
    /// Name of the file.
    pub file_name: String,
    /// The plan that was adopted from it; a review that has one cannot be changed.
    pub plan: Option<PlanId>,
    /// Title of the plan to be.
    pub title: String,
    /// 文号.
    pub document_number: Option<String>,
    /// Who issued the document.
    pub issuer: Option<String>,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// The year of the plan.
    pub year: i16,
    /// Whether the year is a guess (the present one) that a person should confirm.
    pub year_is_guess: bool,
    /// Day of the month by which reports are due.
    pub report_day: u8,
    /// Sections.
    pub sections: Vec<ReviewSection>,
    /// Tasks, in the order of the document.
    pub tasks: Vec<ReviewTask>,
    /// Complaints of reader and parser about the document.
    pub diagnostics: Vec<Diagnostic>,
    /// Stretches of text that no rule settles.
    pub unresolved: Vec<Span>,
    /// Scalars of the document, and how many of them belong to exactly one span: the coverage proof.
    pub coverage: (usize, usize),
}

/// A section under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSection {
    /// Its label as written.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub span: Span,
}

/// A task under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTask {
    /// 序号, from 1.
    pub number: u32,
    /// Index of its section.
    pub section: Option<usize>,
    /// Its label as written.
    pub label: String,
    /// Its first sentence.
    pub title: String,
    /// The promise, verbatim.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Named bodies.
    pub parties: Vec<ReviewParty>,
    /// Targets.
    pub targets: Vec<ReviewTarget>,
    /// 完成标准.
    pub deliverable: String,
    /// 完成时限.
    pub due: Option<Date>,
    /// Names of the bodies that report: one, several jointly, or none yet.
    pub reporters: Vec<String>,
    /// Whether luoshi follows it.
    pub tracking: ReviewTracking,
    /// What a person should look at first.
    pub doubts: Vec<Doubt>,
    /// Whether a person has looked at it and said that it is right.
    pub checked: bool,
}

impl ReviewTask {
    /// Whether it belongs at the head of the review page.
    pub fn is_unresolved(&self) -> bool {
        !self.checked && !self.doubts.is_empty()
    }
}

/// A named body under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewParty {
    /// Its part.
    pub role: PartyRole,
    /// The name as the document writes it.
    pub raw: String,
    /// The full name; empty for a class of bodies and for persons, who are no body of the ledger.
    pub name: String,
    /// Where the name stands; none where a reviewer added it.
    pub span: Option<Span>,
    /// Whether it was stated once for several tasks.
    pub inherited: bool,
}

/// A target under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTarget {
    /// What is measured.
    pub subject: String,
    /// The number with its unit as written.
    pub quantity_text: String,
    /// The value.
    pub value: Option<Decimal>,
    /// The upper end of a range.
    pub value_max: Option<Decimal>,
    /// The unit.
    pub unit: String,
    /// How a value compares.
    pub comparator: Comparator,
    /// What is to happen.
    pub direction: Option<Direction>,
    /// How strongly it is promised.
    pub strength: Option<Strength>,
    /// Its own deadline, where its sentence names one before it.
    pub due: Option<Date>,
    /// Where it stands; none where a reviewer added it.
    pub span: Option<Span>,
}

/// Whether luoshi will follow a task under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTracking {
    /// The reason code where the whole task is outside the limits of scope.
    pub not_tracked: Option<String>,
    /// Whether the mark is the shipped policy's, which a reviewer cannot remove.
    pub shipped: bool,
    /// Clauses outside the limits of scope, with their reason codes.
    pub excluded: Vec<(Span, String)>,
}

/// A review in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSummary {
    /// Its id.
    pub id: ReviewId,
    /// Title of the plan to be.
    pub title: String,
    /// Name of the file.
    pub file_name: String,
    /// Number of its tasks.
    pub task_count: usize,
    /// How many of them a person should still look at.
    pub unresolved_count: usize,
    /// The plan that was adopted from it.
    pub plan: Option<PlanId>,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Review {
    /// Names of bodies that the plan names, each once, in the order of first mention.
    pub fn body_names(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.tasks
            .iter()
            .flat_map(|task| task.parties.iter())
            .map(|party| party.name.as_str())
            .filter(|name| !name.is_empty() && seen.insert(*name))
            .collect()
    }

    pub(crate) fn to_row(&self, by: ActorIdentity, now: Timestamp) -> Result<ReviewRow, AppError> {
        Ok(ReviewRow {
            id: self.id.0,
            document: self.document,
            version: self.version,
            body: serde_json::to_string(self).map_err(AppError::internal)?,
            updated_by: by,
            updated_at: now,
        })
    }

    fn from_row(row: &ReviewRow) -> Result<Self, AppError> {
        let mut review: Self = serde_json::from_str(&row.body).map_err(AppError::internal)?;
        review.version = row.version;
        Ok(review)
    }
}

impl App {
    /// Reviews, latest first, for whoever oversees; others see none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn reviews(&self, actor: &Actor) -> Result<Vec<ReviewSummary>, AppError> {
        if !actor.oversees() {
            return Ok(Vec::new());
        }
        let rows = self.store.read(|snapshot| snapshot.reviews())?;
        rows.iter()
            .map(|row| {
                let review = Review::from_row(row)?;
                Ok(ReviewSummary {
                    id: review.id,
                    task_count: review.tasks.len(),
                    unresolved_count: review.tasks.iter().filter(|task| task.is_unresolved()).count(),
                    title: review.title,
                    file_name: review.file_name,
                    plan: review.plan,
                    updated_at: row.updated_at,
                })
            })
            .collect()
    }

    /// A review; none for whoever does not oversee.
    ///
    /// # Errors
    /// When the store fails.
    pub fn review(&self, actor: &Actor, id: ReviewId) -> Result<Option<Review>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        self.store
            .read(|snapshot| snapshot.review(id.0))?
            .map(|row| Review::from_row(&row))
            .transpose()
    }

    /// The normalised text of a received document; none for whoever does not oversee.
    ///
    /// # Errors
    /// When the store fails.
    pub fn document_text(&self, actor: &Actor, document: DocumentId) -> Result<Option<String>, AppError> {
        if !actor.oversees() {
            return Ok(None);
        }
        Ok(self
            .store
            .read(|snapshot| snapshot.document(document))?
            .map(|document| document.text))
    }
}
