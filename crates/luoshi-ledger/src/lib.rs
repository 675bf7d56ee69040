//! The domain of luoshi: plans, tasks, targets, bodies and reports; the commands that change them, the events that record the changes,
//! and who may ask for what.
//!
//! The way of a change: [`policy::authorize`] turns an actor, a [`Command`] and the [`Facts`] it touches into a [`policy::Permit`];
//! [`decide::decide`] turns permit, command and facts into [`Event`]s or a [`Refusal`]; each aggregate's `apply` folds an event into its
//! state. All of it is pure: instants, dates, ids and salts are arguments.
//!
//! What it is not for: reading documents (a parser type never enters), SQL, HTTP, wording. It opens no file, asks no clock and draws no
//! random number.

pub mod account;
pub mod actor;
pub mod as_of;
pub mod command;
pub mod decide;
pub mod document;
pub mod envelope;
pub mod erasure;
pub mod event;
pub mod evidence;
pub mod facts;
pub mod ids;
pub mod light;
pub mod log;
pub mod organisation;
pub mod period;
pub mod plan;
pub mod policy;
pub mod refusal;
pub mod report;
pub mod search;
pub mod target;
pub mod task;
pub mod text;
pub mod view;

pub use actor::{Actor, ActorIdentity, Role};
pub use as_of::{AsOf, AsOfClock};
pub use command::Command;
pub use envelope::{Envelope, Recorded, Stream, StreamKind};
pub use event::{Event, EventKind};
pub use facts::Facts;
pub use refusal::{Denial, Refusal};
pub use text::{Commitment, Content, Salt, Text, TextName};
