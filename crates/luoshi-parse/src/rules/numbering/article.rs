//! 第一条 at the beginning of a line opens a task or a heading, by where the responsibility clauses stand.

use crate::rules::rule;

rule!("numbering", "article", "article.rs");
