//! The beginning of a school term: 秋季开学前, 2024年秋季学期前. The autumn term begins in September, so that the last day is that of August; the
//! spring term begins on no fixed day and is not resolved.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "school-term", "school_term.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    (matches!(period.shape, Shape::Term) && period.before).then(|| around.by_or_start())
}
