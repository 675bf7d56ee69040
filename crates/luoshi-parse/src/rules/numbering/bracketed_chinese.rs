//! （一） or (一) at the beginning of a line opens a task; where 1. below it carries the responsibility clauses, it is a sub-heading.
//!
//! The numbers may run on through the whole document or begin again in each section.

use crate::rules::rule;

rule!("numbering", "bracketed-chinese", "bracketed_chinese.rs");
