//! The keys of the epochs of words on a server (docs/adr/0010), as files beside the keys of the log: in no database and in no backup.
//!
//! What they seal, and when an epoch is over, is the store's.

use std::{fs, io, path::PathBuf, sync::Arc};

use luoshi_store::{SharedVault, WordVault};

use crate::{
    clock::Randomness,
    folder::{DataFolder, overwrite, sync_folder, write_secret_durably},
};

/// The files of the keys, in the folder of keys.
struct KeyFiles {
    folder: PathBuf,
    randomness: Box<dyn Randomness>,
}

impl DataFolder {
    /// The vault of this folder. Server processes of one site share it, as they share the key of the log.
    pub fn word_vault(&self, randomness: Box<dyn Randomness>) -> SharedVault {
        SharedVault(Arc::new(KeyFiles {
            folder: self.key_folder(),
            randomness,
        }))
    }
}

impl KeyFiles {
    fn path(&self, epoch: u32) -> PathBuf {
        self.folder.join(format!("words-{epoch}.key"))
    }
}

impl WordVault for KeyFiles {
    fn epoch_key(&self, epoch: u32) -> io::Result<Option<[u8; 32]>> {
        match fs::read(self.path(epoch)) {
            Ok(bytes) => match bytes.try_into() {
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(io::ErrorKind::InvalidData.into()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn keep_epoch_key(&self, epoch: u32, key: [u8; 32]) -> io::Result<[u8; 32]> {
        if let Some(kept) = self.epoch_key(epoch)? {
            return Ok(kept);
        }
        let path = self.path(epoch);
        let mut number = [0; 8];
        self.fill(&mut number);
        let beside = path.with_extension(format!("{:016x}", u64::from_be_bytes(number)));
        write_secret_durably(&beside, &key)?;
        // A link, for it replaces nothing: of two processes that begin an epoch at once the second one finds the key of the first.
        let linked = fs::hard_link(&beside, &path);
        fs::remove_file(&beside)?;
        sync_folder(&self.folder)?;
        match linked {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.epoch_key(epoch)?.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Err(error) => Err(error),
        }
    }

    fn destroy_epoch_key(&self, epoch: u32) -> io::Result<()> {
        let path = self.path(epoch);
        if !path.is_file() {
            return Ok(());
        }
        overwrite(&path)?;
        fs::remove_file(&path)?;
        sync_folder(&self.folder)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.randomness.fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    #[test]
    fn a_key_is_kept_once_and_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::create(folder.path()).unwrap();
        let vault = data.word_vault(Box::new(SystemRandomness)).0;
        assert_eq!(vault.epoch_key(1).unwrap(), None);
        assert_eq!(vault.keep_epoch_key(1, [7; 32]).unwrap(), [7; 32]);
        assert_eq!(vault.keep_epoch_key(1, [8; 32]).unwrap(), [7; 32]);
        assert_eq!(vault.keep_epoch_key(2, [9; 32]).unwrap(), [9; 32]);
        vault.destroy_epoch_key(1).unwrap();
        vault.destroy_epoch_key(1).unwrap();
        assert_eq!(vault.epoch_key(1).unwrap(), None);
        assert_eq!(vault.epoch_key(2).unwrap(), Some([9; 32]));
        let left = fs::read_dir(data.key_folder()).unwrap().count();
        assert_eq!(left, 1);
        fs::write(data.key_folder().join("words-2.key"), "half").unwrap();
        assert!(vault.epoch_key(2).is_err());
    }
}
