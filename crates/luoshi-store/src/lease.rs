//! Leases (租约): which process does the work that only one may do at a time, for how long.
//!
//! The clock is the caller's. A holder whose clock is ahead may take a lease early; whoever lost one finds out when it asks again, so the
//! work has to ask in the transaction that makes it count, by [`Transaction::hold_lease`]: after a mere look a process may stand still
//! until its term is over, and would make count what it was told before.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "select holder, until from lease where name = $1";

/// Taken where nobody has it, where it has run out, and by its holder, who renews it so.
const TAKE: &str = "
    insert into lease (name, holder, until) values ($1, $2, $3)
    on conflict (name) do update set holder = excluded.holder, until = excluded.until
    where lease.holder = excluded.holder or lease.until <= $4";

/// A change that changes nothing locks the row until the transaction ends, on either engine.
const HOLD: &str = "update lease set until = until where name = $1 and holder = $2 and until > $3";

const RELEASE: &str = "update lease set until = $3 where name = $1 and holder = $2";

/// Who holds a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The id of the process.
    pub holder: Uuid,
    /// Until when nobody else may take it.
    pub until: Timestamp,
}

impl FromRow for Lease {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            holder: row.take()?,
            until: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// The lease of this name, also one that has run out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn lease(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        self.connection.optional(ONE, values![name])
    }
}

impl Transaction<'_> {
    /// Takes or renews a lease and says whether `holder` has it now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn take_lease(
        &mut self,
        name: &str,
        holder: Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = self.connection.execute(TAKE, values![name, &holder, until, now])?;
        Ok(changed == 1)
    }

    /// Whether `holder` has the lease. If so nobody else takes it until the transaction ends, not even when its term is over meanwhile.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn hold_lease(&mut self, name: &str, holder: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.connection.execute(HOLD, values![name, &holder, now])?;
        Ok(changed == 1)
    }

    /// Gives a lease back, so that another process need not wait for its end. Nothing happens where somebody else holds it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn release_lease(&mut self, name: &str, holder: Uuid, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(RELEASE, values![name, &holder, now])
            .map(|_| ())
    }
}
