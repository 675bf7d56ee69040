//! A window from one date to another: 2023年1月1日至12月31日, 2024年3月1日起至2026年2月28日, 本通知印发之日起至2026年2月28日. It ends
//! with its last day.

use crate::{
    deadlines::{Period, Surroundings},
    model::DeadlineKind,
    rules::rule,
};

rule!("deadline", "window", "window.rs");

/// How the period binds, if the rule is for it.
pub(crate) fn read(period: &Period, around: &Surroundings<'_>) -> Option<DeadlineKind> {
    let _ = around;
    period.window.then_some(DeadlineKind::During)
}
