//! What can happen to the ledger. Each kind has a stable word and a payload version; a released pair decodes for ever.
//!
//! The catalogue for people is docs/events.md; a test holds the two together. Nothing here decides whether an event may happen.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    actor::{ActorIdentity, Role},
    envelope::{Envelope, Recorded, Stream},
    erasure::{ErasureGround, TextPlace, Tombstone},
    ids::{AccountId, CommandId, DocumentId, ErasureId, EventId, LogId, OrganisationId, PlanId, ReportId, TaskId},
    log::IncidentCause,
    organisation::OrganisationKind,
    period::Period,
    plan::SectionRecord,
    report::{ReportRecord, ReturnStage, TargetValue, VerificationMethod},
    task::{Publication, Reporting, TaskRecord},
    text::{Content, HoldsTexts, Salt, Text, TextName},
};

macro_rules! events {
    (
        $($(#[$doc:meta])* $variant:ident = $kind:literal, $version:literal, $stream:ident($field:ident);)*
        @earlier
        $($earlier:ident = $earlier_kind:literal, $earlier_version:literal, $earlier_stream:ident($earlier_field:ident) => $now:ident;)*
    ) => {
        /// Something that happened, with its payload.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $variant($variant),)*
        }

        /// The kind of an event, without its payload.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $variant,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant),*];

            /// The stable word of rows, of the catalogue and of locale keys.
            pub fn code(self) -> &'static str {
                match self { $(EventKind::$variant => $kind,)* }
            }

            /// The payload version that this program writes.
            pub fn version(self) -> u16 {
                match self { $(EventKind::$variant => $version,)* }
            }
        }

        impl Event {
            /// Its kind.
            pub fn kind(&self) -> EventKind {
                match self { $(Event::$variant(_) => EventKind::$variant,)* }
            }

            /// The stream that it belongs to.
            pub fn stream(&self) -> Stream {
                match self { $(Event::$variant(event) => Stream::$stream(event.$field),)* }
            }

            fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Event::$variant(event) => serde_json::to_vec(event),)* }
            }

            fn decode(kind: &str, version: u16, payload: &[u8]) -> Result<Event, DecodeError> {
                match (kind, version) {
                    $(($kind, $version) => serde_json::from_slice(payload).map(Event::$variant).map_err(DecodeError::Payload),)*
                    $(($earlier_kind, $earlier_version) => serde_json::from_slice::<$earlier>(payload)
                        .map(|earlier| Event::$now(earlier.into()))
                        .map_err(DecodeError::Payload),)*
                    _ => Err(DecodeError::UnknownKind { kind: kind.to_owned(), version }),
                }
            }
        }

        impl HoldsTexts for Event {
            fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
                match self { $(Event::$variant(event) => event.visit_texts(visit),)* }
            }
        }
    };
}

events! {
    /// A body was entered.
    OrganisationFounded = "organisation_founded", 1, Organisation(organisation);
    /// A person was given access.
    AccountOpened = "account_opened", 1, Account(account);
    /// A source document was received.
    DocumentReceived = "document_received", 1, Document(document);
    /// A person accepted the drafts of a document as a plan.
    PlanAdopted = "plan_adopted", 1, Plan(plan);
    /// A plan was issued; from now on bodies owe reports.
    PlanIssued = "plan_issued", 1, Plan(plan);
    /// A task entered the ledger.
    TaskAdopted = "task_adopted", 1, Task(task);
    /// The bodies that report on a task, or its deadline, were named.
    ReporterNamed = "reporter_named", 1, Task(task);
    /// A task was opened to the public, or withheld again.
    TaskPublished = "task_published", 1, Task(task);
    /// A report was handed in, for the first time or again after a return.
    ReportSubmitted = "report_submitted", 2, Report(report);
    /// The head of the body approved a report.
    ReportApproved = "report_approved", 1, Report(report);
    /// A report was returned with a reason.
    ReportReturned = "report_returned", 1, Report(report);
    /// The supervision office verified a report.
    ReportVerified = "report_verified", 1, Report(report);
    /// A new key took over from the present one of a transparency log.
    LogKeyRotated = "log_key_rotated", 1, Log(log);
    /// A new log was begun because the one before it cannot be signed any more.
    LogContinued = "log_continued", 1, Log(log);
    /// Somebody asked that words or files be erased by law.
    ErasureProposed = "erasure_proposed", 1, Erasure(erasure);
    /// An erasure was declined or withdrawn.
    ErasureDeclined = "erasure_declined", 1, Erasure(erasure);
    /// Words or files were erased by law; the event is their tombstone.
    ContentErased = "content_erased", 1, Erasure(erasure);
    /// An erasure was carried out again on a restored backup.
    ErasureReapplied = "erasure_reapplied", 1, Erasure(erasure);
    // Forms that were released earlier: they decode for ever and are written no more.
    @earlier
    ReportSubmittedV1 = "report_submitted", 1, Report(report) => ReportSubmitted;
}

/// Payload of [`Event::OrganisationFounded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationFounded {
    /// Its id.
    pub organisation: OrganisationId,
    /// Full name. Names of public bodies are no personal data and stand in the payload.
    pub name: String,
    /// Short names that documents use for it.
    pub short_names: Vec<String>,
    /// What sort of body.
    pub kind: OrganisationKind,
}

impl HoldsTexts for OrganisationFounded {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::AccountOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpened {
    /// Its id.
    pub account: AccountId,
    /// The name to sign in with.
    pub sign_in_name: Text,
    /// The name that pages show.
    pub display_name: Text,
    /// Sorted, without repetition.
    pub roles: Vec<Role>,
    /// The body that the person acts for.
    pub organisation: OrganisationId,
}

impl HoldsTexts for AccountOpened {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.sign_in_name.visit_texts(visit);
        self.display_name.visit_texts(visit);
    }
}

/// Payload of [`Event::DocumentReceived`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentReceived {
    /// Its id.
    pub document: DocumentId,
    /// Name of the file.
    pub file_name: Text,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// The normalised text that spans point into.
    pub text: Text,
}

impl HoldsTexts for DocumentReceived {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.file_name.visit_texts(visit);
        self.text.visit_texts(visit);
    }
}

/// Payload of [`Event::PlanAdopted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanAdopted {
    /// Its id.
    pub plan: PlanId,
    /// The document that it came from.
    pub document: Option<DocumentId>,
    /// Its title.
    pub title: Text,
    /// 文号.
    pub document_number: Option<Text>,
    /// Who issued the document.
    pub issuer: Option<Text>,
    /// Date of the document.
    pub document_date: Option<Date>,
    /// The year that the plan is for.
    pub year: i16,
    /// Day of the month by which reports are due.
    pub report_day: u8,
    /// Its sections.
    pub sections: Vec<SectionRecord>,
}

impl HoldsTexts for PlanAdopted {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.title.visit_texts(visit);
        self.document_number.visit_texts(visit);
        self.issuer.visit_texts(visit);
        self.sections.visit_texts(visit);
    }
}

/// Payload of [`Event::PlanIssued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanIssued {
    /// Its id.
    pub plan: PlanId,
}

impl HoldsTexts for PlanIssued {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::TaskAdopted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAdopted {
    /// Its id, again in the record.
    pub task: TaskId,
    /// The plan that it belongs to.
    pub plan: PlanId,
    /// The task.
    pub record: TaskRecord,
}

impl HoldsTexts for TaskAdopted {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.record.visit_texts(visit);
    }
}

/// Payload of [`Event::ReporterNamed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReporterNamed {
    /// The task.
    pub task: TaskId,
    /// Who reports from now on.
    pub reporting: Reporting,
    /// 完成时限 from now on; none means the end of the plan's year.
    pub due: Option<Date>,
}

impl HoldsTexts for ReporterNamed {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::TaskPublished`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPublished {
    /// The task.
    pub task: TaskId,
    /// Whether the public may read it from now on.
    pub publication: Publication,
}

impl HoldsTexts for TaskPublished {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::ReportSubmitted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSubmitted {
    /// The report.
    pub report: ReportId,
    /// Its task.
    pub task: TaskId,
    /// The reporting body.
    pub organisation: OrganisationId,
    /// The month.
    pub period: Period,
    /// What it says.
    pub record: ReportRecord,
}

impl HoldsTexts for ReportSubmitted {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.record.visit_texts(visit);
    }
}

/// Payload of [`Event::ReportSubmitted`] before a report could carry evidence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReportSubmittedV1 {
    /// The report.
    pub report: ReportId,
    /// Its task.
    pub task: TaskId,
    /// The reporting body.
    pub organisation: OrganisationId,
    /// The month.
    pub period: Period,
    /// What it says.
    pub record: ReportRecordV1,
}

/// What a report said before it could carry evidence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReportRecordV1 {
    /// Values reached.
    pub values: Vec<TargetValue>,
    /// 完成率 in whole percent.
    pub completion: Option<u8>,
    /// What was done.
    pub done: Text,
    /// Problems.
    pub problems: Text,
    /// Help wanted.
    pub help_wanted: Text,
    /// Next step.
    pub next_step: Text,
}

impl From<ReportSubmittedV1> for ReportSubmitted {
    fn from(earlier: ReportSubmittedV1) -> Self {
        Self {
            report: earlier.report,
            task: earlier.task,
            organisation: earlier.organisation,
            period: earlier.period,
            record: ReportRecord {
                values: earlier.record.values,
                completion: earlier.record.completion,
                done: earlier.record.done,
                problems: earlier.record.problems,
                help_wanted: earlier.record.help_wanted,
                next_step: earlier.record.next_step,
                evidence: Vec::new(),
            },
        }
    }
}

/// Payload of [`Event::ReportApproved`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportApproved {
    /// The report.
    pub report: ReportId,
}

impl HoldsTexts for ReportApproved {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::ReportReturned`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportReturned {
    /// The report.
    pub report: ReportId,
    /// At which gate.
    pub stage: ReturnStage,
    /// Why.
    pub reason: Text,
}

impl HoldsTexts for ReportReturned {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.reason.visit_texts(visit);
    }
}

/// Payload of [`Event::ReportVerified`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportVerified {
    /// The report.
    pub report: ReportId,
    /// How it was verified.
    pub method: VerificationMethod,
    /// Values found.
    pub values: Vec<TargetValue>,
    /// 完成率 found, in whole percent.
    pub completion: Option<u8>,
    /// What was found, in words.
    pub conclusion: Text,
}

impl HoldsTexts for ReportVerified {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.conclusion.visit_texts(visit);
    }
}

/// Payload of [`Event::LogKeyRotated`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogKeyRotated {
    /// The log.
    pub log: LogId,
    /// Its name.
    pub origin: String,
    /// The public key that signed until now.
    pub previous_key: String,
    /// The public key that signs from now on.
    pub key: String,
    /// Until when the old key signs checkpoints as well.
    pub previous_until: Timestamp,
    /// The statement of the rotation, a note that both keys signed.
    pub statement: String,
}

impl HoldsTexts for LogKeyRotated {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::LogContinued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogContinued {
    /// The new log.
    pub log: LogId,
    /// Its name.
    pub origin: String,
    /// Its public key.
    pub key: String,
    /// The log before it.
    pub previous: LogId,
    /// The public key that the log before it had last.
    pub previous_key: String,
    /// The last checkpoint of the log before it, a signed note; none where it never had one.
    pub checkpoint: Option<String>,
    /// How many leaves of the record had their places before.
    pub first_place: u64,
    /// Why the log before it cannot go on.
    pub cause: IncidentCause,
    /// The statement of the continuation, a signed note.
    pub statement: String,
    /// What happened, in the words of whoever recorded it.
    pub reason: Text,
}

impl HoldsTexts for LogContinued {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.reason.visit_texts(visit);
    }
}

/// Payload of [`Event::ErasureProposed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureProposed {
    /// Its id.
    pub erasure: ErasureId,
    /// On which ground.
    pub ground: ErasureGround,
    /// The texts, sorted, without repetition.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files, sorted, without repetition.
    pub files: Vec<String>,
    /// Why, in words that do not repeat what is to go.
    pub explanation: Text,
}

impl HoldsTexts for ErasureProposed {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.explanation.visit_texts(visit);
    }
}

/// Payload of [`Event::ErasureDeclined`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureDeclined {
    /// The erasure.
    pub erasure: ErasureId,
    /// Why.
    pub reason: Text,
}

impl HoldsTexts for ErasureDeclined {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.reason.visit_texts(visit);
    }
}

/// Payload of [`Event::ContentErased`]. It repeats what was proposed, so that it can be read alone; the second person is its actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentErased {
    /// The erasure.
    pub erasure: ErasureId,
    /// On which ground.
    pub ground: ErasureGround,
    /// The first person.
    pub proposed_by: ActorIdentity,
    /// The texts that are gone.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files that are gone.
    pub files: Vec<String>,
}

impl HoldsTexts for ContentErased {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

/// Payload of [`Event::ErasureReapplied`]: the tombstone as the list beside the backup had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReapplied {
    /// The erasure.
    pub erasure: ErasureId,
    /// On which ground.
    pub ground: ErasureGround,
    /// The first person.
    pub proposed_by: ActorIdentity,
    /// The second person.
    pub confirmed_by: ActorIdentity,
    /// When the words first went.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub erased_at: Timestamp,
    /// The texts that are gone.
    pub texts: Vec<TextPlace>,
    /// SHA-256 of the files that are gone.
    pub files: Vec<String>,
}

impl HoldsTexts for ErasureReapplied {
    fn visit_texts(&mut self, _visit: &mut dyn FnMut(&mut Text)) {}
}

impl Event {
    /// What sort of text each text of the event is, in the order in which it visits them.
    pub fn text_names(&self) -> Vec<TextName> {
        match self {
            Event::AccountOpened(_) => vec![TextName::SignInName, TextName::DisplayName],
            Event::DocumentReceived(_) => vec![TextName::FileName, TextName::DocumentText],
            Event::PlanAdopted(event) => {
                let mut names = vec![TextName::PlanTitle];
                names.extend(event.document_number.as_ref().map(|_| TextName::DocumentNumber));
                names.extend(event.issuer.as_ref().map(|_| TextName::Issuer));
                names.extend(event.sections.iter().map(|_| TextName::SectionTitle));
                names
            }
            Event::TaskAdopted(event) => {
                let mut names = vec![TextName::TaskTitle, TextName::TaskText];
                names.extend(event.record.basis.as_ref().map(|_| TextName::Basis));
                names.extend(event.record.deliverable.as_ref().map(|_| TextName::Deliverable));
                names
            }
            Event::ReportSubmitted(event) => {
                let mut names = vec![
                    TextName::Done,
                    TextName::Problems,
                    TextName::HelpWanted,
                    TextName::NextStep,
                ];
                names.extend(event.record.evidence.iter().map(|_| TextName::FileName));
                names
            }
            Event::ReportReturned(_) => vec![TextName::ReturnReason],
            Event::ReportVerified(_) => vec![TextName::Conclusion],
            Event::LogContinued(_) => vec![TextName::IncidentReason],
            Event::ErasureProposed(_) => vec![TextName::Explanation],
            Event::ErasureDeclined(_) => vec![TextName::DeclineReason],
            Event::OrganisationFounded(_)
            | Event::PlanIssued(_)
            | Event::ReporterNamed(_)
            | Event::TaskPublished(_)
            | Event::ReportApproved(_)
            | Event::LogKeyRotated(_)
            | Event::ContentErased(_)
            | Event::ErasureReapplied(_) => Vec::new(),
        }
    }

    /// The places whose words this event destroys, and the files; none for every other kind.
    pub fn erases(&self) -> Option<(&[TextPlace], &[String])> {
        match self {
            Event::ContentErased(event) => Some((&event.texts, &event.files)),
            Event::ErasureReapplied(event) => Some((&event.texts, &event.files)),
            _ => None,
        }
    }
}

impl From<Tombstone> for ErasureReapplied {
    fn from(tombstone: Tombstone) -> Self {
        Self {
            erasure: tombstone.erasure,
            ground: tombstone.ground,
            proposed_by: tombstone.proposed_by,
            confirmed_by: tombstone.confirmed_by,
            erased_at: tombstone.erased_at,
            texts: tombstone.texts,
            files: tombstone.files,
        }
    }
}

/// What surrounds an event when it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The event's id.
    pub id: EventId,
    /// Its place in its stream, from 1.
    pub version: u64,
    /// Who caused it.
    pub actor: ActorIdentity,
    /// The command that caused it.
    pub command: CommandId,
    /// When it became true.
    pub effective_at: Timestamp,
    /// When the ledger came to know it.
    pub recorded_at: Timestamp,
}

/// Seals the texts of `event` under fresh salts and encodes it: what is to be stored, and the rows that stand beside it.
///
/// # Errors
/// Fails only if a payload cannot be written as JSON, which would be a defect of this crate.
pub fn record(
    mut event: Event,
    circumstances: Circumstances,
    draw_salt: &mut dyn FnMut() -> Salt,
) -> Result<(Recorded, Vec<Content>), serde_json::Error> {
    let mut contents = Vec::new();
    event.visit_texts(&mut |text| {
        let ordinal = contents.len() as u32;
        contents.push(text.seal(draw_salt(), ordinal));
    });
    let kind = event.kind();
    let envelope = Envelope {
        id: circumstances.id,
        stream: event.stream(),
        version: circumstances.version,
        kind: kind.code().to_owned(),
        kind_version: kind.version(),
        actor: circumstances.actor,
        command: circumstances.command,
        effective_at: circumstances.effective_at,
        recorded_at: circumstances.recorded_at,
        payload: event.encode()?,
    };
    Ok((Recorded { envelope, event }, contents))
}

/// Decodes a stored event and puts its words back from `contents`, in any order.
///
/// # Errors
/// An unknown kind, a payload that is not of its kind, a stream that is not the payload's, or words that are not the committed ones.
/// Missing rows are no error: words can be erased by law.
pub fn open(envelope: Envelope, contents: &[Content]) -> Result<Recorded, DecodeError> {
    let mut event = Event::decode(&envelope.kind, envelope.kind_version, &envelope.payload)?;
    if event.stream() != envelope.stream {
        return Err(DecodeError::ForeignStream);
    }
    let mut text_count = 0;
    let mut altered = None;
    event.visit_texts(&mut |text| {
        if let Some(content) = contents.iter().find(|content| content.ordinal == text_count)
            && !text.open(content)
        {
            altered.get_or_insert(text_count);
        }
        text_count += 1;
    });
    if let Some(ordinal) = altered {
        return Err(DecodeError::AlteredContent { ordinal });
    }
    if let Some(content) = contents.iter().find(|content| content.ordinal >= text_count) {
        return Err(DecodeError::SurplusContent {
            ordinal: content.ordinal,
        });
    }
    Ok(Recorded { envelope, event })
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No released kind has this word and version.
    #[error("unknown event kind {kind} version {version}")]
    UnknownKind {
        /// The word found.
        kind: String,
        /// The version found.
        version: u16,
    },
    /// The payload is not of its kind.
    #[error("payload is not of its kind: {0}")]
    Payload(serde_json::Error),
    /// The row stands in another stream than its payload names.
    #[error("the event stands in a stream that is not its own")]
    ForeignStream,
    /// The words of a content row are not those that were committed to.
    #[error("content {ordinal} is not what was committed to")]
    AlteredContent {
        /// Which text of the event.
        ordinal: u32,
    },
    /// A content row belongs to no text of the event.
    #[error("content {ordinal} belongs to no text of the event")]
    SurplusContent {
        /// The number that the row bears.
        ordinal: u32,
    },
}

/// An event that cannot follow the state it meets: the history is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The event cannot come at this place of its stream.
    #[error("the event cannot follow the state it meets")]
    OutOfPlace,
}
