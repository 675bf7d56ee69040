//! A day: 10月15日前, 2025年12月31日前, 到2026年6月30日. A third of a month (12月上旬) ends with its last
//! day. A day without 前 or 到 is no deadline, and one up to which a measure is prolonged or open
//! (延长至2026年6月30日, 申报截止于2026年3月31日) neither.

use crate::{
    deadlines::{Period, Shape, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "day", "day.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let is_day = matches!(period.shape, Shape::Day);
    let acts = around.ends_or_begins_next() || around.ends_or_begins_behind_comma();
    let binds = is_day && (period.before || period.until) || period.third && (period.before || acts && around.binds());
    binds.then(|| around.by_or_start())
}
