//! What can be done with luoshi, independent of who asks over which wire: use cases that load, authorise, decide and save, and the jobs
//! that run behind them. It holds the clock, the randomness and the received files as fields.
//!
//! The way of a change is [`App::execute`]. What stands outside it: sessions, credentials and sign-in throttles ([`session`]), drafts
//! ([`review`], [`report`]) with their files ([`evidence`], [`files`]), and derived rows that jobs write ([`log`], [`light`], [`search`]).
//!
//! What it is not for: HTTP, HTML, SQL, command-line flags, choosing a database, or any rule of the ledger itself.

pub mod account;
pub mod backup;
pub mod clock;
mod digest;
pub mod document;
pub mod erasure;
pub mod error;
pub mod evidence;
pub mod execute;
pub mod export;
pub mod files;
pub mod folder;
pub mod incident;
pub mod job;
pub mod ledger;
pub mod ledger_data;
pub mod light;
pub mod log;
pub mod log_files;
pub mod opened;
pub mod public;
pub mod public_data;
pub mod receipt;
pub mod report;
pub mod review;
#[cfg(feature = "sabotage")]
pub mod sabotage;
pub mod search;
pub mod session;
mod signing;
pub mod site;
pub mod standpoint;
pub mod task;
pub mod verify;
mod verify_log;
mod word_vault;

pub use clock::{Clock, Randomness, SetClock, SystemClock, SystemRandomness};
pub use error::AppError;
pub use execute::{Done, Request};
pub use site::{App, OpenError, Surroundings};
pub use standpoint::{PastDay, Standpoint};
