//! What a quantity promises. They are tried after the mention rules; the first that answers wins.

pub(crate) mod bare_count;
pub(crate) mod bound_after;
pub(crate) mod bound_before;
pub(crate) mod change_by;
pub(crate) mod count_with_verb;
pub(crate) mod fold;
pub(crate) mod limit_to;
pub(crate) mod range;
pub(crate) mod reach;
pub(crate) mod relative;
pub(crate) mod shared_verb;
pub(crate) mod state;
pub(crate) mod unit_cell;
