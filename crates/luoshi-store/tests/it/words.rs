//! Words on a server: none lies there in the clear, and once a thing's words were erased no key that is left opens what the server keeps of them.

use std::{sync::Arc, thread};

use luoshi_equipment::{postgres::Server, raw_files::holders};
use luoshi_ledger::{Command, command::SubmitReport, erasure::TextPlace, ids::ReportId, period::Period};
use luoshi_store::{Address, Location, SharedVault, Store, StoreError};

use crate::{
    scene::{Scene, at, give, replay},
    vault::MemoryVault,
};

/// Tables and columns of words as the database itself shows them.
const WORDS: &[(&str, &str)] = &[
    ("account", "sign_in_name"),
    ("account", "display_name"),
    ("content", "body"),
    ("document", "file_name"),
    ("document", "text"),
    ("plan", "title"),
    ("section", "title"),
    ("task", "title"),
    ("task", "text"),
    ("report", "done"),
    ("report", "problems"),
    ("report", "next_step"),
    ("report", "conclusion"),
    ("report", "return_reason"),
    ("evidence", "name"),
    ("erasure", "explanation"),
    ("report_draft", "body"),
    ("draft_evidence", "name"),
    ("review", "body"),
];

fn in_the_clear(server: &Server, address: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in WORDS {
        let sql = format!("select count(*) from {table} where {column} is not null and left({column}, 1) <> chr(1)");
        let count = server.ask(address, &sql).unwrap();
        if count.trim() != "0" {
            found.push(format!("{table}.{column}: {}", count.trim()));
        }
    }
    found
}

/// Stands in one report and nowhere else.
const PLANTED: &str = "埋设词语甲乙丙丁";

#[test]
fn words_lie_sealed_and_go_with_their_key() {
    let Some(server) = Server::shared("sealed words on PostgreSQL") else {
        return;
    };
    let vault = Arc::new(MemoryVault::default());
    let address = server.database();
    let open = || {
        let shared: Arc<dyn luoshi_store::WordVault> = vault.clone();
        Store::create(&Location::Postgres(
            address.parse::<Address>().unwrap(),
            SharedVault(shared),
        ))
        .unwrap()
    };
    let scene = Scene::set_up(open());
    let now = at("2026-04-01T01:00:00Z");
    let month = Period::of(jiff::civil::date(2026, 3, 1));
    let planted = SubmitReport {
        done: format!("进展顺利，{PLANTED}"),
        ..scene.growth_report(month)
    };
    let events = give(&scene.store, &scene.clerk, Command::SubmitReport(planted), now).unwrap();
    let report = ReportId::of(scene.tasks[0], scene.finance, month);
    assert_eq!(in_the_clear(&server, &address), Vec::<String>::new());
    // Pages are in files only after a checkpoint; the write-ahead log is there at once.
    server.ask(&address, "checkpoint").unwrap();
    let found = holders(&server.data(), &[PLANTED, "report_value"]);
    assert_eq!(
        found.into_keys().collect::<Vec<_>>(),
        ["report_value"],
        "the search finds what is there"
    );
    let raw = |sql: &str| server.ask(&address, sql).unwrap();
    let sealed = raw("select done from report");
    let old_key = raw("select encode(wrapped, 'hex') from word_key where thing = (select id from report)");

    // Read again by another process, which has to ask for every key.
    let other = open();
    let before = other.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
    assert!(before.done.contains("顺利"), "{}", before.done);
    assert!(replay(&other).is_clean());

    // One text of the report goes; the others stay and can be read, also by who had read them before.
    let place = TextPlace {
        event: events[0],
        ordinal: 0,
    };
    let gone = scene
        .store
        .write(move |transaction| transaction.erase_texts(&[place]))
        .wait()
        .unwrap();
    assert_eq!(gone, 1);
    for store in [&scene.store, &other, &open()] {
        let after = store.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
        assert!(after.done.contains("已依法清除"), "{}", after.done);
        assert_eq!(after.next_step, before.next_step);
    }
    assert_eq!(in_the_clear(&server, &address), Vec::<String>::new());
    let new_key = raw("select encode(wrapped, 'hex') from word_key where thing = (select id from report)");
    assert_ne!(new_key, old_key);
    assert_ne!(raw("select done from report"), sealed);

    // The old row of the key is of no use either once the epoch is over, and whoever believed in the epoch goes on under the next one.
    scene.store.scrub().unwrap();
    // Under 0 stands the key of hashes, which is of no epoch.
    assert_eq!(vault.keys.lock().unwrap().keys().copied().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(raw("select distinct epoch from word_key").trim(), "2");
    assert_eq!(raw("select id from word_epoch").trim(), "2");
    let next = Period::of(jiff::civil::date(2026, 4, 1));
    let late = at("2026-05-01T01:00:00Z");
    give(
        &other,
        &scene.clerk,
        Command::SubmitReport(scene.growth_report(next)),
        late,
    )
    .unwrap();
    let second = ReportId::of(scene.tasks[0], scene.finance, next);
    let store = open();
    for report in [report, second] {
        let read = store.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
        assert_eq!(read.next_step, before.next_step);
    }
    // Another process goes on writing, and keeps new keys, while epochs end one after the other.
    let months: Vec<Period> = (5..=12)
        .map(|month| Period::of(jiff::civil::date(2026, month, 1)))
        .collect();
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for month in &months {
                let report = scene.growth_report(*month);
                give(
                    &other,
                    &scene.clerk,
                    Command::SubmitReport(report),
                    at("2027-01-05T01:00:00Z"),
                )
                .unwrap();
            }
        });
        while !writing.is_finished() {
            store.scrub().unwrap();
        }
        writing.join().unwrap();
    });
    let third = open();
    for month in months {
        let report = ReportId::of(scene.tasks[0], scene.finance, month);
        let read = third.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
        assert_eq!(read.next_step, before.next_step);
    }
    let epoch: u32 = raw("select id from word_epoch").trim().parse().unwrap();
    assert_eq!(
        vault.keys.lock().unwrap().keys().copied().collect::<Vec<_>>(),
        [0, epoch]
    );

    // Nothing is wrong but that the text went without a tombstone.
    let found: Vec<String> = replay(&store).differences.iter().map(ToString::to_string).collect();
    assert_eq!(found, [format!("content [{},0]: missing", events[0].0)]);
    let named = |name: &str| store.read(|snapshot| snapshot.account_by_sign_in_name(name)).unwrap();
    let accounts = store.read(|snapshot| snapshot.accounts()).unwrap();
    for account in accounts {
        assert_eq!(named(&account.sign_in_name).map(|found| found.id), Some(account.id));
    }
    assert_eq!(named("nobody"), None);

    // A crash left the key of an epoch that was over; the next end of an epoch takes it too.
    vault.keys.lock().unwrap().insert(1, [1; 32]);
    store.scrub().unwrap();
    let next = epoch + 1;
    assert_eq!(
        vault.keys.lock().unwrap().keys().copied().collect::<Vec<_>>(),
        [0, next]
    );

    // Nor is it opened without the key by which names are found, for another one would find none.
    let hashes = vault.keys.lock().unwrap().remove(&0).unwrap();
    let without_hashes: Arc<dyn luoshi_store::WordVault> = vault.clone();
    let refused = Store::open(&Location::Postgres(
        address.parse::<Address>().unwrap(),
        SharedVault(without_hashes),
    ));
    assert!(matches!(refused.err(), Some(StoreError::NoWordKey { epoch: 0 })));
    vault.keys.lock().unwrap().insert(0, hashes);

    // Without its folder of keys a site is not opened as if its words were there.
    vault.keys.lock().unwrap().remove(&next);
    let refused = Store::open(&Location::Postgres(
        address.parse::<Address>().unwrap(),
        SharedVault(Arc::new(MemoryVault::default())),
    ));
    assert!(matches!(refused.err(), Some(StoreError::NoWordKey { epoch }) if epoch == next));
}
