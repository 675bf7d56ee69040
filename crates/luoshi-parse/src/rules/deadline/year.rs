//! A year: 2024年新增市场主体2万户. It counts where it opens a clause that promises something, or where the deed follows it; 2022年被评为,
//! 2023年度 and the year of a list (2024年投资清单中新建项目) do not.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "year", "year.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_bare = matches!(period.shape, Shape::Year)
        && period.has_year
        && !(period.within || period.ends || period.before || period.until);
    (is_bare && !around.has_time_behind() && !around.names_list() && around.binds()).then(|| around.during_or_start())
}
