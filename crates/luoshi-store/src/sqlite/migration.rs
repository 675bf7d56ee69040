//! Brings the schema of a SQLite database up to the program's: one file a step, one transaction a step, never back.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

/// The steps, in order; the first brings an empty database to version 1.
const STEPS: &[(&str, &str)] = &[
    ("0001_events", include_str!("../../migrations/sqlite/0001_events.sql")),
    ("0002_state", include_str!("../../migrations/sqlite/0002_state.sql")),
    ("0003_derived", include_str!("../../migrations/sqlite/0003_derived.sql")),
    ("0004_outside", include_str!("../../migrations/sqlite/0004_outside.sql")),
    (
        "0006_evidence",
        include_str!("../../migrations/sqlite/0006_evidence.sql"),
    ),
];

/// The version that this program needs.
pub(crate) const KNOWN: u32 = STEPS.len() as u32;

/// The version of the schema; 0 for an empty database.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("pragma user_version", [], |row| row.get(0))?)
}

/// Refuses a database that a newer release has written: it may hold what this program would destroy.
pub(crate) fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > KNOWN {
        Err(StoreError::NewerSchema { found, known: KNOWN })
    } else {
        Ok(())
    }
}

/// Takes the steps that are missing and answers with the version before.
pub(crate) fn run(connection: &mut Connection) -> Result<u32, StoreError> {
    refuse_newer(connection)?;
    let before = version(connection)?;
    for (step, (name, sql)) in (1..).zip(STEPS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked inside the transaction: another process may have taken the step in the meantime.
        if version(&transaction)? >= step {
            continue;
        }
        transaction.execute_batch(sql)?;
        // The version is a field of the database's header, so it changes with the step or not at all.
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
        tracing::info!(step, name, "migrated");
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_once_and_again_without_effect() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(run(&mut connection).unwrap(), 0);
        assert_eq!(run(&mut connection).unwrap(), KNOWN);
        assert_eq!(version(&connection).unwrap(), KNOWN);
    }

    #[test]
    fn goes_on_from_every_step() {
        for taken in 0..STEPS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            for (step, (_, sql)) in (1_u32..).zip(&STEPS[..taken]) {
                connection.execute_batch(sql).unwrap();
                connection.pragma_update(None, "user_version", step).unwrap();
            }
            assert_eq!(run(&mut connection).unwrap() as usize, taken);
            assert_eq!(version(&connection).unwrap(), KNOWN);
        }
    }

    #[test]
    fn refuses_a_newer_schema() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", KNOWN + 1).unwrap();
        let refused = run(&mut connection);
        assert!(matches!(refused, Err(StoreError::NewerSchema { .. })), "{refused:?}");
    }
}
