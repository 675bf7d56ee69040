//! From bytes to the parse contract: the reader and the parser put together, for the platform and for whoever wants the contract alone.
//!
//! What it is not for: it opens no file, knows no database, no ledger and no clock; dates are arguments.

mod intake;

pub use intake::{Intake, IntakeSettings, intake};
pub use luoshi_parse as parse;
pub use luoshi_reader::Limits;
