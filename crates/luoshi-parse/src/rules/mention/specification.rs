//! A technical property of a thing: ±800千伏, 5千瓦以上机组, a number behind ±.
//!
//! A bandwidth or a rate of a network that is to be reached (总带宽达到3000G) is none.

use crate::{
    rules::rule,
    targets::{Context, VerbClass, quantity::UnitKind},
    text::{char_before, slice},
};

rule!("mention", "specification", "specification.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let of_network = context
        .quantity
        .unit
        .is_some_and(|unit| matches!(slice(context.text, unit), "G" | "M" | "兆" | "Mbps" | "Gbps"))
        && context.verb_class() == Some(VerbClass::Reach)
        && ["带宽", "速率", "网速", "能力"]
            .iter()
            .any(|word| context.before.contains(word));
    (context.quantity.kind == UnitKind::Voltage && !of_network)
        || char_before(context.text, context.quantity.span.start) == Some('±')
}
