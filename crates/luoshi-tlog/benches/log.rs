//! A log of a million entries: integrated as the worker does it, and verified as `luoshi verify` does it. Run: `cargo bench -p luoshi-tlog`.
//!
//! Ratios within one run count: verification against bare hashing of as many nodes. `LUOSHI_BENCH_ENTRIES` sets the number of entries.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops on the spot and reads its own setting"
)]

use std::{collections::HashMap, convert::Infallible, hint::black_box, sync::LazyLock};

use divan::{Bencher, counter::ItemsCount};
use luoshi_tlog::{EMPTY_ROOT, LogHash, TileId, TileSource, integrate, verify_tree};
use sha2::{Digest, Sha256};

/// Entries that the worker takes in at once.
const STEP: usize = 4_096;

fn main() {
    divan::main();
}

#[derive(Default)]
struct Memory(HashMap<TileId, Vec<u8>>);

impl TileSource for Memory {
    type Error = Infallible;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&tile).cloned())
    }
}

struct Log {
    tiles: Memory,
    entries: Vec<Vec<u8>>,
    root: LogHash,
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let count = std::env::var("LUOSHI_BENCH_ENTRIES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000_u64);
    // A leaf is a commitment of 32 bytes.
    let entries: Vec<Vec<u8>> = (0..count)
        .map(|number| Sha256::digest(number.to_be_bytes()).to_vec())
        .collect();
    let mut tiles = Memory::default();
    let (mut size, mut root) = (0, EMPTY_ROOT);
    for step in entries.chunks(STEP) {
        let grown = integrate(&tiles, size, root, step).unwrap();
        tiles
            .0
            .extend(grown.tiles.into_iter().map(|tile| (tile.tile, tile.bytes)));
        (size, root) = (grown.size, grown.root);
    }
    Log { tiles, entries, root }
});

/// Every tile, every bundle and the root are computed again and compared.
#[divan::bench(sample_count = 5)]
fn verify(bencher: Bencher<'_, '_>) {
    let log = &*LOG;
    bencher.counter(ItemsCount::new(log.entries.len())).bench(|| {
        let entries = log.entries.iter().map(Ok::<_, Infallible>);
        verify_tree(&log.tiles, log.entries.len() as u64, log.root, entries).unwrap()
    });
}

/// What a worker does with the leaves of a busy moment, at the edge of the whole log.
#[divan::bench]
fn integrate_step(bencher: Bencher<'_, '_>) {
    let log = &*LOG;
    let step: Vec<Vec<u8>> = log.entries.iter().take(STEP).cloned().collect();
    bencher
        .counter(ItemsCount::new(step.len()))
        .bench(|| integrate(&log.tiles, log.entries.len() as u64, log.root, &step).unwrap());
}

/// The ceiling: two hashes an entry, one of the leaf and one of a node, and nothing else.
#[divan::bench(sample_count = 5)]
fn bare_hashing(bencher: Bencher<'_, '_>) {
    let log = &*LOG;
    bencher.counter(ItemsCount::new(log.entries.len())).bench(|| {
        for entry in &log.entries {
            let leaf = Sha256::new().chain_update([0]).chain_update(entry).finalize();
            let node = Sha256::new().chain_update([1]).chain_update(leaf).chain_update(leaf);
            black_box(node.finalize());
        }
    });
}
