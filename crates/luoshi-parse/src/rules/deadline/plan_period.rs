//! A plan period: “十四五”期间, “十五五”末. It ends with the last year of the plan.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "plan-period", "plan_period.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let _ = around;
    let is_plan = matches!(period.shape, Shape::Plan);
    (is_plan && period.within).then_some(DeadlineKind::During)
}
