//! What anybody may read without signing in: plans, tasks and figures that the office opened, as pages and as data.
//!
//! Which things are open is decided by the application; its types for the public have no field for a narrative.

pub(crate) mod data;
pub(crate) mod plan;
pub(crate) mod task;
