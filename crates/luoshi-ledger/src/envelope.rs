//! What stands around an event (law 5): which stream, which place in it, who, when, and the exact bytes that were hashed.
//!
//! It does not know what the payload means; `event` decodes it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    actor::ActorIdentity,
    event::Event,
    ids::{AccountId, CommandId, DocumentId, ErasureId, EventId, OrganisationId, PlanId, ReportId, TaskId},
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
    /// An erasure.
    Erasure,
}

impl StreamKind {
    /// Every kind.
    pub const ALL: [StreamKind; 7] = [
        StreamKind::Organisation,
        StreamKind::Account,
        StreamKind::Document,
        StreamKind::Plan,
        StreamKind::Task,
        StreamKind::Report,
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
            Stream::Erasure(id) => id.0,
        }
    }
}

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
        let mut bytes = b"luoshi event 1\n".to_vec();
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
}

/// An envelope together with what its payload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The envelope.
    pub envelope: Envelope,
    /// The event, its texts opened where they still exist.
    pub event: Event,
}
