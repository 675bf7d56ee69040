//! 第一条 at the beginning of a line opens a task or a heading, by where the responsibility clauses stand.
//!
//! White space or a mark follows it; where its text follows at once (第一条加强保障) it counts only as part of the sequence 第一条, 第二条 …,
//! for 第三条高速公路 is an ordinal.

use crate::rules::rule;

rule!("numbering", "article", "article.rs");
