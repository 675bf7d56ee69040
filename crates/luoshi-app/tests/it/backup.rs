//! A backup that is taken while many record things is a whole ledger of one instant.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use luoshi_app::{Request, backup};
use luoshi_ledger::{Actor, Command, command::FoundOrganisation, ids::OrganisationId, organisation::OrganisationKind};

use crate::site::Site;

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
            let manifest = app.back_up(&mut archive, &mut |_, _, _| {}).unwrap();
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
