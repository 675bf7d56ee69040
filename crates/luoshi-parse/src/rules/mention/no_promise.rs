//! A number with a unit that no verb, bound or list makes a promise: it describes a thing that is there.

use crate::rules::rule;

rule!("mention", "no-promise", "no_promise.rs");
