//! Changes that follow each other and do not touch each other become one statement on their way to the server, and so do questions: each
//! statement costs it a message, a plan that is set up and an answer that wakes whoever waits, which together is more than a row.
//!
//! It knows statements by their text only; what they mean is the rooms'.

use std::collections::BTreeSet;

use super::query::{Purpose, Unsent};
use crate::copy::OwnValue;

/// Joins neighbours that may run as one statement. Everything else stays as it is, and the order too.
pub(super) fn joined(unsent: Vec<Unsent>) -> Vec<Unsent> {
    let mut sent = Vec::with_capacity(unsent.len());
    let mut changes: Vec<Change> = Vec::new();
    let mut questions: Vec<(String, Vec<OwnValue>)> = Vec::new();
    for statement in unsent {
        match statement {
            Unsent::Statement(Purpose::Ask, sql, values) => {
                sent.extend(one_of(&mut changes));
                questions.push((sql, values));
            }
            Unsent::Statement(Purpose::Change, sql, values) if changes_rows(&sql) => {
                sent.extend(one_question_of(&mut questions));
                let change = Change::new(sql, values);
                if !changes.iter().all(|earlier| earlier.is_apart_from(&change)) {
                    sent.extend(one_of(&mut changes));
                }
                changes.push(change);
            }
            other => {
                sent.extend(one_of(&mut changes));
                sent.extend(one_question_of(&mut questions));
                sent.push(other);
            }
        }
    }
    sent.extend(one_of(&mut changes));
    sent.extend(one_question_of(&mut questions));
    sent
}

/// The statement that asks what a group asks, which is empty afterwards: a row says which question it answers, and holds what is answered as one
/// value, since the answers have nothing in common. The rows of each come in its own order.
fn one_question_of(group: &mut Vec<(String, Vec<OwnValue>)>) -> Option<Unsent> {
    let questions = group.len();
    if questions < 2 {
        let (sql, values) = group.pop()?;
        return Some(Unsent::Statement(Purpose::Ask, sql, values));
    }
    let mut joined = String::new();
    let mut all = Vec::new();
    for (number, (sql, values)) in group.drain(..).enumerate() {
        if number > 0 {
            joined.push_str(" union all ");
        }
        joined.push_str(&format!("(select {number}, row(answer.*) from ("));
        push_renumbered(&mut joined, &sql, all.len());
        joined.push_str(") as answer)");
        all.extend(values);
    }
    Some(Unsent::Statement(Purpose::AskTogether(questions), joined, all))
}

/// A lock is a query, and one that is part of a statement which does not ask for its rows would not be run.
fn changes_rows(sql: &str) -> bool {
    let first = tokens(sql).next();
    first.is_some_and(|word| matches!(word, "insert" | "update" | "delete"))
}

/// A statement that changes rows.
struct Change {
    sql: String,
    values: Vec<OwnValue>,
    /// Every table that it names.
    tables: BTreeSet<String>,
}

impl Change {
    fn new(sql: String, values: Vec<OwnValue>) -> Self {
        let mut tables = BTreeSet::new();
        let mut before = "";
        for word in tokens(&sql) {
            // The rest of `on conflict do update` names no table.
            if matches!(before, "into" | "update" | "from" | "join") && word != "set" {
                tables.insert(word.to_owned());
            }
            before = word;
        }
        Self { sql, values, tables }
    }

    /// The parts of one statement see the rows as they were before it, and of two that change the same row one does nothing. So neither may name
    /// a table of the other. Rows of one table could be added together all the same, but then there would be a statement to prepare for every
    /// number of them. References are checked when all parts have run.
    fn is_apart_from(&self, other: &Self) -> bool {
        self.tables.is_disjoint(&other.tables)
    }
}

/// The statement that does what a group does, which is empty afterwards.
fn one_of(group: &mut Vec<Change>) -> Option<Unsent> {
    let last = group.pop()?;
    if group.is_empty() {
        return Some(Unsent::Statement(Purpose::Change, last.sql, last.values));
    }
    let mut sql = String::from("with ");
    let mut values = Vec::new();
    for (number, mut part) in group.drain(..).enumerate() {
        if number > 0 {
            sql.push_str(", ");
        }
        sql.push_str(&format!("part_{number} as ("));
        push_renumbered(&mut sql, &part.sql, values.len());
        sql.push(')');
        values.append(&mut part.values);
    }
    sql.push(' ');
    push_renumbered(&mut sql, &last.sql, values.len());
    values.extend(last.values);
    Some(Unsent::Statement(Purpose::Change, sql, values))
}

/// Adds a statement whose `$1` is the parameter after `taken` others.
fn push_renumbered(to: &mut String, sql: &str, taken: usize) {
    let mut parts = sql.trim().split('$');
    to.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        to.push('$');
        match number.parse::<usize>() {
            Ok(number) => to.push_str(&(number + taken).to_string()),
            Err(_) => to.push_str(number),
        }
        to.push_str(rest);
    }
}

fn tokens(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(sql: &str, values: &[i64]) -> Unsent {
        let values = values.iter().map(|value| OwnValue::Integer(*value)).collect();
        Unsent::Statement(Purpose::Change, sql.to_owned(), values)
    }

    /// What is sent, each with its values.
    fn sent(unsent: Vec<Unsent>) -> Vec<(String, Vec<i64>)> {
        joined(unsent)
            .into_iter()
            .map(|statement| match statement {
                Unsent::Script(script) => (script.to_owned(), Vec::new()),
                Unsent::Statement(_, sql, values) => {
                    let values = values.iter().map(|value| match value {
                        OwnValue::Integer(value) => *value,
                        other => panic!("{other:?} was never given"),
                    });
                    (sql, values.collect())
                }
            })
            .collect()
    }

    #[test]
    fn changes_of_different_tables_become_one_statement_with_all_their_values() {
        let together = sent(vec![
            Unsent::Script("begin"),
            change("\n    insert into event (id, version) values ($1, $2)", &[1, 2]),
            change(
                "insert into leaf (event_id, place) values ($2, $1) on conflict (event_id) do update set place = $1",
                &[3, 4],
            ),
            change("delete from draft where id = $1 and author = $10", &[5]),
        ]);
        assert_eq!(
            together,
            [
                ("begin".to_owned(), vec![]),
                (
                    "with part_0 as (insert into event (id, version) values ($1, $2)), \
                     part_1 as (insert into leaf (event_id, place) values ($4, $3) on conflict (event_id) do update set place = $3) \
                     delete from draft where id = $5 and author = $14"
                        .to_owned(),
                    vec![1, 2, 3, 4, 5]
                ),
            ]
        );
    }

    #[test]
    fn what_touches_the_same_table_stays_apart_and_in_its_order() {
        let alone = [
            "insert into party (task) values ($1)",
            "insert into party (task) values ($1)",
            "update light set latest = (select id from report where task = $1)",
            "update report set state = $1",
            "insert into total (plan) select plan from party join report on report.task = party.task where id = $1",
            "update party set task = $1",
        ];
        let apart = sent(alone.iter().map(|sql| change(sql, &[7])).collect());
        let expected = [
            alone[0].to_owned(),
            format!("with part_0 as ({}) {}", alone[1], alone[2].replace("$1", "$2")),
            alone[3].to_owned(),
            alone[4].to_owned(),
            alone[5].to_owned(),
        ];
        assert_eq!(apart.into_iter().map(|(sql, _)| sql).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn questions_that_follow_each_other_are_asked_as_one() {
        let question =
            |sql: &str, value| Unsent::Statement(Purpose::Ask, sql.to_owned(), vec![OwnValue::Integer(value)]);
        let mut together = joined(vec![
            question("\n    select id, name from task where id = $1", 5),
            question("select key from site where key in ($1) order by key", 6),
            change("delete from draft where id = $1", &[7]),
            question("select 1 from task where id = $1", 8),
        ]);
        let last = together.pop();
        assert!(
            matches!(last, Some(Unsent::Statement(Purpose::Ask, sql, _)) if sql == "select 1 from task where id = $1")
        );
        let first = together.remove(0);
        let Unsent::Statement(Purpose::AskTogether(2), sql, values) = first else {
            panic!("they are asked apart");
        };
        assert_eq!(
            sql,
            "(select 0, row(answer.*) from (select id, name from task where id = $1) as answer) union all \
             (select 1, row(answer.*) from (select key from site where key in ($2) order by key) as answer)"
        );
        assert!(
            matches!(values[..], [OwnValue::Integer(5), OwnValue::Integer(6)]),
            "{values:?}"
        );
        assert_eq!(together.len(), 1);
    }

    #[test]
    fn locks_and_questions_are_sent_by_themselves() {
        let lock = "select id from task where id in ($1) for no key update";
        let insert = "insert into event (id) values ($1)";
        let question = || Unsent::Statement(Purpose::Ask, "select 1".to_owned(), Vec::new());
        let apart = sent(vec![
            change(insert, &[1]),
            change(lock, &[2]),
            change("delete from draft where id = $1", &[3]),
            question(),
            change(insert, &[4]),
        ]);
        let sql: Vec<&str> = apart.iter().map(|(sql, _)| sql.as_str()).collect();
        assert_eq!(
            sql,
            [insert, lock, "delete from draft where id = $1", "select 1", insert]
        );
        assert_eq!(joined(Vec::new()).len(), 0);
    }
}
