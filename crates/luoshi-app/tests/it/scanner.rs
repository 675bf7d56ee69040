//! The scanner of viruses: a file passes only where it says so.
//!
//! The small server here speaks the protocol of clamd to the letter; with `LUOSHI_TEST_CLAMD=1` a real one is asked as well.

use std::{process::Command, time::Duration};

use luoshi_app::{
    App, Surroundings,
    files::{FileError, FileSettings, ScannerAddress},
    folder::DataFolder,
};
use luoshi_store::{Location, Store};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    evidence::{Desk, LIST},
    site::{SharedClock, Site},
    skipped,
};

/// What the tests' own signature finds.
const BAD: &str = "病毒样本 luoshi-test-signature 1f8e\n";

/// A site whose files a scanner has to pass.
async fn desk(scanner: ScannerAddress, quota: u64) -> Desk {
    let site = Site::new();
    let Site { app, clock, folder } = site;
    drop(app);
    let data = DataFolder::create(folder.path()).unwrap();
    let store = Store::create(&Location::Sqlite(data.database())).unwrap();
    let surroundings = Surroundings {
        clock: Box::new(SharedClock(std::sync::Arc::clone(&clock))),
        randomness: Box::new(luoshi_app::SystemRandomness),
    };
    let settings = FileSettings {
        scanner: Some(scanner),
        quota,
        ..FileSettings::default()
    };
    let app = App::open_with_files(store, data, surroundings, settings).unwrap();
    let site = Site { app, clock, folder };
    let plan = site.adopt().await;
    site.execute(luoshi_ledger::Command::IssuePlan(luoshi_ledger::command::IssuePlan {
        plan,
        effective_on: None,
    }))
    .await;
    Desk::on((site, plan)).await
}

/// How the small server behaves.
#[derive(Clone, Copy)]
enum Manner {
    /// As clamd does, with one signature.
    Honest,
    /// It takes everything and says nothing.
    Mute,
    /// It refuses after the first piece, as clamd does above its StreamMaxLength.
    Small,
}

/// Serves connections until the test ends, and answers with where.
async fn serve(manner: Manner) -> ScannerAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut command = [0; 10];
                client.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"zINSTREAM\0");
                let mut bytes = Vec::new();
                loop {
                    let length = client.read_u32().await.unwrap() as usize;
                    if length == 0 {
                        break;
                    }
                    let mut piece = vec![0; length];
                    client.read_exact(&mut piece).await.unwrap();
                    bytes.extend(piece);
                    if matches!(manner, Manner::Small) {
                        client
                            .write_all(b"INSTREAM size limit exceeded. ERROR\0")
                            .await
                            .unwrap();
                        return;
                    }
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                match manner {
                    Manner::Honest if text.contains("luoshi-test-signature") => {
                        client.write_all(b"stream: Luoshi.Test FOUND\0").await.unwrap();
                    }
                    Manner::Honest => client.write_all(b"stream: OK\0").await.unwrap(),
                    Manner::Mute | Manner::Small => {}
                }
            });
        }
    });
    format!("tcp:{address}").parse().unwrap()
}

#[tokio::test]
async fn a_sound_file_passes_and_an_infected_one_is_named() {
    let desk = desk(serve(Manner::Honest).await, u64::MAX).await;
    desk.add("清单.txt", LIST).await.unwrap();
    let refused = desk.add("样本.txt", BAD).await.unwrap_err();
    assert!(
        matches!(&refused, FileError::Infected(name) if name == "Luoshi.Test"),
        "{refused:?}"
    );
    assert_eq!((desk.listed().len(), desk.kept_files().len()), (1, 1));
}

/// A scanner that is configured and says nothing is a closed door, however it says nothing.
#[tokio::test]
async fn without_a_word_of_the_scanner_nothing_is_taken() {
    // Bound and closed again, so that nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let addresses = [
        format!("tcp:{nobody}").parse().unwrap(),
        "unix:/nonexistent/clamd.sock".parse().unwrap(),
        serve(Manner::Mute).await,
        serve(Manner::Small).await,
    ];
    for address in addresses {
        let desk = desk(address.clone(), u64::MAX).await;
        let refused = desk.add("清单.txt", LIST).await.unwrap_err();
        assert!(matches!(refused, FileError::ScannerSilent), "{address}: {refused:?}");
        assert_eq!((desk.listed().len(), desk.kept_files().len()), (0, 0));
    }
}

#[tokio::test]
async fn a_body_keeps_as_much_as_it_may() {
    let desk = desk(serve(Manner::Honest).await, LIST.len() as u64 + 3).await;
    let first = desk.add("清单.txt", LIST).await.unwrap();
    let refused = desk.add("又一份.txt", "four").await.unwrap_err();
    assert!(matches!(refused, FileError::Quota), "{refused:?}");
    desk.add("清单.txt", LIST).await.unwrap();
    desk.add("又一份.txt", "3.5").await.unwrap();
    desk.remove(first).await;
    let refused = desk.add("又一份.txt", "four").await.unwrap_err();
    assert!(
        matches!(refused, FileError::Quota),
        "what waits for the sweep still takes its room"
    );
}

/// A real clamd with a database of one signature, which anybody can write and nobody has to fetch.
#[tokio::test]
async fn a_real_scanner_is_understood() {
    if std::env::var_os("LUOSHI_TEST_CLAMD").is_none() {
        return skipped("a real scanner: LUOSHI_TEST_CLAMD is not set");
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("clamd.sock");
    let hexadecimal: String = "luoshi-test-signature"
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    std::fs::create_dir(folder.path().join("db")).unwrap();
    std::fs::write(
        folder.path().join("db/test.ndb"),
        format!("Luoshi.Test:0:*:{hexadecimal}\n"),
    )
    .unwrap();
    let settings = format!(
        "LocalSocket {}\nDatabaseDirectory {}\nForeground yes\nTemporaryDirectory {}\nStreamMaxLength 60M\n",
        socket.display(),
        folder.path().join("db").display(),
        folder.path().display()
    );
    std::fs::write(folder.path().join("clamd.conf"), settings).unwrap();
    let mut clamd = Command::new("clamd")
        .arg("--config-file")
        .arg(folder.path().join("clamd.conf"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("LUOSHI_TEST_CLAMD is set and there is no clamd");
    for _ in 0..600 {
        if socket.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let desk = desk(ScannerAddress::Unix(socket), u64::MAX).await;
    let sound = desk.add("清单.txt", LIST).await;
    let large = desk.add("大表.txt", "大表\n".repeat(3_000_000)).await;
    let infected = desk.add("样本.txt", BAD).await;
    clamd.kill().unwrap();
    clamd.wait().unwrap();
    assert!(sound.is_ok() && large.is_ok(), "{sound:?} {large:?}");
    assert!(
        matches!(&infected, Err(FileError::Infected(name)) if name.starts_with("Luoshi.Test")),
        "{infected:?}"
    );
    let refused = desk.add("再一份.txt", "again").await;
    assert!(matches!(refused, Err(FileError::ScannerSilent)), "{refused:?}");
}
