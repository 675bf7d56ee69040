//! 一、 at the beginning of a line opens a section; where smaller numbers carry no responsibility clause, it opens a task.

use crate::rules::rule;

rule!("numbering", "chinese-comma", "chinese_comma.rs");
