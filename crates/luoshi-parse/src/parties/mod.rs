//! Responsible bodies: the clauses that name them, the lists inside, the names. Which task a clause belongs to is settled in `outline`.

pub(crate) mod clause;
pub(crate) mod list;
pub(crate) mod names;
