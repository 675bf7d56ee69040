//! Words on a server: none lies there in the clear, and once a thing's words were erased no key that is left opens what the server keeps of them.

use std::sync::Arc;

use luoshi_equipment::postgres::Server;
use luoshi_ledger::{Command, erasure::TextPlace, ids::ReportId, period::Period};
use luoshi_store::{Address, Location, SharedVault, Store};

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
    let events = give(&scene.store, &scene.clerk, Command::SubmitReport(scene.growth_report(month)), now).unwrap();
    let report = ReportId::of(scene.tasks[0], scene.finance, month);
    assert_eq!(in_the_clear(&server, &address), Vec::<String>::new());
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
    give(&other, &scene.clerk, Command::SubmitReport(scene.growth_report(next)), late).unwrap();
    let second = ReportId::of(scene.tasks[0], scene.finance, next);
    let store = open();
    for report in [report, second] {
        let read = store.read(|snapshot| snapshot.report(report)).unwrap().unwrap();
        assert_eq!(read.next_step, before.next_step);
    }
}
