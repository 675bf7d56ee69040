//! Somebody with the rights of root, the database and the key of the log, who changes the record while nobody serves it.
//!
//! It is the one place outside the store that knows tables: it goes behind the program's back, which is what is under test.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogKey, TileId, TileSource, integrate};
use rusqlite::{Connection, params};

/// The record of one site under a forger's hands.
pub(crate) struct Forgery {
    data: PathBuf,
    database: Connection,
}

/// A log that has no tiles yet.
struct Nothing;

impl TileSource for Nothing {
    type Error = std::convert::Infallible;

    fn read_tile(&self, _tile: TileId) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(None)
    }
}

impl Forgery {
    /// Opens the record in `data`.
    pub(crate) fn of(data: PathBuf) -> Result<Self> {
        let database = Connection::open(data.join("luoshi.db"))?;
        // Whoever forges does not ask what refers to what.
        database.pragma_update(None, "foreign_keys", "off")?;
        Ok(Self { data, database })
    }

    /// Runs a statement that has to change something.
    pub(crate) fn change(&self, statement: &str) -> Result<()> {
        let changed = self.database.execute(statement, [])?;
        ensure!(changed > 0, "the forgery changed nothing: {statement}");
        Ok(())
    }

    /// The received files, the first ones by name.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for prefix in fs::read_dir(self.data.join("files"))? {
            for file in fs::read_dir(prefix?.path())? {
                files.push(file?.path());
            }
        }
        files.sort();
        Ok(files)
    }

    /// Adds an event of an earlier time that a report was handed in, with a leaf that nobody has given a place yet.
    pub(crate) fn insert_old_event(&self) -> Result<()> {
        self.change(
            "insert into event (id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload)
             select x'00000000000000000000000000000001', stream_kind, stream_id, version + 1, kind, kind_version, actor, command_id,
                    effective_at - 86400000000, recorded_at - 86400000000, payload
             from event order by id desc limit 1",
        )?;
        self.change(
            "insert into leaf (event_id, salt, entry)
             values (x'00000000000000000000000000000001', zeroblob(32), zeroblob(32))",
        )
    }

    /// Removes the last events with everything that tells of them.
    pub(crate) fn drop_last_events(&self, count: u32) -> Result<()> {
        let last = format!("(select id from event order by id desc limit {count})");
        self.change(&format!(
            "delete from report where id in (select stream_id from event where id in {last} and stream_kind = 'report')"
        ))?;
        self.database.execute(
            "delete from report_value where report not in (select id from report)",
            [],
        )?;
        self.change(&format!("delete from receipt where event_id in {last}"))?;
        self.database
            .execute(&format!("delete from content where event_id in {last}"), [])?;
        self.change(&format!("delete from leaf where event_id in {last}"))?;
        self.change(&format!("delete from event where id in {last}"))
    }

    /// Lets the first two leaves change places, each still the commitment to its event.
    pub(crate) fn swap_first_leaves(&self) -> Result<()> {
        self.change("update leaf set leaf_index = -1 where leaf_index = 0")?;
        self.change("update leaf set leaf_index = 0 where leaf_index = 1")?;
        self.change("update leaf set leaf_index = 1 where leaf_index = -1")
    }

    /// Computes the log anew from the leaves as they are now and signs it with the key of the site.
    pub(crate) fn sign_again(&self) -> Result<()> {
        let text = fs::read_to_string(self.key_file())?;
        self.sign_with(&LogKey::from_signer_text(&text).map_err(|error| anyhow!("the key: {error}"))?)
    }

    /// Puts a key of the forger's in the place of the site's, everywhere where it stands, and signs with it. The log keeps its name.
    pub(crate) fn replace_key(&self) -> Result<()> {
        let text = fs::read_to_string(self.key_file())?;
        let old = LogKey::from_signer_text(&text).map_err(|error| anyhow!("the key: {error}"))?;
        let new = LogKey::from_seed(old.origin().clone(), &[7; 32]);
        fs::write(self.key_file(), new.to_signer_text().as_bytes())?;
        let changed = self.database.execute(
            "update site set value = $1 where value = $2",
            params![new.verifier_text(), old.verifier_text()],
        )?;
        ensure!(changed == 1, "the key stands {changed} times in the database");
        self.sign_with(&new)
    }

    fn key_file(&self) -> PathBuf {
        self.data.join("key").join("log.key")
    }

    fn sign_with(&self, key: &LogKey) -> Result<()> {
        let mut statement = self
            .database
            .prepare("select entry from leaf where leaf_index is not null order by leaf_index")?;
        let entries: Vec<Vec<u8>> = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let grown = integrate(&Nothing, 0, EMPTY_ROOT, &entries).map_err(|error| anyhow!("the log: {error}"))?;
        let log = self.data.join("log");
        fs::remove_dir_all(log.join("tile"))?;
        for tile in &grown.tiles {
            let path = log.join(tile.tile.path());
            fs::create_dir_all(path.parent().context("a tile without a folder")?)?;
            fs::write(path, &tile.bytes)?;
        }
        let checkpoint = Checkpoint {
            origin: key.origin().clone(),
            size: grown.size,
            root: grown.root,
        };
        let note = checkpoint.sign(key).map_err(|error| anyhow!("the checkpoint: {error}"))?;
        fs::write(log.join("checkpoint"), &note)?;
        let size = i64::try_from(grown.size)?;
        self.database.execute("delete from checkpoint", [])?;
        self.database.execute(
            "insert into checkpoint (size, note, signed_at) values ($1, $2, 0)",
            params![size, note],
        )?;
        Ok(())
    }
}
