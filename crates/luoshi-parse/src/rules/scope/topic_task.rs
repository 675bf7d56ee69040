//! A task whose title names a topic outside the limits of scope is not tracked as a whole.
//!
//! The same holds where every sentence behind the title is excluded. The topics stand in the scope policy file, under `titles`.

use crate::rules::rule;

rule!("scope", "topic-task", "topic_task.rs");
