//! Which columns hold words that can be erased by law, and to which thing they belong. On a server each of them is sealed with a key of the
//! thing (docs/adr/0010), so whatever writes one of these columns says so, by [`Value::Words`].
//!
//! How words are sealed is the engine's.

use uuid::Uuid;

use crate::{
    copy::OwnValue,
    engine::{Connection, Value},
    error::StoreError,
    snapshot::Transaction,
};

/// A table with columns of words.
struct WordTable {
    /// Its name.
    name: &'static str,
    /// The columns of its primary key.
    key: &'static [&'static str],
    /// The column that names the thing, or the event of the thing.
    thing: &'static str,
    /// The columns of words.
    words: &'static [&'static str],
}

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    thing: &'static str,
    words: &'static [&'static str],
) -> WordTable {
    WordTable {
        name,
        key,
        thing,
        words,
    }
}

/// The words beside an event belong to the thing of its stream, so the event is asked for it.
const CONTENT: &str = "content";

/// Every column of words.
const WORD_TABLES: &[WordTable] = &[
    table(CONTENT, &["event_id", "ordinal"], "event_id", &["body"]),
    table("account", &["id"], "id", &["sign_in_name", "display_name"]),
    table("document", &["id"], "id", &["file_name", "text"]),
    table("plan", &["id"], "id", &["title", "document_number", "issuer"]),
    table("section", &["plan", "ordinal"], "plan", &["title"]),
    table("task", &["id"], "id", &["title", "basis", "deliverable", "text"]),
    table(
        "report",
        &["id"],
        "id",
        &[
            "done",
            "problems",
            "help_wanted",
            "next_step",
            "conclusion",
            "return_reason",
        ],
    ),
    table("evidence", &["report", "id"], "report", &["name"]),
    table("erasure", &["id"], "id", &["explanation", "decline_reason"]),
    table("report_draft", &["author", "report"], "report", &["body"]),
    table("draft_evidence", &["author", "id"], "report", &["name"]),
    table("review", &["id"], "document", &["body"]),
];

/// The rows of a thing; the words of an event are found by the events of its stream.
fn condition(table: &WordTable) -> String {
    if table.name == CONTENT {
        "event_id in (select id from event where stream_id = $1)".to_owned()
    } else {
        format!("{} = $1", table.thing)
    }
}

impl Transaction<'_> {
    /// Holds the keys of a thing, and lets what is written from now on be sealed with another one. Answers with the old ones, none where the
    /// engine seals nothing.
    pub(crate) fn retire_word_keys(&mut self, thing: Uuid) -> Result<Vec<Uuid>, StoreError> {
        match self.connection {
            Connection::Sqlite(_) => Ok(Vec::new()),
            Connection::Postgres(session) => session.retire_keys(thing),
        }
    }

    /// Seals the words of a thing that are left with its new key, and destroys the `old` ones: what a server keeps of words that went before
    /// opens no more.
    pub(crate) fn seal_words_again(&mut self, thing: Uuid, old: &[Uuid]) -> Result<(), StoreError> {
        let Connection::Postgres(session) = self.connection else {
            return Ok(());
        };
        for table in WORD_TABLES {
            self.write_words_again(table, thing)?;
        }
        session.destroy_keys(old)
    }

    fn write_words_again(&mut self, table: &WordTable, thing: Uuid) -> Result<(), StoreError> {
        let columns = [table.key, table.words].concat();
        let sql = format!(
            "select {} from {} where {}",
            columns.join(", "),
            table.name,
            condition(table)
        );
        let mut rows: Vec<Vec<OwnValue>> = Vec::new();
        self.connection.each(&sql, &[(&thing).into()], &mut |row| {
            rows.push(
                (0..columns.len())
                    .map(|index| OwnValue::of(row, index))
                    .collect::<Result<_, _>>()?,
            );
            Ok(())
        })?;
        let width = table.key.len();
        let key: Vec<String> = table
            .key
            .iter()
            .zip(1..)
            .map(|(name, place)| format!("{name} = ${place}"))
            .collect();
        let words: Vec<String> = (table.words.iter().zip(width + 1..))
            .map(|(name, place)| format!("{name} = ${place}"))
            .collect();
        let sql = format!(
            "update {} set {} where {}",
            table.name,
            words.join(", "),
            key.join(" and ")
        );
        for row in &rows {
            let values: Vec<Value<'_>> = row
                .iter()
                .enumerate()
                .map(|(index, value)| match value {
                    OwnValue::Text(text) if index >= width => Value::words(thing, text),
                    other => other.value(),
                })
                .collect();
            self.connection.send(&sql, &values)?;
        }
        Ok(())
    }
}

/// For rows of `table` on their way into another database: the places of the columns of words, and of the column by which the thing is found,
/// which of words beside an event is the id of the event. None where the table has no words.
pub(crate) fn places(table: &str, columns: &[String]) -> Option<(Vec<usize>, usize)> {
    let table = WORD_TABLES.iter().find(|known| known.name == table)?;
    let place = |name: &str| columns.iter().position(|column| column == name);
    Some((
        table.words.iter().filter_map(|name| place(name)).collect(),
        place(table.thing)?,
    ))
}

/// Whether the thing of this table's words has to be asked of the event.
pub(crate) fn is_beside_events(table: &str) -> bool {
    table == CONTENT
}
