//! A backup that is taken while many record things is a whole ledger of one instant.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use luoshi_app::{
    Request,
    backup::{self, BackupError},
};
use luoshi_ledger::{Actor, Command, command::FoundOrganisation, ids::OrganisationId, organisation::OrganisationKind};

use crate::site::{Site, early_document};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_it_is_one_instant_of_the_ledger() {
    let (site, _) = Site::issued().await;
    site.app.drain_jobs().await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (app, over) = (Arc::clone(&site.app), Arc::clone(&over));
            tokio::spawn(async move {
                let mut recorded = 0;
                while !over.load(Ordering::Relaxed) {
                    let found = FoundOrganisation {
                        organisation: OrganisationId(app.new_id()),
                        name: format!("第{writer}组第{recorded}个单位"),
                        short_names: Vec::new(),
                        kind: OrganisationKind::Department,
                    };
                    let request = Request::from(Command::FoundOrganisation(found));
                    app.execute(&Actor::console(), request).await.unwrap();
                    recorded += 1;
                    if recorded % 8 == 0 {
                        app.drain_jobs().await.unwrap();
                    }
                }
                recorded
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut events = Vec::new();
    for _ in 0..3 {
        let app = Arc::clone(&site.app);
        let opened = tokio::task::spawn_blocking(move || {
            let mut archive = Vec::new();
            let scratch = app.backup_scratch().unwrap();
            let manifest = app.back_up(&scratch, &mut archive, &mut |_, _, _| {}).unwrap();
            assert_eq!(manifest.missing, Vec::<String>::new());
            let folder = tempfile::tempdir().unwrap();
            backup::open(&mut archive.as_slice(), folder.path(), &mut |_, _, _| {}).unwrap()
        });
        let opened = opened.await.unwrap();
        assert_eq!(opened.differences, 0);
        events.push(opened.events);
    }
    over.store(true, Ordering::Relaxed);
    let mut recorded = 0;
    for writer in writers {
        recorded += writer.await.unwrap();
    }
    assert!(recorded > 20, "{recorded}");
    assert!(events.is_sorted() && events[0] < events[2], "{events:?}");
    assert!(site.app.verify(&mut |_, _| {}).unwrap().is_sound());
}

/// It went to `files/` itself once, where nobody looked for it.
#[tokio::test]
async fn a_document_of_an_early_release_comes_back_to_where_it_lay() {
    let (site, _) = Site::issued().await;
    let early = early_document(&site);
    let app = Arc::clone(&site.app);
    let (mut archive, folder) = (Vec::new(), tempfile::tempdir().unwrap());
    let place = tokio::task::spawn_blocking(move || {
        let scratch = app.backup_scratch().unwrap();
        let manifest = app.back_up(&scratch, &mut archive, &mut |_, _, _| {}).unwrap();
        assert_eq!(manifest.missing, Vec::<String>::new());
        backup::unpack(&mut archive.as_slice(), folder.path(), &mut |_, _, _| {}).unwrap();
        folder
    })
    .await
    .unwrap();
    let below = early.strip_prefix(site.folder.path()).unwrap();
    assert_eq!(fs::read(place.path().join(below)).unwrap(), fs::read(&early).unwrap());

    // One that is not there is named, since the record refers to it.
    fs::remove_file(&early).unwrap();
    let app = Arc::clone(&site.app);
    let missing = tokio::task::spawn_blocking(move || {
        let scratch = app.backup_scratch().unwrap();
        assert!(matches!(app.backup_scratch(), Err(BackupError::UnderWay)));
        app.back_up(&scratch, &mut Vec::new(), &mut |_, _, _| {})
            .unwrap()
            .missing
    });
    let named = early.strip_prefix(site.folder.path().join("files")).unwrap();
    assert_eq!(missing.await.unwrap(), [named.to_str().unwrap()]);
}
