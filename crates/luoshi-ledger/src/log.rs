//! The transparency log (存证日志) as the ledger knows it: which keys signed for it and when, and which log it continues after an incident.
//!
//! A log that has always had one key has no event and no row; its name and key are settings of the site.
//! No tree, signature or secret key is here, and statements are texts that somebody else signed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::LogId,
};

/// Why a log could no longer be signed, or was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentCause {
    /// The secret key is not there any more.
    KeyLost,
    /// What was signed and published reaches further than the database: an older backup was restored, or a failover lost the end.
    DatabaseBehind,
    /// What was signed is not what the database holds at those places.
    RecordDiffers,
    /// A backup was restored, and nothing says what was signed after it was made.
    Restored,
    /// Nothing hindered signing; whoever keeps the log decided so, as after the theft of a key.
    Decided,
}

impl IncidentCause {
    /// Every cause.
    pub const ALL: [IncidentCause; 5] = [
        IncidentCause::KeyLost,
        IncidentCause::DatabaseBehind,
        IncidentCause::RecordDiffers,
        IncidentCause::Restored,
        IncidentCause::Decided,
    ];

    /// The stable word of settings and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            IncidentCause::KeyLost => "key-lost",
            IncidentCause::DatabaseBehind => "database-behind",
            IncidentCause::RecordDiffers => "record-differs",
            IncidentCause::Restored => "restored",
            IncidentCause::Decided => "decided",
        }
    }

    /// The cause that a stable word names.
    pub fn from_code(code: &str) -> Option<IncidentCause> {
        IncidentCause::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

/// One key of a log with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeyTerm {
    /// The public key in its text form.
    pub key: String,
    /// Since when it signs; none for the first key of a log, which signs from the beginning.
    pub begins_at: Option<Timestamp>,
    /// Until when it signs checkpoints beside its successor; none for the present key.
    pub signs_until: Option<Timestamp>,
    /// The statement by which it took over, a signed note; none for the first key.
    pub statement: Option<String>,
}

/// A log with events of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its id.
    pub id: LogId,
    /// Version of its stream.
    pub version: u64,
    /// Its name.
    pub origin: String,
    /// How the one before it ended; none for the first log of a site.
    pub continuation: Option<LogContinuation>,
    /// Its keys, the earliest first; there is always one.
    pub keys: Vec<LogKeyTerm>,
}

/// How a log came to follow another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogContinuation {
    /// The log before it.
    pub previous: LogId,
    /// The public key that the log before it had last.
    pub previous_key: String,
    /// Why it could not go on.
    pub cause: IncidentCause,
    /// Its last checkpoint, a signed note; none where it never had one.
    pub checkpoint: Option<String>,
    /// How many leaves of the record had their places before: the new log's entry 0 is the leaf at this place.
    pub first_place: u64,
    /// The statement of the continuation, a signed note.
    pub statement: String,
    /// When the new log was begun.
    pub begun_at: Timestamp,
}

impl LogId {
    /// The id of the log of this name: the one that is part of a name which this program gave, or else a function of the name.
    pub fn of_origin(origin: &str) -> Self {
        let own = origin.rsplit('/').next().and_then(|part| Uuid::try_parse(part).ok());
        LogId(own.unwrap_or_else(|| {
            let mut hasher = Sha256::new();
            hasher.update(b"luoshi log id 1");
            hasher.update(origin.as_bytes());
            let digest = hasher.finalize();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            uuid::Builder::from_custom_bytes(bytes).into_uuid()
        }))
    }
}

impl Log {
    /// The present key.
    pub fn present_key(&self) -> Option<&LogKeyTerm> {
        self.keys.last()
    }

    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        let version = recorded.envelope.version;
        let recorded_at = recorded.envelope.recorded_at;
        match (state, &recorded.event) {
            (None, Event::LogContinued(event)) => Ok(Self {
                id: event.log,
                version,
                origin: event.origin.clone(),
                continuation: Some(LogContinuation {
                    previous: event.previous,
                    previous_key: event.previous_key.clone(),
                    cause: event.cause,
                    checkpoint: event.checkpoint.clone(),
                    first_place: event.first_place,
                    statement: event.statement.clone(),
                    begun_at: recorded_at,
                }),
                keys: vec![LogKeyTerm {
                    key: event.key.clone(),
                    begins_at: None,
                    signs_until: None,
                    statement: None,
                }],
            }),
            (state, Event::LogKeyRotated(event)) => {
                // The first log of a site has no event that begins it; its first rotation tells of its first key as well.
                let mut log = state.unwrap_or_else(|| Self {
                    id: event.log,
                    version,
                    origin: event.origin.clone(),
                    continuation: None,
                    keys: vec![LogKeyTerm {
                        key: event.previous_key.clone(),
                        begins_at: None,
                        signs_until: None,
                        statement: None,
                    }],
                });
                let present = log.keys.last_mut().ok_or(ApplyError::OutOfPlace)?;
                if present.key != event.previous_key {
                    return Err(ApplyError::OutOfPlace);
                }
                present.signs_until = Some(event.previous_until);
                log.keys.push(LogKeyTerm {
                    key: event.key.clone(),
                    begins_at: Some(recorded_at),
                    signs_until: None,
                    statement: Some(event.statement.clone()),
                });
                log.version = version;
                Ok(log)
            }
            _ => Err(ApplyError::OutOfPlace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_log_is_in_its_name() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(LogId::of_origin(&format!("luoshi/{}", id.simple())), LogId(id));
        let foreign = LogId::of_origin("example.gov.cn/台账");
        assert_eq!(foreign, LogId::of_origin("example.gov.cn/台账"));
        assert_ne!(foreign, LogId::of_origin("example.gov.cn/other"));
    }

    #[test]
    fn causes_have_words() {
        for cause in IncidentCause::ALL {
            assert_eq!(IncidentCause::from_code(cause.code()), Some(cause));
        }
    }
}
