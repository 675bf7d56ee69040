//! A cell below a header such as 责任单位 or 牵头单位 names the bodies of its row's task. Labels or verbs inside the cell override the header.
//!
//! A cell merged over several rows speaks for each of them.

use crate::rules::rule;

rule!("party", "table-column", "table_column.rs");
