//! A number in quotation marks or in a book title is part of a name: “十二五”, “155”工程, 《三年行动计划》.

use crate::{rules::rule, targets::Context};

rule!("mention", "quoted-name", "quoted_name.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.quoted
}
