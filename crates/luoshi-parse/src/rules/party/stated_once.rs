//! A clause that speaks of all tasks behind it: 以下任务均需各市落实，不再列出.
//!
//! It stands inside the first responsibility bracket, or is a sentence of its own bracket. Its bodies go to this task and to every later
//! one, marked as inherited: as implementing bodies where the clause says 落实, as responsible ones (各县政府: generic) where it says that the
//! responsible bodies include them (各项措施责任单位均包括各县政府，不再列出). A task that names one of them itself does not get it twice.

use luoshi_types::{PartyRole, Span};

use crate::{
    model::PartyDraft,
    parties::clause::plain_names,
    rules::rule,
    text::{is_break, slice},
};

rule!("party", "stated-once", "stated_once.rs");

/// Bytes of the longest clause that is looked into.
const LONGEST: usize = 6_000;

/// The part of `inner` that speaks of later tasks, and its bodies.
pub(crate) fn read(text: &str, inner: Span) -> Option<(Span, Vec<PartyDraft>)> {
    if inner.len() > LONGEST {
        return None;
    }
    let part = slice(text, inner);
    let (start, names_start) = match (part.find("以下"), part.find("均包括")) {
        (Some(below), None) => {
            let verb = ["均需", "均须", "均由", "都需", "均要求"].iter().find_map(|verb| {
                part[below..]
                    .find(verb)
                    .filter(|gap| *gap <= 60)
                    .map(|gap| below + gap + verb.len())
            })?;
            (below, verb)
        }
        (_, Some(includes)) => {
            let sentence = part[..includes].rfind(is_break).map_or(0, |index| {
                index + part[index..].chars().next().map_or(0, char::len_utf8)
            });
            (sentence, includes + "均包括".len())
        }
        (None, None) => return None,
    };
    let rest = &part[names_start..];
    let end = ["落实", "负责", "配合", "贯彻", "参照", "以下", "不再"]
        .iter()
        .filter_map(|word| rest.find(word))
        .min()
        .unwrap_or(rest.len());
    let names = Span::new(inner.start + names_start, inner.start + names_start + end);
    // 落实 binds each of them; without it they owe what the words of the clause say.
    let role = if ["落实", "贯彻", "参照"].iter().any(|word| rest.contains(word)) {
        PartyRole::Implementing
    } else if rest.contains("配合") || part[start..names_start].contains("配合单位") {
        PartyRole::Cooperating
    } else if rest.contains("负责") || part[start..names_start].contains("责任") {
        PartyRole::Responsible
    } else {
        PartyRole::Implementing
    };
    let mut parties = plain_names(text, names, role, &RULE);
    for party in &mut parties {
        party.inherited = true;
    }
    (!parties.is_empty()).then(|| (Span::new(inner.start + start, inner.end), parties))
}
