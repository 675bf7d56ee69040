//! A label line at the end of a section whose other tasks name nobody assigns its bodies to every task of the section.
//!
//! It is taken so only where at least two sections of the document have the form: several tasks, the label line below the last one,
//! no other clause. The bodies stand in each task as inherited, and once in the list of inheritances.

use crate::rules::rule;

rule!("party", "section-line", "section_line.rs");
