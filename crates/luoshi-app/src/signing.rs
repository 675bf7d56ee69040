//! The log as this process signs for it: name, keys, files, and how far the ones before it reached. Read from the store and the key folder
//! together, for only both say who signs.
//!
//! It signs nothing itself and decides nothing; `log` does.

use std::{collections::BTreeMap, fs, io, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use luoshi_ledger::{
    ids::LogId,
    log::{IncidentCause, Log, LogContinuation, LogKeyTerm},
};
use luoshi_store::{Snapshot, StoreError};
use luoshi_tlog::{KeyHistory, LogKey, LogKeys, Origin, VerifierKey};

use crate::{
    folder::{DataFolder, write_secret_durably},
    log_files::LogFiles,
};

/// The setting under which the store keeps the origin of the present log.
pub(crate) const ORIGIN_SETTING: &str = "log_origin";
/// The setting under which the store keeps the present public key of the present log.
pub(crate) const VERIFIER_SETTING: &str = "log_verifier_key";
/// The setting that says why the log is not signed; empty or absent while it is.
pub(crate) const HALT_SETTING: &str = "log_halt";

/// The setting of a site that was restored from a backup and whose log was not continued since.
pub(crate) const RESTORED_SETTING: &str = "restored";

/// One of the logs of a site, in the order in which they were kept.
#[derive(Debug, Clone)]
pub(crate) struct Epoch {
    /// Its name.
    pub(crate) origin: Origin,
    /// Its files.
    pub(crate) files: LogFiles,
    /// The leaf at this place of the record is its entry 0.
    pub(crate) first_place: u64,
    /// For one that was continued: the first place that is not its own, and its last checkpoint.
    pub(crate) end: Option<(u64, Option<String>)>,
}

/// See the module.
pub(crate) struct SiteLog {
    /// Its id.
    pub(crate) id: LogId,
    /// Its present public key, as the store names it.
    pub(crate) verifier: VerifierKey,
    /// The present secret key; none where it is not in the folder.
    pub(crate) key: Option<Arc<LogKey>>,
    /// Keys that were replaced and still sign checkpoints, each with its last instant.
    predecessors: Vec<(Arc<LogKey>, Timestamp)>,
    /// Every key of every log of the site.
    pub(crate) history: KeyHistory,
    /// Public halves of all keys in the folder. An older database does not know those that came after it.
    pub(crate) in_folder: Vec<VerifierKey>,
    /// Every log of the site, the present one last.
    pub(crate) epochs: Vec<Epoch>,
    /// Why it is not to be signed, as the store says.
    pub(crate) halt: Option<IncidentCause>,
}

/// Why the log of a site cannot be read from store and folder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteLogError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key folder cannot be read.
    #[error(transparent)]
    Folder(#[from] io::Error),
    /// A key file is damaged, and the key that is wanted is in no other.
    #[error("a key file is damaged")]
    DamagedKey,
    /// The folder holds keys of other logs and not the one that is wanted.
    #[error("the keys in the folder belong to another log")]
    ForeignKey,
    /// What the store says of its logs does not hold together.
    #[error("the statements about the log do not hold together")]
    Statements,
}

impl SiteLog {
    /// The log as store and folder have it; none while the site has no log yet.
    pub(crate) fn load(snapshot: &Snapshot<'_>, folder: &DataFolder) -> Result<Option<Self>, SiteLogError> {
        let Some(verifier) = snapshot.setting(VERIFIER_SETTING)? else {
            return Ok(None);
        };
        let verifier = VerifierKey::parse(&verifier).map_err(|_| SiteLogError::Statements)?;
        let rows = snapshot.logs()?;
        let id = LogId::of_origin(verifier.origin().as_str());
        let epochs = epochs(&rows, verifier.origin(), folder)?;
        let history = history(&rows, &verifier)?;
        let keys = KeyFolder::read(folder)?;
        let key = keys.find(&verifier);
        if key.is_none() {
            keys.refuse_foreign(verifier.origin())?;
        }
        let terms = rows.iter().find(|row| row.id == id).map_or(&[][..], |row| &row.keys);
        let predecessors = terms
            .iter()
            .filter_map(|term| {
                let key = keys.by_text.get(&term.key)?;
                Some((Arc::clone(key), term.signs_until?))
            })
            .collect();
        let in_folder = keys.by_text.values().filter_map(|key| key.verifier().ok()).collect();
        let halt = snapshot
            .setting(HALT_SETTING)?
            .and_then(|code| IncidentCause::from_code(&code));
        Ok(Some(Self {
            id,
            verifier,
            key,
            predecessors,
            history,
            in_folder,
            epochs,
            halt,
        }))
    }

    /// The name of the log.
    pub(crate) fn origin(&self) -> &Origin {
        self.verifier.origin()
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> Result<&LogKeys, SiteLogError> {
        self.history.log(self.origin()).ok_or(SiteLogError::Statements)
    }

    /// The present log among all.
    pub(crate) fn present(&self) -> Result<&Epoch, SiteLogError> {
        self.epochs.last().ok_or(SiteLogError::Statements)
    }

    /// The log that the leaf at this place of the record belongs to.
    pub(crate) fn epoch_of(&self, place: u64) -> Option<&Epoch> {
        self.epochs.iter().rev().find(|epoch| epoch.first_place <= place)
    }

    /// Everybody who signs a checkpoint at this instant, the earliest key first.
    pub(crate) fn signers(&self, now: Timestamp) -> Option<Vec<&LogKey>> {
        let present = self.key.as_deref()?;
        let before = self.predecessors.iter().filter(|(_, until)| now <= *until);
        Some(before.map(|(key, _)| key.as_ref()).chain([present]).collect())
    }
}

/// The secret keys in the folder.
struct KeyFolder {
    by_text: BTreeMap<String, Arc<LogKey>>,
    is_damaged: bool,
}

impl KeyFolder {
    fn read(folder: &DataFolder) -> io::Result<Self> {
        let mut found = Self {
            by_text: BTreeMap::new(),
            is_damaged: false,
        };
        for entry in fs::read_dir(folder.key_folder())? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "key") {
                continue;
            }
            match fs::read_to_string(&path)
                .ok()
                .and_then(|text| LogKey::from_signer_text(&text).ok())
            {
                Some(key) => {
                    found.by_text.insert(key.verifier_text(), Arc::new(key));
                }
                None => found.is_damaged = true,
            }
        }
        Ok(found)
    }

    fn find(&self, verifier: &VerifierKey) -> Option<Arc<LogKey>> {
        self.by_text.get(verifier.as_str()).map(Arc::clone)
    }

    /// A folder that was put together from two sites is a mistake to be mended; one without the key is an incident.
    fn refuse_foreign(&self, origin: &Origin) -> Result<(), SiteLogError> {
        if self.is_damaged {
            return Err(SiteLogError::DamagedKey);
        }
        if !self.by_text.is_empty() && self.by_text.values().all(|key| key.origin() != origin) {
            return Err(SiteLogError::ForeignKey);
        }
        Ok(())
    }
}

/// Keeps a secret key under a name of its own, so that no key ever replaces another. Answers with its place.
pub(crate) fn keep_key(folder: &DataFolder, key: &LogKey) -> io::Result<PathBuf> {
    let verifier = key.verifier_text();
    // The key itself, behind the second plus sign, may hold further ones.
    let number = verifier.split('+').nth(1).unwrap_or_default();
    let path = folder.key_folder().join(format!("log-{number}.key"));
    write_secret_durably(&path, key.to_signer_text().as_bytes())?;
    Ok(path)
}

fn continuations(rows: &[Log]) -> impl Iterator<Item = (&Log, &LogContinuation)> {
    rows.iter().filter_map(|row| Some((row, row.continuation.as_ref()?)))
}

fn epochs(rows: &[Log], present: &Origin, folder: &DataFolder) -> Result<Vec<Epoch>, SiteLogError> {
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut first_place = 0;
    for (_, continuation) in continuations(rows) {
        let key = VerifierKey::parse(&continuation.previous_key).map_err(|_| SiteLogError::Statements)?;
        epochs.push(Epoch {
            origin: key.origin().clone(),
            files: folder.log_files(epochs.len() + 1),
            first_place,
            end: Some((continuation.first_place, continuation.checkpoint.clone())),
        });
        first_place = continuation.first_place;
    }
    epochs.push(Epoch {
        origin: present.clone(),
        files: folder.log_files(epochs.len() + 1),
        first_place,
        end: None,
    });
    Ok(epochs)
}

fn history(rows: &[Log], present: &VerifierKey) -> Result<KeyHistory, SiteLogError> {
    let first_row = rows.iter().find(|row| row.continuation.is_none());
    let first_key = match (first_row.and_then(|row| row.keys.first()), continuations(rows).next()) {
        (Some(term), _) => VerifierKey::parse(&term.key).map_err(|_| SiteLogError::Statements)?,
        (None, Some((_, continuation))) => {
            VerifierKey::parse(&continuation.previous_key).map_err(|_| SiteLogError::Statements)?
        }
        (None, None) => present.clone(),
    };
    let mut history = KeyHistory::of(first_key);
    let rotations =
        |keys: &[LogKeyTerm]| -> Vec<String> { keys.iter().filter_map(|term| term.statement.clone()).collect() };
    let mut statements = first_row.map_or_else(Vec::new, |row| rotations(&row.keys));
    for (row, continuation) in continuations(rows) {
        statements.push(continuation.statement.clone());
        statements.extend(rotations(&row.keys));
    }
    for statement in statements {
        history.add(&statement).map_err(|_| SiteLogError::Statements)?;
    }
    Ok(history)
}
