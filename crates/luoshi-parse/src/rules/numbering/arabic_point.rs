//! 1. or 1、 or 1﹒ at the beginning of a line opens a task where its items carry the responsibility clauses; else it is part of the task.
//!
//! The same holds for the smaller forms （1） and ①. A decimal number (1.5亿元) is none of them.

use crate::rules::rule;

rule!("numbering", "arabic-point", "arabic_point.rs");
