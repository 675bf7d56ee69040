//! The names of one document: every one is resolved once, and what is in doubt is told once a name.
//!
//! It finds no name; the clauses bring them.

use std::collections::HashMap;

use jiff::civil::Date;
use luoshi_types::{Diagnostic, DiagnosticCode, PartyRole, Span};

use super::{Registry, Resolution, Standing};
use crate::{
    model::{Metadata, PartyDraft},
    parties::{clause::Clause, names},
    rules,
};

/// Unknown names of one document for which candidates are looked up. A text with more is no list of bodies, and each look goes over the
/// whole registry.
const MOST_LOOKED_UP: usize = 64;

struct Names<'a> {
    registry: &'a Registry,
    at: Option<Date>,
    met: HashMap<String, Resolution>,
    looked_up: usize,
    diagnostics: Vec<Diagnostic>,
}

/// Puts the full names of a date into the bodies of all clauses. A document that tells its year alone is taken to be of the middle of it.
pub(crate) fn resolve_clauses(clauses: &mut [Clause], registry: &Registry, metadata: &Metadata) -> Vec<Diagnostic> {
    let year = metadata.year;
    let mut names = Names {
        registry,
        at: metadata
            .date
            .or_else(|| year.and_then(|year| Date::new(year, 6, 30).ok())),
        met: HashMap::new(),
        looked_up: 0,
        diagnostics: Vec::new(),
    };
    for clause in clauses {
        for party in &mut clause.parties {
            names.resolve(party);
        }
        if let Some((_, parties)) = &mut clause.stated_once {
            for party in parties {
                names.resolve(party);
            }
        }
    }
    names.diagnostics
}

impl Names<'_> {
    fn resolve(&mut self, party: &mut PartyDraft) {
        if party.role == PartyRole::LeaderPerson {
            return;
        }
        if let Some(known) = self.met.get(&party.name) {
            party.name.clone_from(&known.name);
            return;
        }
        let found = self.registry.resolve(&party.name, self.at);
        self.doubt(party, &found);
        let written = std::mem::replace(&mut party.name, found.name.clone());
        self.met.insert(written, found);
    }

    fn doubt(&mut self, party: &PartyDraft, found: &Resolution) {
        let complain = |code, span: Span| Diagnostic::new(code, span).with("name", &party.raw);
        match &found.standing {
            Standing::Unknown { .. } => {
                // A list behind a verb alone is made of names that look like bodies already.
                let may_be_none = party.rule != rules::party::verb_bracket::RULE.code;
                let is_in_doubt = !names::is_generic(&party.raw)
                    && (names::is_office(&party.raw) || may_be_none && !names::is_possible_body(&party.raw));
                if is_in_doubt {
                    self.looked_up += 1;
                    let candidates = if self.looked_up <= MOST_LOOKED_UP {
                        self.registry.nearest(&party.name)
                    } else {
                        Vec::new()
                    };
                    self.diagnostics.push(
                        complain(DiagnosticCode::UnknownOrganisation, party.span)
                            .with("candidates", candidates.join("、")),
                    );
                }
            }
            Standing::Ambiguous { alternatives } => self.diagnostics.push(
                complain(DiagnosticCode::AmbiguousOrganisation, party.span).with("candidates", alternatives.join("、")),
            ),
            Standing::Superseded => self.diagnostics.push(
                complain(DiagnosticCode::SupersededOrganisation, party.span)
                    .with("until", found.until.map(|until| until.to_string()).unwrap_or_default())
                    .with("successors", found.successors.join("、")),
            ),
            Standing::Known | Standing::NotYet => {}
        }
    }
}
