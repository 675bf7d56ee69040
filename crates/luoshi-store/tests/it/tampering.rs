//! Whoever changes a value behind the program's back is found: every column of every table of the record and of the state is changed,
//! one after the other, and the replay has to name the place.

use std::path::PathBuf;

use luoshi_store::{DifferenceKind, Location, Phase, ReplayOutcome, Store};
use rusqlite::{Connection, types::Value};

use crate::story::eventful;

const RECORD: [&str; 3] = ["event", "content", "leaf"];
const STATE: [&str; 16] = [
    "organisation",
    "account",
    "document",
    "plan",
    "plan_total",
    "section",
    "task",
    "party",
    "target",
    "task_reporter",
    "task_organisation",
    "report",
    "report_value",
    "erasure",
    "erasure_text",
    "erasure_file",
];

/// An eventful ledger in a file, and a second way into it.
struct Site {
    path: PathBuf,
    store: Store,
    intruder: Connection,
    _folder: tempfile::TempDir,
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    let store = eventful(Store::create(&Location::Sqlite(path.clone())).unwrap()).store;
    let intruder = Connection::open(&path).unwrap();
    intruder.pragma_update(None, "foreign_keys", "off").unwrap();
    Site {
        path,
        store,
        intruder,
        _folder: folder,
    }
}

impl Site {
    fn replay(&self) -> ReplayOutcome {
        let folder = self.path.parent().unwrap();
        self.store.replay(folder, &|_: Phase, _: u64, _: u64| {}).unwrap()
    }

    /// Name and place in the primary key of each column.
    fn columns(&self, table: &str) -> Vec<(String, u32)> {
        let mut statement = self
            .intruder
            .prepare("select name, pk from pragma_table_info($1)")
            .unwrap();
        let rows = statement
            .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Every key of a table, in its order.
    fn rows(&self, table: &str) -> Vec<Vec<Value>> {
        let mut keys: Vec<(String, u32)> = self.columns(table);
        keys.retain(|(_, place)| *place > 0);
        keys.sort_by_key(|(_, place)| *place);
        let names: Vec<String> = keys.into_iter().map(|(name, _)| name).collect();
        let sql = format!("select {0} from {table} order by {0}", names.join(", "));
        let mut statement = self.intruder.prepare(&sql).unwrap();
        let rows = statement
            .query_map([], |row| (0..names.len()).map(|index| row.get(index)).collect())
            .unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn condition(&self, table: &str) -> String {
        let mut keys = self.columns(table);
        keys.retain(|(_, place)| *place > 0);
        keys.sort_by_key(|(_, place)| *place);
        (2..)
            .zip(keys)
            .map(|(number, (name, _))| format!("{name} = ?{number}"))
            .collect::<Vec<_>>()
            .join(" and ")
    }

    fn value(&self, table: &str, column: &str, key: &[Value]) -> Value {
        let sql = format!(
            "select {column} from {table} where {}",
            condition_from(&self.condition(table), 1)
        );
        self.intruder
            .query_row(&sql, rusqlite::params_from_iter(key), |row| row.get(0))
            .unwrap()
    }

    /// Changes one value and gives back what it was and the key that the row has now; none where the engine itself refuses.
    fn change(&self, table: &str, column: &str, key: &[Value]) -> Option<(Value, Vec<Value>)> {
        let before = self.value(table, column, key);
        let after = other_than(&before, column);
        self.set(table, column, key, &after).ok()?;
        let mut keys = self.columns(table);
        keys.retain(|(_, place)| *place > 0);
        keys.sort_by_key(|(_, place)| *place);
        let key = keys
            .iter()
            .zip(key)
            .map(|((name, _), value)| if name == column { after.clone() } else { value.clone() });
        Some((before, key.collect()))
    }

    fn set(&self, table: &str, column: &str, key: &[Value], value: &Value) -> Result<(), rusqlite::Error> {
        let sql = format!("update {table} set {column} = ?1 where {}", self.condition(table));
        let parameters = std::iter::once(value).chain(key);
        match self.intruder.execute(&sql, rusqlite::params_from_iter(parameters))? {
            1 => Ok(()),
            other => panic!("{other} rows of {table} changed"),
        }
    }
}

/// The same condition with its parameters counted from `first` instead of 2.
fn condition_from(condition: &str, first: u32) -> String {
    (2..6).fold(condition.to_owned(), |text, number| {
        text.replace(&format!("?{number}"), &format!("?{}", number - 2 + first))
    })
}

/// Another value that the column could have as well.
fn other_than(value: &Value, column: &str) -> Value {
    match value {
        Value::Integer(integer) => Value::Integer(integer + 1),
        Value::Text(text) => Value::Text(format!("{text}0")),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            if let Some(last) = bytes.last_mut() {
                *last ^= 0x55;
            }
            Value::Blob(bytes)
        }
        // An empty value becomes one of the column's type.
        _ if ["completion", "verified_completion", "decided_at", "issued_at"].contains(&column) => Value::Integer(1),
        _ if column.ends_with("_start") || column.ends_with("_end") || column == "leaf_index" => Value::Integer(1_000),
        _ if ["organisation", "section", "source_document", "decided_by"].contains(&column) => Value::Blob(vec![1; 16]),
        _ => Value::Text("1".to_owned()),
    }
}

/// A key as the replay writes it.
fn key_text(key: &[Value]) -> String {
    key.iter()
        .map(|value| match value {
            Value::Integer(integer) => integer.to_string(),
            Value::Text(text) => text.clone(),
            Value::Blob(bytes) => uuid::Uuid::from_slice(bytes).unwrap().to_string(),
            other => panic!("{other:?} in a key"),
        })
        .collect::<Vec<_>>()
        .join(",")
}

#[test]
fn a_change_of_any_value_is_found_and_its_place_named() {
    let site = site();
    assert!(site.replay().is_clean());
    let mut changed = 0;
    for table in RECORD.into_iter().chain(STATE) {
        let rows = site.rows(table);
        assert!(!rows.is_empty(), "{table} has no rows to tamper with");
        for (column, place_in_key) in site.columns(table) {
            // One row where the column is empty and one where it is not tell as much as all of them, and a replay takes its time.
            let (mut tried_empty, mut tried_filled) = (false, false);
            for key in &rows {
                let empty = site.value(table, &column, key) == Value::Null;
                if (empty && tried_empty) || (!empty && tried_filled) {
                    continue;
                }
                let Some((before, key_now)) = site.change(table, &column, key) else {
                    continue;
                };
                tried_empty |= empty;
                tried_filled |= !empty;
                changed += 1;
                let outcome = site.replay();
                let described = || format!("{table}.{column} of [{}]: {:#?}", key_text(key), outcome.differences);
                let place = |text: String| {
                    outcome
                        .differences
                        .iter()
                        .filter(move |found| found.key == text)
                        .collect::<Vec<_>>()
                };
                match (table, place_in_key) {
                    ("event" | "leaf", 0) if column != "leaf_index" => {
                        // What was changed, the event or the commitment to it, nobody can tell; the event is named.
                        assert!(
                            place(key_text(key)).iter().any(|found| found.table == "event"),
                            "{}",
                            described()
                        );
                    }
                    ("leaf", 0) => {
                        let found = outcome
                            .differences
                            .iter()
                            .any(|found| found.table == "leaf" && found.column.as_deref() == Some("leaf_index"));
                        assert!(found, "{}", described());
                    }
                    ("content", 0) => {
                        let found = place(key_text(key))
                            .into_iter()
                            .any(|found| found.table == "content" && found.kind == DifferenceKind::NotCommittedWords);
                        assert!(found, "{}", described());
                    }
                    (_, 0) => {
                        let found = place(key_text(key))
                            .into_iter()
                            .any(|found| found.table == table && found.column.as_deref() == Some(column.as_str()));
                        assert!(found, "{}", described());
                    }
                    // A changed key is a row too many and a row too few.
                    ("event", _) => {
                        assert!(
                            place(key_text(&key_now)).iter().any(|found| found.table == "leaf"),
                            "{}",
                            described()
                        );
                        assert!(
                            place(key_text(key)).iter().any(|found| found.table == "leaf"),
                            "{}",
                            described()
                        );
                    }
                    _ => {
                        assert!(
                            place(key_text(&key_now)).iter().any(|found| found.table == table),
                            "{}",
                            described()
                        );
                        assert!(
                            place(key_text(key)).iter().any(|found| found.table == table),
                            "{}",
                            described()
                        );
                    }
                }
                site.set(table, &column, &key_now, &before).unwrap();
            }
            assert!(
                tried_filled,
                "no row of {table} has a {column} that lets itself be changed"
            );
        }
    }
    assert!(changed > 120, "{changed}");
    assert!(site.replay().is_clean());
}

#[test]
fn a_removed_row_is_found() {
    for table in RECORD.into_iter().chain(STATE) {
        let site = site();
        let key = site.rows(table).remove(0);
        let sql = format!(
            "delete from {table} where {}",
            condition_from(&site.condition(table), 1)
        );
        assert_eq!(
            site.intruder.execute(&sql, rusqlite::params_from_iter(&key)).unwrap(),
            1
        );
        let outcome = site.replay();
        let expected = if table == "event" { "leaf" } else { table };
        let found = outcome
            .differences
            .iter()
            .any(|found| found.table == expected && found.key == key_text(&key));
        assert!(found, "{table}: {:#?}", outcome.differences);
    }
}

#[test]
fn an_added_row_is_found() {
    for table in STATE {
        let site = site();
        let key = site.rows(table).remove(0);
        let columns: Vec<String> = site.columns(table).into_iter().map(|(name, _)| name).collect();
        let first = &columns[0];
        let rest = columns[1..].join(", ");
        // The same row once more under another id; names that have to be unique are taken from it.
        let changed = rest
            .replace("sign_in_name", "'x' || sign_in_name")
            .replace("number, kind", "number + 50, kind");
        let changed = changed
            .replace("ordinal, id", "ordinal, zeroblob(16)")
            .replace("task, organisation, period", "zeroblob(16), organisation, period");
        let sql = format!(
            "insert into {table} ({first}, {rest}) select cast(x'01010101010101010101010101010101' as blob), {changed} from {table} where {}",
            condition_from(&site.condition(table), 1)
        );
        assert_eq!(
            site.intruder.execute(&sql, rusqlite::params_from_iter(&key)).unwrap(),
            1
        );
        let outcome = site.replay();
        let found = outcome.differences.iter().any(|found| {
            found.table == table
                && found.kind == DifferenceKind::Surplus
                && found.key.starts_with("01010101-0101-0101-0101-010101010101")
        });
        assert!(found, "{table}: {:#?}", outcome.differences);
    }
}

#[test]
fn a_list_of_differences_is_bounded() {
    let site = site();
    // More rows than the list takes, all of them too many.
    site.intruder
        .execute_batch(
            "insert into organisation
             with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < 3000)
             select randomblob(16), 1, 'x', '[]', 'other' from numbers",
        )
        .unwrap();
    let outcome = site.replay();
    assert_eq!((outcome.differences.len(), outcome.difference_count), (1_000, 3_000));
}

#[test]
fn a_history_without_its_middle_is_found() {
    let site = site();
    // Three reports have more than one event; without the second of one, its third has nothing to follow.
    site.intruder
        .execute_batch(
            "delete from leaf where event_id in (select id from event where kind = 'report_approved');
             delete from event where kind = 'report_approved'",
        )
        .unwrap();
    let outcome = site.replay();
    let gaps = outcome
        .differences
        .iter()
        .filter(|found| found.kind == DifferenceKind::Gap && found.table == "event");
    assert_eq!(gaps.count(), 2, "{:#?}", outcome.differences);
    assert!(site.path.exists());
}
