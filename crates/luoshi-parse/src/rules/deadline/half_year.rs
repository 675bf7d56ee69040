//! A half of the year: 上半年, 下半年. It counts where it opens a clause that promises something, or where the deed follows it; 免征2023年上半年房产税
//! only names a thing.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "half-year", "half_year.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_half = matches!(period.shape, Shape::Half);
    if is_half && (period.before || period.ends) {
        return Some(around.by_or_start());
    }
    (is_half && (period.within || around.binds())).then(|| around.during_or_start())
}
