//! A year or month up to which: 到2025年, 到2027年底, 到年底, 截至2026年6月.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "horizon", "horizon.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_long = matches!(period.shape, Shape::Year | Shape::Month);
    (is_long && period.until && (period.has_year || period.ends)).then(|| around.by_or_start())
}
