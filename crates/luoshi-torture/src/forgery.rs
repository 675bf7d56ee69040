//! Somebody with the rights of root, the database and the key of the log, who changes the record while nobody serves it.
//!
//! Beside the insider it is the one place outside the store that knows tables: it goes behind the program's back, which is what is under
//! test.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogKey, TileId, TileSource, integrate};
use rusqlite::{Connection, params};

/// A day in microseconds, as the database keeps instants.
const DAY: i64 = 86_400_000_000;
/// Events that are cut off the end.
const CUT_OFF: u32 = 3;

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
    fn change(&self, statement: &str) -> Result<()> {
        let changed = self.database.execute(statement, [])?;
        ensure!(changed > 0, "the forgery changed nothing: {statement}");
        Ok(())
    }

    /// Puts other words into a report.
    pub(crate) fn edit_report(&self) -> Result<()> {
        self.change("update report set done = '全部完成' where id = (select min(id) from report)")
    }

    /// Removes a report.
    pub(crate) fn delete_report(&self) -> Result<()> {
        self.change("delete from report where id = (select min(id) from report)")
    }

    /// Writes something else into a received file.
    pub(crate) fn edit_file(&self) -> Result<()> {
        let (file, _) = self.two_files()?;
        Ok(fs::write(file, "别的内容")?)
    }

    /// Lets two received files change places.
    pub(crate) fn swap_files(&self) -> Result<()> {
        let (first, second) = self.two_files()?;
        let aside = first.with_extension("aside");
        fs::rename(&first, &aside)?;
        fs::rename(&second, &first)?;
        Ok(fs::rename(&aside, &second)?)
    }

    /// Dates a report back by a day, in its event and in its row.
    pub(crate) fn date_report_back(&self) -> Result<()> {
        let row = "(select max(id) from event where kind = 'report_submitted')";
        self.change(&format!(
            "update event set recorded_at = recorded_at - {DAY} where id = {row}"
        ))?;
        self.change(&format!(
            "update report set first_submitted_at = first_submitted_at - {DAY}, submitted_at = submitted_at - {DAY}
             where id = (select stream_id from event where id = {row})"
        ))
    }

    /// Puts another figure into a report.
    pub(crate) fn change_figure(&self) -> Result<()> {
        self.change("update report set completion = 101 - completion where id = (select max(id) from report)")
    }

    /// Weakens the words of a commitment.
    pub(crate) fn edit_commitment(&self) -> Result<()> {
        self.change("update task set text = '力争做好', title = '力争做好' where number = 1")
    }

    /// Removes the event of the plan's issue with its leaf and its receipt.
    pub(crate) fn delete_act_of_office(&self) -> Result<()> {
        let act = "(select id from event where kind = 'plan_issued')";
        self.change(&format!("delete from receipt where event_id in {act}"))?;
        self.change(&format!("delete from leaf where event_id in {act}"))?;
        self.change("delete from event where kind = 'plan_issued'")
    }

    /// Removes the last events with everything that tells of them, and signs the rest.
    pub(crate) fn cut_off_end(&self) -> Result<()> {
        self.drop_last_events(CUT_OFF)?;
        self.sign_again()
    }

    /// Lets the first two leaves change places, each still the commitment to its event, and signs that.
    pub(crate) fn rewrite_beginning(&self) -> Result<()> {
        self.change("update leaf set leaf_index = -1 where leaf_index = 0")?;
        self.change("update leaf set leaf_index = 0 where leaf_index = 1")?;
        self.change("update leaf set leaf_index = 1 where leaf_index = -1")?;
        self.sign_again()
    }

    /// Two received files, the first ones by name.
    fn two_files(&self) -> Result<(PathBuf, PathBuf)> {
        let mut files = Vec::new();
        let mut folders = vec![self.data.join("files")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        let mut files = files.into_iter();
        files.next().zip(files.next()).context("not two received files")
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

    fn drop_last_events(&self, count: u32) -> Result<()> {
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

    /// Computes the log anew from the leaves as they are now and signs it with the key of the site.
    fn sign_again(&self) -> Result<()> {
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
        let entries: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
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
        let note = checkpoint
            .sign(key)
            .map_err(|error| anyhow!("the checkpoint: {error}"))?;
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
