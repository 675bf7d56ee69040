//! Erased words are in no byte of the database's files, neither as UTF-8 nor as UTF-16, and a reader that keeps them there is told of.

use std::collections::BTreeSet;

use luoshi_equipment::raw_files::holders;
use luoshi_ledger::{
    Command, Stream,
    command::SubmitReport,
    erasure::{ErasureGround, TextPlace},
    ids::ReportId,
    period::Period,
};
use luoshi_store::{DifferenceKind, Location, ScrubOutcome, Store};

use crate::{
    scene::{Scene, at, give, march},
    story::{erase, eventful, is_found_by_replay},
};

fn in_file() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&Location::Sqlite(folder.path().join("luoshi.db"))).unwrap();
    (folder, store)
}

/// Many reports of very different lengths, so that pages are split and merged; the word of each is unlike every other.
fn many_reports(scene: &Scene) -> Vec<(String, ReportId)> {
    let mut period: Period = march();
    let mut words = Vec::new();
    for number in 0..300_u32 {
        let word = format!("机密词{number:05}号");
        let length = [1, 20, 150, 700, 3_000][(number as usize * 7) % 5];
        let organisation = [scene.roads, scene.finance][(number % 2) as usize];
        let clerk = [&scene.roads_clerk, &scene.clerk][(number % 2) as usize];
        let command = SubmitReport {
            done: format!("{word}{}", "进".repeat(length)),
            ..scene.road_report(organisation, period)
        };
        give(
            &scene.store,
            clerk,
            Command::SubmitReport(command),
            at("2099-12-01T02:00:00Z"),
        )
        .unwrap();
        words.push((word, ReportId::of(scene.tasks[1], organisation, period)));
        if number % 2 == 1 {
            period = period.next();
        }
    }
    words
}

fn places_of(scene: &Scene, report: ReportId) -> Vec<TextPlace> {
    let texts = scene
        .store
        .read(|snapshot| snapshot.texts_of(Stream::Report(report)))
        .unwrap();
    texts.iter().map(|text| text.place).collect()
}

#[test]
fn scrubbed_words_are_in_no_file() {
    let (folder, store) = in_file();
    let scene = Scene::set_up(store);
    let reports = many_reports(&scene);
    let words: Vec<&str> = reports.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(holders(folder.path(), &words).len(), words.len());
    let (gone, kept): (Vec<_>, Vec<_>) = (0..).zip(&reports).partition(|(number, _)| number % 3 == 0);
    for chunk in gone.chunks(20) {
        let places = chunk
            .iter()
            .flat_map(|(_, (_, report))| places_of(&scene, *report))
            .collect();
        erase(&scene, ErasureGround::PersonalInformation, places);
    }
    assert_eq!(scene.store.scrub().unwrap(), ScrubOutcome::Done);
    let kept: BTreeSet<&str> = kept.iter().map(|(_, (word, _))| word.as_str()).collect();
    let found: BTreeSet<&str> = holders(folder.path(), &words).into_keys().collect();
    assert_eq!(
        found, kept,
        "and a search that found nothing at all would prove nothing"
    );
    assert_eq!(is_found_by_replay(&scene.store), []);
}

#[test]
fn a_long_read_is_told_of_and_not_waited_for() {
    let (folder, store) = in_file();
    let scene = eventful(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let scrubbed = scene
        .store
        .read(|snapshot| {
            snapshot.report(report)?;
            erase(&scene, ErasureGround::PersonalInformation, places_of(&scene, report));
            scene.store.scrub()
        })
        .unwrap();
    assert_eq!(scrubbed, ScrubOutcome::Blocked);
    assert_eq!(holders(folder.path(), &["属实"]).len(), 1, "the reader still sees them");
    assert_eq!(scene.store.scrub().unwrap(), ScrubOutcome::Done);
    assert!(holders(folder.path(), &["属实"]).is_empty());
}

/// As after the restoration of a backup into which somebody wrote later events.
#[test]
fn words_that_came_back_are_found_and_so_are_words_that_went_without_a_tombstone() {
    let (folder, store) = in_file();
    let scene = eventful(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let places = places_of(&scene, report);
    let other = ReportId::of(scene.tasks[0], scene.finance, march().next());
    let intruder = rusqlite::Connection::open(folder.path().join("luoshi.db")).unwrap();
    intruder
        .execute_batch("create temp table kept as select * from content")
        .unwrap();
    erase(&scene, ErasureGround::CourtOrAuthority, places.clone());
    intruder
        .execute_batch("insert into content select * from kept where not exists (select 1 from content where content.event_id = kept.event_id and content.ordinal = kept.ordinal)")
        .unwrap();
    let found = is_found_by_replay(&scene.store);
    assert_eq!(
        found.iter().filter(|kind| **kind == DifferenceKind::NotErased).count(),
        places.len()
    );
    scene
        .store
        .write(move |transaction| transaction.erase_texts(&places))
        .wait()
        .unwrap();
    assert_eq!(is_found_by_replay(&scene.store), []);
    let event = places_of(&scene, other)[0].event;
    intruder
        .execute(
            "delete from content where event_id = ?1 and ordinal = 0",
            [event.as_bytes()],
        )
        .unwrap();
    assert!(is_found_by_replay(&scene.store).contains(&DifferenceKind::Missing));
}
