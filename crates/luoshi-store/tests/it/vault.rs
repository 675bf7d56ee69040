//! Vaults for tests: keys of epochs in memory, bytes from a counter.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use luoshi_store::{SharedVault, WordVault};

/// A vault whose keys can be looked at.
#[derive(Default)]
pub(crate) struct MemoryVault {
    pub(crate) keys: Mutex<BTreeMap<u32, [u8; 32]>>,
    drawn: AtomicU64,
    /// Whether it is shared by databases that know nothing of each other, so that none may destroy a key of another.
    keeps_all: bool,
}

impl WordVault for MemoryVault {
    fn epoch_key(&self, epoch: u32) -> io::Result<Option<[u8; 32]>> {
        Ok(self.keys.lock().unwrap().get(&epoch).copied())
    }

    fn keep_epoch_key(&self, epoch: u32, key: [u8; 32]) -> io::Result<[u8; 32]> {
        Ok(*self.keys.lock().unwrap().entry(epoch).or_insert(key))
    }

    fn destroy_epoch_key(&self, epoch: u32) -> io::Result<()> {
        if !self.keeps_all {
            self.keys.lock().unwrap().remove(&epoch);
        }
        Ok(())
    }

    fn fill(&self, bytes: &mut [u8]) {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0xa5);
        for (byte, digit) in bytes.iter_mut().rev().zip(number.iter().rev()) {
            *byte = *digit;
        }
    }
}

/// The vault of every database that no test looks into.
pub(crate) fn vault() -> SharedVault {
    static VAULT: OnceLock<SharedVault> = OnceLock::new();
    VAULT
        .get_or_init(|| {
            SharedVault(Arc::new(MemoryVault {
                keeps_all: true,
                ..MemoryVault::default()
            }))
        })
        .clone()
}
