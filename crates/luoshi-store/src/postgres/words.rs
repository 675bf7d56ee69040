//! Words on a server (docs/adr/0010): each lies there enciphered under a key of the thing that it belongs to, and the keys lie beside them,
//! wrapped by the key of an epoch that no database holds. What a server keeps of old pages, logs and copies is then of no use once the key of
//! a thing is destroyed and the epoch is over.
//!
//! Rooms know nothing of it: they say which values are words ([`Value::Words`]) and read them back as texts. Here is the sealing and opening, and
//! the keys; which columns hold words is said in [`crate::words`].

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use luoshi_ledger::text::keyed_hash;
use uuid::Uuid;

use super::{answer::AnsweredRow, session::Session};
use crate::{
    engine::{ColumnValue, Connection, Row, Value, for_keys, values},
    error::StoreError,
};

/// What stands before an enciphered text. No text that a person enters begins with it.
const MARK: char = '\u{1}';
/// The number under which the key of hashes is kept.
const NO_EPOCH: u32 = 0;
/// Bytes of a nonce.
const NONCE: usize = 24;
/// Bytes of a key's id.
const ID: usize = 16;
/// Keys of things that are kept in memory at most; beyond that all are let go and read again.
const MOST_KEYS: usize = 50_000;

/// Keys that no query has to fetch more than once: a key never changes under its id.
type KnownKeys = HashMap<[u8; ID], [u8; 32]>;

/// Where the keys of epochs are kept, and where bytes come from that nobody can guess. It belongs to no database and to no backup of one.
pub trait WordVault: Send + Sync {
    /// The key of an epoch; none where it is not there.
    ///
    /// # Errors
    /// When the place where keys are kept cannot be read.
    fn epoch_key(&self, epoch: u32) -> std::io::Result<Option<[u8; 32]>>;

    /// Keeps the key of an epoch, durably, unless there is one; answers with the one that is kept.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn keep_epoch_key(&self, epoch: u32, key: [u8; 32]) -> std::io::Result<[u8; 32]>;

    /// Destroys the key of an epoch; an absent one is no error.
    ///
    /// # Errors
    /// When it cannot be destroyed.
    fn destroy_epoch_key(&self, epoch: u32) -> std::io::Result<()>;

    /// Fills `bytes` with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// A vault that several stores and threads share.
#[derive(Clone)]
pub struct SharedVault(pub Arc<dyn WordVault>);

impl fmt::Debug for SharedVault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SharedVault(…)")
    }
}

impl PartialEq for SharedVault {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SharedVault {}

/// What this process knows of the keys of one database.
pub(super) struct WordKeys {
    vault: SharedVault,
    known: Mutex<KnownKeys>,
    epochs: Mutex<HashMap<u32, [u8; 32]>>,
    /// The epoch under which new keys are wrapped; 0 while nobody has asked.
    present: AtomicU32,
    /// With which names and pairs of characters are hashed that have to be found again.
    of_hashes: OnceLock<[u8; 32]>,
}

impl WordKeys {
    pub(super) fn new(vault: SharedVault) -> Self {
        Self {
            vault,
            known: Mutex::default(),
            epochs: Mutex::default(),
            present: AtomicU32::new(0),
            of_hashes: OnceLock::new(),
        }
    }

    fn known(&self) -> MutexGuard<'_, KnownKeys> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, id: [u8; ID], key: [u8; 32]) {
        let mut known = self.known();
        if known.len() >= MOST_KEYS {
            known.clear();
        }
        known.insert(id, key);
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.vault.0.fill(&mut bytes);
        bytes
    }

    /// Forgets which epoch is the present one: another process has begun a new one.
    pub(super) fn forget_epoch(&self) {
        self.present.store(0, Ordering::Release);
    }

    fn epoch_key(&self, epoch: u32) -> Result<[u8; 32], StoreError> {
        let mut epochs = self.epochs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = epochs.get(&epoch) {
            return Ok(*key);
        }
        let key = self.vault.0.epoch_key(epoch).map_err(failed)?;
        let key = key.ok_or(StoreError::NoWordKey { epoch })?;
        epochs.insert(epoch, key);
        Ok(key)
    }

    /// HMAC-SHA-256 of what has to be found again by those who know it, and by nobody who has the database alone. The key stands with those of the
    /// epochs, under a number that no epoch has, and never ends.
    fn hash(&self, of: &[u8]) -> Result<[u8; 32], StoreError> {
        let key = match self.of_hashes.get() {
            Some(key) => key,
            None => {
                let key = self.vault.0.keep_epoch_key(NO_EPOCH, self.random()).map_err(failed)?;
                self.of_hashes.get_or_init(|| key)
            }
        };
        Ok(keyed_hash(key, of))
    }

    fn unwrap(&self, id: &[u8; ID], epoch: u32, wrapped: &[u8]) -> Result<[u8; 32], StoreError> {
        let key = open(&self.epoch_key(epoch)?, id, wrapped)?;
        key.try_into().map_err(|_| unreadable())
    }

    fn wrap(&self, id: &[u8; ID], epoch: u32, key: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        seal(&self.epoch_key(epoch)?, self.random(), id, key)
    }
}

/// What one transaction knows of the keys of things.
#[derive(Default)]
pub(super) struct TransactionKeys {
    of_things: HashMap<Uuid, ([u8; ID], [u8; 32])>,
    /// Things that this transaction begins, of which nobody else can have a key.
    begun: HashSet<Uuid>,
}

impl TransactionKeys {
    pub(super) fn clear(&mut self) {
        self.of_things.clear();
        self.begun.clear();
    }
}

/// `nonce`, then what is enciphered with its code.
fn seal(key: &[u8; 32], nonce: [u8; NONCE], about: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let payload = Payload { msg: plain, aad: about };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| unreadable())?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], about: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(unreadable)?;
    let payload = Payload {
        msg: sealed,
        aad: about,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), payload)
        .map_err(|_| unreadable())
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::Engine(Box::new(error))
}

fn unreadable() -> StoreError {
    StoreError::Unreadable {
        column: "(words)".to_owned(),
    }
}

/// The id of the key and the rest of a text that is enciphered; none where it is not.
fn parts(text: &str) -> Option<([u8; ID], Vec<u8>)> {
    let bytes = STANDARD_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?;
    let (id, sealed) = bytes.split_first_chunk::<ID>()?;
    Some((*id, sealed.to_vec()))
}

/// The texts of a row that were enciphered, by their columns; empty where none was.
#[derive(Default)]
pub(crate) struct OpenedRow(Vec<Option<String>>);

impl OpenedRow {
    /// The words of a column.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.as_deref()
    }
}

const OF_THING: &str = "select id, epoch, wrapped from word_key where thing = $1 order by id limit 1 for share";
const ALL_OF_THING: &str = "select id, epoch, wrapped from word_key where thing = $1 order by id for update";
const OF_IDS: &str = "select id, epoch, wrapped from word_key where id in ({})";
/// An epoch that is over has no row, and the column takes no null. What the statement sees of epochs is as of after it has got the lock of the table
/// that every write takes, so it sees the end of one that it has waited for.
const INSERT: &str = "
    insert into word_key (id, thing, epoch, wrapped) values ($1, $2, (select id from word_epoch where id = $3), $4)";
const DELETE: &str = "delete from word_key where id in ({})";
const EPOCHS: &str = "select id from word_epoch order by id";
const ANY_NAME: &str = "select 1 from sign_in_key limit 1";
const PRESENT: &str = "select max(id) from word_epoch";
const BEGIN_EPOCH: &str = "insert into word_epoch (id) values ($1) on conflict (id) do nothing";
/// Whoever has written or holds a key is waited for, and whoever would do so next waits; reading goes on.
const LOCK_KEYS: &str = "lock table word_key in exclusive mode";
const END_EPOCHS: &str = "delete from word_epoch where id < $1";
const OLD: &str = "
    select id, epoch, wrapped from word_key where id > $2 and epoch < $1 order by id limit $3 for update";
const REWRAP: &str = "
    update word_key set epoch = (select id from word_epoch where id = $2), wrapped = $3 where id = $1";

/// Keys that are wrapped anew by one transaction.
const KEYS_AT_ONCE: u32 = 500;

/// A row of a key.
type KeyRow = (Vec<u8>, u32, Vec<u8>);

impl Session {
    /// The values of a statement as the server gets them: words enciphered, all others as they are.
    pub(super) fn sealed<'v>(&self, parameters: &[Value<'v>]) -> Result<Option<Vec<Value<'v>>>, StoreError> {
        if !parameters.iter().any(|value| matches!(value, Value::Words(..))) {
            return Ok(None);
        }
        let sealed = parameters.iter().map(|value| match value {
            Value::Words(thing, words) => Ok(Value::Text(self.seal(*thing, words)?.into())),
            other => Ok(other.clone()),
        });
        sealed.collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn seal(&self, thing: Uuid, words: &str) -> Result<String, StoreError> {
        let (id, key) = self.key_of(thing)?;
        let sealed = seal(&key, self.words.random(), &id, words.as_bytes())?;
        let mut text = String::from(MARK);
        STANDARD_NO_PAD.encode_string([id.as_slice(), &sealed].concat(), &mut text);
        Ok(text)
    }

    /// What a name to sign in with is found by.
    pub(crate) fn hash_of_name(&self, name: &str) -> Result<[u8; 32], StoreError> {
        self.words.hash(&[b"name\0".as_slice(), name.as_bytes()].concat())
    }

    /// What the lists of search call a term here: who has the database alone learns from it which lists are equally long, and no word.
    pub(crate) fn masked_term(&self, term: i64) -> Result<i64, StoreError> {
        let hash = self.words.hash(&[b"term\0".as_slice(), &term.to_be_bytes()].concat())?;
        let (first, _) = hash.split_first_chunk::<8>().ok_or_else(unreadable)?;
        Ok(i64::from_be_bytes(*first))
    }

    /// Refuses a database whose words no key that is kept can open, or whose names no key can find.
    pub(super) fn refuse_lost_keys(&self) -> Result<(), StoreError> {
        let connection = Connection::Postgres(self);
        let mut needed: Vec<(u32,)> = connection.all(EPOCHS, &[])?;
        let named: Option<(i64,)> = connection.optional(ANY_NAME, &[])?;
        needed.extend(named.map(|_| (NO_EPOCH,)));
        needed
            .into_iter()
            .try_for_each(|(epoch,)| self.words.epoch_key(epoch).map(|_| ()))
    }

    /// Says that this transaction begins a thing, so that nobody is asked for its key.
    pub(crate) fn begin_words(&self, thing: Uuid) {
        self.word_keys.borrow_mut().begun.insert(thing);
    }

    /// The key under which words of a thing are enciphered. It is held until the transaction ends, so that nobody destroys it meanwhile.
    fn key_of(&self, thing: Uuid) -> Result<([u8; ID], [u8; 32]), StoreError> {
        if let Some(known) = self.word_keys.borrow().of_things.get(&thing) {
            return Ok(*known);
        }
        let is_begun = self.word_keys.borrow().begun.contains(&thing);
        let connection = Connection::Postgres(self);
        let kept: Option<KeyRow> = if is_begun {
            None
        } else {
            connection.optional(OF_THING, values![&thing])?
        };
        let key = match kept {
            Some(row) => self.learn(row)?,
            None => self.draw_key(thing)?,
        };
        self.word_keys.borrow_mut().of_things.insert(thing, key);
        Ok(key)
    }

    fn draw_key(&self, thing: Uuid) -> Result<([u8; ID], [u8; 32]), StoreError> {
        let epoch = self.present_epoch()?;
        let (id, key): ([u8; ID], [u8; 32]) = (self.words.random(), self.words.random());
        let wrapped = self.words.wrap(&id, epoch, &key)?;
        Connection::Postgres(self).send(INSERT, values![id.as_slice(), &thing, epoch, wrapped.as_slice()])?;
        // Where the transaction is undone nothing was sealed with it, and nobody draws the same id again.
        self.words.keep(id, key);
        Ok((id, key))
    }

    /// Unwraps a key and keeps it in memory.
    fn learn(&self, (id, epoch, wrapped): KeyRow) -> Result<([u8; ID], [u8; 32]), StoreError> {
        let id: [u8; ID] = id.try_into().map_err(|_| unreadable())?;
        let key = self.words.unwrap(&id, epoch, &wrapped)?;
        self.words.keep(id, key);
        Ok((id, key))
    }

    /// The epoch under which new keys are wrapped; the first one begins with the first words.
    fn present_epoch(&self) -> Result<u32, StoreError> {
        match self.words.present.load(Ordering::Acquire) {
            0 => {}
            epoch => return Ok(epoch),
        }
        let connection = Connection::Postgres(self);
        let (found,): (Option<u32>,) = connection.one(PRESENT, &[])?;
        let epoch = match found {
            Some(epoch) => epoch,
            None => {
                self.words
                    .vault
                    .0
                    .keep_epoch_key(1, self.words.random())
                    .map_err(failed)?;
                connection.execute(BEGIN_EPOCH, values![1_u32])?;
                1
            }
        };
        self.words.present.store(epoch, Ordering::Release);
        Ok(epoch)
    }

    /// Opens the enciphered texts of rows, for which keys that nobody has met yet are asked for together.
    pub(super) fn opened(&self, rows: &[AnsweredRow]) -> Result<Vec<OpenedRow>, StoreError> {
        let mut found: Vec<(usize, usize, [u8; ID], Vec<u8>)> = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            for index in 0..row.width() {
                if let ColumnValue::Text(text) = Row::postgres(row, None).raw(index)?
                    && text.starts_with(MARK)
                    && let Some((id, sealed)) = parts(text)
                {
                    found.push((place, index, id, sealed));
                }
            }
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let mut keys = KnownKeys::new();
        let mut wanted: Vec<Uuid> = Vec::new();
        {
            let known = self.words.known();
            for (_, _, id, _) in &found {
                match known.get(id) {
                    Some(key) => {
                        keys.insert(*id, *key);
                    }
                    None => wanted.push(Uuid::from_bytes(*id)),
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut fetched: Vec<KeyRow> = Vec::new();
        for_keys(OF_IDS, &wanted, |sql, ids| {
            fetched.extend(Connection::Postgres(self).all::<KeyRow>(sql, ids)?);
            Ok(())
        })?;
        for row in fetched {
            let (id, key) = self.learn(row)?;
            keys.insert(id, key);
        }
        let mut opened: Vec<OpenedRow> = rows.iter().map(|_| OpenedRow::default()).collect();
        for (place, index, id, sealed) in found {
            // A key that is gone was destroyed with its words; whoever reads such a row meets a text that is none.
            let Some(key) = keys.get(&id) else { continue };
            let Ok(plain) = open(key, &id, &sealed) else { continue };
            let Ok(text) = String::from_utf8(plain) else { continue };
            if let Some(row) = opened.get_mut(place) {
                row.0.resize(row.0.len().max(index + 1), None);
                if let Some(column) = row.0.get_mut(index) {
                    *column = Some(text);
                }
            }
        }
        Ok(opened)
    }

    /// Holds every key of a thing and forgets it for what is written from now on: the next words of the thing get a new one. Answers with the
    /// ids of the old ones, which still open what they sealed.
    pub(crate) fn retire_keys(&self, thing: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let rows: Vec<KeyRow> = Connection::Postgres(self).all(ALL_OF_THING, values![&thing])?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, _) = self.learn(row)?;
            ids.push(Uuid::from_bytes(id));
        }
        let mut own = self.word_keys.borrow_mut();
        own.of_things.remove(&thing);
        // The old ones are still there, and none of them may be taken again.
        own.begun.insert(thing);
        Ok(ids)
    }

    /// Destroys keys.
    pub(crate) fn destroy_keys(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let mut known = self.words.known();
        for id in ids {
            known.remove(id.as_bytes());
        }
        drop(known);
        for_keys(DELETE, ids, |sql, ids| Connection::Postgres(self).send(sql, ids))
    }

    /// Makes the next epoch the present one, in a transaction of the caller's, and answers with it. Its key is kept before anybody can use it.
    pub(super) fn begin_next_epoch(&self) -> Result<u32, StoreError> {
        // Asked anew: another process may have begun one since, under which a key that was destroyed later was wrapped.
        self.words.forget_epoch();
        let next = self.present_epoch()?.saturating_add(1);
        self.words
            .vault
            .0
            .keep_epoch_key(next, self.words.random())
            .map_err(failed)?;
        Connection::Postgres(self).execute(BEGIN_EPOCH, values![next])?;
        Ok(next)
    }

    /// Wraps some keys of earlier epochs with the key of `epoch`, by their ids from the one behind `after` on; answers with the last of them, and with
    /// none where there are no more.
    pub(super) fn rewrap_some(&self, epoch: u32, after: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = Connection::Postgres(self);
        let rows: Vec<KeyRow> = connection.all(OLD, values![epoch, after, KEYS_AT_ONCE])?;
        let last = rows.last().map(|(id, ..)| id.clone());
        for row in rows {
            let (id, key) = self.learn(row)?;
            let wrapped = self.words.wrap(&id, epoch, &key)?;
            connection.send(REWRAP, values![id.as_slice(), epoch, wrapped.as_slice()])?;
        }
        Ok(last)
    }

    /// Says that this process keeps new keys under `epoch` from now on.
    pub(super) fn believe_in_epoch(&self, epoch: u32) {
        self.words.present.store(epoch, Ordering::Release);
    }

    /// Ends every epoch before `epoch`. Whoever keeps a key under one of them just now is waited for, and whoever would do so next waits for this;
    /// from the commit on no process can.
    pub(super) fn end_epochs_before(&self, epoch: u32) -> Result<(), StoreError> {
        let connection = Connection::Postgres(self);
        connection.execute(LOCK_KEYS, &[])?;
        let mut wrapped = Some(Vec::new());
        while let Some(last) = wrapped {
            wrapped = self.rewrap_some(epoch, &last)?;
        }
        connection.execute(END_EPOCHS, values![epoch]).map(|_| ())
    }

    /// Destroys the keys of every epoch before `epoch`, also of those whose end was not followed by this because of a crash.
    pub(super) fn destroy_epochs_before(&self, epoch: u32) -> Result<(), StoreError> {
        for over in NO_EPOCH + 1..epoch {
            self.words.vault.0.destroy_epoch_key(over).map_err(failed)?;
            let mut known = self.words.epochs.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&over);
        }
        Ok(())
    }
}
