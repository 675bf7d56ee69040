//! Changes that follow each other and do not touch each other become one statement on their way to the server, and so do questions: each
//! statement costs it a message, a plan that is set up and an answer that wakes whoever waits, which together is more than a row.
//!
//! It knows statements by their text only; what they mean is the rooms'.

use std::collections::{BTreeSet, HashMap};

use super::query::{Purpose, Unsent};

/// Ways of joining that are kept; a command comes the same way each time.
const KNOWN_WAYS: usize = 512;

/// Joins neighbours that may run as one statement, and remembers how.
#[derive(Default)]
pub(super) struct Joiner {
    /// By the texts of all statements that are joined.
    known: HashMap<String, Vec<Step>>,
}

/// What becomes of the next statements.
enum Step {
    /// The next one stays as it is.
    Alone,
    /// The next ones become one that has all their values.
    Joined {
        purpose: Purpose,
        sql: String,
        parts: usize,
    },
}

impl Joiner {
    /// The statements that do what `unsent` do, in the same order.
    pub(super) fn join(&mut self, unsent: Vec<Unsent>) -> Vec<Unsent> {
        let mut texts = String::new();
        for statement in &unsent {
            let (kind, text) = match statement {
                Unsent::Script(script) => ('s', *script),
                Unsent::Statement(Purpose::Change, sql, _) => ('c', sql.as_str()),
                Unsent::Statement(Purpose::Ask | Purpose::AskTogether(_), sql, _) => ('a', sql.as_str()),
            };
            texts.push(kind);
            texts.push_str(text);
            texts.push('\0');
        }
        if self.known.len() >= KNOWN_WAYS {
            self.known.clear();
        }
        let steps = self.known.entry(texts).or_insert_with(|| steps(&unsent));
        let mut rest = unsent.into_iter();
        let mut sent = Vec::with_capacity(steps.len());
        for step in steps {
            match step {
                Step::Alone => sent.extend(rest.next()),
                Step::Joined { purpose, sql, parts } => {
                    let mut all = Vec::new();
                    for statement in rest.by_ref().take(*parts) {
                        if let Unsent::Statement(_, _, values) = statement {
                            all.extend(values);
                        }
                    }
                    sent.push(Unsent::Statement(*purpose, sql.clone(), all));
                }
            }
        }
        sent
    }
}

/// How neighbours are joined.
fn steps(unsent: &[Unsent]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut group = Group::Questions(Vec::new());
    for statement in unsent {
        match statement {
            Unsent::Statement(Purpose::Ask, sql, values) if !locks_rows(sql) => {
                if !matches!(group, Group::Questions(_)) {
                    steps.extend(group.step());
                    group = Group::Questions(Vec::new());
                }
                if let Group::Questions(questions) = &mut group {
                    questions.push((sql, values.len()));
                }
            }
            Unsent::Statement(Purpose::Change, sql, values) if changes_rows(sql) => {
                let change = Change::new(sql, values.len());
                if !matches!(&group, Group::Changes(changes) if changes.iter().all(|earlier| earlier.is_apart_from(&change)))
                {
                    steps.extend(group.step());
                    group = Group::Changes(Vec::new());
                }
                if let Group::Changes(changes) = &mut group {
                    changes.push(change);
                }
            }
            _ => {
                steps.extend(group.step());
                group = Group::Questions(Vec::new());
                steps.push(Step::Alone);
            }
        }
    }
    steps.extend(group.step());
    steps
}

/// Neighbours of one kind, each with the number of its values.
enum Group<'s> {
    Questions(Vec<(&'s str, usize)>),
    Changes(Vec<Change<'s>>),
}

impl Group<'_> {
    /// What becomes of them; none where there are none.
    fn step(&self) -> Option<Step> {
        let (purpose, sql, parts) = match self {
            Group::Questions(questions) => (
                Purpose::AskTogether(questions.len()),
                question_of(questions),
                questions.len(),
            ),
            Group::Changes(changes) => (Purpose::Change, change_of(changes), changes.len()),
        };
        match parts {
            0 => None,
            1 => Some(Step::Alone),
            _ => Some(Step::Joined { purpose, sql, parts }),
        }
    }
}

/// A lock is a query, and one that is part of a statement which does not ask for its rows would not be run.
fn changes_rows(sql: &str) -> bool {
    let first = tokens(sql).next();
    first.is_some_and(|word| matches!(word, "insert" | "update" | "delete"))
}

/// A question that locks what it answers with may not be part of another one.
fn locks_rows(sql: &str) -> bool {
    let last = tokens(sql).last();
    last.is_some_and(|word| matches!(word, "update" | "share" | "locked"))
}

/// A statement that changes rows.
struct Change<'s> {
    sql: &'s str,
    values: usize,
    /// Every table that it names.
    tables: BTreeSet<&'s str>,
}

impl<'s> Change<'s> {
    fn new(sql: &'s str, values: usize) -> Self {
        let mut tables = BTreeSet::new();
        let mut before = "";
        for word in tokens(sql) {
            // The rest of `on conflict do update` names no table.
            if matches!(before, "into" | "update" | "from" | "join") && word != "set" {
                tables.insert(word);
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

/// The statement that does what several changes do.
fn change_of(changes: &[Change<'_>]) -> String {
    let mut sql = String::from("with ");
    let mut taken = 0;
    for (number, change) in changes.iter().enumerate() {
        if number + 1 == changes.len() {
            sql.push(' ');
            push_renumbered(&mut sql, change.sql, taken);
        } else {
            let comma = if number > 0 { ", " } else { "" };
            sql.push_str(&format!("{comma}part_{number} as ("));
            push_renumbered(&mut sql, change.sql, taken);
            sql.push(')');
        }
        taken += change.values;
    }
    sql
}

/// The statement that asks several questions: a row says which of them it answers, and holds what is answered as one value, since the answers have
/// nothing in common. The rows of each come in its own order.
fn question_of(questions: &[(&str, usize)]) -> String {
    let mut joined = String::new();
    let mut taken = 0;
    for (number, (sql, values)) in questions.iter().enumerate() {
        let union = if number > 0 { " union all " } else { "" };
        joined.push_str(&format!("{union}(select {number}, row(answer.*) from ("));
        push_renumbered(&mut joined, sql, taken);
        joined.push_str(") as answer)");
        taken += values;
    }
    joined
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
    use crate::copy::OwnValue;

    /// The statements of the first time, which are those of the second.
    fn joined(unsent: Vec<Unsent>) -> Vec<Unsent> {
        let mut joiner = Joiner::default();
        let copy = unsent.iter().map(|statement| match statement {
            Unsent::Script(script) => Unsent::Script(script),
            Unsent::Statement(purpose, sql, values) => Unsent::Statement(*purpose, sql.clone(), values.clone()),
        });
        let first = joiner.join(copy.collect());
        let second = joiner.join(unsent);
        let text = |sent: &[Unsent]| -> Vec<String> {
            let texts = sent.iter().map(|statement| match statement {
                Unsent::Script(script) => (*script).to_owned(),
                Unsent::Statement(_, sql, values) => format!("{sql} {values:?}"),
            });
            texts.collect()
        };
        assert_eq!(text(&first), text(&second));
        assert!(joiner.known.len() <= 1);
        second
    }

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
        let question = |sql: &str| Unsent::Statement(Purpose::Ask, sql.to_owned(), Vec::new());
        let apart = sent(vec![
            change(insert, &[1]),
            change(lock, &[2]),
            change("delete from draft where id = $1", &[3]),
            question("select 1"),
            change(insert, &[4]),
            question(lock),
            question("select 2"),
        ]);
        let sql: Vec<&str> = apart.iter().map(|(sql, _)| sql.as_str()).collect();
        assert_eq!(
            sql,
            [
                insert,
                lock,
                "delete from draft where id = $1",
                "select 1",
                insert,
                lock,
                "select 2"
            ]
        );
        assert_eq!(joined(Vec::new()).len(), 0);
    }
}
