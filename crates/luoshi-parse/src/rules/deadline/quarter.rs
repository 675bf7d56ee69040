//! A quarter: 第一季度, 四季度前, 三季度末. Without 前 it counts only where a verb or a mark follows.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "quarter", "quarter.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    if !matches!(period.shape, Shape::Quarter) {
        return None;
    }
    if period.before || period.ends {
        return Some(around.by_or_start());
    }
    (period.within
        || (around.acts_next() && (period.has_year || around.opens_clause() || around.ends_or_begins_next())))
    .then_some(DeadlineKind::During)
}
