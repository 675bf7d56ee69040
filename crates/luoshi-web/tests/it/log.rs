//! The log as an outsider checks it: with the key and over HTTP alone.

use std::{collections::BTreeMap, io};

use axum::http::StatusCode;
use luoshi_tlog::{Checkpoint, TileId, TileKind, TileSource, VerifierKey, parse_bundle, verify_tree};

use crate::site::TestSite;

/// What was fetched, as a verifier reads it.
struct Fetched(BTreeMap<String, Vec<u8>>);

impl TileSource for Fetched {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, io::Error> {
        Ok(self.0.get(&tile.path()).cloned())
    }
}

#[tokio::test]
async fn an_outsider_verifies_the_whole_log_over_http() {
    let site = TestSite::new().await;
    site.app.drain_jobs().await.unwrap();
    let mut reader = site.browser();
    let key = reader.get("/log/key").await;
    let key = VerifierKey::parse(key.text.trim()).unwrap();
    let note = reader.get("/log/checkpoint").await;
    assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(note.header("cache-control"), "public, max-age=5");
    let checkpoint = Checkpoint::open(&note.bytes, &key).unwrap();
    assert_eq!(checkpoint.origin.as_str(), site.app.log_origin());
    assert!(
        checkpoint.size > 5 && checkpoint.size < 256,
        "one partial tile holds it: {}",
        checkpoint.size
    );
    let width = u16::try_from(checkpoint.size).unwrap();
    let mut fetched = Fetched(BTreeMap::new());
    for kind in [TileKind::Hashes { level: 0 }, TileKind::Entries] {
        let path = TileId::new(kind, 0, width).unwrap().path();
        let page = reader.get(&format!("/log/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.header("content-type"), "application/octet-stream");
        assert_eq!(page.header("cache-control"), "public, max-age=31536000, immutable");
        fetched.0.insert(path, page.bytes);
    }
    let bundle = fetched.0[&TileId::new(TileKind::Entries, 0, width).unwrap().path()].clone();
    let entries = parse_bundle(&bundle, width).unwrap();
    let checked = verify_tree(&fetched, checkpoint.size, checkpoint.root, entries.into_iter().map(Ok)).unwrap();
    assert_eq!(checked, 2);

    let page = reader.get("/log").await;
    assert_eq!(page.one("h1"), "存证日志");
    assert!(page.text.contains(&site.app.log_origin()) && page.text.contains(&checkpoint.size.to_string()));
    assert!(page.all("pre")[0].contains(&site.app.log_origin()));
}

#[tokio::test]
async fn what_is_no_tile_is_not_found() {
    let site = TestSite::new().await;
    site.app.drain_jobs().await.unwrap();
    let mut reader = site.browser();
    for path in [
        "0/001",
        "9/000",
        "entries/000.p/999",
        "0/000.p/300",
        "0/../../key/log.key",
        "..%2F..%2Fkey%2Flog.key",
        "x",
    ] {
        let page = reader.get(&format!("/log/tile/{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.text.contains("PRIVATE"), "{path}");
    }
}
