//! The sweep of files: what nothing refers to goes after a day, and what something refers to stays, whatever else happens at that moment.

use std::{fs, sync::Arc};

use luoshi_app::files::Sweep;

use crate::{
    evidence::{Desk, LIST},
    site::{Site, early_document, files_below},
};

#[tokio::test]
async fn only_what_nothing_refers_to_goes_and_only_after_a_day() {
    let desk = Desk::new().await;
    let app = Arc::clone(&desk.site.app);
    let kept = desk.add("留.csv", LIST).await.unwrap();
    let removed = desk.add("撤.csv", "撤,1\n").await.unwrap();
    let drafted = desk.add("稿.csv", "稿,1\n").await.unwrap();
    desk.remove(removed).await;
    assert_eq!(app.sweepable_files().await.unwrap(), Sweep::default());
    assert_eq!(app.sweep_files().await.unwrap(), Sweep::default());
    assert_eq!(desk.kept_files().len(), 3);

    desk.site.at("2026-03-21T03:00:00Z");
    let planned = app.sweepable_files().await.unwrap();
    assert_eq!((planned.files.len(), planned.byte_count()), (1, 6));
    assert_eq!(desk.kept_files().len(), 3, "telling removes nothing");
    assert_eq!(app.sweep_files().await.unwrap().files, planned.files);
    assert_eq!(desk.kept_files().len(), 2);
    assert_eq!(app.sweep_files().await.unwrap(), Sweep::default());

    desk.submit(&[kept]).await.unwrap();
    desk.site.at("2026-03-23T03:00:00Z");
    // The draft went with the submission, and with it the last that referred to the third file.
    assert_eq!(app.sweep_files().await.unwrap().files.len(), 1);
    assert_eq!(desk.bytes(&desk.clerk, drafted).await, None);
    assert_eq!(desk.bytes(&desk.clerk, kept).await.as_deref(), Some(LIST.as_bytes()));
    let verification = app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert_eq!(verification.files, 2, "the source document is nobody's to sweep");
}

#[tokio::test]
async fn a_job_sweeps_when_the_grace_is_over() {
    let desk = Desk::new().await;
    let removed = desk.add("撤.csv", LIST).await.unwrap();
    desk.site.app.drain_jobs().await.unwrap();
    desk.remove(removed).await;
    desk.site.at("2026-03-21T01:00:00Z");
    desk.site.app.drain_jobs().await.unwrap();
    assert_eq!(desk.kept_files().len(), 1);
    desk.site.at("2026-03-21T02:10:00Z");
    desk.site.app.drain_jobs().await.unwrap();
    assert_eq!(desk.kept_files().len(), 0);
    // A file that is young when the sweep comes is looked at by the next one.
    let removed = desk.add("撤.csv", "撤,2\n").await.unwrap();
    desk.remove(removed).await;
    desk.site.at("2026-03-25T02:10:00Z");
    desk.site.app.drain_jobs().await.unwrap();
    assert_eq!(desk.kept_files().len(), 0);
}

/// Each stop between two steps, as a power cut makes it.
#[tokio::test]
async fn a_stop_anywhere_loses_no_file_and_keeps_no_stray_for_ever() {
    let desk = Desk::new().await;
    let app = Arc::clone(&desk.site.app);
    // After the bytes came in, before they were kept.
    let incoming = desk.site.folder.path().join("files/incoming");
    let left = desk.receive("left behind\n").await;
    std::mem::forget(left);
    assert_eq!(files_below(&incoming).len(), 1);
    // After the place was condemned, before the bytes went: the bytes are gone already, or still there, and the row says so.
    let id = desk.add("项目清单.csv", LIST).await.unwrap();
    desk.remove(id).await;
    let path = desk.kept_files().remove(0);
    let bytes = fs::read(&path).unwrap();
    desk.site.at("2026-03-22T02:00:00Z");
    fs::remove_file(&path).unwrap();
    assert_eq!(
        app.sweep_files().await.unwrap().files.len(),
        1,
        "bytes that are gone are no obstacle"
    );
    assert_eq!(app.sweep_files().await.unwrap().files.len(), 0);
    // The same bytes come again while an old copy of them is still on the disk: each has a place of its own.
    let again = desk.add("项目清单.csv", LIST).await.unwrap();
    assert_eq!(again, id);
    let new_path = desk.kept_files().remove(0);
    assert_ne!(new_path, path);
    fs::write(&path, bytes).unwrap();
    assert_eq!(desk.bytes(&desk.clerk, again).await.as_deref(), Some(LIST.as_bytes()));
}

/// Somebody sends bytes that are kept already, at the very moment at which the sweep is about to remove them: the sweep has to see the new
/// reference, or the sender has to find that the bytes are gone and bring them again. Whoever was answered has their file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_that_is_sent_while_it_is_swept_is_there_afterwards() {
    let desk = Arc::new(Desk::new().await);
    let mut swept = 0;
    let mut hour = desk.site.app.now();
    for round in 0..60 {
        let id = desk.add("项目清单.csv", LIST).await.unwrap();
        desk.remove(id).await;
        hour = hour.checked_add(jiff::SignedDuration::from_hours(25)).unwrap();
        desk.site.clock.set(hour);
        let sweeping = tokio::spawn({
            let app = Arc::clone(&desk.site.app);
            async move {
                if round % 3 == 1 {
                    tokio::time::sleep(std::time::Duration::from_millis(round / 8)).await;
                }
                app.sweep_files().await.unwrap().files.len()
            }
        });
        let sending = tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { desk.add("项目清单.csv", LIST).await.unwrap() }
        });
        let (sent, removed) = (sending.await.unwrap(), sweeping.await.unwrap());
        swept += removed;
        assert_eq!(
            desk.bytes(&desk.clerk, sent).await.as_deref(),
            Some(LIST.as_bytes()),
            "round {round}: the sender was answered, and the sweep removed {removed}"
        );
    }
    assert!(swept > 0, "the sweep never met a file that it could remove");
}

/// Documents of releases before the register lie under their hash alone.
#[tokio::test]
async fn a_document_of_an_early_release_is_found_where_it_lies() {
    let (site, _) = Site::issued().await;
    let early = early_document(&site);
    let verification = site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    site.at("2026-05-01T00:00:00Z");
    site.app.sweep_files().await.unwrap();
    assert!(early.exists());
    fs::write(&early, "changed").unwrap();
    assert!(!site.app.verify(&mut |_, _| {}).unwrap().is_sound());
}
