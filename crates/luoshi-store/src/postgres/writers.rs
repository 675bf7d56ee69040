//! The threads that write: each command is a transaction of its own, run again where it met another one, and answered as unknown where nobody
//! can say what became of its commit.
//!
//! Commands that wait together and lock one thing each, and not the same one, share a transaction: what they ask is asked at once, and what they
//! write goes together. None of them waits for anything then, neither for a lock nor for an answer more; one that would have to, and all of them
//! where one fails at the server, is run by itself afterwards.

use std::{collections::BTreeSet, sync::Arc, thread, time::Duration};

use super::{
    session::{Access, Opener, Session, Trouble, Turn},
    threads::{Limits, Refused, Threads},
};
use crate::{
    engine::Connection,
    error::StoreError,
    known_plan::KnownPlans,
    snapshot::Transaction,
    work::{Commits, Fate, GroupCommits, Work},
};

/// Writes that may wait; one more is told that the store is busy, which is better than waiting without end.
const LONGEST_QUEUE: usize = 1_024;
/// Transactions that run at once. More of them would share a flush better and get into each other's way more often: on two cores twelve carried as
/// much as sixteen or more, and the slowest of those that wait waited less.
const WRITERS: u32 = 12;
/// Works that share a transaction at most. Twice as many carried no more, and the slowest of those that wait waited longer.
const LARGEST_GROUP: usize = 8;
/// How often a transaction is run before its author is told to come back.
const MOST_RUNS: u32 = 10;
/// How often a transaction that came second is run again. A key that was taken long ago is taken at every run.
const MOST_SECONDS: u32 = 2;

/// The handles of the writing threads.
pub(crate) struct Writers {
    threads: Threads<Box<dyn Work>>,
    commits: Arc<Commits>,
}

impl Writers {
    /// Starts the threads; each opens its session when it first needs one.
    pub(crate) fn start(opener: &Arc<Opener>) -> Result<Self, StoreError> {
        let commits = Arc::<Commits>::default();
        let writers = (0..WRITERS).map(|number| {
            let mut writer = Writer {
                number,
                opener: Arc::clone(opener),
                session: None,
                known_plans: KnownPlans::default(),
                commits: Arc::clone(&commits),
            };
            move |works: Vec<Box<dyn Work>>| {
                for mut work in writer.carry_out_together(works) {
                    let fate = writer.carry_out(work.as_mut());
                    work.settle(fate);
                }
            }
        });
        let limits = Limits::<Box<dyn Work>> {
            longest_line: LONGEST_QUEUE,
            most_at_once: LARGEST_GROUP,
            is_sociable: |work| work.about().is_some(),
        };
        Threads::start("writer", limits, writers).map(|threads| Self { threads, commits })
    }

    /// What they have committed so far.
    pub(crate) fn group_commits(&self) -> GroupCommits {
        self.commits.so_far()
    }

    /// Puts a write into the queue, or answers it where there is no place.
    pub(crate) fn take(&self, work: Box<dyn Work>) {
        match self.threads.take(work) {
            Ok(()) => {}
            Err(Refused::Full(refused)) => refused.settle(Fate::NotBegun),
            Err(Refused::Ended(refused)) => refused.settle(Fate::Lost),
        }
    }
}

struct Writer {
    number: u32,
    opener: Arc<Opener>,
    session: Option<Session>,
    /// What the session has read of plans.
    known_plans: KnownPlans,
    commits: Arc<Commits>,
}

impl Writer {
    /// Does in one transaction what it can of `works`, and answers with those that have to have one for themselves.
    fn carry_out_together(&mut self, works: Vec<Box<dyn Work>>) -> Vec<Box<dyn Work>> {
        let mut things = BTreeSet::new();
        // A second one about the same thing has to see what the first one did.
        let (mut shared, mut alone): (Vec<_>, Vec<_>) = works
            .into_iter()
            .partition(|work| work.about().is_some_and(|thing| things.insert(thing)));
        let fates = if shared.len() > 1 {
            self.share(&mut shared)
        } else {
            None
        };
        match fates {
            Some(fates) => {
                for (work, fate) in shared.into_iter().zip(fates) {
                    match fate {
                        Some(fate) => work.settle(fate),
                        None => alone.push(work),
                    }
                }
                alone
            }
            None => {
                shared.append(&mut alone);
                shared
            }
        }
    }

    /// Runs `works` in one transaction: all of them ask together, then each works on its answers, then all that they write goes with the commit.
    /// Answers with the fates, none for a work that would have had to wait meanwhile; with nothing where the transaction is undone and each of them
    /// has to be run by itself, for one that fails at the server takes the others with it.
    fn share(&mut self, works: &mut [Box<dyn Work>]) -> Option<Vec<Option<Fate>>> {
        // Whether the server can be reached is found out again, and said, by whoever goes alone.
        let session = self.take_session().ok()?;
        session.wait_for_changes(false);
        let fates = Self::work_in_turn(&session, &self.known_plans, works).and_then(|fates| match session.commit() {
            Ok(()) => {
                self.commits.note(fates.iter().flatten().count());
                Some(fates)
            }
            Err(error) if session.trouble() == Some(Trouble::Lost) => {
                tracing::error!(%error, "nobody knows what became of a commit");
                let lost = |fate: Option<Fate>| fate.map(|_| Fate::Lost);
                Some(fates.into_iter().map(lost).collect())
            }
            Err(error) => {
                tracing::debug!(%error, "one of several works in a transaction failed");
                None
            }
        });
        if fates.is_some() || session.roll_back().is_ok() {
            self.session = Some(session);
        }
        fates
    }

    /// Begins the transaction of [`Writer::share`], and does all of it but the commit.
    fn work_in_turn(
        session: &Session,
        known_plans: &KnownPlans,
        works: &mut [Box<dyn Work>],
    ) -> Option<Vec<Option<Fate>>> {
        session.begin(Access::Write).ok()?;
        for (part, work) in works.iter_mut().enumerate() {
            session.begin_turn(Turn::Announcing, part);
            session.rehearse(|| {
                work.announce(&mut transaction_on(session, known_plans));
                Ok(())
            });
            session.end_turn(true);
        }
        session.wait(async { Ok(()) }).ok()?;
        let mut fates = Vec::with_capacity(works.len());
        for (part, work) in works.iter_mut().enumerate() {
            session.begin_turn(Turn::Working, part);
            let keep = work.run(&mut transaction_on(session, known_plans));
            let has_left = session.end_turn(keep);
            if session.trouble().is_some() {
                return None;
            }
            fates.push((!has_left).then_some(Fate::Durable));
        }
        session.end_turns();
        Some(fates)
    }

    fn carry_out(&mut self, work: &mut dyn Work) -> Fate {
        let mut seconds = 0;
        for run in 0..MOST_RUNS {
            // Those that met each other would meet again if they all waited equally long.
            let pause = u64::from(run) * u64::from(1 + self.number % 5);
            thread::sleep(Duration::from_millis(pause));
            let session = match self.take_session() {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "the database server cannot be reached");
                    return Fate::NotBegun;
                }
            };
            // What came second learns from the statement itself which key was taken, where it is taken for good.
            session.wait_for_changes(seconds > 0);
            if session.begin(Access::Write).is_err() {
                continue;
            }
            let keep = work.run(&mut transaction_on(&session, &self.known_plans));
            let fate = match session.trouble() {
                Some(Trouble::Lost) => continue,
                Some(Trouble::Again) => None,
                Some(Trouble::CameSecond) if seconds < MOST_SECONDS => {
                    seconds += 1;
                    None
                }
                Some(trouble) if keep => {
                    // The work went on after a statement that failed. The server keeps nothing of it, whatever the work believes.
                    tracing::error!(?trouble, "work went on after a failed statement");
                    Some(Fate::Lost)
                }
                None if keep => match session.commit() {
                    Ok(()) => {
                        self.commits.note(1);
                        self.session = Some(session);
                        return Fate::Durable;
                    }
                    Err(error) if session.trouble() == Some(Trouble::Lost) => {
                        tracing::error!(%error, "nobody knows what became of a commit");
                        return Fate::Lost;
                    }
                    Err(error) if session.trouble() == Some(Trouble::Again) => {
                        tracing::debug!(%error, "a commit met another one");
                        None
                    }
                    // Found only now, since the last statements went together with the commit, which the server made a rollback.
                    Err(error) if session.trouble() == Some(Trouble::CameSecond) && seconds < MOST_SECONDS => {
                        tracing::debug!(%error, "a commit came second");
                        seconds += 1;
                        None
                    }
                    Err(error) => {
                        tracing::error!(%error, "a commit failed");
                        Some(Fate::Lost)
                    }
                },
                _ => Some(Fate::Durable),
            };
            if session.roll_back().is_ok() {
                self.session = Some(session);
            }
            if let Some(fate) = fate {
                return fate;
            }
        }
        tracing::warn!("a transaction met others at every run");
        Fate::NotBegun
    }

    /// The session of this thread, which gets a new one where it has none or the old one has broken.
    fn take_session(&mut self) -> Result<Session, StoreError> {
        match self.session.take().filter(Session::is_clean) {
            Some(session) => Ok(session),
            None => {
                self.known_plans = KnownPlans::default();
                self.opener.open()
            }
        }
    }
}

fn transaction_on<'t>(session: &'t Session, known_plans: &'t KnownPlans) -> Transaction<'t> {
    let transaction = Transaction::on(Connection::Postgres(session));
    // Behind a pooler another server may answer from one transaction to the next, and nobody is told.
    if session.keeps_statements {
        transaction.knowing(known_plans)
    } else {
        transaction
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use luoshi_equipment::postgres::Server;
    use uuid::Uuid;

    use super::{super::ahead::tests::NoVault, *};
    use crate::{
        engine::values,
        error::WriteError,
        pending::PendingWrite,
        postgres::words::SharedVault,
        work::{Announcement, work},
    };

    const LOCK: &str = "select amount from thing where number = $1 for update skip locked";
    const TOTAL: &str = "select sum(amount)::bigint from thing";
    const ADD: &str = "update thing set amount = amount + 1 where number = $1";

    /// What a work does after it has its lock.
    #[derive(Clone, Copy)]
    enum Then {
        Add,
        Refuse,
        Ask,
        Fail,
        Panic,
    }

    /// How much the thing had, and whether the work had a transaction for itself.
    type Outcome = Result<(i64, bool), WriteError<StoreError>>;

    fn about(number: i64, then: Then) -> (Box<dyn Work>, PendingWrite<(i64, bool), StoreError>) {
        let lock = move |transaction: &mut Transaction<'_>| -> Result<Option<(i64,)>, StoreError> {
            transaction.connection.optional(LOCK, values![number])
        };
        let announcement = Announcement {
            about: Uuid::from_u128(u128::try_from(number).unwrap()),
            ask: Box::new(move |transaction| {
                assert!(lock(transaction)?.is_none(), "an announcement finds nothing");
                Ok(())
            }),
        };
        let does = move |transaction: &mut Transaction<'_>| {
            let is_alone = !transaction.connection.shares_transaction();
            let Some((amount,)) = lock(transaction)? else {
                transaction.connection.leave_shared_transaction();
                return Err(StoreError::Locked);
            };
            transaction.connection.send(ADD, values![number])?;
            match then {
                Then::Add => {}
                Then::Refuse => return Err(StoreError::VersionClash),
                Then::Ask => transaction.connection.all::<(i64,)>(TOTAL, &[]).map(|_| ())?,
                Then::Fail => transaction
                    .connection
                    .send("update thing set amount = -1 where number = $1", values![number])?,
                Then::Panic => panic!("a work that panics"),
            }
            Ok((amount, is_alone))
        };
        work(does, Some(announcement))
    }

    fn carry_out(writer: &mut Writer, works: Vec<(i64, Then)>) -> Vec<Outcome> {
        let (works, writes): (Vec<_>, Vec<_>) = works.into_iter().map(|(number, then)| about(number, then)).unzip();
        for mut work in writer.carry_out_together(works) {
            let fate = writer.carry_out(work.as_mut());
            work.settle(fate);
        }
        writes.into_iter().map(PendingWrite::wait).collect()
    }

    /// The amounts of all things, and how many transactions wrote those that are not as they were made.
    fn standing(session: &Session) -> (Vec<i64>, i64) {
        let connection = Connection::Postgres(session);
        let amounts: Vec<(i64,)> = connection.all("select amount from thing order by number", &[]).unwrap();
        let (transactions,) = connection
            .one::<(i64,)>("select count(distinct xmin::text) from thing where amount > 0", &[])
            .unwrap();
        (amounts.into_iter().map(|(amount,)| amount).collect(), transactions)
    }

    /// On a session that keeps its statements, and on one behind a pooler.
    #[test]
    fn works_about_different_things_share_a_transaction_and_none_spoils_its_neighbours() {
        let Some(server) = Server::shared("works that share a transaction on PostgreSQL") else {
            return;
        };
        for pooled in ["", "?pooler=transaction"] {
            let address = format!("{}{pooled}", server.database()).parse().unwrap();
            let opener = Arc::new(Opener::new(&address, &SharedVault(Arc::new(NoVault))).unwrap());
            let other = opener.open().unwrap();
            let run = |sql: &str| Connection::Postgres(&other).execute(sql, &[]).unwrap();
            run("create table thing (number bigint not null, amount bigint not null check (amount >= 0))");
            run("insert into thing (number, amount) select *, 0 from generate_series(1, 6)");
            let mut writer = Writer {
                number: 0,
                opener: Arc::clone(&opener),
                session: None,
                known_plans: KnownPlans::default(),
                commits: Arc::default(),
            };
            let commits = |writer: &Writer| {
                let so_far = writer.commits.so_far();
                (so_far.groups, so_far.writes)
            };
            let shared = |amount: i64| move |outcome: &Outcome| matches!(outcome, Ok((had, false)) if *had == amount);
            let alone = |amount: i64| move |outcome: &Outcome| matches!(outcome, Ok((had, true)) if *had == amount);

            // All share one transaction.
            let outcomes = carry_out(&mut writer, vec![(1, Then::Add), (2, Then::Add), (3, Then::Add)]);
            assert!(outcomes.iter().all(shared(0)), "{outcomes:?}");
            assert_eq!(standing(&other), (vec![1, 1, 1, 0, 0, 0], 1));
            assert_eq!(commits(&writer), (1, 3));

            // One that refuses or panics leaves nothing, and its neighbours stay.
            let outcomes = carry_out(&mut writer, vec![(4, Then::Refuse), (5, Then::Panic), (6, Then::Add)]);
            assert!(matches!(
                outcomes[0],
                Err(WriteError::Refused(StoreError::VersionClash))
            ));
            assert!(matches!(outcomes[1], Err(WriteError::Panicked)));
            assert!(shared(0)(&outcomes[2]), "{outcomes:?}");
            assert_eq!(standing(&other).0, [1, 1, 1, 0, 0, 1]);

            // One that asks more, and the second about a thing, are run by themselves: the second sees what the first did.
            let outcomes = carry_out(
                &mut writer,
                vec![(1, Then::Add), (2, Then::Ask), (1, Then::Add), (3, Then::Add)],
            );
            assert!(shared(1)(&outcomes[0]) && shared(1)(&outcomes[3]), "{outcomes:?}");
            assert!(alone(1)(&outcomes[1]) && alone(2)(&outcomes[2]), "{outcomes:?}");
            assert_eq!(standing(&other).0, [3, 2, 2, 0, 0, 1]);

            // One that fails at the server takes no other with it; only then each is run by itself.
            let outcomes = carry_out(&mut writer, vec![(4, Then::Add), (5, Then::Fail), (6, Then::Add)]);
            assert!(alone(0)(&outcomes[0]) && alone(1)(&outcomes[2]), "{outcomes:?}");
            assert!(matches!(outcomes[1], Err(WriteError::Unavailable)), "{outcomes:?}");
            assert_eq!(standing(&other).0, [3, 2, 2, 1, 0, 2]);

            // One whose thing somebody else holds keeps nobody waiting.
            other.begin(Access::Write).unwrap();
            run("update thing set amount = amount where number = 1");
            let outcomes = carry_out(&mut writer, vec![(1, Then::Add), (2, Then::Add), (3, Then::Add)]);
            other.commit().unwrap();
            assert!(
                matches!(outcomes[0], Err(WriteError::Refused(StoreError::Locked))),
                "{outcomes:?}"
            );
            assert!(shared(2)(&outcomes[1]) && shared(2)(&outcomes[2]), "{outcomes:?}");
            assert_eq!(standing(&other).0, [3, 3, 3, 1, 0, 2]);
        }
    }
}
