//! The store: the rooms of the database, one a noun, and the committer that makes changes durable.
//!
//! It keeps events with their contents and leaves, the state that follows from them, what jobs derive, and the few things outside the
//! ledger. It never decides who may do what, makes no id and asks no clock; every instant, id and salt is an argument. SQL stands here
//! and nowhere else.
//!
//! [`Store`] opens a database, [`Snapshot`] reads one state of it, [`Transaction`] changes it. The rooms speak to the engines through the
//! seam `engine`; what only SQLite is asked for is under `sqlite`, and what only PostgreSQL is asked for under `postgres`.

mod account;
mod backup;
mod ceiling;
mod checkpoint;
mod content;
mod copy;
mod credential;
mod document;
mod draft;
mod duty;
mod engine;
mod erasure;
mod error;
mod event;
mod evidence;
mod facts;
mod job;
mod known_plan;
mod leaf;
mod lease;
mod ledger_row;
mod light;
mod lock;
mod log;
mod migration;
mod organisation;
mod pending;
mod plan;
mod postgres;
mod receipt;
mod replay;
mod report;
mod review;
mod search;
mod session;
mod sign_in_attempt;
mod site;
mod snapshot;
mod sqlite;
mod state;
mod store;
mod stored_file;
mod target;
mod task;
mod timeline;
mod words;
mod work;

pub use ceiling::{Ceiling, CeilingWriter};
pub use checkpoint::StoredCheckpoint;
pub use credential::Credential;
pub use draft::DraftRow;
pub use error::{Constraint, StoreError, WriteError};
pub use evidence::DraftEvidence;
pub use job::{Job, JobCounts, JobRow};
pub use leaf::{LeafRow, LogEntry, NewLeaf};
pub use lease::Lease;
pub use light::StandingLight;
pub use pending::PendingWrite;
pub use postgres::{
    address::Address,
    words::{SharedVault, WordVault},
};
pub use receipt::StoredReceipt;
pub use replay::{Difference, DifferenceKind, GivenReceipt, Phase, ReceiptFault, ReplayOutcome, Watcher};
pub use review::ReviewRow;
pub use search::{NumberedEntry, PostingRow, SearchFold, SearchMerge, SearchScope, SearchStanding, WaitingEntry};
pub use session::{NewSession, StoredSession};
pub use sign_in_attempt::Attempts;
pub use snapshot::{Snapshot, Transaction};
pub use sqlite::scratch::Scratch;
pub use store::{Location, MigrationOutcome, ScrubOutcome, Store};
pub use stored_file::{Finished, KeptFile, StoredFile};
pub use work::GroupCommits;
