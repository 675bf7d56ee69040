//! Who signs the log, when nobody may, and how it goes on: leases, halts, incidents, rotations, opened entries.

use std::{fs, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use luoshi_app::{App, AppError, Request, SetClock, log_files::LogFiles};
use luoshi_ledger::{
    Actor, Command, Refusal,
    command::{FoundOrganisation, PublishTasks},
    ids::{CommandId, OrganisationId},
    log::IncidentCause,
    organisation::OrganisationKind,
    task::Publication,
};
use luoshi_store::{Location, Store};
use luoshi_tlog::{
    Checkpoint, Coverage, KeyHistory, LeafSalt, ReceiptFile, VerifierKey, inclusion_proof, leaf_entry,
    verify_inclusion, verify_tree,
};

use crate::site::{Site, files_below, open};

fn founding(app: &App, name: &str) -> Request {
    Request::from(Command::FoundOrganisation(FoundOrganisation {
        organisation: OrganisationId(app.new_id()),
        name: name.to_owned(),
        short_names: Vec::new(),
        kind: OrganisationKind::Department,
    }))
}

async fn found(app: &Arc<App>, name: &str) -> Result<CommandId, AppError> {
    let done = app.execute(&Actor::console(), founding(app, name)).await?;
    Ok(done.command)
}

/// The receipt of a command with its proof, as its page offers it.
fn receipt_file(app: &Arc<App>, command: CommandId) -> ReceiptFile {
    let view = app.receipt(&Actor::console(), command).unwrap().unwrap();
    let text = ReceiptFile::text_of(&view.note, view.proof.as_deref());
    ReceiptFile::parse(text.as_bytes()).unwrap()
}

fn keys(app: &App) -> KeyHistory {
    KeyHistory::parse(&app.key_history()).unwrap()
}

fn size(app: &App) -> u64 {
    let note = app.checkpoint().unwrap();
    Checkpoint::read_unverified(note.as_bytes()).unwrap().size
}

#[track_caller]
fn is_sound(app: &App) {
    let verification = app.verify(&mut |_, _| {}).unwrap();
    assert!(
        verification.is_sound(),
        "{:?} {:?}",
        verification.differences,
        verification.faults
    );
}

/// Verifies a log from its published files alone, as an outsider does, and answers with its size.
#[track_caller]
fn outsider_accepts(files: &Path, keys: &KeyHistory) -> u64 {
    let files = LogFiles::at(files);
    let note = files.read("checkpoint").unwrap().unwrap();
    let named = Checkpoint::read_unverified(&note).unwrap();
    let checkpoint = Checkpoint::open_with(&note, keys.log(&named.origin).unwrap()).unwrap();
    let entries: Vec<Vec<u8>> = (0..checkpoint.size.div_ceil(256))
        .flat_map(|index| {
            let width = (checkpoint.size - index * 256).min(256) as u16;
            let tile = luoshi_tlog::TileId::new(luoshi_tlog::TileKind::Entries, index, width).unwrap();
            let bytes = files.read(&tile.path()).unwrap().unwrap();
            let entries = luoshi_tlog::parse_bundle(&bytes, width).unwrap();
            entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
        })
        .collect();
    verify_tree(
        &files,
        checkpoint.size,
        checkpoint.root,
        entries.iter().map(Ok::<_, std::io::Error>),
    )
    .unwrap();
    checkpoint.size
}

/// A copy of the database as a backup takes it while nothing runs.
fn back_up(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("luoshi.db")).unwrap()
}

fn restore(folder: &Path, backup: &[u8]) {
    for name in ["luoshi.db-wal", "luoshi.db-shm"] {
        let _absent = fs::remove_file(folder.join(name));
    }
    fs::write(folder.join("luoshi.db"), backup).unwrap();
}

/// A site whose database was put back to a state older than its published log, with a receipt that was given in between.
async fn restored() -> (Arc<App>, Arc<SetClock>, tempfile::TempDir, ReceiptFile) {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let Site { app, clock, folder } = site;
    drop(app);
    let backup = back_up(folder.path());
    let app = open(folder.path(), &clock);
    let lost = found(&app, "水利厅").await.unwrap();
    app.drain_jobs().await.unwrap();
    let lost = receipt_file(&app, lost);
    drop(app);
    restore(folder.path(), &backup);
    (open(folder.path(), &clock), clock, folder, lost)
}

#[tokio::test]
async fn a_restored_backup_is_read_and_neither_signed_nor_written() {
    let (app, clock, folder, _) = restored().await;
    assert_eq!(app.log_halt(), Some(IncidentCause::DatabaseBehind));
    let published = app.checkpoint().unwrap();
    assert!(matches!(
        found(&app, "林草局").await,
        Err(AppError::LogHalted(IncidentCause::DatabaseBehind))
    ));
    app.drain_jobs().await.unwrap();
    assert_eq!(
        app.checkpoint().unwrap(),
        published,
        "the log does not go back for its readers"
    );
    assert!(app.public_plans().is_ok());
    let events = app.verify(&mut |_, _| {}).unwrap().events;
    drop(app);
    // The refusal outlasts a restart, and nothing was recorded by it.
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), Some(IncidentCause::DatabaseBehind));
    assert_eq!(app.verify(&mut |_, _| {}).unwrap().events, events);
}

#[tokio::test]
async fn an_incident_freezes_the_old_log_and_the_new_one_begins_by_citing_it() {
    let (app, clock, folder, lost) = restored().await;
    let old = app.checkpoint().unwrap();
    let old_key = VerifierKey::parse(&app.log_verifier_key()).unwrap();
    let refused = app.continue_log(&Actor::console(), "  ", false).await;
    assert!(
        matches!(refused, Err(AppError::Refused(Refusal::NoReason))),
        "{refused:?}"
    );
    assert_eq!(app.log_halt(), Some(IncidentCause::DatabaseBehind));
    app.continue_log(&Actor::console(), "误恢复了旧备份", false)
        .await
        .unwrap();
    assert_eq!(app.log_halt(), None);
    let command = found(&app, "林草局").await.unwrap();
    app.drain_jobs().await.unwrap();

    let standing = app.log_standing().unwrap();
    assert_eq!((standing.number, standing.halt), (2, None));
    assert_eq!(size(&app), 2, "the incident and one more");
    let history = keys(&app).trusting(&old_key).unwrap();
    assert_eq!(history.logs().len(), 2, "the old key vouches for the new log");
    let log = folder.path().join("log");
    assert_eq!(fs::read_to_string(log.join("checkpoint")).unwrap(), old);
    let old_size = outsider_accepts(&log, &history);
    assert_eq!(outsider_accepts(&log.join("2"), &history), 2);
    let continuation = history.continuation_of(old_key.origin()).unwrap();
    assert_eq!(continuation.old_size, old_size);
    assert_eq!(continuation.held, old_size - 1, "one record was lost and is not denied");
    is_sound(&app);

    // What was promised by the old log and lost with the database is still provable, and so is what came after.
    let checked = lost.check(&history, None).unwrap();
    assert!(matches!(
        checked.coverage,
        Coverage::Covered {
            is_continued: false,
            ..
        }
    ));
    let checked = receipt_file(&app, command).check(&history, None).unwrap();
    assert!(matches!(
        checked.coverage,
        Coverage::Covered {
            index: 1,
            is_continued: false,
            ..
        }
    ));
    assert_eq!(checked.receipt.origin().as_str(), standing.origin);

    // Entry 0 is open to everybody: it commits to the event that cites the old checkpoint.
    let beginning: serde_json::Value = serde_json::from_slice(&app.log_beginning(2).unwrap().unwrap()).unwrap();
    let entry = &beginning["record"][0];
    assert_eq!(
        (entry["index"].as_u64(), entry["log"].as_str()),
        (Some(0), Some(standing.origin.as_str()))
    );
    let (bytes, leaf) = opened(entry);
    let said = String::from_utf8_lossy(&bytes).into_owned();
    assert!(
        said.contains("log_continued") && said.contains("database_behind"),
        "{said}"
    );
    assert!(said.contains(old.lines().nth(2).unwrap()), "{said}");
    assert_eq!(entry["texts"][0]["body"], "误恢复了旧备份");
    proves(&app, &log.join("2"), 0, &leaf);

    drop(app);
    let app = open(folder.path(), &clock);
    found(&app, "交通厅").await.unwrap();
    app.drain_jobs().await.unwrap();
    assert_eq!((size(&app), app.log_standing().unwrap().number), (3, 2));
    is_sound(&app);
}

/// The bytes of an opened entry and the leaf that they give.
fn opened(entry: &serde_json::Value) -> (Vec<u8>, [u8; 32]) {
    let bytes = STANDARD.decode(entry["event"].as_str().unwrap()).unwrap();
    let salt = entry["salt"].as_str().unwrap().as_bytes().chunks(2);
    let salt: Vec<u8> = salt
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let leaf = leaf_entry(&LeafSalt::new(salt.try_into().unwrap()), &bytes);
    (bytes, leaf)
}

#[track_caller]
fn proves(app: &App, files: &Path, index: u64, leaf: &[u8]) {
    let note = app.checkpoint().unwrap();
    let checkpoint = Checkpoint::read_unverified(note.as_bytes()).unwrap();
    let proof = inclusion_proof(&LogFiles::at(files), checkpoint.size, checkpoint.root, index).unwrap();
    verify_inclusion(&proof, checkpoint.size, checkpoint.root, index, leaf).unwrap();
}

#[tokio::test]
async fn a_lost_key_halts_the_log_until_it_is_back_or_the_incident_is_recorded() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    // Acknowledged and not yet under a checkpoint when the key is lost.
    let waiting = found(&site.app, "水利厅").await.unwrap();
    let Site { app, clock, folder } = site;
    let old_key = VerifierKey::parse(&app.log_verifier_key()).unwrap();
    drop(app);
    let (key, aside) = (folder.path().join("key/log.key"), folder.path().join("key/aside"));
    fs::rename(&key, &aside).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), Some(IncidentCause::KeyLost));
    assert!(matches!(
        found(&app, "林草局").await,
        Err(AppError::LogHalted(IncidentCause::KeyLost))
    ));
    fs::rename(&aside, &key).unwrap();
    app.drain_jobs().await.unwrap();
    assert_eq!(app.log_halt(), None, "the key is back, without a restart");
    found(&app, "林草局").await.unwrap();
    let late = found(&app, "交通厅").await.unwrap();
    drop(app);

    fs::remove_file(&key).unwrap();
    let app = open(folder.path(), &clock);
    app.continue_log(&Actor::console(), "硬盘损坏", false).await.unwrap();
    app.drain_jobs().await.unwrap();
    let history = keys(&app);
    let new_key = VerifierKey::parse(&app.log_verifier_key()).unwrap();
    assert_eq!(
        history.trusting(&old_key).unwrap().logs().len(),
        1,
        "nobody vouches for the new key"
    );
    assert_eq!(history.trusting(&new_key).unwrap().logs().len(), 1);
    assert_eq!(history.logs().len(), 2);
    is_sound(&app);
    let checked = receipt_file(&app, waiting).check(&history, None).unwrap();
    assert!(matches!(
        checked.coverage,
        Coverage::Covered {
            is_continued: false,
            ..
        }
    ));
    // Its promise was given by the log that ended before it could be kept: the one that continues it keeps it.
    let checked = receipt_file(&app, late).check(&history, None).unwrap();
    assert!(
        matches!(checked.coverage, Coverage::Covered { is_continued: true, .. }),
        "{checked:?}"
    );
    let alone = receipt_file(&app, late).check(&history.trusting(&old_key).unwrap(), None);
    assert!(alone.is_err(), "{alone:?}");
}

#[tokio::test]
async fn a_log_that_can_be_signed_ends_only_when_that_is_said() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let refused = site.app.continue_log(&Actor::console(), "密钥失窃", false).await;
    assert!(
        matches!(refused, Err(AppError::Refused(Refusal::LogIsSound))),
        "{refused:?}"
    );
    let supervisor = site.supervisor().await;
    let denied = site.app.continue_log(&supervisor, "密钥失窃", true).await;
    assert!(matches!(denied, Err(AppError::Forbidden)), "{denied:?}");
    let key_files = fs::read_dir(site.folder.path().join("key")).unwrap().count();
    assert_eq!(key_files, 1, "a key that was not taken is not left behind");
    site.app.drain_jobs().await.unwrap();
    let before = size(&site.app);
    site.app
        .continue_log(&Actor::console(), "密钥失窃", true)
        .await
        .unwrap();
    site.app.drain_jobs().await.unwrap();
    let history = keys(&site.app);
    let first = history.logs()[0].origin().clone();
    assert_eq!(history.continuation_of(&first).unwrap().held, before);
    is_sound(&site.app);
}

#[tokio::test]
async fn both_keys_sign_for_a_while_and_then_the_new_one_alone() {
    let (site, _) = Site::issued().await;
    let old_receipt = found(&site.app, "水利厅").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    let old_key = VerifierKey::parse(&site.app.log_verifier_key()).unwrap();
    let (old_note, old_size) = (site.app.checkpoint().unwrap(), size(&site.app));
    site.app.rotate_log_key(&Actor::console(), 30).await.unwrap();
    site.app.drain_jobs().await.unwrap();
    let new_key = VerifierKey::parse(&site.app.log_verifier_key()).unwrap();
    assert_ne!(old_key, new_key);
    let signed_by = |key: &VerifierKey| Checkpoint::open(site.app.checkpoint().unwrap().as_bytes(), key).is_ok();
    assert!(signed_by(&old_key) && signed_by(&new_key), "both sign");
    assert_eq!(size(&site.app), old_size + 1, "the rotation is a leaf");
    let history = keys(&site.app).trusting(&old_key).unwrap();
    assert!(history.logs()[0].knows(&new_key));
    assert!(Checkpoint::open_with(old_note.as_bytes(), &history.logs()[0]).is_ok());
    receipt_file(&site.app, old_receipt).check(&history, None).unwrap();
    let during = found(&site.app, "林草局").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    let checked = receipt_file(&site.app, during).check(&history, None).unwrap();
    assert!(matches!(checked.coverage, Coverage::Covered { .. }));
    assert!(
        receipt_file(&site.app, during)
            .check(&KeyHistory::of(old_key.clone()), None)
            .is_err()
    );

    site.at("2026-04-02T01:00:00Z");
    found(&site.app, "交通厅").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    assert!(!signed_by(&old_key) && signed_by(&new_key), "the overlap is over");
    outsider_accepts(&site.folder.path().join("log"), &history);
    is_sound(&site.app);

    // The old key may go then, and the site opens with the one that signs.
    let Site { app, clock, folder } = site;
    drop(app);
    fs::remove_file(folder.path().join("key/log.key")).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), None);
    found(&app, "教育厅").await.unwrap();
    app.rotate_log_key(&Actor::console(), 0).await.unwrap();
    app.drain_jobs().await.unwrap();
    assert_eq!(keys(&app).logs()[0].terms().len(), 3);
    is_sound(&app);
}

/// A process that knew the old key would have gone on signing receipts with it.
#[tokio::test]
async fn another_process_learns_of_key_and_halt_in_the_transaction_itself() {
    let (site, _) = Site::issued().await;
    let beside = another_process(&site, 1);
    beside.rotate_log_key(&Actor::console(), 30).await.unwrap();
    let command = found(&site.app, "水利厅").await.unwrap();
    let receipt = receipt_file(&site.app, command);
    let new_key = VerifierKey::parse(&beside.log_verifier_key()).unwrap();
    receipt.check(&KeyHistory::of(new_key), None).unwrap();
    beside.continue_log(&Actor::console(), "密钥失窃", true).await.unwrap();
    let command = found(&site.app, "林草局").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    let checked = receipt_file(&site.app, command).check(&keys(&beside), None).unwrap();
    assert_eq!(checked.receipt.origin().as_str(), beside.log_origin());
    assert_eq!(site.app.checkpoint(), beside.checkpoint());
    is_sound(&site.app);
}

/// The same site opened once more, as by another server. The randomness of these tests is a function of the clock, which has to differ.
fn another_process(site: &Site, number: i64) -> Arc<App> {
    site.clock
        .set(site.app.now() + jiff::SignedDuration::from_millis(number));
    open(site.folder.path(), &site.clock)
}

fn store_beside(site: &Site) -> Store {
    Store::open(&Location::Sqlite(site.folder.path().join("luoshi.db"))).unwrap()
}

#[tokio::test]
async fn whoever_does_not_hold_the_lease_signs_nothing_until_it_runs_out() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let before = size(&site.app);
    let (store, other) = (store_beside(&site), site.app.new_id());
    let (now, until) = (site.app.now(), "2026-03-02T01:00:10Z".parse().unwrap());
    assert!(
        store
            .write(move |transaction| transaction.take_lease("sign_log", other, now, until))
            .wait()
            .unwrap()
    );
    let command = found(&site.app, "水利厅").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    assert_eq!(size(&site.app), before);
    assert_eq!(receipt_file(&site.app, command).proof, None);
    site.at("2026-03-02T01:00:11Z");
    site.app.drain_jobs().await.unwrap();
    assert_eq!(size(&site.app), before + 1);
    assert!(receipt_file(&site.app, command).proof.is_some());
}

/// Threads of several processes on one database, each integrating what it wrote: every checkpoint that anybody sees extends the last one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_sign_one_history() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let mut processes = vec![Arc::clone(&site.app)];
    processes.extend((1..3).map(|number| another_process(&site, number)));
    let tasks: Vec<_> = processes
        .iter()
        .enumerate()
        .map(|(number, app)| {
            let app = Arc::clone(app);
            tokio::spawn(async move {
                for round in 0..8 {
                    loop {
                        match found(&app, &format!("第{number}单位{round}号")).await {
                            Ok(_) => break,
                            // Another process had the file of the database, or wrote an event in between.
                            Err(AppError::Busy | AppError::Conflict) => tokio::task::yield_now().await,
                            Err(error) => panic!("{error}"),
                        }
                    }
                    let _left_to_another = app.drain_jobs().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    site.at("2026-03-02T01:01:00Z");
    site.app.drain_jobs().await.unwrap();
    let events = site.app.verify(&mut |_, _| {}).unwrap().events;
    assert_eq!(size(&site.app), events);
    assert_eq!(
        outsider_accepts(&site.folder.path().join("log"), &keys(&site.app)),
        events
    );
    for app in &processes {
        assert_eq!(app.checkpoint(), site.app.checkpoint());
    }
    is_sound(&site.app);
}

#[tokio::test]
async fn a_witnessed_checkpoint_that_the_database_does_not_hold_halts_the_log() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let Site { app, clock, folder } = site;
    drop(app);
    let backup = back_up(folder.path());
    let app = open(folder.path(), &clock);
    found(&app, "水利厅").await.unwrap();
    app.drain_jobs().await.unwrap();
    let witnessed = app.checkpoint().unwrap();
    drop(app);
    // Database and published log are both put back; only the witness remembers.
    restore(folder.path(), &backup);
    fs::remove_dir_all(folder.path().join("log")).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), None);
    drop(app);
    fs::write(folder.path().join("witnessed"), &witnessed).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), Some(IncidentCause::DatabaseBehind));
    assert_eq!(app.checkpoint().unwrap(), witnessed);
    // One that is not of this log accuses nobody.
    fs::write(folder.path().join("witnessed"), witnessed.replace("luoshi/", "other/")).unwrap();
    drop(app);
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), None, "and the halt lifts when its cause is gone");
    found(&app, "林草局").await.unwrap();
}

/// The last bundle of the folder is narrower than the witness's, and was once taken for missing: the incident gave its places again.
#[tokio::test]
async fn an_incident_counts_what_is_held_where_a_witness_alone_knows_the_end() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let before = size(&site.app);
    let Site { app, clock, folder } = site;
    drop(app);
    let log = folder.path().join("log");
    let backup = back_up(folder.path());
    let published = files_below(&log)
        .into_iter()
        .map(|path| (fs::read(&path).unwrap(), path));
    let published: Vec<_> = published.collect();
    let app = open(folder.path(), &clock);
    found(&app, "水利厅").await.unwrap();
    app.drain_jobs().await.unwrap();
    let witnessed = app.checkpoint().unwrap();
    drop(app);
    restore(folder.path(), &backup);
    fs::remove_dir_all(&log).unwrap();
    for (bytes, path) in published {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.path().join("witnessed"), &witnessed).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), Some(IncidentCause::DatabaseBehind));
    app.continue_log(&Actor::console(), "恢复到昨夜的备份", false)
        .await
        .unwrap();
    app.drain_jobs().await.unwrap();
    let history = keys(&app);
    let first = history.logs()[0].origin().clone();
    assert_eq!(history.continuation_of(&first).unwrap().held, before);
    // What the incident said to be lost is told and accuses nobody.
    let verification = app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert_eq!(verification.lost_entries, 1);
}

#[tokio::test]
async fn a_changed_leaf_is_found_before_the_next_signature() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let before = site.app.checkpoint().unwrap();
    let Site { app, clock, folder } = site;
    drop(app);
    exchange_two_leaves(folder.path());
    let app = open(folder.path(), &clock);
    let _acknowledged_before_the_check = found(&app, "水利厅").await;
    app.drain_jobs().await.unwrap();
    assert_eq!(app.log_halt(), Some(IncidentCause::RecordDiffers));
    assert_eq!(app.checkpoint().unwrap(), before);
    assert!(matches!(
        found(&app, "林草局").await,
        Err(AppError::LogHalted(IncidentCause::RecordDiffers))
    ));
    app.continue_log(&Actor::console(), "数据库被改动", false)
        .await
        .unwrap();
    app.drain_jobs().await.unwrap();
    let history = keys(&app);
    let first = history.logs()[0].origin().clone();
    assert_eq!(
        history.continuation_of(&first).unwrap().held,
        2,
        "the entries before the first changed one"
    );
    outsider_accepts(&folder.path().join("log"), &history);
    outsider_accepts(&folder.path().join("log/2"), &history);
    is_sound(&app);
}

/// Lets the leaves at places 2 and 3 change places behind the program's back, with its own statements.
fn exchange_two_leaves(folder: &Path) {
    let store = Store::open(&Location::Sqlite(folder.join("luoshi.db"))).unwrap();
    let leaves = store.read(|snapshot| snapshot.leaves(0, 1000)).unwrap();
    store
        .write(move |transaction| {
            transaction.give_back_places(2)?;
            let mut order: Vec<_> = leaves[2..].iter().map(|leaf| leaf.event).collect();
            order.swap(0, 1);
            for (place, event) in (2..).zip(order) {
                transaction.sequence_leaf(event, place)?;
            }
            Ok::<_, luoshi_store::StoreError>(())
        })
        .wait()
        .unwrap();
}

/// What was published was put back to what the database still had.
#[tokio::test]
async fn a_checkpoint_whose_row_was_lost_is_taken_up_again() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    found(&site.app, "水利厅").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    let published = site.app.checkpoint().unwrap();
    let size = size(&site.app);
    let Site { app, clock, folder } = site;
    drop(app);
    let store = Store::open(&Location::Sqlite(folder.path().join("luoshi.db"))).unwrap();
    store
        .write(move |transaction| transaction.discard_checkpoints_after(size - 1))
        .wait()
        .unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.log_halt(), None, "the database holds every leaf that was signed");
    assert_eq!(app.checkpoint().unwrap(), published);
    assert_eq!(
        fs::read_to_string(folder.path().join("log/checkpoint")).unwrap(),
        published
    );
    found(&app, "林草局").await.unwrap();
    app.drain_jobs().await.unwrap();
    is_sound(&app);
}

#[tokio::test]
async fn lost_tiles_are_made_again_from_the_leaves() {
    let (site, _) = Site::issued().await;
    for _ in 0..3 {
        for _ in 0..15 {
            site.adopt().await;
        }
        site.app.drain_jobs().await.unwrap();
    }
    assert!(size(&site.app) > 256);
    fs::remove_dir_all(site.folder.path().join("log")).unwrap();
    found(&site.app, "水利厅").await.unwrap();
    site.app.drain_jobs().await.unwrap();
    outsider_accepts(&site.folder.path().join("log"), &keys(&site.app));
    is_sound(&site.app);
}

#[tokio::test]
async fn an_open_task_opens_its_own_entries_and_nothing_else() {
    let (site, plan) = Site::issued().await;
    let rows = site.rows(plan);
    let publish = |tasks| {
        Command::PublishTasks(PublishTasks {
            plan,
            tasks,
            publication: Publication::Open,
        })
    };
    site.execute(publish(vec![rows[0].task])).await;
    site.app.drain_jobs().await.unwrap();
    let json = site.app.present().public_task_json(rows[0].task).unwrap().unwrap();
    let data: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let record = data["tasks"][0]["record"].as_array().unwrap();
    assert_eq!(record.len(), 2, "adopted and opened");
    for entry in record {
        let (bytes, leaf) = opened(entry);
        let envelope = luoshi_ledger::Envelope::from_bytes(&bytes).unwrap();
        assert_eq!(envelope.stream, luoshi_ledger::Stream::Task(rows[0].task));
        proves(
            &site.app,
            &site.folder.path().join("log"),
            entry["index"].as_u64().unwrap(),
            &leaf,
        );
    }
    let texts: Vec<&str> = record[0]["texts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text["body"].as_str().unwrap())
        .collect();
    assert_eq!(texts, [rows[0].title.as_str(), rows[0].text.as_str()]);
    // What is withheld has no data at all, and the data of the plan hold no entries, of whatever task.
    assert_eq!(site.app.present().public_task_json(rows[1].task).unwrap(), None);
    let plan_data = String::from_utf8(site.app.present().public_plan_json(plan).unwrap().unwrap()).unwrap();
    assert!(!plan_data.contains("\"record\"") && !plan_data.contains("\"salt\""));
    let store = store_beside(&site);
    let salts = store.read(|snapshot| snapshot.leaves(0, 1000)).unwrap();
    let text = String::from_utf8(json).unwrap();
    let shown = salts
        .iter()
        .filter(|leaf| {
            let salt: String = leaf.salt.iter().map(|byte| format!("{byte:02x}")).collect();
            text.contains(&salt)
        })
        .count();
    assert_eq!(shown, 2, "no salt of another event is shown");
}

/// A retry got the same receipt from the same process only as long as nobody looked at its bytes.
#[tokio::test]
async fn a_retry_gets_the_same_bytes_after_a_restart_and_a_new_key() {
    let (site, _) = Site::issued().await;
    let mut request = founding(&site.app, "水利厅");
    request.idempotency_key = Some("form-1".to_owned());
    let first = site.app.execute(&Actor::console(), request.clone()).await.unwrap();
    site.app.rotate_log_key(&Actor::console(), 30).await.unwrap();
    let Site { app, clock, folder } = site;
    drop(app);
    let app = open(folder.path(), &clock);
    let again = app.execute(&Actor::console(), request.clone()).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.receipt, again.command), (first.receipt, first.command));
    let mut other = founding(&app, "林草局");
    other.idempotency_key = Some("form-1".to_owned());
    assert!(matches!(
        app.execute(&Actor::console(), other).await,
        Err(AppError::KeyReused)
    ));
}
