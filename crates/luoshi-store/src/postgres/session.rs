//! A session with a PostgreSQL server: opened, checked for every setting on which durability rests, and remembering what went wrong in it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    mem,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use futures_util::future::{maybe_done, poll_immediate};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime::{Builder, Handle, Runtime, RuntimeFlavor},
    task::{block_in_place, yield_now},
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Statement, error::SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    address::Address,
    ahead::Ahead,
    answer::AnsweredRow,
    pipeline::{Pipelined, Plain},
    query::{Purpose, Unsent},
    together::Joiner,
    words::{SharedVault, TransactionKeys, WordKeys},
};
use crate::{engine::Value, error::StoreError};

/// How long a server is waited for when a session is opened.
const PATIENCE_FOR_CONNECTING: Duration = Duration::from_secs(10);
/// How long an answer is waited for. The server gives up earlier by itself; this is for one that has stopped answering at all.
const PATIENCE: Duration = Duration::from_secs(60);
/// Statements that a session keeps prepared: more than the rooms have. Beyond that all are let go and prepared again.
const PREPARED_STATEMENTS: usize = 512;
/// Statements that wait to be sent together, at most.
const MOST_UNSENT: usize = 24;
/// The oldest server that is accepted: the oldest that the tests run on.
const LEAST_VERSION: (u32, &str) = (150_000, "15");

/// Settings of the server with the values that are accepted. Anything else loses acknowledged commits when the power fails.
const SETTINGS: &[(&str, &[&str])] = &[
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("synchronous_commit", &["on", "remote_apply", "remote_write"]),
    ("server_encoding", &["UTF8"]),
    ("transaction_read_only", &["off"]),
];

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It sees one state of the database and changes nothing.
    Read,
    /// It sees what others have committed when each of its statements begins; what it rests on it locks.
    Write,
}

impl Access {
    /// Behind a pooler limits are set for the transaction alone, since the session's connection may be given to somebody else afterwards.
    fn begin(self, is_pooled: bool) -> &'static str {
        match (self, is_pooled) {
            (Access::Read, false) => "begin isolation level repeatable read read only",
            (Access::Write, false) => "begin isolation level read committed read write",
            (Access::Read, true) => {
                "begin isolation level repeatable read read only; set local lock_timeout = '10s'; \
                 set local statement_timeout = '50s'; set local idle_in_transaction_session_timeout = '120s'"
            }
            (Access::Write, true) => {
                "begin isolation level read committed read write; set local lock_timeout = '10s'; \
                 set local statement_timeout = '50s'; set local idle_in_transaction_session_timeout = '60s'"
            }
        }
    }

    /// The limits of its transactions, set once for a session that is nobody else's: each transaction would pay for three statements more.
    fn limits(self) -> &'static str {
        match self {
            Access::Read => {
                "set lock_timeout = '10s'; set statement_timeout = '50s'; \
                 set idle_in_transaction_session_timeout = '120s'"
            }
            Access::Write => {
                "set lock_timeout = '10s'; set statement_timeout = '50s'; \
                 set idle_in_transaction_session_timeout = '60s'"
            }
        }
    }
}

/// Whose turn it is in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// One work has it for itself, and waits for what it asks.
    Alone,
    /// One of several says what it will ask.
    Announcing,
    /// One of several works on what was answered to all of them. It cannot wait.
    Working,
}

/// What went wrong in the present transaction, as far as it decides what becomes of it. The worse one stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// A statement failed, so the server keeps nothing of the transaction.
    Failed,
    /// Another transaction came first with the same key; run again, this one will see it.
    CameSecond,
    /// The transaction met another one and has to be run again.
    Again,
    /// The session is of no more use.
    Lost,
}

/// Opens sessions with one database.
pub(crate) struct Opener {
    address: Address,
    encryption: Option<MakeRustlsConnect>,
    words: Arc<WordKeys>,
}

impl Opener {
    pub(super) fn new(address: &Address, vault: &SharedVault) -> Result<Self, StoreError> {
        let encryption = address.wants_encryption().then(encryption).transpose()?;
        Ok(Self {
            address: address.clone(),
            encryption,
            words: Arc::new(WordKeys::new(vault.clone())),
        })
    }

    /// Opens a session and checks the server's settings.
    pub(crate) fn open(&self) -> Result<Session, StoreError> {
        let doubt = Arc::new(AtomicBool::new(false));
        let socket = Socket::new()?;
        let client = match &self.encryption {
            Some(encryption) => self.connect(self.address.config(), Pipelined(encryption.clone()), &socket, &doubt)?,
            None => match self.address.config_of_plain() {
                Some(config) => self.connect(&config, Pipelined(Plain), &socket, &doubt)?,
                None => self.connect(self.address.config(), NoTls, &socket, &doubt)?,
            },
        };
        let session = Session {
            client,
            socket,
            keeps_statements: !self.address.is_pooled(),
            statements: RefCell::default(),
            unsent: RefCell::default(),
            joined: RefCell::default(),
            turn: Cell::new(Turn::Alone),
            has_left: Cell::new(false),
            joiner: RefCell::default(),
            ahead: RefCell::default(),
            waits_for_changes: Cell::new(false),
            limits: Cell::new(Access::Write),
            is_answered: Cell::new(false),
            trouble: Cell::new(None),
            doubt,
            words: Arc::clone(&self.words),
            word_keys: RefCell::default(),
        };
        session.check_settings()?;
        if session.keeps_statements {
            session.wait(session.client.batch_execute(Access::Write.limits()))?;
        }
        Ok(session)
    }

    fn connect<T>(
        &self,
        config: &Config,
        encryption: T,
        socket: &Socket,
        doubt: &Arc<AtomicBool>,
    ) -> Result<Client, StoreError>
    where
        T: tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket> + Send + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as tokio_postgres::tls::TlsConnect<tokio_postgres::Socket>>::Future: Send,
    {
        let opening = async { timeout(PATIENCE_FOR_CONNECTING, config.connect(encryption)).await };
        let unreachable = |cause: Box<dyn std::error::Error + Send + Sync>| StoreError::Unreachable(cause);
        let (client, connection) = socket
            .wait(opening)?
            .map_err(|error| unreachable(Box::new(error)))?
            .map_err(|error| unreachable(Box::new(error)))?;
        socket.runtime()?.spawn(drive(connection, Arc::clone(doubt)));
        Ok(client)
    }
}

/// What moves the bytes of one session, on the thread that waits for them: an answer that another thread took from the socket would cost two
/// changes of thread, which is more than the server needs for most statements. Nothing moves while nobody waits.
struct Socket(Option<Runtime>);

impl Socket {
    fn new() -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime
            .map(|runtime| Self(Some(runtime)))
            .map_err(|error| StoreError::Engine(Box::new(error)))
    }

    fn runtime(&self) -> Result<&Runtime, StoreError> {
        self.0.as_ref().ok_or(StoreError::Unavailable)
    }

    /// Waits on this thread, whether or not it is a thread of an executor.
    fn wait<T: Send>(&self, answer: impl Future<Output = T> + Send) -> Result<T, StoreError> {
        let runtime = self.runtime()?;
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Err(_) => Ok(runtime.block_on(answer)),
            Ok(RuntimeFlavor::MultiThread) => Ok(block_in_place(|| runtime.block_on(answer))),
            // An executor of one thread lets nobody wait on it; its tasks stand still meanwhile, as they would anyway.
            Ok(_) => thread::scope(|scope| scope.spawn(|| runtime.block_on(answer)).join())
                .map_err(|_| StoreError::Unavailable),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // The last owner of a session may be a task of another runtime, which must not wait.
            runtime.shutdown_background();
        }
    }
}

/// Moves bytes between a client and its socket until one of them is gone, and listens for the one warning that undoes a promise.
async fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>, doubt: Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                // Also sent when a commit gave up waiting for a standby: it is on this server and perhaps nowhere else.
                if *notice.code() == SqlState::WARNING {
                    doubt.store(true, Ordering::Release);
                }
                tracing::debug!(notice = notice.message(), "the database server says");
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "a session with the database server broke");
                return;
            }
            None => return,
        }
    }
}

/// Certificates are checked against those that the machine trusts (`SSL_CERT_FILE` names others).
fn encryption() -> Result<MakeRustlsConnect, StoreError> {
    // Somebody else may have chosen the cryptography of this process already; it serves as well.
    let _chosen_already = rustls::crypto::ring::default_provider().install_default();
    let (encryption, doubtful) = MakeRustlsConnect::with_native_certs().map_err(|_| StoreError::NoCertificates)?;
    for error in doubtful {
        tracing::warn!(%error, "a trusted certificate cannot be read");
    }
    Ok(encryption)
}

/// A session with the server. It belongs to one thread at a time.
pub(crate) struct Session {
    pub(super) client: Client,
    socket: Socket,
    pub(super) keeps_statements: bool,
    statements: RefCell<HashMap<String, Statement>>,
    /// What is sent together with the next statement whose answer is waited for.
    unsent: RefCell<Vec<Unsent>>,
    /// What is sent before that: it belongs to works that share the transaction and is joined already, each work's by itself.
    joined: RefCell<Vec<Unsent>>,
    /// Whose turn it is in the present transaction.
    turn: Cell<Turn>,
    /// Whether the present one of the works that share a transaction has to have one for itself.
    has_left: Cell<bool>,
    joiner: RefCell<Joiner>,
    /// What is asked before it is needed.
    pub(super) ahead: RefCell<Ahead>,
    /// Whether changes are waited for one by one.
    waits_for_changes: Cell<bool>,
    /// For what kind of transaction its limits are set.
    limits: Cell<Access>,
    /// Whether the server has answered in the present transaction.
    is_answered: Cell<bool>,
    trouble: Cell<Option<Trouble>>,
    doubt: Arc<AtomicBool>,
    /// The keys of words, as far as this process knows them.
    pub(super) words: Arc<WordKeys>,
    /// What the present transaction knows of them.
    pub(super) word_keys: RefCell<TransactionKeys>,
}

impl Session {
    /// Sends what has gathered and then what `answer` asks for, and waits on this thread for all of it.
    pub(super) fn wait<T: Send>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>> + Send,
    ) -> Result<T, StoreError> {
        if self.turn.get() == Turn::Working {
            self.leave();
            return Err(StoreError::Unavailable);
        }
        let mut unsent = mem::take(&mut *self.joined.borrow_mut());
        unsent.extend(self.joiner.borrow_mut().join(mem::take(&mut *self.unsent.borrow_mut())));
        let prepared = unsent
            .iter()
            .map(|statement| self.prepared_for(statement))
            .collect::<Result<Vec<_>, _>>()?;
        let client = &self.client;
        let exchange = async {
            let mut on_their_way = Vec::with_capacity(unsent.len());
            for (statement, prepared) in unsent.iter().zip(&prepared) {
                let mut sent = Box::pin(maybe_done(statement.send(client, prepared.as_ref())));
                // The first look at it sends the request, so the server gets them in this order.
                poll_immediate(&mut sent).await;
                on_their_way.push(sent);
            }
            let mut answer = pin!(answer);
            let at_once = poll_immediate(&mut answer).await;
            // In the order in which the server answers: while nobody takes the rows of an answer, those after it do not come.
            let mut answers_ahead = Vec::new();
            for mut sent in on_their_way {
                sent.as_mut().await;
                // What failed first is the cause; the server refuses everything after it.
                if let Some(done) = sent.as_mut().take_output() {
                    answers_ahead.extend(done?);
                }
            }
            let answer = match at_once {
                Some(done) => done?,
                None => answer.await?,
            };
            Ok((answer, answers_ahead))
        };
        // The limit of time is made inside, where there is a clock for it.
        match self.socket.wait(async { timeout(PATIENCE, exchange).await })? {
            Ok(Ok((value, answers_ahead))) => {
                self.is_answered.set(true);
                self.ahead.borrow_mut().answer(answers_ahead);
                Ok(value)
            }
            Ok(Err(error)) => Err(self.failed(error)),
            Err(_) => {
                tracing::error!("the database server does not answer");
                self.note(Trouble::Lost);
                Err(StoreError::Unavailable)
            }
        }
    }

    fn failed(&self, error: tokio_postgres::Error) -> StoreError {
        let trouble = if error.code().is_none() || self.client.is_closed() {
            Trouble::Lost
        } else {
            super::query::trouble(&error)
        };
        if super::query::of_epoch(&error) {
            self.words.forget_epoch();
        }
        self.note(trouble);
        if trouble == Trouble::Lost {
            tracing::warn!(%error, "a session with the database server is lost");
            return StoreError::Unavailable;
        }
        StoreError::from(error)
    }

    /// Remembers that something went wrong in the present transaction.
    pub(crate) fn note(&self, trouble: Trouble) {
        self.trouble.set(self.trouble.get().max(Some(trouble)));
    }

    /// What went wrong since the transaction began.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.get()
    }

    /// Whether another transaction may begin.
    pub(super) fn is_clean(&self) -> bool {
        self.trouble.get().is_none() && !self.client.is_closed()
    }

    /// Says whether the work runs again because another transaction came first. Each change is waited for then, though nobody asks what came of it:
    /// what goes wrong is found at once.
    pub(super) fn wait_for_changes(&self, each: bool) {
        self.waits_for_changes.set(each);
    }

    /// Whether each change is waited for.
    pub(crate) fn waits_for_changes(&self) -> bool {
        self.waits_for_changes.get()
    }

    /// Leaves a statement to be sent with the next one whose answer is waited for.
    pub(super) fn send_later(&self, statement: Unsent) -> Result<(), StoreError> {
        self.unsent.borrow_mut().push(statement);
        if self.unsent.borrow().len() < MOST_UNSENT || self.is_shared() {
            Ok(())
        } else {
            self.wait(async { Ok(()) })
        }
    }

    /// Whether several works share the present transaction.
    pub(crate) fn is_shared(&self) -> bool {
        self.turn.get() != Turn::Alone
    }

    /// Says that the present one of several works needs a transaction for itself, since it would have to wait.
    pub(crate) fn leave(&self) {
        // What is only announced finds nothing, and means nothing by it.
        if self.turn.get() == Turn::Working {
            self.has_left.set(true);
        }
    }

    /// Begins the turn of the work `part` of those that share the present transaction.
    pub(super) fn begin_turn(&self, turn: Turn, part: usize) {
        self.turn.set(turn);
        self.has_left.set(false);
        self.ahead.borrow_mut().go_on_with(part);
    }

    /// Ends it: keeps what the work has asked or written to be sent, or forgets it, which undoes the work, since nothing of it was sent. Answers with
    /// whether the work has to have a transaction for itself.
    pub(super) fn end_turn(&self, keep: bool) -> bool {
        let unsent = mem::take(&mut *self.unsent.borrow_mut());
        let has_left = self.has_left.replace(false);
        if keep && !has_left {
            let joined = self.joiner.borrow_mut().join(unsent);
            self.joined.borrow_mut().extend(joined);
        } else {
            self.ahead.borrow_mut().forget();
        }
        has_left
    }

    /// Ends all turns, so that the session may wait again.
    pub(super) fn end_turns(&self) {
        self.turn.set(Turn::Alone);
    }

    /// Goes through queries to send them together with the next statement that is waited for.
    pub(crate) fn rehearse(&self, queries: impl FnOnce() -> Result<(), StoreError>) {
        let before = mem::replace(&mut self.ahead.borrow_mut().rehearses, true);
        // It goes by no rows and may end anywhere. What fails on the server fails again for whoever waits.
        let _ended = queries();
        self.ahead.borrow_mut().rehearses = before;
    }

    /// Whether queries are asked for later.
    pub(super) fn rehearses(&self) -> bool {
        self.ahead.borrow().rehearses
    }

    /// Leaves a query to be sent with the next statement that is waited for, unless it has been.
    pub(super) fn ask_ahead(&self, sql: &str, values: &[Value<'_>], query: Unsent) -> Result<(), StoreError> {
        let is_new = self.ahead.borrow_mut().ask(sql, values);
        if is_new { self.send_later(query) } else { Ok(()) }
    }

    /// The answer to a query that was asked before it was needed, where there is one.
    pub(super) fn answered_ahead(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Option<Vec<AnsweredRow>>, StoreError> {
        if self.ahead.borrow().waits(sql, values) {
            self.wait(async { Ok(()) })?;
        }
        Ok(self.ahead.borrow_mut().take(sql, values))
    }

    /// Forgets what was asked before it was needed: something is written or locked that might change the answer.
    pub(crate) fn forget_answers(&self) {
        debug_assert!(!self.rehearses(), "a rehearsal writes nothing");
        if self.ahead.borrow_mut().forget() {
            self.unsent.borrow_mut().retain(|statement| !statement.asks());
        }
    }

    /// Begins a transaction with its first statement. A session that is lost shows then.
    pub(crate) fn begin(&self, access: Access) -> Result<(), StoreError> {
        self.word_keys.borrow_mut().clear();
        self.forget_answers();
        self.ahead.borrow_mut().forget_all();
        self.turn.set(Turn::Alone);
        self.is_answered.set(false);
        let begin = access.begin(!self.keeps_statements);
        if !self.keeps_statements {
            return self.send_later(Unsent::Script(begin));
        }
        if self.limits.get() != access {
            // Waited for, once in the life of a session that reads: what is not sent yet goes with a transaction that asks nothing.
            self.wait(self.client.batch_execute(access.limits()))?;
            self.limits.set(access);
            self.is_answered.set(false);
        }
        // As statements that are prepared, this and the commit are answered together with what they go with; a script is answered by itself.
        self.send_later(Unsent::Statement(Purpose::Change, begin.to_owned(), Vec::new()))
    }

    /// Whether the session was lost before the server answered anything in the present transaction.
    pub(super) fn was_lost_before(&self) -> bool {
        self.trouble() == Some(Trouble::Lost) && !self.is_answered.get()
    }

    /// Ends a transaction that has changed nothing, and does not wait for the server to say so: what goes wrong with it shows in the next one.
    pub(super) fn end(&self) -> Result<(), StoreError> {
        if self.trouble().is_some() || !self.keeps_statements {
            return self.roll_back();
        }
        self.forget_answers();
        self.unsent.borrow_mut().clear();
        if !self.is_answered.get() {
            // It was never begun.
            return Ok(());
        }
        let roll_back = self.prepared("rollback")?;
        let client = &self.client;
        self.socket.wait(async {
            let mut answer = pin!(client.execute(&roll_back, &[]));
            // The first look hands it over, and what moves the bytes comes by before this goes on.
            poll_immediate(&mut answer).await;
            yield_now().await;
        })
    }

    /// Commits. After an error whose trouble is [`Trouble::Lost`] nobody knows whether it did.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.doubt.store(false, Ordering::Release);
        if self.keeps_statements {
            let commit = self.prepared("commit")?;
            self.wait(self.client.execute(&commit, &[]))?;
        } else {
            self.wait(self.client.batch_execute("commit"))?;
        }
        if self.doubt.swap(false, Ordering::AcqRel) {
            tracing::error!("a commit was not confirmed by the standby");
            self.note(Trouble::Lost);
            return Err(StoreError::Unavailable);
        }
        Ok(())
    }

    /// Undoes the transaction and forgets what went wrong in it, if the session can still be used.
    pub(crate) fn roll_back(&self) -> Result<(), StoreError> {
        if self.trouble.get() == Some(Trouble::Lost) {
            return Err(StoreError::Unavailable);
        }
        // What was not sent yet need not be undone. A transaction that was never begun is rolled back with a warning.
        self.turn.set(Turn::Alone);
        self.joined.borrow_mut().clear();
        self.unsent.borrow_mut().clear();
        self.wait(self.client.batch_execute("rollback"))?;
        self.trouble.set(None);
        Ok(())
    }

    fn prepared_for(&self, unsent: &Unsent) -> Result<Option<Statement>, StoreError> {
        match unsent {
            Unsent::Statement(_, sql, _) if self.keeps_statements => self.prepared(sql).map(Some),
            _ => Ok(None),
        }
    }

    /// The statement for a text, prepared once.
    pub(super) fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= PREPARED_STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Refuses a server that is too old, and one that would lose what it has acknowledged.
    fn check_settings(&self) -> Result<(), StoreError> {
        let version = self.setting("server_version_num")?;
        if version.parse::<u32>().is_ok_and(|version| version < LEAST_VERSION.0) {
            return Err(StoreError::OldServer {
                found: self.setting("server_version")?,
                least: LEAST_VERSION.1,
            });
        }
        for (name, accepted) in SETTINGS {
            let found = self.setting(name)?;
            if !accepted.contains(&found.as_str()) {
                return Err(StoreError::Setting {
                    name,
                    expected: accepted.join(" / "),
                    found,
                });
            }
        }
        Ok(())
    }

    /// The value of a setting of the server.
    pub(super) fn setting(&self, name: &str) -> Result<String, StoreError> {
        let answer = self.wait(self.client.simple_query(&format!("show {name}")))?;
        let value = answer.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(value.unwrap_or_default().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use luoshi_equipment::postgres::Server;

    use super::{super::ahead::tests::NoVault, Access, Opener, SharedVault};

    /// What gathers to be sent goes with a transaction that asks nothing, and limits must not.
    #[test]
    fn limits_are_those_of_the_transaction_also_after_one_that_asked_nothing() {
        let Some(server) = Server::shared("the limits of transactions on PostgreSQL") else {
            return;
        };
        let address = server.database().parse().unwrap();
        let opener = Opener::new(&address, &SharedVault(Arc::new(NoVault))).unwrap();
        let session = opener.open().unwrap();
        for (access, longest_rest) in [(Access::Read, "2min"), (Access::Write, "1min"), (Access::Read, "2min")] {
            session.begin(access).unwrap();
            session.end().unwrap();
            session.begin(access).unwrap();
            let found = [
                "lock_timeout",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
            ];
            let found = found.map(|name| session.setting(name).unwrap());
            assert_eq!(found, ["10s", "50s", longest_rest]);
            session.end().unwrap();
        }
    }
}
