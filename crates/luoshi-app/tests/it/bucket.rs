//! Files in a bucket: the same way as in a folder, before a server that speaks S3.
//!
//! The server is the Python package `moto[server]`, on a free port of this machine.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use luoshi_app::{
    App, Surroundings, SystemRandomness,
    files::{BucketSettings, FileSettings, FileStore},
    folder::DataFolder,
};
use luoshi_ledger::{command::IssuePlan, evidence::LARGEST_EVIDENCE};
use luoshi_store::{Location, Store};

use crate::{
    evidence::{Desk, LIST},
    site::{SharedClock, Site},
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

#[tokio::test]
async fn evidence_in_a_bucket() {
    let Some(server) = serve().await else { return };
    make_bucket(&server).await;
    let store = FileStore::bucket(&BucketSettings {
        bucket: "luoshi".to_owned(),
        prefix: "site".to_owned(),
        endpoint: Some(format!("http://{}", server.address)),
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    })
    .unwrap();
    let Site { app, clock, folder } = Site::new();
    drop(app);
    let data = DataFolder::create(folder.path()).unwrap();
    let surroundings = Surroundings {
        clock: Box::new(SharedClock(Arc::clone(&clock))),
        randomness: Box::new(SystemRandomness),
    };
    let settings = FileSettings {
        store: Some(store),
        ..FileSettings::default()
    };
    let database = Store::create(&Location::Sqlite(data.database())).unwrap();
    let app = App::open_with_files(database, data, surroundings, settings).unwrap();
    let site = Site { app, clock, folder };
    let plan = site.adopt().await;
    site.execute(luoshi_ledger::Command::IssuePlan(IssuePlan { plan }))
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
    assert!(desk.add("又一份.csv", "1\n").await.is_err());
    assert_eq!(desk.site.app.verify(&mut |_, _| {}).unwrap().faults.len(), 3);
}
