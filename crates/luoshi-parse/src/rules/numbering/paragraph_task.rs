//! A paragraph without a number that has a responsibility clause of its own is a task with an empty label.
//!
//! It stands below a heading whose items bear no numbers, or before the first number. Paragraphs without a clause there are context.

use crate::rules::rule;

rule!("numbering", "paragraph-task", "paragraph_task.rs");
