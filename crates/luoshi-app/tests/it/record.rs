//! The record against tampering with files, and a site whose parts do not belong together.

use std::fs;

use jiff::ToSpan;
use luoshi_app::{OpenError, Request, document::Upload, verify::Fault};
use luoshi_ledger::{
    Actor, Command,
    command::{FoundOrganisation, PublishTasks},
    ids::OrganisationId,
    organisation::OrganisationKind,
    task::Publication,
};
use luoshi_tlog::{LogKey, Origin};

use crate::site::{DOCUMENT, Site, files_below, open, try_open};

#[tokio::test]
async fn the_log_goes_on_after_a_restart() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let (checkpoint, key) = (site.app.checkpoint().unwrap(), site.app.log_verifier_key());
    let Site { app, clock, folder } = site;
    drop(app);
    let app = open(folder.path(), &clock);
    assert_eq!((app.checkpoint().unwrap(), app.log_verifier_key()), (checkpoint, key));
    let again = Site { app, clock, folder };
    again.adopt().await;
    again.app.drain_jobs().await.unwrap();
    assert!(again.app.verify(&mut |_, _| {}).unwrap().is_sound());
}

/// A server went on serving the checkpoint that it had signed itself, however far a command line beside it had taken the log.
#[tokio::test]
async fn a_checkpoint_of_another_process_is_served_as_well() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let beside = open(site.folder.path(), &site.clock);
    let upload = Upload {
        file_name: "分解.txt".to_owned(),
        bytes: DOCUMENT.into(),
        date: None,
        year: Some(2026),
    };
    beside.import_document(&Actor::console(), upload).await.unwrap();
    beside.drain_jobs().await.unwrap();
    assert_eq!(site.app.checkpoint(), beside.checkpoint());
}

/// More entries waited than one portion of the log takes, for longer than clocks may differ. Behind the checkpoint over the first portion
/// stood what was recorded long before it was signed, and `verify` took all of it for dated back.
#[tokio::test]
async fn a_backlog_that_is_signed_in_portions_is_not_taken_for_dated_back() {
    let (site, plan) = Site::issued().await;
    let tasks: Vec<_> = site.rows(plan).iter().map(|row| row.task).collect();
    let portion = 10_000;
    let requests = (0..=portion / tasks.len())
        .map(|number| {
            let publication = if number % 2 == 0 {
                Publication::Open
            } else {
                Publication::Withheld
            };
            let publish = PublishTasks {
                plan,
                tasks: tasks.clone(),
                publication,
            };
            let request = Request::from(Command::PublishTasks(publish));
            (Actor::console(), request, site.app.now())
        })
        .collect();
    site.app.execute_all(requests).await.unwrap();
    // The worker of the log stood still for an hour.
    site.clock.set(site.app.now() + 1.hour());
    site.app.drain_jobs().await.unwrap();
    let found = site.app.verify(&mut |_, _| {}).unwrap();
    assert!(found.is_sound(), "{:?}", found.faults.first());
    assert!(found.checkpoints > 1, "{}", found.checkpoints);
}

#[tokio::test]
async fn changed_files_are_found() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let log = site.folder.path().join("log");
    let faults = || site.app.verify(&mut |_, _| {}).unwrap().faults;
    assert_eq!(faults(), []);

    let tile = fs::read_dir(log.join("tile/0"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let tile = fs::read_dir(tile).unwrap().next().unwrap().unwrap().path();
    let sound = fs::read(&tile).unwrap();
    let mut changed = sound.clone();
    changed[5] ^= 1;
    fs::write(&tile, changed).unwrap();
    assert!(
        matches!(faults()[..], [Fault::Tree { entry: Some(_), .. }]),
        "{:?}",
        faults()
    );
    fs::write(&tile, sound).unwrap();

    let checkpoint = log.join("checkpoint");
    let sound = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, b"another").unwrap();
    assert_eq!(faults(), [Fault::PublishedCheckpoint]);
    fs::write(&checkpoint, sound).unwrap();

    let file = files_below(&site.folder.path().join("files/site")).remove(0);
    fs::write(file, "别的内容").unwrap();
    assert_eq!(faults(), [Fault::File("分解.txt".to_owned())]);
}

#[tokio::test]
async fn a_site_with_the_key_of_another_does_not_open() {
    let (site, _) = Site::issued().await;
    let Site { app, clock, folder } = site;
    drop(app);
    let key = folder.path().join("key/log.key");
    fs::write(&key, "PRIVATE+KEY+nonsense").unwrap();
    assert!(matches!(try_open(folder.path(), &clock), Err(OpenError::DamagedKey)));
    let other = LogKey::from_seed(Origin::new("luoshi/other").unwrap(), &[3; 32]);
    fs::write(&key, other.to_signer_text().as_bytes()).unwrap();
    assert!(matches!(try_open(folder.path(), &clock), Err(OpenError::ForeignKey)));
}

/// The demo dates what would be later than now by the clock, which is finer than the database, and its receipts said another instant than its
/// events; so it was on the first mornings of a month in China.
#[tokio::test]
async fn a_receipt_states_the_instant_that_the_database_keeps() {
    let site = Site::new();
    site.supervisor().await;
    let found = Command::FoundOrganisation(FoundOrganisation {
        organisation: OrganisationId(site.app.new_id()),
        name: "省财政厅".to_owned(),
        short_names: Vec::new(),
        kind: OrganisationKind::Department,
    });
    let finer = site.app.now().checked_add(1_234_567.nanoseconds()).unwrap();
    let request = (Actor::console(), Request::from(found), finer);
    let done = site.app.execute_all(vec![request]).await.unwrap();
    assert!(done[0].receipt.contains(".001234Z"), "{}", done[0].receipt);
    assert!(site.app.verify(&mut |_, _| {}).unwrap().is_sound());
}
