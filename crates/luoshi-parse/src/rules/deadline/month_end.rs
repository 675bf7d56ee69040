//! The end of a month: 6月底前, 2024年10月底前, 12月底. A month with 前 (6月前) ends with the month before in strict reading; offices mean the
//! month itself, and so it is read. A month alone counts where what is done or begun follows it (9月投入使用), also behind a comma.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "month-end", "month_end.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_month = matches!(period.shape, Shape::Month);
    if !is_month || period.third {
        return None;
    }
    if period.ends || period.before {
        return Some(around.by_or_start());
    }
    // 9月投入使用: the month alone binds where what is done or begun follows it.
    let acts = around.ends_or_begins_next() || around.ends_or_begins_behind_comma();
    (!period.within && !period.until && !around.follows_dash() && acts && around.binds())
        .then(|| around.during_or_start())
}
