//! A quarter: 第一季度, 四季度前, 三季度末. Without 前 it counts where it opens a clause that promises something, or where the deed follows it:
//! 四季度白酒增加值增长15%以上, but not 制定四季度计划.

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
    (period.within || around.binds()).then(|| around.during_or_start())
}
