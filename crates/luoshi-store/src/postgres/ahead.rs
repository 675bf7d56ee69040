//! Queries that a session asks before they are needed, and their answers until somebody needs them or something is written.
//!
//! It holds them only; what is sent when is the session's.

use super::answer::AnsweredRow;
use crate::{copy::OwnValue, engine::Value};

/// What was asked and not yet needed. A query without an answer waits among the unsent statements of its session, in the same order.
#[derive(Default)]
pub(super) struct Ahead {
    /// Whether the session goes through queries that it does not need yet.
    pub(super) rehearses: bool,
    /// Whose queries are asked now, where several works share a transaction: what one of them does changes nothing that another one rests on.
    part: usize,
    queries: Vec<Query>,
}

struct Query {
    part: usize,
    sql: String,
    values: Vec<OwnValue>,
    answer: Option<Vec<AnsweredRow>>,
}

impl Query {
    fn is(&self, sql: &str, values: &[Value<'_>]) -> bool {
        self.sql == sql
            && self.values.len() == values.len()
            && self.values.iter().zip(values).all(|(own, value)| own.value() == *value)
    }
}

impl Ahead {
    fn find(&self, sql: &str, values: &[Value<'_>]) -> Option<usize> {
        self.queries
            .iter()
            .position(|query| query.part == self.part && query.is(sql, values))
    }

    /// Notes a query; answers with whether it has to be sent.
    pub(super) fn ask(&mut self, sql: &str, values: &[Value<'_>]) -> bool {
        if self.find(sql, values).is_some() {
            return false;
        }
        self.queries.push(Query {
            part: self.part,
            sql: sql.to_owned(),
            values: values.iter().map(OwnValue::from).collect(),
            answer: None,
        });
        true
    }

    /// Whether a query was asked and has no answer.
    pub(super) fn waits(&self, sql: &str, values: &[Value<'_>]) -> bool {
        let found = self.find(sql, values).and_then(|place| self.queries.get(place));
        found.is_some_and(|query| query.answer.is_none())
    }

    /// Keeps the answers of the queries that had none, in their order.
    pub(super) fn answer(&mut self, answers: Vec<Vec<AnsweredRow>>) {
        let waiting = self.queries.iter_mut().filter(|query| query.answer.is_none());
        for (query, answer) in waiting.zip(answers) {
            query.answer = Some(answer);
        }
    }

    /// The answer of a query, which is forgotten.
    pub(super) fn take(&mut self, sql: &str, values: &[Value<'_>]) -> Option<Vec<AnsweredRow>> {
        let place = self.find(sql, values)?;
        // In its place nothing may come that is later: answers are told apart by their order alone.
        self.queries.remove(place).answer
    }

    /// Whose queries are asked from now on.
    pub(super) fn go_on_with(&mut self, part: usize) {
        self.part = part;
    }

    /// Forgets every query of the present part; answers with whether there were any.
    pub(super) fn forget(&mut self) -> bool {
        let before = self.queries.len();
        let part = self.part;
        self.queries.retain(|query| query.part != part);
        self.queries.len() < before
    }

    /// Forgets every query of all parts.
    pub(super) fn forget_all(&mut self) {
        self.part = 0;
        self.queries.clear();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use luoshi_equipment::postgres::Server;

    use crate::{
        engine::{Connection, values},
        postgres::{
            session::{Access, Opener, Session},
            words::{SharedVault, WordVault},
        },
    };

    /// The vault of sessions that seal nothing.
    pub(in crate::postgres) struct NoVault;

    impl WordVault for NoVault {
        fn epoch_key(&self, _: u32) -> std::io::Result<Option<[u8; 32]>> {
            Ok(None)
        }

        fn keep_epoch_key(&self, _: u32, _: [u8; 32]) -> std::io::Result<[u8; 32]> {
            Err(std::io::ErrorKind::Unsupported.into())
        }

        fn destroy_epoch_key(&self, _: u32) -> std::io::Result<()> {
            Ok(())
        }

        fn fill(&self, _: &mut [u8]) {}
    }

    const NUMBERS: &str = "select number from thing where number > $1 order by number";
    const COUNT: &str = "select count(*) from thing where number > $1";
    const ADD: &str = "insert into thing (number) values ($1)";

    fn numbers(session: &Session, above: i64) -> Vec<i64> {
        let rows: Vec<(i64,)> = Connection::Postgres(session).all(NUMBERS, values![above]).unwrap();
        rows.into_iter().map(|(number,)| number).collect()
    }

    fn count(session: &Session, above: i64) -> i64 {
        let (count,) = Connection::Postgres(session).one(COUNT, values![above]).unwrap();
        count
    }

    /// On a session that keeps its statements, and on one behind a pooler.
    #[test]
    fn queries_that_were_rehearsed_are_answered_together_and_not_after_a_write() {
        let Some(server) = Server::shared("queries that are asked ahead on PostgreSQL") else {
            return;
        };
        for pooled in ["", "?pooler=transaction"] {
            let address = format!("{}{pooled}", server.database()).parse().unwrap();
            let session = Opener::new(&address, &SharedVault(Arc::new(NoVault)))
                .and_then(|opener| opener.open())
                .unwrap();
            assert_eq!(session.keeps_statements, pooled.is_empty());
            let connection = Connection::Postgres(&session);
            connection
                .execute("create table thing (number bigint not null)", &[])
                .unwrap();
            session.begin(Access::Write).unwrap();
            // Preparing a statement is a way of its own.
            assert_eq!((count(&session, 0), numbers(&session, 0)), (0, vec![]));
            connection.send(ADD, values![1_i64]).unwrap();
            let rehearse = || {
                connection.rehearse(|| {
                    connection.all::<(i64,)>(NUMBERS, values![0_i64])?;
                    connection.all::<(i64,)>(NUMBERS, values![1_i64])?;
                    // Asked once, however often it is rehearsed.
                    connection.rehearse(|| connection.all::<(i64,)>(NUMBERS, values![0_i64]).map(|_| ()));
                    connection.one::<(i64,)>(COUNT, values![0_i64])?;
                    unreachable!("a count of no rows is no count");
                });
            };
            let waiting = || {
                session
                    .ahead
                    .borrow()
                    .queries
                    .iter()
                    .filter(|query| query.answer.is_none())
                    .count()
            };
            let known = || session.ahead.borrow().queries.len() - waiting();

            rehearse();
            assert_eq!((waiting(), known()), (3, 0));
            assert_eq!(numbers(&session, 0), [1]);
            assert_eq!((waiting(), known()), (0, 2), "all came together");
            // An answer in the middle goes, and a later question stays behind the earlier ones.
            assert_eq!(numbers(&session, 1), [0; 0]);
            assert_eq!(count(&session, 0), 1);
            assert_eq!((waiting(), known()), (0, 0));

            // Answered, and then something is written.
            rehearse();
            assert_eq!(numbers(&session, 0), [1]);
            connection.send(ADD, values![2_i64]).unwrap();
            assert_eq!((waiting(), known()), (0, 0));
            assert_eq!((count(&session, 0), numbers(&session, 1)), (2, vec![2]));

            // Not even sent, and then something is written.
            rehearse();
            connection.execute(ADD, values![3_i64]).unwrap();
            rehearse();
            assert_eq!((waiting(), known()), (3, 0));
            assert_eq!((count(&session, 0), numbers(&session, 1)), (3, vec![2, 3]));

            // An answer of many rows has to be taken before those behind it come, also that of a query that was not rehearsed.
            let many = "insert into thing (number) select * from generate_series(4, 200000)";
            connection.execute(many, &[]).unwrap();
            rehearse();
            assert_eq!(numbers(&session, 199_999), [200_000]);
            assert_eq!(count(&session, 0), 200_000);
            assert_eq!(numbers(&session, 0).len(), 200_000);

            session.commit().unwrap();
            session.begin(Access::Read).unwrap();
            assert_eq!((waiting(), known()), (0, 0), "the next transaction asks anew");
            session.roll_back().unwrap();
        }
    }
}
