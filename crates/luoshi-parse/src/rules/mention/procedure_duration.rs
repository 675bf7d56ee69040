//! How long a procedure or a condition takes: 5个工作日内, 服务期满3年.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "procedure-duration", "procedure_duration.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Time
}
