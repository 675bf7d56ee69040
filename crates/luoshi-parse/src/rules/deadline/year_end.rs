//! The end of the year: 年底前, 2024年底前, 年末. Without a year it is that of the document.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "year-end", "year_end.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_year = matches!(period.shape, Shape::Year);
    (is_year && (period.ends || period.before) && !period.until).then(|| around.by_or_start())
}
