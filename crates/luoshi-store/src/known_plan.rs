//! Plans that a session with a server has read before, so that a command about one of their tasks does not ask for them again.
//!
//! Only what never changes is kept: nothing is decided about a plan once it is issued, and words, which an erasure takes, are left out. They are
//! believed no longer than the session lasts: the server of the next one may have been made from a copy that is older than the issue. It asks no
//! database; an engine that holds its data itself has no use for it.

use std::{cell::RefCell, collections::BTreeMap};

use luoshi_ledger::{ids::PlanId, plan::Plan};

/// Plans that are kept at most: a site has a few a year. Beyond that all are let go and read again.
const MOST_PLANS: usize = 256;

/// The issued plans that a session knows of its database, without their words and sections.
#[derive(Default)]
pub(crate) struct KnownPlans(RefCell<BTreeMap<PlanId, Plan>>);

impl KnownPlans {
    /// A plan, where it is known.
    pub(crate) fn get(&self, id: PlanId) -> Option<Plan> {
        self.0.borrow().get(&id).cloned()
    }

    /// Keeps those of `plans` that are issued. They were read before the same transaction wrote anything, for an issue may be undone.
    pub(crate) fn keep(&self, plans: &BTreeMap<PlanId, Plan>) {
        let mut known = self.0.borrow_mut();
        for (id, plan) in plans.iter().filter(|(_, plan)| plan.issued_at().is_some()) {
            if known.len() >= MOST_PLANS {
                known.clear();
            }
            known.insert(*id, plan.clone());
        }
    }
}
