//! 单位和账号: the register as the supervision office reads it. Accounts are opened on the server.

use askama::Template;
use luoshi_ledger::view::{AccountSummary, OrganisationSummary};

use super::show;
use crate::{
    access::{Supervisor, Visit},
    failure::Answer,
    frame::{Frame, Place},
    urls,
};

#[derive(Template)]
#[template(path = "organisation/list.html")]
pub(crate) struct OrganisationsPage {
    pub(crate) frame: Frame,
    /// Each body with the people who act for it.
    pub(crate) organisations: Vec<(OrganisationSummary, Vec<AccountSummary>)>,
}

/// Bodies and accounts.
pub(crate) async fn show_organisations(visit: Visit<Supervisor>) -> Answer {
    let accounts = visit.app().accounts(visit.actor())?;
    let organisations = visit
        .app()
        .organisations(visit.actor())?
        .into_iter()
        .map(|organisation| {
            let people = accounts
                .iter()
                .filter(|account| account.organisation == organisation.id)
                .cloned()
                .collect();
            (organisation, people)
        })
        .collect();
    show(&OrganisationsPage {
        frame: visit
            .frame(Place::Settings)
            .under("settings", urls::SETTINGS)
            .headed("organisations"),
        organisations,
    })
}
