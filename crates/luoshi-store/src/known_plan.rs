//! Plans that this process has read before, so that a command about one of their tasks does not ask a server for them again.
//!
//! Only what never changes is kept: nothing is decided about a plan once it is issued, and words, which an erasure takes, are left out. It asks no
//! database; an engine that holds its data itself has no use for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use luoshi_ledger::{ids::PlanId, plan::Plan};

/// Plans that are kept at most: a site has a few a year. Beyond that all are let go and read again.
const MOST_PLANS: usize = 256;

/// The issued plans that a process knows of one database, without their words and sections.
#[derive(Default)]
pub(crate) struct KnownPlans(Mutex<BTreeMap<PlanId, Plan>>);

impl KnownPlans {
    fn plans(&self) -> MutexGuard<'_, BTreeMap<PlanId, Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A plan, where it is known.
    pub(crate) fn get(&self, id: PlanId) -> Option<Plan> {
        self.plans().get(&id).cloned()
    }

    /// Keeps those of `plans` that are issued. They were read before the same transaction wrote anything, for an issue may be undone.
    pub(crate) fn keep(&self, plans: &BTreeMap<PlanId, Plan>) {
        let mut known = self.plans();
        for (id, plan) in plans.iter().filter(|(_, plan)| plan.issued_at().is_some()) {
            if known.len() >= MOST_PLANS {
                known.clear();
            }
            known.insert(*id, plan.clone());
        }
    }
}
