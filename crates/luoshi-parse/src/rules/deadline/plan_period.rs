//! A plan period: “十四五”期间, 到“十五五”末. It ends with the last year of the plan. Without 末 it counts where it opens a clause that promises
//! something, or where the deed follows it.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "plan-period", "plan_period.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    if !matches!(period.shape, Shape::Plan) {
        return None;
    }
    if period.until || period.ends {
        return Some(around.by_or_start());
    }
    (period.within && around.binds()).then_some(DeadlineKind::During)
}
