//! A row of a table whose header row names the tasks and says who or by when is a task.
//!
//! Its number is that of its own column or of its own text. A cell over the whole width is a heading for the rows below it; a merged cell
//! at the left is the theme of the rows beside it; rows below a merged task cell belong to that task. A line 牵头单位：… in the cell of a task
//! names bodies of that task, and an indicator has its value and its unit in cells of their own.
//!
//! A table that lost its borders is read where each row begins with its running number and its cells can be told apart in one way only:
//! text, then bodies, persons and times in the order of the header. Numbered remarks below a table are no tasks.

use crate::rules::rule;

rule!("numbering", "table-row", "table_row.rs");
