//! A number of things with a verb of doing before it, or behind it in the same clause: 完成79个规划, 为500名儿童装配假肢, 加快6个电站建设.

use luoshi_types::{Comparator, Direction};

use crate::{
    rules::rule,
    targets::{Context, Reading, VerbClass},
};

rule!("target", "count-with-verb", "count_with_verb.rs");

/// Reads the quantity, if the rule is for it.
pub(crate) fn read(context: &Context<'_>) -> Option<Reading> {
    let acts = context.verb_class() == Some(VerbClass::Complete) || (context.verb.is_none() && context.verb_behind);
    let hastens = ["加快", "加快推进"].iter().any(|word| context.before.ends_with(word))
        && ["建设", "改造", "投产", "开工"]
            .iter()
            .any(|word| context.clause_behind.trim_end().ends_with(word));
    (acts || hastens).then_some(Reading {
        comparator: Comparator::Equal,
        direction: Direction::Complete,
    })
}
