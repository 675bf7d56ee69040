//! Replay and verification of a site with many reports, in events a second. Run: `cargo bench -p luoshi-app --bench replay`.
//!
//! Ratios within one run count: the whole verification (leaves, receipts, log and files too) against the replay alone. The site is made by
//! real commands before, which takes longest. `LUOSHI_BENCH_REPORTS` sets the number of reports.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a benchmark stops on the spot, reads its own setting and says what it did"
)]

use std::sync::{Arc, LazyLock};

use divan::{Bencher, counter::ItemsCount};
use luoshi_app::App;
use luoshi_store::{Location, Store};

#[path = "../examples/large_site.rs"]
#[allow(dead_code, reason = "it is a program of its own too")]
mod large_site;

use large_site::{Size, make_site};

fn main() {
    let site = &*SITE;
    eprintln!("{} events", site.events);
    divan::main();
}

struct Site {
    app: Arc<App>,
    store: Store,
    events: u64,
    folder: tempfile::TempDir,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let reports = std::env::var("LUOSHI_BENCH_REPORTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50_000);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    let app = make_site(&Size {
        folder: data.clone(),
        organisations: 20,
        tasks: 4_000,
        reports,
        approve_every: 3,
        seed: 1,
    })
    .unwrap();
    let store = Store::open(&Location::Sqlite(data.join("luoshi.db"))).unwrap();
    let replay = store.replay(folder.path(), &|_, _, _| {}).unwrap();
    assert_eq!(replay.difference_count, 0, "{:?}", replay.first);
    Site {
        app,
        store,
        events: replay.events,
        folder,
    }
});

/// Every event is played into an empty ledger, and all state rows are compared.
#[divan::bench(sample_count = 5)]
fn replay(bencher: Bencher<'_, '_>) {
    let site = &*SITE;
    bencher
        .counter(ItemsCount::new(site.events))
        .bench(|| site.store.replay(site.folder.path(), &|_, _, _| {}).unwrap());
}

/// The same with leaves, receipts, the log and its checkpoints, and files.
#[divan::bench(sample_count = 5)]
fn verify(bencher: Bencher<'_, '_>) {
    let site = &*SITE;
    bencher.counter(ItemsCount::new(site.events)).bench(|| {
        let verification = site.app.verify(&mut |_, _| {}).unwrap();
        assert!(verification.is_sound());
        verification
    });
}
