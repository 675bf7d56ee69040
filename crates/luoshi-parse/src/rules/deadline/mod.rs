//! Expressions that say by when, from when or how long.

pub(crate) mod continuous;
pub(crate) mod day;
pub(crate) mod event;
pub(crate) mod half_year;
pub(crate) mod horizon;
pub(crate) mod month_end;
pub(crate) mod plan_period;
pub(crate) mod quarter;
pub(crate) mod recurring;
pub(crate) mod relative;
pub(crate) mod school_term;
pub(crate) mod stated_once;
pub(crate) mod window;
pub(crate) mod within_year;
pub(crate) mod year;
pub(crate) mod year_end;
