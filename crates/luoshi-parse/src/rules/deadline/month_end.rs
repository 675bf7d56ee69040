//! The end of a month: 6月底前, 2024年10月底前, 12月底. A month with 前 (6月前) ends with the month before in strict reading; offices mean the
//! month itself, and so it is read.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "month-end", "month_end.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_month = matches!(period.shape, Shape::Month);
    // 9月投入使用: the month alone binds where the clause begins with it and says what is done.
    let is_bare = !period.within && (around.opens_clause() || period.has_year) && around.ends_or_begins_next();
    (is_month && (period.ends || period.before || is_bare)).then(|| around.by_or_start())
}
