//! Rows of bodies (单位).

use luoshi_ledger::{
    ids::{OrganisationId, PlanId},
    organisation::Organisation,
    view::OrganisationSummary,
};

use crate::{
    engine::{FromRow, Json, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select id, version, name, short_names, kind from organisation where id = $1";

const ALL: &str = "select id, name, short_names, kind from organisation order by name, id";

/// Asked of each body, of which there are few, rather than of each task.
const OF_PLAN: &str = "
    select id, name, short_names, kind from organisation
    where exists (
        select 1 from task_organisation
        where task_organisation.plan = $1 and task_organisation.organisation = organisation.id)
    order by name, id";

const OF_PLAN_BESIDE: &str = "
    select id, name, short_names, kind from organisation
    where id in (
        select other.organisation
        from task_organisation as own join task_organisation as other on other.task = own.task
        where own.plan = $1 and own.organisation = $2)
    order by name, id";

const SAVE: &str = "
    insert into organisation (id, version, name, short_names, kind) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set
        version = excluded.version, name = excluded.name, short_names = excluded.short_names, kind = excluded.kind";

impl FromRow for Organisation {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            version: row.take()?,
            name: row.take()?,
            short_names: row.take::<Json<Vec<String>>>()?.0,
            kind: row.take()?,
        })
    }
}

impl FromRow for OrganisationSummary {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            name: row.take()?,
            short_names: row.take::<Json<Vec<String>>>()?.0,
            kind: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// A body.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        self.connection.optional(ONE, values![&id])
    }

    /// Every body, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn organisations(&self) -> Result<Vec<OrganisationSummary>, StoreError> {
        self.connection.all(ALL, &[])
    }

    /// The bodies that tasks of a plan concern, by name: of all its tasks, or of those that concern `visible_to` as well.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn organisations_of_plan(
        &self,
        plan: PlanId,
        visible_to: Option<OrganisationId>,
    ) -> Result<Vec<OrganisationSummary>, StoreError> {
        match &visible_to {
            Some(own) => self.connection.all(OF_PLAN_BESIDE, values![&plan, own]),
            None => self.connection.all(OF_PLAN, values![&plan]),
        }
    }
}

impl Transaction<'_> {
    pub(crate) fn save_organisation(&mut self, organisation: &Organisation) -> Result<(), StoreError> {
        let short_names = Json(&organisation.short_names).text()?;
        self.connection
            .execute(
                SAVE,
                values![
                    &organisation.id,
                    organisation.version,
                    &organisation.name,
                    short_names,
                    organisation.kind
                ],
            )
            .map(|_| ())
    }
}
