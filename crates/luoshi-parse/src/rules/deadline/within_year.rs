//! Within the year: 年内, 全年, 2024年内. 全年 counts where a verb follows.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "within-year", "within_year.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_year = matches!(period.shape, Shape::Year);
    (is_year && period.within && (!period.whole || around.acts_next())).then_some(DeadlineKind::During)
}
