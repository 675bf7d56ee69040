//! Takes deleted words out of the raw files: out of the unused middle of pages, out of free pages, out of the write-ahead log.
//!
//! It deletes no row. `secure_delete` is set on every connection and is not enough, see docs/adr/0010-erasure.md.

use rusqlite::Connection;

use crate::{error::StoreError, store::ScrubOutcome};

/// Writes every page anew from the rows that there are, and empties the write-ahead log. A reader or another process can keep the
/// log from being emptied; what was deleted may then still lie in it.
pub(crate) fn run(connection: &Connection) -> Result<ScrubOutcome, StoreError> {
    // A cell that moved to another page when its page was split leaves its bytes behind in the middle of the first, where a deletion, which
    // overwrites the cell alone, does not reach them. Only rewriting the pages does.
    connection.execute_batch("vacuum")?;
    let (busy, log_pages): (i64, i64) = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    // A database in memory has no log, which the engine tells as -1.
    Ok(if busy == 0 && log_pages <= 0 {
        ScrubOutcome::Done
    } else {
        ScrubOutcome::Blocked
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::sqlite::connection::WriteConnection;

    /// Numbers of the words `SECRET00000` … that stand anywhere in the files of the folder.
    fn found(folder: &Path) -> BTreeSet<usize> {
        let files = fs::read_dir(folder).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        let starts = bytes.windows(6).enumerate().filter(|(_, window)| window == b"SECRET");
        starts
            .filter_map(|(start, _)| {
                std::str::from_utf8(bytes.get(start + 6..start + 11)?)
                    .ok()?
                    .parse()
                    .ok()
            })
            .collect()
    }

    /// Drafts of reports were deleted with `secure_delete` on and the log emptied, and some were still in the file: when a page is split,
    /// the cells that move leave their bytes behind, and a deletion overwrites a cell only where it lies now.
    #[test]
    fn words_that_a_deletion_leaves_behind_are_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let writer = WriteConnection::open(&folder.path().join("luoshi.db")).unwrap();
        let connection = writer.lock();
        connection
            .execute_batch("create table draft (id integer primary key, body text not null) strict; begin")
            .unwrap();
        // Keys in an order that splits pages everywhere, as those of drafts do, which are hashes.
        let key = |number: usize| (number * 7_919 % 6_000) as i64;
        for number in 0..6_000 {
            let body = format!(
                "SECRET{number:05}{}",
                "x".repeat([10, 50, 200, 900, 5_000][number * 13 % 5])
            );
            connection
                .execute("insert into draft values (?1, ?2)", (key(number), body))
                .unwrap();
        }
        connection.execute_batch("commit; begin").unwrap();
        let gone: BTreeSet<usize> = (0..6_000).step_by(7).collect();
        for number in &gone {
            connection
                .execute("delete from draft where id = ?1", [key(*number)])
                .unwrap();
        }
        connection.execute_batch("commit").unwrap();
        let mut checkpoint = connection.prepare("pragma wal_checkpoint(truncate)").unwrap();
        checkpoint.query_row([], |row| row.get::<_, i64>(0)).unwrap();
        drop(checkpoint);
        let left = found(folder.path()).intersection(&gone).count();
        assert!(
            left > 0,
            "where the engine itself leaves nothing behind, `vacuum` is no longer needed"
        );
        assert_eq!(run(&connection).unwrap(), ScrubOutcome::Done);
        let now = found(folder.path());
        assert_eq!(now.intersection(&gone).count(), 0);
        assert_eq!(now.len(), 6_000 - gone.len(), "what was not deleted is all there");
    }
}
