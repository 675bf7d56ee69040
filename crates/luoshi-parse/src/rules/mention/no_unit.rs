//! A number in digits behind which no unit stands and no noun that could be counted.

use crate::rules::rule;

rule!("mention", "no-unit", "no_unit.rs");
