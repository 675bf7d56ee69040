//! What was signed for the present log, wherever it is found: kept in the database, published in the folder, witnessed elsewhere; and whether
//! the database still holds all of it.
//!
//! Nothing is signed, halted or published here.

use std::{io, sync::PoisonError};

use luoshi_ledger::{ids::LogId, log::IncidentCause};
use luoshi_store::StoreError;
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogHash, RunningRoot, TileId, TileSource};

use super::LEAVES_AT_ONCE;
use crate::{
    error::AppError,
    execute::flatten,
    log_files::{CHECKPOINT, LogFiles},
    signing::{Epoch, RESTORED_SETTING, SiteLog, SiteLogError},
    site::App,
};

/// States of the tree that are remembered as checked.
const REMEMBERED: usize = 64;

/// The beginning of a log that was computed from the leaves in the database, and which of its states were signed.
pub(crate) struct CheckedTree {
    log: LogId,
    tree: RunningRoot,
    known: Vec<(u64, LogHash)>,
}

impl CheckedTree {
    fn of(log: LogId) -> Self {
        Self {
            log,
            tree: RunningRoot::new(),
            known: vec![(0, EMPTY_ROOT)],
        }
    }

    /// Whether a state of this size was checked, and is the one of the checkpoint. What is asked for again stays remembered: a witnessed
    /// checkpoint is asked for in every round and would otherwise be computed from the first leaf on time and again.
    fn knows(&mut self, checkpoint: &Checkpoint) -> Option<bool> {
        let place = self.known.iter().position(|(size, _)| *size == checkpoint.size)?;
        let known = self.known.remove(place);
        self.known.push(known);
        Some(known.1 == checkpoint.root)
    }

    fn remember(&mut self) {
        if self.known.len() == REMEMBERED {
            self.known.remove(0);
        }
        self.known.push((self.tree.size(), self.tree.root()));
    }
}

/// A signed checkpoint of the present log, found somewhere.
pub(super) struct Signed {
    pub(super) checkpoint: Checkpoint,
    pub(super) note: String,
}

enum Found {
    Nothing,
    Genuine(Signed),
    /// It is not signed by a key that signs for this log.
    NotOurs,
}

/// Whatever is known to have been signed for the present log.
pub(super) struct KnownCheckpoints {
    pub(super) kept: Option<Signed>,
    published: Option<Signed>,
    witnessed: Option<Signed>,
}

impl KnownCheckpoints {
    pub(super) fn all(&self) -> impl Iterator<Item = &Signed> {
        [&self.kept, &self.published, &self.witnessed].into_iter().flatten()
    }

    pub(super) fn kept_size(&self) -> u64 {
        self.kept.as_ref().map_or(0, |signed| signed.checkpoint.size)
    }

    /// The one that covers most.
    pub(super) fn largest(&self) -> Option<&Signed> {
        self.all().max_by_key(|signed| signed.checkpoint.size)
    }

    /// Whether what the database kept cannot be all: something larger, or something else of the same size, was signed.
    pub(super) fn is_doubtful(&self) -> bool {
        self.all().any(|signed| {
            signed.checkpoint.size > self.kept_size()
                || self.kept.as_ref().is_some_and(|kept| {
                    kept.checkpoint.size == signed.checkpoint.size && kept.checkpoint.root != signed.checkpoint.root
                })
        })
    }
}

impl App {
    /// The checkpoint of this log that was kept last. Another process may have begun a new log that this one does not know of yet.
    pub(super) fn kept_note(&self, epoch: &Epoch) -> Result<Option<String>, StoreError> {
        let kept = self.store.read(|snapshot| snapshot.latest_checkpoint())?;
        let is_its_own = |note: &str| note.lines().next() == Some(epoch.origin.as_str());
        Ok(kept
            .filter(|kept| kept.size > epoch.first_place && is_its_own(&kept.note))
            .map(|kept| kept.note))
    }

    /// What was signed for this log, wherever it is found; none where something was published that is not this log's.
    pub(super) fn known_checkpoints(&self, log: &SiteLog) -> Result<Option<KnownCheckpoints>, SiteLogError> {
        let epoch = log.present()?;
        let kept = match self.kept_note(epoch)? {
            Some(note) => open_signed(log, note),
            None => Found::Nothing,
        };
        let published = match epoch.files.read(CHECKPOINT)? {
            Some(bytes) => String::from_utf8(bytes).map_or(Found::NotOurs, |note| open_signed(log, note)),
            None => Found::Nothing,
        };
        let witnessed = match std::fs::read_to_string(self.folder.witnessed_checkpoint()) {
            Ok(note) => open_signed(log, note),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
            Err(error) => return Err(error.into()),
        };
        let genuine = |found: Found| match found {
            Found::Nothing => Some(None),
            Found::Genuine(signed) => Some(Some(signed)),
            Found::NotOurs => None,
        };
        let (Some(kept), Some(published)) = (genuine(kept), genuine(published)) else {
            return Ok(None);
        };
        let witnessed = genuine(witnessed).unwrap_or_else(|| {
            // An operator may leave the checkpoint of a log before this one there, or any other text; it accuses nobody.
            tracing::warn!("the witnessed checkpoint is not signed for the present log and is not looked at");
            None
        });
        Ok(Some(KnownCheckpoints {
            kept,
            published,
            witnessed,
        }))
    }

    /// Why the log must not be signed: something that was signed is not a beginning of what the database holds, or the site comes from a
    /// backup. Leaves are read from the beginning the first time, later from where the last check ended.
    pub(super) fn check_signed(
        &self,
        log: &SiteLog,
        known: &KnownCheckpoints,
    ) -> Result<Option<IncidentCause>, AppError> {
        if let Some(cause) = self.check_beginnings(log, known)? {
            return Ok(Some(cause));
        }
        // What was signed after a backup was made is nowhere here, and nothing looks wrong.
        let is_restored = self
            .store
            .read(|snapshot| snapshot.setting(RESTORED_SETTING))?
            .is_some();
        Ok(is_restored.then_some(IncidentCause::Restored))
    }

    fn check_beginnings(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<Option<IncidentCause>, AppError> {
        let first_place = log.present()?.first_place;
        let places = self.store.read(|snapshot| snapshot.log_size())?;
        let held = places.saturating_sub(first_place);
        if known.all().any(|signed| signed.checkpoint.size > held) {
            return Ok(Some(IncidentCause::DatabaseBehind));
        }
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked.as_ref().is_none_or(|checked| checked.log != log.id) {
            *checked = Some(CheckedTree::of(log.id));
        }
        let Some(tree) = checked.as_mut() else { return Ok(None) };
        if tree.tree.size() > held {
            // Places that this process has seen taken are gone: a failover lost the end of the database.
            return Ok(Some(IncidentCause::DatabaseBehind));
        }
        let mut wanted: Vec<&Signed> = known.all().collect();
        wanted.sort_by_key(|signed| signed.checkpoint.size);
        for signed in wanted {
            let agrees = match tree.knows(&signed.checkpoint) {
                Some(agrees) => agrees,
                None => {
                    if signed.checkpoint.size < tree.tree.size() {
                        *tree = CheckedTree::of(log.id);
                    }
                    self.extend(tree, first_place, signed.checkpoint.size)?;
                    tree.tree.root() == signed.checkpoint.root
                }
            };
            if !agrees {
                *checked = None;
                return Ok(Some(IncidentCause::RecordDiffers));
            }
        }
        Ok(None)
    }

    fn extend(&self, tree: &mut CheckedTree, first_place: u64, to: u64) -> Result<(), AppError> {
        while tree.tree.size() < to {
            let from = first_place + tree.tree.size();
            let until = (from + u64::from(LEAVES_AT_ONCE)).min(first_place + to);
            let entries = self.store.read(|snapshot| snapshot.leaf_entries(from, until))?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                tree.tree.push(entry).map_err(AppError::internal)?;
            }
        }
        tree.remember();
        Ok(())
    }

    /// Keeps a published or witnessed checkpoint of which the database lost the row.
    pub(super) fn keep_again(&self, log: &SiteLog, known: &KnownCheckpoints) -> Result<(), AppError> {
        let Some(largest) = known.largest() else { return Ok(()) };
        let first_place = log.present()?.first_place;
        let (size, note, now) = (first_place + largest.checkpoint.size, largest.note.clone(), self.now());
        self.store
            .write(move |transaction| {
                if transaction.latest_checkpoint()?.is_none_or(|kept| kept.size < size) {
                    transaction.save_checkpoint(size, &note, now)?;
                }
                Ok::<_, AppError>(())
            })
            .wait()
            .map_err(flatten)
    }
}

fn open_signed(log: &SiteLog, note: String) -> Found {
    let Ok(named) = Checkpoint::read_unverified(note.as_bytes()) else {
        return Found::NotOurs;
    };
    if named.origin != *log.origin() {
        return Found::NotOurs;
    }
    let by_history = log
        .keys()
        .ok()
        .and_then(|keys| Checkpoint::open_with(note.as_bytes(), keys).ok());
    // A database that is older than the last rotation does not know the key that signed; the folder does.
    let by_folder = || {
        log.in_folder
            .iter()
            .find_map(|key| Checkpoint::open(note.as_bytes(), key).ok())
    };
    match by_history.or_else(by_folder) {
        Some(checkpoint) => Found::Genuine(Signed { checkpoint, note }),
        None => Found::NotOurs,
    }
}

/// What is known to have been signed last for the present log, and how many of its entries the database holds unchanged.
pub(crate) struct LastSigned {
    /// The signed note; none where nothing was ever signed.
    pub(crate) note: Option<String>,
    /// What it states.
    pub(crate) size: u64,
    /// What it states.
    pub(crate) root: LogHash,
    /// Leading leaves of the database that are the entries of the log.
    pub(crate) held: u64,
}

impl App {
    /// What an incident has to say of the log that it ends.
    pub(crate) fn last_signed(&self, log: &SiteLog) -> Result<LastSigned, AppError> {
        let known = self.known_checkpoints(log)?;
        let largest = known.as_ref().and_then(KnownCheckpoints::largest);
        let (size, root) = largest.map_or((0, EMPTY_ROOT), |signed| {
            (signed.checkpoint.size, signed.checkpoint.root)
        });
        Ok(LastSigned {
            note: largest.map(|signed| signed.note.clone()),
            size,
            root,
            held: self.agreeing_entries(log, known.as_ref())?,
        })
    }

    /// How many leaves, from the first of the present log on, are those that its published bundles hold.
    fn agreeing_entries(&self, log: &SiteLog, known: Option<&KnownCheckpoints>) -> Result<u64, AppError> {
        let epoch = log.present()?;
        let width = u64::from(luoshi_tlog::TILE_WIDTH);
        let mut sizes: Vec<u64> = known
            .iter()
            .flat_map(|known| known.all())
            .map(|signed| signed.checkpoint.size)
            .collect();
        // The last bundle of the folder is as wide as what was published there, which may be less than what a witness brought.
        sizes.sort_by(|one, other| other.cmp(one));
        let size = sizes.first().copied().unwrap_or(0);
        let mut held = 0;
        while held < size {
            let mut entries = None;
            for filled in sizes
                .iter()
                .filter(|size| **size > held)
                .map(|size| (size - held).min(width))
            {
                entries = bundle(&epoch.files, held / width, filled)?;
                if entries.is_some() {
                    break;
                }
            }
            let Some(entries) = entries else { break };
            let from = epoch.first_place + held;
            let until = from + entries.len() as u64;
            let leaves = self.store.read(|snapshot| snapshot.leaf_entries(from, until))?;
            let agreeing = entries
                .iter()
                .zip(&leaves)
                .take_while(|(entry, leaf)| entry.as_slice() == leaf.as_slice());
            let agreeing = agreeing.count() as u64;
            held += agreeing;
            if agreeing < width {
                break;
            }
        }
        Ok(held.min(size))
    }
}

/// The first `filled` entries of a bundle; none where it is missing or damaged.
pub(crate) fn bundle(files: &LogFiles, index: u64, filled: u64) -> Result<Option<Vec<Vec<u8>>>, AppError> {
    let Some(tile) = u16::try_from(filled)
        .ok()
        .and_then(|width| TileId::new(luoshi_tlog::TileKind::Entries, index, width))
    else {
        return Ok(None);
    };
    for tile in [tile, tile.full()] {
        if let Some(bytes) = files.read_tile(tile).map_err(AppError::internal)? {
            let entries = luoshi_tlog::parse_bundle(&bytes, tile.width()).ok();
            return Ok(entries.map(|entries| {
                let wanted = entries.into_iter().take(filled as usize);
                wanted.map(<[u8]>::to_vec).collect()
            }));
        }
    }
    Ok(None)
}
