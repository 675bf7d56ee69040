//! What stands around an event (law 5): which stream, which place in it, who, when, and the exact bytes that were hashed.
//!
//! It does not know what the payload means; `event` decodes it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    actor::ActorIdentity,
    event::Event,
    ids::{AccountId, CommandId, DocumentId, ErasureId, EventId, LogId, OrganisationId, PlanId, ReportId, TaskId},
};

/// What sort of thing a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKind {
    /// An organisation.
    Organisation,
    /// An account.
    Account,
    /// A source document.
    Document,
    /// A plan with its sections.
    Plan,
    /// A task with its targets.
    Task,
    /// A report.
    Report,
    /// A transparency log with its keys.
    Log,
    /// An erasure.
    Erasure,
}

impl StreamKind {
    /// Every kind.
    pub const ALL: [StreamKind; 8] = [
        StreamKind::Organisation,
        StreamKind::Account,
        StreamKind::Document,
        StreamKind::Plan,
        StreamKind::Task,
        StreamKind::Report,
        StreamKind::Log,
        StreamKind::Erasure,
    ];

    /// The stable word of rows; it is also the name of the state table.
    pub fn code(self) -> &'static str {
        match self {
            StreamKind::Organisation => "organisation",
            StreamKind::Account => "account",
            StreamKind::Document => "document",
            StreamKind::Plan => "plan",
            StreamKind::Task => "task",
            StreamKind::Report => "report",
            StreamKind::Log => "log",
            StreamKind::Erasure => "erasure",
        }
    }

    /// The kind that a stable word names.
    pub fn from_code(code: &str) -> Option<StreamKind> {
        StreamKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The sequence of events about one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Events about an organisation.
    Organisation(OrganisationId),
    /// Events about an account.
    Account(AccountId),
    /// Events about a source document.
    Document(DocumentId),
    /// Events about a plan.
    Plan(PlanId),
    /// Events about a task.
    Task(TaskId),
    /// Events about a report.
    Report(ReportId),
    /// Events about a transparency log.
    Log(LogId),
    /// Events about an erasure.
    Erasure(ErasureId),
}

impl Stream {
    /// The stream of `kind` about the thing `id`.
    pub fn new(kind: StreamKind, id: Uuid) -> Self {
        match kind {
            StreamKind::Organisation => Stream::Organisation(OrganisationId(id)),
            StreamKind::Account => Stream::Account(AccountId(id)),
            StreamKind::Document => Stream::Document(DocumentId(id)),
            StreamKind::Plan => Stream::Plan(PlanId(id)),
            StreamKind::Task => Stream::Task(TaskId(id)),
            StreamKind::Report => Stream::Report(ReportId(id)),
            StreamKind::Log => Stream::Log(LogId(id)),
            StreamKind::Erasure => Stream::Erasure(ErasureId(id)),
        }
    }

    /// What sort of thing it is about.
    pub fn kind(self) -> StreamKind {
        match self {
            Stream::Organisation(_) => StreamKind::Organisation,
            Stream::Account(_) => StreamKind::Account,
            Stream::Document(_) => StreamKind::Document,
            Stream::Plan(_) => StreamKind::Plan,
            Stream::Task(_) => StreamKind::Task,
            Stream::Report(_) => StreamKind::Report,
            Stream::Log(_) => StreamKind::Log,
            Stream::Erasure(_) => StreamKind::Erasure,
        }
    }

    /// Which one.
    pub fn id(self) -> Uuid {
        match self {
            Stream::Organisation(id) => id.0,
            Stream::Account(id) => id.0,
            Stream::Document(id) => id.0,
            Stream::Plan(id) => id.0,
            Stream::Task(id) => id.0,
            Stream::Report(id) => id.0,
            Stream::Log(id) => id.0,
            Stream::Erasure(id) => id.0,
        }
    }
}

/// What the bytes of every envelope begin with.
const HEADER: &[u8] = b"luoshi event 1\n";

/// An event as it is recorded, without its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Its id; later events of one site have greater ids.
    pub id: EventId,
    /// Its stream.
    pub stream: Stream,
    /// Its place in the stream, from 1, without gaps.
    pub version: u64,
    /// The stable word of its kind (`report_submitted`).
    pub kind: String,
    /// The version of the kind's payload, from 1.
    pub kind_version: u16,
    /// Who caused it.
    pub actor: ActorIdentity,
    /// The command that caused it.
    pub command: CommandId,
    /// When it became true.
    pub effective_at: Timestamp,
    /// When the ledger came to know it.
    pub recorded_at: Timestamp,
    /// The payload, exactly as hashed: JSON in UTF-8, with commitments where texts stand.
    pub payload: Vec<u8>,
}

impl Envelope {
    /// The bytes that the log leaf commits to: every field, each with its length before it, so that no two envelopes share bytes.
    ///
    /// Instants are microseconds since 1970 in UTC, as the database keeps them.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        let mut field = |value: &[u8]| {
            bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
            bytes.extend_from_slice(value);
        };
        field(self.id.as_bytes());
        field(self.stream.kind().code().as_bytes());
        field(self.stream.id().as_bytes());
        field(&self.version.to_be_bytes());
        field(self.kind.as_bytes());
        field(&self.kind_version.to_be_bytes());
        field(self.actor.to_string().as_bytes());
        field(self.command.as_bytes());
        field(&self.effective_at.as_microsecond().to_be_bytes());
        field(&self.recorded_at.as_microsecond().to_be_bytes());
        field(&self.payload);
        bytes
    }

    /// Reads the bytes of [`Envelope::bytes`], as whoever was shown them does; none where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(HEADER)?;
        let mut field = || {
            let (length, behind) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
            let (value, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(value)
        };
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let instant = |bytes: &[u8]| Timestamp::from_microsecond(i64::from_be_bytes(bytes.try_into().ok()?)).ok();
        let envelope = Self {
            id: EventId(id(field()?)?),
            stream: {
                let kind = StreamKind::from_code(&text(field()?)?)?;
                Stream::new(kind, id(field()?)?)
            },
            version: u64::from_be_bytes(field()?.try_into().ok()?),
            kind: text(field()?)?,
            kind_version: u16::from_be_bytes(field()?.try_into().ok()?),
            actor: text(field()?)?.parse().ok()?,
            command: CommandId(id(field()?)?),
            effective_at: instant(field()?)?,
            recorded_at: instant(field()?)?,
            payload: field()?.to_vec(),
        };
        // Only the one spelling of each envelope is read, so that what is shown is what was hashed.
        (rest.is_empty() && envelope.bytes() == bytes).then_some(envelope)
    }
}

/// An envelope together with what its payload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The envelope.
    pub envelope: Envelope,
    /// The event, its texts opened where they still exist.
    pub event: Event,
}
