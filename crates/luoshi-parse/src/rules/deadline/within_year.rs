//! Within the year or some years: 年内, 全年, 2024年内, 2024—2026年. 全年 and the years count where they open a clause that promises something, or
//! where the deed follows them.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "within-year", "within_year.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_year = matches!(period.shape, Shape::Year);
    let is_certain = !period.whole && !period.years;
    (is_year && period.within && !period.until && (is_certain || around.binds())).then(|| {
        if is_certain {
            around.during_or_start()
        } else {
            DeadlineKind::During
        }
    })
}
