//! Who may ask for what (law 7). A [`Permit`] is proof that the question was put: `decide` wants one, and only this module makes them.
//!
//! It does not say whether the thing asked for is possible now; that is `decide`'s part.

use crate::{
    actor::{Actor, Role},
    command::Command,
    evidence::OfferedEvidence,
    facts::Facts,
    ids::{OrganisationId, ReportId},
    refusal::Denial,
    report::Report,
    search::SearchReader,
    task::Task,
};

/// Leave to have one command of one actor decided. It cannot be made outside this module.
#[derive(Debug)]
pub struct Permit {
    actor: Actor,
}

impl Permit {
    /// Whose leave it is.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// Whether `actor` may ask for `command`, given what it touches.
///
/// # Errors
/// [`Denial::NotFound`] where the thing is absent or foreign, so that nobody learns of what is not theirs; [`Denial::Forbidden`] where the
/// actor may see the thing and the act belongs to another role.
pub fn authorize(actor: &Actor, command: &Command, facts: &Facts) -> Result<Permit, Denial> {
    let allowed = match command {
        Command::FoundOrganisation(_) | Command::OpenAccount(_) => actor.oversees(),
        Command::ReceiveDocument(_) | Command::AdoptDrafts(_) => actor.oversees(),
        Command::IssuePlan(command) => actor.oversees() && exists(facts.plans.get(&command.plan))?,
        Command::AddTask(command) => actor.oversees() && exists(facts.plans.get(&command.plan))?,
        Command::PublishTasks(command) => {
            let oversees = actor.oversees();
            if oversees {
                exists(facts.plans.get(&command.plan))?;
                for task in &command.tasks {
                    exists(facts.tasks.get(task))?;
                }
            }
            oversees
        }
        Command::NameReporter(command) => {
            let task = facts.tasks.get(&command.task).ok_or(Denial::NotFound)?;
            if !may_see_task(actor, task, facts) {
                return Err(Denial::NotFound);
            }
            actor.oversees()
        }
        Command::SubmitReport(command) => {
            let task = facts.tasks.get(&command.task).ok_or(Denial::NotFound)?;
            if !may_see_task(actor, task, facts) {
                return Err(Denial::NotFound);
            }
            actor.has(Role::Clerk) && actor.acts_for(command.organisation)
        }
        Command::ApproveReport(command) => {
            let report = visible_report(actor, command.report, facts)?;
            actor.has(Role::Head) && actor.acts_for(report.organisation)
        }
        Command::ReturnReport(command) => {
            let report = visible_report(actor, command.report, facts)?;
            actor.has(Role::Supervisor) || (actor.has(Role::Head) && actor.acts_for(report.organisation))
        }
        Command::VerifyReport(command) => {
            visible_report(actor, command.report, facts)?;
            actor.has(Role::Supervisor)
        }
        // Whoever holds the secret key decides about it, and that is the server and nobody who signs in.
        Command::RotateLogKey(_) | Command::ContinueLog(_) => actor.is_console(),
        // Whoever may not hear of erasures is told that this act is another role's, which every visitor can read in the guide.
        Command::ProposeErasure(_) => actor.has(Role::Supervisor),
        Command::ConfirmErasure(command) => actor.oversees() && exists(facts.erasures.get(&command.erasure))?,
        Command::DeclineErasure(command) => actor.oversees() && exists(facts.erasures.get(&command.erasure))?,
        Command::ReapplyErasure(_) => actor.is_console(),
    };
    if allowed {
        Ok(Permit { actor: actor.clone() })
    } else {
        Err(Denial::Forbidden)
    }
}

/// Whether `actor` may see `task` inside the site: the supervision office always, a body that it concerns once its plan is issued.
pub fn may_see_task(actor: &Actor, task: &Task, facts: &Facts) -> bool {
    if actor.oversees() {
        return true;
    }
    let issued = facts
        .plans
        .get(&task.plan)
        .is_some_and(|plan| plan.issued_at().is_some());
    issued
        && actor
            .organisation
            .is_some_and(|organisation| task.concerns(organisation))
}

/// Whether `actor` may read `report`: the supervision office and the body that gave it.
pub fn may_see_report(actor: &Actor, report: &Report) -> bool {
    may_see_reports_of(actor, report.organisation)
}

/// Whether `actor` may read what `organisation` reports.
pub fn may_see_reports_of(actor: &Actor, organisation: OrganisationId) -> bool {
    actor.oversees() || actor.acts_for(organisation)
}

/// Whether `actor` may read a file of evidence: of a draft its author alone, of a report whoever may read the report.
pub fn may_see_evidence(actor: &Actor, file: &OfferedEvidence) -> bool {
    match file.author {
        Some(author) => author == actor.identity && actor.acts_for(file.organisation),
        None => actor.oversees() || actor.acts_for(file.organisation),
    }
}

/// For whom a search of `actor` is made: it finds what [`may_see_task`] and [`may_see_report`] let them see. None: nothing at all.
pub fn search_reader(actor: &Actor) -> Option<SearchReader> {
    if actor.oversees() {
        return Some(SearchReader::Overseer);
    }
    actor.organisation.map(SearchReader::Body)
}

fn visible_report<'a>(actor: &Actor, id: ReportId, facts: &'a Facts) -> Result<&'a Report, Denial> {
    facts
        .reports
        .get(&id)
        .filter(|report| may_see_report(actor, report))
        .ok_or(Denial::NotFound)
}

fn exists<T>(thing: Option<&T>) -> Result<bool, Denial> {
    thing.map(|_| true).ok_or(Denial::NotFound)
}
