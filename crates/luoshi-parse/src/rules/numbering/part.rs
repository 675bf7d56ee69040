//! 第一部分, 第一章 and 第一节 at the beginning of a line open a section.
//!
//! White space, a mark or the line end must follow, so that 第一部分资金 is prose.

use crate::rules::rule;

rule!("numbering", "part", "part.rs");
