//! What a reviewer says to a review, and why it may not be taken.
//!
//! The words of a promise cannot be corrected, and a shipped mark of the limits of scope cannot be taken away.

use std::sync::Arc;

use jiff::civil::Date;
use luoshi_ledger::{
    Actor,
    decide::{LONGEST_TASK_TITLE, is_name},
    plan::{LONGEST_PLAN_TITLE, REPORT_DAYS, YEARS},
};

use super::{Doubt, Review, ReviewId, ReviewParty, ReviewTarget, doubt::doubts};
use crate::{error::AppError, execute::flatten, site::App};

/// What a reviewer says about the plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanCorrection {
    /// Title.
    pub title: String,
    /// Year.
    pub year: i16,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// Day of the month by which reports are due.
    pub report_day: u8,
}

/// What a reviewer says about one task: all that can be corrected, replaced at once. The promise's words are not among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCorrection {
    /// Its first sentence.
    pub title: String,
    /// Named bodies.
    pub parties: Vec<ReviewParty>,
    /// Targets.
    pub targets: Vec<ReviewTarget>,
    /// 完成标准.
    pub deliverable: String,
    /// 完成时限.
    pub due: Option<Date>,
    /// Names of the bodies that report.
    pub reporters: Vec<String>,
    /// A reason of the reviewer's own to leave the task untracked; a shipped mark stays whatever is said here.
    pub not_tracked: Option<String>,
    /// Whether the reviewer says that it is right.
    pub checked: bool,
}

/// Why a correction was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Somebody else changed the review since.
    #[error("the review was changed since")]
    Changed,
    /// The plan is adopted; corrections go through the ledger now.
    #[error("the review is adopted")]
    Adopted,
    /// A body reports that is not named as a party of the task.
    #[error("a reporter is no party")]
    ReporterNotParty,
    /// A value is missing or out of range.
    #[error("invalid value")]
    Invalid,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl Review {
    fn correct_task(&mut self, number: u32, correction: TaskCorrection) -> Result<(), ReviewError> {
        let task = self
            .tasks
            .iter_mut()
            .find(|task| task.number == number)
            .ok_or(ReviewError::App(AppError::NotFound))?;
        let is_party = |name: &String| correction.parties.iter().any(|party| party.name == *name);
        if !correction.reporters.iter().all(is_party) {
            return Err(ReviewError::ReporterNotParty);
        }
        let title = correction.title.trim();
        if !is_name(title, LONGEST_TASK_TITLE) {
            return Err(ReviewError::Invalid);
        }
        task.title = title.to_owned();
        task.parties = correction.parties;
        task.deliverable = correction.deliverable.trim().to_owned();
        task.due = correction.due;
        if !task.tracking.shipped {
            task.tracking.not_tracked = correction
                .not_tracked
                .map(|reason| reason.trim().to_owned())
                .filter(|reason| !reason.is_empty());
        }
        let tracked = task.tracking.not_tracked.is_none();
        task.targets = if tracked { correction.targets } else { Vec::new() };
        task.reporters = if tracked { correction.reporters } else { Vec::new() };
        task.checked = correction.checked;
        let lasting: Vec<Doubt> = task
            .doubts
            .iter()
            .copied()
            .filter(|doubt| matches!(doubt, Doubt::DuplicateNumber | Doubt::Unresolved))
            .collect();
        task.doubts = doubts(task);
        task.doubts.extend(lasting);
        Ok(())
    }

    fn correct_plan(&mut self, correction: PlanCorrection) -> Result<(), ReviewError> {
        let title = correction.title.trim();
        let is_valid = is_name(title, LONGEST_PLAN_TITLE)
            && YEARS.contains(&correction.year)
            && REPORT_DAYS.contains(&correction.report_day);
        if !is_valid {
            return Err(ReviewError::Invalid);
        }
        self.title = title.to_owned();
        self.year = correction.year;
        self.year_is_guess = false;
        self.document_date = correction.document_date;
        self.report_day = correction.report_day;
        Ok(())
    }
}

impl App {
    /// Corrects one task of a review. `version` is the one that the reviewer saw.
    ///
    /// # Errors
    /// See [`ReviewError`].
    pub async fn correct_review_task(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        number: u32,
        correction: TaskCorrection,
    ) -> Result<(), ReviewError> {
        self.change_review(actor, id, version, move |review| {
            review.correct_task(number, correction)
        })
        .await
    }

    /// Corrects what a review says of the plan as a whole.
    ///
    /// # Errors
    /// See [`ReviewError`].
    pub async fn correct_review_plan(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        correction: PlanCorrection,
    ) -> Result<(), ReviewError> {
        self.change_review(actor, id, version, move |review| review.correct_plan(correction))
            .await
    }

    async fn change_review(
        self: &Arc<Self>,
        actor: &Actor,
        id: ReviewId,
        version: u64,
        change: impl FnOnce(&mut Review) -> Result<(), ReviewError> + Send + 'static,
    ) -> Result<(), ReviewError> {
        let Some(mut review) = self.review(actor, id)? else {
            return Err(AppError::NotFound.into());
        };
        if review.plan.is_some() {
            return Err(ReviewError::Adopted);
        }
        if review.version != version {
            return Err(ReviewError::Changed);
        }
        change(&mut review)?;
        review.version += 1;
        let row = review.to_row(actor.identity, self.now())?;
        let saved = self
            .store
            .write(move |transaction| Ok::<_, AppError>(transaction.update_review(&row, version)?))
            .await
            .map_err(flatten)?;
        if saved { Ok(()) } else { Err(ReviewError::Changed) }
    }
}
