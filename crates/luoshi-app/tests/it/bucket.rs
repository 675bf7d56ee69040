//! Files and logs in a bucket: the same way as in a folder, before a server that speaks S3.
//!
//! The server is the Python package `moto[server]`, on a free port of this machine.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use luoshi_app::{
    App, OpenError, SetClock, Surroundings, SystemRandomness,
    files::{BucketSettings, FileSettings, FileStore},
    folder::DataFolder,
};
use luoshi_ledger::{command::IssuePlan, evidence::LARGEST_EVIDENCE};
use luoshi_store::{Location, Store};

use crate::{
    evidence::{Desk, LIST},
    site::{SharedClock, Site, files_below},
    skipped,
};

/// The server, ended when the test ends.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the server; none where the test is not asked for.
async fn serve() -> Option<Server> {
    if std::env::var_os("LUOSHI_TEST_S3").is_none() {
        skipped("files in a bucket: LUOSHI_TEST_S3 is not set");
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new("moto_server")
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("LUOSHI_TEST_S3 is set and there is no moto_server");
    let server = Server {
        child,
        address: format!("127.0.0.1:{port}"),
    };
    for _ in 0..300 {
        if tokio::net::TcpStream::connect(&server.address).await.is_ok() {
            return Some(server);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server does not listen");
}

/// Makes the bucket by the one request that the library has no word for.
async fn make_bucket(server: &Server) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    let request = format!(
        "PUT /luoshi HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn bucket(server: &Server) -> FileStore {
    FileStore::bucket(&BucketSettings {
        bucket: "luoshi".to_owned(),
        prefix: "site".to_owned(),
        endpoint: Some(format!("http://{}", server.address)),
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    })
    .unwrap()
}

fn open(folder: &Path, clock: &Arc<SetClock>, settings: FileSettings) -> Result<Arc<App>, OpenError> {
    let data = DataFolder::create(folder).unwrap();
    let surroundings = Surroundings {
        clock: Box::new(SharedClock(Arc::clone(clock))),
        randomness: Box::new(SystemRandomness),
    };
    let database = Store::create(&Location::Sqlite(data.database())).unwrap();
    App::open_with_files(database, data, surroundings, settings)
}

/// What lies in the bucket, asked for without the program. This server takes any signature and wants one.
async fn published(server: &Server, name: &str) -> Option<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    let request = format!(
        "GET /luoshi/site/{name} HTTP/1.1\r\nHost: {}\r\nAuthorization: AWS test:any\r\nConnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}

#[tokio::test]
async fn a_log_in_a_bucket() {
    let Some(server) = serve().await else { return };
    make_bucket(&server).await;
    let settings = || FileSettings {
        log_store: Some(bucket(&server)),
        ..FileSettings::default()
    };
    // What an office published in its folder before goes to the bucket and stays what it was.
    let (Site { app, clock, folder }, _) = Site::issued().await;
    app.drain_jobs().await.unwrap();
    let before = app.checkpoint().unwrap();
    let size = app.verify(&mut |_, _| {}).unwrap().leaves;
    let tile = format!("tile/0/000.p/{size}");
    let first_tile = app.log_tile(1, &tile).unwrap().unwrap();
    drop(app);
    assert!(files_below(&folder.path().join("log")).len() > 2);
    let part = folder.path().join("log/checkpoint.1-0.part");
    fs::write(&part, "what a crash left").unwrap();
    let app = open(folder.path(), &clock, settings()).unwrap();
    assert_eq!(files_below(&folder.path().join("log")), std::slice::from_ref(&part));
    assert_eq!(published(&server, "log/checkpoint.1-0.part").await, None);
    fs::remove_file(part).unwrap();
    assert_eq!(
        published(&server, "log/checkpoint").await.as_deref(),
        Some(before.as_str())
    );
    assert!(published(&server, "log/keys").await.is_some());
    assert_eq!(app.log_tile(1, &tile).unwrap(), Some(first_tile));
    assert!(app.verify(&mut |_, _| {}).unwrap().is_sound());
    let site = Site { app, clock, folder };

    let old = tempfile::tempdir().unwrap();
    let database = old.path().join("luoshi.db");
    fs::copy(site.folder.path().join("luoshi.db"), &database).unwrap();
    let wal = site.folder.path().join("luoshi.db-wal");
    if wal.exists() {
        fs::copy(wal, old.path().join("luoshi.db-wal")).unwrap();
    }
    fs::create_dir(old.path().join("key")).unwrap();
    fs::copy(site.folder.path().join("key/log.key"), old.path().join("key/log.key")).unwrap();

    // The log goes on in the bucket, over the edge of a tile.
    for _ in 0..45 {
        site.adopt().await;
    }
    site.app.drain_jobs().await.unwrap();
    let after = site.app.checkpoint().unwrap();
    assert_ne!(after, before);
    assert_eq!(
        published(&server, "log/checkpoint").await.as_deref(),
        Some(after.as_str())
    );
    assert!(published(&server, "log/tile/0/000").await.is_some());
    assert!(published(&server, "log/tile/entries/000").await.is_some());
    assert_eq!(files_below(&site.folder.path().join("log")), Vec::<PathBuf>::new());
    let verification = site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert!(verification.leaves > 257, "{}", verification.leaves);

    // A backup holds the published files, as that of a folder does.
    let app = Arc::clone(&site.app);
    let archive = tokio::task::spawn_blocking(move || {
        let mut archive = Vec::new();
        let scratch = app.backup_scratch().unwrap();
        app.back_up(&scratch, &mut archive, &mut |_, _, _| {}).unwrap();
        archive
    });
    let archive = archive.await.unwrap();
    let unpacked = tempfile::tempdir().unwrap();
    luoshi_app::backup::unpack(&mut archive.as_slice(), unpacked.path(), &mut |_, _, _| {}).unwrap();
    let of_backup = fs::read_to_string(unpacked.path().join("log/checkpoint")).unwrap();
    assert_eq!(of_backup, after);
    assert!(unpacked.path().join("log/tile/entries/000").is_file());

    // An old database does not sign against what the bucket shows, and does not change it.
    let stale = open(old.path(), &site.clock, settings()).unwrap();
    stale.drain_jobs().await.unwrap();
    assert!(stale.log_standing().unwrap().halt.is_some());
    drop(stale);
    assert_eq!(
        published(&server, "log/checkpoint").await.as_deref(),
        Some(after.as_str())
    );

    // The service has gone: what is recorded waits for its place in the log, and a site that starts says what it lacks.
    drop(server);
    let waiting = site.app.verify(&mut |_, _| {});
    assert!(waiting.is_err());
    site.adopt().await;
    assert_eq!(site.app.checkpoint().as_deref(), Some(after.as_str()));
    let Site { app, clock, folder } = site;
    drop(app);
    let nowhere = FileStore::bucket(&BucketSettings {
        bucket: "luoshi".to_owned(),
        prefix: String::new(),
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    })
    .unwrap();
    let refused = open(
        folder.path(),
        &clock,
        FileSettings {
            log_store: Some(nowhere),
            ..FileSettings::default()
        },
    );
    assert!(matches!(refused, Err(OpenError::Logs(_))));
}

#[tokio::test]
async fn evidence_in_a_bucket() {
    let Some(server) = serve().await else { return };
    make_bucket(&server).await;
    let Site { app, clock, folder } = Site::new();
    drop(app);
    let settings = FileSettings {
        store: Some(bucket(&server)),
        ..FileSettings::default()
    };
    let app = open(folder.path(), &clock, settings).unwrap();
    let site = Site { app, clock, folder };
    let plan = site.adopt().await;
    site.execute(luoshi_ledger::Command::IssuePlan(IssuePlan {
        plan,
        effective_on: None,
    }))
    .await;
    let desk = Desk::on((site, plan)).await;

    let list = desk.add("清单.csv", LIST).await.unwrap();
    // Twelve megabytes are three parts.
    let large = "大表\n".repeat(12 * 1024 * 1024 / 7);
    let table = desk.add("大表.txt", large.clone()).await.unwrap();
    let removed = desk.add("撤.csv", "撤,1\n").await.unwrap();
    desk.remove(removed).await;
    desk.submit(&[list, table]).await.unwrap();
    assert_eq!(desk.bytes(&desk.head, list).await.as_deref(), Some(LIST.as_bytes()));
    assert_eq!(desk.bytes(&desk.head, table).await, Some(large.into_bytes()));
    assert!(desk.kept_files().is_empty(), "nothing lies in the folder");
    let verification = desk.site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert_eq!(verification.files, 3);

    let broken = futures_util::stream::iter([Ok(bytes::Bytes::from(vec![b'a'; 6 * 1024 * 1024])), Err("hung up")]);
    assert!(desk.site.app.receive_file(broken, LARGEST_EVIDENCE).await.is_err());
    desk.site.at("2026-03-25T02:00:00Z");
    assert_eq!(desk.site.app.sweep_files().await.unwrap().files.len(), 1);
    assert!(desk.site.app.verify(&mut |_, _| {}).unwrap().is_sound());

    // The service has gone: nothing is taken, and the check says what it could not read.
    drop(server);
    let another = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"1\n"))]);
    assert!(desk.site.app.receive_file(another, LARGEST_EVIDENCE).await.is_err());
    assert_eq!(desk.site.app.verify(&mut |_, _| {}).unwrap().faults.len(), 3);
}
