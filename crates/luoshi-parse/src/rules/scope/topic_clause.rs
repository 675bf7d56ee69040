//! A clause with a topic outside the limits of scope is excluded; the rest of its task is tracked.
//!
//! A clause goes from comma to comma. Neighbouring clauses with the same reason are one exclusion. The topics stand in the scope
//! policy file, under `terms`.

use crate::rules::rule;

rule!("scope", "topic-clause", "topic_clause.rs");
