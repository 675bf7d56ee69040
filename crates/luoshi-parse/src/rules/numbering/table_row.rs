//! A row of a table whose header row names the tasks and says who or by when is a task.
//!
//! Its number is that of its own column or of its own text. A cell over the whole width is a heading for the rows below it; a merged cell
//! at the left is the theme of the rows beside it; rows below a merged task cell belong to that task.

use crate::rules::rule;

rule!("numbering", "table-row", "table_row.rs");
