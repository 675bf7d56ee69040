//! Writes a log of the given number of entries into a folder, as a server would lay it out, so that an independent
//! verifier can be run on it: `cargo run -p luoshi-tlog --example write_log -- FOLDER 70000`.
//!
//! The key and the salts are fixed and worthless. The log grows in two steps, so that the folder also holds the
//! checkpoint and the partial tiles of an earlier size, as a real one does. Beside the tiles it writes `vkey`,
//! `origin`, `checkpoint.old` for the earlier size, and `receipt` for the last entry.

use luoshi_tlog::{
    Checkpoint, EMPTY_ROOT, LeafSalt, LogKey, Origin, Receipt, TileId, TileSource, entry_hash, integrate, leaf_entry,
    verify_tree,
};
use std::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use uuid::Uuid;

struct Folder(PathBuf);

impl TileSource for Folder {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, io::Error> {
        match fs::read(self.0.join(tile.path())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn entry(number: u64) -> [u8; 32] {
    // A salt that anybody can compute hides nothing; a real one is 32 random bytes, kept beside its event.
    let salt = LeafSalt::new(entry_hash(&number.to_be_bytes()).0);
    leaf_entry(&salt, format!("event {number}").as_bytes())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: write_log FOLDER COUNT".into());
    };
    let count: u64 = count.parse()?;
    let folder = Folder(PathBuf::from(folder));
    let key = LogKey::from_seed(Origin::new("luoshi.example/log")?, &[7; 32]);
    fs::create_dir_all(&folder.0)?;

    let (mut size, mut root) = (0, EMPTY_ROOT);
    for (target, name) in [(count / 2, "checkpoint.old"), (count, "checkpoint")] {
        let entries: Vec<[u8; 32]> = (size..target).map(entry).collect();
        let grown = integrate(&folder, size, root, &entries)?;
        for written in &grown.tiles {
            let path = folder.0.join(written.tile.path());
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, &written.bytes)?;
        }
        (size, root) = (grown.size, grown.root);
        // Only now, when every tile is written, may the root be signed. A server also syncs the files first.
        let checkpoint = Checkpoint {
            origin: key.origin().clone(),
            size,
            root,
        };
        fs::write(folder.0.join(name), checkpoint.sign(&key)?)?;
    }
    verify_tree(&folder, size, root, (0..count).map(|number| Ok(entry(number))))?;

    fs::write(folder.0.join("vkey"), key.verifier_text())?;
    fs::write(folder.0.join("origin"), key.origin().as_str())?;
    if let Some(last) = count.checked_sub(1) {
        let event = Uuid::from_u128(u128::from(last));
        let content = entry_hash(b"content").0;
        let origin = key.origin().clone();
        let receipt = Receipt::new(origin, event, entry(last), content, "2026-03-05T01:02:03Z", content)?;
        fs::write(folder.0.join("receipt"), receipt.sign(&key)?)?;
    }
    Ok(())
}
