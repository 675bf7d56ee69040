//! The site as browsers meet it: real requests against the real application on a folder of its own, pages read by CSS selectors.

mod document;
mod log;
mod matrix;
mod plan;
mod public;
mod review;
mod safety;
mod serve;
mod session;
mod site;
mod way;
