//! The log as an outsider checks it: with the key and over HTTP alone.

use std::{collections::BTreeMap, io};

use axum::http::StatusCode;
use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication};
use luoshi_tlog::{
    Checkpoint, KeyHistory, LogHash, LogKey, TileId, TileKind, TileSource, VerifierKey, parse_bundle, verify_tree,
};

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

/// Publishes a task and lets the log follow.
async fn publish(site: &TestSite, task: usize) {
    let command = Command::PublishTasks(PublishTasks {
        plan: site.plan,
        tasks: vec![site.rows[task].task],
        publication: Publication::Open,
    });
    let request = luoshi_app::Request::from(command);
    site.app.execute(&Actor::console(), request).await.unwrap();
    site.app.drain_jobs().await.unwrap();
}

#[tokio::test]
async fn a_log_that_cannot_be_signed_is_said_and_nothing_is_taken_in() {
    let site = TestSite::new().await;
    publish(&site, 0).await;
    let key = std::fs::read_to_string(site.folder.path().join("key/log.key")).unwrap();
    let key = LogKey::from_signer_text(&key).unwrap();
    let elsewhere = Checkpoint {
        origin: key.origin().clone(),
        size: 9_999,
        root: LogHash([1; 32]),
    };
    std::fs::write(site.folder.path().join("witnessed"), elsewhere.sign(&key).unwrap()).unwrap();
    // The next round finds that a witness has seen more than the database holds.
    publish(&site, 1).await;
    let mut clerk = site.signed_in("clerk").await;
    let path = format!("/tasks/{}/report?period=2026-03", site.rows[0].task);
    let form = clerk.get(&path).await;
    assert_eq!(form.status, StatusCode::OK, "everything can be read");
    assert!(
        form.one("main > .notice[role=alert]").contains("luoshi log status"),
        "{}",
        form.text
    );
    let refused = clerk
        .submit(&form, "form.measure", &[("done", "已开工"), ("action", "submit")])
        .await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.one("h1"), "存证日志已停止签署");
    let mut reader = site.browser();
    let page = reader.get("/log").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.all("main > .notice[role=alert]").is_empty(),
        "the public reads on undisturbed"
    );

    site.app
        .continue_log(&Actor::console(), "见证方的存证点对不上", false)
        .await
        .unwrap();
    std::fs::remove_file(site.folder.path().join("witnessed")).unwrap();
    site.app.drain_jobs().await.unwrap();
    let taken = clerk
        .submit(&form, "form.measure", &[("done", "已开工"), ("action", "submit")])
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    site.app.drain_jobs().await.unwrap();
    let keys = KeyHistory::parse(&reader.get("/log/keys").await.text).unwrap();
    assert_eq!(keys.logs().len(), 2);
    let note = reader.get("/log/2/checkpoint").await;
    let checkpoint = Checkpoint::open_with(&note.bytes, &keys.logs()[1]).unwrap();
    let width = u16::try_from(checkpoint.size).unwrap();
    let tile = TileId::new(TileKind::Entries, 0, width).unwrap().path();
    let bundle = reader.get(&format!("/log/2/{tile}")).await;
    assert_eq!(parse_bundle(&bundle.bytes, width).unwrap().len(), usize::from(width));
    assert_eq!(reader.get("/log/2/keys").await.text, reader.get("/log/keys").await.text);
    let beginning: serde_json::Value = serde_json::from_str(&reader.get("/log/2/begin.json").await.text).unwrap();
    assert_eq!(beginning["record"][0]["texts"][0]["body"], "见证方的存证点对不上");
    // The old log is where it was, at the checkpoint that was signed last for it.
    let old = reader.get("/log/checkpoint").await;
    assert_eq!(Checkpoint::open_with(&old.bytes, &keys.logs()[0]).unwrap().size, 9_999);
    let page = reader.get("/log").await;
    assert!(page.text.contains("/log/2/checkpoint") && page.text.contains("已停止的日志"));
    for path in [
        "/log/1/checkpoint",
        "/log/02/checkpoint",
        "/log/3/checkpoint",
        "/log/3/keys",
        "/log/2/key",
        "/log/x/y",
    ] {
        assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_data_of_an_open_task_open_its_entries() {
    let site = TestSite::new().await;
    publish(&site, 0).await;
    let mut reader = site.browser();
    let open = reader.get(&format!("/public/tasks/{}.json", site.rows[0].task)).await;
    let data: serde_json::Value = serde_json::from_str(&open.text).unwrap();
    let record = data["tasks"][0]["record"].as_array().unwrap();
    assert_eq!(record.len(), 2);
    assert!(record.iter().all(|entry| entry["index"].is_u64()));
    let withheld = reader.get(&format!("/public/tasks/{}.json", site.rows[1].task)).await;
    assert_eq!(withheld.status, StatusCode::NOT_FOUND);
}
