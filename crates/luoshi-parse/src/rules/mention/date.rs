//! A year, month, day or quarter is no quantity. Whether it is a deadline is for the family `deadline`.

use crate::{rules::rule, targets::Context};

rule!("mention", "date", "date.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.dated
}
