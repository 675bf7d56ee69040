//! Somebody without an account who keeps the last checkpoint that they saw and compares the log with it.
//!
//! What they know of the log they know from its public addresses.

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr};

use anyhow::{Context, Result, anyhow, bail};
use luoshi_tlog::{
    Checkpoint, EMPTY_ROOT, LogProof, Receipt, RunningRoot, TILE_WIDTH, TileId, TileKind, TileSource, VerifierKey,
    consistency_proof, parse_bundle, verify_consistency, verify_tree,
};

use crate::{
    http::{Connection, Trouble},
    person::DEADLINE,
};

/// Somebody who watches a log.
#[derive(Debug, Clone)]
pub(crate) struct Outsider {
    key: VerifierKey,
    /// The last checkpoint that was seen and accepted.
    kept: Option<Checkpoint>,
    /// The entries under it, in order.
    entries: Vec<Vec<u8>>,
}

impl Outsider {
    /// Somebody who learnt the key of the log at `address` and has seen nothing yet.
    pub(crate) fn at(address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::to(address, DEADLINE);
        let answer = connection.ask("GET", "/log/key", &[], &[])?;
        if answer.status != 200 {
            bail!("the key of the log was answered with {}", answer.status);
        }
        Ok(Self {
            key: VerifierKey::parse(&answer.text()).map_err(|error| anyhow!("the key of the log: {error}"))?,
            kept: None,
            entries: Vec::new(),
        })
    }

    /// How many entries the last checkpoint covered.
    pub(crate) fn size(&self) -> u64 {
        self.kept.as_ref().map_or(0, |checkpoint| checkpoint.size)
    }

    /// Whether an entry stands under the last checkpoint.
    pub(crate) fn holds(&self, entry: &[u8]) -> bool {
        // A log of a torture has thousands of entries, and each is asked for once.
        self.entries.iter().any(|known| known == entry)
    }

    /// The positions of all entries by their bytes, for many questions.
    pub(crate) fn positions(&self) -> BTreeMap<&[u8], u64> {
        (0..)
            .zip(&self.entries)
            .map(|(index, entry)| (entry.as_slice(), index))
            .collect()
    }

    /// Reads the published checkpoint as it stands; none while there is none.
    pub(crate) fn published(connection: &mut Connection) -> Result<Option<String>, Trouble> {
        let answer = connection.ask("GET", "/log/checkpoint", &[], &[])?;
        Ok((answer.status == 200).then(|| answer.text()))
    }

    /// Takes a checkpoint that was seen: it has to be signed, and whatever is seen later has to extend it.
    pub(crate) fn keep(&mut self, note: &str) -> Result<()> {
        let seen = self.open(note)?;
        if seen.size > self.size() {
            self.kept = Some(seen);
        }
        Ok(())
    }

    fn open(&self, note: &str) -> Result<Checkpoint> {
        Checkpoint::open(note.as_bytes(), &self.key).map_err(|error| anyhow!("the checkpoint is not good: {error}"))
    }

    /// Looks at the log at `address`: the published checkpoint has to extend the one that was kept, and takes its place.
    pub(crate) fn look(&mut self, address: SocketAddr) -> Result<u64> {
        let tiles = Tiles::at(address);
        let note = Self::published(&mut tiles.connection.borrow_mut())?.context("there is no checkpoint")?;
        let seen = self.open(&note)?;
        if let Some(kept) = &self.kept {
            if seen.size < kept.size {
                bail!("ROLLBACK: the log shrank from {} to {} entries", kept.size, seen.size);
            }
            let proof = consistency_proof(&tiles, seen.size, seen.root, kept.size)
                .map_err(|error| anyhow!("no proof from {} to {} entries: {error}", kept.size, seen.size))?;
            verify_consistency(&proof, seen.size, seen.root, kept.size, kept.root).map_err(|_| {
                anyhow!(
                    "REWRITTEN: the first {} entries are not the ones signed earlier",
                    kept.size
                )
            })?;
        }
        tiles.entries(&mut self.entries, seen.size)?;
        self.kept = Some(seen);
        Ok(self.size())
    }

    /// What keeps checkpoints from being one chain, in the order in which one reader after another saw them, whichever process answered:
    /// one that is not signed, one that covers less than an earlier one, and one that is not a beginning of the entries that were read at
    /// last. Two roots for one size are among the last, since one of them has to be wrong.
    pub(crate) fn breaks(&self, seen: &[String]) -> Result<Vec<String>> {
        let mut breaks = Vec::new();
        let mut roots = BTreeMap::new();
        let mut largest = 0;
        for note in seen {
            match self.open(note) {
                Ok(checkpoint) => {
                    if checkpoint.size < largest {
                        breaks.push(format!(
                            "ROLLBACK: {} entries were shown after {largest}",
                            checkpoint.size
                        ));
                    }
                    largest = largest.max(checkpoint.size);
                    let known: &mut Vec<_> = roots.entry(checkpoint.size).or_default();
                    if !known.contains(&checkpoint.root) {
                        known.push(checkpoint.root);
                    }
                }
                Err(error) => breaks.push(error.to_string()),
            }
        }
        let mut tree = RunningRoot::new();
        let mut entries = self.entries.iter();
        for (size, roots) in roots {
            while tree.size() < size
                && let Some(entry) = entries.next()
            {
                tree.push(entry)?;
            }
            if tree.size() != size {
                breaks.push(format!(
                    "LOST: {size} entries were signed for and {} are there",
                    tree.size()
                ));
            } else if roots != [tree.root()] {
                breaks.push(format!(
                    "FORK: {} roots were signed for {size} entries, and not the one that they have",
                    roots.len()
                ));
            }
        }
        Ok(breaks)
    }

    /// Computes the whole tree anew from the published entries and compares every published tile and the signed root with it.
    pub(crate) fn recompute(&self, address: SocketAddr) -> Result<u64> {
        let tiles = Tiles::at(address);
        let (size, root) = self
            .kept
            .as_ref()
            .map_or((0, EMPTY_ROOT), |checkpoint| (checkpoint.size, checkpoint.root));
        let mut entries = Vec::new();
        tiles.entries(&mut entries, size)?;
        verify_tree(&tiles, size, root, entries.iter().map(Ok))
            .map_err(|error| anyhow!("the log is not whole: {error}"))
    }

    /// Reads a receipt as it is downloaded: its note has to be signed. Gives the note, the receipt, and the proof where there is one.
    pub(crate) fn read_receipt(&self, text: &str) -> Result<(String, Receipt, Option<LogProof>)> {
        let (note, proof) = match text.split_once("\nc2sp.org/tlog-proof") {
            Some((note, rest)) => (note, Some(format!("c2sp.org/tlog-proof{rest}"))),
            None => (text, None),
        };
        let receipt = Receipt::open(note.as_bytes(), &self.key).map_err(|error| anyhow!("the receipt: {error}"))?;
        let proof = proof
            .map(|text| LogProof::parse(&text))
            .transpose()
            .map_err(|error| anyhow!("the proof: {error}"))?;
        if let Some(proof) = &proof {
            proof
                .verify(receipt.leaf(), &self.key)
                .map_err(|error| anyhow!("the proof: {error}"))?;
        }
        Ok((note.to_owned(), receipt, proof))
    }
}

/// The tiles of a log by their public addresses.
struct Tiles {
    connection: RefCell<Connection>,
}

impl Tiles {
    fn at(address: SocketAddr) -> Self {
        Self {
            connection: RefCell::new(Connection::to(address, DEADLINE)),
        }
    }

    /// Reads what is missing of `entries` up to `size`.
    fn entries(&self, entries: &mut Vec<Vec<u8>>, size: u64) -> Result<()> {
        let width = u64::from(TILE_WIDTH);
        while (entries.len() as u64) < size {
            let index = entries.len() as u64 / width;
            // At most a full tile, so that the number fits.
            let wanted = u16::try_from((size - index * width).min(width)).unwrap_or(TILE_WIDTH);
            let tile = TileId::new(TileKind::Entries, index, wanted).context("an empty tile was asked for")?;
            let bytes = self
                .read_tile(tile)?
                .with_context(|| format!("{tile} is not there though a checkpoint covers it"))?;
            let bundle = parse_bundle(&bytes, wanted).map_err(|error| anyhow!("{tile}: {error}"))?;
            let known = usize::try_from(entries.len() as u64 % width)?;
            entries.extend(bundle.into_iter().skip(known).map(<[u8]>::to_vec));
        }
        Ok(())
    }
}

impl TileSource for Tiles {
    type Error = Trouble;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Trouble> {
        let answer = self
            .connection
            .borrow_mut()
            .ask("GET", &format!("/log/{}", tile.path()), &[], &[])?;
        Ok((answer.status == 200).then_some(answer.body))
    }
}

#[cfg(test)]
mod tests {
    use luoshi_tlog::{LogKey, Origin};

    use super::*;

    /// The note over the first `size` of these entries, as a process signs it that sees them so.
    fn signed(key: &LogKey, entries: &[&str], size: usize) -> String {
        let mut tree = RunningRoot::new();
        for entry in &entries[..size] {
            tree.push(entry.as_bytes()).unwrap();
        }
        let checkpoint = Checkpoint {
            origin: key.origin().clone(),
            size: tree.size(),
            root: tree.root(),
        };
        checkpoint.sign(key).unwrap()
    }

    #[test]
    fn a_fork_and_a_rollback_break_the_chain() {
        let key = LogKey::from_seed(Origin::new("luoshi/torture".to_owned()).unwrap(), &[7; 32]);
        let stranger = LogKey::from_seed(key.origin().clone(), &[8; 32]);
        let (ours, theirs) = (["a", "b", "c", "d"], ["a", "b", "x", "d"]);
        let outsider = Outsider {
            key: VerifierKey::parse(&key.verifier_text()).unwrap(),
            kept: None,
            entries: ours.iter().map(|entry| entry.as_bytes().to_vec()).collect(),
        };
        let check = |seen: &[String], expected: &[&str]| {
            let breaks = outsider.breaks(seen).unwrap();
            let kinds: Vec<&str> = breaks.iter().filter_map(|told| told.split(':').next()).collect();
            assert_eq!(kinds, expected, "{breaks:?}");
        };
        let ours = |size| signed(&key, &ours, size);
        let theirs = |size| signed(&key, &theirs, size);
        check(&[ours(2), ours(2), ours(3), ours(4)], &[]);
        // What both have in common is no fork yet.
        check(&[theirs(2), ours(4)], &[]);
        check(&[ours(3), theirs(3)], &["FORK"]);
        check(&[theirs(3), ours(4)], &["FORK"]);
        check(&[ours(4), ours(3)], &["ROLLBACK"]);
        check(&[signed(&stranger, &["a"], 1)], &["the checkpoint is not good"]);
        check(&[signed(&key, &["a", "b", "c", "d", "e"], 5)], &["LOST"]);
    }
}
