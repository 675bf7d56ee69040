//! The tree against the vectors of RFC 6962, a naive Merkle tree and every kind of tampering.

use luoshi_tlog::{
    Checkpoint, EMPTY_ROOT, Integration, LogHash, LogKey, Origin, ProofError, RunningRoot, TileId, TileKind,
    TileSource, TreeError, VerifyError, consistency_proof, entry_hash, inclusion_proof, integrate, parse_bundle,
    root_at, verify_consistency, verify_inclusion, verify_tree,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Tiles in memory, counting how many are read.
#[derive(Default, Clone)]
struct Memory {
    tiles: BTreeMap<TileId, Vec<u8>>,
    reads: Cell<usize>,
}

impl TileSource for Memory {
    type Error = Infallible;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Infallible> {
        self.reads.set(self.reads.get() + 1);
        Ok(self.tiles.get(&tile).cloned())
    }
}

impl Memory {
    fn grow(&mut self, size: u64, root: LogHash, entries: &[Vec<u8>]) -> Integration {
        let grown = integrate(&*self, size, root, entries).unwrap_or_else(|error| panic!("{error}"));
        self.tiles
            .extend(grown.tiles.iter().map(|tile| (tile.tile, tile.bytes.clone())));
        grown
    }

    /// A store that keeps only the widest tile of every place.
    fn drop_replaced(&mut self) {
        let all: Vec<TileId> = self.tiles.keys().copied().collect();
        let replaced = |tile: &TileId| {
            all.iter()
                .any(|other| other.full() == tile.full() && other.width() > tile.width())
        };
        self.tiles.retain(|tile, _| !replaced(tile));
    }
}

fn entries(count: u64) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| Sha256::digest(number.to_be_bytes()).to_vec())
        .collect()
}

fn log_of(count: u64) -> (Memory, LogHash, Vec<Vec<u8>>) {
    let mut memory = Memory::default();
    let entries = entries(count);
    let root = memory.grow(0, EMPTY_ROOT, &entries).root;
    (memory, root, entries)
}

fn whole(entries: &[Vec<u8>]) -> impl Iterator<Item = Result<&Vec<u8>, Infallible>> {
    entries.iter().map(Ok)
}

/// The definition in RFC 6962, section 2.1, word for word.
fn naive_root(entries: &[Vec<u8>]) -> LogHash {
    match entries {
        [] => LogHash(Sha256::digest(b"").into()),
        [entry] => LogHash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into()),
        _ => {
            let split = entries.len().next_power_of_two() / 2;
            let (left, right) = (naive_root(&entries[..split]), naive_root(&entries[split..]));
            LogHash(
                Sha256::new()
                    .chain_update([1])
                    .chain_update(left.0)
                    .chain_update(right.0)
                    .finalize()
                    .into(),
            )
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn roots_are_those_of_the_certificate_transparency_vectors() {
    let entries: Vec<Vec<u8>> = vec![
        vec![],
        vec![0x00],
        vec![0x10],
        vec![0x20, 0x21],
        vec![0x30, 0x31],
        (0x40..0x44).collect(),
        (0x50..0x58).collect(),
        (0x60..0x70).collect(),
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (position, root) in roots.iter().enumerate() {
        let grown = Memory::default().grow(0, EMPTY_ROOT, &entries[..=position]);
        assert_eq!(hexadecimal(&grown.root.0), *root, "{} entries", position + 1);
    }
}

#[test]
fn all_proofs_of_all_small_trees_hold_and_prove_nothing_else() {
    const LARGEST: u64 = 64;
    let (memory, _, entries) = log_of(0);
    assert!(memory.tiles.is_empty());
    assert!(entries.is_empty());
    let trees: Vec<(Memory, LogHash)> = (0..=LARGEST)
        .map(log_of)
        .map(|(memory, root, _)| (memory, root))
        .collect();
    let entries = self::entries(LARGEST + 1);
    for (size, (memory, root)) in (0..).zip(&trees) {
        assert_eq!(*root, naive_root(&entries[..size as usize]));
        for index in 0..size {
            let proof = inclusion_proof(memory, size, *root, index).unwrap();
            let entry = &entries[index as usize];
            assert_eq!(verify_inclusion(&proof, size, *root, index, entry), Ok(()));
            let other = &entries[index as usize + 1];
            assert_eq!(
                verify_inclusion(&proof, size, *root, index, other),
                Err(ProofError::DoesNotHold)
            );
            for neighbour in [index.wrapping_sub(1), index + 1] {
                assert!(verify_inclusion(&proof, size, *root, neighbour, entry).is_err());
            }
            assert!(verify_inclusion(&proof, size, trees[index as usize].1, index, entry).is_err());
            for position in 0..proof.len() {
                let mut changed = proof.clone();
                changed[position].0[0] ^= 1;
                assert!(verify_inclusion(&changed, size, *root, index, entry).is_err());
                let mut shorter = proof.clone();
                shorter.remove(position);
                assert!(verify_inclusion(&shorter, size, *root, index, entry).is_err());
            }
        }
        for old_size in 0..=size {
            let old_root = trees[old_size as usize].1;
            let proof = consistency_proof(memory, size, *root, old_size).unwrap();
            assert_eq!(verify_consistency(&proof, size, *root, old_size, old_root), Ok(()));
            assert!(verify_consistency(&proof, size, *root, old_size, LogHash([9; 32])).is_err());
            if old_size > 0 {
                assert!(verify_consistency(&proof, size, LogHash([9; 32]), old_size, old_root).is_err());
            }
            let mut longer = proof.clone();
            longer.push(*root);
            assert!(verify_consistency(&longer, size, *root, old_size, old_root).is_err());
        }
    }
}

#[test]
fn proofs_hold_across_the_edges_of_tiles() {
    for size in [255_u64, 256, 257, 511, 512, 513, 65_537] {
        let (memory, root, entries) = log_of(size);
        assert_eq!(root, naive_root(&entries), "{size}");
        verify_tree(&memory, size, root, whole(&entries)).unwrap();
        let small = [1, 254, 255, 256, 257, size / 2, size - 1];
        // The naive tree costs much for large sizes, and what is new there is the third level.
        let large = [255, 65_536];
        let places: &[u64] = if size < 1000 { &small } else { &large };
        for index in places.iter().copied().filter(|index| *index < size) {
            let proof = inclusion_proof(&memory, size, root, index).unwrap();
            let entry = &entries[index as usize];
            assert_eq!(
                verify_inclusion(&proof, size, root, index, entry),
                Ok(()),
                "{index} in {size}"
            );
            let old_root = naive_root(&entries[..index as usize]);
            let proof = consistency_proof(&memory, size, root, index).unwrap();
            assert_eq!(
                verify_consistency(&proof, size, root, index, old_root),
                Ok(()),
                "{index} of {size}"
            );
        }
    }
}

#[test]
fn growing_in_steps_gives_the_tiles_of_growing_at_once() {
    let entries = entries(600);
    for steps in [
        &[1_usize, 254, 1, 1, 255, 88][..],
        &[256, 256, 88],
        &[300, 0, 300],
        &[255, 2, 343],
    ] {
        let (mut memory, mut size, mut root) = (Memory::default(), 0_u64, EMPTY_ROOT);
        for step in steps {
            let from = size as usize;
            let before = memory.reads.get();
            let grown = memory.grow(size, root, &entries[from..from + step]);
            // At most one tile a level and one bundle; none of them was ever replaced here.
            assert!(memory.reads.get() - before <= 3);
            assert_eq!(grown.tiles.is_empty(), *step == 0);
            assert!(grown.tiles.iter().all(|written| !written.bytes.is_empty()));
            (size, root) = (grown.size, grown.root);
            verify_tree(&memory, size, root, whole(&entries[..size as usize])).unwrap();
        }
        memory.drop_replaced();
        assert_eq!(
            memory.tiles.keys().collect::<Vec<_>>(),
            log_of(600).0.tiles.keys().collect::<Vec<_>>()
        );
        assert_eq!(memory.tiles, log_of(600).0.tiles);
    }
}

#[test]
fn proofs_of_an_older_size_are_made_from_the_full_tiles_that_replaced_its_partial_ones() {
    let (mut memory, old_root, _) = log_of(300);
    let entries = entries(500);
    memory.grow(300, old_root, &entries[300..]);
    memory.grow(500, naive_root(&entries), &self::entries(600)[500..]);
    let before = memory.tiles.len();
    memory
        .tiles
        .retain(|tile, _| tile.is_full() || tile.kind() == TileKind::Hashes { level: 1 });
    assert!(memory.tiles.len() < before);
    let proof = inclusion_proof(&memory, 300, old_root, 290).unwrap();
    assert_eq!(verify_inclusion(&proof, 300, old_root, 290, &entries[290]), Ok(()));
    verify_tree(&memory, 300, old_root, whole(&entries[..300])).unwrap();
    // What replaced the partial tile of the level above is partial itself: without the tiles of a checkpoint that was
    // signed, nothing can be said about it any more.
    memory.drop_replaced();
    let missing = TileId::new(TileKind::Hashes { level: 1 }, 0, 1).unwrap();
    assert_eq!(
        inclusion_proof(&memory, 300, old_root, 290),
        Err(TreeError::Missing(missing))
    );
}

#[test]
fn the_written_paths_of_a_log_of_257_entries() {
    let (memory, _, _) = log_of(257);
    let mut paths: Vec<String> = memory.tiles.keys().map(|tile| tile.path()).collect();
    paths.sort();
    let expected = [
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
    ];
    assert_eq!(paths, expected);
    let bundle = &memory.tiles[&TileId::parse("tile/entries/001.p/1").unwrap()];
    assert_eq!(parse_bundle(bundle, 1), Ok(vec![self::entries(257)[256].as_slice()]));
}

#[test]
fn no_changed_byte_of_any_tile_escapes() {
    let (memory, root, entries) = log_of(300);
    for (tile, bytes) in &memory.tiles {
        for position in (0..bytes.len()).step_by(31) {
            let mut changed = memory.clone();
            changed.tiles.get_mut(tile).unwrap()[position] ^= 0x10;
            let found = verify_tree(&changed, 300, root, whole(&entries));
            match found {
                Err(VerifyError::TileDiffers {
                    tile: named,
                    position: place,
                }) => {
                    let width = if tile.kind() == TileKind::Entries { 34 } else { 32 };
                    assert_eq!((named, usize::from(place)), (*tile, position / width));
                }
                Err(VerifyError::Tree(TreeError::Bundle { tile: named, .. })) => assert_eq!(named, *tile),
                other => panic!("{tile} byte {position}: {other:?}"),
            }
        }
        let mut longer = memory.clone();
        longer.tiles.get_mut(tile).unwrap().push(0);
        assert!(
            verify_tree(&longer, 300, root, whole(&entries)).is_err(),
            "{tile} grew unnoticed"
        );
        let mut missing = memory.clone();
        missing.tiles.remove(tile);
        let found = verify_tree(&missing, 300, root, whole(&entries));
        assert_eq!(found, Err(VerifyError::Tree(TreeError::Missing(*tile))));
    }
}

#[test]
fn the_first_difference_is_named() {
    let (memory, root, mut entries) = log_of(300);
    let short = verify_tree(&memory, 300, root, whole(&entries[..299]));
    assert_eq!(
        short,
        Err(VerifyError::WrongNumber {
            expected: 300,
            found: 299
        })
    );
    let longer = self::entries(301);
    let long = verify_tree(&memory, 300, root, whole(&longer));
    assert_eq!(
        long,
        Err(VerifyError::WrongNumber {
            expected: 300,
            found: 301
        })
    );
    let other = verify_tree(&memory, 300, LogHash([1; 32]), whole(&entries));
    assert_eq!(
        other,
        Err(VerifyError::RootDiffers {
            computed: root,
            stated: LogHash([1; 32])
        })
    );
    entries[257] = vec![0; 32];
    let changed = verify_tree(&memory, 300, root, whole(&entries));
    let tile = TileId::new(TileKind::Entries, 1, 44).unwrap();
    assert_eq!(changed, Err(VerifyError::TileDiffers { tile, position: 1 }));
}

#[test]
fn a_damaged_store_is_neither_grown_nor_proved_from() {
    let (memory, root, entries) = log_of(300);
    assert_eq!(
        integrate(&memory, 300, LogHash([1; 32]), &entries),
        Err(TreeError::RootDiffers(300))
    );
    assert_eq!(
        inclusion_proof(&memory, 300, LogHash([1; 32]), 3),
        Err(TreeError::RootDiffers(300))
    );
    for path in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"] {
        let mut changed = memory.clone();
        changed.tiles.get_mut(&TileId::parse(path).unwrap()).unwrap()[0] ^= 1;
        assert_eq!(
            inclusion_proof(&changed, 300, root, 3),
            Err(TreeError::RootDiffers(300)),
            "{path}"
        );
        if path != "tile/0/000" {
            assert_eq!(
                integrate(&changed, 300, root, &entries),
                Err(TreeError::RootDiffers(300)),
                "{path}"
            );
        }
        let mut shorter = memory.clone();
        shorter.tiles.get_mut(&TileId::parse(path).unwrap()).unwrap().pop();
        assert!(
            matches!(
                inclusion_proof(&shorter, 300, root, 3),
                Err(TreeError::WrongLength { .. })
            ),
            "{path}"
        );
    }
    let mut cut = memory.clone();
    cut.tiles.remove(&TileId::parse("tile/0/001.p/44").unwrap());
    assert!(matches!(
        integrate(&cut, 300, root, &entries),
        Err(TreeError::Missing(_))
    ));
}

#[test]
fn limits_are_refused_with_their_cause() {
    let memory = Memory::default();
    assert_eq!(
        integrate(&memory, 0, EMPTY_ROOT, &[vec![0; 65_536]]),
        Err(TreeError::EntryTooLong(0))
    );
    assert!(integrate(&memory, 0, EMPTY_ROOT, &[vec![0; 65_535]]).is_ok());
    let too_large = luoshi_tlog::MAXIMUM_SIZE + 1;
    assert_eq!(
        inclusion_proof(&memory, too_large, EMPTY_ROOT, 0),
        Err(TreeError::TooLarge(too_large))
    );
    assert_eq!(
        inclusion_proof(&memory, 0, EMPTY_ROOT, 0),
        Err(TreeError::OutOfRange { asked: 0, size: 0 })
    );
    assert_eq!(
        consistency_proof(&memory, 3, EMPTY_ROOT, 4),
        Err(TreeError::OutOfRange { asked: 4, size: 3 })
    );
    assert_eq!(
        verify_consistency(&[], u64::MAX, EMPTY_ROOT, 1, EMPTY_ROOT),
        Err(ProofError::OutOfRange)
    );
    assert_eq!(
        verify_inclusion(&[], u64::MAX, EMPTY_ROOT, 1, b""),
        Err(ProofError::OutOfRange)
    );
    let endless = vec![EMPTY_ROOT; 100_000];
    assert_eq!(
        verify_inclusion(&endless, 2, EMPTY_ROOT, 1, b""),
        Err(ProofError::DoesNotHold)
    );
}

#[test]
fn a_checkpoint_of_the_grown_tree_goes_through_its_note() {
    let (_, root, _) = log_of(5);
    let key = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[5; 32]);
    let checkpoint = Checkpoint {
        origin: key.origin().clone(),
        size: 5,
        root,
    };
    let note = checkpoint.sign(&key).unwrap();
    assert_eq!(
        Checkpoint::open(note.as_bytes(), &key.verifier().unwrap()),
        Ok(checkpoint)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_log_grown_in_any_steps_is_the_naive_tree(
        steps in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..200), 0..6),
        pick in any::<prop::sample::Index>(),
    ) {
        let (mut memory, mut size, mut root) = (Memory::default(), 0_u64, EMPTY_ROOT);
        let mut all: Vec<Vec<u8>> = Vec::new();
        let mut seen = vec![(0_u64, EMPTY_ROOT)];
        for step in &steps {
            let grown = memory.grow(size, root, step);
            all.extend(step.iter().cloned());
            (size, root) = (grown.size, grown.root);
            prop_assert_eq!(size, all.len() as u64);
            prop_assert_eq!(root, naive_root(&all));
            seen.push((size, root));
        }
        verify_tree(&memory, size, root, whole(&all)).unwrap();
        let mut running = RunningRoot::new();
        for entry in &all {
            running.push(entry).unwrap();
        }
        prop_assert_eq!((running.size(), running.root()), (size, root));
        for (old_size, old_root) in seen {
            prop_assert_eq!(root_at(&memory, size, root, old_size).unwrap(), old_root);
            let proof = consistency_proof(&memory, size, root, old_size).unwrap();
            prop_assert_eq!(verify_consistency(&proof, size, root, old_size, old_root), Ok(()));
        }
        if !all.is_empty() {
            let index = pick.index(all.len());
            let proof = inclusion_proof(&memory, size, root, index as u64).unwrap();
            prop_assert_eq!(verify_inclusion(&proof, size, root, index as u64, &all[index]), Ok(()));
            prop_assert!(entry_hash(&all[index]) != root || all.len() == 1);
        }
    }

    #[test]
    fn readers_of_foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), width in any::<u16>()) {
        let key = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[5; 32]).verifier().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let _ = TileId::parse(&text);
        let _ = Origin::new(text.clone());
        let _ = Checkpoint::parse(&text);
        let _ = luoshi_tlog::Receipt::parse(&text);
        let _ = luoshi_tlog::VerifierKey::parse(&text);
        let _ = LogKey::from_signer_text(&text);
        prop_assert!(parse_bundle(&bytes, width).is_err() || !bytes.is_empty() || width == 0);
        prop_assert!(Checkpoint::open(&bytes, &key).is_err());
        prop_assert!(luoshi_tlog::Receipt::open(&bytes, &key).is_err());
    }
}
