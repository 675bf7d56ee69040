//! Brings the schema of a SQLite database up to the program's: all missing steps in one transaction, never back.

use rusqlite::{Connection, TransactionBehavior};

use crate::{
    error::StoreError,
    migration::{known, steps, version_after},
};

/// What the header of a file says that is ours, the letters "luos": a file of another program is not taken for one.
const APPLICATION: i32 = 0x6c75_6f73;

/// Files of steps that stood before a header told whose the database is; they counted files and not statements.
const FILES_WITHOUT_HEADER: u32 = 4;

/// The version of the schema; 0 for an empty database.
///
/// # Errors
/// [`StoreError::ForeignDatabase`] where the file is another program's.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    let version: u32 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    let application: i32 = connection.query_row("pragma application_id", [], |row| row.get(0))?;
    match application {
        APPLICATION => Ok(version),
        0 if version == 0 => {
            let tables: u32 = connection.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
            if tables == 0 {
                Ok(0)
            } else {
                Err(StoreError::ForeignDatabase)
            }
        }
        0 if version <= FILES_WITHOUT_HEADER => Ok(version_after(version as usize)),
        _ => Err(StoreError::ForeignDatabase),
    }
}

/// Refuses a database that a newer release has written: it may hold what this program would destroy.
pub(crate) fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    let known = known();
    if found > known {
        Err(StoreError::NewerSchema { found, known })
    } else {
        Ok(())
    }
}

/// Takes the steps that are missing and answers with the version before.
pub(crate) fn run(connection: &mut Connection) -> Result<u32, StoreError> {
    refuse_newer(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked inside the transaction: another process may have taken the steps in the meantime.
    let before = version(&transaction)?;
    let missing = steps().get(before as usize..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(before);
    }
    for step in missing {
        transaction.execute_batch(&step.statement)?;
    }
    // Both are fields of the database's header, so they change with the steps or not at all.
    transaction.pragma_update(None, "user_version", known())?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()?;
    tracing::info!(before, after = known(), "migrated");
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database that has taken the first `taken` steps.
    fn after(taken: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for step in &steps()[..taken] {
            connection.execute_batch(&step.statement).unwrap();
        }
        connection.pragma_update(None, "user_version", taken as u32).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection
    }

    #[test]
    fn runs_once_and_again_without_effect() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(run(&mut connection).unwrap(), 0);
        assert_eq!(run(&mut connection).unwrap(), known());
        assert_eq!(version(&connection).unwrap(), known());
    }

    #[test]
    fn goes_on_from_every_step() {
        for taken in 0..steps().len() {
            let mut connection = after(taken);
            assert_eq!(run(&mut connection).unwrap() as usize, taken);
            assert_eq!(version(&connection).unwrap(), known());
        }
    }

    #[test]
    fn takes_over_databases_that_counted_files() {
        for files in 1..=FILES_WITHOUT_HEADER {
            let taken = version_after(files as usize);
            let mut connection = after(taken as usize);
            connection.pragma_update(None, "user_version", files).unwrap();
            connection.pragma_update(None, "application_id", 0).unwrap();
            assert_eq!(run(&mut connection).unwrap(), taken);
            assert_eq!(version(&connection).unwrap(), known());
        }
    }

    #[test]
    fn refuses_a_newer_schema() {
        let mut connection = after(0);
        connection.pragma_update(None, "user_version", known() + 1).unwrap();
        let refused = run(&mut connection);
        assert!(matches!(refused, Err(StoreError::NewerSchema { .. })), "{refused:?}");
    }

    #[test]
    fn refuses_the_database_of_another_program() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("create table letter (id integer)").unwrap();
        assert!(matches!(version(&connection), Err(StoreError::ForeignDatabase)));
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "application_id", 7).unwrap();
        assert!(matches!(version(&connection), Err(StoreError::ForeignDatabase)));
    }
}
