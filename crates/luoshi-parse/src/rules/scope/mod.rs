//! Marks on what is outside the limits of scope.

pub(crate) mod topic_clause;
pub(crate) mod topic_task;
