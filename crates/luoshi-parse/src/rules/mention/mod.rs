//! Numbers that are no targets, each with the reason. They are tried before the target rules.

pub(crate) mod actual_value;
pub(crate) mod age;
pub(crate) mod date;
pub(crate) mod existing_thing;
pub(crate) mod fixed_phrase;
pub(crate) mod identifier;
pub(crate) mod no_promise;
pub(crate) mod no_unit;
pub(crate) mod norm;
pub(crate) mod ordinal;
pub(crate) mod procedure_duration;
pub(crate) mod programme_name;
pub(crate) mod quoted_name;
pub(crate) mod rate_or_subsidy;
pub(crate) mod specification;
pub(crate) mod threshold;
