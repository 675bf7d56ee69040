//! Erasures (清除): their rows, the words that they destroy, and what is still to be scrubbed from raw files.
//!
//! Who may erase is the ledger's to say. Files are the application's; raw pages are the engine's, see `Store::scrub`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use luoshi_ledger::{
    ActorIdentity, Content, Envelope, Recorded, Stream, StreamKind,
    erasure::{ErasedText, Erasure, ErasureCount, ErasureGround, ErasureState, FoundText, TextFact, TextPlace},
    event::open,
    ids::{AccountId, ErasureId, EventId},
    period::day_in_china,
    search::SearchKind,
    text::HoldsTexts,
};

use crate::{
    content,
    engine::{FromRow, Row, Value, values},
    error::StoreError,
    event,
    snapshot::{Snapshot, Transaction},
};

const ONE: &str = "
    select id, version, ground, explanation, proposed_by, proposed_at, state, decided_by, decided_at, decline_reason
    from erasure where id = $1";

const ALL: &str = "
    select id, version, ground, explanation, proposed_by, proposed_at, state, decided_by, decided_at, decline_reason
    from erasure order by proposed_at desc, id desc";

const SAVE: &str = "
    insert into erasure
        (id, version, ground, explanation, proposed_by, proposed_at, state, decided_by, decided_at, decline_reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (id) do update set
        version = excluded.version, ground = excluded.ground, explanation = excluded.explanation,
        proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at, state = excluded.state,
        decided_by = excluded.decided_by, decided_at = excluded.decided_at, decline_reason = excluded.decline_reason";

const TEXTS: &str = "select event, text_ordinal from erasure_text where erasure = $1 order by ordinal";

const FILES: &str = "select sha256 from erasure_file where erasure = $1 order by ordinal";

const DELETE_TEXTS: &str = "delete from erasure_text where erasure = $1";

const DELETE_FILES: &str = "delete from erasure_file where erasure = $1";

const INSERT_TEXT: &str = "insert into erasure_text (erasure, ordinal, event, text_ordinal) values ($1, $2, $3, $4)";

const INSERT_FILE: &str = "insert into erasure_file (erasure, ordinal, sha256) values ($1, $2, $3)";

const ERASED_OF_STREAM: &str = "
    select erasure_text.event, erasure_text.text_ordinal, erasure.ground, erasure.decided_at, erasure.id
    from event
    join erasure_text on erasure_text.event = event.id
    join erasure on erasure.id = erasure_text.erasure
    where event.stream_id = $1 and event.stream_kind = $2 and erasure.state = 'confirmed'
    order by erasure_text.event, erasure_text.text_ordinal, erasure.decided_at, erasure.id";

const FILE_IS_ERASED: &str = "
    select count(*) from erasure_file join erasure on erasure.id = erasure_file.erasure
    where erasure_file.sha256 = $1 and erasure.state = 'confirmed'";

const FILE_IS_KNOWN: &str = "
    select (select count(*) from document where document.sha256 = $1)
        + (select count(*) from evidence where evidence.sha256 = $1)";

const CONFIRMED: &str = "
    select erasure.id, erasure.ground, erasure.decided_at,
        (select count(*) from erasure_text where erasure_text.erasure = erasure.id),
        (select count(*) from erasure_file where erasure_file.erasure = erasure.id)
    from erasure where erasure.state = 'confirmed' order by erasure.decided_at, erasure.id";

const EVENT: &str = "
    select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload
    from event where id = $1";

const EVENTS_OF_STREAM: &str = "
    select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at, recorded_at, payload
    from event where stream_id = $1 and stream_kind = $2 order by version";

const CONTENT_EXISTS: &str = "select count(*) from content where event_id = $1 and ordinal = $2";

const SOME_CONTENTS: &str = "
    select event_id, ordinal, body from content
    where event_id > $1 or (event_id = $1 and ordinal > $2) order by event_id, ordinal limit $3";

const DELETE_CONTENT: &str = "delete from content where event_id = $1 and ordinal = $2";

/// A hash over the words of a command tells whoever guesses them that the guess is right.
const FORGET_REQUEST: &str = "
    update receipt set request_hash = $2 where command_id = (select command_id from event where id = $1)";

const DELETE_DRAFTS_OF_REPORT: &str = "delete from report_draft where report = $1";

const DELETE_DRAFT_FILES_OF_REPORT: &str = "delete from draft_evidence where report = $1";

const DELETE_DRAFT_FILES_OF_AUTHOR: &str = "delete from draft_evidence where author = $1";

const DELETE_DRAFTS_OF_AUTHOR: &str = "delete from report_draft where author = $1";

const DELETE_REVIEWS: &str = "delete from review where document = $1";

const DELETE_CREDENTIAL: &str = "delete from credential where account = $1";

const DELETE_SESSIONS: &str = "delete from session where account = $1";

const DELETE_ATTEMPTS: &str = "delete from sign_in_attempt";

const DOCUMENT_OF_PLAN: &str = "select document from plan where id = $1 and document is not null";

const DOCUMENT_OF_TASK: &str = "select plan.document from task join plan on plan.id = task.plan
    where task.id = $1 and plan.document is not null";

const ASK_SCRUBBING: &str = "
    insert into scrubbing (erasure, asked_at, finished_at) values ($1, $2, null)
    on conflict (erasure) do update set asked_at = excluded.asked_at, finished_at = null";

const TO_SCRUB: &str = "select erasure from scrubbing where finished_at is null order by asked_at, erasure";

const SCRUBBED: &str = "update scrubbing set finished_at = $2 where erasure = $1 and asked_at <= $3";

const FINISHED_AT: &str = "select finished_at from scrubbing where erasure = $1";

/// Contents that are looked through at a time.
const CONTENTS_AT_ONCE: u32 = 1_000;

struct ErasureRow(Erasure);

impl FromRow for ErasureRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id = row.take()?;
        let version = row.take()?;
        let ground = row.take()?;
        let explanation = row.take()?;
        let proposed_by = row.take()?;
        let proposed_at = row.take()?;
        let word: String = row.take()?;
        let by: Option<ActorIdentity> = row.take()?;
        let at: Option<Timestamp> = row.take()?;
        let reason: Option<String> = row.take()?;
        let state = match (word.as_str(), by, at, reason) {
            ("proposed", None, None, None) => ErasureState::Proposed,
            ("declined", Some(by), Some(at), Some(reason)) => ErasureState::Declined { by, at, reason },
            ("confirmed", Some(by), Some(at), None) => ErasureState::Confirmed { by, at },
            _ => {
                return Err(StoreError::Unreadable {
                    column: "state".to_owned(),
                });
            }
        };
        Ok(Self(Erasure {
            id,
            version,
            ground,
            explanation,
            texts: Vec::new(),
            files: Vec::new(),
            proposed_by,
            proposed_at,
            state,
        }))
    }
}

struct ErasedRow {
    place: TextPlace,
    ground: ErasureGround,
    erased_at: Timestamp,
    erasure: ErasureId,
}

impl FromRow for ErasedRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: TextPlace {
                event: row.take()?,
                ordinal: row.take()?,
            },
            ground: row.take()?,
            erased_at: row.take()?,
            erasure: row.take()?,
        })
    }
}

struct ConfirmedRow {
    ground: ErasureGround,
    at: Timestamp,
    texts: u32,
    files: u32,
}

impl FromRow for ConfirmedRow {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let _erasure: ErasureId = row.take()?;
        Ok(Self {
            ground: row.take()?,
            at: row.take()?,
            texts: row.take()?,
            files: row.take()?,
        })
    }
}

impl Snapshot<'_> {
    /// An erasure.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn erasure(&self, id: ErasureId) -> Result<Option<Erasure>, StoreError> {
        let found: Option<ErasureRow> = self.connection.optional(ONE, values![&id])?;
        found.map(|ErasureRow(erasure)| self.with_subjects(erasure)).transpose()
    }

    /// Every erasure, the one proposed last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows: Vec<ErasureRow> = self.connection.all(ALL, &[])?;
        rows.into_iter()
            .map(|ErasureRow(erasure)| self.with_subjects(erasure))
            .collect()
    }

    fn with_subjects(&self, mut erasure: Erasure) -> Result<Erasure, StoreError> {
        let texts: Vec<(EventId, u32)> = self.connection.all(TEXTS, values![&erasure.id])?;
        erasure.texts = texts
            .into_iter()
            .map(|(event, ordinal)| TextPlace { event, ordinal })
            .collect();
        let files: Vec<(String,)> = self.connection.all(FILES, values![&erasure.id])?;
        erasure.files = files.into_iter().map(|(file,)| file).collect();
        Ok(erasure)
    }

    /// How much was erased in which year on which ground, latest year first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn erasure_counts(&self) -> Result<Vec<ErasureCount>, StoreError> {
        let mut counts: BTreeMap<(i16, ErasureGround), ErasureCount> = BTreeMap::new();
        let rows: Vec<ConfirmedRow> = self.connection.all(CONFIRMED, &[])?;
        for row in rows {
            let year = day_in_china(row.at).year();
            let count = counts.entry((-year, row.ground)).or_insert(ErasureCount {
                year,
                ground: row.ground,
                erasures: 0,
                texts: 0,
                files: 0,
            });
            count.erasures += 1;
            count.texts += row.texts;
            count.files += row.files;
        }
        Ok(counts.into_values().collect())
    }

    /// The texts of a stream that were erased by law, each with ground and day, in the order of its events.
    ///
    /// # Errors
    /// When the database cannot be read or an event cannot be decoded.
    pub fn erased_texts(&self, stream: Stream) -> Result<Vec<ErasedText>, StoreError> {
        let rows: Vec<ErasedRow> = self
            .connection
            .all(ERASED_OF_STREAM, values![&stream.id(), stream.kind()])?;
        let mut seen = BTreeSet::new();
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            if !seen.insert(row.place) {
                continue;
            }
            let Some(recorded) = self.recorded(row.place.event)? else {
                continue;
            };
            if let Some(name) = recorded.event.text_names().get(row.place.ordinal as usize) {
                texts.push(ErasedText {
                    name: *name,
                    ground: row.ground,
                    erased_at: row.erased_at,
                    erasure: row.erasure,
                });
            }
        }
        Ok(texts)
    }

    /// Whether a file with this SHA-256 was erased by law.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn file_is_erased(&self, sha256: &str) -> Result<bool, StoreError> {
        let (count,): (u64,) = self.connection.one(FILE_IS_ERASED, values![sha256])?;
        Ok(count > 0)
    }

    /// Whether a thing of the ledger refers to a file with this SHA-256.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn file_is_known(&self, sha256: &str) -> Result<bool, StoreError> {
        let (count,): (u64,) = self.connection.one(FILE_IS_KNOWN, values![sha256])?;
        Ok(count > 0)
    }

    /// What is known of a text whose words still exist; none where there is none at that place or its words are gone.
    ///
    /// # Errors
    /// When the database cannot be read or the event cannot be decoded.
    pub fn text_fact(&self, place: TextPlace) -> Result<Option<TextFact>, StoreError> {
        let (count,): (u64,) = self
            .connection
            .one(CONTENT_EXISTS, values![&place.event, place.ordinal])?;
        if count == 0 {
            return Ok(None);
        }
        let Some(recorded) = self.recorded(place.event)? else {
            return Ok(None);
        };
        Ok(recorded
            .event
            .text_names()
            .get(place.ordinal as usize)
            .map(|name| TextFact {
                stream: recorded.envelope.stream,
                name: *name,
            }))
    }

    /// Every text of a stream whose words still exist, in the order of its events.
    ///
    /// # Errors
    /// When the database cannot be read or an event cannot be decoded.
    pub fn texts_of(&self, stream: Stream) -> Result<Vec<FoundText>, StoreError> {
        let mut texts = Vec::new();
        for recorded in self.events_of(stream)? {
            self.list_texts(recorded, &mut |text| texts.push(text));
        }
        Ok(texts)
    }

    /// The texts that are at `places` and whose words still exist, in the order of the places.
    ///
    /// # Errors
    /// When the database cannot be read or an event cannot be decoded.
    pub fn texts_at(&self, places: &[TextPlace]) -> Result<Vec<FoundText>, StoreError> {
        let mut texts = Vec::new();
        for place in places {
            if let Some(recorded) = self.recorded(place.event)? {
                self.list_texts(recorded, &mut |text| {
                    if text.place == *place {
                        texts.push(text);
                    }
                });
            }
        }
        Ok(texts)
    }

    /// The first `limit` texts that contain `words` exactly. It looks at every text of the ledger, since no index of words may be the
    /// reason why a name was overlooked.
    ///
    /// # Errors
    /// When the database cannot be read or an event cannot be decoded.
    pub fn texts_containing(&self, words: &str, limit: usize) -> Result<Vec<FoundText>, StoreError> {
        let mut found = Vec::new();
        let (mut after_event, mut after_ordinal) = (EventId(uuid::Uuid::nil()), 0_u32);
        loop {
            let rows: Vec<(EventId, u32, String)> = self
                .connection
                .all(SOME_CONTENTS, values![&after_event, after_ordinal, CONTENTS_AT_ONCE])?;
            for (event, ordinal, body) in &rows {
                if body.contains(words) {
                    found.extend(self.texts_at(&[TextPlace {
                        event: *event,
                        ordinal: *ordinal,
                    }])?);
                    if found.len() >= limit {
                        return Ok(found);
                    }
                }
            }
            match rows.last() {
                Some((event, ordinal, _)) if rows.len() == CONTENTS_AT_ONCE as usize => {
                    (after_event, after_ordinal) = (*event, *ordinal);
                }
                _ => return Ok(found),
            }
        }
    }

    fn list_texts(&self, mut recorded: Recorded, visit: &mut dyn FnMut(FoundText)) {
        let names = recorded.event.text_names();
        let (envelope, kind) = (recorded.envelope.clone(), recorded.event.kind());
        let mut ordinal = 0;
        recorded.event.visit_texts(&mut |text| {
            if !text.is_erased()
                && let Some(name) = names.get(ordinal as usize)
            {
                visit(FoundText {
                    place: TextPlace {
                        event: envelope.id,
                        ordinal,
                    },
                    stream: envelope.stream,
                    kind,
                    recorded_at: envelope.recorded_at,
                    name: *name,
                    body: text.body().to_owned(),
                });
            }
            ordinal += 1;
        });
    }

    fn recorded(&self, id: EventId) -> Result<Option<Recorded>, StoreError> {
        let envelope: Option<Envelope> = self.connection.optional(EVENT, values![&id])?;
        envelope.map(|envelope| self.opened(envelope)).transpose()
    }

    fn events_of(&self, stream: Stream) -> Result<Vec<Recorded>, StoreError> {
        let envelopes: Vec<Envelope> = self
            .connection
            .all(EVENTS_OF_STREAM, values![&stream.id(), stream.kind()])?;
        envelopes.into_iter().map(|envelope| self.opened(envelope)).collect()
    }

    fn opened(&self, envelope: Envelope) -> Result<Recorded, StoreError> {
        let contents: Vec<Content> = self.connection.all(content::OF_EVENT, values![&envelope.id])?;
        Ok(open(envelope, &contents)?)
    }

    /// Erasures of which files or raw bytes are still to go, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn erasures_to_scrub(&self) -> Result<Vec<ErasureId>, StoreError> {
        let rows: Vec<(ErasureId,)> = self.connection.all(TO_SCRUB, &[])?;
        Ok(rows.into_iter().map(|(erasure,)| erasure).collect())
    }

    /// When nothing of an erasure was left to be done; none while something is, or where it was never confirmed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn scrubbed_at(&self, erasure: ErasureId) -> Result<Option<Timestamp>, StoreError> {
        let found: Option<(Option<Timestamp>,)> = self.connection.optional(FINISHED_AT, values![&erasure])?;
        Ok(found.and_then(|(at,)| at))
    }
}

impl Transaction<'_> {
    pub(crate) fn save_erasure(&mut self, erasure: &Erasure) -> Result<(), StoreError> {
        let (by, at, reason) = match &erasure.state {
            ErasureState::Proposed => (None, None, None),
            ErasureState::Declined { by, at, reason } => (Some(by), Some(*at), Some(reason)),
            ErasureState::Confirmed { by, at } => (Some(by), Some(*at), None),
        };
        self.connection.execute(
            SAVE,
            values![
                &erasure.id,
                erasure.version,
                erasure.ground,
                Value::words(erasure.id.0, &erasure.explanation),
                &erasure.proposed_by,
                erasure.proposed_at,
                erasure.state.code(),
                by,
                at,
                Value::some_words(erasure.id.0, reason),
            ],
        )?;
        self.connection.execute(DELETE_TEXTS, values![&erasure.id])?;
        self.connection.execute(DELETE_FILES, values![&erasure.id])?;
        for (ordinal, place) in (0_u32..).zip(&erasure.texts) {
            self.connection
                .execute(INSERT_TEXT, values![&erasure.id, ordinal, &place.event, place.ordinal])?;
        }
        for (ordinal, file) in (0_u32..).zip(&erasure.files) {
            self.connection
                .execute(INSERT_FILE, values![&erasure.id, ordinal, file])?;
        }
        Ok(())
    }

    /// Destroys the words at `places`: their content rows with the salts, what the state shows of them, and every copy of them outside the
    /// ledger that this database holds. Places whose words are gone already are passed over, so that it can be repeated. Answers with how
    /// many texts went now.
    ///
    /// The bytes in free pages and in the write-ahead log are `Store::scrub`'s.
    ///
    /// # Errors
    /// When the database cannot be written, or an event of one of the streams cannot be decoded.
    pub fn erase_texts(&mut self, places: &[TextPlace]) -> Result<u64, StoreError> {
        let mut streams = BTreeSet::new();
        let mut erased = 0;
        for place in places {
            let Some(fact) = self.text_fact(*place)? else { continue };
            erased += self
                .connection
                .execute(DELETE_CONTENT, values![&place.event, place.ordinal])?;
            self.connection
                .execute(FORGET_REQUEST, values![&place.event, &[0_u8; 32]])?;
            streams.insert(fact.stream);
        }
        for stream in streams {
            // First, for who keeps a draft of it right now is waited for here.
            let keys = self.retire_word_keys(stream.id())?;
            // Copies next: which document a review is of is read from the state.
            self.delete_copies(stream)?;
            let events = self.events_of(stream)?;
            self.derive_again(stream, &events)?;
            self.seal_words_again(stream.id(), &keys)?;
            if let Some(last) = events.last() {
                self.forget_in_search(stream, last.envelope.recorded_at)?;
            }
        }
        if erased > 0 {
            // The pairs of characters of what is gone stand in segments until they are written anew without it.
            self.want_search_purge()?;
        }
        Ok(erased)
    }

    /// Lets search find a stream by what its rows say now, until the index has it again.
    fn forget_in_search(&mut self, stream: Stream, changed_at: Timestamp) -> Result<(), StoreError> {
        match stream {
            Stream::Task(task) => self.note_search_change(SearchKind::Task, task.0, changed_at),
            Stream::Report(report) => self.note_search_change(SearchKind::Report, report.0, changed_at),
            Stream::Document(document) => self.note_search_change(SearchKind::Document, document.0, changed_at),
            // Plans, bodies and people are looked through by their rows.
            Stream::Organisation(_) | Stream::Account(_) | Stream::Plan(_) | Stream::Log(_) | Stream::Erasure(_) => {
                Ok(())
            }
        }
    }

    /// Deletes what stands outside the ledger and may repeat words of a stream.
    fn delete_copies(&mut self, stream: Stream) -> Result<(), StoreError> {
        match stream {
            Stream::Account(account) => self.close_account(account),
            Stream::Report(report) => {
                self.connection
                    .execute(DELETE_DRAFT_FILES_OF_REPORT, values![&report])?;
                self.connection
                    .execute(DELETE_DRAFTS_OF_REPORT, values![&report])
                    .map(|_| ())
            }
            Stream::Document(document) => self.connection.execute(DELETE_REVIEWS, values![&document]).map(|_| ()),
            Stream::Plan(plan) => self.delete_reviews_of(DOCUMENT_OF_PLAN, &plan.0),
            Stream::Task(task) => self.delete_reviews_of(DOCUMENT_OF_TASK, &task.0),
            Stream::Organisation(_) | Stream::Log(_) | Stream::Erasure(_) => Ok(()),
        }
    }

    fn delete_reviews_of(&mut self, sql: &str, id: &uuid::Uuid) -> Result<(), StoreError> {
        let document: Option<(luoshi_ledger::ids::DocumentId,)> = self.connection.optional(sql, values![id])?;
        match document {
            Some((document,)) => self.connection.execute(DELETE_REVIEWS, values![&document]).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Ends what an account can still do once a name of it has to go, and forgets what was kept under its name.
    fn close_account(&mut self, account: AccountId) -> Result<(), StoreError> {
        let author = ActorIdentity::Account(account);
        self.connection
            .execute(DELETE_DRAFT_FILES_OF_AUTHOR, values![&author])?;
        self.connection.execute(DELETE_DRAFTS_OF_AUTHOR, values![&author])?;
        self.connection.execute(DELETE_CREDENTIAL, values![&account])?;
        self.connection.execute(DELETE_SESSIONS, values![&account])?;
        self.connection.execute(DELETE_ATTEMPTS, &[]).map(|_| ())
    }

    /// Notes that files and raw bytes of an erasure are still to go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn ask_scrubbing(&mut self, erasure: ErasureId, at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(ASK_SCRUBBING, values![&erasure, at])
            .map(|_| ())
    }

    /// Notes that nothing of these erasures is left to be done, unless one was asked for again after `begun_at`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn note_scrubbed(
        &mut self,
        erasures: &[ErasureId],
        begun_at: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for erasure in erasures {
            self.connection.execute(SCRUBBED, values![erasure, at, begun_at])?;
        }
        Ok(())
    }
}

/// Places whose words a tombstone of the record says are gone. Read from the events and not from the state, which a replay is there to check.
pub(crate) fn tombstones(stored: &Snapshot<'_>) -> Result<BTreeSet<TextPlace>, StoreError> {
    let mut places = BTreeSet::new();
    stored
        .connection
        .each(event::ERASING, values![StreamKind::Erasure], &mut |row| {
            // An event that cannot be read is told of by the replay itself.
            if let Ok(envelope) = Envelope::from_row(row)
                && let Ok(recorded) = open(envelope, &[])
                && let Some((texts, _)) = recorded.event.erases()
            {
                places.extend(texts);
            }
            Ok(())
        })?;
    Ok(places)
}
