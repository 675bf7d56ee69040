//! The log before a verifier that shares no code with it: the Go checksum database's, as `tlogfsck.go` puts it to use.
//!
//! The verifier stands outside the project. Where it, or Go with its packages, is missing, the test says so and passes.

use std::{fs, path::Path, process::Command, sync::Arc};

use jiff::{Timestamp, ToSpan};
use luoshi_store::{Job, Location, Store, StoreError, Transaction};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogKey, Origin, integrate};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{site::Site, skipped};

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/tools/tlogfsck.go");

/// Builds the verifier into `folder`; none where that is not possible here.
fn verifier(folder: &Path) -> Option<std::path::PathBuf> {
    if !Path::new(VERIFIER).is_file() {
        skipped("the log before an independent verifier, which is not beside the project");
        return None;
    }
    let program = folder.join("tlogfsck");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(VERIFIER)
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", folder.join("cache"))
        .status();
    match built {
        Ok(status) if status.success() => Some(program),
        Ok(status) => panic!("the verifier does not build: {status}"),
        Err(_) => {
            skipped("the log before an independent verifier, which needs Go");
            None
        }
    }
}

#[tokio::test]
async fn an_independent_verifier_accepts_the_log_and_notices_a_changed_byte() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = verifier(folder.path()) else { return };
    let (site, _) = Site::issued().await;
    let seen = folder.path().join("seen");
    let check = || {
        let mut command = Command::new(&program);
        command.args(["-key", &site.app.log_verifier_key(), "-origin", &site.app.log_origin()]);
        if seen.is_file() {
            command.arg("-old").arg(&seen);
        }
        command.arg("-save").arg(&seen).arg(site.folder.path().join("log"));
        let output = command.output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    // Growth over the edge of a full tile, with a checkpoint after each step that the next one must extend.
    for _ in 0..3 {
        for _ in 0..15 {
            site.adopt().await;
        }
        site.app.drain_jobs().await.unwrap();
        let (accepted, said) = check();
        assert!(accepted, "{said}");
    }
    let events = site.app.verify(&mut |_, _| {}).unwrap().events;
    assert!(events > 257, "{events} events do not fill a tile");
    let bundle = site.folder.path().join("log/tile/entries/000");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    assert!(!check().0, "a changed byte went unnoticed");
}

/// At the edges of tiles and levels, grown in two steps so that partial tiles are replaced, with the first checkpoint as the one that was
/// seen.
#[test]
fn an_independent_verifier_accepts_logs_of_every_shape() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = verifier(folder.path()) else { return };
    let key = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[9; 32]);
    for size in [1_u64, 255, 256, 257, 65_536, 200_000] {
        let log = folder.path().join(size.to_string());
        let seen = folder.path().join(format!("{size}.seen"));
        let (mut grown_to, mut root) = (0, EMPTY_ROOT);
        for step in [size / 2, size] {
            let entries: Vec<[u8; 32]> = (grown_to..step)
                .map(|number| Sha256::digest(number.to_be_bytes()).into())
                .collect();
            let grown = integrate(&luoshi_app::log_files::LogFiles::at(&log), grown_to, root, &entries).unwrap();
            for tile in &grown.tiles {
                // Not the durable way of the site: two thousand flushes would prove nothing about the format.
                let path = log.join(tile.tile.path());
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &tile.bytes).unwrap();
            }
            (grown_to, root) = (grown.size, grown.root);
            if step == 0 {
                continue;
            }
            let checkpoint = Checkpoint {
                origin: key.origin().clone(),
                size: step,
                root,
            };
            fs::write(log.join("checkpoint"), checkpoint.sign(&key).unwrap()).unwrap();
            let mut command = Command::new(&program);
            command.args(["-key", &key.verifier_text(), "-origin", key.origin().as_str()]);
            if seen.is_file() {
                command.arg("-old").arg(&seen);
            }
            let output = command.arg("-save").arg(&seen).arg(&log).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{step}: {said}");
            assert!(said.contains(&format!("OK size {step} ")), "{said}");
        }
    }
}

/// A site with leaves that wait for the log, its last checkpoint, and the store as another process has it open.
async fn with_work_of_another_process() -> (Site, Option<String>, Store) {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let before = site.app.checkpoint();
    site.adopt().await;
    let other = Store::open(&Location::Sqlite(site.folder.path().join("luoshi.db"))).unwrap();
    (site, before, other)
}

/// As a worker that tries again what has failed.
fn take_the_job_of_the_log(transaction: &mut Transaction<'_>, now: Timestamp) -> Result<Vec<Job>, StoreError> {
    transaction.enqueue("integrate_log", "", now)?;
    transaction.take_jobs(now, now.checked_add(5.minutes()).unwrap())
}

/// A process that was killed in the middle of a job took the lease with it, and the log stood still for five minutes.
#[tokio::test]
async fn what_a_killed_process_left_waiting_is_in_the_log_as_soon_as_the_next_one_runs() {
    let (site, before, killed) = with_work_of_another_process().await;
    let now = site.app.now();
    let taken = killed
        .write(move |transaction| take_the_job_of_the_log(transaction, now))
        .await
        .unwrap();
    assert!(!taken.is_empty(), "there was no job to be killed in");
    drop(killed);
    // One that is told to stop does what is due and ends.
    let (_stop, stopped) = watch::channel(true);
    Arc::clone(&site.app).run_jobs(stopped).await;
    assert_ne!(
        site.app.checkpoint(),
        before,
        "the log waits for a lease that nobody holds"
    );
}

/// One that was killed between giving places and signing left nothing that waits for a place, and both leases were still its own: the log
/// stood still until the job's had run out.
#[tokio::test]
async fn places_that_were_given_and_not_signed_for_are_taken_up_once_the_signer_is_known_to_be_gone() {
    let (site, before, killed) = with_work_of_another_process().await;
    let now = site.app.now();
    let signer = site.app.new_id();
    killed
        .write(move |transaction| {
            let taken = take_the_job_of_the_log(transaction, now)?;
            assert!(!taken.is_empty(), "there was no job to be killed in");
            assert!(transaction.take_lease("sign_log", signer, now, now.checked_add(5.seconds()).unwrap())?);
            let first = transaction.log_size()?;
            transaction.sequence_waiting_leaves(first, 1_000)?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    drop(killed);
    site.app.drain_jobs().await.unwrap();
    assert_eq!(site.app.checkpoint(), before, "two sign at once");
    site.clock.set(now.checked_add(6.seconds()).unwrap());
    site.app.drain_jobs().await.unwrap();
    assert_ne!(
        site.app.checkpoint(),
        before,
        "the log waits for the lease of a job that nobody does"
    );
}
