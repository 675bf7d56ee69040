//! A paragraph without a number that has a responsibility clause of its own is a task with an empty label.
//!
//! It stands below a heading whose items bear no numbers, or before the first number. Paragraphs without a clause there are context.
//!
//! In a work report, which names no bodies, a paragraph of the parts that look ahead is a task where it promises something that can be
//! counted or checked. The items of one list 一是…, 二是… are all tasks or none of them is; what is addressed to the deputies is none unless
//! it commits to something for the year.

use crate::rules::rule;

rule!("numbering", "paragraph-task", "paragraph_task.rs");
